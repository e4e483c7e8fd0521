import { lineBytesMax } from './lines.ts'

/** One record; `line` is where it begins, from 1. What is no CSV has a `problem` and no cells; with `stop`, nothing after it can be read. */
export type CsvRecord = Readonly<{ line: number; cells: readonly string[]; problem?: string; stop?: true }>

/** Records as texts of whole lines arrive: a quoted cell may go on in the next text. */
export type CsvReader = Readonly<{
  /** The records that end in this text, whose first line has number `line`. */
  add: (text: string, line: number) => CsvRecord[]
  /** What is left at the end: a record whose quotes were never closed. */
  end: () => CsvRecord[]
}>

const unclosed = 'a quoted cell that begins here is never closed: add the closing quote, and double every quote inside'
const strayQuote = 'has a quote inside a cell that does not begin with one: put the whole cell in quotes and double the quote'
const afterQuote = 'has text after the closing quote of a cell: double every quote inside a quoted cell'
const overlong = `a quoted cell goes on for more than ${lineBytesMax} characters: its closing quote is missing, so nothing from here on is read`

/** RFC 4180: cells between commas, quoted where they hold a comma, a quote (doubled) or a line end; lines end in LF or CRLF. */
export const makeCsvReader = (): CsvReader => {
  let [held, heldLine] = ['', 0]
  const add = (text: string, line: number): CsvRecord[] => {
    if (held === '' && !text.includes('"')) return plainRecords(text, line)
    const scan = quotedRecords(held + text, held === '' ? line : heldLine)
    ;[held, heldLine] = [scan.rest, scan.restLine]
    return scan.records
  }
  const end = (): CsvRecord[] => (held === '' ? [] : [{ line: heldLine, cells: [], problem: unclosed }])
  return { add, end }
}

const plainRecords = (text: string, line: number): CsvRecord[] => {
  const records: CsvRecord[] = []
  for (let from = 0; from < text.length; line++) {
    const newline = text.indexOf('\n', from)
    const next = newline === -1 ? text.length : newline + 1
    const end = endOfCells(text, from, newline === -1 ? text.length : newline)
    if (end > from) records.push({ line, cells: text.slice(from, end).split(',') })
    from = next
  }
  return records
}

const endOfCells = (text: string, from: number, end: number): number => (end > from && text[end - 1] === '\r' ? end - 1 : end)

const newlinesIn = (text: string, from: number, to: number): number => {
  let count = 0
  for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) count++
  return count
}

const quotedRecords = (text: string, line: number): { records: CsvRecord[]; rest: string; restLine: number } => {
  const records: CsvRecord[] = []
  for (let from = 0; from < text.length;) {
    const record = recordAt(text, from)
    const next = record?.next ?? text.length
    if (next - from > lineBytesMax) {
      records.push({ line, cells: [], problem: overlong, stop: true })
      return { records, rest: '', restLine: line }
    }
    if (record === undefined) return { records, rest: text.slice(from), restLine: line }
    if (record.problem !== undefined) records.push({ line, cells: [], problem: record.problem })
    else if (record.cells.length > 1 || record.cells[0] !== '') records.push({ line, cells: record.cells })
    line += newlinesIn(text, from, next)
    from = next
  }
  return { records, rest: '', restLine: line }
}

type Scan = Readonly<{ cells: string[]; next: number; problem?: string }>

/** The record that begins at `from`; undefined where a quoted cell is still open at the end of the text. */
const recordAt = (text: string, from: number): Scan | undefined => {
  const cells: string[] = []
  for (let at = from; ;) {
    const cell = text[at] === '"' ? quotedCell(text, at) : plainCell(text, at)
    if (cell === undefined) return undefined
    if (cell.problem !== undefined) return { cells, next: afterLine(text, cell.end), problem: cell.problem }
    cells.push(cell.value)
    if (text[cell.end] !== ',') return { cells, next: afterLine(text, cell.end) }
    at = cell.end + 1
  }
}

const afterLine = (text: string, at: number): number => {
  const newline = text.indexOf('\n', at)
  return newline === -1 ? text.length : newline + 1
}

/** A cell and the place of the comma or line end that closes it. */
type Cell = Readonly<{ value: string; end: number; problem?: string }>

const plainCell = (text: string, from: number): Cell => {
  const newline = text.indexOf('\n', from)
  const lineEnd = newline === -1 ? text.length : newline
  const comma = text.indexOf(',', from)
  const end = comma === -1 || comma > lineEnd ? endOfCells(text, from, lineEnd) : comma
  const value = text.slice(from, end)
  return value.includes('"') ? { value, end, problem: strayQuote } : { value, end }
}

const quotedCell = (text: string, from: number): Cell | undefined => {
  let value = ''
  for (let at = from + 1; ;) {
    const quote = text.indexOf('"', at)
    if (quote === -1) return undefined
    value += text.slice(at, quote)
    if (text[quote + 1] !== '"') return closedAt(text, value, quote + 1)
    value += '"'
    at = quote + 2
  }
}

const closedAt = (text: string, value: string, end: number): Cell => {
  const closes = end === text.length || text[end] === ',' || text[end] === '\n' || (text[end] === '\r' && text[end + 1] === '\n')
  return closes ? { value, end } : { value, end, problem: afterQuote }
}
