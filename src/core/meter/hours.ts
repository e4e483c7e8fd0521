import { add, integrateBuckets, minimum, subtract, zero, type Steps } from '../base/steps.ts'
import { hourEdges, type Instant } from '../base/time.ts'
import type { ResolvedPool } from '../terms/schedule.ts'
import type { BlockFacts, Facts } from './facts.ts'
import type { PoolUse } from './sales.ts'

/**
 * One hour of a pool, in GPU-seconds: `accepted = out + called + soldUsed + soldIdle + interruptibleUsed + unsold`, each zero or more. The
 * middle three are what was sold, S.
 */
export type PoolHour = Readonly<{
  from: Instant
  to: Instant
  /** Installed and accepted, N. */
  accepted: number
  /** Planned and unavailable, P + U. */
  out: number
  called: number
  /** Sold, and held by jobs that may not be interrupted. */
  soldUsed: number
  /** Sold, and held by no job: reserved and idle. */
  soldIdle: number
  /** Held by jobs that may be interrupted. */
  interruptibleUsed: number
  unsold: number
}>

const sumOver = (blocks: readonly BlockFacts[], of: (block: BlockFacts) => Steps): Steps =>
  blocks.reduce((sum, block) => add(sum, of(block)), zero)

/**
 * The hours of a pool over the window of the facts, as proven; hours are those of the local day. At each instant what is sold, S, divides into
 * used = min(held by jobs that may not be interrupted, S), then interruptible = min(held by jobs that may, S − used), and the rest is idle: where
 * more is held than works, it is the interruptible jobs that are counted as down first. Throws where an hour does not add up, which is a bug.
 */
export const hoursOf = (
  { window, blocks }: Pick<Facts, 'window' | 'blocks'>,
  pool: ResolvedPool,
  use: PoolUse,
  zone: string,
): PoolHour[] => {
  const held = blocks.filter(({ block }) => pool.blocks.includes(block))
  const sold = sumOver(held, ({ proven }) => proven.sold)
  const used = minimum(use.firm, sold)
  const interruptible = minimum(use.spot, subtract(sold, used))
  const functions = {
    accepted: sumOver(held, ({ accepted }) => accepted),
    out: sumOver(held, ({ planned, unavailable }) => add(planned, unavailable)),
    called: sumOver(held, ({ proven }) => proven.called),
    soldUsed: used,
    soldIdle: subtract(subtract(sold, used), interruptible),
    interruptibleUsed: interruptible,
    unsold: sumOver(held, ({ proven: { available, called, sold: soldOf } }) => subtract(subtract(available, called), soldOf)),
  }
  const edges = hourEdges(window, zone)
  const totals = Object.entries(functions).map(([name, steps]) => [name, integrateBuckets(steps, edges)] as const)
  return Array.from({ length: edges.length - 1 }, (_, i) => {
    const parts = Object.fromEntries(totals.map(([name, integrals]) => [name, integrals[i]!])) as Omit<PoolHour, 'from' | 'to'>
    const hour = { from: edges[i]!, to: edges[i + 1]!, ...parts }
    assertIdentity(pool, hour)
    return hour
  })
}

const assertIdentity = ({ id }: ResolvedPool, hour: PoolHour): void => {
  const { accepted, out, called, soldUsed, soldIdle, interruptibleUsed, unsold } = hour
  const parts = [out, called, soldUsed, soldIdle, interruptibleUsed, unsold]
  if (parts.every((part) => part >= 0) && parts.reduce((sum, part) => sum + part, 0) === accepted) return
  throw new Error(`The hour of pool ${id} from ${hour.from} does not add up: ${JSON.stringify(hour)}. This is a bug of the meter.`)
}
