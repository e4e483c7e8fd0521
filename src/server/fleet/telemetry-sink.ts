import type { DcgmMetric } from './dcgm.ts'

/** What one metric of one GPU says over time. */
export type GpuSeries = Readonly<{
  node: string
  /** From 0. */
  gpu: number
  metric: DcgmMetric
}>

/** Samples of one request, side by side rather than as objects: there are tens of thousands a second. */
export type SampleBatch = Readonly<{
  factory: string
  series: readonly GpuSeries[]
  /** For each sample, which of `series` it is of. */
  of: Uint32Array
  /** Milliseconds since 1970-01-01T00:00:00Z, as they were measured. */
  timestampMs: Float64Array
  /** Finite: what is blank, stale or no number has been taken out. */
  value: Float64Array
}>

/** Samples that the store does not take, for one reason: what no GPU measures, or what is older than it keeps. */
export type StoreRefusal = Readonly<{ message: string; count: number }>

/**
 * Where samples go. Resolves once they cannot be lost, and says which it does not take. Idempotent by series and timestamp: the same samples
 * again, in whatever batches, change nothing. Rejects where the sender is to try again.
 */
export type TelemetrySink = Readonly<{
  append: (batch: SampleBatch) => Promise<Readonly<{ accepted: number; refused: readonly StoreRefusal[] }>>
}>
