import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import { testDatabase } from '../../../test/database.ts'
import { asParty } from './database.ts'
import { appendKey, endKey, findKey, noteKeyUse } from './keys.ts'
import { appendMembership, appendPerson, bindIdentity, findByIdentity, findMemberships, type Membership } from './people.ts'
import { findSession, insertSession, touchSession } from './sessions.ts'
import { inTransaction } from './transaction.ts'

const { close, ...store } = await testDatabase()
after(close)

const now = 1_800_000_000
let made = 0
const person = async (): Promise<string> => {
  const id = `usr_${(made += 1)}`
  await inTransaction(store, (tx) =>
    appendPerson(tx, { person: id, name: `Person ${made}`, email: `p${made}@x.example`, madeUp: false }, now),
  )
  return id
}
const tables = ['person', 'person_identity', 'membership_change', 'membership', 'api_key', 'api_key_end', 'api_key_use', 'session']

test('P15 a party cannot ask who people are, what they may, and who is signed in, nor write any of it', async () => {
  for (const table of tables)
    for (const text of [sql`select * from ${sql.table(table)}`, sql`delete from ${sql.table(table)}`])
      await assert.rejects(
        asParty(store.database, 'nvidia', (tx) => text.execute(tx)),
        // What is deleted from a view is refused before anybody asks by whom.
        /permission denied|cannot delete from view/,
        table,
      )
  await assert.rejects(
    asParty(store.database, 'nvidia', (tx) =>
      sql`insert into membership_change (person, party, role, given, actor, recorded_at) values ('usr_1', 'nvidia', 'guarantor', true, 'x', now())`.execute(
        tx,
      ),
    ),
    /permission denied/,
  )
})

test('P11 people, what they were given and their keys are on record for good', async () => {
  const id = await person()
  await inTransaction(store, async (tx) => {
    await bindIdentity(tx, id, { issuer: 'https://login.example', subject: id }, now)
    await appendMembership(tx, { person: id, party: 'nvidia', role: 'guarantor', given: true, actor: 'test' }, now)
    const key = { key: 'key_1', person: id, party: 'nvidia', role: 'guarantor', name: 'k', scopes: [], expiresAt: now + 1 }
    await appendKey(tx, key, { secretHash: Buffer.alloc(32), now })
    await endKey(tx, 'key_1', 'test', now)
  })
  for (const table of ['person', 'person_identity', 'membership_change', 'api_key', 'api_key_end']) {
    assert.ok((await store.pool.query(`select from ${table}`)).rowCount! > 0, table)
    await assert.rejects(store.pool.query(`delete from ${table}`), /append-only/, table)
    await assert.rejects(store.pool.query(`update ${table} set recorded_at = now()`), /append-only/, table)
    await assert.rejects(store.pool.query(`truncate ${table} cascade`), /append-only/, table)
  }
})

test('P12 the latest change of a person, role and party counts, whatever came before and between', async () => {
  const all: Membership[] = [
    { party: 'nvidia', role: 'guarantor' },
    { party: 'nvidia', role: 'auditor' },
    { party: 'firmus', role: 'operator' },
    { party: null, role: 'administrator' },
  ]
  const change = fc.record({ who: fc.nat(1), what: fc.nat(3), given: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 20 }), async (changes) => {
      const people = [await person(), await person()]
      const held = [new Set<number>(), new Set<number>()]
      await inTransaction(store, async (tx) => {
        for (const { who, what, given } of changes) {
          await appendMembership(tx, { person: people[who]!, ...all[what]!, given, actor: 'law' }, now)
          if (given) held[who]!.add(what)
          else held[who]!.delete(what)
        }
        for (const [i, id] of people.entries())
          assert.deepEqual(
            new Set(
              (await findMemberships(tx, id)).map((each) => all.findIndex(({ party, role }) => party === each.party && role === each.role)),
            ),
            held[i],
          )
      })
    }),
    { numRuns: 40 },
  )
})

test('P12 an administrator is of no party, and everybody else of one', async () => {
  const id = await person()
  for (const [party, role] of [
    ['nvidia', 'administrator'],
    [null, 'guarantor'],
    ['nvidia', 'king'],
  ] as const)
    await assert.rejects(
      inTransaction(store, (tx) => appendMembership(tx, { person: id, party, role, given: true, actor: 'test' }, now)),
      /check constraint/,
    )
})

test('P13 a subject of an issuer is one person, and a person one subject; an address is one person’s in whatever letters', async () => {
  const [first, second] = [await person(), await person()]
  const identity = { issuer: 'https://one.example', subject: 's' }
  await inTransaction(store, (tx) => bindIdentity(tx, first, identity, now))
  await assert.rejects(
    inTransaction(store, (tx) => bindIdentity(tx, second, identity, now)),
    /duplicate key/,
  )
  await assert.rejects(
    inTransaction(store, (tx) => bindIdentity(tx, first, { ...identity, subject: 't' }, now)),
    /duplicate key/,
  )
  await inTransaction(store, (tx) => bindIdentity(tx, second, { ...identity, issuer: 'https://two.example' }, now))
  assert.equal((await inTransaction(store, (tx) => findByIdentity(tx, identity)))!.person, first)
  const other = { person: 'usr_other', name: 'O', email: 'P1@x.example', madeUp: false }
  await assert.rejects(
    inTransaction(store, (tx) => appendPerson(tx, other, now)),
    /check constraint/,
  )
  await assert.rejects(
    inTransaction(store, (tx) => appendPerson(tx, { ...other, email: 'p1@x.example' }, now)),
    /duplicate key/,
  )
})

test('P14 a session is found by the hash of its token, within its times and by its way in alone; its use never goes back', async () => {
  const id = await person()
  const hash = Buffer.alloc(32, 7)
  await inTransaction(store, (tx) =>
    insertSession(
      tx,
      { session: 'ses_1', person: id, login: 'required', acting: { party: 'nvidia', role: 'guarantor' }, begunAt: now },
      hash,
    ),
  )
  const find = (begun: number, seen: number, login: 'open' | 'required' = 'required', by = hash) =>
    findSession(store, by, { login, begun, seen }).then((found) => found?.session)
  assert.equal(await find(now - 1, now - 1), 'ses_1')
  assert.equal(await find(now, now - 1), undefined)
  assert.equal(await find(now - 1, now), undefined)
  assert.equal(await find(now - 1, now - 1, 'open'), undefined)
  assert.equal(await find(now - 1, now - 1, 'required', Buffer.alloc(32, 8)), undefined)
  await touchSession(store, 'ses_1', now + 100)
  await touchSession(store, 'ses_1', now + 50)
  assert.equal((await findSession(store, hash, { login: 'required', begun: now - 1, seen: now + 99 }))!.seenAt, now + 100)
  await noteKeyUse(store, 'key_1', now + 100)
  await noteKeyUse(store, 'key_1', now + 50)
  const key = (await findKey(store, 'key_1'))!
  assert.deepEqual([key.usedAt, key.revoked, key.held], [now + 100, true, true])
})
