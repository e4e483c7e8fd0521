import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { testDatabase } from '../../../test/database.ts'
import { fileOf } from '../../../test/rows.ts'
import { nextMonth, parseInstant, type Month } from '../../core/base/time.ts'
import type { Reading } from '../../core/meter/reading.ts'
import { checkReasons } from '../../core/statements/explain.ts'
import type { Statement } from '../../core/statements/statement.ts'
import { asSystem } from '../store/database.ts'
import { closePeriod, provisionalStatement } from './close-period.ts'
import { importReadings } from './import-readings.ts'
import { loadAgreement } from './load-agreement.ts'
import { makeReader } from './read.ts'

/** Months and what becomes of them, through the real database. */
const { close: closeDatabase, ...store } = await testDatabase()
after(closeDatabase)
const at = (text: string) => parseInstant(text, 'UTC') as number

type Change = Readonly<{
  version?: number
  effective?: string
  previous?: string
  price?: string
  through?: string
  settlement?: string
  clauses?: string
}>
/** One block of 100 GPUs, nothing sold unless said: each hour owes the cloud 200.00. */
const document = (name: string, change: Change = {}) => `
offtake: 1
agreement: ${name}
title: Life
${change.version === undefined ? '' : `version: ${change.version}\neffective: ${change.effective}\nprevious: ${change.previous}`}
parties:
  - { id: ${name}-grantor, name: Grantor, role: guarantor }
  - { id: ${name}-cloud, name: Cloud, role: operator }
zone: UTC
currency: USD
term: { from: 2026-07-01, through: ${change.through ?? '2026-12-31'} }
blocks:
  - { id: ${name}-block, factory: ${name}, region: R, sku: S, tranches: [{ id: all, gpus: 100, due: 2026-07-01 }] }
pools:
  - { id: ${name}, attribution: supported-first, blocks: [${name}-block] }
clauses:
  - { id: share, kind: revenue-share, payer: ${name}-cloud, payee: ${name}-grantor, covers: [${name}-block], rate: '0.1' }
  - { id: backstop, kind: capacity-backstop, payer: ${name}-grantor, payee: ${name}-cloud, covers: [${name}-block], measure: hour, price: '${change.price ?? '2.00'}', retention: '0' }
${change.clauses ?? ''}
settlement: { netting: true, due: { days: 10 }${change.settlement ?? ''} }
`
/** When a month is closed: on the fifth of the next. */
const closedOn = (month: Month) => at(`${nextMonth(month)}-05T00:00:00Z`)

const load = async (name: string, change: Change = {}) => {
  const answer = await loadAgreement(store, { document: document(name, change), now: 1, by: 'test' })
  assert.ok(answer.kind === 'loaded', JSON.stringify(answer))
  return answer.hash
}
const bring = async (...readings: readonly object[]) => {
  const answer = await importReadings(store, {
    rows: fileOf(readings as Reading[], 7),
    file: 'test',
    mode: 'all-or-nothing',
    now: 1,
    by: 'test',
  })
  assert.ok(
    answer.kind === 'imported',
    JSON.stringify(answer, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value)),
  )
}
const begin = async (name: string, change: Change = {}) => {
  const hash = await load(name, change)
  await bring({
    kind: 'acceptance',
    source: name,
    id: 'acceptance',
    block: `${name}-block`,
    tranche: 'all',
    at: at('2026-07-01T00:00:00Z'),
    design: 100,
    tested: 100,
  })
  return hash
}
const use = (name: string, id: string, gpus: number, from: string, to: string) => ({
  kind: 'allocation',
  source: name,
  id,
  pool: name,
  gpus,
  from: at(from),
  to: at(to),
})
const close = async (name: string, month: Month, now = closedOn(month)): Promise<Statement & { listed: readonly string[] }> => {
  const answer = await closePeriod(store, { agreement: name, month, now, by: 'test' })
  assert.ok(answer.kind === 'closed', JSON.stringify(answer))
  for (const line of answer.stored.statement.lines) assert.equal(checkReasons(line), undefined, line.key)
  return { ...answer.stored.statement, listed: answer.listed }
}
const corrections = ({ lines }: Statement) =>
  lines.flatMap(({ corrects, formula, amount }) => (corrects === undefined ? [] : [`${corrects} ${formula} ${amount}`]))
