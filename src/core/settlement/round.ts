import { roundTogether } from '../base/money.ts'
import { compare, minus, nought, plus, rational, roundHalfEven, type Rational } from '../base/rational.ts'

/** Lines by index, and the whole minor units that a money cap leaves for them together. */
export type MoneyLimit = Readonly<{ lines: readonly number[]; left: Rational }>

const sumOf = (values: readonly bigint[], lines: readonly number[]): bigint => lines.reduce((sum, i) => sum + values[i]!, 0n)

/**
 * Rounds each line once, half-even. Lines that one money cap cuts, or would exceed it when rounded, are rounded together by largest
 * remainder to meet it exactly; so no cap is ever exceeded in rounded money. Limits come narrowest first.
 */
export const roundLines = (exact: readonly Rational[], limits: readonly MoneyLimit[]): bigint[] => {
  const minor = exact.map(roundHalfEven)
  for (const { lines, left } of limits) {
    const whole = left.n / left.d
    const parts = lines.map((i) => exact[i]!)
    const drawn = parts.reduce(plus, nought)
    const cut = compare(drawn, left) === 0 && left.d === 1n && lines.length > 0
    if (!cut && sumOf(minor, lines) <= whole) continue
    const floors = parts.reduce((sum, part) => sum + part.n / part.d, 0n)
    if (floors > whole || whole > floors + BigInt(parts.length)) continue
    for (const [k, value] of roundTogether(whole, parts).entries()) minor[lines[k]!] = value
  }
  // Two limits over the same lines may pull apart by a unit: the one that gained most by rounding gives it back.
  for (const { lines, left } of limits)
    while (compare(rational(sumOf(minor, lines)), left) > 0) {
      const gain = (i: number) => minus(rational(minor[i]!), exact[i]!)
      const most = lines.reduce((best, i) => (compare(gain(i), gain(best)) > 0 ? i : best))
      minor[most]! -= 1n
    }
  return minor
}
