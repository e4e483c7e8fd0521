import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { after, before as beforeAll, test } from 'node:test'
import fc from 'fast-check'
import { testDatabase } from '../../../test/database.ts'
import { anyReading, digestOf } from '../../../test/readings.ts'
import { fileOf } from '../../../test/rows.ts'
import { monthInterval, parseInstant, type Month } from '../../core/base/time.ts'
import { collate } from '../../core/meter/collate.ts'
import { makeMeter } from '../../core/meter/meter.ts'
import type { Charge, Reading } from '../../core/meter/reading.ts'
import { clauseKinds } from '../../core/settlement/kinds.ts'
import { parseAgreement } from '../../core/terms/parse.ts'
import { resolve } from '../../core/terms/resolve.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import { asSystem } from '../store/database.ts'
import { makeRowTaker } from '../store/import-rows.ts'
import { inTransaction, RolledBack } from '../store/transaction.ts'
import { closePeriod, provisionalStatement } from './close-period.ts'
import { factsOf } from './facts-of.ts'
import { importReadings } from './import-readings.ts'
import { loadAgreement } from './load-agreement.ts'

const { close: closeDatabase, ...store } = await testDatabase()
after(closeDatabase)
const at = (text: string) => parseInstant(text, 'UTC') as number
const now = at('2026-11-05T00:00:00Z')
const document = (name: string) => fs.readFileSync(join(import.meta.dirname, `../../../examples/${name}.yaml`), 'utf8')
const scheduleOf = (text: string): Schedule => {
  const parsed = parseAgreement(text, clauseKinds)
  assert.ok('agreement' in parsed, JSON.stringify(parsed))
  const schedule = resolve([parsed], clauseKinds)
  assert.ok('agreement' in schedule)
  return schedule
}
/** A small agreement of one block of 100 GPUs, UTC, from July 2026, under a name of its own. */
const smallDocument = (name: string) => `
offtake: 1
agreement: ${name}
title: Small
parties:
  - { id: ${name}-grantor, name: Grantor, role: guarantor }
  - { id: ${name}-cloud, name: Cloud, role: operator }
zone: UTC
currency: USD
term: { from: 2026-07-01, through: 2026-10-31 }
blocks:
  - { id: ${name}-block, factory: ${name}, region: R, sku: S, tranches: [{ id: all, gpus: 100, due: 2026-07-01 }] }
pools:
  - { id: ${name}, attribution: supported-first, blocks: [${name}-block] }
clauses:
  - { id: share, kind: revenue-share, payer: ${name}-cloud, payee: ${name}-grantor, covers: [${name}-block], rate: '0.1' }
  - { id: backstop, kind: capacity-backstop, payer: ${name}-grantor, payee: ${name}-cloud, covers: [${name}-block], measure: hour, price: '2.00', retention: '0' }
settlement: { netting: true, due: { days: 30 } }
`
const bring = async (readings: readonly Reading[], mode: 'all-or-nothing' | 'keep-the-good' = 'all-or-nothing') => {
  const answer = await importReadings(store, { rows: fileOf(readings, 7), file: 'test', mode, now, by: 'test' })
  assert.equal(
    answer.kind,
    'imported',
    JSON.stringify(answer, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)),
  )
}
const acceptance = (name: string): Reading =>
  ({
    kind: 'acceptance',
    source: name,
    id: 'acceptance',
    block: `${name}-block`,
    tranche: 'all',
    at: at('2026-07-01T00:00:00Z'),
    design: 100,
    tested: 100,
  }) as unknown as Reading
const use = (name: string, id: string, gpus: number, from: string, to: string, more: object = {}): Reading =>
  ({ kind: 'allocation', source: name, id, pool: name, gpus, from: at(from), to: at(to), ...more }) as unknown as Reading
const loadSmall = async (name: string) => {
  const loaded = await loadAgreement(store, { document: smallDocument(name), now, by: 'test' })
  assert.equal(loaded.kind, 'loaded', JSON.stringify(loaded))
  await bring([acceptance(name)])
}
const close = (agreement: string, month: Month, more: object = {}) => closePeriod(store, { agreement, month, now, by: 'test', ...more })
const rowsOf = async (agreement: string) => {
  const { rows } = await store.pool.query<Record<string, bigint>>(
    `select (select count(*) from statement where agreement = $1) as statements, (select count(*) from journal where agreement = $1) as journals,
            (select count(*) from entry e join journal j on j.id = e.journal where agreement = $1) as entries,
            (select count(*) from audit_log where action = 'close' and subject like $1 || ' %') as deeds`,
    [agreement],
  )
  return Object.values(rows[0]!).map(Number)
}

