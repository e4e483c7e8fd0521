import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { after, before as beforeAll, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { testDatabase } from '../../../test/database.ts'
import { startReceiver } from '../../../test/receiver.ts'
import { actorOf, addEndpoint, deliverHere, loadExamples, tell, worldAt } from '../../../test/webhook-world.ts'
import { closePeriod } from '../app/close-period.ts'
import { makeWebhooks } from '../app/webhooks.ts'
import { makeRng } from '../history/rng.ts'
import { openPlainPool } from '../store/database.ts'
import { tellEvent } from '../store/tell-event.ts'
import { inTransaction, RolledBack } from '../store/transaction.ts'
import { overlapHours } from '../store/webhooks.ts'
import { jitterMax, readRetryAfter, retryAfterSecondsMax, retrySeconds, secondsToNext, triesMax } from './retries.ts'
import { signedHeaders } from './sign-webhook.ts'
import { deliver, failingDaysMax, takeUpStranded } from './webhook-job.ts'
import { migrateJobs } from './workers.ts'

const { close, url: databaseUrl, ...store } = await testDatabase()
const stopping: (() => Promise<void>)[] = []
after(async () => {
  for (const stop of stopping) await stop()
  await close()
})
const seed = Number(process.env['OFFTAKE_SEED'] ?? Date.now() % 1_000_000)
process.stderr.write(`webhooks: OFFTAKE_SEED=${seed} kills at the same instants again\n`)
const rng = makeRng(seed, 'webhooks')
const dayMs = 86_400_000

beforeAll(async () => {
  await loadExamples(store)
  await migrateJobs(store)
})

const receiver = async (...given: Parameters<typeof startReceiver>) => {
  const started = await startReceiver(...given)
  stopping.push(started.stop)
  return started
}
const messagesOf = async (endpoint: string) =>
  (
    await store.pool.query<{ message: string; body: string }>(
      'select message, body from webhook_message where endpoint = $1 order by entry',
      [endpoint],
    )
  ).rows
const attemptsOf = async (message: string) =>
  (
    await store.pool.query<{
      number: number
      round: number
      outcome: string
      status: number | null
      again_at: Date | null
      started_at: Date
      reason: string
    }>('select number, round, outcome, status, again_at, started_at, reason from webhook_attempt where message = $1 order by entry', [
      message,
    ])
  ).rows
const jobsOf = async () =>
  (
    await store.pool.query<{ key: string; run_at: Date }>(
      `select key, run_at from graphile_worker.jobs where task_identifier = 'webhook' order by id`,
    )
  ).rows
const clearJobs = () => store.pool.query('select graphile_worker.complete_jobs(array_agg(id)) from graphile_worker.jobs')
const manage = (nowMs = Date.now()) => makeWebhooks(store, { now: () => worldAt, nowMs: () => nowMs, tries: triesMax })

test('Q10 an event’s messages and their jobs are there exactly if its deed is, for each endpoint of each party that may see the agreement', async () => {
  const own = await addEndpoint(store, 'sharon-ai', 'http://127.0.0.1:9/a')
  const other = await addEndpoint(store, 'firmus', 'http://127.0.0.1:9/b')
  const both = await addEndpoint(store, 'nvidia', 'http://127.0.0.1:9/c')
  const choosy = await manage().add(
    'nvidia',
    { url: 'http://127.0.0.1:9/d', events: ['dispute.raised'], agreements: null, description: '' },
    actorOf('nvidia'),
  )
  const narrow = await manage().add(
    'nvidia',
    { url: 'http://127.0.0.1:9/e', events: null, agreements: ['firmus-batam'], description: '' },
    actorOf('nvidia'),
  )
  assert.ok(choosy.kind === 'made' && narrow.kind === 'made')
  const count = async () =>
    Promise.all(
      [own.id, other.id, both.id, choosy.record.endpoint.endpoint, narrow.record.endpoint.endpoint].map(
        async (id) => (await messagesOf(id)).length,
      ),
    )
  await inTransaction(store, async (tx) => {
    await tellEvent(tx, { type: 'claim.verified', agreement: 'sharon-ai', at: worldAt, data: {} })
    return new RolledBack(undefined)
  })
  assert.deepEqual([await count(), await jobsOf()], [[0, 0, 0, 0, 0], []])
  await tell(store)
  assert.deepEqual(await count(), [1, 0, 1, 0, 0])
  await tell(store, { agreement: 'firmus-batam' })
  assert.deepEqual(await count(), [1, 1, 2, 0, 1])
  assert.equal((await jobsOf()).length, 5)
  const [message] = await messagesOf(own.id)
  assert.deepEqual(JSON.parse(message!.body), {
    type: 'claim.verified',
    timestamp: '2026-11-05T00:00:00Z',
    data: { agreement: 'sharon-ai', month: '2026-10', run: 'clm_1', findings: 2 },
  })
  // The deed itself: a month that nobody may close leaves nothing, and nobody is told.
  assert.equal((await closePeriod(store, { agreement: 'sharon-ai', month: '2026-09', now: worldAt, by: 'test' })).kind, 'refused')
  assert.deepEqual(await count(), [1, 1, 2, 0, 1])
  for (const id of [own.id, other.id, both.id, choosy.record.endpoint.endpoint, narrow.record.endpoint.endpoint])
    await manage().remove(id, actorOf('nvidia'))
  await tell(store)
  assert.deepEqual(await count(), [1, 1, 2, 0, 1], 'what was removed is told of nothing')
  await clearJobs()
})

test('Q10 a tenant is told of nothing but its own, and whoever is let read an agreement of it for as long as they are', async () => {
  const tenant = await addEndpoint(store, 'anchor-tenant', 'http://127.0.0.1:9/t')
  const reader = await addEndpoint(store, 'firmus', 'http://127.0.0.1:9/r')
  const heard = async () => Promise.all([tenant.id, reader.id].map(async (id) => (await messagesOf(id)).length))
  const letRead = (given: boolean) =>
    store.pool.query(
      `insert into agreement_reader (agreement, party, role, given, actor, recorded_at) values ('sharon-ai', 'firmus', 'auditor', $1, 'test', now())`,
      [given],
    )
  await tell(store)
  assert.deepEqual(await heard(), [0, 0])
  await letRead(true)
  await tell(store)
  assert.deepEqual(await heard(), [0, 1])
  await letRead(false)
  await tell(store)
  assert.deepEqual(await heard(), [0, 1])
  await manage().remove(tenant.id, actorOf('anchor-tenant'))
  await manage().remove(reader.id, actorOf('firmus'))
  await clearJobs()
})

test('Q11 waits follow the schedule and never fall short of it or of what the endpoint asks for, up to a day', () => {
  assert.deepEqual([...retrySeconds], [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400])
  const asked = fc.option(fc.nat({ max: 1e9 }), { nil: undefined })
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: triesMax + 3 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      asked,
      (number, chance, wish) => {
        const seconds = secondsToNext(number, chance, wish)
        if (number >= triesMax) return assert.equal(seconds, undefined)
        const scheduled = retrySeconds[number - 1]!
        assert.ok(seconds! >= scheduled && seconds! <= Math.max(scheduled * (1 + jitterMax), retryAfterSecondsMax))
        if (wish !== undefined) assert.ok(seconds! >= Math.min(wish, retryAfterSecondsMax))
        else assert.ok(seconds! <= scheduled * (1 + jitterMax))
      },
    ),
  )
  assert.equal(readRetryAfter('120', 0), 120)
  assert.equal(readRetryAfter('Thu, 01 Jan 1970 00:02:00 GMT', 60_000), 60)
  assert.equal(readRetryAfter('Thu, 01 Jan 1970 00:00:00 GMT', 60_000), 0)
  assert.equal(readRetryAfter('soon', 0), undefined)
  assert.equal(readRetryAfter(undefined, 0), undefined)
})

