import assert from 'node:assert/strict'
import { after, before as beforeAll, test } from 'node:test'
import { testDatabase } from '../../../test/database.ts'
import { doorsOf } from '../../../test/doors.ts'
import { byHeader, headersOf } from '../../../test/principals.ts'
import { startReceiver } from '../../../test/receiver.ts'
import { deliverHere, loadExamples, tell, worldAt } from '../../../test/webhook-world.ts'
import type { AuditLogWire } from '../../wire/audit.ts'
import type { ProblemWire } from '../../wire/problem.ts'
import type { MadeWebhookWire, MessageDetailWire, MessagesWire, RotatedWire, WebhooksWire, WebhookWire } from '../../wire/webhook.ts'
import { endpointsMax } from '../app/webhooks.ts'
import { deliver } from '../jobs/webhook-job.ts'
import { migrateJobs } from '../jobs/workers.ts'
import { webhookDoor } from '../serve.ts'
import { makeApi } from './api.ts'

const { close, ...store } = await testDatabase()
const receiver = await startReceiver()
const here = deliverHere()
const doors = { ...doorsOf(store, () => worldAt), webhooks: webhookDoor(store, () => worldAt, here), consoleFolder: '/nowhere' }
const api = await makeApi({ ...doors, identify: byHeader })
after(async () => {
  await api.close()
  await receiver.stop()
  await close()
})
beforeAll(async () => {
  await loadExamples(store)
  await migrateJobs(store)
})

type Person = Parameters<typeof headersOf>
type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'
type Answered<T> = Readonly<{ status: number; body: T; text: string }>
const ask = async <T>(method: Method, url: string, who: Person, body?: object, key?: string): Promise<Answered<T>> => {
  const headers = { ...headersOf(...who), ...(key === undefined ? {} : { 'idempotency-key': key }) }
  const answer = await api.inject({ method, url, headers, ...(body === undefined ? {} : { payload: body }) })
  return { status: answer.statusCode, body: answer.json<T>(), text: answer.body }
}
const sharon: Person = ['operator', 'sharon-ai']
const firmus: Person = ['operator', 'firmus']
const add = (who: Person, more: object = {}, key?: string) =>
  ask<MadeWebhookWire>('POST', '/api/webhooks', who, { url: receiver.url, ...more }, key)

test('API60 a webhook is its party’s alone: for another it does not exist, whatever is asked of it; who may not manage them is refused', async () => {
  const { status, body } = await add(sharon)
  assert.equal(status, 201)
  const { id } = body.webhook
  await tell(store)
  const [message] = (await ask<MessagesWire>('GET', `/api/webhooks/${id}/messages`, sharon)).body.messages
  const asks: readonly (readonly [Method, string, object?])[] = [
    ['GET', ''],
    ['PATCH', '', { description: 'mine' }],
    ['DELETE', ''],
    ['POST', '/secret', {}],
    ['POST', '/test', {}],
    ['GET', '/messages'],
    ['GET', `/messages/${message!.id}`],
    ['POST', `/messages/${message!.id}/again`, {}],
    ['POST', '/again', { since: '2026-01-01T00:00:00Z' }],
  ]
  for (const [method, path, payload] of asks) {
    const foreign = await ask<ProblemWire>(method, `/api/webhooks/${id}${path}`, firmus, payload)
    const missing = await ask<ProblemWire>(method, `/api/webhooks/whk_nothing${path}`, firmus, payload)
    assert.deepEqual([foreign.status, missing.status], [404, 404], `${method} ${path}`)
    assert.equal(foreign.body.detail.replaceAll(id, 'ID'), missing.body.detail.replaceAll('whk_nothing', 'ID'))
    for (const role of ['tenant', 'lender', 'auditor'] as const)
      assert.equal((await ask(method, `/api/webhooks/${id}${path}`, [role, 'sharon-ai'], payload)).status, 403, `${role} ${method} ${path}`)
  }
  // Nor does it come by an endpoint of one's own.
  const own = (await add(firmus)).body.webhook.id
  for (const [method, path] of [
    ['GET', ''],
    ['POST', '/again'],
  ] as const)
    assert.equal(
      (await ask(method, `/api/webhooks/${own}/messages/${message!.id}${path}`, firmus, method === 'GET' ? undefined : {})).status,
      404,
    )
  assert.equal((await ask('DELETE', `/api/webhooks/${own}`, firmus)).status, 200)
  assert.deepEqual((await ask<WebhooksWire>('GET', '/api/webhooks', firmus)).body.webhooks, [])
  assert.deepEqual((await ask<WebhooksWire>('GET', '/api/webhooks', ['administrator', null])).body.webhooks, [])
  assert.equal((await add(['administrator', null])).status, 403, 'who acts for no party has none')
  assert.equal((await add(firmus, { party: 'sharon-ai' })).status, 403)
  assert.equal((await ask<WebhooksWire>('GET', '/api/webhooks', sharon)).body.webhooks[0]?.description, '')
  assert.equal((await ask('DELETE', `/api/webhooks/${id}`, sharon)).status, 200)
  assert.equal((await ask('GET', `/api/webhooks/${id}`, sharon)).status, 404)
})

