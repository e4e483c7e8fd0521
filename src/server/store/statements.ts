import { formatInstant, type Instant, type Interval, type Month } from '../../core/base/time.ts'
import type { State } from '../../core/settlement/line.ts'
import type { Statement } from '../../core/statements/statement.ts'
import type { Queries } from './database.ts'

/** A final statement with its name and hash. */
export type StoredStatement = Readonly<{ id: string; hash: string; statement: Statement }>

/** The latest version of a month's statement, if these queries may see one. */
export const findStatement = async (queries: Queries, agreement: string, month: Month): Promise<StoredStatement | undefined> => {
  const row = await queries
    .selectFrom('statement')
    .select(['id', 'hash', 'document'])
    .where('agreement', '=', agreement)
    .where('month', '=', month)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && { id: row.id, hash: row.hash, statement: JSON.parse(row.document) as Statement }
}

/** A month that is final. */
export type FinalMonth = Readonly<{ month: Month; interval: Interval; statement: string }>

/** The final months of an agreement in order of time. */
export const findFinalMonths = async (queries: Queries, agreement: string): Promise<FinalMonth[]> => {
  const rows = await queries
    .selectFrom('statement')
    .select(['id', 'month', 'starts_at', 'ends_at'])
    .distinctOn('month')
    .where('agreement', '=', agreement)
    .orderBy('month')
    .orderBy('version', 'desc')
    .execute()
  return rows.map(({ id, month, starts_at, ends_at }) => ({
    month,
    interval: { from: Number(starts_at), to: Number(ends_at) },
    statement: id,
  }))
}

/** The state that a month left, as the latest version of its statement has it; undefined while it is open. */
export const findClosing = async (queries: Queries, agreement: string, month: Month): Promise<State | undefined> => {
  const row = await queries
    .selectFrom('statement')
    .select('closing')
    .where('agreement', '=', agreement)
    .where('month', '=', month)
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.closing as State | undefined
}

export type NewStatement = Readonly<{
  id: string
  interval: Interval
  statement: Statement
  /** Canonical JSON of `statement`, and its SHA-256. */
  document: string
  hash: string
  /** Readings that had come late for final months, and rulings. */
  lateKnown: number
  now: Instant
}>

export const appendStatement = async (
  queries: Queries,
  { id, interval, statement, document, hash, lateKnown, now }: NewStatement,
): Promise<void> => {
  const row = {
    id,
    agreement: statement.agreement,
    month: statement.month,
    version: statement.version,
    status: 'final' as const,
    starts_at: BigInt(interval.from),
    ends_at: BigInt(interval.to),
    document,
    hash,
    facts_hash: statement.factsHash,
    closing: JSON.stringify(statement.closing),
    late_known: BigInt(lateKnown),
    corrects: [...new Set(statement.lines.flatMap(({ corrects }) => corrects ?? []))].toSorted(),
    recorded_at: formatInstant(now),
  }
  await queries.insertInto('statement').values(row).execute()
}
