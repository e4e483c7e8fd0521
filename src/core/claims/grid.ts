import type { Instant, Interval } from '../base/time.ts'

export const hourSeconds = 3600
/** Seconds of a window that may be verified at once: two months, so that a month of any zone fits and columns stay small. */
export const windowSecondsMax = 62 * 86_400

/** The UTC hours that a window touches, as telemetry has them: the first and last may lie partly outside, where a month begins at half past. */
export type Grid = Readonly<{ window: Interval; first: Instant; hours: number }>

export const gridOf = (window: Interval): Grid => {
  const seconds = window.to - window.from
  if (!(seconds > 0 && seconds <= windowSecondsMax)) throw new RangeError(`a window of ${seconds} s is not within ${windowSecondsMax} s`)
  const first = Math.floor(window.from / hourSeconds) * hourSeconds
  return { window, first, hours: Math.ceil((window.to - first) / hourSeconds) }
}

/** The part of an hour that lies in the window. */
export const hourOf = ({ window, first }: Grid, hour: number): Interval => ({
  from: Math.max(window.from, first + hour * hourSeconds),
  to: Math.min(window.to, first + (hour + 1) * hourSeconds),
})

/** The edges of the hours, cut at the window. */
export const gridEdges = (grid: Grid): Float64Array =>
  Float64Array.from({ length: grid.hours + 1 }, (_, hour) =>
    hour === grid.hours ? grid.window.to : Math.max(grid.window.from, grid.first + hour * hourSeconds),
  )
