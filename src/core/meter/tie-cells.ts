import { add, integrateBuckets, subtract, zero, type Steps } from '../base/steps.ts'
import type { BlockFacts } from './facts.ts'
import { cellAt, cellIndex, cellStates, cellWidth, sumRows, type Cells } from './rack-cells.ts'

/** What the facts say of some blocks, bucket by bucket, in GPU-seconds; sold is not told apart there. */
export type BlockBuckets = Readonly<
  Record<'accepted' | 'sold' | 'called' | 'unsold' | 'unavailable' | 'planned' | 'noEvidence', Float64Array>
>

/** The facts of blocks, as proven, in buckets: accepted = sold + called + unsold + unavailable + planned + noEvidence (M6). */
export const bucketsOf = (facts: readonly BlockFacts[], edges: Float64Array): BlockBuckets => {
  const sum = (of: (block: BlockFacts) => Steps) => integrateBuckets(facts.map(of).reduce(add, zero), edges)
  return {
    accepted: sum(({ accepted }) => accepted),
    sold: sum(({ proven }) => proven.sold),
    called: sum(({ proven }) => proven.called),
    unsold: sum(({ proven: { available, called, sold } }) => subtract(subtract(available, called), sold)),
    unavailable: sum(({ unavailable, unproven }) => subtract(unavailable, unproven)),
    planned: sum(({ planned }) => planned),
    noEvidence: sum(({ unproven }) => unproven),
  }
}

/**
 * What the rows should come to in one bucket. More sold than is placed is used as far as allocations name no place, and idle beyond them; less is taken
 * from what is idle first.
 */
const targetOf = (facts: BlockBuckets, bucket: number, placed: Float64Array, usedAnywhere: number): Float64Array => {
  const at = bucket * cellWidth
  const target = new Float64Array(cellWidth)
  const [used, idle] = [placed[at + cellAt.soldUsed]!, placed[at + cellAt.soldIdle]!]
  const sold = facts.sold[bucket]!
  const more = sold - used - idle
  target[cellAt.soldUsed] = more >= 0 ? used + Math.min(more, usedAnywhere) : Math.min(used, sold)
  target[cellAt.soldIdle] = sold - target[cellAt.soldUsed]!
  for (const state of ['called', 'unsold', 'unavailable', 'planned', 'noEvidence'] as const) target[cellAt[state]] = facts[state][bucket]!
  return target
}

/** Turns what a row has too much of into what is wanting, in the order of the states; answers with how much was turned. */
const turn = (cells: Cells, row: number, bucket: number, difference: Float64Array): number => {
  const index = cellIndex(cells, row, bucket)
  let turned = 0
  for (let from = 0; from < cellWidth; from++)
    for (let to = 0; to < cellWidth && difference[from]! < 0; to++) {
      const amount = Math.min(-difference[from]!, Math.max(0, difference[to]!), cells.amounts[index + from]!)
      if (amount === 0) continue
      cells.amounts[index + from]! -= amount
      cells.amounts[index + to]! += amount
      difference[from]! += amount
      difference[to]! -= amount
      turned += amount
    }
  return turned
}

/**
 * Makes rows of racks come to what the facts say, bucket by bucket. Readings may tell of a block without saying where: a call, a sale without nodes, an
 * outage without a unit. What they tell is drawn on the last rows that have something else, so that every sum over racks is the one that is settled.
 * Answers with the GPU-seconds that were so drawn. Rows that stand for more or less than is accepted cannot come to it; they come as near as they can.
 */
export const tieCells = (cells: Cells, rows: readonly number[], facts: BlockBuckets, usedAnywhere: Float64Array): number => {
  const placed = sumRows(cells, rows)
  let turned = 0
  for (let bucket = 0; bucket + 1 < cells.edges.length; bucket++) {
    const difference = targetOf(facts, bucket, placed, usedAnywhere[bucket]!)
    for (let state = 0; state < cellWidth; state++) difference[state]! -= placed[bucket * cellWidth + state]!
    for (let i = rows.length - 1; i >= 0 && difference.some((each) => each < 0); i--) turned += turn(cells, rows[i]!, bucket, difference)
  }
  return turned
}

/** What facts and rows come to over all buckets, by state, in GPU-seconds: equal where everything could be drawn. */
export type Tie = Readonly<{
  state: 'accepted' | 'sold' | 'called' | 'unsold' | 'unavailable' | 'planned' | 'noEvidence'
  settled: number
  drawn: number
}>

export const tiesOf = (facts: BlockBuckets, drawn: Float64Array): Tie[] => {
  const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0)
  const of = (...states: (keyof typeof cellAt)[]) =>
    drawn.reduce((sum, value, i) => (states.includes(cellStates[i % cellWidth]!) ? sum + value : sum), 0)
  const drawnOf = { accepted: of(...cellStates), sold: of('soldUsed', 'soldIdle') }
  return (['accepted', 'sold', 'called', 'unsold', 'unavailable', 'planned', 'noEvidence'] as const).map((state) => ({
    state,
    settled: total(facts[state]),
    drawn: state === 'accepted' || state === 'sold' ? drawnOf[state] : of(state),
  }))
}
