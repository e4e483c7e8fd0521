import type { Work } from './transaction.ts'

/** One line of a final statement, and which of its cents was picked: from 1 to as many as its amount has. */
export type PickedCent = Readonly<{
  agreement: string
  month: string
  version: number
  statement: string
  /** From 1, as the statement numbers it. */
  line: number
  amount: string
  currency: string
  /** Which smallest unit of the currency it is, of this line, and of all lines together. */
  cent: bigint
  cents: bigint
}>

const lines = `
  with latest as (select distinct on (agreement, month) id, agreement, month, version, told, document from statement order by agreement, month, version desc),
  line as (
    select id, agreement, month, version, place::integer as line, line ->> 'amount' as amount,
           abs(replace(line ->> 'amount', '.', '')::numeric) as cents
      from latest, jsonb_array_elements(case jsonb_typeof(told -> 'lines') when 'array' then told -> 'lines' else '[]' end) with ordinality as lines (line, place)
  )`

/** How many cents (smallest units, of whatever currency) all lines of the latest statements within reach come to. */
export const countCents = async ({ client }: Work): Promise<bigint> => {
  const { rows } = await client.query<{ cents: string | null }>(`${lines} select sum(cents)::text as cents from line`)
  return BigInt(rows[0]?.cents ?? '0')
}

/** The line that holds the cent of this number, counted from 0 through all of them by agreement, month and line. */
export const findCent = async ({ client }: Work, number: bigint): Promise<PickedCent | undefined> => {
  const { rows } = await client.query<Omit<PickedCent, 'cent' | 'cents'> & { cents: string; before: string; id: string }>(
    `${lines}, counted as (select *, sum(cents) over (order by agreement, month, line) - cents as before from line)
     select c.id, c.agreement, c.month, c.version, c.line, c.amount, c.cents::text as cents, c.before::text as before,
            (select document::jsonb ->> 'currency' from statement s where s.id = c.id) as currency
       from counted c where c.before <= $1::numeric and $1::numeric < c.before + c.cents`,
    [number.toString()],
  )
  const [row] = rows
  if (row === undefined) return undefined
  const { id, before, cents, agreement, month, version, line, amount, currency } = row
  return { agreement, month, version, statement: id, line, amount, currency, cent: number - BigInt(before) + 1n, cents: BigInt(cents) }
}
