import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { testDatabase } from '../../../test/database.ts'
import type { AgreementId } from '../../core/base/id.ts'
import { clauseKinds } from '../../core/settlement/kinds.ts'
import { parseAgreement } from '../../core/terms/parse.ts'
import { parseStory } from '../history/story.ts'
import type { Store } from '../store/database.ts'
import { appendTick, findSandboxNow, findTicks } from '../store/sandbox.ts'
import { inTransaction } from '../store/transaction.ts'
import { advance, AdvanceRefused, openSandbox, type Advanced, type AdvanceSource } from './advance.ts'
import { closedAt } from './closed-at.ts'
import { loadAgreement } from './load-agreement.ts'
import { makeReader } from './read.ts'

const by = 'test'
const open: (() => Promise<void>)[] = []
after(async () => {
  // The first may hold the server that the others are on.
  for (const close of open.toReversed()) await close()
})
const database = async (): Promise<Store> => {
  const { close, ...store } = await testDatabase()
  open.push(close)
  return store
}
const exampleOf = (name: string): string => fs.readFileSync(join(import.meta.dirname, `../../../examples/${name}`), 'utf8')

/** Two agreements of two zones, of which one has a term of five months. */
const small = (name: string, { from = '2026-09-01', through = '2027-01-31', more = '' } = {}): string => `
offtake: 1
agreement: ${name}
title: Small
parties:
  - { id: ${name}-grantor, name: Grantor, role: guarantor }
  - { id: ${name}-cloud, name: Cloud, role: operator }
zone: Australia/Sydney
currency: USD
term: { from: ${from}, through: ${through} }
blocks:
  - { id: ${name}-block, factory: ${name}, region: R, sku: S, tranches: [{ id: all, gpus: 800, due: ${from} }] }
pools:
  - { id: ${name}, attribution: supported-first, blocks: [${name}-block] }
clauses:
  - { id: share, kind: revenue-share, payer: ${name}-cloud, payee: ${name}-grantor, covers: [${name}-block], rate: '0.1' }
  - { id: backstop, kind: capacity-backstop, payer: ${name}-grantor, payee: ${name}-cloud, covers: [${name}-block], measure: hour, price: '2.00', retention: '0' }
settlement: { netting: true, due: { days: 30 } }
${more}`

const storyOf = (text: string) => {
  const story = parseStory(text)
  if ('problems' in story) assert.fail(JSON.stringify(story.problems))
  return story
}
const sourceOf = (agreement: string, more: Partial<AdvanceSource> = {}): AdvanceSource => ({
  agreement: agreement as AgreementId,
  seed: 7,
  detail: 'coarse',
  story: undefined,
  amendments: [],
  ...more,
})
const load = async (store: Store, document: string): Promise<void> => {
  const answer = await loadAgreement(store, { document, now: 0, by })
  assert.equal(answer.kind, 'loaded', JSON.stringify(answer))
}
/** A sandbox with these agreements in it. */
const sandbox = async (...documents: string[]): Promise<Store> => {
  const store = await database()
  await openSandbox(store)
  for (const document of documents) await load(store, document)
  return store
}
const run = async (store: Store, sources: readonly AdvanceSource[], months: number, signal?: AbortSignal): Promise<Advanced[]> =>
  Array.fromAsync(advance(store, { sources, months, by, signal }))

const statementsOf = async ({ pool }: Store) =>
  (await pool.query<{ document: string }>('select document from statement order by agreement, month')).rows.map(({ document }) => document)
const rowsOf = async ({ pool }: Store) => {
  const tables = ['agreement_version', 'reading', 'import_batch', 'statement', 'journal', 'entry', 'audit_log', 'sandbox_clock']
  const counts = await Promise.all(
    tables.map(async (table) => (await pool.query<{ n: bigint }>(`select count(*) as n from ${table}`)).rows[0]!.n),
  )
  return tables.map((table, i) => `${table} ${counts[i]}`)
}

const examples = () => [
  sourceOf('sharon-ai', { story: storyOf(exampleOf('sharon-ai.story.yaml')) }),
  sourceOf('firmus-batam', { story: storyOf(exampleOf('firmus-batam.story.yaml')) }),
]

test('AD1 AD2 six months at once are six times one month, byte for byte, in whatever order the agreements are advanced, and again nothing changes', async () => {
  const documents = [exampleOf('sharon-ai.yaml'), exampleOf('firmus-batam.yaml')]
  const [once, oneByOne, apart] = [await sandbox(...documents), await sandbox(...documents), await sandbox(...documents)]
  const all = await run(once, examples(), 6)
  assert.deepEqual(
    all.map(({ month, agreement, again }) => [month, agreement, again]),
    ['2026-08', '2026-09', '2026-10', '2026-11', '2026-12', '2027-01'].flatMap((month) => [
      [month, 'sharon-ai', false],
      [month, 'firmus-batam', false],
    ]),
  )
  for (let months = 1; months <= 6; months++) await run(oneByOne, examples(), months)
  for (const source of examples()) await run(apart, [source], 6)
  const statements = await statementsOf(once)
  assert.equal(statements.length, 12)
  assert.deepEqual(await statementsOf(oneByOne), statements)
  assert.deepEqual(await statementsOf(apart), statements)
  const rows = await rowsOf(once)
  const again = await run(once, examples(), 6)
  assert.ok(again.every((each) => each.again))
  assert.deepEqual(
    again.map(({ statement }) => statement),
    all.map(({ statement }) => statement),
  )
  assert.deepEqual(await rowsOf(once), rows)
})