test('Q11 a message is tried ten times under one id, then given up; sent again it begins anew, and what was delivered is not sent unasked', async () => {
  let status = 500
  const there = await receiver((_received, response) => void response.writeHead(status).end('no'))
  const here = deliverHere()
  const startMs = here.nowMs()
  const { id } = await addEndpoint(store, 'sharon-ai', there.url, startMs)
  await tell(store)
  const { message } = (await messagesOf(id))[0]!
  for (let number = 1; number <= triesMax; number++) {
    // Within the five days after which the endpoint itself would be given up.
    await deliver(store, message, here)
    const last = (await attemptsOf(message)).at(-1)!
    assert.deepEqual([last.number, last.outcome, last.status], [number, 'failed', 500])
    const scheduled = retrySeconds[number - 1]
    assert.equal(last.again_at?.getTime(), scheduled === undefined ? undefined : here.nowMs() + scheduled * 1000)
    if (scheduled !== undefined) {
      const job = (await jobsOf()).find(({ key }) => key === `webhook ${message}`)!
      assert.ok(Math.abs(job.run_at.getTime() - Date.now() - scheduled * 1000) < 10_000, 'the job waits as long')
      here.moveTo(here.nowMs() + scheduled * 1000)
    }
  }
  assert.ok(here.nowMs() - startMs < failingDaysMax * dayMs)
  await deliver(store, message, here)
  assert.equal((await attemptsOf(message)).length, triesMax, 'given up')
  assert.deepEqual(new Set(there.received.map(({ headers }) => headers['webhook-id'])), new Set([message]))
  assert.equal(new Set(there.received.map(({ body }) => body)).size, 1)
  status = 204
  assert.equal(await manage().sendAgain(id, message, actorOf('sharon-ai')), 1)
  await deliver(store, message, here)
  await deliver(store, message, here)
  assert.deepEqual(
    (await attemptsOf(message)).slice(triesMax).map(({ round, number, outcome }) => [round, number, outcome]),
    [[1, 1, 'delivered']],
  )
  assert.equal(there.received.length, triesMax + 1)
  assert.deepEqual(await manage().sendAllAgain(id, worldAt, actorOf('sharon-ai')), { sent: 1, more: false })
  assert.deepEqual(await manage().sendAllAgain(id, worldAt + 1, actorOf('sharon-ai')), { sent: 0, more: false })
  await deliver(store, message, here)
  assert.equal(there.received.length, triesMax + 2)
  await manage().remove(id, actorOf('sharon-ai'))
})

