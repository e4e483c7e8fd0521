import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { testDatabase } from '../../../test/database.ts'
import { claimKey, keepAnswer, leaseSeconds, releaseKey, renewKey, type Claimed, type KeyedRequest } from './kept-answers.ts'
import { inTransaction } from './transaction.ts'

const { close, ...store } = await testDatabase()
after(close)

const keyed = (key: string, holder: string): KeyedRequest => ({ sender: 'anna', key, content: Buffer.alloc(32), holder })
const claim = async (key: string, holder: string) => (await inTransaction<Claimed>(store, (tx) => claimKey(tx, keyed(key, holder)))).kind
const pass = (key: string, seconds: number) =>
  inTransaction(store, async ({ client }) => {
    const past = 'update request_answer set leased_until = leased_until - make_interval(secs => $1) where key = $2'
    await client.query(past, [seconds, key])
  })
const answer = { status: 200, contentType: 'application/json', body: '{}' }

test('P20 of many who claim a key at once one holds it', async () => {
  const holders = Array.from({ length: 12 }, (_, i) => `h${i}`)
  const claimed = await Promise.all(holders.map((holder) => claim('many', holder)))
  assert.equal(claimed.filter((kind) => kind === 'ours').length, 1)
  assert.equal(claimed.filter((kind) => kind === 'running').length, holders.length - 1)
})

test('P20 a key is held until its answer is kept, until it is let go, or until its lease is over, and by the last holder alone', async () => {
  assert.equal(await claim('kept', 'one'), 'ours')
  assert.equal(await claim('kept', 'two'), 'running')
  await inTransaction(store, (tx) => keepAnswer(tx, keyed('kept', 'one'), answer))
  assert.equal(await claim('kept', 'two'), 'answered')

  assert.equal(await claim('let go', 'one'), 'ours')
  await inTransaction(store, (tx) => releaseKey(tx, keyed('let go', 'one')))
  assert.equal(await claim('let go', 'two'), 'ours')

  assert.equal(await claim('lost', 'one'), 'ours')
  await pass('lost', leaseSeconds - 10)
  assert.equal(await claim('lost', 'two'), 'running')
  assert.equal(await inTransaction<boolean>(store, (tx) => renewKey(tx, keyed('lost', 'one'))), true)
  await pass('lost', leaseSeconds - 10)
  assert.equal(await claim('lost', 'two'), 'running')
  await pass('lost', 10)
  assert.equal(await claim('lost', 'two'), 'ours')
  // Who comes back late neither holds it, nor lets it go, nor answers for whoever has it now.
  assert.equal(await inTransaction<boolean>(store, (tx) => renewKey(tx, keyed('lost', 'one'))), false)
  await inTransaction(store, (tx) => releaseKey(tx, keyed('lost', 'one')))
  await inTransaction(store, (tx) => keepAnswer(tx, keyed('lost', 'one'), answer))
  assert.equal(await claim('lost', 'three'), 'running')
})
