import type { BlockId } from '../base/id.ts'
import type { Instant, Interval } from '../base/time.ts'
import type { Finding } from './finding.ts'
import type { HeatRun } from './heat.ts'
import type { FindingKind, Reason } from './reason.ts'

/** What a reason takes of a claim, in GPU-seconds; what it would find if it were the only one; and money, of the findings. */
export type ReasonTotals = Readonly<{ reason: Reason; gpuSeconds: number; alone: number; minor: bigint; findings: number }>

/** One block, in GPU-seconds: claimed = eligible + rejected + unproven. */
export type BlockTotals = Readonly<{
  block: BlockId
  /** Whether readings claim, or the claim is what is unsold by the facts. */
  basis: 'claims' | 'derived'
  claimed: number
  eligible: number
  rejected: number
  unproven: number
  reasons: readonly ReasonTotals[]
}>

/** What lies beside the claims. */
export type BesideTotals = Readonly<{ kind: FindingKind; gpuSeconds: number; minor: bigint; findings: number }>

/** What cannot be located, and so is held against blocks as a whole; and what was not looked at. */
export type Unlocated = Readonly<{
  /** GPU-seconds of sales that name no nodes, by pool. */
  sales: readonly Readonly<{ pool: string; gpuSeconds: number }>[]
  /** Nodes with telemetry that stand in no rack. */
  strangers: number
  /** Nodes in racks, and those of them without telemetry. */
  nodes: number
  silent: number
  sentences: readonly string[]
}>

/** What became of the claims of a window. Findings come as an iterable: there may be a hundred thousand. */
export type Verification = Readonly<{
  window: Interval
  firstHour: Instant
  blocks: readonly BlockTotals[]
  beside: readonly BesideTotals[]
  unlocated: Unlocated
  /** Most money first, then most GPU-time. */
  findings: readonly Finding[]
  /** By rack, in the order of their names. */
  racks: readonly Readonly<{ rack: string; block: BlockId; gpus: number }>[]
  heatOf: (rack: number) => readonly HeatRun[]
}>
