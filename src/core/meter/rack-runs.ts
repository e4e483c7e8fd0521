import { cellIndex, cellStates, cellWidth, type Cells, type CellState } from './rack-cells.ts'

/** What a cell is coloured by: the state that most of its GPU-seconds were in, or why it has none. */
export const roles = [...cellStates, 'notAccepted', 'notYet'] as const
export type CellRole = (typeof roles)[number]

/** Buckets in a row that are alike: how many, and which of the mixes they have. */
export type Run = readonly [buckets: number, mix: number]
/** A colour and the GPU-seconds of a bucket by state. */
export type Mix = Readonly<{ role: CellRole; gpuSeconds: readonly number[] }>

/** The first of the states that have the most; `notAccepted` where there is nothing. */
export const roleOf = (gpuSeconds: ArrayLike<number>): CellRole => {
  let [best, most] = [-1, 0]
  for (let state = 0; state < cellWidth; state++) if (gpuSeconds[state]! > most) [best, most] = [state, gpuSeconds[state]!]
  return best < 0 ? 'notAccepted' : cellStates[best]!
}

/** Collects the different mixes of many rows: whole racks are in few. */
export const makeMixes = () => {
  const numbers = new Map<string, number>()
  const mixes: Mix[] = []
  const number = (role: CellRole, gpuSeconds: readonly number[]): number => {
    const key = `${role} ${gpuSeconds.join()}`
    const known = numbers.get(key)
    if (known !== undefined) return known
    numbers.set(key, mixes.length)
    return mixes.push({ role, gpuSeconds }) - 1
  }
  return { mixes, number }
}

/** One row as runs; buckets that begin at or after `now` are not yet. */
export const runsOf = (
  cells: Cells,
  row: number,
  { now, number }: Readonly<{ now: number; number: ReturnType<typeof makeMixes>['number'] }>,
): Run[] => {
  const runs: [number, number][] = []
  for (let bucket = 0; bucket + 1 < cells.edges.length; bucket++) {
    const index = cellIndex(cells, row, bucket)
    const gpuSeconds = Array.from(cells.amounts.subarray(index, index + cellWidth))
    const mix = number(cells.edges[bucket]! >= now ? 'notYet' : roleOf(gpuSeconds), gpuSeconds)
    const last = runs.at(-1)
    if (last !== undefined && last[1] === mix) last[0] += 1
    else runs.push([1, mix])
  }
  return runs
}

/** How long a row had each colour, and its GPU-seconds by state. */
export type RowTotals = Readonly<{ seconds: Readonly<Record<CellRole, number>>; gpuSeconds: Readonly<Record<CellState, number>> }>

export const totalsOf = ({ edges }: Cells, runs: readonly Run[], mixes: readonly Mix[]): RowTotals => {
  const seconds = Object.fromEntries(roles.map((role) => [role, 0])) as Record<CellRole, number>
  const gpuSeconds = Object.fromEntries(cellStates.map((state) => [state, 0])) as Record<CellState, number>
  let bucket = 0
  for (const [length, mix] of runs) {
    const { role, gpuSeconds: each } = mixes[mix]!
    seconds[role] += edges[bucket + length]! - edges[bucket]!
    for (const [i, state] of cellStates.entries()) gpuSeconds[state] += each[i]! * length
    bucket += length
  }
  return { seconds, gpuSeconds }
}