const standing = async (name: string, month: Month, now: string) => {
  const found = await makeReader(store, () => at(now)).findStatement(name, month, undefined)
  const { status, totals, correctedOn } = found!.standing
  return {
    status,
    held: totals.guarantorHeld,
    payable: `${totals.payable.payer?.replace(`${name}-`, '')} ${totals.payable.amount}`,
    correctedOn,
  }
}
/** The balance of an account in the grantor's book; every book sums to zero. */
const balance = async (name: string, account: string): Promise<string> => {
  const { rows } = await store.pool.query<{ book: string; sum: string }>(
    `select j.book, sum(e.amount)::text as sum from entry e join journal j on j.id = e.journal where j.agreement = $1 group by 1`,
    [name],
  )
  for (const { book, sum } of rows) assert.equal(sum, '0.00', book)
  const { rows: found } = await store.pool.query<{ sum: string | null }>(
    `select sum(e.amount)::text as sum from entry e join journal j on j.id = e.journal where j.agreement = $1 and j.book = $2 and e.account = $3`,
    [name, `${name}-grantor`, account],
  )
  return found[0]?.sum ?? '0'
}

describe('K8 corrections', () => {
  test('K8 a late reading is corrected by the next close, in the statement and in both books; the one after has none', async () => {
    await begin('late')
    const july = await close('late', '2026-07')
    // 100 × 744 × 2.00
    assert.equal(july.totals.guarantorPays, '148800.00')
    assert.deepEqual(july.settledAgain, [])
    await bring(use('late', 'a', 50, '2026-07-10T00:00:00Z', '2026-07-20T00:00:00Z'))
    const maybe = await provisionalStatement(store, { agreement: 'late', month: '2026-08', now: closedOn('2026-08') })
    const august = await close('late', '2026-08')
    // Half of ten days was sold after all: 50 × 240 × 2.00.
    assert.deepEqual(corrections(august), ['2026-07 backstop -24000.00'])
    assert.ok('statement' in maybe)
    assert.deepEqual(corrections(maybe.statement), corrections(august))
    const [line] = august.lines.filter(({ corrects }) => corrects !== undefined)
    assert.deepEqual(
      [line!.from, line!.to, line!.text],
      ['2026-07-01T00:00:00Z', '2026-08-01T00:00:00Z', 'Correction of July 2026: Capacity backstop, 1–31 Jul 2026'],
    )
    assert.equal(line!.key, july.lines.find(({ formula }) => formula === 'backstop')!.key)
    assert.equal(august.totals.guarantorPays, '124800.00')
    // The month itself is as it was, and what was sold is no part of August.
    assert.equal(august.waterfall.paid, `${100 * 744 * 3600}`)
    assert.deepEqual(await close('late', '2026-07'), july)
    assert.deepEqual(await standing('late', '2026-07', '2026-09-06T00:00:00Z'), {
      status: 'corrected',
      held: '0.00',
      payable: 'grantor 148800.00',
      correctedOn: ['2026-08'],
    })
    // 148,800.00 + 124,800.00
    assert.equal(await balance('late', 'expenses:capacity-backstop:late'), '273600.00')
    const september = await close('late', '2026-09')
    assert.deepEqual([corrections(september), september.settledAgain], [[], []])
    assert.deepEqual(september.opening, august.closing)
  })

  test('K8 a retroactive amendment corrects every final month that it speaks of', async () => {
    const previous = await begin('back')
    await close('back', '2026-07')
    await close('back', '2026-08')
    const second = await load('back', { version: 2, effective: '2026-07-16', previous, price: '3.00' })
    const september = await close('back', '2026-09')
    const sums = Map.groupBy(
      september.lines.filter(({ corrects }) => corrects !== undefined),
      ({ corrects }) => corrects,
    )
    const sumOf = (month: string) => sums.get(month)!.reduce((sum, { amount }) => sum + Number(amount), 0)
    // One dollar more: for 16 days of July, and all of August.
    assert.deepEqual([sumOf('2026-07'), sumOf('2026-08')], [100 * 16 * 24, 100 * 744])
    // September: 720 hours at 3.00.
    assert.equal(september.totals.guarantorPays, `${216_000 + 38_400 + 74_400}.00`)
    // A later version that counts from an earlier date takes its place there; the same terms again change nothing.
    await load('back', { version: 3, effective: '2026-07-01', previous: second, price: '3.00' })
    const october = await close('back', '2026-10')
    assert.deepEqual(
      october.lines.filter(({ corrects }) => corrects !== undefined).reduce((sum, { amount }) => sum + Number(amount), 0),
      100 * 15 * 24,
    )
  })
})

