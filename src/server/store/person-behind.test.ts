import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { closingNow, july, openAgreement, partiesOf } from '../../../test/closing-world.ts'
import { testDatabase } from '../../../test/database.ts'
import { oldDatabase } from '../../../test/old-database.ts'
import { appendDeed } from './audit.ts'
import { asParty } from './database.ts'
import { appendDispute, appendRuling, findDisputes } from './dispute-rows.ts'
import { newId } from './ids.ts'
import { appendKey, findKey } from './keys.ts'
import { appendMembership, appendPerson } from './people.ts'
import { appendEnd, appendProposal } from './proposals.ts'
import { inTransaction } from './transaction.ts'

const { close, ...store } = await testDatabase()
after(close)
const { guarantor, operator } = partiesOf('deal')

const keyOf = (key: string, person: string, more: Readonly<{ party?: string; role?: string }> = {}) => ({
  key,
  person,
  party: more.party ?? guarantor,
  role: more.role ?? 'guarantor',
  name: 'robot',
  scopes: [],
  expiresAt: closingNow + 86_400,
})
const secretHash = Buffer.alloc(32)
before(async () => {
  await openAgreement(store, 'deal')
  await inTransaction(store, async (tx) => {
    for (const person of ['usr_ann', 'usr_bob'])
      await appendPerson(tx, { person, name: person, email: `${person}@x.example`, madeUp: false }, closingNow)
    for (const [key, person] of [
      ['key_1', 'usr_ann'],
      ['key_2', 'usr_ann'],
      ['key_3', 'usr_bob'],
    ] as const)
      await appendKey(tx, keyOf(key, person), { secretHash, now: closingNow })
  })
})

/** What one actor began for the guarantor, and another would end for the operator. */
const began = ['usr_ann', 'key_1'] as const
const ends = [
  ['usr_ann', /another person, for the other party/],
  ['key_1', /by a person, not with a key/],
  ['key_2', /by a person, not with a key/],
  ['key_3', /by a person, not with a key/],
] as const

test('P39 no proposal is signed with a key, nor by whoever made the key that it was proposed with', async () => {
  for (const actor of began) {
    const id = newId('prp')
    const proposal = {
      id,
      agreement: 'deal',
      version: 2,
      guarantor,
      operator,
      party: guarantor,
      document: 'x',
      hash: 'a'.repeat(64),
      note: '',
    }
    await inTransaction(store, (tx) => appendProposal(tx, { ...proposal, actor, actorName: actor, at: closingNow }))
    const sign = (by: string) =>
      inTransaction(store, (tx) =>
        appendEnd(tx, id, { act: 'sign', party: operator, reason: '', actor: by, actorName: by, at: closingNow }),
      )
    for (const [by, why] of ends) await assert.rejects(sign(by), why, `${actor} proposed, ${by} signs`)
    await sign('usr_bob')
  }
})

test('P41 a dispute is ruled on by another person, for the other party of its agreement, and with no key, whatever program asks', async () => {
  for (const actor of began) {
    const id = newId('dsp')
    const dispute = { id, agreement: 'deal', month: july, version: 1, line: 1, lineKey: 'l', reason: 'terms', amount: '1.00', text: 'x' }
    const unsaid = { input: undefined, quantity: undefined, proposed: undefined }
    const raised = { ...dispute, ...unsaid, party: guarantor, by: { id: actor, name: actor }, at: closingNow }
    await inTransaction(store, ({ queries }) => appendDispute(queries, raised))
    const rule = (by: string, party = operator) =>
      inTransaction(store, ({ queries }) =>
        appendRuling(queries, id, { verdict: 'rejected', upheld: '0.00', text: 'x', party, by: { id: by, name: by }, at: closingNow }),
      )
    for (const [by, why] of ends) await assert.rejects(rule(by), why, `${actor} raised, ${by} rules`)
    for (const party of [guarantor, 'others']) await assert.rejects(rule('usr_bob', party), /for the other party/, party)
    await rule('usr_bob')
    const [found] = await inTransaction(store, ({ queries }) => findDisputes(queries, 'deal', july, id))
    assert.equal(found?.ruling?.by.id, 'usr_bob')
  }
})

