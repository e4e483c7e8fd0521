import type { Interval, Month } from '../../core/base/time.ts'
import type { Came } from '../../core/statements/news.ts'
import type { KnownBatches } from './readings-out.ts'
import type { Work } from './transaction.ts'

export type CameWanted = Readonly<{
  agreement: string
  pools: readonly string[]
  blocks: readonly string[]
  currency: string
  indices: readonly string[]
  month: Month
  window: Interval
  /** What was on record before. */
  known: KnownBatches
}>

/** Kinds and places that are told apart, at most. */
const groupsMax = 200

const isNew = '(r.batch > $1 or r.batch = any ($2::bigint[]))'
/** Kinds that are not there by the million: those of the index `reading_rare`. */
const isRare = `r.kind not in ('allocation', 'reservation', 'outage', 'maintenance', 'curtailment')`
const inWindow = (row: string): string => `(${row}.starts_at < $4 and (${row}.ends_at > $3 or ${row}.starts_at >= $3))`

/** Whether a row bears on the statement of the month, by itself: by its place, and by when it has effect. No statement rests on racks, offers and claims. */
const bears = (row: string): string => `(
  ${row}.kind not in ('rack', 'offer', 'claim', 'withdrawal')
  and (${row}.pool = any ($5::text[]) or ${row}.block = any ($6::text[]) or ${row}.agreement = $7
       or (${row}.kind = 'fx' and ${row}.body ->> 'quote' = $8) or (${row}.kind = 'index' and ${row}.body ->> 'index' = any ($9::text[])))
  and (${inWindow(row)} or ${row}.late_month < $10 or ${row}.kind in ('dispute', 'ruling')
       or (${row}.kind in ('acceptance', 'figure', 'event', 'payment', 'index') and ${row}.starts_at < $4)))`

/**
 * Readings that are on record now, were not before, and bear on the statement of a month: by kind and place. One that names another (it replaces it, takes
 * it back, or reduces a charge) bears on the month where that does. Each counts once.
 */
export const listCame = async ({ client }: Work, wanted: CameWanted): Promise<Came> => {
  const { agreement, pools, blocks, currency, indices, month, window, known } = wanted
  const { through, without } = known
  const { rowCount } = await client.query('select from import_batch where batch > $1 or batch = any ($2::bigint[]) limit 1', [
    through,
    without,
  ])
  if (rowCount === 0) return []
  const { rows } = await client.query<{ kind: string; subject: string; readings: bigint }>(
    `with fresh as (
       select r.source, r.id from reading r where ${isNew} and r.starts_at < $4 and r.ends_at >= $3
       union select r.source, r.id from reading r where ${isNew} and ${isRare}
       union select r.source, r.id from reading r where ${isNew} and r.replaces is not null
       union select r.source, r.id from reading r where ${isNew} and r.late_month < $10)
     select case r.kind when 'withdrawal' then coalesce(c.kind, r.kind) else r.kind end as kind,
            coalesce(r.pool, r.block, c.pool, c.block, '') as subject, count(*) as readings
       from fresh join reading r using (source, id)
       left join reading c on c.source = r.source and c.id = coalesce(r.replaces, r.body ->> 'reduces')
      where ${bears('r')} or (c.id is not null and ${bears('c')})
      group by 1, 2 order by 1, 2 limit ${groupsMax}`,
    [through, without, window.from, window.to, pools, blocks, agreement, currency, indices, month],
  )
  return rows.map(({ readings, ...row }) => ({ ...row, readings: Number(readings) }))
}
