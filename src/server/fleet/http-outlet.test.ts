import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { anyReading } from '../../../test/readings.ts'
import { formatReading } from '../../core/meter/parse.ts'
import type { Reading } from '../../core/meter/reading.ts'
import { makeHttpOutlet, NotTaken, retryAfter } from './http-outlet.ts'

const readings = fc
  .sample(anyReading(fc.constant('slurm-f'), fc.constant('x')), { numRuns: 5, seed: 7 })
  .map((reading, i): Reading => ({ ...reading, id: `r${i}` }))
const taken = {
  batch: '1',
  accepted: 3,
  repeats: 1,
  refused: 1,
  refusals: [{ line: 2, problems: [{ pointer: '/gpus', message: 'is wrong' }] }],
}

type Asked = Readonly<{ url: string | undefined; headers: IncomingMessage['headers']; body: Buffer }>
type Reply = (response: ServerResponse) => unknown
const reply =
  (status: number, body: unknown, headers: Record<string, string> = {}): Reply =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))

/** A server that answers with each of these in turn. */
const serverWith = async (replies: readonly Reply[], work: (url: string, asked: readonly Asked[]) => Promise<void>) => {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      asked.push({ url: request.url, headers: request.headers, body: Buffer.concat(parts) })
      replies[asked.length - 1]!(response)
    })
  })
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done))
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, asked)
  } finally {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  }
}

test('F69 readings are handed on again under the same name until they are answered for, waiting as long as the server asks', async () => {
  const said: string[] = []
  const busy = reply(429, { title: 'busy' }, { 'retry-after': '1' })
  const lost: Reply = (response) => response.destroy()
  await serverWith([busy, lost, reply(503, {}), reply(200, taken)], async (url, asked) => {
    const started = performance.now()
    const handed = await makeHttpOutlet({ url, file: 'agent of f', waitSeconds: 0.01, say: (text) => said.push(text) }).hand(readings)
    assert.ok(performance.now() - started >= 1000, 'it did not wait as it was asked to')
    assert.deepEqual(handed.refusals, [{ id: 'r1', problems: [{ pointer: '/gpus', message: 'is wrong' }] }])
    assert.deepEqual([handed.accepted, handed.repeats, handed.refused], [3, 1, 1])
    assert.equal(asked.length, 4)
    assert.equal(new Set(asked.map(({ headers }) => headers['idempotency-key'])).size, 1)
    const [first] = asked
    assert.equal(first!.url, '/api/ingest/readings?mode=keep-the-good&file=agent%20of%20f')
    assert.deepEqual([first!.headers['content-type'], first!.headers['content-encoding']], ['application/x-ndjson', 'gzip'])
    const lines = gunzipSync(first!.body).toString('utf8').trimEnd().split('\n')
    assert.deepEqual(
      lines.map((line) => JSON.parse(line) as unknown),
      readings.map(formatReading),
    )
    assert.equal(said.length, 3)
    assert.match(said[0]!, /429 .*busy.*again in 1 s/)
  })
})

test('F69 what will not be taken is said at once; what was not taken in so many tries is not taken for kept', async () => {
  for (const status of [400, 404, 413, 415, 422])
    await serverWith([reply(status, { detail: 'no' })], async (url) => {
      await assert.rejects(makeHttpOutlet({ url }).hand(readings), new RegExp(`did not take 5 readings: ${status} .*no`))
    })
  await serverWith([reply(200, { ok: true })], async (url) => {
    await assert.rejects(makeHttpOutlet({ url }).hand(readings), /an answer that is none of ours/)
  })
  await serverWith([reply(500, {}), reply(500, {}), reply(500, {})], async (url, asked) => {
    await assert.rejects(makeHttpOutlet({ url, triesMax: 3, waitSeconds: 0.01 }).hand(readings), NotTaken)
    assert.equal(asked.length, 3)
  })
})

test('F69 whoever stops does not wait', async () => {
  await serverWith([reply(429, {}, { 'retry-after': '500' })], async (url) => {
    const stopping = new AbortController()
    const handing = makeHttpOutlet({ url, signal: stopping.signal }).hand(readings)
    setTimeout(() => stopping.abort(), 200)
    await assert.rejects(handing, { name: 'AbortError' })
  })
})

test('F69 how long to wait is read as seconds or as a date, and never longer than ten minutes', () => {
  const now = Date.parse('2026-11-29T12:00:00Z') / 1000
  assert.equal(retryAfter('7', now), 7)
  assert.equal(retryAfter('Sun, 29 Nov 2026 12:00:30 GMT', now), 30)
  assert.equal(retryAfter('Sun, 29 Nov 2026 11:00:00 GMT', now), 0)
  assert.equal(retryAfter('86400', now), 600)
  assert.equal(retryAfter('soon', now), undefined)
  assert.equal(retryAfter(null, now), undefined)
})
