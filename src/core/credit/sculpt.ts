import { compare, minus, nought, one, over, plus, times, type Rational } from '../base/rational.ts'
import type { Flow } from '../settlement/project.ts'

/** A forecast period: cash available for debt service, and the loan's rate over it (a year's rate times its part of a year). */
export type SculptPeriod = Readonly<{ cfads: Rational; rate: Rational }>

export type SculptedPeriod = Readonly<{
  interest: Rational
  /** Negative where interest is added to the debt. */
  principal: Rational
  debtService: Rational
  /** Owed after it. */
  balance: Rational
}>

/** A loan sized and repaid by what a forecast bears. `debt` is what it can repay, with interest. */
export type Sculpted = Readonly<{ debt: Rational; periods: readonly SculptedPeriod[] }>

/** What a period of a forecast does to debt: DS = CFADS / DSCR, nothing without positive CFADS, at the end of the period. */
const serviceFlow = ({ cfads, rate }: SculptPeriod, dscr: Rational): Flow => ({
  amount: compare(cfads, nought) > 0 ? over(cfads, dscr) : nought,
  growth: plus(one, rate),
})

/**
 * Sculpting: DS_t = CFADS_t / DSCR, P_t = DS_t − interest_t, debt = Σ DS_t / Π(1 + rate). So every period with positive CFADS has the DSCR, and the
 * last one leaves nothing. A period without positive CFADS pays nothing, and its interest is added to the debt. Exact. Throws `RangeError` for a
 * DSCR below 1: the debt service would be more than the cash.
 */
export const sculpt = (forecast: readonly SculptPeriod[], dscr: Rational): Sculpted => {
  if (compare(dscr, one) < 0) throw new RangeError('the DSCR is below 1: the debt service would be more than the cash')
  const flows = forecast.map((period) => serviceFlow(period, dscr))
  const debt = flows.reduceRight<Rational>((worth, { amount, growth }) => over(plus(worth, amount), growth), nought)
  let balance = debt
  const periods = flows.map(({ amount: debtService }, i): SculptedPeriod => {
    const interest = times(balance, forecast[i]!.rate)
    const principal = minus(debtService, interest)
    balance = minus(balance, principal)
    return { interest, principal, debtService, balance }
  })
  return { debt, periods }
}
