import { createHash } from 'node:crypto'
import { clauseKinds } from '../../core/settlement/kinds.ts'
import { parseAgreement } from '../../core/terms/parse.ts'
import type { Store } from '../store/database.ts'
import { appendMembership, appendPerson, findPerson, wasMembershipChanged, type Membership } from '../store/people.ts'
import { listProposals } from '../store/proposals.ts'
import { appendReader, findReader, listParties, type ListedParty } from '../store/readers.ts'
import { inTransaction, lockName, type Work } from '../store/transaction.ts'
import { appendDeed } from '../store/audit.ts'
import type { Begun, Clocks, From, Sessions } from './sessions.ts'

/** Somebody whom a server without login offers to sign in as. */
export type MadeUp = Readonly<{
  person: string
  name: string
  /** The first is what they act as to begin with. */
  memberships: readonly (Membership & Readonly<{ partyName: string | null }>)[]
}>

/** Parties whose people are offered, in the order of their names; agreements that the made-up auditor and lender are given to read. */
const partiesOfferedMax = 30

const firstNames =
  'Ada Ben Chidi Dana Elif Farah Goran Hana Ivo Jun Kofi Lena Mira Noor Oskar Priya Quentin Rosa Sami Tala Uma Viktor Wren Yara Zoe'.split(
    ' ',
  )
const lastNames =
  'Okafor Lindqvist Haddad Moreau Tanaka Novak Castellano Osei Brandt Iyer Kowalski Duarte Nakamura Petrov Sandoval Mbeki Larsen Rahman Ferreira Weiss'.split(
    ' ',
  )

/** A name that follows from what it names: the same on every machine and every day. The second of a party never has the name of the first. */
const nameOf = (of: string, number: number): string => {
  const digest = createHash('sha256').update(of).digest()
  const first = (digest.readUInt32BE(0) + number * 7) % firstNames.length
  const last = (digest.readUInt32BE(4) + number * 3) % lastNames.length
  return `${firstNames[first]} ${lastNames[last]}`
}

const madeUp = (party: Readonly<{ party: string; name: string }>, role: string, number: number): MadeUp => ({
  person: `usr_${role}-${party.party}-${number}`,
  name: nameOf(`${role} ${party.party}`, number),
  memberships: [{ party: party.party, role, partyName: party.name }],
})

/** Firms that stand for a lender and an auditor where no agreement has one: made up, as the people are. */
const bank = { party: 'made-up-bank', name: 'Harbour Bank (made up)' }
const auditors = { party: 'made-up-audit', name: 'Northlight Audit (made up)' }
export const madeUpFirms: ReadonlyMap<string, string> = new Map([bank, auditors].map(({ party, name }) => [party, name]))

const peopleAt = (parties: readonly ListedParty[]): MadeUp[] =>
  parties.flatMap((party) => [
    // Two for money: what one prepares, another approves.
    ...party.roles
      .filter((role) => role === 'guarantor' || role === 'operator')
      .flatMap((role) => [1, 2].map((n) => madeUp(party, role, n))),
    ...party.roles.filter((role) => role === 'tenant' || role === 'lender').map((role) => madeUp(party, role, 1)),
  ])

const administrator = (): MadeUp => ({
  person: 'usr_administrator-1',
  name: nameOf('administrator', 1),
  memberships: [
    { party: null, role: 'administrator', partyName: null },
    { party: auditors.party, role: 'auditor', partyName: auditors.name },
  ],
})

/**
 * One for each role of the agreements on record, two for the roles that handle money, an auditor, a lender, and who administers all this. `tenants`: who
 * has orders. A tenant sees those alone, so one that only terms name is offered where nobody has any.
 */
export const madeUpPeople = (parties: readonly ListedParty[], tenants: readonly string[]): MadeUp[] => {
  const offered = parties.slice(0, partiesOfferedMax)
  const isTenant = ({ memberships }: MadeUp): boolean => memberships[0]!.role === 'tenant'
  const all = peopleAt(offered)
  const people = tenants.length === 0 ? all : all.filter((person) => !isTenant(person) || tenants.includes(person.memberships[0]!.party!))
  const has = (role: string): boolean => people.some(({ memberships }) => memberships[0]!.role === role)
  const [first] = tenants
  return [
    ...people,
    ...(has('tenant') || first === undefined ? [] : [madeUp({ party: first, name: first }, 'tenant', 1)]),
    ...(has('lender') || offered.length === 0 ? [] : [madeUp(bank, 'lender', 1)]),
    ...(offered.length === 0 ? [] : [madeUp(auditors, 'auditor', 1)]),
    administrator(),
  ]
}