test('Q11 Retry-After is kept to; 410 turns an endpoint off, and so do five days of failing, with a reason and an entry in the log', async () => {
  const busy = await receiver((_received, response) => void response.writeHead(429, { 'retry-after': '4000' }).end())
  const gone = await receiver((_received, response) => void response.writeHead(410).end())
  const broken = await receiver((_received, response) => void response.writeHead(503).end())
  const here = deliverHere()
  const ends = {
    busy: await addEndpoint(store, 'sharon-ai', busy.url),
    gone: await addEndpoint(store, 'sharon-ai', gone.url),
    broken: await addEndpoint(store, 'sharon-ai', broken.url),
  }
  await tell(store)
  const messageOf = async (name: keyof typeof ends) => (await messagesOf(ends[name].id)).at(-1)!.message
  for (const name of ['busy', 'gone', 'broken'] as const) await deliver(store, await messageOf(name), here)
  assert.equal((await attemptsOf(await messageOf('busy')))[0]?.again_at?.getTime(), here.nowMs() + 4_000_000)
  const everything = { kind: 'all' } as const
  const stateOf = async (name: keyof typeof ends) => (await manage().find(everything, ends[name].id))!.endpoint
  assert.deepEqual([(await stateOf('gone')).state, (await stateOf('gone')).reason], ['off', 'the endpoint answered 410: it wants no more'])
  assert.equal((await stateOf('broken')).state, 'on')
  const startMs = here.nowMs()
  here.moveTo(startMs + failingDaysMax * dayMs - 1000)
  await deliver(store, await messageOf('broken'), here)
  assert.equal((await stateOf('broken')).state, 'on')
  await tell(store)
  here.moveTo(startMs + failingDaysMax * dayMs)
  await deliver(store, await messageOf('broken'), here)
  const off = await stateOf('broken')
  assert.equal(off.state, 'off')
  assert.match(off.reason ?? '', /every attempt since .* failed: 3 of them, for more than 5 days/)
  const { rows } = await store.pool.query<{ subject: string; party: string; after: unknown }>(
    `select subject, party, after from audit_log where action = 'turn-off' order by entry`,
  )
  assert.deepEqual(
    rows.map(({ subject, party }) => [subject, party]),
    [
      [ends.gone.id, 'sharon-ai'],
      [ends.broken.id, 'sharon-ai'],
    ],
  )
  const before = broken.received.length
  await deliver(store, await messageOf('broken'), here)
  assert.equal(broken.received.length, before, 'nothing is sent to what is off')
  for (const { id } of Object.values(ends)) await manage().remove(id, actorOf('sharon-ai'))
})

