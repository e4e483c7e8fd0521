import type { Instant } from '../../core/base/time.ts'
import type { Store } from './database.ts'
import { membershipsText, type Membership } from './people.ts'
import type { Work } from './transaction.ts'

/** Signed in where no login is configured, or by an identity provider. */
export type LoginMode = 'open' | 'required'

export type SessionRecord = Readonly<{
  session: string
  person: string
  login: LoginMode
  /** As what they act; null while they may act as nothing. */
  acting: Membership | null
  begunAt: Instant
  seenAt: Instant
}>
/** A session with who it is of, and everything that they may act as now. */
export type FoundSession = SessionRecord & Readonly<{ name: string; memberships: readonly Membership[] }>

type Row = Readonly<{
  session: string
  person: string
  login: LoginMode
  party: string | null
  role: string | null
  begun_at: bigint
  seen_at: bigint
  name: string
  memberships: Membership[]
}>

const fromRow = ({ party, role, begun_at, seen_at, ...row }: Row): FoundSession => ({
  ...row,
  acting: role === null ? null : { party, role },
  begunAt: Number(begun_at),
  seenAt: Number(seen_at),
})

/** When a session that goes on must have begun, and been used last: later than these. */
export type Since = Readonly<{ begun: Instant; seen: Instant }>

/** The session of a token, where it goes on. Asked with every request, so it is one question outside of any transaction. */
export const findSession = async (
  { pool }: Store,
  tokenHash: Buffer,
  { login, begun, seen }: Since & Readonly<{ login: LoginMode }>,
): Promise<FoundSession | undefined> => {
  const { rows } = await pool.query<Row>({
    name: 'find-session',
    text: `select s.session, s.person, s.login, s.party, s.role, s.begun_at, s.seen_at, p.name,
                  ${membershipsText('s.person')} as memberships
             from session s join person p using (person)
            where s.token_hash = $1 and s.login = $2 and s.begun_at > $3 and s.seen_at > $4`,
    values: [tokenHash, login, begun, seen],
  })
  return rows[0] && fromRow(rows[0])
}

export const insertSession = async (
  { client }: Work,
  { session, person, login, acting, begunAt }: Omit<SessionRecord, 'seenAt'>,
  tokenHash: Buffer,
): Promise<void> => {
  await client.query(
    `insert into session (session, token_hash, person, login, party, role, begun_at, seen_at) values ($1, $2, $3, $4, $5, $6, $7, $7)`,
    [session, tokenHash, person, login, acting?.party ?? null, acting?.role ?? null, begunAt],
  )
}

/** Notes that it was used: outside of any transaction, since nothing depends on it but when it ends. */
export const touchSession = async ({ pool }: Store, session: string, at: Instant): Promise<void> => {
  await pool.query('update session set seen_at = $2 where session = $1 and seen_at < $2', [session, at])
}

export const setActing = async ({ client }: Work, session: string, { party, role }: Membership): Promise<void> => {
  await client.query('update session set party = $2, role = $3 where session = $1', [session, party, role])
}

export const deleteSession = async ({ client }: Work, session: string): Promise<void> => {
  await client.query('delete from session where session = $1', [session])
}

/** Ends what somebody does as this: how many sessions it were. */
export const deleteSessionsActing = async ({ client }: Work, person: string, { party, role }: Membership): Promise<number> => {
  const { rowCount } = await client.query('delete from session where person = $1 and role = $2 and party is not distinct from $3', [
    person,
    role,
    party,
  ])
  return rowCount ?? 0
}

/** Forgets sessions that are over, and of one person all but the latest. */
export const pruneSessions = async (
  { client }: Work,
  { begun, seen, person, keep }: Since & Readonly<{ person: string; keep: number }>,
): Promise<void> => {
  await client.query('delete from session where seen_at <= $1 or begun_at <= $2', [seen, begun])
  await client.query(
    `delete from session where person = $1
        and session not in (select session from session where person = $1 order by seen_at desc, session desc limit $2)`,
    [person, keep],
  )
}

/** As what somebody acted last, of any session that is still there. */
export const findLastActing = async ({ client }: Work, person: string): Promise<Membership | undefined> => {
  const { rows } = await client.query<Membership>(
    'select party, role from session where person = $1 and role is not null order by seen_at desc, session desc limit 1',
    [person],
  )
  return rows[0]
}
