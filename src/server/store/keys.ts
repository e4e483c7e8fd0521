import { formatInstant, type Instant } from '../../core/base/time.ts'
import type { Store } from './database.ts'
import type { Membership } from './people.ts'
import type { Work } from './transaction.ts'

export type KeyRecord = Readonly<{
  key: string
  /** Who made it. */
  person: string
  party: string | null
  role: string
  name: string
  scopes: readonly string[]
  expiresAt: Instant
}>
export type ListedKey = KeyRecord &
  Readonly<{
    madeBy: string
    madeAt: Instant
    usedAt: Instant | null
    revokedAt: Instant | null
    /** Nobody revoked it: the role of its maker was taken back. It stays ended when that is given again. */
    endedWithRole: boolean
    held: boolean
  }>
export type FoundKey = KeyRecord &
  Readonly<{ secretHash: Buffer; madeUp: boolean; held: boolean; revoked: boolean; usedAt: Instant | null }>

type Row = Readonly<{
  key: string
  person: string
  party: string | null
  role: string
  name: string
  scopes: string[]
  expires_at: Date
  made_by: string
  recorded_at: Date
  used_at: bigint | null
  revoked_at: Date | null
  with_role: boolean | null
  held: boolean
  made_up: boolean
  secret_hash: Buffer
}>

const secondsOf = (at: Date): Instant => Math.floor(at.getTime() / 1000)

const columns = `k.key, k.person, k.party, k.role, k.name, k.scopes, k.expires_at, k.recorded_at, p.name as made_by, p.made_up,
  u.used_at, e.recorded_at as revoked_at, e.with_role,
  exists (select from membership m where m.person = k.person and m.role = k.role and m.party is not distinct from k.party) as held`
const tables = `api_key k join person p using (person) left join api_key_use u using (key) left join api_key_end e using (key)`

const fromRow = ({ key, person, party, role, name, scopes, expires_at }: Row): KeyRecord => ({
  key,
  person,
  party,
  role,
  name,
  scopes,
  expiresAt: secondsOf(expires_at),
})
const instantOf = (used: bigint | null): Instant | null => (used === null ? null : Number(used))

/** Who stands behind an actor: the person that made a key, else the actor itself. */
export const findPersonBehind = async ({ client }: Work, actor: string): Promise<string> => {
  const { rows } = await client.query<{ person: string }>('select person from api_key where key = $1', [actor])
  return rows[0]?.person ?? actor
}

/** A key by its name, with the hash of its secret. Asked with every request that brings one. */
export const findKey = async ({ pool }: Store, key: string): Promise<FoundKey | undefined> => {
  const { rows } = await pool.query<Row>({
    name: 'find-key',
    text: `select ${columns}, k.secret_hash from ${tables} where k.key = $1`,
    values: [key],
  })
  const row = rows[0]
  return (
    row && {
      ...fromRow(row),
      secretHash: row.secret_hash,
      madeUp: row.made_up,
      held: row.held,
      revoked: row.revoked_at !== null,
      usedAt: instantOf(row.used_at),
    }
  )
}

const toListed = (row: Row): ListedKey => ({
  ...fromRow(row),
  madeBy: row.made_by,
  madeAt: secondsOf(row.recorded_at),
  usedAt: instantOf(row.used_at),
  revokedAt: row.revoked_at === null ? null : secondsOf(row.revoked_at),
  endedWithRole: row.with_role ?? false,
  held: row.held,
})

/** Whose keys: those of one party, or those of all. */
export type KeysOf = Readonly<{ kind: 'party'; party: string }> | Readonly<{ kind: 'all' }>

/** Keys, the latest first, from the one before `before`. */
export const listKeys = async (
  { client }: Work,
  of: KeysOf,
  { before, limit }: Readonly<{ before: string | undefined; limit: number }>,
): Promise<ListedKey[]> => {
  const { rows } = await client.query<Row>(
    `select ${columns} from ${tables} where ($1::text is null or k.party = $1) and ($2::text is null or k.key < $2) order by k.key desc limit $3`,
    [of.kind === 'all' ? null : of.party, before ?? null, limit],
  )
  return rows.map(toListed)
}

export const findListedKey = async ({ client }: Work, key: string): Promise<ListedKey | undefined> => {
  const { rows } = await client.query<Row>(`select ${columns} from ${tables} where k.key = $1`, [key])
  return rows[0] && toListed(rows[0])
}

/** Keys that a person made and that are neither revoked nor expired. */
export const countLiveKeys = async ({ client }: Work, person: string, now: Instant): Promise<number> => {
  const { rows } = await client.query<{ n: bigint }>(
    `select count(*) as n from api_key k where person = $1 and expires_at > $2 and not exists (select from api_key_end e where e.key = k.key)`,
    [person, formatInstant(now)],
  )
  return Number(rows[0]!.n)
}

export const appendKey = async (
  { client }: Work,
  { key, person, party, role, name, scopes, expiresAt }: KeyRecord,
  { secretHash, now }: Readonly<{ secretHash: Buffer; now: Instant }>,
): Promise<void> => {
  await client.query(
    `insert into api_key (key, person, party, role, name, scopes, secret_hash, expires_at, recorded_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [key, person, party, role, name, scopes, secretHash, formatInstant(expiresAt), formatInstant(now)],
  )
}

/** Ends a key; false where it was ended before. */
export const endKey = async ({ client }: Work, key: string, actor: string, now: Instant): Promise<boolean> => {
  const { rowCount } = await client.query(
    'insert into api_key_end (key, actor, recorded_at) values ($1, $2, $3) on conflict (key) do nothing',
    [key, actor, formatInstant(now)],
  )
  return rowCount === 1
}

/** Ends for good the keys that a person made acting as this, also those that have expired: how many were not ended before. */
export const endKeysActing = async (
  { client }: Work,
  person: string,
  { party, role, actor, now }: Membership & Readonly<{ actor: string; now: Instant }>,
): Promise<number> => {
  const { rowCount } = await client.query(
    `insert into api_key_end (key, actor, recorded_at, with_role)
     select key, $4, $5, true from api_key where person = $1 and role = $2 and party is not distinct from $3
     on conflict (key) do nothing`,
    [person, role, party, actor, formatInstant(now)],
  )
  return rowCount ?? 0
}

export const noteKeyUse = async ({ pool }: Store, key: string, at: Instant): Promise<void> => {
  await pool.query(
    'insert into api_key_use (key, used_at) values ($1, $2) on conflict (key) do update set used_at = greatest(api_key_use.used_at, $2)',
    [key, at],
  )
}
