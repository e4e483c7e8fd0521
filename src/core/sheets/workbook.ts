import { strToU8, zipSync } from 'fflate'
import { isNumber, isNumberKind, type Sheet, type SheetCell, type SheetColumn } from './sheet.ts'

/** Rows of one sheet of a workbook, with its head; the format holds no more. */
export const workbookRowsMax = 1_048_576
const textMax = 32_767
const nameMax = 31

// A double holds any decimal of fifteen digits so that it is read back as it was, and workbooks show fifteen digits and no more.
const digitsMax = 15

/** Whether a decimal is the same number, digit for digit, when a workbook holds it as a double. */
export const isExactInWorkbook = (decimal: string): boolean => decimal.replaceAll(/[-.]/g, '').replace(/^0+/, '').length <= digitsMax

// Letters that XML 1.0 cannot say.
// oxlint-disable-next-line no-control-regex
const unsayable = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g
const escaped = (text: string): string =>
  text
    .slice(0, textMax)
    .replaceAll(unsayable, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')

/** The looks of cells, each once: the style of a cell is its place in this list. The first is plain, the second and third are heads. */
type Looks = Map<string, number>
const plainLook = 'xf'
const headLook = 'head'
const numberHeadLook = 'number-head'
const textNumberLook = 'text-number'
const makeLooks = (): Looks =>
  new Map([
    [plainLook, 0],
    [headLook, 1],
    [numberHeadLook, 2],
    [textNumberLook, 3],
  ])
const lookOf = (looks: Looks, format: string): number => {
  const known = looks.get(format)
  if (known !== undefined) return known
  looks.set(format, looks.size)
  return looks.size - 1
}

const formatOf = (decimal: string, { kind }: SheetColumn): string => {
  if (kind === 'percent') return '0.0###########%'
  const places = decimal.includes('.') ? decimal.length - decimal.indexOf('.') - 1 : 0
  const digits = places === 0 ? '' : `.${'0'.repeat(places)}`
  return `#,##0${digits};(#,##0${digits})`
}

// A year that begins in March ends with its odd day: 365 days and a quarter, less three in four centuries. Workbooks count from the last day of 1899,
// as if 1900 had been a leap year: 1 March 1900 is the 61st day.
const serialOf = (date: string): number => {
  const [year, month, day] = date.split('-').map(Number) as [number, number, number]
  const [years, months] = month < 3 ? [year - 1, month + 9] : [year, month - 3]
  const leapDays = Math.floor(years / 4) - Math.floor(years / 100) + Math.floor(years / 400)
  return 365 * years + leapDays + Math.floor((153 * months + 2) / 5) + day - beforeMarch1900
}
// The same sum for 1 March 1900, less 61.
const beforeMarch1900 = 365 * 1900 + 475 - 19 + 4 + 1 - 61
const isDay = (cell: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(cell) && cell >= '1900-03-01'

const text = (value: string, style: number): string =>
  `<c t="inlineStr" s="${style}"><is><t xml:space="preserve">${escaped(value)}</t></is></c>`
const number = (value: string, style: number): string => `<c s="${style}"><v>${value}</v></c>`

const cellOf = (cell: SheetCell, column: SheetColumn, looks: Looks): string => {
  if (cell === null || cell === '') return '<c/>'
  if (isNumber(cell, column) && isExactInWorkbook(cell)) return number(cell, lookOf(looks, formatOf(cell, column)))
  if (column.kind === 'date' && isDay(cell)) return number(String(serialOf(cell)), lookOf(looks, 'yyyy-mm-dd'))
  return text(cell, isNumberKind(column.kind) ? looks.get(textNumberLook)! : 0)
}

/** Said in the head of a column in which some number has more digits than a workbook's own numbers, and stands as text. */
const asText = ' (text where over 15 digits)'

const headOf = ({ columns, rows }: Sheet, i: number, looks: Looks): string => {
  const column = columns[i]!
  const long = rows.some((row) => isNumber(row[i]!, column) && !isExactInWorkbook(row[i] ?? ''))
  return text(column.head + (long ? asText : ''), looks.get(isNumberKind(column.kind) ? numberHeadLook : headLook)!)
}

const measuredMax = 1_000
const widths = ({ columns, rows }: Sheet): string => {
  const measured = rows.slice(0, measuredMax)
  const lengths = columns.map(({ head }, i) => Math.max(head.length, ...measured.map((row) => (row[i] ?? '').length)))
  return lengths.map((length, i) => `<col min="${i + 1}" max="${i + 1}" width="${Math.min(length + 4, 60)}" customWidth="1"/>`).join('')
}

const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const packaged = 'http://schemas.openxmlformats.org/package/2006'
const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

const sheetXml = (sheet: Sheet, looks: Looks): string => {
  const head = `<row>${sheet.columns.map((_, i) => headOf(sheet, i, looks)).join('')}</row>`
  const body = sheet.rows.map((row) => `<row>${row.map((cell, i) => cellOf(cell, sheet.columns[i]!, looks)).join('')}</row>`)
  const frozen = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
  return `${xml}<worksheet xmlns="${main}"><sheetViews><sheetView workbookViewId="0">${frozen}</sheetView></sheetViews><cols>${widths(sheet)}</cols><sheetData>${head}${body.join('')}</sheetData></worksheet>`
}

const stylesXml = (looks: Looks): string => {
  const formats = [...looks.keys()].slice(4)
  const right = '<alignment horizontal="right"/>'
  const firstFormat = 164
  const numFmts = formats.map((format, i) => `<numFmt numFmtId="${firstFormat + i}" formatCode="${escaped(format)}"/>`).join('')
  const xf = (font: number, format: number, inner = '') =>
    `<xf numFmtId="${format}" fontId="${font}" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" applyAlignment="1">${inner}</xf>`
  const xfs = [xf(0, 0), xf(1, 0), xf(1, 0, right), xf(0, 49, right), ...formats.map((_, i) => xf(0, firstFormat + i))].join('')
  const fonts =
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
  const fills = '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
  const borders = '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
  const base = '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
  const numbers = formats.length === 0 ? '' : `<numFmts count="${formats.length}">${numFmts}</numFmts>`
  return `${xml}<styleSheet xmlns="${main}">${numbers}${fonts}${fills}${borders}${base}<cellXfs count="${looks.size}">${xfs}</cellXfs></styleSheet>`
}

const nameOf = (sheet: Sheet, i: number): string => {
  const name = sheet.name
    .replaceAll(/[[\]:*?/\\]/g, ' ')
    .trim()
    .slice(0, nameMax)
  return name === '' ? `Sheet ${i + 1}` : name
}

const relation = (id: string, type: string, target: string): string =>
  `<Relationship Id="${id}" Type="${office}/${type}" Target="${target}"/>`
const relations = (all: readonly string[]): string =>
  `${xml}<Relationships xmlns="${packaged}/relationships">${all.join('')}</Relationships>`

const contentTypes = (sheets: readonly Sheet[]): string => {
  const kind = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
  const part = (name: string, type: string) => `<Override PartName="/xl/${name}" ContentType="${kind}.${type}+xml"/>`
  const parts = [
    part('workbook.xml', 'sheet.main'),
    part('styles.xml', 'styles'),
    ...sheets.map((_, i) => part(`worksheets/sheet${i + 1}.xml`, 'worksheet')),
  ]
  return `${xml}<Types xmlns="${packaged}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${parts.join('')}</Types>`
}

// A local time, as zip archives have it, that is the same everywhere and always: so the same sheets are the same bytes.
const zipTime = '1980-01-02T12:00:00'

/**
 * A workbook (Office Open XML) of sheets: numbers are numbers where a double has every digit of them and text where not, which the head says; dates are
 * days with a format; text is never a formula. The same sheets give the same bytes. Throws `RangeError` beyond `workbookRowsMax` rows of a sheet.
 */
export const workbook = (sheets: readonly Sheet[]): Uint8Array => {
  for (const { rows, name } of sheets)
    if (rows.length >= workbookRowsMax)
      throw new RangeError(`a sheet of a workbook holds ${workbookRowsMax - 1} rows below its head; ${name} has ${rows.length}`)
  const looks = makeLooks()
  const bodies = sheets.map((sheet) => sheetXml(sheet, looks))
  const named = sheets.map((sheet, i) => `<sheet name="${escaped(nameOf(sheet, i))}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`).join('')
  const files = {
    '[Content_Types].xml': contentTypes(sheets),
    '_rels/.rels': relations([relation('rId1', 'officeDocument', 'xl/workbook.xml')]),
    'xl/workbook.xml': `${xml}<workbook xmlns="${main}" xmlns:r="${office}"><sheets>${named}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relations([
      ...sheets.map((_, i) => relation(`rId${i + 1}`, 'worksheet', `worksheets/sheet${i + 1}.xml`)),
      relation('rIdStyles', 'styles', 'styles.xml'),
    ]),
    'xl/styles.xml': stylesXml(looks),
    ...Object.fromEntries(bodies.map((body, i) => [`xl/worksheets/sheet${i + 1}.xml`, body])),
  }
  const bytes = Object.fromEntries(Object.entries(files).map(([name, body]) => [name, strToU8(body)]))
  return zipSync(bytes, { mtime: zipTime, level: 6 })
}
