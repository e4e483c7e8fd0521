import { formatInstant, type Instant } from '../../core/base/time.ts'
import type { Work } from './transaction.ts'

/** A party that may read an agreement to which it is none. */
export type Reader = Readonly<{ agreement: string; party: string; role: 'lender' | 'auditor' }>
export type ListedReader = Reader & Readonly<{ actor: string; recordedAt: Instant }>

type Row = Readonly<{ agreement: string; party: string; role: Reader['role']; given: boolean; actor: string; recorded_at: Date }>

const latest = `(select distinct on (agreement, party) agreement, party, role, given, actor, recorded_at
                   from agreement_reader order by agreement, party, entry desc) as latest`

/** Who may read which agreement now, in order of agreement and party. */
export const listReaders = async (
  { client }: Work,
  { after, limit }: Readonly<{ after: Readonly<{ agreement: string; party: string }> | undefined; limit: number }>,
): Promise<ListedReader[]> => {
  const { rows } = await client.query<Row>(
    `select * from ${latest} where given and (agreement, party) > ($1, $2) order by agreement, party limit $3`,
    [after?.agreement ?? '', after?.party ?? '', limit],
  )
  return rows.map(({ agreement, party, role, actor, recorded_at }) => ({
    agreement,
    party,
    role,
    actor,
    recordedAt: Math.floor(recorded_at.getTime() / 1000),
  }))
}

export const findReader = async ({ client }: Work, agreement: string, party: string): Promise<Reader | undefined> => {
  const { rows } = await client.query<Row>(`select * from ${latest} where given and agreement = $1 and party = $2`, [agreement, party])
  return rows[0] && { agreement, party, role: rows[0].role }
}

export const appendReader = async (
  { client }: Work,
  { agreement, party, role, given, actor }: Reader & Readonly<{ given: boolean; actor: string }>,
  now: Instant,
): Promise<void> => {
  await client.query('insert into agreement_reader (agreement, party, role, given, actor, recorded_at) values ($1, $2, $3, $4, $5, $6)', [
    agreement,
    party,
    role,
    given,
    actor,
    formatInstant(now),
  ])
}

/** A party of the agreements on record, or one that reads them: what it is called, what it is where. */
export type ListedParty = Readonly<{ party: string; name: string; roles: readonly string[]; agreements: readonly string[] }>

/** Parties that are listed at most. */
export const partiesMax = 1000

export const listParties = async ({ client }: Work): Promise<ListedParty[]> => {
  const { rows } = await client.query<{ party: string; name: string; roles: string[]; agreements: string[] }>(
    `with named as (
       select agreement, p ->> 'id' as party, p ->> 'name' as name, p ->> 'role' as role
         from (select distinct on (agreement) agreement, canonical::jsonb -> 'parties' as parties
                 from agreement_version order by agreement, version desc) as signed, jsonb_array_elements(parties) as p)
     select party, min(name) as name, array_agg(distinct role order by role) as roles, array_agg(distinct agreement order by agreement) as agreements
       from named group by party order by min(name), party limit $1`,
    [partiesMax],
  )
  return rows
}
