import { toMoney, toRational } from '../base/money.ts'
import { greatest, minus, nought, one, plus, rational, roundHalfEven, times, total, type Rational } from '../base/rational.ts'
import { monthOf, type Instant, type Interval } from '../base/time.ts'
import { accrue } from './accrue.ts'
import { principalDue } from './amortise.ts'
import type { ResolvedDebt } from './debt-terms.ts'
import { periodOf } from './period.ts'
import { spreadIn } from './spread.ts'

/** Calendar periods of a clause that cut an interval; the first and the last may be short. */
export const periodsIn = ({ period }: Pick<ResolvedDebt, 'period'>, { from, to }: Interval, zone: string): Interval[] => {
  const periods: Interval[] = []
  for (let at = from; at < to; at = periods.at(-1)!.to)
    periods.push({ from: at, to: Math.min(to, periodOf(period, monthOf(at, zone), zone).to) })
  return periods
}

/** How the loan stands, and the index value that is taken to stay. */
export type Standing = Readonly<{ balance: Rational; drawn: Rational; index: Rational | undefined }>
type Place = Readonly<{ zone: string; currency: string }>

/** What is due at the end of a period to come. */
export type Service = Interval & Readonly<{ interest: Rational; principal: Rational }>

/**
 * Debt service of the periods from an instant until the loan matures, if nothing more is drawn, everything is paid and the index stays.
 * Principal leaves the balance as its line will: rounded.
 */
export const project = (clause: ResolvedDebt, from: Instant, { balance, drawn, index }: Standing, { zone, currency }: Place): Service[] => {
  let outstanding = balance
  return periodsIn(clause, { from, to: clause.matures }, zone).map((period): Service => {
    const interest = total(accrue(clause, period, { balance: outstanding }, { zone, index }).map((each) => each.interest))
    const { due: principal } = principalDue(clause, period, { outstanding, drawn, interest })
    outstanding = greatest(nought, minus(outstanding, toRational(toMoney(principal, currency))))
    return { ...period, interest, principal }
  })
}

/** Money at the end of a period, and what one unit at its start becomes until then: 1 + rate × part of a year. */
export type Flow = Readonly<{ amount: Rational; growth: Rational }>

/**
 * Present value of flows at the ends of consecutive periods: Σ amount / Π growth, from the last to the first. Exact, and not in lowest terms:
 * hundreds of periods make thousands of digits, and only finding their common factors would take time.
 */
export const presentValue = (flows: readonly Flow[]): Rational =>
  flows.toReversed().reduce<Rational>(({ n, d }, { amount, growth }) => {
    const [top, bottom] = [n * amount.d + amount.n * d, d * amount.d]
    return { n: top * growth.d, d: bottom * growth.n }
  }, nought)

/** Digits after the point that a cover ratio is stated with: of its thousands, more than anybody needs. Tests compare the exact one. */
export const ratioDigits = 30

/** Cut half-even to `ratioDigits`. */
export const statedRatio = (ratio: Rational): Rational => {
  const scale = 10n ** BigInt(ratioDigits)
  return rational(roundHalfEven({ n: ratio.n * scale, d: ratio.d }), scale)
}

/** `a / b` without lowest terms. */
export const quotient = (a: Rational, b: Rational): Rational => ({ n: a.n * b.d, d: a.d * b.n })

/** Forecast CFADS from an instant on, until another, as flows at the loan's rate. */
export const forecastFlows = (clause: ResolvedDebt, { from, to }: Interval, index: Rational | undefined, zone: string): Flow[] =>
  periodsIn(clause, { from, to }, zone).map((period) => ({
    amount: spreadIn(clause.forecast, period),
    growth: plus(one, total(accrue(clause, period, { balance: one }, { zone, index }).map((each) => each.interest))),
  }))

/** The first instant after the forecast, or when the loan matures if that is later or there is none. */
export const projectEnd = ({ forecast, matures }: ResolvedDebt): Instant => Math.max(matures, forecast.at(-1)?.to ?? matures)

/** Debt service ahead that the reserve account should hold: its share of that of the next so many months. */
export const reserveTarget = (clause: ResolvedDebt, service: readonly Service[], periodMonths: number): Rational => {
  const { dsra } = clause
  if (dsra === undefined) return nought
  const ahead = service.slice(0, dsra.months / periodMonths)
  return times(dsra.share, total(ahead.flatMap(({ interest, principal }) => [interest, principal])))
}
