import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { closeWorld } from '../../test/closed-world.ts'
import { testDatabase } from '../../test/database.ts'
import { canonical, type Json } from '../core/base/canonical.ts'
import { hashOfJson } from '../core/base/hash.ts'
import type { Statement } from '../core/statements/statement.ts'
import { findStatement } from '../server/store/statements.ts'
import { Amount, Exact } from './scalars.ts'
import { StatementShape, type StatementWire } from './statement.ts'

const { close, ...store } = await testDatabase()
after(close)
const months = await closeWorld(store)

// The compiler's part of the rule: what core makes can be sent.
const sent = (statement: Statement): StatementWire => statement

test('WI2 a stored statement passes its shape and keeps its hash', async () => {
  for (const month of months) {
    const stored = await findStatement(store.database, 'sharon-ai', month)
    assert.ok(stored !== undefined)
    const passed = StatementShape.parse(sent(stored.statement))
    assert.equal(canonical(passed as unknown as Json), canonical(stored.statement as unknown as Json))
    assert.equal(hashOfJson(passed as unknown as Json), stored.hash)
  }
})

test('WI1 an amount that is a number, or an exact value with a point, is no amount', () => {
  assert.ok(Amount.safeParse('16096464.00').success)
  assert.ok(Amount.safeParse('-125000.00').success)
  assert.ok(Exact.safeParse('-11725/18').success)
  for (const wrong of [16096464, '16,096,464.00', '1e7', '', '.5']) assert.ok(!Amount.safeParse(wrong).success, String(wrong))
  for (const wrong of [1, '0.5', '1/', '1/2/3', '']) assert.ok(!Exact.safeParse(wrong).success, String(wrong))
})