/** The latest charges among which tenants are looked for: an index finds them among millions of readings. */
const chargesMax = 1_000

/** Tenants that were lately charged for an order, by name: they have something to see. */
const findTenants = async ({ client }: Work): Promise<string[]> => {
  const { rows } = await client.query<{ tenant: string }>(
    `select distinct tenant collate "C" as tenant from (
       select tenant from reading where kind = 'charge' and tenant is not null and order_id is not null order by starts_at desc limit $1
     ) latest order by 1`,
    [chargesMax],
  )
  return rows.map(({ tenant }) => tenant)
}

const actor = 'open login'

/** What was given once to somebody made up and taken back later stays taken back. */
const give = async (tx: Work, { person, memberships }: MadeUp, now: number): Promise<void> => {
  for (const { party, role } of memberships) {
    if (await wasMembershipChanged(tx, person, { party, role })) continue
    const membership = { party, role }
    await appendMembership(tx, { person, ...membership, given: true, actor }, now)
    await appendDeed(tx.queries, {
      at: now,
      by: actor,
      action: 'give',
      subject: person,
      detail: membership,
      before: [],
      after: [membership],
    })
  }
}

/** The made-up firms read every agreement that is on record by now. */
const letRead = async (tx: Work, { memberships }: MadeUp, parties: readonly ListedParty[], now: number): Promise<void> => {
  const agreements = [...new Set(parties.flatMap((party) => party.agreements))]
  for (const { party, role } of memberships)
    for (const agreement of party !== null && madeUpFirms.has(party) ? agreements : []) {
      if ((await findReader(tx, agreement, party!)) !== undefined) continue
      const reader = { agreement, party: party!, role: role as 'lender' | 'auditor' }
      await appendReader(tx, { ...reader, given: true, actor }, now)
      await appendDeed(tx.queries, {
        at: now,
        by: actor,
        action: 'let-read',
        subject: party!,
        agreement,
        detail: reader,
        before: null,
        after: reader,
      })
    }
}

/**
 * Guarantors and operators of agreements that are proposed and not signed by both: of one that is new to all this nothing is on record, and without its people
 * nobody could sign.
 */
const proposedParties = async (tx: Work, parties: readonly ListedParty[]): Promise<ListedParty[]> => {
  const open = (await listProposals(tx, undefined)).filter(({ end, version }) => end === undefined && version === 1)
  const found = new Map<string, ListedParty>()
  for (const { document } of open) {
    const parsed = parseAgreement(document, clauseKinds)
    if ('problems' in parsed) continue
    for (const { id, name, role } of parsed.agreement.parties)
      if ((role === 'guarantor' || role === 'operator') && !parties.some((each) => each.party === id))
        found.set(id, { party: id, name, roles: [role], agreements: [], ...found.get(id) })
  }
  return [...found.values()]
}

/** Signing in with one click, where no login is configured. */
export const makeMadeUpPeople = (store: Store, sessions: Sessions, { now }: Clocks) => {
  const offered = async (tx: Work) => {
    const signed = await listParties(tx)
    const parties = [...signed, ...(await proposedParties(tx, signed))]
    return { parties, people: madeUpPeople(parties, await findTenants(tx)) }
  }
  const list = (): Promise<MadeUp[]> => inTransaction(store, async (tx) => (await offered(tx)).people)
  /** Signs in as one of them; undefined where there is none of this name. */
  const signIn = (person: string, from: From): Promise<Begun | undefined> =>
    inTransaction(store, async (tx) => {
      const { parties, people } = await offered(tx)
      const wanted = people.find((each) => each.person === person)
      if (wanted === undefined) return undefined
      await lockName(tx, `person ${person}`, 'exclusive')
      if ((await findPerson(tx, person)) === undefined)
        await appendPerson(tx, { person, name: wanted.name, email: null, madeUp: true }, now())
      await give(tx, wanted, now())
      await letRead(tx, wanted, parties, now())
      return sessions.begin(tx, person, { from, detail: { by: 'one click' }, as: wanted.memberships[0] })
    })
  return { list, signIn }
}
export type MadeUpPeople = ReturnType<typeof makeMadeUpPeople>
