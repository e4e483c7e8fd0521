import type { ConditionId, OrderId } from '../base/id.ts'
import type { Problem } from '../base/problem.ts'
import type { Interval } from '../base/time.ts'
import type { Agreement, Clause, PartyRole } from './agreement.ts'
import type { ObjectShape } from './json-schema.ts'
import type { Indexed, ResolvedClause, ResolvedCommon, Schedule } from './schedule.ts'
import type { Sound, SoundAgreement } from './sound.ts'

/** One version, with what its clauses look up. */
export type Signed = Readonly<{ agreement: Agreement; hash: string }>

/** A stretch of a clause's time that one version speaks of. `span` is the clause from its first day through its last. */
export type Slice = Readonly<{ signed: Signed; pointer: string; span: Interval; slice: Interval }>

/** Terms in words, each with the JSON pointer of what it says. */
export type Said = readonly (readonly [pointer: string, text: string])[]

/** What other rooms read of a clause without knowing its kind; what a kind leaves out is nothing. */
export type Facets = Readonly<{
  conditions: readonly Readonly<{ id: ConditionId; text: string; presumed: 'met' | 'unmet' }>[]
  /** Whether the guarantor may call unsold capacity of the blocks it covers. */
  callRight: boolean
  /** Figures, events and indices that readings may report to it: whatever else names it is refused. */
  figures: readonly string[]
  events: readonly string[]
  indices: readonly string[]
  /** Prices linked to an index: every month that they price needs its values. */
  indexedPrices: readonly Indexed[]
  /** Orders whose reserved and allocated GPUs it reads. */
  orders: readonly OrderId[]
}>

/**
 * A kind of clause, as far as its terms go: how it is written, what is wrong with it, what it resolves to, and how it reads. `Written` is the
 * clause after `conform`, `Resolved` what settlement reads.
 */
export type TermsOf<Written extends Clause, Resolved extends ResolvedCommon> = Readonly<{
  kind: Resolved['kind']
  /** The whole clause: `clauseShape` and its own keys. */
  shape: ObjectShape
  /** Its parts, by the name under which the shape refers to them: unique among all kinds. */
  shapes: Readonly<Record<string, ObjectShape>>
  /** Roles that may pay, and be paid, a positive amount. */
  payer: readonly PartyRole[]
  payee: readonly PartyRole[]
  /** What is wrong with one clause, beyond its shape and what all clauses have. */
  check: (clause: Sound<Written>, pointer: string, document: SoundAgreement) => Problem[]
  /** What is wrong with all clauses of a document together. */
  checkTogether?: (document: SoundAgreement, kinds: readonly TermsKind[]) => Problem[]
  /** Whether it pays at a price that an availability adjustment may scale; its settlement then asks for its factors. */
  isAdjustable?: true
  /** What it says on a slice of its time, every date an instant and every amount exact: all but what every clause has. */
  resolve: (
    clause: Written,
    slice: Slice,
  ) => Omit<Resolved, Exclude<keyof ResolvedCommon, 'covers'> | 'covers'> & Partial<Facets> & Readonly<{ covers?: Resolved['covers'] }>
  say: (clause: Resolved, schedule: Schedule) => Said
}>

/** A kind whose own types are its own business. */
export type TermsKind = TermsOf<Clause, ResolvedClause>

/** Forgets the types of a kind: whoever calls it hands it only clauses of its own kind. */
export const termsKind = <Written extends Clause, Resolved extends ResolvedCommon>(kind: TermsOf<Written, Resolved>): TermsKind =>
  kind as unknown as TermsKind
