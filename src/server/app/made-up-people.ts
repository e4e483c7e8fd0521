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

/** One for each role of the agreements on record, two for the roles that handle money, an auditor, a lender, and who administers all this. */
export const madeUpPeople = (parties: readonly ListedParty[], tenant: string | undefined): MadeUp[] => {
  const offered = parties.slice(0, partiesOfferedMax)
  const people = peopleAt(offered)
  const has = (role: string): boolean => people.some(({ memberships }) => memberships[0]!.role === role)
  return [
    ...people,
    ...(has('tenant') || tenant === undefined ? [] : [madeUp({ party: tenant, name: tenant }, 'tenant', 1)]),
    ...(has('lender') || offered.length === 0 ? [] : [madeUp(bank, 'lender', 1)]),
    ...(offered.length === 0 ? [] : [madeUp(auditors, 'auditor', 1)]),
    administrator(),
  ]
}

/** The first tenant that was charged for something, where there is one: an index finds it among millions of readings. */
const findTenant = async ({ client }: Work): Promise<string | undefined> => {
  const { rows } = await client.query<{ tenant: string }>(
    `select tenant from reading where kind = 'charge' and tenant is not null order by starts_at, source, id limit 1`,
  )
  return rows[0]?.tenant
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
    return { parties, people: madeUpPeople(parties, await findTenant(tx)) }
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
