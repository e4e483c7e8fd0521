import type { Problem } from '../../core/base/problem.ts'
import { formatInstant, type Instant, type Month } from '../../core/base/time.ts'
import type { Queries } from './database.ts'
import type { Work } from './transaction.ts'

export type ImportMode = 'all-or-nothing' | 'keep-the-good'
/** One line that was refused, and everything that is wrong with it. */
export type ImportRefusal = Readonly<{ line: number; problems: readonly Problem[] }>

/** What an import did; kept, and given again to whoever repeats it with the same key. */
export type ImportRecord = Readonly<{
  batch: bigint
  key: string
  mode: ImportMode
  file: string
  contentHash: string
  accepted: number
  repeats: number
  refused: number
  late: number
  /** The first `refusalsListedMax`. */
  refusals: readonly ImportRefusal[]
}>
export const refusalsListedMax = 1000

export const nextBatch = async ({ client }: Work): Promise<bigint> => {
  const { rows } = await client.query<{ batch: bigint }>(`select nextval('import_batch_number') as batch`)
  return rows[0]!.batch
}

export const findBatch = async (queries: Queries, key: string): Promise<ImportRecord | undefined> => {
  const row = await queries.selectFrom('import_batch').selectAll().where('key', '=', key).executeTakeFirst()
  return (
    row && {
      batch: row.batch,
      key,
      mode: row.mode,
      file: row.file,
      contentHash: row.content_hash,
      accepted: Number(row.accepted),
      repeats: Number(row.repeats),
      refused: Number(row.refused),
      late: Number(row.late),
      refusals: row.refusals as ImportRefusal[],
    }
  )
}

export const appendBatch = async (
  queries: Queries,
  record: ImportRecord,
  { now, party }: Readonly<{ now: Instant; party: string | undefined }>,
): Promise<void> => {
  const row = {
    batch: record.batch,
    key: record.key,
    mode: record.mode,
    file: record.file,
    content_hash: record.contentHash,
    accepted: BigInt(record.accepted),
    repeats: BigInt(record.repeats),
    refused: BigInt(record.refused),
    late: BigInt(record.late),
    refusals: JSON.stringify(record.refusals),
    recorded_at: formatInstant(now),
    party: party ?? null,
  }
  await queries.insertInto('import_batch').values(row).execute()
}

/** How many readings of a batch came after their month was final, by month. */
export const findLateMonths = async (queries: Queries, batch: bigint): Promise<{ month: Month; readings: number }[]> => {
  const rows = await queries
    .selectFrom('reading')
    .select((on) => ['late_month', on.fn.countAll<bigint>().as('readings')])
    .where('batch', '=', batch)
    .where('late_month', 'is not', null)
    .groupBy('late_month')
    .orderBy('late_month')
    .execute()
  return rows.map(({ late_month, readings }) => ({ month: late_month!, readings: Number(readings) }))
}

/** An import as a list shows it. */
export type ImportHead = Omit<ImportRecord, 'refusals' | 'contentHash'> & Readonly<{ recordedAt: Instant }>
/** An import with what of it was refused. */
export type ImportDetail = ImportHead & Readonly<{ refusals: readonly ImportRefusal[] }>

const headColumns = ['batch', 'key', 'mode', 'file', 'accepted', 'repeats', 'refused', 'late', 'recorded_at'] as const
type HeadRow = Readonly<{
  batch: bigint
  key: string
  mode: ImportMode
  file: string
  accepted: bigint
  repeats: bigint
  refused: bigint
  late: bigint
  recorded_at: Date
}>

const toHead = ({ batch, key, mode, file, recorded_at, ...counts }: HeadRow): ImportHead => ({
  batch,
  key,
  mode,
  file,
  accepted: Number(counts.accepted),
  repeats: Number(counts.repeats),
  refused: Number(counts.refused),
  late: Number(counts.late),
  recordedAt: Math.floor(recorded_at.getTime() / 1000),
})

/** Imports, the latest first: at most `limit`, of those before `before`. */
export const listBatches = async (
  queries: Queries,
  { before, limit }: Readonly<{ before: bigint | undefined; limit: number }>,
): Promise<ImportHead[]> => {
  const all = queries.selectFrom('import_batch').select(headColumns).orderBy('batch', 'desc').limit(limit)
  return (await (before === undefined ? all : all.where('batch', '<', before)).execute()).map(toHead)
}

/** One import by its number, with the first of its refusals. */
export const findBatchByNumber = async (queries: Queries, batch: bigint): Promise<ImportDetail | undefined> => {
  const row = await queries
    .selectFrom('import_batch')
    .select([...headColumns, 'refusals'])
    .where('batch', '=', batch)
    .executeTakeFirst()
  return row && { ...toHead(row), refusals: row.refusals as ImportRefusal[] }
}