test('API60 where no login is configured, whose a webhook is has to be said', async () => {
  const open = await makeApi(doors)
  after(() => open.close())
  const post = (payload: object) => open.inject({ method: 'POST', url: '/api/webhooks', payload: { url: receiver.url, ...payload } })
  assert.match((await post({})).json<ProblemWire>().detail, /\/body\/party/)
  assert.match((await post({ party: 'nobody-here' })).json<ProblemWire>().detail, /no agreement here has a party/)
  const made = (await post({ party: 'nvidia' })).json<MadeWebhookWire>()
  assert.equal(made.webhook.party, 'nvidia')
  assert.equal((await ask('DELETE', `/api/webhooks/${made.webhook.id}`, ['guarantor', 'nvidia'])).status, 200)
})

test('API61 a secret is shown once: in the answer that makes it, and in no other, no log and no list', async () => {
  const { body } = await add(sharon)
  const { id } = body.webhook
  const rotated = await ask<RotatedWire>('POST', `/api/webhooks/${id}/secret`, sharon, {})
  assert.match(body.secret, /^whsec_[A-Za-z0-9+/]{43}=$/)
  assert.notEqual(rotated.body.secret, body.secret)
  assert.equal(Date.parse(rotated.body.previousUntil), Math.floor(here.nowMs() / 1000) * 1000 + 24 * 3_600_000)
  await ask('POST', `/api/webhooks/${id}/test`, sharon, {})
  const { messages } = (await ask<MessagesWire>('GET', `/api/webhooks/${id}/messages`, sharon)).body
  const urls = [
    '/api/webhooks',
    `/api/webhooks/${id}`,
    `/api/webhooks/${id}/messages`,
    `/api/webhooks/${id}/messages/${messages[0]!.id}`,
    '/api/audit',
  ]
  for (const url of urls) {
    const { text, status } = await ask('GET', url, sharon)
    assert.equal(status, 200)
    for (const secret of [body.secret, rotated.body.secret]) assert.ok(!text.includes(secret.slice(6, 30)), url)
  }
  const deeds = (await ask<AuditLogWire>('GET', `/api/audit?subject=${id}`, sharon)).body.entries
  assert.deepEqual(
    deeds.map(({ action, party }) => [action, party]),
    ['test-webhook', 'rotate-secret', 'add-webhook'].map((action) => [action, 'sharon-ai']),
  )
  assert.equal((await ask<AuditLogWire>('GET', `/api/audit?subject=${id}`, ['guarantor', 'nvidia'])).body.entries.length, 0)
  await ask('DELETE', `/api/webhooks/${id}`, sharon)
})

