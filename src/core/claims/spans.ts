import { fromIntervals } from '../base/from-intervals.ts'
import type { Steps } from '../base/steps.ts'

/** The sum of counts over intervals: without a unit they are other GPUs each time. */
export const spansOf = (spans: readonly Readonly<{ from: number; to: number; gpus: number | undefined }>[]): Steps =>
  fromIntervals(
    Float64Array.from(spans, ({ from }) => from),
    Float64Array.from(spans, ({ to }) => to),
    Float64Array.from(spans, ({ gpus }) => gpus ?? 0),
  )
