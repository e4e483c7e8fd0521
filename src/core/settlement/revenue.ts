import type { BlockId } from '../base/id.ts'
import { greatest, nought, rational, times, total, type Rational } from '../base/rational.ts'
import type { Instant } from '../base/time.ts'
import type { AffiliateCharge, EarnedCharge, Facts } from '../meter/facts.ts'

export type Product = EarnedCharge['product']

/** Eligible net revenue of a block over an interval, by product, exact, in major units. */
export type Revenue = Readonly<{ sum: Rational; byProduct: Readonly<Record<Product, Rational>> }>

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

/** Answers the revenue of a block over an interval. Never holds receipts from the guarantor: those are lines, not charges. */
export const makeRevenue = (facts: Facts, affiliateReference?: Rational): ((block: BlockId, from: Instant, to: Instant) => Revenue) => {
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
    return { sum: total(Object.values(byProduct)), byProduct }
  }
}
