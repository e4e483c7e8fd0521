import type { BlockId, ClauseId, ConditionId, OrderId, TenantId } from '../base/id.ts'
import type { Rational } from '../base/rational.ts'
import type { Steps } from '../base/steps.ts'
import type { Instant, Interval } from '../base/time.ts'

/** What the clauses read, of one block: A, G = min(called, A), and S ≤ A − G. */
export type Delivery = Readonly<{ available: Steps; called: Steps; sold: Steps }>

/** The step functions of one block over the window, in GPUs; zero outside it. Symbols as in the terms. */
export type BlockFacts = Readonly<{
  block: BlockId
  /** N */
  accepted: Steps
  /** P, within notice and allowance */
  planned: Steps
  /** U: out of service and unproven, never planned */
  unavailable: Steps
  /** The part of U that has no evidence. */
  unproven: Steps
  /** D, a part of A */
  deemed: Steps
  /** S* attributed to this block: sold, and sold but down. */
  contracted: Steps
  /** Facts as proven: GPUs without evidence are unavailable. */
  proven: Delivery
  /** Facts if every unproven GPU had been available. The same object where none was. */
  presumed: Delivery
  /** 1 where sales have no evidence. */
  unprovenSales: Steps
}>

/** A block's part of one charge less its credits: earned evenly over `[from, to)`, or at `from` when both are equal. May be negative. */
export type EarnedCharge = Readonly<{
  block: BlockId
  /** Exact, in major units of the agreement's currency. */
  amount: Rational
  from: Instant
  to: Instant
  product: 'reserved' | 'on-demand' | 'spot'
  order: OrderId | undefined
  tenant: TenantId | undefined
}>

/** For affiliates the clause's own reference price may be needed, so the delivered GPU-time is carried beside the charge. */
export type AffiliateCharge = EarnedCharge & Readonly<{ gpuSeconds: Rational; reference: Rational | undefined }>

export type ConditionFact = Readonly<{
  clause: ClauseId
  condition: ConditionId
  block: BlockId | undefined
  from: Instant
  to: Instant
  holds: boolean
}>

/** What a set of facts rests on: how many readings, and the SHA-256 of their content hashes in sorted order. Arrival order is irrelevant. */
export type Evidence = Readonly<{
  /** A block, or a pool for sales and charges, or `''`. */
  subject: string
  kind: string
  readings: number
  sha256: string
}>

/** Everything settlement knows of a stretch of time. */
export type Facts = Readonly<{
  window: Interval
  blocks: readonly BlockFacts[]
  charges: readonly (EarnedCharge | AffiliateCharge)[]
  conditions: readonly ConditionFact[]
  evidence: readonly Evidence[]
}>