test('API62 an address that nothing is sent to is refused at the door, with what would be right; so is one webhook too many', async () => {
  for (const [url, why] of [
    ['https://10.0.0.1/', /no address of the internet/],
    ['https://user:word@example.com/', /no name and no password/],
    ['nothing', /such as https/],
  ] as const) {
    const { status, body } = await ask<ProblemWire>('POST', '/api/webhooks', sharon, { url })
    assert.equal(status, 400)
    assert.deepEqual(
      body.errors?.map(({ pointer }) => pointer),
      ['/body/url'],
    )
    assert.match(body.detail, why)
  }
  assert.equal((await add(sharon, { events: ['statement.burnt'] })).status, 400)
  const made: string[] = []
  for (let i = 0; i < endpointsMax; i++) made.push((await add(sharon)).body.webhook.id)
  const more = await ask<ProblemWire>('POST', '/api/webhooks', sharon, { url: receiver.url })
  assert.deepEqual([more.status, /has 20 endpoints/.test(more.body.detail)], [409, true])
  assert.equal(
    (await ask<ProblemWire>('PATCH', `/api/webhooks/${made[0]}`, sharon, { url: 'https://127.1/' })).status,
    200,
    'this server was told that it may',
  )
  for (const id of made) await ask('DELETE', `/api/webhooks/${id}`, sharon)
})

test('API63 a write that is sent twice under its key is done once; what is sent, tried and sent again can be read', async () => {
  const once = await add(sharon, {}, 'key-1')
  const twice = await add(sharon, {}, 'key-1')
  assert.deepEqual(twice.body, once.body)
  assert.equal((await add(sharon, { description: 'other' }, 'key-1')).status, 422)
  const { id } = once.body.webhook
  for (const _ of [1, 2]) await ask('POST', `/api/webhooks/${id}/test`, sharon, {}, 'key-2')
  await tell(store)
  const list = () => ask<MessagesWire>('GET', `/api/webhooks/${id}/messages?limit=1`, sharon)
  const newest = (await list()).body
  assert.equal(newest.messages[0]?.type, 'claim.verified')
  const rest = await ask<MessagesWire>('GET', `/api/webhooks/${id}/messages?cursor=${newest.next}`, sharon)
  assert.deepEqual([rest.body.messages.map(({ type }) => type), rest.body.next], [['webhook.test'], null])
  const { id: message } = newest.messages[0]
  assert.deepEqual([newest.messages[0].state, newest.messages[0].last], ['waiting', null])
  await deliver(store, message, here)
  const read = () => ask<MessageDetailWire>('GET', `/api/webhooks/${id}/messages/${message}`, sharon)
  const delivered = (await read()).body
  assert.deepEqual(
    [delivered.state, delivered.attempts, delivered.tried.map(({ status, answer, outcome }) => [status, answer, outcome])],
    ['delivered', 1, [[200, 'thanks', 'delivered']]],
  )
  assert.equal(receiver.received.at(-1)?.body, delivered.body)
  for (const _ of [1, 2]) await ask('POST', `/api/webhooks/${id}/messages/${message}/again`, sharon, {}, 'key-3')
  assert.deepEqual([(await read()).body.state, (await read()).body.attempts], ['waiting', 0])
  await deliver(store, message, here)
  assert.deepEqual(
    (await read()).body.tried.map(({ round }) => round),
    [0, 1],
  )
  const shown = (await ask<WebhookWire>('GET', `/api/webhooks/${id}`, sharon)).body
  assert.deepEqual([shown.last?.outcome, shown.failures, shown.waiting], ['delivered', 0, 1])
  const off = await ask<WebhookWire>('PATCH', `/api/webhooks/${id}`, sharon, { state: 'off' })
  assert.deepEqual([off.body.state, off.body.reason], ['off', 'turned off by operator-sharon-ai'])
  for (const path of ['/test', `/messages/${message}/again`])
    assert.equal((await ask('POST', `/api/webhooks/${id}${path}`, sharon, {})).status, 409)
  assert.equal((await ask('POST', `/api/webhooks/${id}/again`, sharon, { since: '2026-01-01T00:00:00Z' })).status, 409)
  assert.equal((await ask<WebhookWire>('PATCH', `/api/webhooks/${id}`, sharon, { state: 'on' })).body.reason, null)
})
