import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { testDatabase } from '../../../test/database.ts'
import { fileOf } from '../../../test/rows.ts'
import type { BlockId, PoolId, TrancheId } from '../../core/base/id.ts'
import { parseInstant } from '../../core/base/time.ts'
import type { Reading } from '../../core/meter/reading.ts'
import { provisionalStatement } from './close-period.ts'
import { importReadings } from './import-readings.ts'
import { loadAgreement } from './load-agreement.ts'
import { reconcileMonth } from './reconcile.ts'

const { close: closeDatabase, ...store } = await testDatabase()
after(closeDatabase)
const at = (text: string) => parseInstant(text, 'Australia/Sydney') as number
const now = at('2026-11-05T00:00:00')

const document = (metering: string) => `
offtake: 1
agreement: weighed
title: Small
parties:
  - { id: nvidia, name: Guarantor, role: guarantor }
  - { id: cloud, name: Cloud, role: operator }
zone: Australia/Sydney
currency: USD
term: { from: 2026-10-01, through: 2026-12-31 }
blocks:
  - { id: syd, factory: syd, region: R, sku: S, tranches: [{ id: all, gpus: 100, due: 2026-10-01 }] }
pools:
  - { id: pool, attribution: supported-first, blocks: [syd] }
clauses:
  - { id: backstop, kind: capacity-backstop, payer: nvidia, payee: cloud, covers: [syd], measure: hour, price: '2.00', retention: '0' }
settlement: { netting: true, due: { days: 30 } }
${metering}`

const pool = 'pool' as PoolId
const block = 'syd' as BlockId
/** October 2026 has 743 hours in Sydney, and the 4th of it 23. */
const [first, next] = [at('2026-10-01T00:00:00'), at('2026-11-01T00:00:00')]
const readings: Reading[] = [
  { kind: 'acceptance', source: 'site', id: 'a', block, tranche: 'all' as TrancheId, at: first, design: 1, tested: 1 },
  { kind: 'allocation', source: 'slurm', id: '1', pool, gpus: 40, from: first, to: next },
  // A second meter that counted ten more on the day of the clock change, and nothing on the others.
  { kind: 'allocation', source: 'kueue', id: '1', pool, gpus: 50, from: at('2026-10-04T00:00:00'), to: at('2026-10-05T00:00:00') },
  { kind: 'outage', source: 'site', id: 'o', block, gpus: 70, from: at('2026-10-20T00:00:00'), to: at('2026-10-20T01:00:00') },
]

test('RC1 a month is reconciled: what other sources say is sized by day, what is sold but down by block, and the statement goes by whose word counts', async () => {
  const loaded = await loadAgreement(store, { document: document('metering: { allocations: [slurm, kueue] }'), now, by: 'test' })
  assert.equal(loaded.kind, 'loaded', JSON.stringify(loaded))
  const answer = await importReadings(store, { rows: fileOf(readings), file: 'f', mode: 'all-or-nothing', now, by: 'test' })
  assert.equal(answer.kind, 'imported')
  const drawn = await reconcileMonth(store, { agreement: 'weighed', month: '2026-10' })
  assert.ok(drawn.kind === 'drawn')
  const onChangeDay = drawn.disagreements.find(({ date }) => date === '2026-10-04')
  const common = { subject: 'allocations', where: 'pool', source: 'kueue', counted: ['slurm'] }
  assert.deepEqual(onChangeDay, { ...common, date: '2026-10-04', more: 10 * 23 * 3600, less: 0 })
  assert.equal(drawn.disagreements.length, 31)
  assert.equal(
    drawn.disagreements.reduce((sum, { less }) => sum + less, 0),
    40 * (743 - 23) * 3600,
  )
  assert.deepEqual(drawn.soldButDown, [{ block: 'syd', gpuSeconds: 10 * 3600 }])
  const settled = await provisionalStatement(store, { agreement: 'weighed', month: '2026-10', now })
  assert.ok('statement' in settled)
  // 100 × 743 h, less 40 sold and, for one hour, 70 down of which 10 were sold: 60 × 743 − 60 unsold GPU-hours at 2.00.
  assert.equal(settled.statement.totals.guarantorPays, `${(60 * 743 - 60) * 2}.00`)
})

test('RC1 what cannot be reconciled says why', async () => {
  const said = async (agreement: string, month: string) => {
    const answer = await reconcileMonth(store, { agreement, month })
    return answer.kind === 'refused' ? answer.messages.join('\n') : assert.fail('it was drawn')
  }
  assert.match(await said('nobody', '2026-10'), /no agreement nobody is loaded/)
  assert.match(await said('weighed', 'October'), /such as 2026-10, not October/)
  assert.match(await said('weighed', '2026-07'), /2026-07/)
})
