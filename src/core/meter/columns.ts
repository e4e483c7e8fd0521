import { fromIntervals } from '../base/from-intervals.ts'
import { add, zero, type Steps } from '../base/steps.ts'
import type { Instant } from '../base/time.ts'

/** Counts over intervals, in columns that grow: a million readings are three arrays, and no object is kept of any. */
export type Columns = { froms: Float64Array; tos: Float64Array; counts: Float64Array; length: number }

export const emptyColumns = (): Columns => ({
  froms: new Float64Array(8),
  tos: new Float64Array(8),
  counts: new Float64Array(8),
  length: 0,
})

const doubled = (column: Float64Array): Float64Array => {
  const grown = new Float64Array(column.length * 2)
  grown.set(column)
  return grown
}

export const push = (columns: Columns, from: Instant, to: Instant, count: number): void => {
  if (columns.length === columns.froms.length) {
    columns.froms = doubled(columns.froms)
    columns.tos = doubled(columns.tos)
    columns.counts = doubled(columns.counts)
  }
  columns.froms[columns.length] = from
  columns.tos[columns.length] = to
  columns.counts[columns.length++] = count
}

/** Adds the pieces of a function that ends at zero. */
export const pushSteps = (columns: Columns, { starts, values }: Steps): void => {
  for (let i = 0; i + 1 < starts.length; i++) if (values[i] !== 0) push(columns, starts[i]!, starts[i + 1]!, values[i]!)
}

export const pushAll = (columns: Columns, others: Columns): void => {
  for (let i = 0; i < others.length; i++) push(columns, others.froms[i]!, others.tos[i]!, others.counts[i]!)
}

/** The sum of all intervals. */
export const sumOf = ({ froms, tos, counts, length }: Columns): Steps =>
  fromIntervals(froms.subarray(0, length), tos.subarray(0, length), counts.subarray(0, length))

/** Intervals that only their sum is wanted of: what has come so far is summed up now and then, so memory grows with instants and not with readings. */
export type Tally = { columns: Columns; sum: Steps }

/** So many intervals are kept before they are summed: a sum costs as much as all instants so far. */
const tallyRows = 2 ** 21

export const emptyTally = (): Tally => ({ columns: emptyColumns(), sum: zero })

/** Whether nothing was counted. */
export const isEmpty = ({ columns, sum }: Tally): boolean => columns.length === 0 && sum.starts.length === 0

export const count = (tally: Tally, from: Instant, to: Instant, gpus: number): void => {
  const { columns } = tally
  push(columns, from, to, gpus)
  if (columns.length < tallyRows) return
  tally.sum = add(tally.sum, sumOf(columns))
  columns.length = 0
}

export const countAll = (tally: Tally, { columns, sum }: Tally): void => {
  for (let i = 0; i < columns.length; i++) count(tally, columns.froms[i]!, columns.tos[i]!, columns.counts[i]!)
  tally.sum = add(tally.sum, sum)
}

/** Counts what a function is. */
export const countSteps = (tally: Tally, steps: Steps): void => {
  tally.sum = add(tally.sum, steps)
}

/** The sum of all that was counted. */
export const totalOf = ({ columns, sum }: Tally): Steps => (sum.starts.length === 0 ? sumOf(columns) : add(sum, sumOf(columns)))
