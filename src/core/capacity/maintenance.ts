import { add, restrict, visitPieces, zero, type Steps } from '../base/steps.ts'
import type { Instant, Interval } from '../base/time.ts'

/** Whether work that starts at `from` was announced in time. */
export const isWithinNotice = (noticeAt: Instant, from: Instant, noticeSeconds: number): boolean => noticeAt <= from - noticeSeconds

/** The last whole second of `[from, to)` that an allowance of GPU-seconds covers, used in time order: its end. */
const coveredUntil = (notified: Steps, allowance: number, { from, to }: Interval): Instant => {
  let left = allowance
  let until = to
  visitPieces([notified], from, to, (start, end, [gpus]) => {
    if (gpus! * (end - start) <= left) left -= gpus! * (end - start)
    else {
      until = start + Math.floor(left / gpus!)
      return false
    }
    return true
  })
  return until
}

/**
 * P(t): what of the notified maintenance counts as planned. Each contract year has its own allowance in GPU-seconds, used in order of time
 * and cut once, at the last whole second it covers; what comes later in that year is not planned, even where a smaller piece of it would
 * still fit. Zero outside the years.
 */
export const withinAllowance = (notified: Steps, allowance: number, years: readonly Interval[]): Steps =>
  years.map((year) => restrict(notified, year.from, coveredUntil(notified, allowance, year))).reduce(add, zero)
