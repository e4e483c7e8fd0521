import { fromText, toDecimal, toFixed, over, rational } from '../../core/base/rational.ts'
import type { Sheet } from '../../core/sheets/sheet.ts'
import { workbook } from '../../core/sheets/workbook.ts'
import { csvDigitsMax } from '../../core/statements/csv.ts'
import { quantityOf } from '../../core/statements/render.ts'
import type { Statement, StatementLine } from '../../core/statements/statement.ts'
import type { StatedRecord } from './statement-pdf.ts'
import { pairsOf, nameOf } from './statement-words.ts'

/** An exact value as a decimal, as CSV has it: what none can say is rounded half-even. */
const decimalOf = (value: string, hours = false): string => {
  const exact = hours ? over(fromText(value), rational(3600)) : fromText(value)
  const text = toDecimal(exact)
  return text.includes('/') ? toFixed(exact, csvDigitsMax) : text
}

const lineRow = (line: StatementLine, statement: Statement) => {
  const isHours = line.quantityUnit === 'gpu-seconds'
  const [, unit] = quantityOf(line, statement.currency)
  return [
    String(line.number),
    line.text,
    line.clause,
    line.block,
    nameOf(statement, line.payer),
    nameOf(statement, line.payee),
    decimalOf(line.quantity, isHours),
    line.quantityUnit === 'share' ? 'share' : unit,
    line.rateUnit === 'none' ? null : decimalOf(line.rate),
    line.rateUnit === 'none' ? null : line.rateUnit,
    line.amount,
    line.held ?? null,
    line.key,
  ]
}

const linesSheet = (statement: Statement): Sheet => ({
  name: 'Lines',
  columns: [
    { head: '#', kind: 'count' },
    { head: 'Line', kind: 'text' },
    { head: 'Clause', kind: 'text' },
    { head: 'Block', kind: 'text' },
    { head: 'Payer', kind: 'text' },
    { head: 'Payee', kind: 'text' },
    { head: 'Quantity', kind: 'amount' },
    { head: 'Unit', kind: 'text' },
    { head: 'Rate', kind: 'amount' },
    { head: 'Rate is', kind: 'text' },
    { head: `Amount, ${statement.currency}`, kind: 'amount' },
    { head: `Held, ${statement.currency}`, kind: 'amount' },
    { head: 'Key', kind: 'text' },
  ],
  rows: statement.lines.map((line) => lineRow(line, statement)),
})

const totalsSheet = (statement: Statement): Sheet => ({
  name: 'Totals',
  columns: [
    { head: 'Payer', kind: 'text' },
    { head: 'Payee', kind: 'text' },
    { head: `Pays, ${statement.currency}`, kind: 'amount' },
    { head: `Held, ${statement.currency}`, kind: 'amount' },
    { head: `Net, ${statement.currency}`, kind: 'amount' },
    { head: `Payable, ${statement.currency}`, kind: 'amount' },
  ],
  rows: pairsOf(statement).flatMap(({ parties, names, pays, held, net, payable }) =>
    [0, 1].map((i) => [
      names[i]!,
      names[1 - i]!,
      pays[i]!,
      held[i]!,
      net.payer === parties[i] ? net.amount : null,
      payable.payer === parties[i] ? payable.amount : null,
    ]),
  ),
})

const aboutSheet = ({ id, hash, statement }: StatedRecord): Sheet => {
  const { title, agreement, month, from, to, zone, hours, status, version, finalOn, dueOn, terms, factsHash } = statement
  const facts: readonly (readonly [string, string])[] = [
    ['Title', title],
    ['Agreement', agreement],
    ['Month', month],
    ['From', from],
    ['To, not included', to],
    ['Zone', zone],
    ['Hours', hours],
    ['Status', `${status}, version ${version}`],
    ['Final on', finalOn ?? ''],
    ['Due on', dueOn ?? ''],
    ['Netted', statement.totals.netting ? 'yes' : 'no'],
    ['Statement', id],
    ['SHA-256', hash],
    ...terms.map((each) => [`Terms, version ${each.version}`, each.hash] as const),
    ['Facts', factsHash],
  ]
  return {
    name: 'Statement',
    columns: [
      { head: 'What', kind: 'text' },
      { head: 'Is', kind: 'text' },
    ],
    rows: facts,
  }
}

/** A statement as a workbook: its lines, its totals, and what it is. The same statement is the same bytes. */
export const statementWorkbook = (record: StatedRecord): Uint8Array =>
  workbook([linesSheet(record.statement), totalsSheet(record.statement), aboutSheet(record)])
