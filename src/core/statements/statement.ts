import type { Evidence } from '../meter/facts.ts'
import type { Line, Position, State } from '../settlement/line.ts'

/** A line as people are told it: numbered, worded, every amount text. */
export type StatementLine = Readonly<
  Omit<Line, 'minor' | 'block' | 'reason' | 'from' | 'to'> & {
    /** From 1, in the order of the statement. */
    number: number
    /** `Capacity backstop, 1–30 Sep 2027`. */
    text: string
    block: string | null
    reason: string | null
    /** RFC 3339. */
    from: string
    to: string
    /** Decimal string at the currency's minor unit. */
    amount: string
    /** How much of it was in dispute when the statement was drawn up, and so is not payable; absent where nothing was. */
    held?: string
  }
>

/** GPU-seconds by hour of the month, one number per bucket; `edges` are the buckets' starts and the end, in seconds since the epoch. */
export type MonthSeries = Readonly<{
  edges: readonly number[]
  blocks: readonly Readonly<{
    block: string
    accepted: readonly number[]
    sold: readonly number[]
    called: readonly number[]
    unsold: readonly number[]
    unavailable: readonly number[]
    planned: readonly number[]
  }>[]
}>

/** A position as it is stored. */
export type StatementPosition = Readonly<Omit<Position, 'of'> & { of: string | null }>

/** Who pays the difference; `payer` null when nothing is owed. */
export type NetTotal = Readonly<{ payer: string | null; payee: string | null; amount: string }>

/** What two parties owe each other by this statement, where at least one of them is neither guarantor nor operator. */
export type PairTotal = Readonly<{
  parties: readonly [string, string]
  /** What each of them pays, in that order: gross. */
  pays: readonly [string, string]
  /** What of it is in dispute. */
  held: readonly [string, string]
  /** Of the gross amounts. */
  net: NetTotal
  /** Of what is not in dispute. */
  payable: NetTotal
}>

/** Sums of the lines: gross by who pays, what of it is in dispute, and the net of both. Not netted when `netting` is false. */
export type Totals = Readonly<{
  guarantorPays: string
  operatorPays: string
  guarantorHeld: string
  operatorHeld: string
  net: NetTotal
  payable: NetTotal
  netting: boolean
  others: readonly PairTotal[]
}>

/** A final month that was settled again for this statement, and what that rests on and left. */
export type SettledAgain = Readonly<{ month: string; factsHash: string; closing: State }>

/** From accepted capacity to the claim, over all supported blocks of the month: GPU-seconds as `n/d` or `n`. */
export type Waterfall = Readonly<{
  accepted: string
  planned: string
  unavailable: string
  sold: string
  called: string
  /** accepted − planned − unavailable − sold − called */
  unsold: string
  /** What the backstop clauses claim with all conditions met. */
  claimed: string
  ineligible: string
  overCap: string
  /** Paid for at a price. */
  paid: string
}>

/** One month of one agreement, complete in itself: the JSON that is stored, hashed, served and rendered. */
export type Statement = Readonly<{
  offtake: 1
  agreement: string
  title: string
  month: string
  /** RFC 3339; `to` not included. */
  from: string
  to: string
  hours: string
  zone: string
  currency: string
  guarantor: Readonly<{ id: string; name: string }>
  operator: Readonly<{ id: string; name: string }>
  /** All of them. */
  parties: readonly Readonly<{ id: string; name: string; role: string }>[]
  version: number
  status: 'provisional' | 'final'
  /** Local dates; null while provisional. */
  finalOn: string | null
  dueOn: string | null
  lines: readonly StatementLine[]
  totals: Totals
  positions: readonly StatementPosition[]
  waterfall: Waterfall
  series: MonthSeries
  terms: readonly Readonly<{ version: number; hash: string }>[]
  evidence: readonly Evidence[]
  /** SHA-256 over terms, evidence and opening state, and those of the months that were settled again: what the statement rests on. */
  factsHash: string
  /** The final months that were settled again to state corrections, first to last; empty where nothing new bore on any. */
  settledAgain: readonly SettledAgain[]
  opening: State
  closing: State
}>
