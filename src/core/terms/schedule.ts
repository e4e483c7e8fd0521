import type { AgreementId, BlockId, ClauseId, ConditionId, FactoryId, OrderId, PartyId, PoolId } from '../base/id.ts'
import type { Rational } from '../base/rational.ts'
import type { Steps } from '../base/steps.ts'
import type { Instant, LocalDate } from '../base/time.ts'
import type { Attribution, DueTerm, Measure, Party, PeriodLength, TermSource, Tranche } from './agreement.ts'
import type { Facets } from './kind.ts'

/** Values in force from an instant until the next; the first starts no later than whatever reads it. A step to the same value is no step. */
export type Stepped<T> = readonly Readonly<{
  from: Instant
  value: T
  /** JSON pointer of the value in its version's document. */
  pointer: string
}>[]

/** Marginal tiers, lowest first; `above` 0 in the first. A flat rate is one tier. Money in major units, or GPU-seconds. */
export type Tiers = readonly Readonly<{ above: Rational; value: Rational }>[]

/** `IndexedPrice`, exact. */
export type Indexed = Readonly<{
  index: string
  factor: Rational
  plus: Rational
  floor: Rational | undefined
  cap: Rational | undefined
  lagMonths: number
  staleDays: number
  pointer: string
}>

/** A price as agreed. What is linked to an index becomes steps when the index is known: `pricesIn`. */
export type Priced = Stepped<Tiers> | Indexed

/** Where a clause's terms were written. */
export type Origin = Readonly<{ version: number; hash: string; pointer: string }>

/** Where a term comes from; `at` is a JSON pointer into the document of that version. */
export type SourceOfVersion = TermSource & Readonly<{ version: number }>

/** First instants of the contract years that touch the clause: year `first + i` starts at `starts[i]`. */
export type ContractYears = Readonly<{ first: number; starts: readonly Instant[] }>

/** A block that a clause covers, with the block's own contract years. */
export type CoveredBlock = Readonly<{ block: BlockId; years: ContractYears }>

/** A slice of a clause with every date and amount worked out, on which its terms do not change by amendment: what all kinds have. */
export type ResolvedOf<Kind extends string, Covered extends CoveredBlock = CoveredBlock> = Facets &
  Readonly<{
    id: ClauseId
    kind: Kind
    payer: PartyId
    payee: PartyId
    from: Instant
    to: Instant
    period: PeriodLength
    covers: readonly Covered[]
    origin: Origin
  }>
export type ResolvedCommon = ResolvedOf<string>

export type CoveredByShare = Readonly<{ block: BlockId; years: ContractYears; rate: Stepped<Tiers> }>
export type ResolvedShare = ResolvedOf<'revenue-share', CoveredByShare> &
  Readonly<{
    /** Major units per full period. */
    base: Rational | undefined
    reset: 'never' | 'year'
    affiliateReference: Rational | undefined
  }>

export type CoveredByBackstop = Readonly<{
  block: BlockId
  years: ContractYears
  /** Per GPU-hour, by cumulative paid GPU-seconds. */
  price: Priced
  /** Whether price or a cap is keyed by contract year, so that buckets are cut at year ends. */
  cutAtYears: boolean
  /** C as scheduled, not yet cut to N; undefined: all that is accepted. */
  committed: Steps | undefined
  retention: Stepped<Rational>
  /** K; undefined: no limit. Summed over the blocks under `pooled`. */
  limit: Steps | undefined
}>

/** Money in minor units of the agreement's currency; GPU-time in GPU-seconds. `value` is what is in force at an instant. */
export type Cap = Readonly<{
  id: string
  per: 'period' | 'contract-year' | 'aggregate'
  unit: 'minor' | 'gpu-seconds'
  value: Stepped<Rational>
}>

export type ResolvedBackstop = ResolvedOf<'capacity-backstop', CoveredByBackstop> &
  Readonly<{
    measure: Measure
    offset: boolean
    pooled: boolean
    caps: readonly Cap[]
    /** What settles with it: see `countedWith`. Absent: nothing does. */
    countedWith?: string | undefined
    recoupment: Readonly<{ share: Rational; threshold: Rational; accrual: Rational; yearDays: 365 | 360 }> | undefined
  }>

/** Of whatever kind: who needs more asks `isBackstop`, or is the kind itself. */
export type ResolvedClause = ResolvedCommon

export const isBackstop = (clause: ResolvedClause): clause is ResolvedBackstop => clause.kind === 'capacity-backstop'
export const isShare = (clause: ResolvedClause): clause is ResolvedShare => clause.kind === 'revenue-share'

export type ResolvedBlock = Readonly<{
  id: BlockId
  pool: PoolId
  factory: FactoryId
  region: string
  sku: string
  supported: boolean
  commencement: LocalDate
  tranches: readonly Tranche[]
  maintenance: Readonly<{ gpuSecondsPerContractYear: Rational; noticeSeconds: number }> | undefined
}>

export type ResolvedPool = Readonly<{ id: PoolId; attribution: Attribution; blocks: readonly BlockId[] }>

/** Whose word counts from an instant on; a list that is undefined: everybody's. */
export type ResolvedMetering = Readonly<{
  allocations: readonly string[] | undefined
  reservations: readonly string[] | undefined
  health: readonly string[] | undefined
}>

/** `ClaimsTerm`, exact. */
export type Tolerances = Readonly<{
  idleWatts: number
  activity: Rational
  toleranceSeconds: number
  coverage: Rational
  clockSkewSeconds: number
  /** Per GPU-hour, in major units. */
  listPrice: Rational | undefined
  listCondition: ConditionId | undefined
}>

/** What is signed, worked out flat: everything downstream reads this and never the documents. */
export type Schedule = Readonly<{
  agreement: AgreementId
  title: string
  zone: string
  currency: string
  from: Instant
  to: Instant
  commencement: LocalDate
  guarantor: Party
  operator: Party
  /** All of them, in the order of the document. */
  parties: readonly Party[]
  blocks: readonly ResolvedBlock[]
  pools: readonly ResolvedPool[]
  orders: ReadonlyMap<OrderId, readonly BlockId[]>
  /** Every slice of every clause, in the order of the document, then by time. */
  clauses: readonly ResolvedClause[]
  netting: boolean
  due: DueTerm
  /** Of each version, while it is in force. */
  metering: Stepped<ResolvedMetering>
  claims: Stepped<Tolerances>
  /** Months after its final date during which a month is corrected; undefined: for ever. */
  correctionsMonths: number | undefined
  /** Of every version. */
  sources: readonly SourceOfVersion[]
  versions: readonly Readonly<{ version: number; effective: Instant; hash: string }>[]
}>

/** The value in force at an instant; the first one before its start. */
export const inForce = <T, Step extends Stepped<T>[number] = Stepped<T>[number]>(stepped: readonly Step[], at: Instant): Step =>
  stepped.findLast((step) => step.from <= at) ?? stepped[0]!