beforeAll(async () => {
  for (const name of ['sharon-ai', 'firmus-batam'])
    assert.equal((await loadAgreement(store, { document: document(name), now, by: 'test' })).kind, 'loaded')
})

test('K1 a month is settled on what collate and the meter make of all readings, whatever came between them', async () => {
  const schedule = scheduleOf(document('sharon-ai'))
  const names: Record<string, string> = {
    'pool-1': 'sharon-syd-gb300',
    'pool-2': 'sharon-mel-gb300',
    'pool-3': 'batam-gb300',
    'block-1': 'syd-a',
    'block-2': 'mel-a',
    'block-3': 'batam-1',
    'clause-1': 'backstop',
    'condition-1': 'list-price',
    'tranche-1': 'syd-a-1',
    'tranche-2': 'mel-a-1',
  }
  const ids = fc.integer({ min: 0, max: 9 }).map((i) => `id-${i}`)
  const renamed = anyReading(fc.constant('x'), ids).map((reading) =>
    JSON.parse(
      JSON.stringify(reading).replaceAll(/"((?:pool|block|clause|condition|tranche)-\d)"/g, (_, name: string) =>
        JSON.stringify(names[name] ?? name),
      ),
    ),
  ) as fc.Arbitrary<Reading>
  // Short spans lie outside the month as often as in it; maintenance is mostly announced in time, so that it counts from the year's start.
  const shortened = renamed.map((reading): Reading => {
    if (!('to' in reading) || reading.to === undefined) return reading
    const from = reading.from!
    const to = from + Math.ceil((reading.to - from) / 20)
    return reading.kind === 'maintenance' ? { ...reading, to, noticeAt: from - 15 * 86_400 } : { ...reading, to }
  })
  const corrected = fc
    .tuple(shortened, ids, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 9 }))
    .map(([reading, other, revision, dice]): Reading => {
      const named = 'reduces' in reading ? { ...reading, reduces: other } : reading
      const { source, id } = reading
      if (other === id || dice > 4) return named
      return dice === 0 ? { kind: 'withdrawal', source, id, replaces: other, revision } : { ...named, replaces: other, revision }
    })
  // The source has charges of this agreement, and only of it: then a credit of it that reduces no charge is this agreement's trouble.
  const anchor = {
    kind: 'charge',
    source: 'x',
    id: 'anchor',
    pool: 'sharon-syd-gb300',
    product: 'spot',
    amount: '1',
    currency: 'USD',
    at: at('2026-10-20T00:00:00Z'),
  } as unknown as Charge
  const ours = (reading: Reading) =>
    reading.kind === 'charge' && reading.pool === ('batam-gb300' as string) ? { ...reading, pool: anchor.pool } : reading
  let [compared, refusedByMeter, withReplacements] = [0, 0, 0]
  const window = monthInterval('2026-09', schedule.zone)
  await fc.assert(
    fc.asyncProperty(fc.array(corrected, { maxLength: 25 }), async (readings) => {
      const accepted = [anchor, ...[...Map.groupBy(readings, ({ id }) => id).values()].map(([first]) => ours(first!))]
      const known = accepted.filter((reading) => !(reading.kind === 'condition' && reading.block === undefined))
      const collated = collate(known.map((reading) => ({ reading, digest: digestOf(reading) })))
      fc.pre(collated.refused.length === 0)
      const meter = makeMeter(schedule, window)
      for (const { reading, digest } of collated.accepted) meter.add(reading, digest)
      const expected = meter.facts()
      const found = await inTransaction(store, async (tx) => {
        await tx.client.query('reset role')
        await tx.client.query('alter table reading disable trigger user')
        await tx.client.query('delete from reading')
        await tx.client.query('alter table reading enable trigger user')
        const taker = makeRowTaker(tx, 1n, 1, () => {})
        await taker.take(known.map((reading, i) => ({ line: i, reading, digest: digestOf(reading) })))
        await taker.settle()
        return new RolledBack(await factsOf(tx, { schedule, window }))
      })
      compared += 1
      if ('refusals' in expected) refusedByMeter += 1
      if (known.some(({ replaces }) => replaces !== undefined)) withReplacements += 1
      assert.deepEqual(found, expected)
    }),
    { numRuns: 300 },
  )
  assert.ok(
    withReplacements > 50 && compared - refusedByMeter > 20,
    `${compared} compared, ${refusedByMeter} refused, ${withReplacements} with replacements`,
  )
})

