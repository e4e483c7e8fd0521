import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, test } from 'node:test'
import { allocation, bring, closeAs, comparedNow, compareWorld, outage } from '../../../test/compared-world.ts'
import { testDatabase } from '../../../test/database.ts'
import { canonical } from '../../core/base/canonical.ts'
import { monthInterval, parseInstant } from '../../core/base/time.ts'
import { newId } from '../store/ids.ts'
import { appendStatement } from '../store/statements.ts'
import { inTransaction } from '../store/transaction.ts'
import type { Statement } from '../../core/statements/statement.ts'
import { prepareDraft } from './prepare-draft.ts'
import { recompute } from './recompute.ts'
import { compareMonth, type ComparedMonth } from './compare-month.ts'

const { close: closeDatabase, ...store } = await testDatabase()
after(closeDatabase)

const at = (text: string) => parseInstant(text, 'UTC') as number
const find = async (agreement: string, month: string) => {
  const { rows } = await store.pool.query<{ id: string; document: string }>(
    'select id, document from statement where agreement = $1 and month = $2 order by version desc limit 1',
    [agreement, month],
  )
  return { id: rows[0]!.id, statement: JSON.parse(rows[0]!.document) as Statement }
}
const compared = async (statement: string, against: 'corrected' | 'now' | { id: string }): Promise<ComparedMonth> => {
  const answer = await compareMonth(store, { statement, against, now: comparedNow })
  assert.ok(answer.kind === 'compared', JSON.stringify(answer))
  return answer.compared
}
const cents = (amount: string): bigint => BigInt(amount.replace('.', ''))
const changed = ({ lines }: ComparedMonth) => lines.filter(({ kind }) => kind !== 'same')
/** What the vendor pays more by lines, and by nets. */
const more = ({ lines, nets }: ComparedMonth, vendor: string): readonly [bigint, bigint] => [
  lines.reduce((sum, { payer, difference }) => sum + (payer === vendor ? cents(difference) : -cents(difference)), 0n),
  nets.reduce((sum, { parties, difference }) => sum + (parties[0] === vendor ? cents(difference) : -cents(difference)), 0n),
]

test('CM1 a corrected month is its statement and what later ones correct of it, on the lines it belongs to', async () => {
  await compareWorld(store, 'cmp')
  const august = await find('cmp', '2026-08')
  const september = await find('cmp', '2026-09')
  const told = await compared(august.id, 'corrected')
  const corrections = september.statement.lines.filter(({ corrects }) => corrects === '2026-08')
  assert.ok(corrections.length > 0)
  const sum = corrections.reduce((all, { payer, amount }) => all + (payer === 'cmp-vendor' ? cents(amount) : -cents(amount)), 0n)
  assert.deepEqual(more(told, 'cmp-vendor'), [sum, sum])
  // 20 GPUs were out for two days, of 100 − 65 − 5 that the backstop paid for: 20 × 48 × 2.00 less.
  assert.equal(sum, -192_000n)
  const [backstop] = changed(told)
  assert.equal(changed(told).length, corrections.length)
  assert.equal(backstop?.difference, corrections[0]!.amount)
  assert.equal(backstop?.after?.number, backstop?.before?.number)
  assert.deepEqual(backstop?.causes, [{ kind: 'correction', on: '2026-09' }])
})

test('CM2 a month as it would be settled now differs by what came since, with the readings that came and when', async () => {
  const september = await find('cmp', '2026-09')
  const told = await compared(september.id, 'now')
  const [line, ...others] = changed(told)
  assert.deepEqual(others, [])
  assert.equal(line?.formula, 'backstop')
  // Three times 4 GPUs for 12 hours, of 100 − 70 − 5 that it paid for: 144 × 2.00 less.
  assert.equal(line.difference, '-288.00')
  assert.equal(more(told, 'cmp-vendor')[1], -28_800n)
  const facts = line.causes.find((cause) => cause.kind === 'facts')
  assert.ok(facts?.kind === 'facts')
  assert.deepEqual([facts.reading, facts.since.readings, facts.decision], ['outage', 3, false])
  assert.equal(new Date(facts.since.last * 1000).toISOString().slice(0, 10), '2026-10-12')
  assert.deepEqual(
    facts.since.named.map(({ id }) => id),
    ['late-a', 'late-b', 'late-c'],
  )
  // What August lacks is stated already: now and corrected are one.
  const august = await find('cmp', '2026-08')
  const [now, corrected] = [await compared(august.id, 'now'), await compared(august.id, 'corrected')]
  assert.equal(more(now, 'cmp-vendor')[1], more(corrected, 'cmp-vendor')[1])
})

