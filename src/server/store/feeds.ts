import type { Instant } from '../../core/base/time.ts'
import type { Work } from './transaction.ts'

/** What one source brought with one import, of what had effect in a stretch of time. */
export type FeedBatch = Readonly<{
  source: string
  batch: string
  readings: number
  kinds: readonly string[]
  lastRecorded: Instant
  /** The end of what it tells of, so far as it has come. */
  lastEnd: Instant | undefined
}>

/** Imports of one answer, at most: one in five minutes through a month makes 8,928. */
const batchesMax = 20_000

/**
 * What each source brought with each import, of readings with effect in the days before `now`; in order of source and import. Also what a clock ahead of
 * ours recorded: it is here.
 */
export const listFeedBatches = async ({ client }: Work, { from, now }: Readonly<{ from: Instant; now: Instant }>): Promise<FeedBatch[]> => {
  const { rows } = await client.query<{
    source: string
    batch: bigint
    readings: number
    kinds: string[]
    last_recorded: bigint
    last_end: bigint | null
  }>(
    `select r.source, r.batch, count(*)::float8 as readings, array_agg(distinct r.kind) as kinds, max(r.recorded_at) as last_recorded,
            max(least(r.ends_at, $2)) as last_end
       from reading r where r.starts_at < $2 and r.ends_at >= $1
      group by r.source, r.batch order by r.source, r.batch desc limit ${batchesMax}`,
    [from, now],
  )
  return rows.map(({ batch, last_recorded, last_end, ...row }) => ({
    ...row,
    batch: `${batch}`,
    lastRecorded: Number(last_recorded),
    lastEnd: last_end === null ? undefined : Number(last_end),
  }))
}
