import type { Store } from './database.ts'
import type { Work } from './transaction.ts'

/** The state of each feed of a source, as text: what was heard of it and could not be told yet. */
export const findFeedStates = async ({ pool }: Store, source: string): Promise<ReadonlyMap<string, string>> => {
  const { rows } = await pool.query<{ work: string; message: string }>(`select work, message from progress where starts_with(work, $1)`, [
    nameOf(source, ''),
  ])
  return new Map(rows.map(({ work, message }) => [work.slice(nameOf(source, '').length), message]))
}

const nameOf = (source: string, feed: string): string => `flex ${source} ${feed}`

/** Puts a state in the place of the one it was made from; false where another has come there meanwhile. */
export const swapFeedState = async (
  { client }: Work,
  { source, feed, before, after, at }: Readonly<{ source: string; feed: string; before: string | undefined; after: string; at: number }>,
): Promise<boolean> => {
  const { rowCount } = await client.query(
    `insert into progress (work, done, message) select $1::text, $2::bigint, $3::text where $4::text is null
       on conflict (work) do nothing`,
    [nameOf(source, feed), at, after, before ?? null],
  )
  if (before === undefined) return rowCount === 1
  const moved = await client.query(`update progress set done = $2, message = $3, changed_at = now() where work = $1 and message = $4`, [
    nameOf(source, feed),
    at,
    after,
    before,
  ])
  return moved.rowCount === 1
}