test('Q12 a receiver verifies what it gets by its secret; of two secrets either will do for a day, and then the new one alone', async () => {
  const there = await receiver()
  const startMs = Date.now()
  const here = deliverHere(startMs)
  const { id, secret } = await addEndpoint(store, 'sharon-ai', there.url, startMs)
  const verify = (by: string) => {
    const { body, headers } = there.received.at(-1)!
    return new Webhook(by).verify(body, headers)
  }
  await tell(store)
  await deliver(store, (await messagesOf(id)).at(-1)!.message, here)
  assert.deepEqual((verify(secret) as { data: { run: string } }).data.run, 'clm_1')
  assert.throws(() => verify(`whsec_${Buffer.alloc(32, 7).toString('base64')}`), /No matching signature/)
  const { body, headers } = there.received.at(-1)!
  assert.throws(() => new Webhook(secret).verify(body.replace('clm_1', 'clm_2'), headers), /No matching signature/)
  assert.throws(() => new Webhook(secret).verify(body, { ...headers, 'webhook-id': 'msg_other' }), /No matching signature/)
  // The receiver's own clock refuses what is old, so the one that signs is that of the world: only signatures may be moved on here.
  const rotated = (await manage(startMs).rotate(id, actorOf('sharon-ai')))!
  assert.notEqual(rotated.secret, secret)
  await tell(store)
  await deliver(store, (await messagesOf(id)).at(-1)!.message, here)
  for (const each of [secret, rotated.secret]) assert.doesNotThrow(() => verify(each))
  here.moveTo(startMs + overlapHours * 3_600_000)
  await tell(store)
  await deliver(store, (await messagesOf(id)).at(-1)!.message, here)
  const last = there.received.at(-1)!
  const signed = (by: string) =>
    signedHeaders([by], { message: last.headers['webhook-id']!, body: last.body, atMs: here.nowMs() })['webhook-signature']
  assert.equal(last.headers['webhook-signature'], signed(rotated.secret), 'the old one is no longer good')
  await manage().remove(id, actorOf('sharon-ai'))
})

test('Q12 any message under any secrets is taken by the reference of the specification, and no other body is', () => {
  const secrets = fc.array(fc.uint8Array({ minLength: 24, maxLength: 64 }), { minLength: 1, maxLength: 3 })
  fc.assert(
    fc.property(secrets, fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (keys, body, other) => {
      fc.pre(body.isWellFormed())
      const all = keys.map((key) => `whsec_${Buffer.from(key).toString('base64')}`)
      const headers = signedHeaders(all, { message: 'msg_1', body, atMs: Date.now() })
      for (const each of all) assert.doesNotThrow(() => new Webhook(each).verify(body, headers, { jsonParse: false }))
      if (other !== body) assert.throws(() => new Webhook(all[0]!).verify(other, headers, { jsonParse: false }))
    }),
    { numRuns: 20 },
  )
})

