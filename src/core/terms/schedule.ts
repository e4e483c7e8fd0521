import type { AgreementId, BlockId, ClauseId, ConditionId, FactoryId, OrderId, PartyId, PoolId } from '../base/id.ts'
import type { Rational } from '../base/rational.ts'
import type { Steps } from '../base/steps.ts'
import type { Instant, LocalDate } from '../base/time.ts'
import type { Attribution, DueTerm, Measure, Party, PeriodLength, TermSource, Tranche } from './agreement.ts'

/** Values in force from an instant until the next; the first starts no later than whatever reads it. A step to the same value is no step. */
export type Stepped<T> = readonly Readonly<{
  from: Instant
  value: T
  /** JSON pointer of the value in its version's document. */
  pointer: string
}>[]

/** Marginal tiers, lowest first; `above` 0 in the first. A flat rate is one tier. Money in major units, or GPU-seconds. */
export type Tiers = readonly Readonly<{ above: Rational; value: Rational }>[]

/** Where a clause's terms were written. */
export type Origin = Readonly<{ version: number; hash: string; pointer: string }>

/** Where a term comes from; `at` is a JSON pointer into the document of that version. */
export type SourceOfVersion = TermSource & Readonly<{ version: number }>

/** First instants of the contract years that touch the clause: year `first + i` starts at `starts[i]`. */
export type ContractYears = Readonly<{ first: number; starts: readonly Instant[] }>

/** A slice of a clause with every date and amount worked out, on which its terms do not change by amendment. */
type ResolvedCommon = Readonly<{
  id: ClauseId
  payer: PartyId
  payee: PartyId
  from: Instant
  to: Instant
  period: PeriodLength
  origin: Origin
}>

export type CoveredByShare = Readonly<{ block: BlockId; years: ContractYears; rate: Stepped<Tiers> }>
export type ResolvedShare = ResolvedCommon &
  Readonly<{
    kind: 'revenue-share'
    covers: readonly CoveredByShare[]
    /** Major units per full period. */
    base: Rational | undefined
    reset: 'never' | 'year'
    affiliateReference: Rational | undefined
  }>

export type CoveredByBackstop = Readonly<{
  block: BlockId
  years: ContractYears
  /** Per GPU-hour, by cumulative paid GPU-seconds. */
  price: Stepped<Tiers>
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

export type ResolvedBackstop = ResolvedCommon &
  Readonly<{
    kind: 'capacity-backstop'
    covers: readonly CoveredByBackstop[]
    measure: Measure
    offset: boolean
    pooled: boolean
    caps: readonly Cap[]
    conditions: readonly Readonly<{ id: ConditionId; text: string; presumed: 'met' | 'unmet' }>[]
    recoupment: Readonly<{ share: Rational; threshold: Rational; accrual: Rational; yearDays: 365 | 360 }> | undefined
    callRight: boolean
  }>

export type ResolvedClause = ResolvedShare | ResolvedBackstop

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
  blocks: readonly ResolvedBlock[]
  pools: readonly ResolvedPool[]
  orders: ReadonlyMap<OrderId, readonly BlockId[]>
  /** Every slice of every clause, in the order of the document, then by time. */
  clauses: readonly ResolvedClause[]
  netting: boolean
  due: DueTerm
  /** Of every version. */
  sources: readonly SourceOfVersion[]
  versions: readonly Readonly<{ version: number; effective: Instant; hash: string }>[]
}>

/** The value in force at an instant; the first one before its start. */
export const inForce = <T>(stepped: Stepped<T>, at: Instant): Stepped<T>[number] =>
  stepped.findLast((step) => step.from <= at) ?? stepped[0]!
