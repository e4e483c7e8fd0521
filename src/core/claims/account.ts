import { integrateBuckets, minimum, positive, restrict, subtract, type Steps } from '../base/steps.ts'
import type { BlockFacts } from '../meter/facts.ts'
import { gridEdges } from './grid.ts'
import type { Intake, Placeable } from './intake.ts'
import { reasons, unprovenFrom } from './reason.ts'
import { spansOf } from './spans.ts'

/** What a block claims without saying where, by hour in GPU-seconds: all of it, and what readings of the block alone say against it. */
export type Asked = Readonly<{
  claimed: Float64Array
  against: readonly Float64Array[]
  loosely: Float64Array
  dark: Float64Array
  isRead: boolean
}>

const byHour = (edges: Float64Array, steps: Steps): Float64Array => integrateBuckets(restrict(steps, edges[0]!, edges.at(-1)!), edges)

/**
 * Claims of a block that no reading makes: what is unsold by its facts, had every GPU without evidence been available. Nothing speaks against them but
 * want of evidence, for they come from what the readings say.
 */
const derived = (intake: Intake, facts: BlockFacts): Readonly<{ claimed: Steps; against: readonly Steps[]; left: Steps }> => {
  const { available, called, sold } = facts.presumed
  const claimed = subtract(subtract(available, called), sold)
  return { claimed, against: [], left: claimed }
}

/** Claims by readings that say no place, and against them, in the order of `reasons`: claimed too early, not accepted, sold or called, out of service. */
const read = (loose: readonly Placeable[], facts: BlockFacts): ReturnType<typeof derived> => {
  const claims = spansOf(loose.filter(({ what }) => what === 'claim'))
  const early = spansOf(loose.filter(({ what }) => what === 'earlyClaim'))
  const claimed = spansOf(loose.filter(({ what }) => what === 'claim' || what === 'earlyClaim'))
  const accepted = minimum(claims, facts.accepted)
  const { available, called, sold } = facts.presumed
  const present = minimum(accepted, available)
  const left = minimum(present, positive(subtract(subtract(available, called), sold)))
  const gone = subtract(present, left)
  return { claimed, against: [early, subtract(claims, accepted), gone, subtract(accepted, present)], left }
}

/** What a block claims beyond what is claimed of a node or rack by name. */
export const askOf = (intake: Intake, facts: BlockFacts, loose: readonly Placeable[], isRead: boolean): Asked => {
  const edges = gridEdges(intake.grid)
  const ofBlock = loose.filter(({ block }) => block === facts.block)
  const { claimed, against, left } = isRead ? read(ofBlock, facts) : derived(intake, facts)
  const gaps = ofBlock.filter(({ what, gpus }) => what === 'gap' && gpus !== undefined)
  return {
    claimed: byHour(edges, claimed),
    against: against.map((steps) => byHour(edges, steps)),
    loosely: byHour(edges, left),
    dark: byHour(edges, spansOf(gaps)),
    isRead,
  }
}

/** What nodes have free, by hour in GPU-seconds: judged by reason, and eligible. `beyond`: what was sold on nodes beyond what works there. */
export type Free = Readonly<{
  amounts: readonly Float64Array[]
  eligible: Float64Array
  alone: readonly Float64Array[]
  beyond: Float64Array
}>

/** What becomes of the claims of a block that say no place, by hour. `absorbed` is what a reason loses to what is sold or called without a place. */
export type Account = Readonly<{
  claimed: number
  eligible: number
  absorbed: readonly Float64Array[]
  /** Against the block as a whole, by reason. */
  ofBlock: readonly Float64Array[]
  alone: readonly number[]
}>

/**
 * Holds what a block claims without a place against what its nodes have free. Where they have more free than is claimed, some of it is sold, called or
 * not claimed and nobody says where: that counts for the claimant, so it takes rejected GPU-time first, then unproven, then what is in order. Where they
 * have less, the rest stands in no rack that is free, and is unproven. What is sold on a node beyond the GPUs that work there lowers what the block has
 * unsold as well, but says nothing of other nodes: it takes what is in order.
 */
export const accountOf = ({ claimed, against, loosely, dark, isRead }: Asked, free: Free): Account => {
  const hours = claimed.length
  const ofBlock = reasons.map(() => new Float64Array(hours))
  const absorbed = reasons.map(() => new Float64Array(hours))
  const alone = reasons.map(() => 0)
  let [total, eligible] = [0, 0]
  for (let hour = 0; hour < hours; hour++) {
    total += claimed[hour]!
    for (const [i, column] of against.entries()) ofBlock[i]![hour] = column[hour]!
    const has = free.amounts.reduce((sum, column) => sum + column[hour]!, free.eligible[hour]!)
    const all = Math.max(0, has - loosely[hour]!)
    // What is sold beyond a node's own GPUs is known to be there: it hides nothing on other nodes.
    const there = isRead ? 0 : Math.min(all, free.beyond[hour]!, free.eligible[hour]!)
    const spare = all - there
    let left = spare
    for (const [reason, column] of free.amounts.entries()) {
      absorbed[reason]![hour] = Math.min(left, column[hour]!)
      left -= absorbed[reason]![hour]!
      alone[reason]! += Math.max(0, free.alone[reason]![hour]! - spare)
    }
    const good = free.eligible[hour]! - there - left
    const gap = Math.min(good, dark[hour]!)
    ofBlock[unprovenFrom]![hour]! += Math.max(0, loosely[hour]! - has) + gap
    eligible += good - gap
  }
  for (const [reason, column] of ofBlock.entries()) alone[reason]! += column.reduce((sum, value) => sum + value, 0)
  return { claimed: total, eligible, absorbed, ofBlock, alone }
}
