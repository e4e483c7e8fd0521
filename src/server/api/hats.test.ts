import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { closeWorld, worldNow } from '../../../test/closed-world.ts'
import { testDatabase } from '../../../test/database.ts'
import { doorsOf } from '../../../test/doors.ts'
import { byHeader, headersOf } from '../../../test/principals.ts'
import { permissionsOf, roles, type Role } from '../../wire/access.ts'
import { asSystem } from '../store/database.ts'
import { makeApi } from './api.ts'
import { keyOf, personOf } from './identify.ts'

const { close, ...store } = await testDatabase()
const api = await makeApi({
  ...doorsOf(store, () => worldNow),
  identify: byHeader,
  consoleFolder: join(import.meta.dirname, '../../../.cache/console'),
})
after(async () => {
  await api.close()
  await close()
})
let month = ''
before(async () => {
  month = (await closeWorld(store)).at(-1)!
  await asSystem(store.database, (tx) =>
    tx
      .insertInto('agreement_reader')
      .values({ agreement: 'sharon-ai', party: 'firmus', role: 'lender', given: true, actor: 'test', recorded_at: '2026-11-05T00:00:00Z' })
      .execute(),
  )
})
const send = (role: Role, url: string) => api.inject({ url, headers: { ...headersOf(role, 'firmus') } })

test('API143 an operator that was given a competitor’s agreement to read as its lender reads it as its lender alone', async () => {
  const statement = `/api/agreements/sharon-ai/periods/${month}`
  assert.equal((await send('lender', '/api/agreements/sharon-ai')).statusCode, 200)
  assert.equal((await send('lender', statement)).statusCode, 200)
  // A lender reads no readings and no orders, of whichever agreement.
  const readings = '/api/readings?agreement=sharon-ai&kind=reservation'
  for (const url of [readings, `/api/orders?month=${month}`]) assert.equal((await send('lender', url)).statusCode, 403, url)
  for (const url of ['/api/agreements/sharon-ai', statement, readings]) assert.equal((await send('operator', url)).statusCode, 404, url)
  for (const url of [`/api/orders?month=${month}&agreement=sharon-ai`, `/api/orders?month=${month}`]) {
    const answer = await send('operator', url)
    assert.ok(answer.statusCode === 404 || !/sharon|anchor/.test(answer.body), answer.body.slice(0, 300))
  }
  assert.equal((await send('operator', '/api/agreements/firmus-batam')).statusCode, 200)
  assert.equal((await send('lender', '/api/agreements/firmus-batam')).statusCode, 404)
  for (const role of ['auditor', 'guarantor'] as const) {
    const answer = await send(role, '/api/agreements')
    assert.doesNotMatch(answer.body, /sharon|batam/, role)
  }
})

test('API143 whoever comes by session or by key sees what the role sees that they act in', () => {
  for (const role of roles.filter((each) => each !== 'administrator')) {
    const session = { person: 'usr_1', name: 'Ann', acting: { party: 'firmus', role } } as Parameters<typeof personOf>[0]
    const key = { key: 'key_1', name: 'k', party: 'firmus', role, scopes: permissionsOf(role) } as unknown as Parameters<typeof keyOf>[0]
    for (const { reach } of [personOf(session), keyOf(key)]) assert.deepEqual(reach, { kind: 'party', party: 'firmus', role })
  }
})
