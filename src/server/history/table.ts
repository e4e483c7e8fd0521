import { basename } from 'node:path'
import { describeProblem } from '../../core/base/problem.ts'
import type { Instant } from '../../core/base/time.ts'
import { readInstant } from '../../core/meter/instants.ts'
import { openBytes } from '../fleet/bytes.ts'
import { makeCsvReader, type CsvRecord } from '../fleet/csv.ts'
import { textBlocks } from '../fleet/lines.ts'

/** A trace that is not what its publisher released. Says file, line and what would be right. */
export class UnreadableTrace extends Error {
  constructor(path: string, line: number, message: string) {
    super(describeProblem(basename(path), { pointer: '', line, message }))
    this.name = 'UnreadableTrace'
  }
}

/** A row's cells in the order in which the columns were asked for. */
export type TableRow = Readonly<{ line: number; cells: readonly string[] }>

/** Reads the named columns of a CSV file with a header, plain or gzip, some thousands of rows at a time. Throws `UnreadableTrace`. */
export async function* readTable(path: string, columns: readonly string[]): AsyncGenerator<TableRow[]> {
  const csv = makeCsvReader()
  let places: number[] | undefined
  const rowsOf = (records: readonly CsvRecord[]): TableRow[] => {
    const rows: TableRow[] = []
    for (const { line, cells, problem } of records) {
      if (problem !== undefined) throw new UnreadableTrace(path, line, problem)
      if (places === undefined) places = placesOf(path, cells, columns)
      else rows.push({ line, cells: places.map((place) => cells[place] ?? '') })
    }
    return rows
  }
  for await (const block of textBlocks(openBytes({ path }).chunks)) {
    if (block.kind === 'stop') throw new UnreadableTrace(path, block.line, block.message)
    yield rowsOf(csv.add(block.text, block.line))
  }
  yield rowsOf(csv.end())
}

const placesOf = (path: string, header: readonly string[], columns: readonly string[]): number[] =>
  columns.map((column) => {
    const place = header.indexOf(column)
    if (place === -1) throw new UnreadableTrace(path, 1, `has no column ${column}; the header is ${header.join(',')}`)
    return place
  })

const wallForm = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/

/** A time of day in a cell, `2017-10-09 07:01:55`, read as UTC. Throws `UnreadableTrace`. */
export const wallOf = (path: string, line: number, column: string, cell: string): Instant => {
  const at = wallForm.test(cell) ? readInstant(`${cell.replace(' ', 'T')}Z`, 'UTC') : ''
  if (typeof at === 'string') throw new UnreadableTrace(path, line, `${column} is ${JSON.stringify(cell)}, not YYYY-MM-DD HH:MM:SS`)
  return at
}

const wholeForm = /^\d{1,9}(\.0+)?$/

/** A whole number in a cell, written `64` or `64.0`. Throws `UnreadableTrace`. */
export const wholeOf = (path: string, line: number, column: string, cell: string): number => {
  if (!wholeForm.test(cell)) throw new UnreadableTrace(path, line, `${column} is ${JSON.stringify(cell)}, not a whole number`)
  return Number(cell)
}