test('K1 K4 one month worked out by hand: statement, both books, audit', async () => {
  await loadSmall('hand')
  // 100 accepted; 60 sold for all 744 hours of July; 40 unsold at 2.00: 40 × 744 × 2 = 59,520.00. Revenue 1,000.00, share 100.00.
  await bring([
    use('hand', 'wrong', 99, '2026-07-01T00:00:00Z', '2026-08-01T00:00:00Z'),
    use('hand', 'right', 60, '2026-07-01T00:00:00Z', '2026-08-01T00:00:00Z', { replaces: 'wrong', revision: 1 }),
    {
      kind: 'charge',
      source: 'hand',
      id: 'bill',
      pool: 'hand',
      product: 'on-demand',
      amount: '1100',
      currency: 'USD',
      from: at('2026-07-01T00:00:00Z'),
      to: at('2026-07-02T00:00:00Z'),
    },
    { kind: 'credit', source: 'hand', id: 'credit', reduces: 'bill', amount: '100', currency: 'USD' },
  ] as Reading[])
  const answer = await close('hand', '2026-07')
  assert.equal(answer.kind, 'closed')
  const { totals, status, finalOn } = answer.kind === 'closed' ? answer.stored.statement : ({} as never)
  assert.deepEqual(
    [totals.guarantorPays, totals.operatorPays, totals.net.payer, totals.net.amount],
    ['59520.00', '100.00', 'hand-grantor', '59420.00'],
  )
  assert.deepEqual([status, finalOn], ['final', '2026-11-05'])
  // Each book: an accrual of two lines (four entries) and a netting (two).
  assert.deepEqual(await rowsOf('hand'), [1, 4, 12, 1])
  const { rows } = await store.pool.query(
    `select e.account, sum(e.amount)::text as amount from entry e join journal j on j.id = e.journal where j.book = 'hand-grantor' group by 1 order by 1`,
  )
  assert.deepEqual(rows, [
    { account: 'assets:receivable:hand-cloud:hand', amount: '0.00' },
    { account: 'expenses:capacity-backstop:hand', amount: '59520.00' },
    { account: 'income:revenue-share:hand', amount: '-100.00' },
    { account: 'liabilities:payable:hand-cloud:hand', amount: '-59420.00' },
  ])
})

test('K1 a replacement is known though another one, of another month, took its place', async () => {
  await loadSmall('moved')
  // Neither the first nor the last of the three lies in July: only by what all of them replace does one find that the second is void.
  await bring([
    use('moved', 'first', 10, '2026-08-05T00:00:00Z', '2026-08-06T00:00:00Z'),
    use('moved', 'second', 20, '2026-07-05T00:00:00Z', '2026-07-06T00:00:00Z', { replaces: 'first', revision: 1 }),
    use('moved', 'third', 30, '2026-09-05T00:00:00Z', '2026-09-06T00:00:00Z', { replaces: 'first', revision: 2 }),
  ])
  for (const [month, sold] of [
    ['2026-07', 0],
    ['2026-08', 0],
    ['2026-09', 30 * 86_400],
  ] as const) {
    const answer = await close('moved', month)
    assert.ok(answer.kind === 'closed', JSON.stringify(answer))
    assert.equal(answer.stored.statement.waterfall.sold, `${sold}`, month)
  }
})

test('K2 a month that is not over, out of order, outside the term or of no agreement is refused in a sentence, and nothing is written', async () => {
  await loadSmall('early')
  const refusal = async (agreement: string, month: string, more: object = {}) => {
    const answer = await close(agreement, month, more)
    assert.equal(answer.kind, 'refused')
    return answer.kind === 'refused' ? `${answer.refusal.kind}: ${answer.refusal.messages.join(' ')}` : ''
  }
  assert.match(await refusal('nobody', '2026-07'), /^unknown agreement: no agreement nobody is loaded/)
  assert.match(await refusal('early', '2026-08'), /^month before is open: 2026-07 of early is open, .*the next to close is 2026-07/)
  assert.match(
    await refusal('early', '2026-06'),
    /^outside the term: 2026-06 is outside the term of early, which is settled from 2026-07 through 2026-10/,
  )
  assert.match(await refusal('early', '2026-11', { now: at('2026-12-05T00:00:00Z') }), /^month before is open: 2026-10 of early is open/)
  assert.match(await refusal('early', '2026-13'), /^outside the term: 2026-13 is no month/)
  assert.match(
    await refusal('early', '2026-07', { now: at('2026-07-31T23:59:59Z') }),
    /^not over: 2026-07 of early is not over: it ends at 2026-08-01T00:00:00Z/,
  )
  assert.deepEqual(await rowsOf('early'), [0, 0, 0, 0])
  assert.equal((await close('early', '2026-07', { now: at('2026-08-01T00:00:00Z') })).kind, 'closed')
  assert.match(await refusal('early', '2026-09'), /the next to close is 2026-08/)
})

