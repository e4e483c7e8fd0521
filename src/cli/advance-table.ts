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
  { head: 'Guarantor pays', ends: 'right' },
  { head: 'Operator pays', ends: 'right' },
  { head: 'Net', ends: 'right' },
  { head: '', ends: 'left' },
  { head: 'paid by', ends: 'left' },
  { head: 'Others', ends: 'left' },
]

const percentOf = (part: Rational, whole: Rational): string =>
  compare(whole, nought) > 0 ? `${toFixed(times(over(part, whole), rational(100)), 1)} %` : '–'

/** What one party paid another over the months, gross of what came back; the guarantor and the operator have columns of their own. */
const paidAmong = (others: readonly PairTotal[]): Paid[] =>
  others.flatMap(({ parties: [one, other], pays: [first, second] }) => [
    { payer: one, payee: other, amount: money(first) },
    { payer: other, payee: one, amount: money(second) },
  ])

const otherOf = ({ payer, payee, amount }: PairTotal['net']): string => `${payer} to ${payee} ${figure(amount)}`

type Paid = Readonly<{ payer: string; payee: string; amount: Rational }>

/** What is kept of a statement: a row of the table, and what the totals of an agreement are made of. Series of years would fill the memory. */
export type AdvanceRow = Readonly<{
  agreement: string
  cells: Row
  accepted: Rational
  sold: Rational
  guarantorPays: Rational
  operatorPays: Rational
  others: readonly Paid[]
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
    others
      .filter(({ net: { payer } }) => payer !== null)
      .map(({ net: each }) => otherOf(each))
      .join(', '),
  ]
  const [guarantor, operator] = [money(guarantorPays), money(operatorPays)]
  return { agreement, cells, accepted, sold, guarantorPays: guarantor, operatorPays: operator, others: paidAmong(others), currency }
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
  const text = (amount: Rational): string => figure(toFixed(amount, places))
  const pairs = Map.groupBy(
    rows.flatMap(({ others }) => others),
    ({ payer, payee }) => `${payer} to ${payee}`,
  )
  const others = [...pairs]
    .map(([pair, paid]): [string, Rational] => [pair, paid.map(({ amount }) => amount).reduce(plus, nought)])
    .filter(([, amount]) => !isZero(amount))
    .map(([pair, amount]) => `, ${pair} ${text(amount)}`)
  return `${agreement}: ${rows.length} months through ${cells[1]}${sold}; the guarantor pays the operator ${text(guarantor)} ${currency}, the operator the guarantor ${text(operator)}${others.join('')}`
}
