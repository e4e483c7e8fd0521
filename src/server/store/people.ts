import { formatInstant, type Instant } from '../../core/base/time.ts'
import type pg from 'pg'
import type { Work } from './transaction.ts'

/** What somebody may act as: a role for a party, or, without one, administrator of this installation. */
export type Membership = Readonly<{ party: string | null; role: string }>

export type PersonRecord = Readonly<{
  person: string
  name: string
  /** In small letters. */
  email: string | null
  /** One of those that a server without login offers to sign in as. */
  madeUp: boolean
}>
/** How an identity provider knows somebody. */
export type Identity = Readonly<{ issuer: string; subject: string }>
export type ListedPerson = PersonRecord &
  Readonly<{ identity: Identity | null; memberships: readonly Membership[]; seenAt: Instant | null }>

type Row = Readonly<{ person: string; name: string; email: string | null; made_up: boolean }>
const fromRow = ({ person, name, email, made_up }: Row): PersonRecord => ({ person, name, email, madeUp: made_up })

export const appendPerson = async ({ client }: Work, { person, name, email, madeUp }: PersonRecord, now: Instant): Promise<void> => {
  await client.query('insert into person (person, name, email, made_up, recorded_at) values ($1, $2, $3, $4, $5)', [
    person,
    name,
    email,
    madeUp,
    formatInstant(now),
  ])
}

export const bindIdentity = async ({ client }: Work, person: string, { issuer, subject }: Identity, now: Instant): Promise<void> => {
  await client.query('insert into person_identity (issuer, subject, person, recorded_at) values ($1, $2, $3, $4)', [
    issuer,
    subject,
    person,
    formatInstant(now),
  ])
}

const findOne = async (client: pg.Pool | pg.PoolClient, text: string, values: readonly string[]): Promise<PersonRecord | undefined> => {
  const { rows } = await client.query<Row>(text, [...values])
  return rows[0] && fromRow(rows[0])
}

export const findPerson = ({ client }: Work, person: string) =>
  findOne(client, 'select person, name, email, made_up from person where person = $1', [person])

export const findByIdentity = ({ client }: Work, { issuer, subject }: Identity) =>
  findOne(
    client,
    `select person, name, email, made_up from person join person_identity using (person) where issuer = $1 and subject = $2`,
    [issuer, subject],
  )

/** Whoever has this address and was not bound to an identity yet. */
export const findUnboundByEmail = ({ client }: Work, email: string) =>
  findOne(
    client,
    `select person, name, email, made_up from person p where email = $1
        and not exists (select from person_identity i where i.person = p.person)`,
    [email.toLowerCase()],
  )

export const findByEmail = ({ client }: Work, email: string) =>
  findOne(client, 'select person, name, email, made_up from person where email = $1', [email.toLowerCase()])

const membershipsOf = (person: string): string => `
  coalesce((select json_agg(json_build_object('party', m.party, 'role', m.role) order by m.party nulls first, m.role)
              from membership m where m.person = ${person}), '[]')`

/** The text of a question after the memberships of the person of a row: for questions of other files of this room. */
export const membershipsText = membershipsOf

/** As what a person may act now. */
export const findMemberships = async ({ client }: Work, person: string): Promise<Membership[]> => {
  const { rows } = await client.query<{ memberships: Membership[] }>(`select ${membershipsOf('$1')} as memberships`, [person])
  return rows[0]!.memberships
}

export type MembershipChange = Membership & Readonly<{ person: string; given: boolean; actor: string }>

export const appendMembership = async (
  { client }: Work,
  { person, party, role, given, actor }: MembershipChange,
  now: Instant,
): Promise<void> => {
  await client.query('insert into membership_change (person, party, role, given, actor, recorded_at) values ($1, $2, $3, $4, $5, $6)', [
    person,
    party,
    role,
    given,
    actor,
    formatInstant(now),
  ])
}

/** Whether this was ever given or taken back. */
export const wasMembershipChanged = async ({ client }: Work, person: string, { party, role }: Membership): Promise<boolean> => {
  const { rowCount } = await client.query(
    'select from membership_change where person = $1 and role = $2 and party is not distinct from $3 limit 1',
    [person, role, party],
  )
  return rowCount === 1
}

/** People in the order in which they were added, from the one after `after`. */
export const listPeople = async (
  { client }: Work,
  { after, limit }: Readonly<{ after: string | undefined; limit: number }>,
): Promise<ListedPerson[]> => {
  const { rows } = await client.query<
    Row & { issuer: string | null; subject: string | null; memberships: Membership[]; seen_at: bigint | null }
  >(
    `select p.person, p.name, p.email, p.made_up, i.issuer, i.subject, ${membershipsOf('p.person')} as memberships,
            (select max(seen_at) from session s where s.person = p.person) as seen_at
       from person p left join person_identity i using (person)
      where p.person > $1 order by p.person limit $2`,
    [after ?? '', limit],
  )
  return rows.map(({ issuer, subject, memberships, seen_at, ...row }) => ({
    ...fromRow(row),
    identity: issuer === null || subject === null ? null : { issuer, subject },
    memberships,
    seenAt: seen_at === null ? null : Number(seen_at),
  }))
}

/** What parties are called by the agreements on record; without a name, where no agreement has them. */
export const findPartyNames = async ({ client }: Work, parties: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  if (parties.length === 0) return new Map()
  const { rows } = await client.query<{ id: string; name: string }>(
    `select p ->> 'id' as id, min(p ->> 'name') as name
       from (select distinct on (agreement) canonical::jsonb -> 'parties' as parties from agreement_version
              where agreement in (select agreement from agreement_party where party = any ($1))
              order by agreement, version desc) as latest, jsonb_array_elements(parties) as p
      where p ->> 'id' = any ($1) group by 1`,
    [parties],
  )
  return new Map(rows.map(({ id, name }) => [id, name]))
}
