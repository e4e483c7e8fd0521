import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { compareWorld } from '../../../test/compared-world.ts'
import { testDatabase } from '../../../test/database.ts'
import { findKnown } from './known.ts'
import { inTransaction } from './transaction.ts'

const { close, ...store } = await testDatabase()
after(close)

test('P40 an import that took its number before a close and ended after it was not known to it', async () => {
  await compareWorld(store, 'order')
  const statements = await store.pool.query<{ id: string }>(`select id from statement where agreement = 'order' and month = '2026-07'`)
  const [july] = statements.rows
  const known = await inTransaction(store, (tx) => findKnown(tx, july!.id))
  const { rows } = await store.pool.query<{ batch: bigint; entry: bigint; at: bigint }>(
    `select (a.detail ->> 'batch')::bigint as batch, a.entry, c.entry as at from audit_log a, audit_log c
      where a.action = 'import' and c.action = 'close' and c.subject = 'order 2026-07'`,
  )
  assert.ok(rows.some(({ entry, at }) => entry < at) && rows.some(({ entry, at }) => entry > at))
  for (const { batch, entry, at } of rows) {
    const isKnown = batch <= known!.batches.through && !known!.batches.without.includes(batch)
    assert.equal(isKnown, entry < at, `batch ${batch}`)
  }
  // One that is numbered low and recorded late, as a slow upload to another agreement is.
  await store.pool.query(
    `insert into audit_log (recorded_at, actor, action, subject, detail) values (now(), 'test', 'import', 'slow', $1)`,
    [JSON.stringify({ batch: `${known!.batches.through}` })],
  )
  const then = await inTransaction(store, (tx) => findKnown(tx, july!.id))
  assert.ok(then!.batches.without.includes(known!.batches.through))
})
