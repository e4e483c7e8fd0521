import { compare, fromText, isZero, nought, over, rational, times, toFixed, type Rational } from '../core/base/rational.ts'
import { figure, gpuHoursInTables } from '../core/statements/figures.ts'
import type { Statement } from '../core/statements/statement.ts'
import { textTable, type Column, type Row } from '../core/statements/text-table.ts'

const columns: readonly Column[] = [
  { head: 'Agreement', ends: 'left' },
  { head: 'Month', ends: 'left' },
  { head: 'Hours', ends: 'right' },
  { head: 'Accepted GPU-h', ends: 'right' },
  { head: 'Sold', ends: 'right' },
  { head: 'Backstop', ends: 'right' },
  { head: 'Share', ends: 'right' },
  { head: 'Net', ends: 'right' },
  { head: '', ends: 'left' },
  { head: 'paid by', ends: 'left' },
]

const percentOf = (part: Rational, whole: Rational): string =>
  isZero(whole) ? '–' : `${toFixed(times(over(part, whole), rational(100)), 1)} %`

const rowOf = ({ agreement, month, hours, waterfall, totals, currency }: Statement): Row => {
  const [accepted, sold] = [fromText(waterfall.accepted), fromText(waterfall.sold)]
  return [
    agreement,
    month,
    hours,
    figure(gpuHoursInTables(accepted)),
    percentOf(sold, compare(accepted, nought) > 0 ? accepted : nought),
    figure(totals.guarantorPays),
    figure(totals.operatorPays),
    figure(totals.net.amount),
    currency,
    totals.net.payer ?? '–',
  ]
}

/** What was closed, a line for each month: what the guarantor pays, what the operator pays, and who pays the difference. */
export const summary = (statements: readonly Statement[], note: string): string =>
  [...textTable(columns, statements.map(rowOf)).map((row) => row.trimEnd()), '', `Readings: ${note}.`, ''].join('\n')
