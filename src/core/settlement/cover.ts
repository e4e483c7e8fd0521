import { compare, isZero, over, plus, type Rational } from '../base/rational.ts'
import type { Interval } from '../base/time.ts'
import type { CoverRatio, Levels, ResolvedDebt } from './debt-terms.ts'
import { forecastFlows, presentValue, projectEnd, quotient } from './project.ts'

/** Cover ratios at the end of a period; one without a divisor, or without cash to compare, is absent. LLCR and PLCR are not in lowest terms. */
export type Cover = Readonly<Partial<Record<CoverRatio, Rational>>>

/** A ratio below the level that the terms ask for. */
export type Breach = Readonly<{ test: 'lock-up' | 'default'; ratio: CoverRatio; value: Rational; level: Rational; pointer: string }>

type Given = Readonly<{
  period: Interval
  /** CFADS of the period, if anybody told, and interest and principal that fell due in it. */
  cfads: Rational | undefined
  interest: Rational
  principal: Rational
  /** Owed after it. */
  balance: Rational
  index: Rational | undefined
  zone: string
}>

/** DSCR of the period; LLCR and PLCR from its end on, at the loan's rate, on what is owed then. */
export const coverOf = (clause: ResolvedDebt, given: Given): Cover => {
  const { period, cfads, balance, index, zone } = given
  const service = plus(given.interest, given.principal)
  const dscr = cfads === undefined || isZero(service) ? {} : { dscr: over(cfads, service) }
  if (clause.forecast.length === 0 || isZero(balance)) return dscr
  const valueUntil = (to: number) => presentValue(forecastFlows(clause, { from: period.to, to }, index, zone))
  return {
    ...dscr,
    llcr: quotient(valueUntil(clause.matures), balance),
    plcr: quotient(valueUntil(projectEnd(clause)), balance),
  }
}

const below = (test: Breach['test'], levels: Levels, cover: Cover): Breach[] =>
  levels.flatMap(({ ratio, level, pointer }): Breach[] => {
    const value = cover[ratio]
    return value === undefined || compare(value, level) >= 0 ? [] : [{ test, ratio, value, level, pointer }]
  })

/** What the ratios fail, lock-up before default. */
export const breachesOf = ({ lockUp, defaultTest }: ResolvedDebt, cover: Cover): Breach[] => [
  ...below('lock-up', lockUp, cover),
  ...below('default', defaultTest, cover),
]
