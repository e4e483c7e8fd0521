import type { Placement, ZoneOf } from '../../core/meter/parse.ts'
import { nameOf, openBytes, type Source } from './bytes.ts'
import { textBlocks } from './lines.ts'
import {
  makeCsvReadingReader,
  makeNdjsonReader,
  refusal,
  type Door,
  type ReadingRow,
  type Record,
  type RecordReader,
  type RowRefusal,
} from './records.ts'

/** Some lines of a file, in order. */
export type ReadingBatch = Readonly<{
  rows: readonly ReadingRow[]
  refusals: readonly RowRefusal[]
  /** Bytes of the file or stream read so far, before gzip is taken off; `bytesTotal` is known of a file only. */
  bytesRead: number
  bytesTotal: number | undefined
  /** In the last batch only: the last refusal ended the reading, and what comes after it in the file was not looked at. */
  stopped: boolean
}>

export type ReadOptions = Readonly<{
  /** Of local times without an offset: one for all, or by what a reading names. */
  zone: string | ZoneOf
  /** Rows and refusals in a batch, whatever the chunks in which the bytes came. */
  batchRows?: number
  /** Pools of sales and charges that name none. */
  placement?: Placement
}>

export const batchRowsUsual = 10_000

type Batch = { rows: ReadingRow[]; refusals: RowRefusal[] }
const emptyBatch = (): Batch => ({ rows: [], refusals: [] })

/** Puts a record into its batch; true when nothing after it can be read. */
const put = (batch: Batch, record: Record): boolean => {
  if ('reading' in record) {
    batch.rows.push(record)
    return false
  }
  const { line, problems, named, stop } = record
  batch.refusals.push({ line, problems, named })
  return stop === true
}

/**
 * Reads a file or stream of readings: NDJSON or CSV (by the end of the name, else by the first character), plain or gzip (by the first two
 * bytes). Memory is bounded by a batch and a chunk; a line over `lineBytesMax`, a damaged gzip or a header with an unknown column ends the
 * reading with a refusal. What to do with the good rows beside a refusal is for the caller to say. Throws only what is not the input's
 * fault.
 */
export async function* readReadings(source: Source, options: ReadOptions): AsyncGenerator<ReadingBatch> {
  const { batchRows = batchRowsUsual, ...door } = options
  const { chunks, progress } = openBytes(source)
  let [reader, batch, stopped] = [undefined as RecordReader | undefined, emptyBatch(), false]
  const take = function* (records: readonly Record[]): Generator<ReadingBatch> {
    for (const record of records) {
      if (batch.rows.length + batch.refusals.length === batchRows) {
        yield { ...batch, ...progress(), stopped: false }
        batch = emptyBatch()
      }
      stopped = put(batch, record)
      if (stopped) return
    }
  }
  for await (const block of textBlocks(chunks)) {
    if (block.kind === 'stop') {
      yield* take([{ ...refusal(block.line, block.message), stop: true }])
      break
    }
    reader ??= readerOf(source, block.text, door)
    yield* take(reader.add(block.text, block.line))
    if (stopped) break
  }
  if (!stopped) yield* take((reader ?? readerOf(source, '', door)).end())
  if (batch.rows.length + batch.refusals.length > 0) yield { ...batch, ...progress(), stopped }
}

const readerOf = (source: Source, text: string, door: Door): RecordReader =>
  formatOf(source, text) === 'csv' ? makeCsvReadingReader(door) : makeNdjsonReader(door)

const formatOf = (source: Source, text: string): 'ndjson' | 'csv' => {
  if ('stream' in source && source.format !== undefined) return source.format
  const ending = /\.(csv|ndjson|jsonl)(?:\.gz)?$/i.exec(nameOf(source))?.[1]?.toLowerCase()
  if (ending !== undefined) return ending === 'csv' ? 'csv' : 'ndjson'
  const first = text.trimStart()[0]
  return first === undefined || first === '{' || first === '[' ? 'ndjson' : 'csv'
}
