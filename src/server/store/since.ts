import type { Interval, Month } from '../../core/base/time.ts'
import type { StatementLine } from '../../core/statements/statement.ts'
import type { KnownBatches } from './readings-out.ts'
import type { Work } from './transaction.ts'

/** Later statements' lines that correct a month, in order of time. */
export const findCorrectionLines = async (
  { client }: Work,
  agreement: string,
  month: Month,
): Promise<{ on: Month; line: StatementLine }[]> => {
  const { rows } = await client.query<{ month: Month; lines: StatementLine[] }>(
    `select distinct on (month) month, document::jsonb -> 'lines' as lines from statement
      where agreement = $1 and month > $2 and corrects @> array[$2]::text[] order by month, version desc`,
    [agreement, month],
  )
  return rows.flatMap(({ month: on, lines }) => lines.filter(({ corrects }) => corrects === month).map((line) => ({ on, line })))
}

export type Wanted = Readonly<{
  agreement: string
  /** A pool, a block, an agreement or a clause; `''`: any of the agreement's, by `pools` and `blocks`. */
  subject: string
  pools: readonly string[]
  blocks: readonly string[]
  kind: string
  window: Interval
  /** Known on the earlier side, and on the later one; undefined: all. */
  before: KnownBatches
  after: KnownBatches | undefined
}>

/** Readings that one side of a comparison knew and the other did not. `last` and `first` are when they came in, in seconds. */
export type Since = Readonly<{
  readings: number
  first: number
  last: number
  sources: readonly string[]
  named: readonly Readonly<{ source: string; id: string }>[]
}>

/** Names that are told of many; the rest is their number. */
const namedMax = 5

/**
 * What of a kind came in between what two sides knew, with effect in a window. What names another reading (a credit, a withdrawal) has no time and no
 * place of its own: it counts whenever it came in.
 */
export const findSince = async ({ client }: Work, wanted: Wanted): Promise<Since> => {
  const { agreement, subject, pools, blocks, kind, window, before, after } = wanted
  const { rows } = await client.query<{
    readings: bigint
    first: Date | null
    last: Date | null
    sources: string[] | null
    named: Since['named'] | null
  }>(
    `with found as (
       select r.source, r.id, b.recorded_at from reading r join import_batch b on b.batch = r.batch
        where (r.batch > $1 or r.batch = any ($2::bigint[]))
          and ($3::bigint is null or (r.batch <= $3 and r.batch <> all ($4::bigint[])))
          and (r.kind = $5 or r.kind = 'withdrawal')
          and (r.starts_at is null or (r.starts_at < $7 and r.ends_at >= $6) or (r.kind in ('acceptance', 'figure', 'event', 'index') and r.starts_at < $7))
          and (coalesce(r.pool, r.block, r.agreement) is null or r.pool = any ($8) or r.block = any ($9) or r.agreement = $10)
          and ($11 = '' or coalesce(r.pool, r.block) is null or r.pool = $11 or r.block = $11))
     select count(*) as readings, min(recorded_at) as first, max(recorded_at) as last, array_agg(distinct source) as sources,
            (select jsonb_agg(jsonb_build_object('source', source, 'id', id)) from (select source, id from found order by source, id limit ${namedMax}) as few) as named
       from found`,
    [
      before.through,
      before.without,
      after?.through ?? null,
      after?.without ?? [],
      kind,
      window.from,
      window.to,
      pools,
      blocks,
      agreement,
      subject,
    ],
  )
  const { readings, first, last, sources, named } = rows[0]!
  const seconds = (at: Date | null): number => (at === null ? 0 : Math.floor(at.getTime() / 1000))
  return { readings: Number(readings), first: seconds(first), last: seconds(last), sources: sources ?? [], named: named ?? [] }
}
