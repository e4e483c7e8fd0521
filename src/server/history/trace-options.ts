import type { BlockId, PoolId, TrancheId } from '../../core/base/id.ts'

/** How a trace stands for a block. Price and repetition are illustrative: the traces say nothing of either. */
export type TraceOptions = Readonly<{
  pool: PoolId
  block: BlockId
  /** The block's only tranche: accepted on the local day on which the trace begins. */
  tranche: TrancheId
  /** Of the agreement: cuts the days of charges; Helios's minutes are its local time. */
  zone: string
  currency: string
  /** Every count, and so every charge, is multiplied by it: k copies of every tenant, in step. From 1. */
  repeat: number
  /** List price per GPU-hour, a decimal string in major units. */
  price: string
  /** Told what was left out, in words. */
  note: (text: string) => void
}>
