import { nought, rational, times, total, type Rational } from '../base/rational.ts'
import type { Interval } from '../base/time.ts'

/** So much of amounts as falls into an interval: each is spread evenly by the second over its own, or counts at its instant. */
export const spreadIn = (amounts: readonly (Interval & Readonly<{ value: Rational }>)[], { from, to }: Interval): Rational =>
  total(
    amounts.map((each) => {
      if (each.from === each.to) return each.from >= from && each.from < to ? each.value : nought
      const seconds = Math.min(each.to, to) - Math.max(each.from, from)
      return seconds <= 0 ? nought : times(each.value, rational(seconds, each.to - each.from))
    }),
  )
