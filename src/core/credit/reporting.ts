import { minorDigits } from '../base/currency.ts'
import { formatMoney, toMoney } from '../base/money.ts'
import { decimal, rational, times, type Rational } from '../base/rational.ts'

/** The currency that everything is told in, and what one unit of each other currency is worth in it. */
export type Reporting = Readonly<{ currency: string; rates: ReadonlyMap<string, Rational> }>

/** An exact amount in whole minor units of the reporting currency: the one rounding of the register. Throws `RangeError` without a rate. */
export const reported = ({ currency, rates }: Reporting, amount: Rational, from: string): bigint => {
  if (from === currency) return toMoney(amount, currency).minor
  const rate = rates.get(from)
  if (rate === undefined) throw new RangeError(`no rate from ${from} to ${currency}`)
  return toMoney(times(amount, rate), currency).minor
}

/** Decimal text of minor units. */
export const shown = (minor: bigint, currency: string): string => formatMoney({ minor, currency })

/** Minor units as an exact number of major ones. */
export const majorOf = (minor: bigint, currency: string): Rational => rational(minor, 10n ** BigInt(minorDigits(currency)!))

/** Minor units of a decimal that has no more digits than its currency. */
export const minorOf = (amount: string, currency: string): bigint => toMoney(decimal(amount), currency).minor

export const sumOf = (all: Iterable<bigint>): bigint => {
  let sum = 0n
  for (const each of all) sum += each
  return sum
}
