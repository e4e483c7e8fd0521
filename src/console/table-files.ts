import { sheetCsv, sheetHtml, sheetTsv, type Sheet, type SheetColumn } from '../core/sheets/sheet.ts'
import { rawOf, sheetKindOf, unitOf, type Column } from './table-column.ts'

type Field<Row> = Readonly<{ column: SheetColumn; of: (row: Row) => string | null }>

/** The units of a column among rows; one where the column has one for all. */
export const unitsOf = <Row>(column: Column<Row>, rows: readonly Row[]): readonly string[] =>
  typeof column.unit === 'function' ? [...new Set(rows.map(column.unit))] : [column.unit ?? '']

const fieldsOf = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Field<Row>[] =>
  columns.flatMap((column, i) => {
    const units = unitsOf(column, rows)
    const [unit = ''] = units
    const head = units.length === 1 && unit !== '' ? `${column.head}, ${unit}` : column.head
    const own: Field<Row> = { column: { head, kind: sheetKindOf(column.kind) }, of: (row) => rawOf(column, row) }
    // Columns that read their unit in the same place have one column for it, after the last of them.
    const isLast = !columns.slice(i + 1).some((other) => other.unit === column.unit)
    if (units.length < 2 || !isLast) return [own]
    return [own, { column: { head: column.kind === 'amount' ? 'Currency' : 'Unit', kind: 'text' }, of: (row) => unitOf(column, row) }]
  })

/** A table as it leaves the page: the rows and columns that are shown, in their order, raw. Totals stay: a spreadsheet adds up by itself. */
export const sheetOf = <Row>(name: string, columns: readonly Column<Row>[], rows: readonly Row[]): Sheet => {
  const fields = fieldsOf(columns, rows)
  return { name, columns: fields.map(({ column }) => column), rows: rows.map((row) => fields.map(({ of }) => of(row))) }
}

/** Beyond it the clipboard gets text alone: as HTML the same rows take ten times the room. */
const htmlRowsMax = 10_000

/** Puts a sheet on the clipboard, as text with tabs and, unless it is long, as a table. */
export const copySheet = async (sheet: Sheet): Promise<void> => {
  const text = new Blob([sheetTsv(sheet)], { type: 'text/plain' })
  const html = sheet.rows.length > htmlRowsMax ? {} : { 'text/html': new Blob([sheetHtml(sheet)], { type: 'text/html' }) }
  await navigator.clipboard.write([new ClipboardItem({ 'text/plain': text, ...html })])
}

const save = (blob: Blob, name: string): void => {
  const address = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), keptMs)
}
/** How long a file that is being saved is kept in memory. */
const keptMs = 60_000

export const saveCsv = (sheet: Sheet, name: string): void =>
  save(new Blob([sheetCsv(sheet)], { type: 'text/csv;charset=utf-8' }), `${name}.csv`)

const workbookType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/** The writer of workbooks is loaded when somebody wants one. */
export const saveWorkbook = async (sheet: Sheet, name: string): Promise<void> => {
  const { workbook } = await import('../core/sheets/workbook.ts')
  save(new Blob([workbook([sheet]) as Uint8Array<ArrayBuffer>], { type: workbookType }), `${name}.xlsx`)
}