test('AD1 another seed gives other statements, every job too; and what was advanced with one seed goes on with it', async () => {
  const [seven, eight, jobs] = [await sandbox(small('a')), await sandbox(small('a')), await sandbox(small('a'))]
  await run(seven, [sourceOf('a')], 2)
  await run(eight, [sourceOf('a', { seed: 8 })], 2)
  const done = await run(jobs, [sourceOf('a', { detail: 'jobs' })], 2)
  assert.ok(done.every(({ readings }) => readings > 300))
  assert.notDeepEqual(await statementsOf(seven), await statementsOf(eight))
  await assert.rejects(run(seven, [sourceOf('a', { seed: 8 })], 3), (error) => {
    assert.ok(error instanceof AdvanceRefused)
    assert.match(error.message, /^a was advanced with --seed 7 --detail coarse, and goes on with these, not with --seed 8 --detail coarse$/)
    return true
  })
  assert.equal((await statementsOf(seven)).length, 2)
})

test('AD3 cancelled at any step, there is a whole month or nothing of it, and the same goes on', async () => {
  const [stopped, whole] = [await sandbox(small('a')), await sandbox(small('a'))]
  await run(whole, [sourceOf('a')], 5)
  // At the first step the readings are about to come in, at the second the month is about to be closed.
  for (let turn = 0; turn < 8; turn++) {
    const stopping = new AbortController()
    let steps = 0
    const onStep = () => void ((steps += 1) === 1 + (turn % 2) && stopping.abort(new Error('enough')))
    const running = Array.fromAsync(advance(stopped, { sources: [sourceOf('a')], months: 5, by, signal: stopping.signal, onStep }))
    await assert.rejects(running, /^Error: enough$/)
    const { rows } = await stopped.pool.query<Record<string, bigint>>(
      `select (select count(*) from statement) as statements, (select count(*) from journal where step = 'accrual') / 2 as posted,
              (select count(*) from sandbox_clock where month is not null) as ticks`,
    )
    const { statements, posted, ticks } = rows[0]!
    assert.deepEqual([posted, ticks], [statements, statements])
    assert.equal(statements, BigInt(Math.floor((turn + 1) / 2)))
  }
  await run(stopped, [sourceOf('a')], 5)
  assert.deepEqual(await statementsOf(stopped), await statementsOf(whole))
})

test('AD4 a database in which anything real is refuses to become a sandbox; an empty one and a sandbox do not', async () => {
  const real = await database()
  await load(real, small('a'))
  const before = await rowsOf(real)
  await assert.rejects(openSandbox(real), /this database is no sandbox, and something real is on record in it \(agreement version\)/)
  assert.deepEqual(await rowsOf(real), before)
  const store = await sandbox(small('a'))
  await openSandbox(store)
  await run(store, [sourceOf('a')], 1)
  await openSandbox(store)
})

test('AD5 the clock of a sandbox is where its furthest agreement is, and goes forward only', async () => {
  const store = await sandbox(small('a'), small('b', { from: '2026-10-01', through: '2027-03-31' }))
  const now = () => findSandboxNow(store.database)
  assert.equal(await now(), undefined)
  await run(store, [sourceOf('a'), sourceOf('b')], 2)
  assert.equal(await now(), closedAt('2026-11'))
  await run(store, [sourceOf('a')], 4)
  assert.equal(await now(), closedAt('2026-12'))
  await run(store, [sourceOf('b')], 2)
  assert.equal(await now(), closedAt('2026-12'), 'who lags behind moves nothing')
  const back = { agreement: 'a', month: '2026-08', now: closedAt('2026-08'), seed: 7, detail: 'coarse', story: undefined } as const
  await assert.rejects(
    inTransaction(store, (tx) => appendTick(tx.queries, back)),
    /the clock of a stands at \d+ and does not go back/,
  )
  for (const change of ['update sandbox_clock set seed = 1', 'delete from sandbox_clock'])
    await assert.rejects(store.pool.query(change), /append-only/)
})

