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
