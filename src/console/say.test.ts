import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StatementWire } from '../wire/statement.ts'
import { withoutSales } from './say.ts'

const evidence = (...kinds: string[]): StatementWire['evidence'] =>
  kinds.map((kind) => ({ subject: 'syd', kind, readings: 1, sha256: 'a'.repeat(64) }))
const waterfall = (accepted: string) => ({ accepted }) as StatementWire['waterfall']

test('CO59 a month with accepted capacity and no reading of a sale says so, and no other month does', () => {
  const said = 'No sales were read for this month: all accepted capacity counts as unsold.'
  assert.equal(withoutSales({ evidence: evidence('acceptance', 'outage', 'charge'), waterfall: waterfall('267840000') }), said)
  assert.equal(withoutSales({ evidence: [], waterfall: waterfall('267840000/7') }), said)
  for (const kind of ['allocation', 'reservation'])
    assert.equal(withoutSales({ evidence: evidence('acceptance', kind), waterfall: waterfall('267840000') }), undefined)
  // An agreement on guarantees and loans, and a month before anything was accepted, have nothing to sell.
  assert.equal(withoutSales({ evidence: [], waterfall: waterfall('0') }), undefined)
})
