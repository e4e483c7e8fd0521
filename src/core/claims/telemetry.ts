import type { Instant } from '../base/time.ts'

/**
 * What telemetry says of one node over consecutive hours from `from` (UTC, whole hours); index = hour. GPU-seconds summed over the node's GPUs:
 * with evidence, with kernels running, above idle watts. `wattsMax` is the most that one GPU drew; `xids` the codes seen in each hour.
 */
export type NodeTelemetry = Readonly<{
  node: string
  from: Instant
  gpus: number
  covered: Uint32Array
  active: Uint32Array
  powered: Uint32Array
  wattsMax: Float32Array
  xids: readonly (readonly number[])[] | undefined
}>

/** What one GPU did in one hour, under the names of the store of telemetry: folded there, at an edge that keeps its samples, or made up with a campus. */
export type HourlyRow = Readonly<{
  factory: string
  node: string
  gpu: number
  /** First second of an hour of UTC, since 1970. */
  hour: number
  samples: number
  covered_seconds: number
  active_seconds: number
  powered_seconds: number
  power_max_w: number
  power_mean_w: number
  energy_mj: number
  /** Per cent. */
  util_mean: number
  /** 0 to 1. */
  sm_mean: number
  xids: readonly number[]
}>
