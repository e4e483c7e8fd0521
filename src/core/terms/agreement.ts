import type { AgreementId, BlockId, ClauseId, ConditionId, FactoryId, OrderId, PartyId, PoolId, TrancheId } from '../base/id.ts'
import type { LocalDate } from '../base/time.ts'

/** A decimal string, exact: `"2.32"`, `"0.175"`. */
export type Decimal = string

/**
 * A value through time: one for the whole clause, or the one in force from a local date, or from a contract year, until the next. The first
 * date is the clause's start or before; the first year is 1.
 */
export type Scheduled<T> =
  | T
  | Readonly<{ steps: readonly Readonly<{ from: LocalDate; value: T }>[] }>
  | Readonly<{ contractYears: readonly Readonly<{ from: number; value: T }>[] }>

/** Marginal tiers by cumulative base: each value holds above its `above` until the next. The first `above` is `"0"`. */
export type Tiered = Decimal | Readonly<{ tiers: readonly Readonly<{ above: Decimal; value: Decimal }>[] }>

/**
 * A price that follows a published index: in each local month, factor × the average over the days of the month `lagMonths` before of the index in
 * force on each day, plus `plus`, not below `floor` nor above `cap`.
 */
export type IndexedPrice = Readonly<{
  index: string
  factor: Decimal
  plus: Decimal
  floor?: Decimal
  cap?: Decimal
  lagMonths: number
  /** A published value is in force from its date until the next, but at most this many days more. */
  staleDays: number
}>
/** Fixed, stepped, or linked to an index. */
export type Price = Scheduled<Tiered> | IndexedPrice

/** How often a clause settles: with the statement of the month in which its period ends. */
export type PeriodLength = 'month' | 'quarter' | 'year'
export type Measure = 'instant' | 'hour' | 'day' | 'period'
export type Attribution = 'specific' | 'supported-first' | 'pro-rata'

/** Each agreement has one guarantor and one operator; of the others, who stands in its clauses. */
export const partyRoles = ['guarantor', 'operator', 'tenant', 'lender', 'landlord'] as const
export type PartyRole = (typeof partyRoles)[number]
export type Party = Readonly<{ id: PartyId; name: string; role: PartyRole }>

/** The contract capacity that one commissioning brings. `due` is the agreed date; capacity counts from its acceptance. */
export type Tranche = Readonly<{ id: TrancheId; gpus: number; due: LocalDate }>

/** A quantity of one SKU at one factory. */
export type Block = Readonly<{
  id: BlockId
  factory: FactoryId
  region: string
  sku: string
  /** False for capacity of the operator that only shares the pool. Default true. */
  supported: boolean
  /** Its own start of contract years; default the agreement's. */
  commencement?: LocalDate
  tranches: readonly Tranche[]
  maintenance?: Readonly<{
    /** Allowance of planned maintenance per contract year. */
    gpuHoursPerContractYear: Decimal
    /** A notice counts when given this many days before the work. */
    noticeDays: number
  }>
}>

/** Blocks whose sales are attributed together. Every block is in exactly one; where none is written: same SKU, same factory. */
export type Pool = Readonly<{ id: PoolId; attribution: Attribution; blocks: readonly BlockId[] }>

/** Under `specific`, the blocks an order is filled from, in this order. */
export type OrderPlacement = Readonly<{ order: OrderId; blocks: readonly BlockId[] }>

/** What every clause says. What else it says is known to its kind alone. */
export type Clause = Readonly<{
  id: ClauseId
  kind: string
  payer: PartyId
  payee: PartyId
  covers: readonly BlockId[]
  from: LocalDate
  /** Included. */
  through: LocalDate
  period: PeriodLength
}>

export type RevenueShare = Clause &
  Readonly<{
    kind: 'revenue-share'
    /** Fixed amount per period, in major units. */
    base?: Decimal
    rate: Scheduled<Tiered>
    /** When the cumulative base of the tiers starts again. */
    reset: 'never' | 'year'
    /** Without it, a rate that rises in time is refused (tiers may rise). */
    mayRise: boolean
    /** Per GPU-hour, for sales to affiliates whose charge names none. */
    affiliateReference?: Decimal
  }>

