import type { Month } from '../../core/base/time.ts'
import type { Work } from './transaction.ts'

/** The least text that no text with this beginning reaches, in the order of bytes; of names and hashes, which are ASCII. */
const afterAll = (beginning: string): string => `${beginning}\u{10FFFF}`

export type FoundStatement = Readonly<{ id: string; agreement: string; month: Month; version: number; hash: string }>

/** Statements by the beginning of their hash, or by their whole id. */
export const findStatements = async ({ client }: Work, text: string, limit: number): Promise<FoundStatement[]> => {
  const { rows } = await client.query<FoundStatement>(
    `(select id, agreement, month, version, hash from statement
       where hash collate "C" >= $1 and hash collate "C" < $2 order by hash collate "C" limit $4)
     union (select id, agreement, month, version, hash from statement where id = $3) limit $4`,
    [text, afterAll(text), text, limit],
  )
  return rows
}

export const findSigned = async (
  { client }: Work,
  text: string,
  limit: number,
): Promise<Readonly<{ agreement: string; version: number; hash: string }>[]> => {
  const { rows } = await client.query<{ agreement: string; version: number; hash: string }>(
    `select agreement, version, hash from agreement_version where hash collate "C" >= $1 and hash collate "C" < $2 order by hash collate "C" limit $3`,
    [text, afterAll(text), limit],
  )
  return rows
}

/** A journal by its whole id, in a book that is seen. */
export const findJournal = async (
  { client }: Work,
  id: string,
): Promise<Readonly<{ id: string; book: string; agreement: string; month: Month; version: number }>[]> => {
  const { rows } = await client.query<{ id: string; book: string; agreement: string; month: Month; version: number }>(
    'select id, book, agreement, month, statement_version as version from journal where id = $1',
    [id],
  )
  return rows
}

/**
 * Orders by the beginning of their name, of those with reservations or charges. From each name to the next by the index, so that an order of a million
 * readings costs as much as one of a single one.
 */
export const findOrderNames = async ({ client }: Work, text: string, limit: number): Promise<string[]> => {
  const next = (after: string, sign: string) => `least(
    (select r.order_id from reading r where r.kind = 'reservation' and r.order_id ${sign} ${after} and r.order_id < $2 order by r.order_id limit 1),
    (select r.order_id from reading r where r.kind = 'charge' and r.order_id is not null and r.order_id ${sign} ${after} and r.order_id < $2
      order by r.order_id limit 1))`
  const { rows } = await client.query<{ name: string }>(
    `with recursive found (name, place) as (
       select ${next('$1', '>=')}, 1
       union all select ${next('f.name', '>')}, f.place + 1 from found f where f.name is not null and f.place < $3
     ) select name from found where name is not null order by name limit $3`,
    [text, afterAll(text), limit],
  )
  return rows.map(({ name }) => name)
}

/** Places up to this are sums of a statement, those beyond its lines. */
const placeOfSumMax = 10

export type FoundAmount = Readonly<{ agreement: string; month: Month; version: number; place: number; amount: string }>

/** Where statements say one of these amounts: lines before totals, which a single line comes to; the latest months first. */
export const findAmounts = async ({ client }: Work, amounts: readonly string[], limit: number): Promise<FoundAmount[]> => {
  const { rows } = await client.query<FoundAmount>(
    `select agreement, month, version, place, amount from stated_amount where amount = any ($1)
      order by place <= ${placeOfSumMax}, month desc, agreement, version desc, place limit $2`,
    [amounts, limit],
  )
  return rows
}

/** Months of some agreements that have a statement. */
export const findMonths = async (
  { client }: Work,
  month: Month,
  limit: number,
): Promise<Readonly<{ agreement: string; version: number }>[]> => {
  const { rows } = await client.query<{ agreement: string; version: number }>(
    'select agreement, max(version) as version from statement where month = $1 group by agreement order by agreement limit $2',
    [month, limit],
  )
  return rows
}
