import type { Work } from './transaction.ts'

type Asked = Readonly<{
  source: string
  party: string
  /** What is the party's own. */
  pools: readonly string[]
  blocks: readonly string[]
  agreements: readonly string[]
}>

/** What decisions about claims and disputes make is of no party: none may take it back, or bring its like. */
const ownSources = /^(claims|disputes)-/

/**
 * Whether a source is this party's, taking it for the party where it is nobody's: where no reading of it is of anything that is not the party's. Two that
 * take the same at once wait for each other, and one of them has it.
 */
export const takeSource = async ({ client }: Work, { source, party, pools, blocks, agreements }: Asked): Promise<boolean> => {
  if (ownSources.test(source)) return false
  const owner = async () =>
    (await client.query<{ party: string }>('select party from reading_source where source = $1', [source])).rows[0]?.party
  const known = await owner()
  if (known !== undefined) return known === party
  const { rowCount } = await client.query(
    `select from reading where source = $1
        and not (pool is not null and pool = any ($2) or block is not null and block = any ($3) or agreement is not null and agreement = any ($4)
          or pool is null and block is null and agreement is null and kind not in ('fx', 'index'))
      limit 1`,
    [source, pools, blocks, agreements],
  )
  if (rowCount !== 0) return false
  await client.query(`insert into reading_source (source, party, recorded_at) values ($1, $2, now()) on conflict do nothing`, [
    source,
    party,
  ])
  return (await owner()) === party
}
