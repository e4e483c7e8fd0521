import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { closeAs, comparedDocument, comparedNow, compareWorld } from '../../../test/compared-world.ts'
import { testDatabase } from '../../../test/database.ts'
import type { StatementLine } from '../../core/statements/statement.ts'
import { monthInterval } from '../../core/base/time.ts'
import { clauseKinds } from '../../core/settlement/kinds.ts'
import { parseAgreement } from '../../core/terms/parse.ts'
import { patchDocument, type Change } from '../../core/terms/patch.ts'
import { resolve } from '../../core/terms/resolve.ts'
import { inTransaction } from '../store/transaction.ts'
import { factsOf } from './facts-of.ts'
import { loadAgreement } from './load-agreement.ts'
import { whatIf, type WhatIf, type WhatIfRequest } from './what-if.ts'

const { close: closeDatabase, ...store } = await testDatabase()
before(async () => {
  await compareWorld(store, 'price')
  await compareWorld(store, 'theirs')
})
after(closeDatabase)

const ask = (agreement: string, more: Partial<WhatIfRequest>) =>
  whatIf(store, { agreement, terms: { changes: [] }, from: undefined, through: undefined, readings: true, now: comparedNow, ...more })
const settled = async (agreement: string, more: Partial<WhatIfRequest>): Promise<WhatIf> => {
  const answer = await ask(agreement, more)
  assert.ok(answer.kind === 'settled', JSON.stringify(answer))
  return answer.answer
}
const cents = (amount: string): bigint => BigInt(amount.replace('.', ''))
const price = (value: string) => ({ changes: [{ pointer: '/clauses/1/price', value }] })
const rowsOf = async () =>
  (
    await store.pool.query<{ all: bigint }>(
      'select (select count(*) from statement) + (select count(*) from audit_log) + (select count(*) from agreement_version) as all',
    )
  ).rows

test('WF1 a price of three quarters pays three quarters in every past month, on changed lines only, with the term reworded', async () => {
  const rows = await rowsOf()
  const told = await settled('price', { terms: price('1.50') })
  assert.deepEqual(
    told.months.map(({ month, lines, same }) => [month, lines.map(({ formula }) => formula), same]),
    ['2026-07', '2026-08', '2026-09'].map((month) => [month, ['backstop'], 1]),
  )
  // July: 100 − 60 − 5 GPUs for 744 hours at 2.00, and at 1.50.
  const [july] = told.months
  assert.deepEqual(
    [july!.lines[0]!.before!.amount, july!.lines[0]!.after!.amount, july!.lines[0]!.difference],
    ['52080.00', '39060.00', '-13020.00'],
  )
  for (const { lines } of told.months) assert.equal(cents(lines[0]!.after!.amount) * 4n, cents(lines[0]!.before!.amount) * 3n)
  const [total] = told.totals
  const vendor = total!.parties[0] === 'price-vendor' ? 1n : -1n
  assert.equal(
    cents(total!.difference) * vendor,
    told.months.reduce((sum, { lines }) => sum + cents(lines[0]!.difference), 0n),
  )
  const sentence = told.sentences.find(({ clause }) => clause === 'backstop')
  assert.match(sentence!.before!.text, /2\.00/)
  assert.match(sentence!.after!.text, /1\.50/)
  assert.equal(told.sentences.length, 1)
  assert.deepEqual(await rowsOf(), rows)
})

test('WF1 terms as they are change nothing, in any month', async () => {
  const told = await settled('price', {})
  assert.ok(told.months.every(({ lines }) => lines.length === 0))
  assert.deepEqual(told.sentences, [])
  assert.ok(told.totals.every(({ difference }) => cents(difference) === 0n))
})

test('WF2 months follow each other: what a cap has left depends on the months before, from the first that is asked for', async () => {
  // At 4.00 a year’s 250,000.00 are used up in the third month: 104,160.00 and 85,440.00 (what is known of August now), and the rest.
  const told = await settled('price', { terms: price('4.00') })
  const paid = told.months.map(({ lines }) => lines.find(({ formula }) => formula === 'backstop')!.after!.amount)
  assert.deepEqual(paid.slice(0, 1), ['104160.00'])
  const [july, august, september] = paid.map(cents) as [bigint, bigint, bigint]
  assert.equal(september, 25_000_000n - july - august)
  assert.ok(told.months[2]!.lines.some(({ kind, formula }) => kind === 'added' && formula === 'over-cap'))
  // Of September alone, July and August have drawn what they drew.
  const alone = await settled('price', { terms: price('4.00'), from: '2026-09' })
  assert.deepEqual(
    alone.months.map(({ month }) => month),
    ['2026-09'],
  )
  assert.ok(alone.months[0]!.lines.every(({ formula }) => formula !== 'over-cap'))
})

