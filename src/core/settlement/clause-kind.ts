import type { PartyId } from '../base/id.ts'
import type { Rational } from '../base/rational.ts'
import type { Instant, LocalDate, Month } from '../base/time.ts'
import type { Facts } from '../meter/facts.ts'
import type { Clause } from '../terms/agreement.ts'
import type { TermsKind, TermsOf } from '../terms/kind.ts'
import type { ResolvedClause, ResolvedCommon, Schedule } from '../terms/schedule.ts'
import type { ClauseState, Formula, Line, Position } from './line.ts'
import type { Part } from './period.ts'
import type { Stated } from './stated.ts'

/**
 * The order in which the clauses of a month settle: what scales a price before what is paid at it, receipts before the floor that counts them,
 * revenue shares before recoupment. `carry` adds to balances what no clause of the same month may touch any more.
 */
export const stages = ['adjustment', 'contract', 'backstop', 'floor', 'share', 'recoupment', 'support', 'late', 'carry'] as const
export type Stage = (typeof stages)[number]

/** What an availability adjustment makes of the price of another clause, over a stretch of time. `line` is the key of the line that says so. */
export type Factor = Readonly<{ clause: string; from: Instant; to: Instant; value: Rational; line: string }>

/** A credit to a buyer, stated on a line of this month, by which revenue from its orders falls; in major units, over what it was given for. */
export type Reduction = Readonly<{ line: string; orders: readonly string[]; from: Instant; to: Instant; amount: Rational }>

/** What a clause is settled on: one part of its time, and what the stages before it made of the month. */
export type ClauseWork<Resolved extends ResolvedCommon = ResolvedClause> = Readonly<{
  schedule: Schedule
  clause: Resolved
  part: Part
  facts: Facts
  month: Month
  /** What it carried in, from the month before or an earlier part or stage of this one; `{}` at the start. */
  opening: ClauseState
  /** Lines of this month so far, of all clauses. */
  lines: readonly Line[]
  factors: readonly Factor[]
  /** What revenue falls by, of what those lines credit to buyers. */
  reductions: readonly Reduction[]
  /** Final statements of earlier months, in order: as they were stated then, also when the month is settled again later. */
  stated: readonly Stated[]
}>

export type ClauseSettled = Readonly<{
  lines?: readonly Line[]
  positions?: readonly Position[]
  factors?: readonly Factor[]
  /** Facts that cannot be under these terms, each a sentence that names it: the month is then not closed. */
  refusals?: readonly string[]
  closing: ClauseState
}>

/** Something that a party has promised to pay, or may have to, over a stretch of local dates (`through` included). Exact, in major units. */
export type Commitment = Readonly<{
  clause: string
  payer: PartyId
  payee: PartyId
  from: LocalDate
  through: LocalDate
  amount: Rational
  /** `firm`: whatever happens. `contingent`: at most, if what it stands for happens. */
  nature: 'firm' | 'contingent'
}>

/** Where a formula posts beside what is owed for it: account paths in the book of who pays and of who is paid. */
export type Posts = Readonly<{ payer: string; payee: string }>

/**
 * What a formula is called on a statement, and where it posts; one without `posts` never carries an amount. What `reducesRevenue` is credited
 * to a buyer of the operator, whose orders the clause names: eligible net revenue is less service credits.
 */
export type FormulaTold = Readonly<{ word: string; posts?: Posts; reducesRevenue?: true }>

/** `expenses:NAME` of who pays, `income:NAME` of who is paid: says what was paid for, and nothing of how a standard classifies it. */
export const plainly = (name: string): Posts => ({ payer: `expenses:${name}`, payee: `income:${name}` })

/** A kind of clause, whole: its terms, and what is owed under it. One file of its own defines it, and one list (`kinds.ts`) has it. */
export type KindOf<Written extends Clause, Resolved extends ResolvedCommon> = TermsOf<Written, Resolved> &
  Readonly<{
    /** By name; names are unique among all kinds. */
    formulas: Readonly<Record<Formula, FormulaTold>>
    stages: Readonly<Partial<Record<Stage, (work: ClauseWork<Resolved>) => ClauseSettled>>>
    /** What is promised from a date on, for the register; absent where nothing is. */
    commitments?: (clause: Resolved, at: Readonly<{ schedule: Schedule; from: LocalDate; state: ClauseState }>) => readonly Commitment[]
  }>

export type ClauseKind = KindOf<Clause, ResolvedClause>

/** Forgets the types of a kind: whoever calls it hands it only clauses of its own kind. */
export const clauseKind = <Written extends Clause, Resolved extends ResolvedCommon>(kind: KindOf<Written, Resolved>): ClauseKind =>
  kind as unknown as ClauseKind

/** Makes a kind of its terms, where these have a file of their own. */
export const withTerms = <Resolved extends ResolvedCommon>(
  terms: TermsKind,
  own: Pick<KindOf<Clause, Resolved>, 'formulas' | 'stages' | 'commitments'>,
): ClauseKind => ({ ...terms, ...own }) as unknown as ClauseKind
