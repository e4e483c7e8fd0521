import type { LocalDate, Month } from '../base/time.ts'
import type { AgreementRecord } from './record.ts'
import type { Portfolio } from './portfolio.ts'
import type { Amount, Register, RegisterRow } from './register.ts'

/** Where an amount of a pack comes from. */
export type PackSource =
  /** A measure of the positions of a statement. */
  | Readonly<{ kind: 'position'; statement: string; month: Month; measure: string }>
  /** The lines of a clause, of the final statements of these months, or of all through that of a month. */
  | Readonly<{ kind: 'lines'; clause: string; from?: Month; through: Month }>
  /** What is promised from a date on, by the terms and the state that the last statement left. */
  | Readonly<{ kind: 'promise'; from: LocalDate }>
  /** A value of the agreement: what, and where its clause was written. */
  | Readonly<{ kind: 'terms'; what: string }>
  /** A value of the portfolio document. */
  | Readonly<{ kind: 'portfolio'; pointer: string }>
  /** Arithmetic on other rows, in words. */
  | Readonly<{ kind: 'worked'; how: string }>

/** One amount, or one value that is no money, of one instrument in one period. */
export type PackRow = Readonly<{
  instrument: string
  counterparty: string
  /** `FY2027`, or `''` where it is as of the date of the pack. */
  period: string
  item: string
  /** Minor units of the reporting currency; undefined where it is no amount of it. */
  minor: bigint | undefined
  /** Exact text of what is no amount: a count, a price, a date; `''` for an amount. */
  value: string
  source: PackSource
}>

/** A way to account for something. Which one applies is a judgement of whoever reports, not of this pack. */
export type Treatment = Readonly<{ id: string; word: string }>

/** Evidence for one question of accounting. */
export type Pack = Readonly<{
  pack: string
  title: string
  asOf: Month
  currency: string
  treatment: Treatment
  alternatives: readonly Treatment[]
  /** That it is evidence and no conclusion, and what it does not decide. */
  statement: string
  rows: readonly PackRow[]
  /** What could not be shown, and what would be needed: one sentence each. */
  missing: readonly string[]
}>

export type PackInput = Readonly<{ records: readonly AgreementRecord[]; asOf: Month; portfolio: Portfolio }>
/** What every pack is made of: the register at its date, and the register at the end of any month before. */
export type PackWork = PackInput & Readonly<{ register: Register; registerAt: (month: Month) => Register; treatment: string }>

/** How a pack is made; the first treatment is the default. */
export type PackKind = Readonly<{
  pack: string
  title: string
  treatments: readonly [Treatment, ...Treatment[]]
  /** What the pack does not decide. */
  undecided: string
  make: (work: PackWork) => Readonly<{ rows: readonly PackRow[]; missing: readonly string[] }>
}>

/** Where an amount of a register row comes from: what no kind states is what is promised. */
export const sourceOf = ({ restsOn, clause, positions }: RegisterRow, amount: Amount, register: Register): PackSource => {
  if (amount === 'paid' || amount === 'received') return { kind: 'lines', clause, through: register.asOf }
  const states = (measure: string) => positions.some((position) => position.measure === measure)
  if (restsOn !== undefined && states(amount)) return { kind: 'position', ...restsOn, measure: amount }
  if (amount === 'net' && states('gross')) return { kind: 'worked', how: 'gross less escrow and collateral, never below nothing' }
  return { kind: 'promise', from: nextDay(register.asOf) }
}

const nextDay = (month: Month): LocalDate => Temporal.PlainYearMonth.from(month).add({ months: 1 }).toPlainDate({ day: 1 }).toString()

/** The row of a pack, an amount of an instrument. */
export const amountRow = (
  { instrument, counterparty }: Pick<RegisterRow, 'instrument' | 'counterparty'>,
  item: string,
  minor: bigint,
  source: PackSource,
  period = '',
): PackRow => ({ instrument, counterparty, period, item, minor, value: '', source })

/** The row of a pack, a value that is no amount. */
export const valueRow = (
  { instrument, counterparty }: Pick<RegisterRow, 'instrument' | 'counterparty'>,
  item: string,
  value: string,
  source: PackSource,
): PackRow => ({ instrument, counterparty, period: '', item, minor: undefined, value, source })
