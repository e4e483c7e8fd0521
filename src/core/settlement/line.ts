import type { Json } from '../base/canonical.ts'
import type { BlockId, ClauseId, PartyId } from '../base/id.ts'
import type { Instant, Month } from '../base/time.ts'

/** Where an input comes from: a fact of a block, a step of the terms, a previous line, state carried in, or arithmetic on its children. */
export type InputSource =
  | Readonly<{ kind: 'fact'; subject: string; reading: readonly string[] }>
  | Readonly<{ kind: 'terms'; version: number; pointer: string }>
  | Readonly<{ kind: 'line'; key: string }>
  | Readonly<{ kind: 'state'; name: string }>
  | Readonly<{ kind: 'sum' }>

export type InputUnit =
  | 'gpu-seconds'
  | 'gpu-hours'
  | 'major'
  | 'rate'
  | 'per-gpu-hour'
  | 'per-unit'
  | 'per-day'
  | 'per-share'
  | 'seconds'
  | 'days'
  | 'units'
  | 'shares'
  | 'text'

/** One reason in a line's tree. The values of a node's children, each with its `operator`, make the node's own value: nothing is left out. */
export type Input = Readonly<{
  /** How it joins its siblings, left to right from zero; `note` takes no part: a rule that was checked. */
  operator: '+' | '-' | '×' | '÷' | 'note'
  /** In words: `Available, up to committed`. */
  word: string
  /** `∫min(A, C)`, where the terms have a symbol. */
  symbol?: string
  /** Exact: `n/d` or `n`. */
  value: string
  unit: InputUnit
  source: InputSource
  children?: readonly Input[]
}>

/** Names what a line says of its clause; its kind knows the words and the accounts of each. */
export type Formula = string

/** Of what: GPU-seconds, major units of money, whole days, units or shares, or a part of one. */
export type QuantityUnit = 'gpu-seconds' | 'major' | 'days' | 'units' | 'shares' | 'share'
export type RateUnit = 'per-gpu-hour' | 'share' | 'none' | 'per-day' | 'per-unit' | 'per-share' | 'per-year'

/** One line of a statement. Its key without the version names it across corrections. */
export type Line = Readonly<{
  /** clause/formula/block/charge period/contract year/rate step[/reason] */
  key: string
  clause: ClauseId
  formula: Formula
  /** Undefined where the clause nets its blocks, or the amount belongs to none. */
  block: BlockId | undefined
  /** The charge period: a half-open interval. */
  from: Instant
  to: Instant
  /** Version of the agreement under which it settled. */
  version: number
  contractYear: number
  payer: PartyId
  payee: PartyId
  /** Of an `ineligible` or `over-cap` line: why. */
  reason: string | undefined
  /** The final month whose line of this key it corrects, by the amount that it lacks; absent where it is of the month itself. */
  corrects?: Month
  /** Exact, in `quantityUnit`. */
  quantity: string
  quantityUnit: QuantityUnit
  /** Exact, in `rateUnit`. */
  rate: string
  rateUnit: RateUnit
  /** Before rounding, in major units: `n/d`. */
  exact: string
  /** Rounded once, half-even, in minor units of the agreement's currency. Negative: a credit from payee to payer. */
  minor: bigint
  reasons: readonly Input[]
}>

/** What a clause carries from one period to the next, in a form of its kind's own; exact text, so it is byte for byte the same anywhere. */
export type ClauseState = Readonly<Record<string, Json>>

/** What backstops and shares carry. */
export type RunningState = Readonly<{
  /** Drawn on each cap, by `capId` or `capId#year`: minor units, or GPU-seconds as `n/d`. */
  drawn: Readonly<Record<string, string>>
  /** Cumulative paid GPU-seconds, for price tiers. */
  paid: string
  /** Cumulative share base, in major units, by `all` or the first date of the contract year. */
  base: Readonly<Record<string, string>>
  /** Owed back under recoupment, in major units, exact. */
  recoupable: string
}>

/** What was carried, with nothing where there was nothing. */
export const runningState = (state: ClauseState): RunningState => ({ drawn: {}, paid: '0', base: {}, recoupable: '0', ...state })

/** By clause id; a clause that carries nothing yet is absent. */
export type State = Readonly<Record<string, ClauseState>>

export type Measured =
  | 'gross'
  | 'amortised'
  | 'escrow'
  | 'collateral'
  | 'net'
  | 'called'
  | 'recovered'
  | 'fee-accrued'
  | 'cap-left'
  | 'vested'
  | 'exercised'
  | 'intrinsic'
  | 'pro-forma'
  | 'shares'
  | 'cost'
  | 'mark'
  | 'balance'
  | 'drawn'
  | 'reserve'
  | 'cfads'
  | 'debt-service'
  | 'dscr'
  | 'llcr'
  | 'plcr'
  | 'bank'
  | 'prepaid'

/** Where a clause stands at the end of a period: nothing that is owed, but what the register of credit support is made of. */
export type Position = Readonly<{
  clause: ClauseId
  /** Who stands for it, or owes it; and to whose benefit. */
  by: PartyId
  to: PartyId
  measure: Measured
  /** Which of several: a lease, a tranche, a draw. */
  of: string | undefined
  /** Exact: `n/d` or `n`. Money in major units. */
  value: string
  unit: InputUnit
  reasons: readonly Input[]
}>

export type Settlement = Readonly<{
  lines: readonly Line[]
  positions: readonly Position[]
  closing: State
  /** Why the facts cannot be settled under these terms, a sentence each: whoever draws up a statement refuses to where there is one. */
  refusals: readonly string[]
}>
