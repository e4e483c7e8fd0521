import type { Json } from '../../core/base/canonical.ts'
import type { Instant } from '../../core/base/time.ts'
import { appendDeed, type Actor } from '../store/audit.ts'
import type { Store } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import { findMemberships, findPerson, type Membership } from '../store/people.ts'
import {
  deleteSession,
  findLastActing,
  findSession,
  insertSession,
  pruneSessions,
  setActing,
  touchSession,
  type FoundSession,
  type LoginMode,
} from '../store/sessions.ts'
import { inTransaction, lockName, type Work } from '../store/transaction.ts'
import { newSecret, secretForm, secretHash } from './secret.ts'

/** A session that is not used for so long is over, and one that began so long ago, however it is used. */
export const idleSecondsMax = 8 * 3600
export const sessionSecondsMax = 7 * 24 * 3600
/** Sessions of one person; the one that was not used for the longest time goes first. */
export const sessionsPerPersonMax = 100
/** Seconds between two notes of when a session, or a key, was used. */
export const noteUseEverySeconds = 60

/** What time it is: in the world of the agreements, which a sandbox moves; and on the clock of this machine, by which sessions and keys end. */
export type Clocks = Readonly<{ now: () => Instant; clock: () => Instant }>

/** From where somebody comes who is not known yet. */
export type From = Pick<Actor, 'origin' | 'request'>

export const isSame = (a: Membership | null, b: Membership | null): boolean => a?.role === b?.role && a?.party === b?.party
export const toJson = (membership: Membership | null): Json =>
  membership === null ? null : { party: membership.party, role: membership.role }

export type Begun = Readonly<{ token: string; found: FoundSession }>
export type Switched = Readonly<{ kind: 'switched' }> | Readonly<{ kind: 'refused'; memberships: readonly Membership[] }>

const actorOf = ({ person, name, acting }: FoundSession, from: From): Actor => ({
  id: person,
  name,
  party: acting?.party ?? null,
  role: acting?.role ?? null,
  ...from,
})

/** What they acted as last, if they still may; else the first thing that they may. */
const actingOf = async (tx: Work, person: string, memberships: readonly Membership[]): Promise<Membership | null> => {
  const last = await findLastActing(tx, person)
  return memberships.find((each) => last !== undefined && isSame(each, last)) ?? memberships[0] ?? null
}

/** Who is signed in: sessions begin, go on, change what they act as, and end. Each but going on is a deed. */
export const makeSessions = (store: Store, login: LoginMode, { now, clock }: Clocks) => {
  const since = (at: Instant) => ({ begun: at - sessionSecondsMax, seen: at - idleSecondsMax })
  /** The session of a token, where it goes on and its person may still act as it does. */
  const find = async (token: string): Promise<FoundSession | undefined> => {
    if (!secretForm.test(token)) return undefined
    const at = clock()
    const found = await findSession(store, secretHash(token), { login, ...since(at) })
    if (found === undefined) return undefined
    if (found.acting !== null && !found.memberships.some((each) => isSame(each, found.acting))) return undefined
    if (at - found.seenAt >= noteUseEverySeconds) await touchSession(store, found.session, at)
    return found
  }
  /** Signs somebody in, in the transaction of whatever made sure of who it is. `as` is what they want to act as, where they say. */
  const begin = async (tx: Work, person: string, { from, detail, as }: Begin): Promise<Begun> => {
    const at = clock()
    const record = (await findPerson(tx, person))!
    const memberships = await findMemberships(tx, person)
    const wanted = memberships.find((each) => as !== undefined && isSame(each, as))
    const acting = wanted ?? (await actingOf(tx, person, memberships))
    const [session, token] = [newId('ses'), newSecret()]
    await insertSession(tx, { session, person, login, acting, begunAt: at }, secretHash(token))
    await pruneSessions(tx, { ...since(at), person, keep: sessionsPerPersonMax })
    const found = { session, person, login, acting, begunAt: at, seenAt: at, name: record.name, memberships }
    const told = { session, login, ...detail, acting: toJson(acting) }
    await appendDeed(tx.queries, { at: now(), by: actorOf(found, from), action: 'sign-in', subject: person, detail: told })
    return { token, found }
  }
  const end = (found: FoundSession, from: From): Promise<void> =>
    inTransaction(store, async (tx) => {
      await deleteSession(tx, found.session)
      const { session, person } = found
      await appendDeed(tx.queries, { at: now(), by: actorOf(found, from), action: 'sign-out', subject: person, detail: { session } })
    })
  /** Acts as another thing from now on. The same again is no deed. */
  const act = (found: FoundSession, as: Membership, from: From): Promise<Switched> =>
    inTransaction(store, async (tx) => {
      await lockName(tx, `person ${found.person}`, 'shared')
      const memberships = await findMemberships(tx, found.person)
      if (!memberships.some((each) => isSame(each, as))) return { kind: 'refused', memberships }
      if (isSame(found.acting, as)) return { kind: 'switched' }
      await setActing(tx, found.session, as)
      const change = { before: toJson(found.acting), after: toJson(as), detail: { session: found.session } }
      await appendDeed(tx.queries, { at: now(), by: actorOf(found, from), action: 'act-as', subject: found.person, ...change })
      return { kind: 'switched' }
    })
  return { find, begin, end, act }
}

type Begin = Readonly<{ from: From; detail: Readonly<Record<string, Json>>; as?: Membership | undefined }>
export type Sessions = ReturnType<typeof makeSessions>
