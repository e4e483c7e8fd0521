import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Side } from '../src/core/statements/closing.ts'
import { approveDraft, returnDraft } from '../src/server/app/approve-draft.ts'
import { closeApproved } from '../src/server/app/close-approved.ts'
import { closePeriod } from '../src/server/app/close-period.ts'
import type { Decider } from '../src/server/app/closing-of.ts'
import { makeDisputes } from '../src/server/app/disputes.ts'
import { prepareDraft } from '../src/server/app/prepare-draft.ts'
import { migrateJobs } from '../src/server/jobs/workers.ts'
import { asParty, asSystem } from '../src/server/store/database.ts'
import { appendApproval, type DraftRecord } from '../src/server/store/drafts.ts'
import { everything } from '../src/server/store/reach.ts'
import { inTransaction } from '../src/server/store/transaction.ts'
import { bringIn, closingNow, july, openAgreement, partiesOf, soldIn } from './closing-world.ts'
import { testDatabase } from './database.ts'

const { close, ...store } = await testDatabase()
after(close)

const decider = (agreement: string, id: string, side: Side): Decider => ({
  actor: { id, name: id, party: partiesOf(agreement)[side], role: side, origin: null, request: null },
  isPerson: true,
  side,
})
const name = (agreement: string) => ({ agreement, month: july, now: closingNow })
const prepare = async (agreement: string): Promise<DraftRecord> => {
  const answer = await prepareDraft(store, { ...name(agreement), by: decider(agreement, 'ann', 'operator').actor })
  assert.ok(answer.kind === 'prepared', JSON.stringify(answer))
  return answer.draft
}
const disputes = makeDisputes(store, () => closingNow)(everything)

/** Of every table a row: `told` was sent back, overtaken, and disputed, answered and ruled on once it was final. */
before(async () => {
  await migrateJobs(store)
  await openAgreement(store, 'told')
  const { operator, guarantor } = { operator: decider('told', 'bob', 'operator'), guarantor: decider('told', 'gil', 'guarantor') }
  await prepare('told')
  await returnDraft(store, { ...name('told'), version: 1, reason: 'x', by: guarantor })
  const { version, net, hash } = await prepare('told')
  for (const by of [operator, guarantor]) await approveDraft(store, { ...name('told'), version, net, hash, by })
  await bringIn(store, [soldIn('told', 'late', { day: 12 })])
  await closeApproved(store, { agreement: 'told', month: july, version, at: closingNow, by: 'test' })
  await closePeriod(store, { ...name('told'), by: 'test' })
  const raised = await disputes.raise({ ...name('told'), version: 3, line: 1, reason: 'terms', text: 'Not so.', by: guarantor })
  assert.ok(raised.kind === 'raised', JSON.stringify(raised))
  const of = { ...name('told'), dispute: raised.dispute.id }
  await disputes.say({ ...of, text: 'See hall 2.', internal: false, by: guarantor })
  await disputes.say({ ...of, text: 'We would take half.', internal: true, by: guarantor })
  const ruled = await disputes.rule({ ...of, verdict: 'rejected', text: 'It is.', by: operator })
  assert.equal(ruled.kind, 'ruled', JSON.stringify(ruled))
})

test('P30 the database itself refuses an approval of one’s own, of another net, and of the guarantor before the operator', async () => {
  await openAgreement(store, 'direct')
  const { net, hash } = await prepare('direct')
  const write = (id: string, side: Side, said = { net, hash }) =>
    asSystem(store.database, (tx) =>
      appendApproval(
        tx,
        { agreement: 'direct', month: july, version: 1 },
        { by: { id, name: id, party: partiesOf('direct')[side], side }, ...said, at: closingNow },
      ),
    )
  await assert.rejects(write('ann', 'operator'), /nobody approves what they prepared/)
  await assert.rejects(write('gil', 'guarantor'), /the operator approves first/)
  await assert.rejects(write('bob', 'operator', { net: '1.00', hash }), /an approval is of a net/)
  await write('bob', 'operator')
  await assert.rejects(write('bob', 'guarantor'), /duplicate key|unique/)
})

test('P31 a thread is found by its two parties, and a note in it by its own alone', async () => {
  await inTransaction(store, ({ client }) =>
    client.query(
      `insert into agreement_reader (agreement, party, role, given, actor, recorded_at) values ('told', 'bank', 'lender', true, 't', now())`,
    ),
  )
  // Who was let read the agreement reads that there is a dispute, and how it was ruled.
  for (const table of ['dispute', 'dispute_ruling'] as const)
    assert.equal((await asParty(store.database, 'bank', (tx) => tx.selectFrom(table).select('dispute').execute())).length, 1)
  for (const [party, seen] of [
    ['told-grantor', ['See hall 2.', 'We would take half.']],
    ['told-cloud', ['See hall 2.']],
    ['bank', []],
    ['others', []],
  ] as const) {
    const rows = await asParty(store.database, party, (tx) => tx.selectFrom('dispute_message').select('text').orderBy('number').execute())
    assert.deepEqual(
      rows.map(({ text }) => text),
      seen,
    )
  }
  const { rows } = await store.pool.query<{ log: string }>(`select json_agg(detail)::text as log from audit_log`)
  assert.ok(!rows[0]!.log.includes('half'))
})

test('P32 another party sees no draft, approval, return nor dispute, and a party can write none', async () => {
  const tables = [
    'statement_draft',
    'statement_approval',
    'statement_return',
    'statement_overtaken',
    'dispute',
    'dispute_message',
    'dispute_ruling',
  ] as const
  for (const table of tables) {
    const seen = await asParty(store.database, 'others', (tx) =>
      tx
        .selectFrom(table as 'dispute')
        .selectAll()
        .execute(),
    )
    assert.deepEqual(seen, [], table)
    assert.ok(
      (
        await asSystem(store.database, (tx) =>
          tx
            .selectFrom(table as 'dispute')
            .selectAll()
            .execute(),
        )
      ).length > 0,
      table,
    )
    await assert.rejects(
      asParty(store.database, 'told-grantor', (tx) => tx.deleteFrom(table as 'dispute').execute()),
      /permission denied/,
    )
  }
  const own = await asParty(store.database, 'told-grantor', (tx) => tx.selectFrom('statement_approval').select('agreement').execute())
  assert.deepEqual(new Set(own.map(({ agreement }) => agreement)), new Set(['told']))
})