test('P42 keys of roles that were taken back before this ended them are ended by the migration, and those that hold go on', async () => {
  const { old, forward, close: closeOld } = await oldDatabase(store, '0022')
  try {
    const membership = { person: 'usr_ann', party: 'maker', actor: 'test' }
    const change = (role: string, given: boolean, at: number) =>
      inTransaction(old, (tx) => appendMembership(tx, { ...membership, role, given }, at))
    const make = (key: string, role: string, at: number) =>
      inTransaction(old, (tx) => appendKey(tx, keyOf(key, 'usr_ann', { party: 'maker', role }), { secretHash, now: at }))
    await inTransaction(old, (tx) => appendPerson(tx, { person: 'usr_ann', name: 'Ann', email: null, madeUp: false }, closingNow))
    for (const role of ['guarantor', 'lender', 'auditor']) await change(role, true, closingNow)
    await make('key_leaked', 'guarantor', closingNow + 1)
    await make('key_gone', 'lender', closingNow + 1)
    await make('key_holds', 'auditor', closingNow + 1)
    for (const role of ['guarantor', 'lender']) await change(role, false, closingNow + 2)
    await change('guarantor', true, closingNow + 3)
    await make('key_later', 'guarantor', closingNow + 4)
    await forward()
    const states = await Promise.all(['key_leaked', 'key_gone', 'key_holds', 'key_later'].map((key) => findKey(old, key)))
    assert.deepEqual(
      states.map((each) => [each!.held, each!.revoked]),
      [
        [true, true],
        [false, true],
        [true, false],
        [true, false],
      ],
    )
  } finally {
    await closeOld()
  }
})

test('P43 deeds of a negotiation are read by the two that negotiate alone, also while there is no agreement; every other deed by who reads the agreement', async () => {
  const actions = ['propose', 'decline', 'withdraw', 'sign', 'load']
  await inTransaction(store, async (tx) => {
    await tx.client.query(
      `insert into agreement_reader (agreement, party, role, given, actor, recorded_at) values ('deal', 'audit', 'auditor', true, 't', now())`,
    )
    for (const [agreement, of] of [
      ['deal', { guarantor, operator }],
      ['fresh', { guarantor: 'maker', operator: 'cloud' }],
    ] as const) {
      const id = newId('prp')
      const proposal = { id, agreement, version: 3, ...of, party: of.guarantor, document: 'x', hash: 'b'.repeat(64), note: '' }
      await appendProposal(tx, { ...proposal, actor: 'usr_ann', actorName: 'ann', at: closingNow })
      for (const action of actions) {
        const by = { id: 'usr_ann', name: 'ann', party: 'somebody-else', role: 'guarantor', origin: null, request: null }
        const what = { action, subject: `${agreement} version 3`, agreement, detail: { proposal: id } }
        await appendDeed(tx.queries, { at: closingNow, by, ...what })
      }
    }
  })
  const seen = (party: string, agreement: string) =>
    asParty(store.database, party, async (tx) => {
      const asked = tx.selectFrom('audit_log').select('action').where('subject', '=', `${agreement} version 3`)
      return (await asked.orderBy('entry').execute()).map(({ action }) => action)
    })
  for (const party of [guarantor, operator]) assert.deepEqual(await seen(party, 'deal'), actions)
  assert.deepEqual(await seen('audit', 'deal'), ['sign', 'load'])
  // Of what is no agreement yet there is a negotiation and nothing else.
  for (const party of ['maker', 'cloud']) assert.deepEqual(await seen(party, 'fresh'), ['propose', 'decline', 'withdraw'])
  for (const party of ['audit', guarantor, 'nobody']) assert.deepEqual(await seen(party, 'fresh'), [])
})
