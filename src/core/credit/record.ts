import type { LocalDate, Month } from '../base/time.ts'
import type { Position, State } from '../settlement/line.ts'
import type { Schedule } from '../terms/schedule.ts'

/** A line of a final statement, as far as the register reads it. */
export type RecordedLine = Readonly<{
  key: string
  clause: string
  formula: string
  payer: string
  payee: string
  /** RFC 3339: the charge period. */
  from: string
  to: string
  /** Decimal at the currency's minor unit. Negative: a credit from payee to payer. */
  amount: string
}>

/** A position as a statement keeps it. */
export type RecordedPosition = Readonly<Omit<Position, 'of'> & { of: string | null }>

/** A final statement: its latest version. */
export type RecordedStatement = Readonly<{
  /** Its name on record; every amount of the register says which statement it comes from. */
  id: string
  month: Month
  lines: readonly RecordedLine[]
  /** Absent in a statement from before positions were kept. */
  positions?: readonly RecordedPosition[]
  closing: State
}>

/** What the register reads of one agreement: what was signed, and its final statements in order of time. */
export type AgreementRecord = Readonly<{ schedule: Schedule; statements: readonly RecordedStatement[] }>

/** The last local date of a month. */
export const lastDateOf = (month: Month): LocalDate => Temporal.PlainYearMonth.from(month).toPlainDate({ day: 31 }).toString()

/** What was final when a month was over. */
export const throughMonth = ({ schedule, statements }: AgreementRecord, month: Month): AgreementRecord => ({
  schedule,
  statements: statements.filter((statement) => statement.month <= month).toSorted((a, b) => (a.month < b.month ? -1 : 1)),
})
