import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import Fastify from 'fastify'
import fc from 'fast-check'
import { testDatabase } from '../../../test/database.ts'
import { byHeader, headersOf } from '../../../test/principals.ts'
import type { ProblemWire } from '../../wire/problem.ts'
import { claimKey, leaseSeconds } from '../store/kept-answers.ts'
import { inTransaction } from '../store/transaction.ts'
import { doOnce, keptAnswerLengthMax } from './once.ts'
import { guardAccess } from './principal.ts'
import { answerProblems } from './problems.ts'

const { close, ...store } = await testDatabase()
const told: string[] = []
/** Every deed that was done, in order. */
const deeds: Readonly<{ by: string; body: Body }>[] = []
type Body = Readonly<{ n?: number; waitMs?: number; fails?: boolean; status?: number; letters?: number; secret?: boolean; held?: boolean }>

/** A deed that is held says that it has begun, and goes on when it is let. */
const held = { begun: Promise.withResolvers<void>(), let: Promise.withResolvers<void>() }

const api = Fastify()
answerProblems(api, (text) => void told.push(text))
guardAccess(api, byHeader)
doOnce(api, store, (text) => void told.push(text))
api.post<{ Body: Body }>('/api/deeds', { config: { needs: 'somebody' } }, async (request, reply) => {
  const { waitMs = 0, fails = false, status = 200, letters = 0, secret = false, held: isHeld = false } = request.body
  if (secret) reply.header('cache-control', 'no-store')
  await sleep(waitMs)
  if (isHeld) held.begun.resolve()
  if (isHeld) await held.let.promise
  if (fails) throw new Error('as it was told to')
  deeds.push({ by: request.principal!.id, body: request.body })
  return reply.code(status).send({ deed: deeds.length, text: 'x'.repeat(letters) })
})
after(async () => {
  await api.close()
  await close()
})

const anna = headersOf('operator', 'sharon-ai', 'usr_anna')
const send = (key: string | undefined, body: Body, who: Readonly<Record<string, string>> = anna, url = '/api/deeds') =>
  api.inject({ method: 'POST', url, headers: { ...who, ...(key === undefined ? {} : { 'idempotency-key': key }) }, payload: body })

test('API40 the same key with the same content is given the first answer, status and body, and the deed is done once', async () => {
  const first = await send('k1', { n: 1, status: 201 })
  assert.equal(first.statusCode, 201)
  assert.equal(first.headers['idempotency-replayed'], undefined)
  const before = deeds.length
  // The members in another order are the same content.
  const again = await api.inject({
    method: 'POST',
    url: '/api/deeds',
    headers: { ...anna, 'idempotency-key': 'k1', 'content-type': 'application/json' },
    payload: '{"status":201,  "n":1}',
  })
  assert.equal(again.statusCode, 201)
  assert.equal(again.body, first.body)
  assert.equal(again.headers['idempotency-replayed'], 'true')
  assert.equal(again.headers['content-type'], first.headers['content-type'])
  assert.equal(deeds.length, before)
})

test('API40 the same key with other content is refused, also under another address', async () => {
  await send('k2', { n: 1 })
  for (const other of [await send('k2', { n: 2 }), await send('k2', { n: 1 }, anna, '/api/deeds?x=1')]) {
    assert.equal(other.statusCode, 422)
    assert.equal(other.json<ProblemWire>().type, 'urn:offtake:problem:key-taken')
  }
})

test('API40 a key is of a person in one role for one party: nobody is answered what another was', async () => {
  const others = [
    headersOf('operator', 'sharon-ai', 'usr_ben'),
    headersOf('guarantor', 'sharon-ai', 'usr_anna'),
    headersOf('operator', 'firmus', 'usr_anna'),
  ]
  const answers = [await send('k3', { n: 1 }), ...(await Promise.all(others.map((who) => send('k3', { n: 1 }, who))))]
  assert.deepEqual(new Set(answers.map(({ body }) => body)).size, 4)
})

test('API40 what runs still is told so, and what the server could not do may be tried again at once', async () => {
  const slow = send('k4', { n: 1, held: true })
  await held.begun.promise
  const meanwhile = await send('k4', { n: 1, held: true })
  assert.equal(meanwhile.statusCode, 409)
  assert.equal(meanwhile.json<ProblemWire>().type, 'urn:offtake:problem:still-running')
  held.let.resolve()
  assert.equal((await slow).statusCode, 200)
  assert.equal((await send('k4', { n: 1, held: true })).headers['idempotency-replayed'], 'true')
  assert.equal((await send('k5', { fails: true })).statusCode, 500)
  assert.equal((await send('k5', { n: 1 })).statusCode, 200)
  assert.match(told.join('\n'), /as it was told to/)
})

test('API40 a refusal is an answer too, and stays it', async () => {
  const first = await send('k6', { status: 409, n: 1 })
  const again = await send('k6', { status: 409, n: 1 })
  assert.equal(again.statusCode, 409)
  assert.equal(again.body, first.body)
  assert.equal(again.headers['idempotency-replayed'], 'true')
})

