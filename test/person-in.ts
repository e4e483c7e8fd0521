import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { LoginDesk } from '../src/server/api/login-desk.ts'
import type { Store } from '../src/server/store/database.ts'
import type { Membership } from '../src/server/store/people.ts'
import { inTransaction } from '../src/server/store/transaction.ts'
import { keyScopesOf, type Permission, type Role } from '../src/wire/access.ts'

/** How a person comes to a door acting as something: signed in, and with a key that they made so. */
export type Ways = Membership & Readonly<{ byHand: Readonly<Record<string, string>>; byKey: Readonly<Record<string, string>>; key: string }>

/** A person who really is on record: with roles, a session and a key for each. A key has of the scopes what its role may. */
export const personIn = async (
  store: Store,
  desk: LoginDesk,
  name: string,
  { of, scopes }: Readonly<{ of: readonly Membership[]; scopes: readonly Permission[] }>,
): Promise<Ways[]> => {
  const added = await desk.people.add('test', { name, identity: { issuer: 'https://login.example', subject: randomUUID() } })
  const { person } = added.kind === 'added' ? added.person : assert.fail(JSON.stringify(added))
  const from = { origin: null, request: null }
  const ways: Ways[] = []
  for (const as of of) {
    const given = await desk.people.change('test', { person, ...as, given: true })
    assert.equal(given.kind, 'changed', JSON.stringify(given))
    const { token } = await inTransaction(store, (tx) => desk.sessions.begin(tx, person, { from, detail: {}, as }))
    const may = scopes.filter((scope) => keyScopesOf(as.role as Role).includes(scope))
    const made = await desk.keys.make('test', { person, as }, { name: `${name} ${as.role}`, scopes: may, days: 1 })
    assert.ok(made.kind === 'made')
    ways.push({
      ...as,
      byHand: { cookie: `offtake-session-80=${token}`, 'sec-fetch-site': 'same-origin' },
      byKey: { authorization: `Bearer ${made.token}` },
      key: made.key.key,
    })
  }
  return ways
}