test('WF3 what an amendment then corrects is what was foretold, to the cent', async () => {
  await compareWorld(store, 'foretold')
  const told = await settled('foretold', { terms: price('1.75') })
  const { rows } = await store.pool.query<{ hash: string }>(`select hash from agreement_version where agreement = 'foretold'`)
  const document = comparedDocument('foretold', { version: 2, previous: rows[0]!.hash, price: '1.75', effective: '2026-07-01' })
  const loaded = await loadAgreement(store, { document, now: comparedNow, by: 'test' })
  assert.equal(loaded.kind, 'loaded', JSON.stringify(loaded))
  await closeAs(store, 'foretold', '2026-10', Date.parse('2026-11-05T09:00:00Z') / 1000)
  const { rows: statements } = await store.pool.query<{ month: string; lines: StatementLine[] }>(
    `select month, document::jsonb -> 'lines' as lines from statement where agreement = 'foretold' order by month`,
  )
  const signed = ({ payer, amount }: Pick<StatementLine, 'payer' | 'amount'>) =>
    payer === 'foretold-vendor' ? cents(amount) : -cents(amount)
  for (const { month, nets } of told.months) {
    const stated = statements
      .flatMap(({ month: on, lines }) => lines.filter(({ corrects }) => (corrects ?? on) === month))
      .reduce((sum, line) => sum + signed(line), 0n)
    const [net] = nets
    const foretold = net!.after.payer === 'foretold-vendor' ? cents(net!.after.amount) : -cents(net!.after.amount)
    assert.equal(stated, foretold, month)
  }
})

test('WF4 terms that cannot be are refused by pointer, months that cannot be in sentences, and who has gone is not served', async () => {
  const invalid = await ask('price', {
    terms: {
      changes: [
        { pointer: '/clauses/1/price', value: 'two' },
        { pointer: '/zone', value: 'UTC' },
      ],
    },
  })
  assert.ok(invalid.kind === 'invalid')
  assert.ok(invalid.problems.some(({ pointer }) => pointer === '/clauses/1/price'))
  const nowhere = await ask('price', { terms: { changes: [{ pointer: '/clauses/9/price', value: '1' }] } })
  assert.ok(nowhere.kind === 'invalid')
  assert.deepEqual(nowhere.problems[0]?.pointer, '/clauses/9/price')
  for (const [from, through] of [
    ['2026-10', undefined],
    [undefined, '2026-06'],
    ['2026-09', '2026-07'],
  ] as const) {
    const refused = await ask('price', { from, through })
    assert.ok(refused.kind === 'refused' && /2026/.test(refused.messages[0]!), JSON.stringify(refused))
  }
  const gone = new AbortController()
  const seen: string[] = []
  const answer = ask('price', {
    signal: gone.signal,
    onMonth: ({ month }) => {
      seen.push(month)
      gone.abort(new Error('gone'))
    },
  })
  await assert.rejects(answer, /gone/)
  assert.deepEqual(seen, ['2026-07'])
})

/** A block of so many GPUs, and a pool with it, under any names. */
const more = (block: string, pool: string): Change[] => [
  {
    pointer: '/blocks/-',
    value: { id: block, factory: 'anywhere', region: 'R', sku: 'S', tranches: [{ id: 'all', gpus: 1, due: '2026-07-01' }] },
  },
  { pointer: '/pools/-', value: { id: pool, attribution: 'supported-first', blocks: [block] } },
]

test('WF10 a block or a pool that another agreement has is refused, whatever is said of it, and nothing of that agreement is told', async () => {
  for (const [block, pool, taken] of [
    ['theirs-block', 'price-more', ['/blocks']],
    ['price-more', 'theirs', ['/pools']],
    ['theirs-block', 'theirs', ['/blocks', '/pools']],
  ] as const) {
    const answer = await ask('price', { terms: { changes: more(block, pool) } })
    assert.ok(answer.kind === 'invalid', JSON.stringify(answer))
    assert.deepEqual(
      answer.problems.map(({ pointer }) => pointer),
      taken,
    )
    assert.doesNotMatch(JSON.stringify(answer), /agreement theirs|theirs-slurm|theirs-billing|job-|acceptance/)
  }
  // Names that nobody has are free, and say nothing of any month.
  const told = await settled('price', { terms: { changes: more('price-more', 'price-more') } })
  assert.ok(told.months.every(({ lines }) => lines.length === 0))
})

test('WF11 facts of an agreement rest on readings of its own pools and blocks, whatever names its terms have', async () => {
  const own = parseAgreement(comparedDocument('price'), clauseKinds)
  assert.ok(!('problems' in own))
  const patched = patchDocument(own.agreement, more('theirs-block', 'theirs'))
  assert.ok('document' in patched)
  const other = parseAgreement(JSON.stringify(patched.document), clauseKinds)
  assert.ok(!('problems' in other), JSON.stringify(other))
  const [known, asked] = [own, other].map((each) => resolve([each], clauseKinds))
  assert.ok(known !== undefined && asked !== undefined && !('problems' in known) && !('problems' in asked))
  const window = monthInterval('2026-07', 'UTC')
  const [expected, found] = await inTransaction(store, async (tx) => [
    await factsOf(tx, { schedule: known, window }),
    await factsOf(tx, { schedule: asked, window }),
  ])
  assert.ok(!('refusals' in expected) && !('refusals' in found))
  assert.ok(expected.evidence.length > 2)
  assert.deepEqual(found.evidence, expected.evidence)
})

test('WF12 who may not read readings is told how many cannot be so, and no name of a source, a reading or an order', async () => {
  const terms = { changes: [{ pointer: '/blocks/0/tranches/0/gpus', value: 1 }] }
  const [whole, counted] = [await ask('price', { terms }), await ask('price', { terms, readings: false })]
  assert.ok(whole.kind === 'refused' && counted.kind === 'refused', JSON.stringify([whole, counted]))
  const names = /price-slurm|job-|price-block|acceptance|\b60\b|\b100\b/
  assert.match(whole.messages.join(), names)
  assert.equal(counted.messages.length, 1)
  assert.match(counted.messages[0]!, /^2026-07: (one thing|\d+ things) that readings tell cannot be under these terms/)
  assert.doesNotMatch(counted.messages[0]!, names)
})