test('K2 readings that cannot all be so are refused with block, time and numbers', async () => {
  await loadSmall('over')
  await bring([
    use('over', 'a', 80, '2026-07-03T00:00:00Z', '2026-07-04T00:00:00Z'),
    use('over', 'b', 30, '2026-07-03T12:00:00Z', '2026-07-05T00:00:00Z'),
  ])
  const answer = await close('over', '2026-07')
  assert.equal(answer.kind, 'refused')
  assert.match(answer.kind === 'refused' ? answer.refusal.messages[0]! : '', /over-block.*110.*100.*2026-07-03 12:00:00/)
  await bring([
    { kind: 'withdrawal', source: 'over', id: 'w1', replaces: 'b', revision: 1 },
    use('over', 'c', 1, '2026-07-03T00:00:00Z', '2026-07-04T00:00:00Z', { replaces: 'b', revision: 1 }),
  ] as Reading[])
  const tied = await close('over', '2026-07')
  assert.match(tied.kind === 'refused' ? tied.refusal.messages[0]! : '', /both replace over\/b as revision 1/)
  assert.deepEqual(await rowsOf('over'), [0, 0, 0, 0])
})

test('K2 what cannot have happened under the terms is refused in a sentence: a call without default', async () => {
  const guarantee =
    "{ id: lease, kind: obligation-guarantee, payer: call-grantor, payee: call-land, cap: '500.00', obligation: { of: rent, payments: [{ id: july, due: 2026-07-10, amount: '500.00' }] } }"
  const text = smallDocument('call')
    .replace('zone:', '  - { id: call-land, name: Land, role: landlord }\nzone:')
    .replace('settlement:', `  - ${guarantee}\nsettlement:`)
  assert.equal((await loadAgreement(store, { document: text, now, by: 'test' })).kind, 'loaded')
  await bring([
    acceptance('call'),
    {
      kind: 'event',
      source: 'call',
      id: 'c',
      clause: 'lease',
      event: 'call',
      of: 'july',
      at: at('2026-07-20T00:00:00Z'),
    } as unknown as Reading,
  ])
  const answer = await close('call', '2026-07')
  assert.deepEqual(answer.kind === 'refused' && answer.refusal, {
    kind: 'readings',
    messages: ['Clause lease: the call of july, told of 2026-07-20 00:00:00 +00:00, comes without a default that is not cured.'],
  })
  assert.deepEqual(await rowsOf('call'), [0, 0, 0, 0])
  await bring([
    {
      kind: 'event',
      source: 'call',
      id: 'd',
      clause: 'lease',
      event: 'default',
      of: 'july',
      at: at('2026-07-12T00:00:00Z'),
    } as unknown as Reading,
  ])
  const closed = await close('call', '2026-07')
  assert.equal(closed.kind === 'closed' && closed.stored.statement.lines.find(({ clause }) => clause === 'lease')?.amount, '500.00')
})

test('K3 closing again, or many at once, gives the first answer', async () => {
  await loadSmall('twice')
  const answers = await Promise.all([1, 2, 3].map(() => close('twice', '2026-07')))
  assert.equal(answers.filter((answer) => answer.kind === 'closed' && !answer.again).length, 1)
  const again = await close('twice', '2026-07', { now: now + 86_400 })
  const stored = answers.map((answer) => (answer.kind === 'closed' ? answer.stored : undefined))
  for (const each of stored) assert.deepEqual(each, again.kind === 'closed' ? again.stored : undefined)
  assert.deepEqual((await rowsOf('twice')).slice(0, 2), [1, 2])
})

test('K4 what is to happen with the close happens with it or not at all', async () => {
  await loadSmall('also')
  const also = () => Promise.reject(new Error('no'))
  await assert.rejects(close('also', '2026-07', { also }), /^Error: no/)
  assert.deepEqual(await rowsOf('also'), [0, 0, 0, 0])
})

