import { formatInstant, type Instant, type Month } from '../../core/base/time.ts'
import type { Work } from '../store/transaction.ts'

/** Something that was told of an agreement, at an instant: an event of a clause, a dispute, a ruling. */
export type Notice = Readonly<{ at: Instant; kind: 'event' | 'dispute' | 'ruling'; clause: string | undefined; text: string }>

/** Notices that one agreement shows, the latest. */
export const noticesMax = 200

type Row = { starts_at: bigint; kind: Notice['kind']; body: Readonly<Record<string, unknown>> | null }

const wordsOf = ({ kind, body }: Row): string => {
  const said = (key: string): string => (typeof body?.[key] === 'string' ? body[key] : '')
  if (kind === 'event') return [said('event'), said('of')].filter((word) => word !== '').join(', ')
  return kind === 'dispute' ? `dispute of ${said('month')}` : `ruling on ${said('dispute')}`
}

/** What was told by an instant, in order of time: none that another reading took the place of. */
export const readNotices = async ({ client }: Work, agreement: string, known: Instant | undefined): Promise<Notice[]> => {
  const { rows } = await client.query<Row>(
    `select r.starts_at, r.kind, r.body from reading r
      where r.agreement = $1 and r.kind in ('event', 'dispute', 'ruling') and ($2::bigint is null or r.recorded_at <= $2)
        and not exists (select from reading n where n.source = r.source and n.replaces = r.id and ($2::bigint is null or n.recorded_at <= $2))
      order by r.starts_at desc, r.source, r.id limit ${noticesMax}`,
    [agreement, known ?? null],
  )
  return rows.toReversed().map((row) => ({
    at: Number(row.starts_at),
    kind: row.kind,
    clause: typeof row.body?.['clause'] === 'string' ? row.body['clause'] : undefined,
    text: wordsOf(row),
  }))
}

/** A line that settled something under a clause, and where it stands. */
export type SettledLine = Readonly<{
  month: Month
  version: number
  number: number
  text: string
  corrects: Month | undefined
  payer: string
  amount: string
}>

/** Lines that one answer holds at most: 34 years of two clauses’ lines a month. */
export const settledLinesMax = 2_000

type LineRow = { month: Month; version: number; line: Omit<SettledLine, 'month' | 'version'> }

/** Every line of a clause on final statements, in order of time: they come to what is settled to date. */
export const readSettledLines = async (
  { client }: Work,
  agreement: string,
  clause: string,
  known: Instant | undefined,
): Promise<SettledLine[]> => {
  const { rows } = await client.query<LineRow>(
    `with latest as (select distinct on (month) month, version, document::jsonb -> 'lines' as lines from statement
                      where agreement = $1 and ($3::timestamptz is null or recorded_at <= $3) order by month, version desc)
     select month, version, jsonb_build_object('number', line -> 'number', 'text', line -> 'text', 'corrects', line -> 'corrects',
            'payer', line -> 'payer', 'amount', line -> 'amount') as line
       from latest, jsonb_array_elements(lines) as line where line ->> 'clause' = $2
      order by month, (line ->> 'number')::integer limit ${settledLinesMax}`,
    [agreement, clause, known === undefined ? null : formatInstant(known)],
  )
  return rows.map(({ month, version, line }) => ({ month, version, ...line, corrects: line.corrects ?? undefined }))
}
