import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { closingNow, july, openAgreement, partiesOf, smallAgreement } from '../../../test/closing-world.ts'
import { testDatabase } from '../../../test/database.ts'
import { personIn } from '../../../test/person-in.ts'
import type { Permission } from '../../wire/access.ts'
import type { ProposalRowWire } from '../../wire/amendment.ts'
import type { AuditLogWire } from '../../wire/audit.ts'
import type { DisputesWire, DisputeWire, RaisedWire } from '../../wire/dispute.ts'
import type { ProblemWire } from '../../wire/problem.ts'
import { makeAudit } from '../app/audit.ts'
import { closePeriod } from '../app/close-period.ts'
import { makeClosing } from '../app/closing.ts'
import { makeProposals } from '../app/proposals.ts'
import { makeReaders } from '../app/read.ts'
import { migrateJobs } from '../jobs/workers.ts'
import { appendDispute } from '../store/dispute-rows.ts'
import { newId } from '../store/ids.ts'
import { appendProposal, findProposal } from '../store/proposals.ts'
import { inTransaction } from '../store/transaction.ts'
import { makeApi } from './api.ts'
import { makeLoginDesk } from './login-desk.ts'

// One person with a role for each of the two parties, and with keys: what wants two persons they do not do alone, whichever way they come.
const { close, ...store } = await testDatabase()
const now = () => closingNow
const desk = makeLoginDesk(store, { now, clock: now }, undefined)
const api = await makeApi({
  source: makeReaders(store, now),
  proposals: makeProposals(store, now, join(import.meta.dirname, '../../../examples')),
  closing: makeClosing(store, now),
  audit: makeAudit(store),
  answers: store,
  login: desk,
  consoleFolder: '/none',
  report: (text) => assert.fail(text),
})
after(async () => {
  await api.close()
  await close()
})

const deal = 'deal'
const sides = ['guarantor', 'operator'] as const
type Side = (typeof sides)[number]
type Problem = Pick<ProblemWire, 'detail'>
type Headers = Readonly<Record<string, string>>
/** Somebody at the door: a person, for a side, by hand or with a key that they made acting so. */
type Comer = Readonly<{ who: string; side: Side; way: 'hand' | 'key'; headers: Headers; key: string | undefined }>
const comers: Comer[] = []
const scopes: Permission[] = ['agreements:read', 'agreements:amend', 'statements:read', 'disputes:raise']
before(async () => {
  await migrateJobs(store)
  await openAgreement(store, deal)
  assert.equal((await closePeriod(store, { agreement: deal, month: july, now: closingNow, by: 'test' })).kind, 'closed')
  for (const who of ['ann', 'bob'])
    for (const each of await personIn(store, desk, who, {
      of: sides.map((side) => ({ role: side, party: partiesOf(deal)[side] })),
      scopes,
    }))
      comers.push(
        { who, side: each.role as Side, way: 'hand', headers: each.byHand, key: undefined },
        { who, side: each.role as Side, way: 'key', headers: each.byKey, key: each.key },
      )
})
const nameOf = ({ who, side, way }: Comer): string => `${who} as ${side} by ${way}`
const comer = (name: string): Comer => comers.find((each) => nameOf(each) === name) ?? assert.fail(name)

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- What an answer is is said by who asks.
const ask = async <T>(url: string, headers: Headers, payload?: object): Promise<Readonly<{ status: number; body: T & Problem }>> => {
  const answer = await api.inject({
    method: payload === undefined ? 'GET' : 'POST',
    url: `/api${url}`,
    headers,
    ...(payload === undefined ? {} : { payload }),
  })
  return { status: answer.statusCode, body: answer.json<T & Problem>() }
}

const nextVersion = async (): Promise<string> => {
  const { rows } = await store.pool.query<{ hash: string; version: number }>(
    `select hash, version from agreement_version where agreement = $1 order by version desc limit 1`,
    [deal],
  )
  const { hash, version } = rows[0]!
  return smallAgreement(deal).replace(
    'offtake: 1',
    `offtake: 1\nversion: ${version + 1}\nprevious: ${hash}\neffective: 2026-09-01\n# ${newId('prp')}`,
  )
}
const propose = async ({ headers }: Comer): Promise<ProposalRowWire> => {
  const { status, body } = await ask<ProposalRowWire>(`/agreements/${deal}/amendments`, headers, { document: await nextVersion() })
  assert.equal(status, 200, JSON.stringify(body))
  return body
}
const end = ({ id, hash }: Pick<ProposalRowWire, 'id' | 'hash'>, act: string, { headers }: Comer) =>
  ask<ProposalRowWire>(`/proposals/${id}/decision`, headers, { act, hash })