test('AD6 the term ends, and in the month after it comes what is late; it changes no statement', async () => {
  const story = storyOf(`
story: 1
agreement: a
title: Late to the end, and paid a month after it is due.
sold: [{ from: 2026-09-01, value: '0.5' }]
late: [{ month: 2026-12, arrives: 2027-02, kinds: [outage] }, { month: 2026-11, arrives: 2027-01, kinds: [charge] }]
payments: [{ days: 30 }]
`)
  const store = await sandbox(small('a'))
  const done = await run(store, [sourceOf('a', { story })], 600)
  assert.deepEqual(
    done.map(({ month, statement }) => [month, statement?.month]),
    ['2026-09', '2026-10', '2026-11', '2026-12', '2027-01', '2027-02'].map((month) => [month, month === '2027-02' ? undefined : month]),
  )
  const { rows } = await store.pool.query<{ late_month: string; kind: string; readings: bigint }>(
    `select late_month, kind, count(*) as readings from reading where late_month is not null group by 1, 2 order by 1, 2`,
  )
  assert.deepEqual(
    rows.map(({ late_month, kind }) => `${late_month} ${kind}`),
    ['2026-11 charge', '2026-11 credit', '2026-12 outage'],
  )
  const november = done[2]!.statement!
  assert.equal(november.totals.operatorPays, '0.00', 'its charges had not come')
  // The statement of September is final on 5 October, due on 4 November, paid on 4 December: what it asks for, by who owes it.
  const { net, dueOn } = { ...done[0]!.statement!.totals, dueOn: done[0]!.statement!.dueOn }
  assert.equal(dueOn, '2026-11-04')
  const paid = await store.pool.query<{ body: Record<string, string> }>(
    `select body from reading where kind = 'payment' order by starts_at`,
  )
  const { body } = paid.rows[0]!
  assert.deepEqual([body['month'], body['date'], body['payer'], body['amount']], ['2026-09', '2026-12-04', net.payer, net.amount])
  // Those of September, October and November fall due with 30 days in the months that there are.
  assert.equal(paid.rows.length, 3)
  const before = await rowsOf(store)
  assert.ok((await run(store, [sourceOf('a', { story })], 600)).every(({ again }) => again))
  assert.deepEqual(await rowsOf(store), before)
})

test('AD6 a later version is loaded when the clock reaches its date, and not before', async () => {
  const parsed = parseAgreement(small('a'), clauseKinds)
  assert.ok('hash' in parsed)
  const document = small('a', { more: `version: 2\neffective: 2026-12-01\nprevious: ${parsed.hash}\n` }).replace(
    "rate: '0.1'",
    "rate: '0.05'",
  )
  const story = storyOf('story: 1\nagreement: a\ntitle: Amended.\namendments: [{ at: 2026-11-20, document: a.v2.yaml }]\n')
  const source = sourceOf('a', { story, amendments: [{ at: '2026-11-20', document, file: 'a.v2.yaml' }] })
  const store = await sandbox(small('a'))
  const versions = async () => (await store.pool.query('select from agreement_version')).rowCount
  await run(store, [source], 2)
  assert.equal(await versions(), 1)
  const done = await run(store, [source], 5)
  assert.equal(await versions(), 2)
  const rates = done.map(({ statement }) => statement!.lines.find(({ clause }) => clause === 'share')!.rate)
  assert.deepEqual(rates, ['1/10', '1/10', '1/10', '1/20', '1/20'])
  const ticks = await findTicks(store.database, 'a')
  assert.ok(ticks.every(({ story: hash }) => hash === story.hash))
})

test('AD8 months of which there is nothing to state close, open the next and are read like any other', async () => {
  const store = await sandbox(`
offtake: 1
agreement: quiet
title: Nothing is owed until shares are bought
parties:
  - { id: quiet-vendor, name: Vendor, role: guarantor }
  - { id: quiet-cloud, name: Cloud, role: operator }
zone: America/New_York
currency: USD
term: { from: 2026-10-01, through: 2027-03-31 }
clauses:
  - { id: right, kind: stock-purchase-right, payer: quiet-cloud, payee: quiet-vendor, shares: 10, exercisePrice: '1.00', vesting: [{ fraction: '1', on: 2027-02-01 }], expires: 2027-03-31 }
settlement: { due: { days: 30 } }
`)
  const months = await run(store, [sourceOf('quiet')], 3)
  assert.deepEqual(
    months.map(({ month, statement }) => [month, statement?.lines.length]),
    [
      ['2026-10', 0],
      ['2026-11', 0],
      ['2026-12', 0],
    ],
  )
  const reader = makeReader(store, () => closedAt('2026-12'))
  assert.deepEqual(await reader.listSettled('quiet'), [])
  assert.deepEqual(
    (await reader.listStatements('quiet')).map(({ month, dueOn, totals }) => [month, dueOn, totals.net.amount]),
    months.map(({ month, statement }) => [month, statement!.dueOn, '0.00']),
  )
  assert.equal((await reader.findStatement('quiet', '2026-11', undefined))?.statement.lines.length, 0)
})
