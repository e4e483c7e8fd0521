import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { testDatabase } from '../../../test/database.ts'
import { newId } from './ids.ts'
import { appendEnd, appendProposal, findProposal, listProposals, type Proposal } from './proposals.ts'
import { everything, inReach, type Reach } from './reach.ts'
import { inTransaction } from './transaction.ts'

const { close: closeDatabase, ...store } = await testDatabase()
after(closeDatabase)

const proposal = (more: Partial<Proposal> = {}): Omit<Proposal, 'end'> => ({
  id: newId('prp'),
  agreement: 'deal',
  version: 2,
  guarantor: 'vendor',
  operator: 'cloud',
  party: 'vendor',
  document: 'offtake: 1\n',
  hash: 'a'.repeat(64),
  note: '',
  actor: 'usr_1',
  actorName: 'vera',
  at: 1_800_000_000,
  ...more,
})
const propose = async (more: Partial<Proposal> = {}): Promise<string> => {
  const made = proposal(more)
  await inTransaction(store, (tx) => appendProposal(tx, made))
  return made.id
}
const end = (id: string, more: Partial<Parameters<typeof appendEnd>[2]> = {}) =>
  inTransaction(store, (tx) =>
    appendEnd(tx, id, { act: 'sign', party: 'cloud', reason: '', actor: 'usr_2', actorName: 'olaf', at: 1_800_000_100, ...more }),
  )
const of = (party: string): Reach => ({ kind: 'party', party })
let ours = ''
before(async () => {
  ours = await propose()
  await propose({ agreement: 'other', guarantor: 'vendor', operator: 'rival', party: 'rival' })
})

test('P38 what is proposed is seen by the two that would sign it and by nobody else, and neither can write it', async () => {
  const seen = async (reach: Reach) =>
    (await inReach(store, reach, (tx) => listProposals(tx, undefined))).map(({ agreement }) => agreement).toSorted()
  assert.deepEqual(await seen(everything), ['deal', 'other'])
  assert.deepEqual(await seen(of('vendor')), ['deal', 'other'])
  assert.deepEqual(await seen(of('cloud')), ['deal'])
  assert.deepEqual(await seen(of('rival')), ['other'])
  assert.deepEqual(await seen(of('bank')), [])
  assert.equal(await inReach(store, of('rival'), (tx) => findProposal(tx, ours)), undefined)
  await assert.rejects(
    inReach(store, of('vendor'), (tx) => appendProposal(tx, proposal())),
    /permission denied/,
  )
  // Its end is seen by whom it is seen by.
  const ended = await propose({ agreement: 'other', operator: 'rival', party: 'rival' })
  await end(ended, { act: 'decline', party: 'vendor' })
  const ends = async (reach: Reach) => (await inReach(store, reach, ({ client }) => client.query('select from proposal_end'))).rowCount
  assert.deepEqual([await ends(of('cloud')), await ends(of('vendor'))], [0, 1])
  for (const statement of [`update proposal set note = 'x'`, 'delete from proposal_end', `update proposal_end set reason = 'x'`])
    await assert.rejects(store.pool.query(statement), /append-only/)
  await assert.rejects(store.pool.query('truncate proposal cascade'), /append-only/)
})

test('P39 a proposal ends once, and nobody signs for the party that proposed it, nor as both, whatever program asks', async () => {
  const id = await propose()
  await assert.rejects(end(id, { party: 'vendor' }), /another person, for the other party/)
  await assert.rejects(end(id, { actor: 'usr_1' }), /another person, for the other party/)
  await end(id)
  await assert.rejects(end(id), /duplicate key/)
  await assert.rejects(end(id, { act: 'withdraw', party: 'vendor', actor: 'usr_1' }), /duplicate key/)
  const found = await inReach(store, of('cloud'), (tx) => findProposal(tx, id))
  assert.deepEqual([found?.end?.act, found?.end?.actorName], ['sign', 'olaf'])
  await assert.rejects(propose({ party: 'rival' }), /check/)
})
