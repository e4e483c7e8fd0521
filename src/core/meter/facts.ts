import type { BlockId, ClauseId, ConditionId, OrderId, PartyId, PoolId, TenantId, TrancheId } from '../base/id.ts'
import type { Rational } from '../base/rational.ts'
import type { Steps } from '../base/steps.ts'
import type { Instant, Interval, LocalDate, Month } from '../base/time.ts'

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

/** A number that a clause reads, over `[from, to)`, or at `from` when both are equal. */
export type FigureFact = Readonly<{ clause: ClauseId; figure: string; of: string | undefined; value: Rational; from: Instant; to: Instant }>
/** Something that happened to a clause. `amount` in major units, or whatever the event counts. */
export type EventFact = Readonly<{ clause: ClauseId; event: string; of: string | undefined; at: Instant; amount: Rational | undefined }>
export type IndexFact = Readonly<{ index: string; date: LocalDate; value: Rational }>
/** Paid on a local date, in major units of the agreement's currency, for the statement of a month. */
export type PaymentFact = Readonly<{ month: Month; payer: PartyId; date: LocalDate; amount: Rational }>
/** Held out of the net from an instant on; `amount` undefined: all of the line. `id` is what a ruling names. */
export type DisputeFact = Readonly<{ id: string; month: Month; line: string; amount: Rational | undefined; at: Instant; reason: string }>
export type RulingFact = Readonly<{ dispute: string; upheld: Rational; at: Instant }>
/** The GPUs of an order that some clause names. */
export type OrderFact = Readonly<{ order: OrderId; pool: PoolId; reserved: Steps; allocated: Steps }>

/**
 * Of one block in whose pool some clause names an order: what is reserved under the orders that may hold GPUs there (any of its pool; under
 * `specific` those placed on it), and of that what readings name as down. `order` undefined: all of these orders together, each cut to what it
 * reserved.
 */
export type HoldingFact = Readonly<{
  block: BlockId
  order: OrderId | undefined
  reserved: Steps
  /** The planned part of `out`. */
  planned: Steps
  /** Planned or unavailable, and named; at most what is reserved. */
  out: Steps
}>
/** A tranche passed its capacity test, whatever it was accepted for. */
export type AcceptanceFact = Readonly<{ block: BlockId; tranche: TrancheId; at: Instant }>

/** What a set of facts rests on: how many readings, and the SHA-256 of their content hashes in sorted order. Arrival order is irrelevant. */
export type Evidence = Readonly<{
  /** A block, a pool for sales and charges, a clause for its figures and events, an index, or `''`. */
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
  /** All up to the end of the window, each list in order of time: few, and a clause may look back. */
  figures: readonly FigureFact[]
  events: readonly EventFact[]
  indices: readonly IndexFact[]
  payments: readonly PaymentFact[]
  /** Of statements, and so maybe later than the window: all that is known. */
  disputes: readonly DisputeFact[]
  rulings: readonly RulingFact[]
  orders: readonly OrderFact[]
  holdings: readonly HoldingFact[]
  /** All up to the end of the window, in order of time. */
  acceptances: readonly AcceptanceFact[]
  evidence: readonly Evidence[]
}>
