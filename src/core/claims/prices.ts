import type { BlockId } from '../base/id.ts'
import type { Rational } from '../base/rational.ts'
import type { Instant, Interval } from '../base/time.ts'
import type { IndexFact } from '../meter/facts.ts'
import { pricesIn } from '../terms/indexed.ts'
import { inForce, isBackstop, isShare, type Schedule } from '../terms/schedule.ts'

/**
 * The price per GPU-hour of the backstop that covers a block at an instant, in major units; undefined where none does. Of a price by tiers it is the
 * first: which tier a GPU-hour falls in is for the month's statement.
 */
export const makePrices = (schedule: Schedule, window: Interval, indices: readonly IndexFact[]) => {
  const stretches = schedule.clauses.filter(isBackstop).flatMap((clause) =>
    clause.from >= window.to || clause.to <= window.from
      ? []
      : clause.covers.map(({ block, price }) => {
          const span = { from: Math.max(clause.from, window.from), to: Math.min(clause.to, window.to) }
          return { block, from: clause.from, to: clause.to, steps: pricesIn(price, span, schedule.zone, indices) }
        }),
  )
  return (block: BlockId, at: Instant): Rational | undefined => {
    const found = stretches.find((each) => each.block === block && each.from <= at && at < each.to)
    return found === undefined ? undefined : inForce(found.steps, at).value[0]!.value
  }
}

/** The reference price per GPU-hour that the share of a pool names for affiliates, at an instant. */
export const referenceOf = (schedule: Schedule, pool: string, at: Instant): Rational | undefined => {
  const blocks = new Set(schedule.blocks.filter((block) => block.pool === pool).map(({ id }) => id))
  return schedule.clauses
    .filter(isShare)
    .find(
      (clause) =>
        clause.from <= at &&
        at < clause.to &&
        clause.affiliateReference !== undefined &&
        clause.covers.some(({ block }) => blocks.has(block)),
    )?.affiliateReference
}
