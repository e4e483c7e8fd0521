import { hash } from 'node:crypto'
import type { Json } from '../../core/base/canonical.ts'
import type { Problem } from '../../core/base/problem.ts'
import { parseAllocationLine } from '../../core/meter/parse-line.ts'
import {
  columnProblems,
  parseReading,
  parseReadingRow,
  readingColumns,
  type Named,
  type ParsedReading,
  type Placement,
  type ZoneOf,
} from '../../core/meter/parse.ts'
import type { Reading } from '../../core/meter/reading.ts'
import { makeCsvReader, type CsvRecord } from './csv.ts'
import { digestOf } from './digest.ts'

/** A reading and the line on which it begins, from 1; `digest` is the SHA-256 of its content, in hex. */
export type ReadingRow = Readonly<{ line: number; reading: Reading; digest: string }>
/** Why a line is no reading, and what it names. */
export type RowRefusal = Readonly<{ line: number; problems: readonly Problem[]; named?: Named | undefined }>
/** What one line came to. With `stop`, nothing after it can be read. */
export type Record = ReadingRow | (RowRefusal & Readonly<{ stop?: true }>)

/** Turns texts of whole lines into records; `end` is called after the last. */
export type RecordReader = Readonly<{ add: (text: string, line: number) => Record[]; end: () => Record[] }>
/** Of which zone local times are, and where sales belong that name no pool. */
export type Door = Readonly<{ zone: string | ZoneOf; placement?: Placement | undefined }>

export const refusal = (line: number, message: string): RowRefusal => ({ line, problems: [{ pointer: '', line, message }] })

const recordOf = (line: number, parsed: ParsedReading): Record =>
  'reading' in parsed
    ? { line, reading: parsed.reading, digest: digestOf(parsed.reading) }
    : { line, problems: parsed.problems.map((problem) => ({ ...problem, line })), named: parsed.named }

/** One JSON object a line; blank lines are passed over. */
export const makeNdjsonReader = ({ zone, placement }: Door): RecordReader => {
  const recordOn = (text: string, line: number): Record => {
    const plain = parseAllocationLine(text)
    if (plain !== undefined) return { line, reading: plain.reading, digest: hash('sha256', plain.text) }
    let value: Json
    try {
      value = JSON.parse(text) as Json
    } catch (error) {
      return refusal(line, `is no JSON: ${(error as SyntaxError).message.slice(0, 200)}. One reading is one object on one line`)
    }
    return recordOf(line, parseReading(value, zone, placement))
  }
  const add = (text: string, first: number): Record[] => {
    const records: Record[] = []
    for (let [from, line] = [0, first]; from < text.length; line++) {
      const newline = text.indexOf('\n', from)
      const to = newline === -1 ? text.length : newline
      const content = text.slice(from, to)
      if (content[0] === '{' || content.trim() !== '') records.push(recordOn(content, line))
      from = to + 1
    }
    return records
  }
  return { add, end: () => [] }
}

/** Characters that other programs put between cells, and what they are called. */
const otherSeparators = [
  [';', 'semicolons'],
  ['\t', 'tabs'],
] as const

/** What separates the cells of a header that names columns we know, where that is no comma. */
const otherSeparator = (header: string): string | undefined => {
  if (header.includes(',')) return undefined
  return otherSeparators.find(([sign]) => {
    const names = header.split(sign).map((name) => name.trim().replaceAll('"', ''))
    return names.length > 1 && names.some((name) => readingColumns.includes(name))
  })?.[1]
}

const instantColumns = new Set(['from', 'to', 'at', 'noticeAt', 'recordedAt'])
/** Shorter slices are copied by the engine anyway. */
const sliceCharacters = 13
// A slice keeps the whole text it was cut from in memory, for as long as anybody keeps the name of an order. So names are made their own.
const owned = (cell: string): string => (cell.length < sliceCharacters ? cell : ` ${cell}`.slice(1))

/** A header, then one reading a record. A header with a column that nobody knows refuses the whole file. */
export const makeCsvReadingReader = ({ zone, placement }: Door): RecordReader => {
  const csv = makeCsvReader()
  let columns: readonly string[] | undefined
  const recordOn = ({ line, cells, problem, stop }: CsvRecord): Record | undefined => {
    if (problem !== undefined) return { ...refusal(line, problem), ...(stop === true || columns === undefined ? { stop: true } : {}) }
    if (columns !== undefined) {
      const named = columns
      const own = cells.map((cell, i) => (instantColumns.has(named[i]!) ? cell : owned(cell)))
      return recordOf(line, parseReadingRow(named, own, zone, placement))
    }
    const problems = columnProblems(cells)
    if (problems.length > 0) return { line, problems: problems.map((each) => ({ ...each, line })), stop: true }
    columns = cells
    return undefined
  }
  const recordsOf = (lines: readonly CsvRecord[]): Record[] => {
    const records: Record[] = []
    for (const line of lines) {
      const record = recordOn(line)
      if (record === undefined) continue
      records.push(record)
      if ('stop' in record) break
    }
    return records
  }
  const end = (): Record[] => {
    const records = recordsOf(csv.end())
    return columns === undefined && records.length === 0
      ? [{ ...refusal(1, 'is empty: a CSV begins with its column names'), stop: true }]
      : records
  }
  const add = (text: string, line: number): Record[] => {
    const other = columns === undefined ? otherSeparator(text.trimStart().split('\n', 1)[0]!) : undefined
    if (other === undefined) return recordsOf(csv.add(text, line))
    const message = `this file is separated by ${other}; commas are expected. Save it as CSV with commas, such as "CSV UTF-8 (comma delimited)"`
    return [{ ...refusal(line, message), stop: true }]
  }
  return { add, end }
}