describe('K9 disputes', () => {
  const line = 'backstop/backstop'
  const dispute = (name: string, id: string, key: string, amount: string, when: string, month = '2026-07') => ({
    kind: 'dispute',
    source: name,
    id,
    agreement: name,
    month,
    line: key,
    amount,
    at: at(when),
    reason: 'meter',
  })
  const ruling = (name: string, id: string, of: string, upheld: string, when: string) => ({
    kind: 'ruling',
    source: name,
    id,
    agreement: name,
    dispute: of,
    upheld,
    at: at(when),
  })

  test('K9 held while it is open; a ruling settles by a correction, on the accounts of the line', async () => {
    await begin('argued')
    const july = await close('argued', '2026-07')
    const { key } = july.lines.find((each) => each.key.startsWith(line))!
    await bring(dispute('argued', 'd1', key, '10000', '2026-08-10T00:00:00Z'))
    assert.equal((await standing('argued', '2026-07', '2026-08-09T00:00:00Z')).status, 'final')
    assert.deepEqual(await standing('argued', '2026-07', '2026-08-11T00:00:00Z'), {
      status: 'disputed',
      held: '10000.00',
      payable: 'grantor 138800.00',
      correctedOn: [],
    })
    const heads = await makeReader(store, () => at('2026-08-11T00:00:00Z')).listStatements('argued')
    assert.deepEqual(
      heads.map(({ status }) => status),
      ['disputed'],
    )
    assert.deepEqual(await close('argued', '2026-07'), july)
    assert.deepEqual(corrections(await close('argued', '2026-08')), [])
    await bring(ruling('argued', 'r1', 'd1', '4000', '2026-09-10T00:00:00Z'))
    const september = await close('argued', '2026-09')
    assert.deepEqual(corrections(september), ['2026-07 ruling -4000.00'])
    assert.equal(september.lines.find(({ formula }) => formula === 'ruling')!.key, `${key}/ruling/d1`)
    assert.deepEqual(await standing('argued', '2026-07', '2026-10-06T00:00:00Z'), {
      status: 'corrected',
      held: '0.00',
      payable: 'grantor 148800.00',
      correctedOn: ['2026-09'],
    })
    // 744 + 744 + 720 hours, less the ruling.
    assert.equal(await balance('argued', 'expenses:capacity-backstop:argued'), `${2208 * 200 - 4000}.00`)
    assert.deepEqual(corrections(await close('argued', '2026-10')), [])
  })

  test('K9 what was disputed before the month was final is held by the statement, and no part of the netting', async () => {
    await begin('held')
    await bring({
      kind: 'charge',
      source: 'held',
      id: 'c',
      pool: 'held',
      product: 'spot',
      amount: '500000',
      currency: 'USD',
      at: at('2026-07-05T00:00:00Z'),
    })
    const maybe = await provisionalStatement(store, { agreement: 'held', month: '2026-07', now: at('2026-08-02T00:00:00Z') })
    assert.ok('statement' in maybe)
    const { key } = maybe.statement.lines.find((each) => each.key.startsWith(line))!
    await bring(dispute('held', 'd1', key, '128800', '2026-08-03T00:00:00Z'))
    const july = await close('held', '2026-07')
    const { guarantorPays, operatorPays, guarantorHeld, net, payable } = july.totals
    // The cloud owes 50,000.00: more than the 20,000.00 that nobody disputes.
    assert.deepEqual([guarantorPays, operatorPays, guarantorHeld], ['148800.00', '50000.00', '128800.00'])
    assert.deepEqual([net.payer, net.amount, payable.payer, payable.amount], ['held-grantor', '98800.00', 'held-cloud', '30000.00'])
    assert.equal(await balance('held', 'liabilities:payable:held-cloud:held'), '-128800.00')
    assert.equal(await balance('held', 'assets:receivable:held-cloud:held'), '30000.00')
  })

  test('K9 what is ruled on before the month is final is a line of the month itself, and stays when the month is settled again', async () => {
    await begin('early')
    const maybe = await provisionalStatement(store, { agreement: 'early', month: '2026-07', now: at('2026-08-02T00:00:00Z') })
    assert.ok('statement' in maybe)
    const { key } = maybe.statement.lines.find((each) => each.key.startsWith(line))!
    await bring(dispute('early', 'd1', key, '10000', '2026-08-03T00:00:00Z'), ruling('early', 'r1', 'd1', '4000', '2026-08-04T00:00:00Z'))
    const july = await close('early', '2026-07')
    assert.deepEqual([july.totals.guarantorPays, july.totals.guarantorHeld], ['144800.00', '0.00'])
    assert.deepEqual(corrections(july), [])
    await bring(use('early', 'a', 50, '2026-07-10T00:00:00Z', '2026-07-20T00:00:00Z'))
    const august = await close('early', '2026-08')
    assert.deepEqual(corrections(august), ['2026-07 backstop -24000.00'])
    // Taken back, it is corrected to nothing.
    await bring({ kind: 'withdrawal', source: 'early', id: 'w', replaces: 'r1', revision: 1 })
    assert.deepEqual(corrections(await close('early', '2026-09')), ['2026-07 ruling 4000.00'])
    assert.equal((await standing('early', '2026-07', '2026-10-06T00:00:00Z')).status, 'disputed')
  })

  test('K9 one that cannot be is refused by name, and nothing is written', async () => {
    await begin('refused')
    await close('refused', '2026-07')
    await bring(
      dispute('refused', 'd1', 'backstop/none', '1', '2026-08-10T00:00:00Z'),
      ruling('refused', 'r1', 'd9', '1', '2026-08-10T00:00:00Z'),
    )
    const answer = await closePeriod(store, { agreement: 'refused', month: '2026-08', now: closedOn('2026-08'), by: 'test' })
    assert.ok(answer.kind === 'refused')
    assert.deepEqual(answer.refusal.messages, [
      'Dispute d1 is of line backstop/none, which the statement of 2026-07 does not have.',
      'A ruling is of dispute d9, which there is not.',
    ])
    await bring(
      { kind: 'withdrawal', source: 'refused', id: 'w1', replaces: 'd1', revision: 1 },
      { kind: 'withdrawal', source: 'refused', id: 'w2', replaces: 'r1', revision: 1 },
    )
    await close('refused', '2026-08')
  })
})