test('K5 what comes late changes no final statement; the next month opens with what the last one left', async () => {
  await loadSmall('later')
  const first = await close('later', '2026-07')
  const second = await close('later', '2026-08')
  await bring([use('later', 'late', 50, '2026-07-10T00:00:00Z', '2026-08-10T00:00:00Z')])
  const third = await close('later', '2026-09')
  assert.ok(first.kind === 'closed' && second.kind === 'closed' && third.kind === 'closed')
  assert.deepEqual((await close('later', '2026-07')).kind === 'closed' && (await close('later', '2026-07')), { ...first, again: true })
  assert.deepEqual(second.stored.statement.opening, first.stored.statement.closing)
  // What August left was worked out again: it paid less.
  assert.notDeepEqual(third.stored.statement.opening, second.stored.statement.closing)
  assert.deepEqual(third.stored.statement.opening, third.stored.statement.settledAgain.at(-1)!.closing)
})

test('K6 a provisional statement is what the final one would be, and leaves nothing', async () => {
  await loadSmall('maybe')
  await bring([use('maybe', 'a', 50, '2026-07-10T00:00:00Z', '2026-07-11T00:00:00Z')])
  const maybe = await provisionalStatement(store, { agreement: 'maybe', month: '2026-07', now })
  assert.ok('statement' in maybe)
  assert.equal(maybe.running, false)
  assert.deepEqual(await rowsOf('maybe'), [0, 0, 0, 0])
  const final = await close('maybe', '2026-07')
  assert.ok(final.kind === 'closed')
  const { finalOn, dueOn } = final.stored.statement
  assert.deepEqual({ ...maybe.statement, status: 'final', finalOn, dueOn }, final.stored.statement)
  const running = await provisionalStatement(store, { agreement: 'maybe', month: '2026-08', now: at('2026-08-15T00:00:00Z') })
  assert.ok('statement' in running && running.running && running.statement.status === 'provisional')
})

test('V1 the same document again changes nothing; other content under a version is refused', async () => {
  const load = (text: string) => loadAgreement(store, { document: text, now, by: 'test' })
  const first = await load(smallDocument('signed'))
  const again = await load(`# A comment is no content.\n${smallDocument('signed')}`)
  assert.deepEqual(again, { ...first, again: true })
  const other = await load(smallDocument('signed').replace("'2.00'", "'2.01'"))
  assert.match(other.kind === 'refused' ? other.problems.map(({ message }) => message).join() : '', /version 1/)
  assert.equal((await store.pool.query(`select from agreement_version where agreement = 'signed'`)).rowCount, 1)
})

test('V2 a block or pool belongs to one agreement', async () => {
  const stolen = smallDocument('thief')
    .replaceAll('thief-block', 'hand-block')
    .replace('{ id: thief, attribution', '{ id: hand, attribution')
  const answer = await loadAgreement(store, { document: stolen, now, by: 'test' })
  assert.deepEqual(answer.kind === 'refused' && answer.problems.map(({ message }) => message.split(';')[0]), [
    'block hand-block belongs to agreement hand',
    'pool hand belongs to agreement hand',
  ])
  assert.equal((await store.pool.query(`select from agreement_version where agreement = 'thief'`)).rowCount, 0)
})

test('V3 an amendment follows the version before; it may count from the middle of a month', async () => {
  await loadSmall('amended')
  await close('amended', '2026-07')
  const { hash } = await asSystem(store.database, (tx) =>
    tx.selectFrom('agreement_version').select('hash').where('agreement', '=', 'amended').executeTakeFirstOrThrow(),
  )
  const amendment = (effective: string, previous = hash) =>
    smallDocument('amended')
      .replace('term:', `version: 2\neffective: ${effective}\nprevious: ${previous}\nterm:`)
      .replace("'2.00'", "'3.00'")
  const load = (text: string) => loadAgreement(store, { document: text, now, by: 'test' })
  assert.equal((await load(amendment('2026-08-16', '0'.repeat(64)))).kind, 'refused')
  assert.equal((await load(amendment('2026-08-16'))).kind, 'loaded')
  const answer = await close('amended', '2026-08')
  // 100 unsold GPUs: 15 days at 2.00, 16 days at 3.00.
  assert.equal(answer.kind === 'closed' && answer.stored.statement.totals.guarantorPays, '187200.00')
})

test('V4 a document with problems is refused with all of them, by line', async () => {
  const answer = await loadAgreement(store, {
    document: smallDocument('wrong').replace("'0.1'", "'1.7'").replace("'2.00'", 'two'),
    now,
    by: 'test',
  })
  assert.equal(answer.kind, 'refused')
  assert.deepEqual(answer.kind === 'refused' && answer.problems.map(({ line, pointer }) => [line, pointer]), [
    [16, '/clauses/0/rate'],
    [17, '/clauses/1/price'],
  ])
})
