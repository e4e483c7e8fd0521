import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { testDatabase } from '../../../test/database.ts'
import { portfolioOf } from '../../../test/register.ts'
import { fileOf } from '../../../test/rows.ts'
import { toDecimal } from '../../core/base/rational.ts'
import { parseInstant } from '../../core/base/time.ts'
import { sumRows } from '../../core/credit/register.ts'
import type { Reading } from '../../core/meter/reading.ts'
import { closePeriod } from './close-period.ts'
import { importReadings } from './import-readings.ts'
import { loadAgreement } from './load-agreement.ts'
import { drawCover } from './cover.ts'
import { drawRegister } from './register.ts'

const { close: closeDatabase, ...store } = await testDatabase()
after(closeDatabase)
const at = (text: string) => parseInstant(text, 'UTC') as number
const now = at('2026-11-05T00:00:00Z')
/** One block of 100 GPUs, from July through October 2026, nothing sold. */
const documentOf = (name: string, currency = 'USD', guarantor = 'nvidia') => `
offtake: 1
agreement: ${name}
title: Small
parties:
  - { id: ${guarantor}, name: Guarantor, role: guarantor }
  - { id: ${name}-cloud, name: Cloud, role: operator }
zone: UTC
currency: ${currency}
term: { from: 2026-07-01, through: 2026-10-31 }
blocks:
  - { id: ${name}-block, factory: ${name}, region: R, sku: S, tranches: [{ id: all, gpus: 100, due: 2026-07-01 }] }
clauses:
  - { id: share, kind: revenue-share, payer: ${name}-cloud, payee: ${guarantor}, covers: [${name}-block], rate: '0.1' }
  - { id: backstop, kind: capacity-backstop, payer: ${guarantor}, payee: ${name}-cloud, covers: [${name}-block], measure: hour, price: '2.00', retention: '0' }
settlement: { netting: true, due: { days: 30 } }
`
const load = async (document: string) => {
  const loaded = await loadAgreement(store, { document, now, by: 'test' })
  assert.equal(loaded.kind, 'loaded', JSON.stringify(loaded))
}

test('RG1 without an agreement or a final month there is nothing to draw', async () => {
  assert.deepEqual(await drawRegister(store, { portfolio: undefined, asOf: undefined }), {
    kind: 'refused',
    messages: ['no agreement is loaded; offtake load FILE loads one'],
  })
})

test('RG1 what was paid and what can still be, month after month', async () => {
  await load(documentOf('one'))
  const open = await drawRegister(store, { portfolio: undefined, asOf: undefined })
  assert.ok(open.kind === 'refused' && /no month of any agreement is final/.test(open.messages[0]!))
  const acceptance = {
    kind: 'acceptance',
    source: 's',
    id: 'a',
    block: 'one-block',
    tranche: 'all',
    at: at('2026-07-01T00:00:00Z'),
    design: 100,
    tested: 100,
  }
  const charge = (id: string, product: string, amount: string, from: string, to: string) =>
    ({ kind: 'charge', source: 's', id, pool: 'one-s', product, amount, currency: 'USD', from: at(from), to: at(to) }) as unknown as Reading
  const charges = [
    charge('reserved', 'reserved', '61.00', '2026-07-02T00:00:00Z', '2026-09-01T00:00:00Z'),
    charge('spot', 'spot', '5.00', '2026-08-01T00:00:00Z', '2026-08-02T00:00:00Z'),
  ]
  const brought = await importReadings(store, {
    rows: fileOf([acceptance as unknown as Reading, ...charges], 7),
    file: 'f',
    mode: 'all-or-nothing',
    now,
    by: 'test',
  })
  assert.equal(brought.kind, 'imported')
  for (const month of ['2026-07', '2026-08'])
    assert.equal((await closePeriod(store, { agreement: 'one', month, now, by: 'test' })).kind, 'closed')
  const statements = () => store.pool.query<{ count: bigint }>('select count(*) from statement')
  const before = await statements()
  const drawn = await drawRegister(store, { portfolio: undefined, asOf: undefined })
  assert.ok(drawn.kind === 'drawn')
  const [backstop, share] = drawn.register.rows
  assert.equal(drawn.register.asOf, '2026-08')
  // Nothing was sold: 100 GPUs × 31 × 24 h × 2.00, twice; September and October have 61 days.
  assert.equal(backstop!.amounts.paid, 2n * 148_800_00n)
  assert.deepEqual([backstop!.amounts.contingent, backstop!.amounts.gross], [292_800_00n, 292_800_00n])
  assert.deepEqual([share!.side, share!.kind], ['held', 'revenue-share'])
  const july = await drawRegister(store, { portfolio: undefined, asOf: '2026-07' })
  assert.ok(july.kind === 'drawn')
  assert.equal(sumRows(july.register.rows, 'paid'), 148_800_00n)
  assert.deepEqual((await statements()).rows, before.rows)
})

test('RG2 a portfolio that its agreements do not bear out is refused with all that is wrong', async () => {
  await load(documentOf('two', 'AUD', 'other'))
  const valuations = [{ agreement: 'one', clause: 'none', fairValues: [] }]
  const answer = await drawRegister(store, { portfolio: portfolioOf({ agreements: ['one', 'two'], valuations }), asOf: '2026-08' })
  assert.deepEqual(answer, {
    kind: 'refused',
    messages: [
      'the guarantor of two is other, and not nvidia',
      'two settles in AUD: `rates` has none from it to USD',
      'one has no clause none, which `valuations` names',
    ],
  })
  const unknown = await drawRegister(store, { portfolio: portfolioOf({ agreements: ['three'] }), asOf: '2026-08' })
  assert.deepEqual(unknown, { kind: 'refused', messages: ['no agreement three is loaded; there is one, two'] })
  const several = await drawRegister(store, { portfolio: undefined, asOf: '2026-08' })
  assert.ok(several.kind === 'refused' && /guarantors nvidia, other/.test(several.messages[0]!))
  const wrong = await drawRegister(store, { portfolio: portfolioOf(), asOf: 'August' })
  assert.ok(wrong.kind === 'refused' && /--as-of is a month/.test(wrong.messages[0]!))
})

test('RG3 cash of each month by where it comes from: charges by product as they are earned, and what the backstop paid', async () => {
  const answer = await drawCover(store, { agreement: 'one', asOf: undefined })
  assert.ok(answer.kind === 'drawn')
  // 61.00 over 61 days from 2 July, a dollar a day; nothing was allocated, so all 100 GPUs are unsold.
  assert.deepEqual(
    answer.split.map(({ month, contracted, backstopped, merchant, total }) => [
      month,
      ...[contracted, backstopped, merchant, total].map(toDecimal),
    ]),
    [
      ['2026-07', '30', '148800', '0', '148830'],
      ['2026-08', '31', '148800', '5', '148836'],
    ],
  )
  assert.deepEqual([answer.cover, answer.headroom], [[], []])
  assert.deepEqual(await drawCover(store, { agreement: 'nine', asOf: undefined }), {
    kind: 'refused',
    messages: ['no agreement nine is loaded; offtake load FILE loads one'],
  })
})
