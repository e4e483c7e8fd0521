import type { BlockId, ClauseId, PartyId } from '../base/id.ts'
import type { Instant } from '../base/time.ts'

/** Where an input comes from: a fact of a block, a step of the terms, a previous line, state carried in, or arithmetic on its children. */
export type InputSource =
  | Readonly<{ kind: 'fact'; subject: string; reading: readonly string[] }>
  | Readonly<{ kind: 'terms'; version: number; pointer: string }>
  | Readonly<{ kind: 'line'; key: string }>
  | Readonly<{ kind: 'state'; name: string }>
  | Readonly<{ kind: 'sum' }>

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
  unit: 'gpu-seconds' | 'gpu-hours' | 'major' | 'rate' | 'per-gpu-hour' | 'seconds' | 'days' | 'text'
  source: InputSource
  children?: readonly Input[]
}>

export type Formula = 'share' | 'share-base' | 'backstop' | 'called' | 'called-over-cap' | 'over-cap' | 'ineligible' | 'recoupment'

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
  /** Exact: GPU-seconds, or major units of revenue. */
  quantity: string
  quantityUnit: 'gpu-seconds' | 'major'
  /** Exact: per GPU-hour, or a share of 1. */
  rate: string
  rateUnit: 'per-gpu-hour' | 'share' | 'none'
  /** Before rounding, in major units: `n/d`. */
  exact: string
  /** Rounded once, half-even, in minor units of the agreement's currency. Negative: a credit from payee to payer. */
  minor: bigint
  reasons: readonly Input[]
}>

/** What a clause carries from one period to the next. All of it is exact text, so it is bytes for bytes the same anywhere. */
export type ClauseState = Readonly<{
  /** Drawn on each cap, by `capId` or `capId#year`: minor units, or GPU-seconds as `n/d`. */
  drawn: Readonly<Record<string, string>>
  /** Cumulative paid GPU-seconds, for price tiers. */
  paid: string
  /** Cumulative share base, in major units, by `all` or the first date of the contract year. */
  base: Readonly<Record<string, string>>
  /** Owed back under recoupment, in major units, exact. */
  recoupable: string
}>

/** By clause id; a clause that carries nothing yet is absent. */
export type State = Readonly<Record<string, ClauseState>>

export type Settlement = Readonly<{ lines: readonly Line[]; closing: State }>