/** Whether the second may put an end to what the first began: another person, for the other party, by hand. */
const isOther = (first: Comer, second: Comer): boolean => first.who !== second.who && first.side !== second.side && second.way === 'hand'
/** How the second is answered: what wants a person is not for a key, and what wants another is in conflict with what the first did. */
const answerTo = (first: Comer, second: Comer): number => (isOther(first, second) ? 200 : second.way === 'key' ? 403 : 409)

test('API137 whoever proposes and whoever signs, by hand or with any key: only another person signs, for the other party, by hand', async () => {
  const wrong: string[] = []
  let signed = 0
  for (const first of comers)
    for (const second of comers) {
      const proposal = await propose(first)
      const { status, body } = await end(proposal, 'sign', second)
      const said = `${nameOf(first)} proposed, ${nameOf(second)} signs: ${status} ${body.detail ?? body.state}`
      if (status !== answerTo(first, second)) wrong.push(said)
      if (status === 200) signed += 1
      else assert.equal((await end(proposal, 'withdraw', first)).body.state, 'withdrawn')
    }
  assert.deepEqual(wrong, [])
  // Of two persons, on two sides, by two ways, each has one who may sign.
  assert.equal(signed, comers.length)
})

test('API137 what a key proposed before it was kept who made it is signed by another person too; a key declines', async () => {
  const [key, hand] = [comer('ann as operator by key'), comer('ann as guarantor by hand')]
  const made = await propose(key)
  const stored = (await inTransaction(store, (tx) => findProposal(tx, made.id)))!
  assert.match(stored.actor, /^usr_/)
  const old = { ...stored, id: newId('prp'), actor: key.key! }
  await inTransaction(store, (tx) => appendProposal(tx, old))
  const refused = await end(old, 'sign', hand)
  assert.deepEqual([refused.status, /signing needs a second person/.test(refused.body.detail)], [409, true])
  assert.equal((await end(made, 'decline', comer('bob as guarantor by key'))).body.state, 'declined')
  assert.equal((await end(old, 'sign', comer('bob as guarantor by hand'))).body.state, 'in force')
})

const disputes = `/agreements/${deal}/periods/${july}/disputes`
const raise = async ({ headers }: Comer): Promise<DisputeWire> => {
  const asked = { version: 1, line: 1, reason: 'terms', text: 'Not so.', amount: '1.00' }
  const { status, body } = await ask<RaisedWire>(disputes, headers, asked)
  assert.equal(status, 200, JSON.stringify(body))
  return body.dispute!
}
const rule = (id: string, { headers }: Comer) =>
  ask<DisputeWire>(`${disputes}/${id}/ruling`, headers, { verdict: 'rejected', text: 'It is.' })
const mayRule = async (id: string, { headers }: Comer): Promise<boolean> =>
  (await ask<DisputesWire>(disputes, headers)).body.disputes.find((each) => each.id === id)!.mayRule

test('API138 whoever raises a dispute and whoever rules, by hand or with any key: only another person rules, for the other party, by hand', async () => {
  const wrong: string[] = []
  let ruled = 0
  for (const first of comers) {
    let dispute = await raise(first)
    for (const second of comers) {
      const said = `${nameOf(first)} raised, ${nameOf(second)} rules`
      if ((await mayRule(dispute.id, second)) !== isOther(first, second)) wrong.push(`${said}: told otherwise`)
      const { status, body } = await rule(dispute.id, second)
      if (status !== answerTo(first, second)) wrong.push(`${said}: ${status} ${body.detail}`)
      if (status !== 200) continue
      ruled += 1
      dispute = await raise(first)
    }
  }
  assert.deepEqual(wrong, [])
  assert.equal(ruled, comers.length)
})

