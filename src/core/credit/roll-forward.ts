import { nextMonth, type LocalDate, type Month } from '../base/time.ts'
import { fiscalYearOfMonth, type FiscalCalendar } from './fiscal.ts'
import { amountRow, type PackRow, type PackSource } from './pack.ts'
import { lastDateOf } from './record.ts'
import type { RegisterRow } from './register.ts'

/** A stretch of whole months that is reported together: a fiscal year, the last one through the month of the register. */
export type ReportedPeriod = Readonly<{ label: string; from: LocalDate; through: LocalDate; lastMonth: Month }>

/** The fiscal years from one month through another, by the months that count to them. */
export const reportedPeriods = (calendar: FiscalCalendar, from: Month, through: Month): ReportedPeriod[] => {
  const months: Month[] = []
  for (let month = from; month <= through; month = nextMonth(month)) months.push(month)
  return [...Map.groupBy(months, (month) => fiscalYearOfMonth(calendar, month))].map(([year, of]) => ({
    label: `FY${year}`,
    from: `${of[0]!}-01`,
    through: lastDateOf(of.at(-1)!),
    lastMonth: of.at(-1)!,
  }))
}

/** What changed a balance: positive adds to it. */
export type Movement = Readonly<{ item: string; minor: bigint; source: PackSource }>
/** A balance over one period. The closing balance is worked out on its own, so that the movements have something to tie to. */
export type Rolled = Readonly<{ label: string; movements: readonly Movement[]; closing: bigint; closingSource: PackSource }>

/**
 * The rows of a balance rolled forward: opening, movements, closing, period after period. Throws `RangeError` where opening and movements do
 * not make the closing balance; each opens with what the one before closed with.
 */
export const rollForward = (
  row: Pick<RegisterRow, 'instrument' | 'counterparty'>,
  balance: string,
  periods: readonly Rolled[],
): PackRow[] => {
  let opening = 0n
  return periods.flatMap(({ label, movements, closing, closingSource }) => {
    const reached = movements.reduce((sum, { minor }) => sum + minor, opening)
    if (reached !== closing) throw new RangeError(`${row.instrument} ${label}: ${balance} moves to ${reached} and not to ${closing}`)
    const carried: PackSource = { kind: 'worked', how: 'closing balance of the period before' }
    const rows = [
      amountRow(row, `${balance}, opening`, opening, carried, label),
      ...movements.map(({ item, minor, source }) => amountRow(row, item, minor, source, label)),
      amountRow(row, `${balance}, closing`, closing, closingSource, label),
    ]
    opening = closing
    return rows
  })
}
