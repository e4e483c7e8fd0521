import type { BlockId } from '../base/id.ts'
import { greatest, minus, nought, over, rational, times, total, type Rational } from '../base/rational.ts'
import type { Instant, Interval } from '../base/time.ts'
import type { AffiliateCharge, EarnedCharge, Facts } from '../meter/facts.ts'
import type { Reduction } from './clause-kind.ts'

export type Product = EarnedCharge['product']

/** Eligible net revenue of a block over an interval, exact, in major units: charges by product, less service credits, each by its line. */
export type Revenue = Readonly<{
  sum: Rational
  byProduct: Readonly<Record<Product, Rational>>
  credits: readonly Readonly<{ line: string; amount: Rational }>[]
}>

/** Affiliates count at no less than the reference price of what was delivered; without a reference, at the charge. */
const amountOf = (charge: EarnedCharge | AffiliateCharge, reference: Rational | undefined): Rational => {
  if (!('gpuSeconds' in charge)) return charge.amount
  const price = charge.reference ?? reference
  return price === undefined ? charge.amount : greatest(charge.amount, times(times(price, charge.gpuSeconds), rational(1, 3600)))
}

/** The part of a charge that is earned in `[from, to)`: evenly by the second, or whole at its instant. */
export const earned = (charge: EarnedCharge, amount: Rational, from: Instant, to: Instant): Rational => {
  if (charge.from === charge.to) return charge.from >= from && charge.from < to ? amount : nought
  const seconds = Math.min(charge.to, to) - Math.max(charge.from, from)
  if (seconds <= 0) return nought
  return seconds === charge.to - charge.from ? amount : times(amount, rational(seconds, charge.to - charge.from))
}

/** So much of a credit as falls on one block and interval: in proportion to what the orders it was given for were charged there. */
const reducedBy = ({ orders, from, to, amount }: Reduction, charges: readonly EarnedCharge[], block: BlockId, span: Interval): Rational => {
  const of = charges.filter(({ order }) => order !== undefined && orders.includes(order))
  const charged = (all: readonly EarnedCharge[], start: Instant, end: Instant) =>
    start >= end ? nought : total(all.map((charge) => earned(charge, charge.amount, start, end)))
  const whole = charged(of, from, to)
  if (whole.n === 0n) return nought
  const own = of.filter((charge) => charge.block === block)
  return over(times(amount, charged(own, Math.max(from, span.from), Math.min(to, span.to))), whole)
}

/** Answers the revenue of a block over an interval. Never holds receipts from the guarantor: those are lines, not charges. */
export const makeRevenue = (
  facts: Facts,
  reductions: readonly Reduction[],
  affiliateReference?: Rational,
): ((block: BlockId, from: Instant, to: Instant) => Revenue) => {
  const byBlock = Map.groupBy(facts.charges, ({ block }) => block)
  return (block, from, to) => {
    const charges = byBlock.get(block) ?? []
    const of = (product: Product) =>
      total(
        charges
          .filter((charge) => charge.product === product)
          .map((charge) => earned(charge, amountOf(charge, affiliateReference), from, to)),
      )
    const byProduct = { reserved: of('reserved'), 'on-demand': of('on-demand'), spot: of('spot') }
    const credits = reductions
      .map((reduction) => ({ line: reduction.line, amount: reducedBy(reduction, facts.charges, block, { from, to }) }))
      .filter(({ amount }) => amount.n !== 0n)
    const sum = minus(total(Object.values(byProduct)), total(credits.map(({ amount }) => amount)))
    return { sum, byProduct, credits }
  }
}
