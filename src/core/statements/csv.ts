import { fromText, toDecimal, toFixed } from '../base/rational.ts'
import type { Statement, StatementLine } from './statement.ts'

/** A text is quoted and guarded; a number is ours and written as it is. */
export type CsvCell = Readonly<{ kind: 'text' | 'number'; value: string }>

export const textCell = (value: string): CsvCell => ({ kind: 'text', value })
export const numberCell = (value: string | number): CsvCell => ({ kind: 'number', value: String(value) })

/** Digits after the point of a value that no decimal can say. */
export const csvDigitsMax = 18

/** An exact value as a decimal: a fraction that none can say is rounded half-even, as `1/3` would be read as a date. */
export const rationalCell = (value: string): CsvCell => {
  const exact = fromText(value)
  const text = toDecimal(exact)
  return numberCell(text.includes('/') ? toFixed(exact, csvDigitsMax) : text)
}

// What a spreadsheet takes for the beginning of a formula, in ASCII and full width, and the controls that it skips before one.
const opensFormula = /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/

const written = ({ kind, value }: CsvCell): string => {
  const guarded = kind === 'text' && opensFormula.test(value) ? `'${value}` : value
  return /[",\r\n]|^\s|\s$/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded
}

/** RFC 4180: CRLF after every record, quotes where needed and doubled inside. A text that a spreadsheet would run begins with `'` instead. */
export const csv = (head: readonly string[], rows: readonly (readonly CsvCell[])[]): string => {
  for (const row of rows) if (row.length !== head.length) throw new RangeError(`${row.length} cells for ${head.length} columns`)
  return [head.map(textCell), ...rows].map((row) => `${row.map(written).join(',')}\r\n`).join('')
}

type Field = readonly [head: string, cell: (line: StatementLine, statement: Statement) => CsvCell]

const fields: readonly Field[] = [
  ['agreement', (_, { agreement }) => textCell(agreement)],
  ['month', (_, { month }) => textCell(month)],
  ['statement_version', (_, { version }) => numberCell(version)],
  ['status', (_, { status }) => textCell(status)],
  ['line', ({ number }) => numberCell(number)],
  ['text', ({ text }) => textCell(text)],
  ['clause', ({ clause }) => textCell(clause)],
  ['formula', ({ formula }) => textCell(formula)],
  ['block', ({ block }) => textCell(block ?? '')],
  ['from', ({ from }) => textCell(from)],
  ['to', ({ to }) => textCell(to)],
  ['contract_year', ({ contractYear }) => numberCell(contractYear)],
  ['terms_version', ({ version }) => numberCell(version)],
  ['payer', ({ payer }) => textCell(payer)],
  ['payee', ({ payee }) => textCell(payee)],
  ['reason', ({ reason }) => textCell(reason ?? '')],
  ['quantity', ({ quantity }) => rationalCell(quantity)],
  ['quantity_unit', ({ quantityUnit }, { currency }) => textCell(quantityUnit === 'major' ? currency : quantityUnit)],
  ['rate', ({ rate }) => rationalCell(rate)],
  ['rate_unit', ({ rateUnit }) => textCell(rateUnit)],
  ['amount', ({ amount }) => numberCell(amount)],
  ['currency', (_, { currency }) => textCell(currency)],
  ['key', ({ key }) => textCell(key)],
  // As FOCUS has it: `month` is the billing period, `from` and `to` the charge period, and a correction has a class.
  ['charge_class', ({ corrects }) => textCell(corrects === undefined ? '' : 'Correction')],
  ['corrects', ({ corrects }) => textCell(corrects ?? '')],
  ['held', ({ held }) => numberCell(held ?? '')],
]

/** The lines of a statement, one a record: raw decimals, instants in RFC 3339, quantities in GPU-seconds or major units of revenue. */
export const statementCsv = (statement: Statement): string =>
  csv(
    fields.map(([head]) => head),
    statement.lines.map((line) => fields.map(([, cell]) => cell(line, statement))),
  )
