import { minorDigits } from '../../core/base/currency.ts'
import { compare, minus, nought, rational, toFixed, toText, type Rational } from '../../core/base/rational.ts'
import { cashHeadroom, covenantsIn, coverThroughTime, headroomOf, lastCover, type Headroom } from '../../core/credit/cover.ts'
import { none, ofAgreement, type AgreementNow, type Need } from './needs.ts'

/** Part of the cash flow that may be lost before the level is reached, below which a covenant is near. */
const cushionNear = rational(1, 10)

const isNear = ({ cushion }: Headroom): boolean => cushion === undefined || compare(cushion, cushionNear) < 0

/** Of the levels of one ratio the one that presses most: a default that came about, or else the one with the least headroom. */
const mostPressing = (tests: readonly Headroom[]): Headroom | undefined =>
  tests.find(({ level, met }) => level === 'default' && !met) ?? tests.filter(isNear).toSorted((a, b) => compare(a.headroom, b.headroom))[0]

const sizeOf = (value: Rational): Rational => (compare(value, nought) < 0 ? minus(nought, value) : value)

/** Ratios that the last test found below a level, or near one: at stake is the cash that is missing, or could be before it is reached. */
export const covenantNeeds = ({ schedule, stood }: AgreementNow): Need[] => {
  const cover = lastCover(coverThroughTime({ schedule, statements: stood }))
  const tests = headroomOf(cover, covenantsIn(schedule))
  const groups = Map.groupBy(tests, ({ clause, of, ratio }) => `${clause}/${encodeURIComponent(of ?? '')}/${ratio}`)
  return [...groups].flatMap(([name, own]): Need[] => {
    const test = mostPressing(own)
    if (test === undefined) return []
    const { clause, month, ratio, level, value, least, met } = test
    const cash = cashHeadroom(test, cover)
    const wire = {
      ...none,
      ...ofAgreement(schedule),
      id: `covenant:${schedule.agreement}/${name}/${month}-${level}`,
      kind: 'covenant' as const,
      month,
      amount: cash === undefined ? null : toFixed(sizeOf(cash), minorDigits(schedule.currency) ?? 2),
      clause,
      name: `${ratio.toUpperCase()} ${level}`,
      actual: toText(value),
      required: toText(least),
      daysLeft: met ? null : 0,
    }
    // Of what is broken the debt presses, which may now be called, or held back from.
    const debt = met ? undefined : cover.find((row) => row.clause === clause && row.of === test.of)?.balance
    return [{ wire, weight: debt ?? (cash === undefined ? nought : sizeOf(cash)) }]
  })
}