test('API138 what a key raised before it was kept who made it is ruled on by another person too', async () => {
  const [key, hand] = [comer('ann as guarantor by key'), comer('ann as operator by hand')]
  const id = newId('dsp')
  const { lineKey } = await raise(key)
  const line = { version: 1, line: 1, lineKey, reason: 'terms', text: 'x', amount: '1.00' }
  const unsaid = { input: undefined, quantity: undefined, proposed: undefined }
  const raised = { id, agreement: deal, month: july, ...line, ...unsaid, party: partiesOf(deal).guarantor, at: closingNow }
  await inTransaction(store, ({ queries }) => appendDispute(queries, { ...raised, by: { id: key.key!, name: 'robot' } }))
  assert.equal(await mayRule(id, hand), false)
  const { status, body } = await rule(id, hand)
  assert.deepEqual([status, /who raised it does not rule/.test(body.detail)], [409, true])
})

test('API139 what is proposed, declined and withdrawn stands in the log for the two that negotiate alone; that it was signed, for all who read the agreement', async () => {
  const [vera, olaf] = [comer('ann as guarantor by hand'), comer('bob as operator by hand')]
  const given = { role: 'auditor' as const, party: 'deal-audit' }
  const reader = await desk.readers.change('test', { agreement: deal, ...given, given: true })
  assert.equal(reader.kind, 'changed', JSON.stringify(reader))
  const [auditor] = await personIn(store, desk, 'eve', { of: [given], scopes: ['audit:read'] })
  const [admin] = await personIn(store, desk, 'root', { of: [{ role: 'administrator', party: null }], scopes: ['audit:read'] })
  const declined = await propose(vera)
  const said = { act: 'decline', hash: declined.hash, reason: 'our price is 1.70' }
  assert.equal((await ask(`/proposals/${declined.id}/decision`, olaf.headers, said)).status, 200)
  const signed = await propose(vera)
  assert.equal((await ask(`/proposals/${signed.id}/decision`, olaf.headers, { ...said, act: 'sign', hash: signed.hash })).status, 200)
  const log = async (headers: Headers): Promise<AuditLogWire> => (await ask<AuditLogWire>('/audit?limit=500', headers)).body
  const told = ({ entries }: AuditLogWire) =>
    entries
      .filter(({ detail }) => [declined.id, signed.id].some((id) => detail.includes(id)))
      .map(({ action }) => action)
      .toReversed()
  for (const each of [vera, olaf]) assert.deepEqual(told(await log(each.headers)), ['propose', 'decline', 'propose', 'sign'])
  const seen = await log(auditor!.byHand)
  assert.deepEqual(told(seen), ['sign'])
  assert.ok(!JSON.stringify(seen).includes('1.70'))
  assert.ok(!seen.actions.some((action) => ['propose', 'decline', 'withdraw'].includes(action)))
  // Who reads that it was signed reads by whom for both; the number of a deed that is not theirs is the number of none.
  const last = seen.entries.find(({ action }) => action === 'sign')!
  assert.deepEqual([JSON.parse(last.detail).proposedBy, last.actorName], ['ann', 'bob'])
  const hidden = (await log(vera.headers)).entries.find(({ action }) => action === 'decline')!
  assert.equal((await ask(`/audit/${hidden.entry}`, auditor!.byHand)).status, 404)
  assert.ok(!JSON.stringify(await log(admin!.byHand)).includes('1.70'))
})

test('API140 who was let read an agreement reads what is disputed and how it was ruled, and no word of the thread', async () => {
  const given = { role: 'lender' as const, party: 'deal-bank' }
  assert.equal((await desk.readers.change('test', { agreement: deal, ...given, given: true })).kind, 'changed')
  const [lender] = await personIn(store, desk, 'lea', { of: [given], scopes: ['statements:read'] })
  const { id } = await raise(comer('ann as guarantor by hand'))
  const say = { text: 'We would take half.', internal: false }
  assert.equal((await ask(`${disputes}/${id}/messages`, comer('bob as operator by hand').headers, say)).status, 200)
  assert.equal((await rule(id, comer('bob as operator by hand'))).status, 200)
  const read = async (headers: Headers) => (await ask<DisputesWire>(disputes, headers)).body.disputes.find((each) => each.id === id)!
  const own = await read(comer('ann as guarantor by hand').headers)
  assert.deepEqual([own.text, own.messages.map(({ text }) => text)], ['Not so.', ['We would take half.']])
  for (const headers of [lender!.byHand, lender!.byKey])
    assert.deepEqual(await read(headers), { ...own, text: '', messages: [], mayRule: false })
})
