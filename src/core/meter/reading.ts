import type { AgreementId, BlockId, ClauseId, ConditionId, OrderId, PartyId, PoolId, TenantId, TrancheId } from '../base/id.ts'
import type { Instant, LocalDate, Month } from '../base/time.ts'

type Common = Readonly<{
  /** Who says it, for example `slurm-syd`; with `id` it names the reading for ever. */
  source: string
  id: string
  /** When we learned of it; the server's clock at import if the sender gives none. Never part of the content. */
  recordedAt?: Instant
  /** The id, of the same source, of the reading this one takes the place of. Of several, the highest revision counts. */
  replaces?: string
  /** 0 unless it replaces one. */
  revision?: number
}>

type Span = Readonly<{ from: Instant; to: Instant }>
/**
 * Which GPUs: `unit` names them (a tray, a rack, one GPU). Readings of one kind with one unit speak of the same GPUs, so at each instant the
 * largest counts, never the sum, and planned comes before unavailable before curtailed. Without a unit, they are other GPUs each time.
 */
type Gpus = Readonly<{ block: BlockId; gpus: number; unit?: string }>
/**
 * `pool` may be left out where `order` is placed on blocks, or the site has one pool. `nodes`: where, as a hostlist, the same number of GPUs on each
 * node; what is owed does not depend on it, what a claim is held against does.
 */
type Sale = Readonly<{ pool: PoolId; gpus: number; nodes?: string; order?: OrderId; tenant?: TenantId }>

/** GPUs allocated to a tenant's jobs. Without an order it is on-demand use, sold by itself. */
export type Allocation = Common & Span & Sale & Readonly<{ kind: 'allocation'; product?: 'reserved' | 'on-demand' | 'spot' }>
/** GPUs kept for an order, used or not. */
export type Reservation = Common & Span & Sale & Readonly<{ kind: 'reservation'; order: OrderId }>
/** `order`: the GPUs were kept for it, and no others took their place; its service level answers for them. */
type Out = Gpus & Readonly<{ order?: OrderId }>
/** GPUs out of service through the operator's own fault. */
export type Outage = Common & Span & Out & Readonly<{ kind: 'outage'; reason?: string }>
/** Planned maintenance; planned only if the notice was given in time and the allowance lasts. */
export type Maintenance = Common & Span & Out & Readonly<{ kind: 'maintenance'; noticeAt: Instant }>
/** Off or slowed by order of the grid or the guarantor: deemed available. */
export type Curtailment = Common & Span & Gpus & Readonly<{ kind: 'curtailment'; by: 'grid' | 'guarantor' }>
/** A commissioning passed its capacity test: design and tested are in one unit, whichever. */
export type Acceptance = Common &
  Readonly<{ kind: 'acceptance'; block: BlockId; tranche: TrancheId; at: Instant; design: number; tested: number }>
/** No evidence of health of these GPUs (`of: health`), or of any sales in this block (`of: sales`). */
export type Gap = Common & Span & Readonly<{ kind: 'gap'; block: BlockId; of: 'health' | 'sales'; gpus?: number; unit?: string }>
/** Capacity the guarantor holds under its call right. */
export type Call = Common & Span & Readonly<{ kind: 'call'; block: BlockId; gpus: number }>
/** Whether a condition of a clause holds, over an interval; for one block, or for all. */
export type ConditionReading = Common &
  Span &
  Readonly<{ kind: 'condition'; clause: ClauseId; condition: ConditionId; holds: boolean; block?: BlockId }>
/**
 * Revenue, before taxes. With `from` and `to` it is earned evenly by the second; with `at`, at that instant. A credit or refund is a positive
 * amount and names the charge it reduces, of the same source; it takes that charge's interval.
 */
export type Charge = Common &
  Readonly<{
    kind: 'charge'
    pool: PoolId
    order?: OrderId
    tenant?: TenantId
    product: 'reserved' | 'on-demand' | 'spot'
    /** Major units, a decimal string. */
    amount: string
    currency: string
    from?: Instant
    to?: Instant
    at?: Instant
    /** The buyer is an affiliate: counted at no less than the reference price for what was delivered. */
    affiliate?: Readonly<{ gpuSeconds: number; reference?: string }>
  }>
export type Credit = Common & Readonly<{ kind: 'credit' | 'refund'; reduces: string; amount: string; currency: string }>
/** Units of the second currency for one of the first, on a local date. */
export type Fx = Common & Readonly<{ kind: 'fx'; base: string; quote: string; date: LocalDate; rate: string }>
/**
 * A number that a clause reads and that no meter gives: units taken, an escrow balance, cash available for debt service. Over an interval, or
 * at an instant. The kind of the clause says which figures there are; `of` names one of several.
 */
export type Figure = Common &
  Readonly<{ kind: 'figure'; clause: ClauseId; figure: string; of?: string; value: string; from?: Instant; to?: Instant; at?: Instant }>
/** Something that happened to a clause: a default, a call, an election, a lease that commences. Its kind says which events there are. */
export type EventReading = Common & Readonly<{ kind: 'event'; clause: ClauseId; event: string; of?: string; at: Instant; amount?: string }>
/** The published value of an index on a local date. */
export type IndexValue = Common & Readonly<{ kind: 'index'; index: string; date: LocalDate; value: string }>
/** A party paid, on a local date, what the statement of a month says. */
export type Payment = Common &
  Readonly<{ kind: 'payment'; agreement: AgreementId; month: Month; payer: PartyId; date: LocalDate; amount: string; currency: string }>
/** A party disputes a line, or so much of it, of the statement of a month: that is held out of the net until a ruling. */
export type Dispute = Common &
  Readonly<{ kind: 'dispute'; agreement: AgreementId; month: Month; line: string; amount?: string; at: Instant; reason: string }>
/** The end of a dispute, named by its reading's id: the line falls by what is upheld (0: the line stands). */
export type Ruling = Common & Readonly<{ kind: 'ruling'; agreement: AgreementId; dispute: string; upheld: string; at: Instant }>
/**
 * A rack (NVLink domain) stands in a block from an instant on: its name as other readings say it in `unit`, its nodes as a hostlist, `gpus` in all, the
 * same number on each node. `tranche`: the commissioning it belongs to.
 */
export type Rack = Common &
  Readonly<{ kind: 'rack'; block: BlockId; unit: string; nodes: string; gpus: number; tranche?: TrancheId; from: Instant; to?: Instant }>
/** Unsold capacity of a pool, or of one block, was on offer at a price per GPU-hour. */
export type Offer = Common & Span & Readonly<{ kind: 'offer'; pool: PoolId; block?: BlockId; price: string; currency: string }>
/** The operator claims GPUs of a block as unsold. `unit` names them: a node or a rack. */
export type Claim = Common & Span & Readonly<{ kind: 'claim'; block: BlockId; gpus: number; unit?: string }>
/** Takes back the reading it replaces and says nothing else. */
export type Withdrawal = Common & Readonly<{ kind: 'withdrawal'; replaces: string }>

export type Reading =
  | Allocation
  | Reservation
  | Outage
  | Maintenance
  | Curtailment
  | Acceptance
  | Gap
  | Call
  | ConditionReading
  | Charge
  | Credit
  | Fx
  | Figure
  | EventReading
  | IndexValue
  | Payment
  | Dispute
  | Ruling
  | Rack
  | Offer
  | Claim
  | Withdrawal

export type ReadingKind = Reading['kind']