describe('K10 the end of the term', () => {
  test('K10 an amendment ends it in the middle of a month; months after it have corrections only', async () => {
    const previous = await begin('ended')
    await close('ended', '2026-07')
    await load('ended', { version: 2, effective: '2026-08-10', previous, through: '2026-08-15' })
    const august = await close('ended', '2026-08')
    // 15 days of 24 hours.
    assert.equal(august.totals.guarantorPays, '72000.00')
    await bring(use('ended', 'a', 100, '2026-08-15T00:00:00Z', '2026-08-17T00:00:00Z'))
    const september = await close('ended', '2026-09')
    // The 15th was sold; of the 16th there was nothing to pay.
    assert.deepEqual(
      september.lines.map(({ corrects, amount }) => [corrects, amount]),
      [['2026-08', '-4800.00']],
    )
    assert.deepEqual((await close('ended', '2026-10')).lines, [])
    assert.equal(await balance('ended', 'expenses:capacity-backstop:ended'), `${148_800 + 72_000 - 4800}.00`)
  })
})

test('K11 a month that is closed for good is settled no more: what comes for it is listed', async () => {
  await begin('kept', { settlement: ', correctionsUntil: { months: 1 }' })
  const july = await close('kept', '2026-07')
  await close('kept', '2026-08')
  // July was final on 5 August, and is corrected through 5 September: when September ends it is closed for good. August, final on 5 September, is not.
  const late = [use('kept', 'a', 10, '2026-07-31T00:00:00Z', '2026-08-02T00:00:00Z')]
  const answer = await importReadings(store, {
    rows: fileOf(late as unknown as Reading[], 7),
    file: 'test',
    mode: 'all-or-nothing',
    now: at('2026-09-20T00:00:00Z'),
    by: 'test',
  })
  assert.ok(answer.kind === 'imported' && answer.record.late === 1)
  const september = await close('kept', '2026-09')
  assert.deepEqual(corrections(september), ['2026-08 backstop -480.00'])
  assert.deepEqual(september.listed, ['1 readings came for 2026-07 and are not settled there: months through 2026-07 are closed for good'])
  assert.deepEqual(
    september.settledAgain.map(({ month }) => month),
    ['2026-08'],
  )
  assert.deepEqual(await close('kept', '2026-07'), july)
  const { detail } = await asSystem(store.database, (tx) =>
    tx.selectFrom('audit_log').select('detail').where('subject', '=', 'kept 2026-09').executeTakeFirstOrThrow(),
  )
  assert.deepEqual((detail as { listed: unknown }).listed, september.listed)
})

