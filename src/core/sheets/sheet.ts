import { csv, numberCell, textCell, type CsvCell } from '../statements/csv.ts'

/** What a column holds. `amount`, `count` and `percent` are numbers; a percent is a share of one. */
export type SheetKind = 'text' | 'amount' | 'count' | 'percent' | 'date' | 'month'

/** Raw text: decimals with a point and without thousands, dates as ISO 8601; null where there is nothing. */
export type SheetCell = string | null

export type SheetColumn = Readonly<{ head: string; kind: SheetKind }>

/** A table on its way to a spreadsheet: every row has a cell for every column. */
export type Sheet = Readonly<{ name: string; columns: readonly SheetColumn[]; rows: readonly (readonly SheetCell[])[] }>

const numbers: readonly SheetKind[] = ['amount', 'count', 'percent']
export const isNumberKind = (kind: SheetKind): boolean => numbers.includes(kind)

const decimalForm = /^-?\d+(\.\d+)?$/
/** Whether a cell goes out as a number: by its column, and because it is one. */
export const isNumber = (cell: SheetCell, { kind }: SheetColumn): cell is string =>
  cell !== null && isNumberKind(kind) && decimalForm.test(cell)

const csvCell = (cell: SheetCell, column: SheetColumn): CsvCell => (isNumber(cell, column) ? numberCell(cell) : textCell(cell ?? ''))

/** RFC 4180, with what a spreadsheet would take for a formula made harmless. Raw decimals and ISO dates. */
export const sheetCsv = ({ columns, rows }: Sheet): string =>
  csv(
    columns.map(({ head }) => head),
    rows.map((row) => row.map((cell, i) => csvCell(cell, columns[i]!))),
  )

// The same beginnings as in CSV: pasted text is read as typed text is.
const opensFormula = /^[=+\-@＝＋－＠]/

const pastedText = (text: string): string => {
  const line = text.replaceAll(/[\t\r\n]+/g, ' ').trim()
  return opensFormula.test(line) ? `'${line}` : line
}

/** Rows for the clipboard, cells parted by tabs: numbers are raw decimals, so that a spreadsheet takes them for numbers; text never opens a formula. */
export const sheetTsv = ({ columns, rows }: Sheet): string =>
  [columns.map(({ head }) => pastedText(head)), ...rows.map((row) => row.map((cell, i) => pastedCell(cell, columns[i]!)))]
    .map((cells) => `${cells.join('\t')}\n`)
    .join('')

const pastedCell = (cell: SheetCell, column: SheetColumn): string => (isNumber(cell, column) ? cell : pastedText(cell ?? ''))

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

/** The same as an HTML table, in which text is marked as text: a month or an id that looks like a number stays what it is. */
export const sheetHtml = ({ columns, rows }: Sheet): string => {
  const head = columns.map((column) => `<th>${escaped(column.head)}</th>`).join('')
  const body = rows.map((row) => `<tr>${row.map((cell, i) => htmlCell(cell, columns[i]!)).join('')}</tr>`)
  return `<table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table>`
}

const htmlCell = (cell: SheetCell, column: SheetColumn): string => {
  if (cell === null) return '<td></td>'
  if (isNumber(cell, column) || column.kind === 'date') return `<td>${escaped(cell)}</td>`
  return `<td style="mso-number-format:'\\@'">${escaped(cell)}</td>`
}
