import { compare, fromText, isZero, nought, over, plus, rational, times, toFixed, type Rational } from '../core/base/rational.ts'
import { figure, gpuHoursInTables } from '../core/statements/figures.ts'
import type { PairTotal, Statement } from '../core/statements/statement.ts'
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
  { head: 'Others', ends: 'left' },
]

const percentOf = (part: Rational, whole: Rational): string =>
  compare(whole, nought) > 0 ? `${toFixed(times(over(part, whole), rational(100)), 1)} %` : '–'

const otherOf = ({ parties: [one, other], net: { payer, payee, amount } }: PairTotal): string =>
  payer === null || payee === null ? `${one} and ${other} nothing` : `${payer} to ${payee} ${figure(amount)}`

/** What is kept of a statement: a row of the table, and what the totals of an agreement are made of. Series of years would fill the memory. */
export type AdvanceRow = Readonly<{
  agreement: string
  cells: Row
  accepted: Rational
  sold: Rational
  guarantorPays: Rational
  operatorPays: Rational
  currency: string
}>

export const rowOf = ({ agreement, month, hours, waterfall, totals, currency }: Statement): AdvanceRow => {
  const [accepted, sold] = [fromText(waterfall.accepted), fromText(waterfall.sold)]
  const { guarantorPays, operatorPays, net, others } = totals
  const cells = [
    agreement,
    month,
    hours,
    figure(gpuHoursInTables(accepted)),
    percentOf(sold, accepted),
    figure(guarantorPays),
    figure(operatorPays),
    figure(net.amount),
    currency,
    net.payer ?? '–',
    others.map(otherOf).join(', '),
  ]
  const [guarantor, operator] = [money(guarantorPays), money(operatorPays)]
  return { agreement, cells, accepted, sold, guarantorPays: guarantor, operatorPays: operator, currency }
}

const money = (text: string): Rational => {
  const [whole, fraction = ''] = text.split('.') as [string, string?]
  return rational(BigInt(whole + fraction), 10n ** BigInt(fraction.length))
}

/** One line for each month, and then one for each agreement: what it all came to. */
export const advanceTable = (rows: readonly AdvanceRow[]): string =>
  [
    ...textTable(
      columns,
      rows.map(({ cells }) => cells),
    ).map((row) => row.trimEnd()),
    '',
    ...[...Map.groupBy(rows, ({ agreement }) => agreement)].map(([agreement, mine]) => totalOf(agreement, mine)),
    '',
  ].join('\n')

const totalOf = (agreement: string, rows: readonly AdvanceRow[]): string => {
  const sum = (of: (row: AdvanceRow) => Rational): Rational => rows.map(of).reduce(plus, nought)
  const [accepted, guarantor, operator] = [sum((row) => row.accepted), sum((row) => row.guarantorPays), sum((row) => row.operatorPays)]
  const { currency, cells } = rows.at(-1)!
  const sold = isZero(accepted)
    ? ''
    : `, ${percentOf(
        sum((row) => row.sold),
        accepted,
      )} of ${figure(gpuHoursInTables(accepted))} GPU-hours sold`
  const places = (cells[7]!.split('.')[1] ?? '').replace(')', '').length
  return `${agreement}: ${rows.length} months through ${cells[1]}${sold}; the guarantor pays ${figure(toFixed(guarantor, places))} ${currency}, the operator ${figure(toFixed(operator, places))}`
}
