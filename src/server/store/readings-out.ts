import type { Instant, Interval } from '../../core/base/time.ts'
import type { Digested } from '../../core/meter/collate.ts'
import type { AllocationRow } from '../../core/meter/intake.ts'
import { allocationColumns, readAllocations } from './allocations-out.ts'
import { copyOut } from './copy.ts'
import type { Reference } from './effects.ts'
import { columnsOut, fromRow } from './reading-rows.ts'
import type { Work } from './transaction.ts'

/** Which imports are known: of batches numbered up to one, all but those that ended later than that. Undefined: all that there are. */
export type KnownBatches = Readonly<{ through: bigint; without: readonly bigint[] }>

/** Which readings bear on a window of one agreement. */
export type ReadingsWanted = Readonly<{
  agreement: string
  pools: readonly string[]
  blocks: readonly string[]
  currency: string
  /** Indices that its clauses read. */
  indices: readonly string[]
  window: Interval
  /** Disputes and rulings speak of statements, which come after their month: up to here. */
  lifeUntil: Instant
  /** Maintenance counts against an allowance from the start of its contract year, which may be before the window. */
  maintenanceFrom: Instant
  /** Also what only claims are held against: racks, offers and claims. */
  forClaims?: boolean | undefined
  /** As things were known once: later imports are as if they had never come. */
  known?: KnownBatches | undefined
}>

/** The table of readings, or what of it was known: a query in its place, of which the database makes a condition. */
export const tableOf = (known: KnownBatches | undefined): string =>
  known === undefined
    ? 'reading'
    : `(select * from reading where batch <= ${known.through} and batch <> all (array[${known.without.join(', ')}]::bigint[]))`

const overlapping = (row: string, from: Instant, to: Instant): string =>
  `${row}.starts_at < ${to} and ${row}.ends_at >= ${from} and (${row}.ends_at > ${from} or ${row}.starts_at = ${row}.ends_at)`

/** What a credit or refund reduces. */
const reducesOf = (row: string): string => `((${row}.body ->> 'reduces') collate "C")`

/** Charges of some pools that replace one, and those that are replaced: rows `c`, found by way of what replaces. */
const replacedCharges = (table: string, inPools: string, select: string): string[] => [
  `select ${select} from ${table} c where c.replaces is not null and c.kind = 'charge' and ${inPools}`,
  `select ${select} from ${table} n join ${table} c on c.source = n.source and c.id = n.replaces
    where n.replaces is not null and c.kind = 'charge' and ${inPools}`,
]

const quoted = ({ client }: Work, names: readonly string[]): string =>
  `array[${names.map((name) => client.escapeLiteral(name)).join(', ')}]::text[]`

/** What speaks of statements. */
const ofLife = (client: Work['client'], agreement: string, until: Instant): string =>
  `r.kind in ('dispute', 'ruling') and r.agreement = ${client.escapeLiteral(agreement)} and r.starts_at < ${until}`

/** Conditions on a row `r`, of which a row meets one at most. COPY takes no parameters, so names are escaped into the text. */
const conditions = (
  tx: Work,
  { agreement, pools, blocks, currency, indices, window, lifeUntil, maintenanceFrom, forClaims, known }: ReadingsWanted,
): string[] => {
  const table = tableOf(known)
  const literal = (text: string) => tx.client.escapeLiteral(text)
  const inPools = (row: string) => `${row}.pool = any (${quoted(tx, pools)})`
  const placed = `(${inPools('r')} or r.block = any (${quoted(tx, blocks)}) or r.agreement = ${literal(agreement)})`
  const inWindow = (row: string) => overlapping(row, window.from, window.to)
  // A credit goes with its charge, whenever that was earned: it may have been moved into the window, or taken back. One whose charge nobody
  // knows is told by its source, so that it is found out rather than forgotten.
  const charges = (more: string) => `select from ${table} c where c.source = r.source and c.kind = 'charge' and ${more}`
  const reduces = reducesOf('r')
  const named = (row: string) => `${row}.source = r.source and ${row}.kind = 'charge'`
  return [
    `r.kind in ('reservation', 'outage', 'curtailment') and ${placed} and ${inWindow('r')}`,
    `r.kind = 'maintenance' and ${placed} and ${overlapping('r', Math.min(maintenanceFrom, window.from), window.to)}`,
    `r.kind in ('gap', 'call', 'condition', 'charge') and ${placed} and ${inWindow('r')}`,
    ...(forClaims === true ? [`r.kind in ('rack', 'offer', 'claim') and ${placed} and ${inWindow('r')}`] : []),
    `r.kind = 'acceptance' and ${placed} and r.starts_at < ${window.to}`,
    `r.kind in ('figure', 'event', 'payment') and r.agreement = ${literal(agreement)} and r.starts_at < ${window.to}`,
    ofLife(tx.client, agreement, lifeUntil),
    `r.kind = 'index' and r.body ->> 'index' = any (${quoted(tx, indices)}) and r.starts_at < ${window.to}`,
    `r.kind = 'fx' and r.body ->> 'quote' = ${literal(currency)}`,
    `r.kind in ('credit', 'refund') and (r.source, ${reduces}) in (
      select c.source, unnest(array[c.id, c.replaces]) from ${table} c where c.kind = 'charge' and ${inPools('c')} and ${inWindow('c')}
      union ${replacedCharges(table, inPools('c'), 'c.source, unnest(array[c.id, c.replaces])').join(' union ')})`,
    `r.kind in ('credit', 'refund')
      and not exists (select from ${table} c where ${named('c')} and c.id = ${reduces})
      and not exists (select from ${table} d where ${named('d')} and d.replaces = ${reduces})
      and exists (${charges(inPools('c'))})`,
  ]
}