test('K12 what is paid late bears interest in the month of the payment; learned of later, by a correction of it', async () => {
  const interest = (name: string) => `  - { id: interest, kind: late-interest, payer: ${name}-grantor, payee: ${name}-cloud, rate: '0.09' }`
  const pay = (name: string, id: string, month: Month, date: string, amount: string) => ({
    kind: 'payment',
    source: name,
    id,
    agreement: name,
    month,
    payer: `${name}-grantor`,
    date,
    amount,
    currency: 'USD',
  })
  await begin('paid', { clauses: interest('paid') })
  await close('paid', '2026-07')
  // Due on 15 August, a Saturday, and so on Monday the 17th: paid in two parts, one 8 days late and one 29 days late.
  await bring(pay('paid', 'p1', '2026-07', '2026-08-25', '100000'))
  const august = await close('paid', '2026-08')
  const late = ({ lines }: Statement) =>
    lines.filter(({ formula }) => formula === 'late-interest').map(({ amount, corrects }) => [amount, corrects])
  // 100,000.00 × 0.09 × 8 / 365 = 197.260…
  assert.deepEqual(late(august), [['197.26', undefined]])
  const september = await close('paid', '2026-09')
  assert.deepEqual(late(september), [])
  await bring(pay('paid', 'p2', '2026-07', '2026-09-15', '48800'))
  // 48,800.00 × 0.09 × 29 / 365 = 348.953…
  assert.deepEqual(late(await close('paid', '2026-10')), [['348.95', '2026-09']])
  assert.equal(await balance('paid', 'expenses:late-interest:paid'), '546.21')
})
