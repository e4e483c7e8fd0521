import type { Instant } from '../base/time.ts'
import { nodeSays, noOrder, type RackLog } from './rack-log.ts'
import type { NodeStay } from './rack-places.ts'

/** What an accepted GPU was doing, as a rack shows it; what is none of these was not accepted. */
export const cellStates = ['soldUsed', 'soldIdle', 'called', 'unsold', 'unavailable', 'planned', 'noEvidence'] as const
export type CellState = (typeof cellStates)[number]
export const cellWidth = cellStates.length
export const cellAt = Object.fromEntries(cellStates.map((state, i) => [state, i])) as Readonly<Record<CellState, number>>

/** GPU-seconds of rows (racks, or nodes) by bucket and state. `edges` are the starts of the buckets, and the end. */
export type Cells = Readonly<{ rows: number; edges: Float64Array; amounts: Uint32Array }>

/** GPUs of one row at most: a bucket of an hour stays within 32 bits. */
export const rowGpusMax = 2 ** 20

export const emptyCells = (rows: number, edges: Float64Array): Cells => ({
  rows,
  edges,
  amounts: new Uint32Array(rows * (edges.length - 1) * cellWidth),
})

/** Where the amounts of a row and bucket begin. */
export const cellIndex = ({ edges }: Cells, row: number, bucket: number): number => (row * (edges.length - 1) + bucket) * cellWidth

const inTime = (numbers: readonly number[], of: Float64Array): number[] => numbers.toSorted((a, b) => of[a]! - of[b]!)

/** The GPUs of one node by state while these intervals last; written into `into`. Sales fill working GPUs first (M13); out of service as in M10. */
const countStates = ({ log }: RackLog, active: readonly number[], gpus: number, into: Uint32Array): void => {
  const most = [0, 0, 0]
  let [contracted, allocated] = [0, 0]
  const orders = new Map<number, [reserved: number, allocated: number]>()
  for (const i of active) {
    const [says, count, order] = [log.says[i]!, log.spans.counts[i]!, log.orders[i]!]
    if (says >= nodeSays.planned) most[says - nodeSays.planned] = Math.max(most[says - nodeSays.planned]!, count)
    else {
      if (says === nodeSays.allocated) allocated += count
      if (order === noOrder) contracted += count
      else {
        const of = orders.get(order) ?? [0, 0]
        of[says === nodeSays.reserved ? 0 : 1] += count
        orders.set(order, of)
      }
    }
  }
  for (const [reserved, used] of orders.values()) contracted += Math.max(reserved, used)
  const planned = Math.min(gpus, most[0]!)
  const known = Math.min(gpus, Math.max(planned, most[1]!))
  const out = Math.min(gpus, Math.max(known, most[2]!))
  const sold = Math.min(gpus - out, contracted)
  const used = Math.min(sold, allocated)
  into[cellAt.soldUsed] = used
  into[cellAt.soldIdle] = sold - used
  into[cellAt.called] = 0
  into[cellAt.unsold] = gpus - out - sold
  into[cellAt.unavailable] = known - planned
  into[cellAt.planned] = planned
  into[cellAt.noEvidence] = out - known
}

type Row = Readonly<{ cells: Cells; row: number }>

/** Adds GPUs by state over an interval to the buckets that it touches. */
const addOver = ({ cells, row }: Row, counts: Uint32Array, from: Instant, to: Instant, first: number): number => {
  const { edges, amounts } = cells
  let bucket = first
  while (edges[bucket + 1]! <= from) bucket++
  for (let at = from; at < to; bucket++) {
    const end = Math.min(to, edges[bucket + 1]!)
    const index = cellIndex(cells, row, bucket)
    for (let state = 0; state < cellWidth; state++) amounts[index + state]! += counts[state]! * (end - at)
    at = end
  }
  return Math.max(first, bucket - 1)
}

/** What one node did over its stay, event by event: linear in its events but for two sorts. */
const addStay = (log: RackLog, { gpus, from, to }: NodeStay, said: readonly number[], into: Row): void => {
  const { froms, tos } = log.log.spans
  const { edges } = into.cells
  const start = Math.max(from, edges[0]!)
  const end = Math.min(to, edges.at(-1)!)
  const begins = inTime(said, froms)
  const counts = new Uint32Array(cellWidth)
  let active: number[] = []
  let [next, bucket] = [0, 0]
  for (let at = start; at < end;) {
    while (next < begins.length && froms[begins[next]!]! <= at) active.push(begins[next++]!)
    active = active.filter((i) => tos[i]! > at)
    let until = Math.min(end, next < begins.length ? froms[begins[next]!]! : Infinity)
    for (const i of active) until = Math.min(until, tos[i]!)
    countStates(log, active, gpus, counts)
    bucket = addOver(into, counts, at, until, bucket)
    at = until
  }
}

/** The intervals of each node: those of node `n` are `order[starts[n]]` up to `order[starts[n + 1]]`. One counting pass. */
const byNode = ({ log, nodes }: RackLog): Readonly<{ starts: Uint32Array; order: Uint32Array }> => {
  const starts = new Uint32Array(nodes.size + 1)
  for (let i = 0; i < log.spans.length; i++) starts[log.nodes[i]! + 1]! += 1
  for (let node = 0; node < nodes.size; node++) starts[node + 1]! += starts[node]!
  const next = starts.slice()
  const order = new Uint32Array(log.spans.length)
  for (let i = 0; i < log.spans.length; i++) order[next[log.nodes[i]!]!++] = i
  return { starts, order }
}

/**
 * What GPUs in racks were doing, as far as readings say where: GPU-seconds by row, bucket and state. `rowOf` says which row a stay belongs to;
 * undefined: none. What readings tell of a block without a place is not in it: see `tieCells`.
 */
export const cellsOf = (log: RackLog, stays: readonly NodeStay[], edges: Float64Array, drawn: Drawn): Cells => {
  const drawing = drawCells(log, stays, edges, drawn)
  for (;;) {
    const next = drawing.next()
    if (next.done === true) return next.value
  }
}

export type Drawn = Readonly<{ rows: number; rowOf: (stay: NodeStay, index: number) => number | undefined }>

/** Nodes that are drawn between two breaks. */
const nodesAtOnce = 500

/** The same with breaks, so that who draws a campus can do other things meanwhile. */
export function* drawCells(
  log: RackLog,
  stays: readonly NodeStay[],
  edges: Float64Array,
  { rows, rowOf }: Drawn,
): Generator<undefined, Cells> {
  const cells = emptyCells(rows, edges)
  const { starts, order } = byNode(log)
  for (const [index, stay] of stays.entries()) {
    const row = rowOf(stay, index)
    if (index % nodesAtOnce === nodesAtOnce - 1) yield
    if (row === undefined) continue
    addStay(log, stay, [...order.subarray(starts[stay.node], starts[stay.node + 1])], { cells, row })
  }
  return cells
}

/** GPU-seconds by state of some rows, bucket by bucket: `[bucket × states]`. */
export const sumRows = (cells: Cells, rows: Iterable<number>): Float64Array => {
  const size = (cells.edges.length - 1) * cellWidth
  const sums = new Float64Array(size)
  for (const row of rows) for (let i = 0; i < size; i++) sums[i]! += cells.amounts[row * size + i]!
  return sums
}