/** Allocations of these pools in the window: nearly all that there is. */
const ofAllocations = (tx: Work, { pools, window }: ReadingsWanted): string =>
  `r.kind = 'allocation' and r.pool = any (${quoted(tx, pools)}) and ${overlapping('r', window.from, window.to)}`

const columns = columnsOut.replaceAll(/\w+/g, 'r.$&')

const aloneIn = (table: string): string =>
  `r.replaces is null and not exists (select from ${table} n where n.source = r.source and n.replaces = r.id)`

/** All rows of these conditions that neither replace one nor are replaced. */
async function* streamOf(tx: Work, wanted: readonly string[], known?: KnownBatches): AsyncGenerator<Digested[]> {
  const table = tableOf(known)
  const query = wanted.map((condition) => `select ${columns} from ${table} r where ${condition} and ${aloneIn(table)}`)
  for await (const rows of copyOut(tx.client, query.join('\nunion all\n'))) yield rows.map(fromRow)
}

/** Charges of these names that neither replace one nor are replaced, whenever they were earned: what reduces them is told apart by that. */
export const findCharges = async (tx: Work, named: readonly Reference[], known?: KnownBatches): Promise<Digested[]> => {
  const table = tableOf(known)
  if (named.length === 0) return []
  const column = (of: (reference: Reference) => string) => quoted(tx, named.map(of))
  const query = `select ${columns} from ${table} r where r.kind = 'charge' and ${aloneIn(table)}
    and (r.source, r.id) in (select * from unnest(${column(({ source }) => source)}, ${column(({ id }) => id)}))`
  const found: Digested[] = []
  for await (const rows of copyOut(tx.client, query)) for (const row of rows) found.push(fromRow(row))
  return found
}

/** All rows of these conditions that replace one or are replaced, and all their kin; `more` are queries of further names to begin from. */
const replacementsOf = async (
  tx: Work,
  wanted: readonly string[],
  more: readonly string[] = [],
  known?: KnownBatches,
): Promise<Digested[]> => {
  const table = tableOf(known)
  // A month is many small parts: workers, and code made for one query, take longer to start than the work does. Replacements are few, so they are
  // hashed: merging them would read millions of readings in the order of their names, which is not that of the table.
  await tx.client.query('set local max_parallel_workers_per_gather = 0; set local jit = off; set local enable_mergejoin = off')
  const { rowCount } = await tx.client.query(`select from reading where replaces is not null limit 1`)
  if (rowCount === 0) return []
  const seeds = wanted.flatMap((condition) => [
    `select r.source, r.id from ${table} r where r.replaces is not null and ${condition}`,
    `select r.source, r.id from ${table} n join ${table} r on r.source = n.source and r.id = n.replaces where n.replaces is not null and ${condition}`,
  ])
  seeds.push(...more)
  const query = `select ${columns} from ${table} r where (r.source, r.id) in (
    with recursive kin (source, id) as (
      (${seeds.join('\nunion\n')})
      union
      select k.source, n.id from kin k cross join lateral (
        select n.id from ${table} n where n.source = k.source and n.replaces = k.id
        union all
        select n.replaces from ${table} n where n.source = k.source and n.id = k.id and n.replaces is not null
      ) n
    ) select source, id from kin)`
  const found: Digested[] = []
  for await (const rows of copyOut(tx.client, query)) for (const row of rows) found.push(fromRow(row))
  return found
}

/** All wanted readings but allocations that neither replace one nor are replaced, in no order, a stretch at a time. */
export const streamReadings = (tx: Work, wanted: ReadingsWanted): AsyncGenerator<Digested[]> =>
  streamOf(tx, conditions(tx, wanted), wanted.known)

/** All wanted allocations that neither replace one nor are replaced, as readings: for those who need more of them than settlement does. */
export const streamWholeAllocations = (tx: Work, wanted: ReadingsWanted): AsyncGenerator<Digested[]> =>
  streamOf(tx, [ofAllocations(tx, wanted)], wanted.known)

/** The same without an object for each, in no order, handed over one at a time; yields how many came. */
export const streamAllocations = (tx: Work, wanted: ReadingsWanted, take: (row: AllocationRow) => void): AsyncGenerator<number> => {
  const table = tableOf(wanted.known)
  return readAllocations(tx, `select ${allocationColumns} from ${table} r where ${ofAllocations(tx, wanted)} and ${aloneIn(table)}`, take)
}

/**
 * All wanted readings that replace one or are replaced, each with everything that it replaces and that replaces it, and so on: wherever and
 * whenever that is. Which of them count is for `collate` to say.
 */
export const findReplacements = (tx: Work, wanted: ReadingsWanted): Promise<Digested[]> => {
  const table = tableOf(wanted.known)
  const reduced = `exists (select from ${table} k where k.kind in ('credit', 'refund') and k.source = c.source
    and ${reducesOf('k')} in (c.id, c.replaces))`
  const placed = `c.pool = any (${quoted(tx, wanted.pools)})`
  return replacementsOf(
    tx,
    [ofAllocations(tx, wanted), ...conditions(tx, wanted)],
    replacedCharges(table, `${placed} and ${reduced}`, 'c.source, c.id'),
    wanted.known,
  )
}

/** Disputes and rulings of an agreement up to an instant, with all that replaces them. */
export const findLife = async (tx: Work, { agreement, until }: Readonly<{ agreement: string; until: Instant }>): Promise<Digested[]> => {
  const wanted = [ofLife(tx.client, agreement, until)]
  const found = await replacementsOf(tx, wanted)
  for await (const rows of streamOf(tx, wanted)) found.push(...rows)
  return found
}
