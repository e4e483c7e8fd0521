import { fromIntervals } from '../base/from-intervals.ts'
import { minimum, restrict, visitPieces, type Steps } from '../base/steps.ts'
import type { Interval } from '../base/time.ts'
import type { Piece } from './finding.ts'
import { hourSeconds } from './grid.ts'
import { aboveList } from './market.ts'
import type { Stay } from './places.ts'
import { sweep, type Field } from './sweep.ts'

/** GPU-seconds of an hour that a reason takes of what a node has free, and those that reasons before it take. */
export type Taken = Readonly<{ hour: number; before: number; amount: number }>
type Span = readonly [from: number, to: number, gpus: number]

/** GPU-seconds `first` up to `last` of `free` GPUs over a stretch, one GPU after the other. */
const layOut = (from: number, to: number, first: number, last: number): Span[] => {
  const seconds = to - from
  const [row, end] = [Math.floor(first / seconds), Math.floor(last / seconds)]
  const [offset, rest] = [first - row * seconds, last - end * seconds]
  if (row === end) return [[from + offset, from + rest, 1]]
  return [
    [from + offset, to, 1],
    [from, to, end - row - 1],
    [from, from + rest, 1],
  ]
}

/**
 * Puts GPU-seconds of hours into whole GPUs over whole seconds of what the node has free, in order of time: exactly as many, as long as it has them.
 * Pieces of two reasons in one hour do not overlap.
 */
export const piecesOf = (field: Field, stay: Stay, taken: readonly Taken[]): Piece[] => {
  const byHour = new Map(taken.map((each) => [each.hour, { first: each.before, last: each.before + each.amount }]))
  const seen = new Map<number, number>()
  const spans: Span[] = []
  sweep(field, stay, ({ hour, from, to, free }) => {
    const wanted = byHour.get(hour)
    if (wanted === undefined || free === 0) return
    const passed = seen.get(hour) ?? 0
    const here = free * (to - from)
    seen.set(hour, passed + here)
    const first = Math.max(0, wanted.first - passed)
    const last = Math.min(here, wanted.last - passed)
    if (first < last) spans.push(...layOut(from, to, first, last))
  })
  return toPieces(sumOfSpans(spans), field.grid.window.from)
}

const toPieces = ({ starts, values }: Steps, start: number): Piece[] =>
  Array.from(starts, (from, i): Piece => [from + start, (starts[i + 1] ?? from) + start, values[i]!]).filter(([, , gpus]) => gpus > 0)

/** When, in an interval, a block was offered above the list price only; `gpus` are those of the node. */
export const dearPieces = ({ bits, grid }: Field, { block, gpus }: Stay, { from, to }: Interval): Piece[] => {
  const start = grid.window.from
  return toPieces(restrict(bits[block]!, from - start, to - start), start)
    .filter(([, , value]) => (value & aboveList) !== 0)
    .map(([first, last]) => [first, last, gpus])
}

/** GPU-seconds of an hour as whole GPUs over whole seconds. */
export const hourPieces = ({ from, to }: Interval, gpuSeconds: number): Piece[] => {
  const gpus = Math.floor(gpuSeconds / (to - from))
  const rest = from + gpuSeconds - gpus * (to - from)
  const pieces: Piece[] = [
    [from, rest, gpus + 1],
    [rest, to, gpus],
  ]
  return pieces.filter(([first, last, count]) => first < last && count > 0)
}

const sumOfSpans = (spans: readonly Span[]): Steps =>
  fromIntervals(
    Float64Array.from(spans, ([from]) => from),
    Float64Array.from(spans, ([, to]) => to),
    Float64Array.from(spans, ([, , gpus]) => gpus),
  )

/**
 * Where GPUs come to be that pieces name, of what there is room for: those of a node where they are, as far as there is room; those of no node anywhere in
 * the room of their hour, for of them only the hour is known.
 */
export const fitPieces = (pieces: readonly Piece[], room: Steps, isOfNode: boolean): Steps => {
  if (isOfNode) return minimum(sumOfSpans(pieces), room)
  const spans: Span[] = []
  for (const [hour, each] of Map.groupBy(pieces, ([from]) => Math.floor(from / hourSeconds))) {
    let left = each.reduce((sum, [from, to, gpus]) => sum + (to - from) * gpus, 0)
    visitPieces([room], hour * hourSeconds, (hour + 1) * hourSeconds, (from, to, [free]) => {
      const taken = Math.min(left, free! * (to - from))
      if (taken > 0) spans.push(...layOut(from, to, 0, taken))
      left -= taken
    })
  }
  return sumOfSpans(spans)
}
