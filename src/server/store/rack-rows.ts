import type { Instant, Interval } from '../../core/base/time.ts'
import type { Rack, Reading } from '../../core/meter/reading.ts'
import { copyOut } from './copy.ts'
import { columnsOut, fromRow } from './reading-rows.ts'
import type { Work } from './transaction.ts'

const columns = columnsOut.replaceAll(/\w+/g, 'r.$&')
const standing = 'not exists (select from reading n where n.source = r.source and n.replaces = r.id)'

const quoted = ({ client }: Work, names: readonly string[]): string =>
  `array[${names.map((name) => client.escapeLiteral(name)).join(', ')}]::text[]`

/** Racks that stand in some blocks at some time of a window, none that another reading took the place of. */
export const findRacks = async (tx: Work, blocks: readonly string[], { from, to }: Interval): Promise<Rack[]> => {
  const query = `select ${columns} from reading r where r.kind = 'rack' and r.block = any (${quoted(tx, blocks)})
    and r.starts_at < ${to} and r.ends_at > ${from} and ${standing}`
  const found: Rack[] = []
  for await (const rows of copyOut(tx.client, query)) for (const row of rows) found.push(fromRow(row).reading as Rack)
  return found
}

/** Blocks with racks on record: how many, GPUs in all, and the names of halls, which are what stands before the last `/` of a unit. */
export type RackedBlock = Readonly<{ block: string; racks: number; gpus: number; halls: readonly string[] }>

export const listRackedBlocks = async ({ client }: Work): Promise<RackedBlock[]> => {
  const { rows } = await client.query<{ block: string; racks: number; gpus: number; halls: string[] }>(
    `select r.block, count(*)::float8 as racks, sum(r.gpus)::float8 as gpus,
            array_agg(distinct case when r.unit like '%/%' then regexp_replace(r.unit, '/[^/]*$', '') else '' end) as halls
       from reading r where r.kind = 'rack' and ${standing} group by r.block order by r.block`,
  )
  return rows
}

/** What one source told of a factory: kinds, how many readings with effect in a window, and when the last of them was recorded. */
export type SourceRow = Readonly<{
  source: string
  kinds: readonly string[]
  readings: number
  lastEnd: Instant | undefined
  lastRecorded: Instant
}>

/** Sources that one factory is told of by, at most. */
export const sourcesMax = 200

type Told = Readonly<{ pools: readonly string[]; blocks: readonly string[]; window: Interval; by: Instant }>

/**
 * Sources of pools and blocks in a window of effective time, which is told of up to an instant. All that is on record counts, as it does for a statement:
 * whoever brought it may have had a clock that is ahead of ours.
 */
export const listSources = async ({ client }: Work, { pools, blocks, window, by }: Told): Promise<SourceRow[]> => {
  const { rows } = await client.query<{
    source: string
    kinds: string[]
    readings: number
    last_end: bigint | null
    last_recorded: bigint
  }>(
    `select r.source, array_agg(distinct r.kind) as kinds, count(*)::float8 as readings,
            max(least(r.ends_at, $5)) as last_end, max(r.recorded_at) as last_recorded
       from reading r where (r.pool = any ($1) or r.block = any ($2)) and r.starts_at < $4 and r.ends_at >= $3
      group by r.source order by r.source limit ${sourcesMax}`,
    [pools, blocks, window.from, window.to, by],
  )
  return rows.map((row) => ({
    source: row.source,
    kinds: row.kinds,
    readings: row.readings,
    lastEnd: row.last_end === null ? undefined : Number(row.last_end),
    lastRecorded: Number(row.last_recorded),
  }))
}

/** Readings of one instant's neighbourhood that a rack is looked up in, at most. */
export const rackReadingsMax = 20_000

/** Readings of pools and blocks with effect in an interval that may speak of a place, none replaced, and their digests. */
export const findPlaced = async (
  tx: Work,
  { pools, blocks, window: { from, to } }: Omit<Told, 'by'>,
): Promise<Readonly<{ reading: Reading; digest: string }>[]> => {
  const query = `select ${columns} from reading r
     where r.kind in ('allocation', 'reservation', 'outage', 'maintenance', 'curtailment', 'gap', 'call', 'claim')
       and (r.pool = any (${quoted(tx, pools)}) or r.block = any (${quoted(tx, blocks)}))
       and r.starts_at < ${to} and r.ends_at > ${from} and ${standing} order by r.starts_at, r.source, r.id limit ${rackReadingsMax}`
  const found: { reading: Reading; digest: string }[] = []
  for await (const rows of copyOut(tx.client, query)) for (const row of rows) found.push(fromRow(row))
  return found
}

/** Readings by source and id, in order of start, with their digests. */
export const findNamed = async (
  tx: Work,
  names: readonly Readonly<{ source: string; id: string }>[],
): Promise<Readonly<{ reading: Reading; digest: string }>[]> => {
  if (names.length === 0) return []
  const column = (of: (name: (typeof names)[number]) => string) => quoted(tx, names.map(of))
  const query = `select ${columns} from reading r
     where (r.source, r.id) in (select * from unnest(${column(({ source }) => source)}, ${column(({ id }) => id)})) order by r.starts_at, r.source, r.id`
  const found: { reading: Reading; digest: string }[] = []
  for await (const rows of copyOut(tx.client, query)) for (const row of rows) found.push(fromRow(row))
  return found
}

/** Offers of a pool, of all of it or of one block, in force at some time of an interval, in order of start; none replaced. */
export const findOffers = async (
  tx: Work,
  { pool, block, window: { from, to } }: Readonly<{ pool: string; block: string; window: Interval }>,
): Promise<Readonly<{ reading: Reading; digest: string }>[]> => {
  const query = `select ${columns} from reading r where r.kind = 'offer' and r.pool = any (${quoted(tx, [pool])})
    and (r.block is null or r.block = any (${quoted(tx, [block])})) and r.starts_at < ${to} and r.ends_at > ${from} and ${standing}
    order by r.starts_at, r.source, r.id limit ${offersMax}`
  const found: { reading: Reading; digest: string }[] = []
  for await (const rows of copyOut(tx.client, query)) for (const row of rows) found.push(fromRow(row))
  return found
}
/** Offers of one finding, at most. */
const offersMax = 50

/** A number that grows with every import: what was drawn from readings holds as long as it stands. */
export const latestBatch = async ({ client }: Work): Promise<string> => {
  const { rows } = await client.query<{ batch: bigint }>('select coalesce(max(batch), 0)::bigint as batch from import_batch')
  return `${rows[0]!.batch}`
}
