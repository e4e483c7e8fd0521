import type { LocalDate, Month } from '../../core/base/time.ts'
import type { Store } from './database.ts'
import { inTransaction, type Work } from './transaction.ts'

/** How far a person had seen when they last came: entries of the audit log, and imports; and how long ago that was by the clock of the world. */
export type Visit = Readonly<{ seen: bigint; batch: bigint; secondsAgo: number }>

/** Seconds within which coming back is the same visit: a page that is loaded again still says what was new. */
export const visitSeconds = 3600

/** The visit before this one; undefined for whoever comes for the first time. */
export const findVisit = async ({ client }: Work, person: string): Promise<Visit | undefined> => {
  const { rows } = await client.query<{ seen: bigint; batch: bigint; ago: number }>(
    `select seen, batch, extract(epoch from now() - recorded_at)::float8 as ago from visit
      where person = $1 and recorded_at < now() - make_interval(secs => ${visitSeconds}) order by recorded_at desc limit 1`,
    [person],
  )
  return rows[0] && { seen: rows[0].seen, batch: rows[0].batch, secondsAgo: Math.floor(rows[0].ago) }
}

/** Notes that a person is here, and what there is to see; nothing where they came within the hour. Answers whether it was noted. */
export const noteVisit = (store: Store, person: string): Promise<boolean> =>
  inTransaction(store, async ({ client }) => {
    const { rowCount } = await client.query(
      `insert into visit (person, seen, batch)
       select $1, (select coalesce(max(entry), 0) from audit_log), (select coalesce(max(batch), 0) from import_batch)
        where not exists (select from visit where person = $1 and recorded_at >= now() - make_interval(secs => ${visitSeconds}))
       on conflict do nothing`,
      [person],
    )
    return rowCount === 1
  })

/** Until when a person has put each need off. */
export const findSnoozes = async ({ client }: Work, person: string): Promise<Map<string, LocalDate>> => {
  const { rows } = await client.query<{ need: string; until: LocalDate }>(
    'select distinct on (need) need, until from snooze where person = $1 order by need, entry desc',
    [person],
  )
  return new Map(rows.map(({ need, until }) => [need, until]))
}

export const appendSnooze = (
  store: Store,
  { person, need, until }: Readonly<{ person: string; need: string; until: LocalDate }>,
): Promise<void> =>
  inTransaction(store, async ({ client }) => {
    await client.query('insert into snooze (person, need, until) values ($1, $2, $3)', [person, need, until])
  })

/** Something that was done to an agreement, as the audit log has it; of a month that was closed, which final months its statement corrects. */
export type News = Readonly<{
  entry: bigint
  kind: 'final' | 'corrected' | 'amended' | 'disputed'
  agreement: string
  month: Month | undefined
  version: number | undefined
  /** Of the statement its net, as stated; of a dispute what of the line is disputed, where it says so. Major units. */
  amount: string | undefined
}>

/** News of one answer, at most. */
export const newsMax = 50

/** What was closed and signed since an entry of the log and disputed since an import, the latest first; one more than `newsMax` says that there is more. */
export const listNews = async ({ client }: Work, { seen, batch }: Pick<Visit, 'seen' | 'batch'>): Promise<News[]> => {
  const { rows } = await client.query<{
    entry: bigint
    kind: News['kind']
    agreement: string
    month: Month | null
    version: number | null
    amount: string | null
  }>(
    `select * from (
       (select a.entry, case when cardinality(s.corrects) > 0 then 'corrected' else 'final' end as kind, a.agreement, s.month,
              null::integer as version, s.head -> 'totals' -> 'net' ->> 'amount' as amount
         from audit_log a join statement s on s.agreement = a.agreement and a.subject = s.agreement || ' ' || s.month
        where a.action = 'close' and a.entry > $1 order by a.entry desc limit ${newsMax + 1})
       union all
       (select a.entry, 'amended', a.agreement, null, v.version, null
         from audit_log a join agreement_version v on v.agreement = a.agreement and v.hash = a.detail ->> 'hash'
        where a.action = 'load' and v.version > 1 and a.entry > $1 order by a.entry desc limit ${newsMax + 1})
       union all
       (select r.batch, 'disputed', r.agreement, r.body ->> 'month', null, r.body ->> 'amount'
         from reading r where r.kind = 'dispute' and r.batch > $2 order by r.batch desc limit ${newsMax + 1})
     ) as news order by kind = 'disputed' desc, entry desc limit ${newsMax + 1}`,
    [seen, batch],
  )
  return rows.map(({ month, version, amount, ...row }) => ({
    ...row,
    month: month ?? undefined,
    version: version ?? undefined,
    amount: amount ?? undefined,
  }))
}
