import type { Instant, Interval } from '../../core/base/time.ts'
import type { Digested } from '../../core/meter/collate.ts'
import { copyOut } from './copy.ts'
import { columnsOut, fromRow } from './reading-rows.ts'
import type { Work } from './transaction.ts'

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
}>

const overlapping = (from: Instant, to: Instant): string =>
  `r.starts_at < ${to} and r.ends_at >= ${from} and (r.ends_at > ${from} or r.starts_at = r.ends_at)`

/** What speaks of statements. */
const ofLife = (client: Work['client'], agreement: string, until: Instant): string =>
  `r.kind in ('dispute', 'ruling') and r.agreement = ${client.escapeLiteral(agreement)} and r.starts_at < ${until}`

/** Conditions on a row `r`, of which a row meets one at most. COPY takes no parameters, so names are escaped into the text. */
const conditions = ({ client }: Work, wanted: ReadingsWanted): string[] => {
  const { agreement, pools, blocks, currency, indices, window, lifeUntil, maintenanceFrom } = wanted
  const quoted = (names: readonly string[]) => `array[${names.map((name) => client.escapeLiteral(name)).join(', ')}]::text[]`
  const inPools = (row: string) => `${row}.pool = any (${quoted(pools)})`
  const placed = `(${inPools('r')} or r.block = any (${quoted(blocks)}) or r.agreement = ${client.escapeLiteral(agreement)})`
  const inWindow = overlapping(window.from, window.to)
  // A credit goes with its charge, whenever that was earned, and brings it along: it may have been moved into the window. One whose charge
  // nobody knows is told by its source, so that it is found out rather than forgotten.
  const charges = (more: string) => `select from reading c where c.source = r.source and c.kind = 'charge' and ${more}`
  const named = `r.body ->> 'reduces' in (c.id, c.replaces)`
  const credited = `r.kind in ('credit', 'refund') and (
      exists (${charges(`${named} and ${inPools('c')}`)})
      or not exists (${charges(named)}) and exists (${charges(inPools('c'))}))`
  const reductions = `(select k.source, k.body ->> 'reduces' from reading k where k.kind in ('credit', 'refund'))`
  const reduced = `((r.source, r.id) in ${reductions} or (r.source, r.replaces) in ${reductions})`
  return [
    `r.kind in ('allocation', 'reservation', 'outage', 'curtailment') and ${placed} and ${inWindow}`,
    `r.kind = 'maintenance' and ${placed} and ${overlapping(Math.min(maintenanceFrom, window.from), window.to)}`,
    `r.kind in ('gap', 'call', 'condition', 'charge') and ${placed} and ${inWindow}`,
    `r.kind = 'acceptance' and ${placed} and r.starts_at < ${window.to}`,
    `r.kind in ('figure', 'event', 'payment') and r.agreement = ${client.escapeLiteral(agreement)} and r.starts_at < ${window.to}`,
    ofLife(client, agreement, lifeUntil),
    `r.kind = 'index' and r.body ->> 'index' = any (${quoted(indices)}) and r.starts_at < ${window.to}`,
    `r.kind = 'fx' and r.body ->> 'quote' = ${client.escapeLiteral(currency)}`,
    credited,
    `r.kind = 'charge' and ${placed} and not (${inWindow}) and ${reduced}`,
  ]
}

const columns = columnsOut.replaceAll(/\w+/g, 'r.$&')

/** All rows of these conditions that neither replace one nor are replaced. */
async function* streamOf(tx: Work, wanted: readonly string[]): AsyncGenerator<Digested[]> {
  const alone = `r.replaces is null and not exists (select from reading n where n.source = r.source and n.replaces = r.id)`
  const query = wanted.map((condition) => `select ${columns} from reading r where ${condition} and ${alone}`)
  for await (const rows of copyOut(tx.client, query.join('\nunion all\n'))) yield rows.map(fromRow)
}

/** All rows of these conditions that replace one or are replaced, and all their kin. */
const replacementsOf = async (tx: Work, wanted: readonly string[]): Promise<Digested[]> => {
  const seeds = wanted.flatMap((condition) => [
    `select r.source, r.id from reading r where r.replaces is not null and ${condition}`,
    `select r.source, r.id from reading n join reading r on r.source = n.source and r.id = n.replaces where n.replaces is not null and ${condition}`,
  ])
  const query = `select ${columns} from reading r where (r.source, r.id) in (
    with recursive kin (source, id) as (
      (${seeds.join('\nunion\n')})
      union
      select k.source, n.id from kin k cross join lateral (
        select n.id from reading n where n.source = k.source and n.replaces = k.id
        union all
        select n.replaces from reading n where n.source = k.source and n.id = k.id and n.replaces is not null
      ) n
    ) select source, id from kin)`
  const found: Digested[] = []
  for await (const rows of copyOut(tx.client, query)) for (const row of rows) found.push(fromRow(row))
  return found
}

/** All wanted readings that neither replace one nor are replaced, in no order, a stretch at a time. */
export const streamReadings = (tx: Work, wanted: ReadingsWanted): AsyncGenerator<Digested[]> => streamOf(tx, conditions(tx, wanted))

/**
 * All wanted readings that replace one or are replaced, each with everything that it replaces and that replaces it, and so on: wherever and
 * whenever that is. Which of them count is for `collate` to say.
 */
export const findReplacements = (tx: Work, wanted: ReadingsWanted): Promise<Digested[]> => replacementsOf(tx, conditions(tx, wanted))

/** Disputes and rulings of an agreement up to an instant, with all that replaces them. */
export const findLife = async (tx: Work, { agreement, until }: Readonly<{ agreement: string; until: Instant }>): Promise<Digested[]> => {
  const wanted = [ofLife(tx.client, agreement, until)]
  const found = await replacementsOf(tx, wanted)
  for await (const rows of streamOf(tx, wanted)) found.push(...rows)
  return found
}