test('Q14 what nobody takes up is taken up again: told before there was a queue, held by the dead, or to an endpoint that is on again', async () => {
  const there = await receiver()
  const { id } = await addEndpoint(store, 'sharon-ai', there.url)
  await clearJobs()
  const locks = openPlainPool(store, 2)
  stopping.push(() => locks.end())
  const look = () => takeUpStranded(store, locks)
  await tell(store)
  assert.equal(await look(), 0, 'a job waits for it')
  await clearJobs()
  assert.equal(await look(), 1, 'it has none')
  assert.equal((await jobsOf()).length, 1)
  await store.pool.query(`update graphile_worker._private_jobs set locked_at = now(), locked_by = 'worker-dead', attempts = 1`)
  assert.equal(await look(), 1, 'whoever took it is dead')
  await clearJobs()
  await manage().change(id, { state: 'off' }, actorOf('sharon-ai'))
  assert.equal(await look(), 0)
  await manage().change(id, { state: 'on' }, actorOf('sharon-ai'))
  assert.equal(await look(), 1)
  for (const { message } of await messagesOf(id)) await deliver(store, message, deliverHere())
  await clearJobs()
  assert.equal(await look(), 0, 'it was delivered')
  await manage().remove(id, actorOf('sharon-ai'))
})

const startWorker = async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../../test/webhook-worker.ts'), databaseUrl], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((done) => child.once('close', () => done()))
  await Promise.race([new Promise((done) => child.stdout.once('data', done)), ended])
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  return { kill }
}

test(
  'Q10 each message is delivered at least once, always under its id, whatever instant its worker is killed at',
  { timeout: 240_000 },
  async () => {
    const kills = 8
    let worker: Awaited<ReturnType<typeof startWorker>> | undefined
    const state = { killed: false, left: kills }
    // Before it answers, as it answers, or some milliseconds after: while the attempt is being written down.
    const there = await receiver((_received, response) => {
      const at = state.left === 0 || state.killed ? undefined : Math.floor(rng() * 4)
      if (at === undefined || at === 3) return void response.end('thanks')
      state.killed = true
      state.left -= 1
      if (at === 0) return void worker!.kill()
      response.end('thanks', () => void setTimeout(() => void worker!.kill(), at === 1 ? 0 : Math.floor(rng() * 12)))
    })
    const { id } = await addEndpoint(store, 'sharon-ai', there.url)
    for (let i = 0; i < 24; i++) await tell(store, { data: { run: `clm_${i}` } })
    const wanted = new Map((await messagesOf(id)).map(({ message, body }) => [message, body]))
    assert.equal(wanted.size, 24)
    const open = async () =>
      Number(
        (
          await store.pool.query<{ n: bigint }>(
            `select count(*) as n from webhook_message m where endpoint = $1 and not exists
      (select from webhook_attempt a where a.message = m.message and a.outcome = 'delivered')`,
            [id],
          )
        ).rows[0]!.n,
      )
    for (let starts = 0; starts < kills + 10 && (await open()) > 0; starts++) {
      state.killed = false
      worker = await startWorker()
      for (let i = 0; i < 400 && !state.killed && (await open()) > 0; i++) await sleep(25)
      await sleep(50)
      await worker.kill()
    }
    assert.equal(await open(), 0)
    assert.ok(state.left < kills, `it was killed ${kills - state.left} times at work`)
    for (const { headers, body } of there.received) assert.equal(wanted.get(headers['webhook-id']!), body)
    assert.deepEqual(new Set(there.received.map(({ headers }) => headers['webhook-id'])), new Set(wanted.keys()))
    process.stderr.write(`webhooks: ${kills - state.left} kills at work, ${there.received.length} deliveries of 24 messages\n`)
  },
)
