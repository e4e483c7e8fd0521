import type { Instant, Month } from '../../core/base/time.ts'
import type { Queries, Store } from './database.ts'
import { lockName, type Work } from './transaction.ts'

/** One step of a sandbox's clock: an agreement past a month, and what the month was made up from. */
export type Tick = Readonly<{
  agreement: string
  month: Month
  now: Instant
  seed: number
  detail: 'coarse' | 'jobs'
  story: string | undefined
}>

/**
 * Makes the database a sandbox, unless it is one already. Answers with what is on record in words where that forbids it: a database in which
 * anything real is stays as it is.
 */
export const foundSandbox = async (tx: Work): Promise<string | undefined> => {
  await lockName(tx, 'agreements', 'exclusive')
  const { queries } = tx
  const founded = await queries.selectFrom('sandbox_clock').select('entry').limit(1).executeTakeFirst()
  if (founded !== undefined) return undefined
  for (const table of ['agreement_version', 'import_batch', 'reading', 'statement'] as const)
    if ((await queries.selectFrom(table).select('recorded_at').limit(1).executeTakeFirst()) !== undefined) return table.replaceAll('_', ' ')
  await queries.insertInto('sandbox_clock').values({ agreement: null }).execute()
  return undefined
}

/** Whether time here is moved by hand. Once it is, it is for ever. */
export const isSandbox = async (queries: Queries): Promise<boolean> =>
  (await queries.selectFrom('sandbox_clock').select('entry').limit(1).executeTakeFirst()) !== undefined

export const appendTick = async (queries: Queries, { agreement, month, now, seed, detail, story }: Tick): Promise<void> => {
  const row = { agreement, month, now_at: BigInt(now), seed: BigInt(seed), detail, story: story ?? null }
  await queries.insertInto('sandbox_clock').values(row).execute()
}

/** The steps of an agreement's clock, in order. */
export const findTicks = async (queries: Queries, agreement: string): Promise<Tick[]> => {
  const rows = await queries.selectFrom('sandbox_clock').selectAll().where('agreement', '=', agreement).orderBy('now_at').execute()
  return rows.map(({ month, now_at, seed, detail, story }) => ({
    agreement,
    month: month!,
    now: Number(now_at),
    seed: Number(seed),
    detail: detail!,
    story: story ?? undefined,
  }))
}

/** What time it is in a sandbox: the latest that any of its agreements has reached. Undefined where the database is none, or stands at its start. */
export const findSandboxNow = async (queries: Queries): Promise<Instant | undefined> => {
  const { latest } = await queries
    .selectFrom('sandbox_clock')
    .select(({ fn }) => fn.max('now_at').as('latest'))
    .executeTakeFirstOrThrow()
  return latest === null ? undefined : Number(latest)
}

/**
 * Brings the summaries of stretches of readings up to what has come in, and what the planner knows of them: years that come in within a minute
 * leave the server no time to. Only who owns the table may; for others it does nothing.
 */
export const tendReadings = async ({ pool }: Store): Promise<void> => {
  await pool.query('vacuum (analyze) reading')
}
