import { minorDigits } from './currency.ts'
import { fixed, floor, minus, parseDecimal, rational, roundHalfEven, times, compare, over, type Rational } from './rational.ts'

/** Whole minor units of one currency (cents of USD). A debt is positive; a credit from payee to payer negative. */
export type Money = Readonly<{ minor: bigint; currency: string }>

const digitsOf = (currency: string): number => {
  const places = minorDigits(currency)
  if (places === undefined) throw new RangeError(`${currency} is no ISO 4217 currency`)
  return places
}

export const money = (minor: bigint, currency: string): Money => ({ minor, currency })

/** Two currencies never meet in one sum. */
export const addMoney = (a: Money, b: Money): Money => {
  if (a.currency !== b.currency) throw new RangeError(`${a.currency} and ${b.currency} do not add up`)
  return { minor: a.minor + b.minor, currency: a.currency }
}

/** The only rounding of an amount: an exact number of major units to whole minor units, half-even. */
export const toMoney = (amount: Rational, currency: string): Money => ({
  minor: roundHalfEven(times(amount, rational(10n ** BigInt(digitsOf(currency))))),
  currency,
})

/** Major units, exactly. */
export const toRational = ({ minor, currency }: Money): Rational => rational(minor, 10n ** BigInt(digitsOf(currency)))

/** `"16096464.00"`. */
export const formatMoney = ({ minor, currency }: Money): string => fixed(minor, digitsOf(currency))

/** Reads an amount at its currency's minor unit or coarser; undefined when it is no decimal or has too many digits. */
export const parseMoney = (text: string, currency: string): Money | undefined => {
  const value = parseDecimal(text)
  if (value === undefined || minorDigits(currency) === undefined) return undefined
  const scaled = times(value, rational(10n ** BigInt(digitsOf(currency))))
  return scaled.d === 1n ? { minor: scaled.n, currency } : undefined
}

/**
 * Splits a whole amount in proportion to weights (none negative) by largest remainder: the parts add up to `whole`, ties go to the earlier
 * part. All weights zero puts everything on the first part.
 */
export const apportion = (whole: bigint, weights: readonly Rational[]): bigint[] => {
  if (weights.length === 0) throw new RangeError('nothing to apportion to')
  const sum = weights.reduce((a, b) => rational(a.n * b.d + b.n * a.d, a.d * b.d), rational(0))
  if (sum.n === 0n) return weights.map((_, i) => (i === 0 ? whole : 0n))
  return roundTogether(
    whole,
    weights.map((weight) => over(times(weight, rational(whole)), sum)),
  )
}

/** Rounds exact parts so that they add up to `whole`: floors, then one more for the largest remainders, ties to the earlier part. */
export const roundTogether = (whole: bigint, parts: readonly Rational[]): bigint[] => {
  const rounded = parts.map(floor)
  const remainders = parts.map((part, i) => minus(part, rational(rounded[i]!)))
  const order = parts.map((_, i) => i).toSorted((a, b) => compare(remainders[b]!, remainders[a]!) || a - b)
  const missing = whole - rounded.reduce((a, b) => a + b, 0n)
  if (missing < 0n || missing > BigInt(parts.length)) throw new RangeError(`${parts.length} parts cannot be rounded to ${whole}`)
  for (const index of order.slice(0, Number(missing))) rounded[index]! += 1n
  return rounded
}
