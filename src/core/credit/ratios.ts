import { isZero, least, one, over, plus, rational, total, type Rational } from '../base/rational.ts'
import { presentValue, type Flow } from '../settlement/project.ts'

/** One period of a project with a loan: cash available for debt service, what is due, the rate over it, and what is owed before it. */
export type CoverPeriod = Readonly<{ cfads: Rational; debtService: Rational; rate: Rational; balance: Rational }>

/** The cover of one period; undefined where there is nothing to cover. */
export type PeriodCover = Readonly<{ dscr: Rational | undefined; llcr: Rational | undefined; plcr: Rational | undefined }>
export type ProjectCover = Readonly<{ periods: readonly PeriodCover[]; least: Rational | undefined; average: Rational | undefined }>

const flowOf = ({ cfads, rate }: CoverPeriod): Flow => ({ amount: cfads, growth: plus(one, rate) })
const lowest = ({ n, d }: Rational): Rational => rational(n, d)

/**
 * Cover of a loan by a forecast, period by period, as seen when the period begins: DSCR = CFADS / (interest + principal); LLCR = present value of
 * CFADS through the last period with debt service / balance; PLCR the same through the end of the project. Discounted at the loan's rates.
 * `least` and `average` are of the DSCR.
 */
export const coverRatios = (periods: readonly CoverPeriod[]): ProjectCover => {
  const end = periods.findLastIndex(({ debtService }) => !isZero(debtService)) + 1
  const worth = (from: number, to: number) => lowest(presentValue(periods.slice(from, to).map(flowOf)))
  const covers = periods.map(({ cfads, debtService, balance }, i): PeriodCover => ({
    dscr: isZero(debtService) ? undefined : over(cfads, debtService),
    llcr: isZero(balance) ? undefined : over(worth(i, end), balance),
    plcr: isZero(balance) ? undefined : over(worth(i, periods.length), balance),
  }))
  const dscrs = covers.flatMap(({ dscr }) => (dscr === undefined ? [] : [dscr]))
  const [first] = dscrs
  if (first === undefined) return { periods: covers, least: undefined, average: undefined }
  return { periods: covers, least: dscrs.reduce(least, first), average: over(total(dscrs), rational(dscrs.length)) }
}