export type CapTerm = Readonly<{
  per: 'period' | 'contract-year' | 'aggregate'
  /** Exactly one of the two. Major units. */
  amount?: Scheduled<Decimal>
  gpuHours?: Scheduled<Decimal>
}>

export type ConditionTerm = Readonly<{
  id: ConditionId
  /** What has to be so, in words. */
  text: string
  /** What counts while no fact says so. Default `unmet`: it has to be shown. */
  presumed: 'met' | 'unmet'
}>

export type RecoupmentTerm = Readonly<{
  /** κ: the part of revenue above the threshold that repays. */
  share: Decimal
  /** θ, per period, in major units. */
  threshold: Decimal
  /** Simple annual rate on the opening balance. */
  accrual?: Decimal
  dayCount: 'act/365F' | 'act/360'
}>

export type CapacityBackstop = Clause &
  Readonly<{
    kind: 'capacity-backstop'
    measure: Measure
    /** Per GPU-hour. Tiers by cumulative paid GPU-hours. */
    price: Price
    /** C: GPUs of each block, or all that is accepted. */
    committed: 'accepted' | Scheduled<number>
    /** ρ of the committed capacity, 0 to 1. */
    retention: Scheduled<Decimal>
    /** K: most GPUs per block; summed over the blocks when pooled. */
    limit?: Scheduled<number>
    /** Whether sales above C, and into the retention, reduce the quantity within a bucket. */
    offset: 'sales' | 'none'
    /** Blocks net each other. */
    pool: 'none' | 'covered'
    caps: readonly CapTerm[]
    conditions: readonly ConditionTerm[]
    recoupment?: RecoupmentTerm
    /** Whether the guarantor may call unsold capacity. */
    callRight: boolean
  }>

/** When a statement falls due, counted from the date it is final. */
export type DueTerm = Readonly<{
  days?: number
  businessDays?: number
  roll: 'following' | 'modifiedFollowing' | 'preceding'
  /** Published calendars: a business day is one in every one of them. Saturdays and Sundays never are. */
  calendars: readonly string[]
  /** Further dates that are no business days. */
  holidays: readonly LocalDate[]
  /** Dates that are business days although a calendar lists them. */
  workingDays: readonly LocalDate[]
}>

/**
 * Whose word counts where several sources speak of one thing: at each instant the first listed that has evidence then. A list that is absent: what all
 * sources say adds up.
 */
export type MeteringTerm = Readonly<{ allocations?: readonly string[]; reservations?: readonly string[]; health?: readonly string[] }>

/** What a claim has to stand up to. */
export type ClaimsTerm = Readonly<{
  /** Watts that an idle GPU draws at most. */
  idleWatts: number
  /** Part of the time in which kernels may run on an idle GPU. */
  activity: Decimal
  /** GPU-seconds of a node and hour that may differ. */
  toleranceSeconds: number
  /** Part of a node and hour for which there has to be telemetry. */
  coverage: Decimal
  /** Seconds by which clocks may differ. */
  clockSkewSeconds: number
  /** Per GPU-hour, in major units: what is on offer above it is not offered. */
  listPrice?: Decimal
  /** The condition of a backstop that then fails. */
  listCondition?: ConditionId
}>

/** Where a term comes from. What is not public is an assumption, and said so wherever it is shown. */
export type TermSource = Readonly<{ at: string; status: 'public' | 'assumption'; note: string }>

/** One version of an agreement, as signed: the document after validation, defaults filled in. */
export type Agreement = Readonly<{
  offtake: 1
  agreement: AgreementId
  title: string
  version: number
  /** The version counts from the first instant of this local date. */
  effective: LocalDate
  /** Hash of the version before; absent in the first. */
  previous?: string
  parties: readonly Party[]
  zone: string
  currency: string
  term: Readonly<{ from: LocalDate; through: LocalDate }>
  commencement: LocalDate
  blocks: readonly Block[]
  pools: readonly Pool[]
  orders: readonly OrderPlacement[]
  clauses: readonly Clause[]
  settlement: Readonly<{
    netting: boolean
    due: DueTerm
    /** How long after it became final a month is corrected; without it, as long as there are statements. */
    correctionsUntil?: Readonly<{ months: number }>
  }>
  metering?: MeteringTerm
  claims?: ClaimsTerm
  sources: readonly TermSource[]
}>
