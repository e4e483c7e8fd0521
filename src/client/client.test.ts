import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CutOff, NoAnswer, ProblemAnswer } from './answer.ts'
import { makeClient } from './client.ts'
import { eventsIn } from './events.ts'
import { rowsIn } from './rows.ts'

const encoder = new TextEncoder()
/** A body in pieces of the given sizes, over and over; `cut` ends it after so many bytes as a lost connection does. */
const bodyOf = (text: string, sizes: readonly number[], cut?: number): ReadableStream<Uint8Array> => {
  const bytes = encoder.encode(text)
  let [at, turn] = [0, 0]
  return new ReadableStream({
    pull: (controller) => {
      const end = Math.min(bytes.length, cut ?? bytes.length)
      if (at >= end) return cut === undefined ? controller.close() : controller.error(new Error('the connection is lost'))
      const next = Math.min(end, at + sizes[turn++ % sizes.length]!)
      controller.enqueue(bytes.slice(at, next))
      at = next
    },
  })
}
const all = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const taken: T[] = []
  for await (const item of items) taken.push(item)
  return taken
}
const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 })

test('CT2 rows come as they were sent in whatever pieces, and an answer that is cut anywhere says so', async () => {
  const row = fc.record({ text: fc.string({ unit: 'grapheme' }), n: fc.integer() }, { noNullPrototype: true })
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 12 }), sizes, fc.nat(), async (rows, pieces, where) => {
      const text = [...rows, { complete: true, count: rows.length }].map((each) => `${JSON.stringify(each)}\n`).join('')
      assert.deepEqual(await all(rowsIn(bodyOf(text, pieces))), rows)
      // Cut before the end of the last line, by a lost connection or by a proxy that ends it as if it were whole.
      const bytes = encoder.encode(text)
      const at = where % (bytes.length - 1)
      const told: unknown[] = []
      for (const cut of [bodyOf(text, pieces, at), bodyOf(new TextDecoder().decode(bytes.slice(0, at)), pieces)]) {
        let count = 0
        const reading = async () => {
          for await (const each of rowsIn(cut)) {
            assert.deepEqual(each, rows[count])
            count += 1
          }
        }
        await assert.rejects(reading, CutOff)
        told.push(count)
      }
      assert.ok(told.every((count) => Number(count) <= rows.length))
    }),
  )
})

test('CT3 events come once and in order in whatever pieces, with signs of life between them', async () => {
  const event = fc.record(
    { id: fc.nat().map(String), event: fc.constantFrom('progress', 'done'), data: fc.string({ unit: 'grapheme' }) },
    { noNullPrototype: true },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 10 }), sizes, async (events, pieces) => {
      const text = events.map(({ id, event: kind, data }) => `:\n\nid: ${id}\nevent: ${kind}\ndata: ${JSON.stringify(data)}\n\n`).join('')
      const heard = await all(eventsIn(bodyOf(`retry: 2000\n\n${text}`, pieces)))
      assert.deepEqual(
        heard.map(({ data, ...rest }) => ({ ...rest, data: JSON.parse(data) as string })),
        events,
      )
    }),
  )
})

type Sent = Readonly<{ url: string; method: string; headers: Headers; body: unknown }>
/** A transport that answers what it is told to, one after the other; `undefined` is no answer. */
const transport = (answers: readonly (Response | undefined)[]) => {
  const sent: Sent[] = []
  const waited: number[] = []
  const fetch = ((url: string, { method, headers, body }: RequestInit) => {
    sent.push({ url, method: method!, headers: new Headers(headers), body })
    const answer = answers[sent.length - 1]
    return answer === undefined ? Promise.reject(new TypeError('no route')) : Promise.resolve(answer)
  }) as typeof globalThis.fetch
  let keys = 0
  const makeKey = () => `key-${(keys += 1)}`
  const client = makeClient({ base: 'http://there', key: 'secret', fetch, makeKey, sleep: async (ms) => void waited.push(ms) })
  return { client, sent, waited }
}
const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json', ...headers } })
const decision = { agreement: 'a', month: '2026-10', finding: 'abcdef', body: { decision: 'ask' as const, reason: 'why' } }

test('CT1 a write carries one key through all of its tries, waits as it is told, and another write has another', async () => {
  const { client, sent, waited } = transport([
    undefined,
    json({}, 503, { 'retry-after': '3' }),
    json({ finding: 'f' }),
    json({ finding: 'g' }),
  ])
  assert.deepEqual(await client.ask('decideFinding', decision), { finding: 'f' })
  await client.ask('decideFinding', decision)
  assert.deepEqual(
    sent.map(({ headers }) => headers.get('idempotency-key')),
    ['key-1', 'key-1', 'key-1', 'key-2'],
  )
  assert.deepEqual(waited, [250, 3000])
  assert.equal(sent[0]!.url, 'http://there/api/claims/a/2026-10/findings/abcdef/decision')
  assert.equal(sent[0]!.headers.get('authorization'), 'Bearer secret')
  assert.equal(sent[0]!.headers.get('offtake-version'), '2026-11-29')
  assert.equal(sent[0]!.body, JSON.stringify(decision.body))
})

test('CT1 what is refused for good is not sent again, and says its kind; what is never answered says so after its tries', async () => {
  const problem = {
    type: 'urn:offtake:problem:cannot-decide',
    title: 'Not decided',
    status: 409,
    detail: 'it is confirmed',
    requestId: 'req_1',
  }
  const refused = transport([json(problem, 409)])
  await assert.rejects(
    refused.client.ask('decideFinding', decision),
    (error) => error instanceof ProblemAnswer && error.kind === 'cannot-decide',
  )
  assert.equal(refused.sent.length, 1)
  const silent = transport([])
  await assert.rejects(silent.client.ask('health', {}), (error) => error instanceof NoAnswer)
  assert.equal(silent.sent.length, 4)
  const late = transport([json(problem, 429, { 'retry-after': '3600' })])
  await assert.rejects(late.client.ask('health', {}), ProblemAnswer)
  assert.equal(late.sent.length, 1)
})

test('CT1 a body that can be read once is sent once', async () => {
  const stream = transport([undefined, json({})])
  await assert.rejects(stream.client.ask('ingestReadings', { body: bodyOf('x', [1]) }), NoAnswer)
  assert.equal(stream.sent.length, 1)
})

test('CT3 events go on after the last that was heard when the connection is lost, until the last there is', async () => {
  const eventText = (from: number, to: number, last: string) =>
    Array.from({ length: to - from + 1 }, (_, i) => from + i)
      .map((n) => `id: ${n}\nevent: ${n === to ? last : 'progress'}\ndata: ${JSON.stringify({ number: n })}\n\n`)
      .join('')
  const events = (text: string, cut?: number) => new Response(bodyOf(text, [7], cut))
  const whole = eventText(1, 3, 'progress')
  const { client, sent } = transport([
    events(whole, encoder.encode(whole).length - 1),
    events(eventText(3, 4, 'progress')),
    events(eventText(5, 6, 'done')),
  ])
  const heard = await all(client.events('followJob', { id: 'job_1' }))
  assert.deepEqual(
    heard.map((each) => each.number),
    [1, 2, 3, 4, 5, 6],
  )
  assert.deepEqual(
    sent.map(({ headers }) => headers.get('last-event-id')),
    ['0', '2', '4'],
  )
})
