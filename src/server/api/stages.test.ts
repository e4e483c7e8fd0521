import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { bringIn, closeApproved, closingNow, july, openAgreement, partiesOf, soldIn } from '../../../test/closing-world.ts'
import { testDatabase } from '../../../test/database.ts'
import { doorsOf } from '../../../test/doors.ts'
import { byHeader, headersOf } from '../../../test/principals.ts'
import type { Role } from '../../wire/access.ts'
import type { DecidedDraftWire, DraftWire, PreparedWire } from '../../wire/close.ts'
import type { NeedWire, TodayWire } from '../../wire/today.ts'
import { migrateJobs } from '../jobs/workers.ts'
import { makeApi } from './api.ts'

const { close, ...store } = await testDatabase()
const api = await makeApi({
  ...doorsOf(store, () => closingNow),
  identify: byHeader,
  consoleFolder: join(import.meta.dirname, '../../../.cache/console'),
})
after(async () => {
  await api.close()
  await close()
})
before(() => migrateJobs(store))

type Person = Readonly<Record<string, string>>
const peopleOf = (name: string) => {
  const { operator, guarantor } = partiesOf(name)
  const person = (role: Role, party: string) => (id: string) => headersOf(role, party, `usr_${id}`)
  return { operator: person('operator', operator), guarantor: person('guarantor', guarantor) }
}
const ask = async <T>(headers: Person, url: string, payload?: object): Promise<T> => {
  const answer = await api.inject({ method: payload === undefined ? 'GET' : 'POST', url, headers, ...(payload && { payload }) })
  assert.ok(answer.statusCode < 300, `${url}: ${answer.body}`)
  return answer.json<T>()
}
/** What Today says of the month of an agreement that is over and not final; the same to both sides. */
const needOf = async (name: string): Promise<NeedWire> => {
  const { operator, guarantor } = peopleOf(name)
  const read = async (who: Person) => (await ask<TodayWire>(who, '/api/today')).needs.filter(({ kind }) => kind === 'month')
  const [theirs, ours] = [await read(guarantor('gil')), await read(operator('ann'))]
  assert.deepEqual(theirs, ours)
  assert.deepEqual(
    ours.map(({ month }) => month),
    [july],
  )
  return ours[0]!
}
const prepare = async (name: string) =>
  (await ask<PreparedWire>(peopleOf(name).operator('ann'), `/api/agreements/${name}/periods/${july}/drafts`, {})).draft
const approve = (who: Person, { agreement, version, net, hash }: DraftWire) =>
  ask<DecidedDraftWire>(who, `/api/agreements/${agreement}/periods/${july}/drafts/${version}/approvals`, { net: net.amount, hash })
const brief = ({ stage, by, amount, id }: NeedWire) => ({ stage, by: by?.id ?? null, amount, id })

test('API131 Today tells of a month as far as it is, who brought it there, and what it comes to where somebody has said', async () => {
  await openAgreement(store, 'far', closingNow - 40 * 86_400)
  const { operator, guarantor } = peopleOf('far')
  const id = `month:far/${july}`
  assert.deepEqual(brief(await needOf('far')), { stage: 'open', by: null, amount: null, id })
  const first = await prepare('far')
  const amount = first.net.amount
  assert.deepEqual(brief(await needOf('far')), { stage: 'prepared', by: 'usr_ann', amount, id: `${id}/1-prepared` })
  await approve(operator('bob'), first)
  await ask(guarantor('gil'), `/api/agreements/far/periods/${july}/drafts/1/returns`, { reason: 'A sale is missing.' })
  assert.deepEqual(brief(await needOf('far')), { stage: 'returned', by: 'usr_gil', amount: null, id: `${id}/1-returned` })
  await bringIn(store, [soldIn('far', 'late', { day: 11 })])
  const second = await prepare('far')
  assert.notEqual(second.net.amount, amount)
  await approve(operator('bob'), second)
  const approved = { by: 'usr_bob', amount: second.net.amount, id: `${id}/2-approved-by-operator` }
  assert.deepEqual(brief(await needOf('far')), { stage: 'approved-by-operator', ...approved })
  await approve(guarantor('gil'), second)
  assert.deepEqual(brief(await needOf('far')), { stage: 'closing', by: 'usr_gil', amount: second.net.amount, id: `${id}/2-closing` })
  // What comes before the job has run overtakes it.
  await bringIn(store, [soldIn('far', 'later', { day: 12 })])
  await closeApproved(store, 'far')
  assert.deepEqual(brief(await needOf('far')), { stage: 'overtaken', by: 'usr_gil', amount: null, id: `${id}/2-overtaken` })
})

test('API131 who put off waiting for a month has not put off approving it', async () => {
  await openAgreement(store, 'off', closingNow - 40 * 86_400)
  const gil = peopleOf('off').guarantor('gil')
  const { id } = await needOf('off')
  const until = '2026-09-20'
  await ask(gil, '/api/today/snoozes', { need: id, until })
  const months = async () => (await ask<TodayWire>(gil, '/api/today')).needs.filter(({ kind }) => kind === 'month')
  assert.deepEqual(await months(), [])
  await approve(peopleOf('off').operator('bob'), await prepare('off'))
  assert.deepEqual(
    (await months()).map(({ stage }) => stage),
    ['approved-by-operator'],
  )
})
