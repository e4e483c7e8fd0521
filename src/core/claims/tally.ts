import { books, emptyFlags, makeFlagger, noFigures, type Flags } from './flags.ts'
import type { Free } from './account.ts'
import { addHeat, emptyHeat, heatStates, type Heat } from './heat.ts'
import { flaggedOf, type NodeHours, type Verdict } from './judge.ts'
import type { Stay } from './places.ts'
import { reasonAt, reasons, unprovenFrom } from './reason.ts'

/** What is known of one block while its nodes are judged, in GPU-seconds. */
export type BlockTally = Readonly<{
  /** Whether it claims anything without a place, so that what nodes have free matters. */
  asksFree: boolean
  /** Claimed by name: all of it, eligible, by reason, and by reason alone. */
  named: { claimed: number; eligible: number }
  amounts: Float64Array
  alone: Float64Array
  free: Free
  /** Without evidence, of nodes of a block of which no node has telemetry: by hour, named and free. */
  dark: readonly [Float64Array, Float64Array]
}>

export type Tally = Readonly<{ blocks: readonly BlockTally[]; heat: Heat; flags: Flags; flag: ReturnType<typeof makeFlagger> }>

export const emptyTally = (asksFree: readonly boolean[], racks: number, hours: number): Tally => {
  const flags = emptyFlags()
  const byReason = () => reasons.map(() => new Float64Array(hours))
  const blocks = asksFree.map((asks): BlockTally => ({
    asksFree: asks,
    named: { claimed: 0, eligible: 0 },
    amounts: new Float64Array(reasons.length),
    alone: new Float64Array(reasons.length),
    free: { amounts: byReason(), eligible: new Float64Array(hours), alone: byReason(), beyond: new Float64Array(hours) },
    dark: [new Float64Array(hours), new Float64Array(hours)],
  }))
  return { blocks, heat: emptyHeat(racks, hours), flags, flag: makeFlagger(flags) }
}

const state = Object.fromEntries(heatStates.map((each, i) => [each, i])) as Readonly<Record<(typeof heatStates)[number], number>>

/** The states of an hour add up to what is accepted, and what is claimed where nothing is: what is claimed of sold or broken GPUs is flagged instead. */
const warm = (heat: Heat, { rack }: Stay, node: NodeHours, hour: number, verdict: Verdict): void => {
  const add = (which: keyof typeof state, gpuSeconds: number): void => addHeat(heat, rack, hour, state[which], gpuSeconds)
  const { rejected, unproven } = flaggedOf(verdict)
  const twice = Math.min(node.soldTwice[hour]!, node.sold[hour]!)
  const broken = Math.min(node.out[hour]!, node.unavailable[hour]!)
  const worked = Math.min(node.out[hour]! - broken, node.planned[hour]!)
  const sold = node.sold[hour]! - twice
  const used = Math.min(sold, verdict.busy)
  add('soldUsed', used)
  add('soldIdle', sold - used)
  add('unsold', verdict.eligible[0] + verdict.eligible[1])
  add('unavailable', node.unavailable[hour]! - broken)
  add('planned', node.planned[hour]! - worked)
  add('noEvidence', unproven)
  // What was claimed too early is none of the hour's GPU-time by itself: the GPUs are in one of the other states.
  add('flagged', rejected - node.early[hour]! - (node.soldTwice[hour]! - twice) - (node.out[hour]! - broken - worked))
}

type Judged = Readonly<{ at: number; stay: Stay; node: NodeHours; hour: number; verdict: Verdict; isBlind: boolean }>

/** Adds the verdict of one hour of one node. `isBlind`: no node of its block has telemetry, so that its want of evidence is told of the block. */
export const tallyHour = ({ blocks, heat, flag }: Tally, { at, stay, node, hour, verdict, isBlind }: Judged): void => {
  const block = blocks[stay.block]!
  block.named.claimed += node.claimed[hour]!
  block.named.eligible += verdict.eligible[0]
  warm(heat, stay, node, hour, verdict)
  for (let reason = 0; reason < reasons.length && !verdict.isQuiet; reason++) {
    block.alone[reason]! += verdict.alone[0][reason]!
    const named = verdict.amounts[0][reason]!
    block.amounts[reason]! += named
    const free = block.asksFree ? verdict.amounts[1][reason]! : 0
    if (isBlind && reason === unprovenFrom) {
      block.dark[0][hour]! += named
      block.dark[1][hour]! += free
    } else {
      flag({ stay: at, hour, reason, book: books.named, amount: named }, verdict.figures)
      flag({ stay: at, hour, reason, book: books.free, amount: free }, verdict.figures)
    }
    if (!block.asksFree) continue
    block.free.amounts[reason]![hour]! += free
    block.free.alone[reason]![hour]! += verdict.alone[1][reason]!
  }
  if (!block.asksFree) return
  block.free.eligible[hour]! += verdict.eligible[1]
  block.free.beyond[hour]! += node.beyond[hour]!
}

/** GPU-seconds beyond a node's own, sold to several at once or run twice at once: they lie beside what is claimed. */
export const flagBeside = ({ flag }: Tally, stay: number, hour: number, what: 'double' | 'overlap', amount: number): void =>
  flag(
    { stay, hour, reason: what === 'double' ? reasonAt['sold-twice'] : reasonAt['implausible-clock'], book: books.beside, amount },
    noFigures,
  )