test('API40 an answer that is too large to keep is not done again either, and a key is bounded', async () => {
  assert.equal((await send('k7', { letters: keptAnswerLengthMax })).statusCode, 200)
  const before = deeds.length
  const again = await send('k7', { letters: keptAnswerLengthMax })
  assert.equal(again.json<ProblemWire>().type, 'urn:offtake:problem:answer-not-kept')
  assert.equal(deeds.length, before)
  for (const key of ['', 'a b', 'x'.repeat(201)]) assert.equal((await send(key, { n: 1 })).statusCode, 400, key)
})

test('API40 what a route says is to be stored nowhere is not kept, and not done again', async () => {
  const first = await send('k9', { secret: true })
  assert.equal(first.statusCode, 200)
  const before = deeds.length
  assert.equal((await send('k9', { secret: true })).json<ProblemWire>().type, 'urn:offtake:problem:answer-not-kept')
  assert.equal(deeds.length, before)
  const kept = await inTransaction<unknown[]>(store, async ({ client }) => {
    return (await client.query(`select body from request_answer where key = 'k9'`)).rows as unknown[]
  })
  assert.deepEqual(kept, [{ body: null }])
})

test('API40 whoever held a key and was killed holds it no longer than the lease', async () => {
  const keyed = {
    sender: JSON.stringify(['person', 'usr_anna', 'sharon-ai', 'operator']),
    key: 'k8',
    content: Buffer.alloc(32),
    holder: 'dead',
  }
  assert.equal((await inTransaction<{ kind: string }>(store, (tx) => claimKey(tx, keyed))).kind, 'ours')
  assert.equal((await send('k8', { n: 1 })).statusCode, 422)
  // The same content while the lease runs is taken to be worked on.
  assert.equal((await inTransaction<{ kind: string }>(store, (tx) => claimKey(tx, { ...keyed, holder: 'other' }))).kind, 'running')
  const past = `update request_answer set leased_until = leased_until - make_interval(secs => $1) where key = 'k8'`
  await inTransaction(store, async ({ client }) => void (await client.query(past, [leaseSeconds])))
  assert.equal((await send('k8', { n: 1 })).statusCode, 200)
  assert.equal((await send('k8', { n: 1 })).headers['idempotency-replayed'], 'true')
})

const request = fc.record({
  who: fc.constantFrom('anna', 'ben'),
  key: fc.constantFrom('a', 'b'),
  n: fc.constantFrom(1, 2),
  waitMs: fc.constantFrom(0, 0, 5, 15),
  fails: fc.constantFrom(false, false, false, true),
  startMs: fc.nat(20),
})

test('API41 whatever the order, repetition and overlap of requests, each key does one thing once and says one thing', async () => {
  let [round, sent] = [0, 0]
  const world = fc.asyncProperty(fc.array(request, { minLength: 2, maxLength: 14 }), async (requests) => {
    round += 1
    const nameOf = (key: string) => `law-${round}-${key}`
    const from = deeds.length
    let firsts = 0
    const answers = await Promise.all(
      requests.map(async ({ who, key, n, waitMs, fails, startMs }) => {
        await sleep(startMs)
        const body = { n, waitMs, ...(fails ? { fails } : {}) }
        const answer = await send(nameOf(key), body, headersOf('operator', 'sharon-ai', `usr_${who}`))
        return { id: `${who} ${key}`, content: JSON.stringify(body), answer }
      }),
    )
    sent += requests.length
    for (const id of new Set(answers.map((each) => each.id))) {
      const own = answers.filter((each) => each.id === id)
      const done = own.filter(({ answer }) => answer.statusCode === 200)
      const first = done.filter(({ answer }) => answer.headers['idempotency-replayed'] === undefined)
      // One did it, and all who were answered were told the same of the same content.
      assert.ok(first.length <= 1, `${id} was done ${first.length} times`)
      firsts += first.length
      assert.ok(new Set(done.map(({ answer }) => answer.body)).size <= 1)
      assert.ok(new Set(done.map(({ content }) => content)).size <= 1)
      for (const { answer } of own) assert.ok([200, 409, 422, 500].includes(answer.statusCode), answer.body)
      // Whoever fails leaves the key free; so somebody without failure gets through, sooner or later.
      const [who, key] = id.split(' ') as [string, string]
      const sound = own.find(({ content }) => !content.includes('fails'))
      if (done.length > 0 || sound === undefined) continue
      const late = await send(nameOf(key), JSON.parse(sound.content) as Body, headersOf('operator', 'sharon-ai', `usr_${who}`))
      assert.equal(late.statusCode, 200)
      firsts += 1
    }
    assert.equal(deeds.length - from, firsts)
  })
  await fc.assert(world, { numRuns: 40 })
  process.stderr.write(`${sent} requests in ${round} rounds\n`)
})