test('CM2 what the next close states of a month is what now differed by before', async () => {
  await compareWorld(store, 'next')
  const september = await find('next', '2026-09')
  const foreseen = await compared(september.id, 'now')
  await closeAs(store, 'next', '2026-10', Date.parse('2026-11-05T09:00:00Z') / 1000)
  const october = await find('next', '2026-10')
  const stated = october.statement.lines.filter(({ corrects }) => corrects === '2026-09')
  assert.deepEqual(
    stated.map(({ key, amount }) => [key, amount]),
    changed(foreseen).map(({ key, difference }) => [key, difference]),
  )
  assert.deepEqual(more(await compared(september.id, 'corrected'), 'next-vendor'), more(foreseen, 'next-vendor'))
})

test('CM3 two versions of one month are compared in their order, whichever is looked at', async () => {
  const { id, statement } = await find('cmp', '2026-07')
  const lines = statement.lines.map((line, i) => (i === 0 ? { ...line, amount: (Number(line.amount) - 100).toFixed(2) } : line))
  const second: Statement = { ...statement, version: 2, lines }
  const document = canonical(second)
  const other = newId('stm')
  await inTransaction(store, (tx) =>
    appendStatement(tx.queries, {
      id: other,
      interval: monthInterval('2026-07', 'UTC'),
      statement: second,
      document,
      hash: createHash('sha256').update(document).digest('hex'),
      lateKnown: 0,
      now: comparedNow,
    }),
  )
  for (const [statementId, against] of [
    [id, other],
    [other, id],
  ] as const) {
    const told = await compared(statementId, { id: against })
    assert.deepEqual([told.before, told.after], [1, 2])
    const [line] = changed(told)
    assert.equal(line?.difference, '-100.00')
    // Nothing that both rest on differs: it is the program.
    assert.deepEqual(line.causes, [{ kind: 'code' }])
  }
})

test('CM3 drafts of a month are versions of it: one is settled again from what was known, and held against the next and against now', async () => {
  await compareWorld(store, 'draft')
  const by = { id: 'usr_1', name: 'olaf', party: 'draft-cloud', role: 'operator', origin: null, request: null }
  const prepare = async (now: number) => {
    const answer = await prepareDraft(store, { agreement: 'draft', month: '2026-10', now, by })
    assert.ok(answer.kind === 'prepared', JSON.stringify(answer))
    return answer.draft.id
  }
  await bring(store, [allocation('draft', 'october-jobs', 80, '2026-10-01T00:00:00Z', '2026-11-01T00:00:00Z')], at('2026-11-01T09:00:00Z'))
  const first = await prepare(at('2026-11-02T09:00:00Z'))
  await bring(store, [outage('draft', 'october', 10, '2026-10-05T00:00:00Z', '2026-10-06T00:00:00Z')], at('2026-11-03T09:00:00Z'))
  const second = await prepare(at('2026-11-04T09:00:00Z'))
  for (const id of [first, second]) assert.equal((await recompute(store, id))?.kind, 'equal')
  const told = await compared(second, { id: first })
  assert.deepEqual([told.before, told.after], [1, 2])
  const [line] = changed(told)
  // 10 GPUs for a day, at 2.00: unsold before, and out then.
  assert.equal(line?.difference, '-480.00')
  assert.deepEqual(
    line.causes.map((cause) => (cause.kind === 'facts' ? [cause.reading, cause.since.readings] : cause.kind)),
    [['outage', 1]],
  )
  assert.equal(changed(await compared(second, 'now')).length, 0)
  assert.equal(changed(await compared(first, 'now'))[0]?.difference, '-480.00')
})
