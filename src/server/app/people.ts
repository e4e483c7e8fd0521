import type { Json } from '../../core/base/canonical.ts'
import type { Problem } from '../../core/base/problem.ts'
import { appendDeed, type By } from '../store/audit.ts'
import type { Store } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import { endKeysActing } from '../store/keys.ts'
import {
  appendMembership,
  appendPerson,
  bindIdentity,
  findByEmail,
  findByIdentity,
  findMemberships,
  findPartyNames,
  findPerson,
  findUnboundByEmail,
  listPeople,
  type Identity,
  type ListedPerson,
  type Membership,
  type PersonRecord,
} from '../store/people.ts'
import { listParties, type ListedParty } from '../store/readers.ts'
import { deleteSessionsActing } from '../store/sessions.ts'
import { inTransaction, lockName, type Work } from '../store/transaction.ts'
import { isSame, toJson, type Clocks, type From } from './sessions.ts'

export type Refused = Readonly<{ kind: 'refused'; problems: readonly Problem[] }>
export type NewPerson = Readonly<{ name: string; email?: string | undefined; identity?: Identity | undefined }>
export type Added = Refused | Readonly<{ kind: 'added'; person: PersonRecord }>
export type Change = Membership & Readonly<{ person: string; given: boolean }>
export type Changed =
  | Refused
  | Readonly<{ kind: 'no person' }>
  | Readonly<{ kind: 'changed'; again: boolean; memberships: readonly Membership[]; sessionsEnded: number }>

/** What an identity provider says of whoever signed in there. An address that it did not verify counts for nothing. */
export type Claimed = Identity & Readonly<{ email: string | undefined; name: string | undefined }>

const refuse = (pointer: string, message: string): Refused => ({ kind: 'refused', problems: [{ pointer, message }] })
const jsonOf = (memberships: readonly Membership[]): Json => memberships.map(toJson)

const takenBy = async (tx: Work, { email, identity }: NewPerson): Promise<Problem[]> => {
  const byEmail = email === undefined ? undefined : await findByEmail(tx, email)
  const known = identity === undefined ? undefined : await findByIdentity(tx, identity)
  return [
    ...(byEmail === undefined ? [] : [{ pointer: '/email', message: `${email} is that of ${byEmail.name} (${byEmail.person}) already` }]),
    ...(known === undefined ? [] : [{ pointer: '/subject', message: `this subject is ${known.name} (${known.person}) already` }]),
  ]
}

/** Operator and guarantor are what an agreement says they are; others may be named before anything is on record of them. */
const cannotBe = async (tx: Work, { party, role }: Membership): Promise<Refused | undefined> => {
  if (role !== 'operator' && role !== 'guarantor') return undefined
  const { rows } = await tx.client.query<{ party: string }>('select distinct party from agreement_party where role = $1 order by 1', [role])
  if (rows.some((row) => row.party === party)) return undefined
  const those = rows.length === 0 ? 'no agreement is loaded' : `those on record are ${rows.map((row) => row.party).join(', ')}`
  return refuse('/party', `${party} is ${role} in no agreement on record; ${those}`)
}

/** Whether whoever asks may not change this: nobody gives anything to themselves, or takes it from themselves. */
const isOwn = (by: By, person: string): boolean => typeof by !== 'string' && by.id === person

/** Who may sign in, and as what they may act: each change is a deed, with what was so before and after. */
export const makePeople = (store: Store, { now, clock }: Clocks) => {
  const add = (by: By, added: NewPerson): Promise<Added> =>
    inTransaction(store, async (tx) => {
      await lockName(tx, 'people', 'exclusive')
      const problems = await takenBy(tx, added)
      if (problems.length > 0) return { kind: 'refused', problems }
      const person = { person: newId('usr'), name: added.name, email: added.email?.toLowerCase() ?? null, madeUp: false }
      await appendPerson(tx, person, now())
      if (added.identity !== undefined) await bindIdentity(tx, person.person, added.identity, now())
      const after: Json = { name: person.name, email: person.email, ...added.identity }
      await appendDeed(tx.queries, { at: now(), by, action: 'add-person', subject: person.person, detail: {}, before: null, after })
      return { kind: 'added', person }
    })

  const change = (by: By, { person, given, ...membership }: Change): Promise<Changed> =>
    inTransaction(store, async (tx) => {
      await lockName(tx, `person ${person}`, 'exclusive')
      if ((await findPerson(tx, person)) === undefined) return { kind: 'no person' }
      if (isOwn(by, person)) return refuse('', 'nobody changes what they may do themselves: another administrator can')
      const problem = given ? await cannotBe(tx, membership) : undefined
      if (problem !== undefined) return problem
      const before = await findMemberships(tx, person)
      if (before.some((each) => isSame(each, membership)) === given)
        return { kind: 'changed', again: true, memberships: before, sessionsEnded: 0 }
      const actor = typeof by === 'string' ? by : by.id
      await appendMembership(tx, { person, ...membership, given, actor }, now())
      const after = await findMemberships(tx, person)
      const sessionsEnded = given ? 0 : await deleteSessionsActing(tx, person, membership)
      // For good: who is given the role again makes keys anew, so that one that leaked never comes back.
      const keysEnded = given ? 0 : await endKeysActing(tx, person, { ...membership, actor, now: clock() })
      const detail = { ...(toJson(membership) as object), sessionsEnded, keysEnded }
      const what = { action: given ? 'give' : 'take-back', subject: person, detail, before: jsonOf(before), after: jsonOf(after) }
      await appendDeed(tx.queries, { at: now(), by, ...what })
      return { kind: 'changed', again: false, memberships: after, sessionsEnded }
    })

  /** Who this is, within the transaction that signs them in. An address is bound to the first subject that comes with it. */
  const recognise = async (tx: Work, { email, issuer, subject }: Claimed, from: From): Promise<PersonRecord | undefined> => {
    const identity = { issuer, subject }
    const known = await findByIdentity(tx, identity)
    if (known !== undefined || email === undefined) return known
    await lockName(tx, 'people', 'exclusive')
    const invited = (await findByIdentity(tx, identity)) ?? (await findUnboundByEmail(tx, email))
    if (invited === undefined || invited.madeUp) return undefined
    await bindIdentity(tx, invited.person, identity, now())
    const by = { id: invited.person, name: invited.name, party: null, role: null, ...from }
    const what = { action: 'bind', subject: invited.person, detail: {}, before: { email: invited.email }, after: { ...identity } }
    await appendDeed(tx.queries, { at: now(), by, ...what })
    return invited
  }

  const list = (page: Readonly<{ after: string | undefined; limit: number }>): Promise<ListedPerson[]> =>
    inTransaction(store, (tx) => listPeople(tx, page))
  const parties = (): Promise<ListedParty[]> => inTransaction(store, listParties)
  const partyNames = (names: readonly string[]): Promise<ReadonlyMap<string, string>> =>
    names.length === 0 ? Promise.resolve(new Map()) : inTransaction(store, (tx) => findPartyNames(tx, names))
  return { add, change, recognise, list, parties, partyNames }
}
export type People = ReturnType<typeof makePeople>
