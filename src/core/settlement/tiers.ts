import { compare, isZero, least, minus, plus, greatest, type Rational } from '../base/rational.ts'
import type { Tiers } from '../terms/schedule.ts'

/** A stretch of a cumulative base that lies in one tier; negative when the base falls. */
export type TierPiece = Readonly<{ tier: number; value: Rational; quantity: Rational }>

/** The tier a base stands in: the last that begins at or below it. Below zero it is the first. */
export const tierAt = (tiers: Tiers, base: Rational): number => {
  const index = tiers.findLastIndex(({ above }) => compare(above, base) <= 0)
  return Math.max(0, index)
}

/**
 * Cuts a move of the base from `before` by `change` at the tiers' edges: T(before + change) − T(before) is the sum of value × quantity over
 * the pieces, T being the marginal integral. A move of nothing is one empty piece, in the tier where the base stands.
 */
export const tierPieces = (tiers: Tiers, before: Rational, change: Rational): TierPiece[] => {
  const after = plus(before, change)
  if (isZero(change)) {
    const tier = tierAt(tiers, before)
    return [{ tier, value: tiers[tier]!.value, quantity: change }]
  }
  const [low, high] = [least(before, after), greatest(before, after)]
  const pieces = tiers.flatMap(({ above, value }, tier): TierPiece[] => {
    const start = tier === 0 ? low : greatest(low, above)
    const next = tiers[tier + 1]
    const end = next === undefined ? high : least(high, next.above)
    if (compare(start, end) >= 0) return []
    return [{ tier, value, quantity: change.n > 0n ? minus(end, start) : minus(start, end) }]
  })
  return change.n > 0n ? pieces : pieces.toReversed()
}
