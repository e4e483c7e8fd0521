import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { testDatabase } from './database.ts'
import { temporaryFolder } from './offtake.ts'
import { compressed, gpuSeries, headers1, headers2, request2, writeRequest } from './remote-write.ts'
import { answerOf, load, ndjson, problemOf, rawUpload, sales, smallAgreement, until } from './ways-in.ts'

const seed = Number(process.env['OFFTAKE_SEED'] ?? Date.now() % 1_000_000)
process.stderr.write(`fuzz of the ways in: OFFTAKE_SEED=${seed}\n`)
/** By which the server's memory may grow over a few sound requests, whatever is sent to it. */
const growthBytesMax = 512 * 2 ** 20

const { folder, remove } = temporaryFolder()
const { close, url, ...store } = await testDatabase()
await load(store, smallAgreement())
const child = spawn(process.execPath, [join(import.meta.dirname, 'serve-samples.ts'), url, '0', join(folder, 'samples')], {
  stdio: ['ignore', 'pipe', 'pipe'],
})
let [out, err] = ['', '']
child.stdout.on('data', (data: Buffer) => (out += data.toString()))
child.stderr.on('data', (data: Buffer) => (err += data.toString()))
const ended = new Promise<void>((done) => child.once('exit', () => done()))
await until('a server', () => out.includes('\n') || child.exitCode !== null)
const address = out.trim()
const port = Number(new URL(address).port)
after(async () => {
  child.kill('SIGKILL')
  await ended
  await close()
  remove()
})

/** The most memory that the server ever had, in bytes. */
const peakBytes = (): number => 1024 * Number(/VmHWM:\s+(\d+) kB/.exec(fs.readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1])
const post = (path: string, body: string | Uint8Array, headers: Record<string, string>): Promise<Response> =>
  fetch(`${address}/api/ingest/${path}`, { method: 'POST', headers, body: body as BodyInit })
/** Kept, or refused with a reason: never a fault of the server's own. */
const sound = async (response: Response): Promise<number> => {
  if (response.status === 200) {
    await response.json()
    return 200
  }
  assert.ok([400, 408, 409, 413, 415, 422, 429, 503].includes(response.status), `${response.status}: ${await response.clone().text()}`)
  await problemOf(response, response.status)
  return response.status
}

const asNdjson = { 'content-type': 'application/x-ndjson' }
const gzip = { 'content-encoding': 'gzip' }
const asBatch = { 'content-type': 'application/cloudevents-batch+json' }
const write = 'prometheus?factory=f'
const nowMs = Math.floor(Date.now() / 1000) * 1000
const series = Array.from({ length: 500 }, (_, gpu) =>
  gpuSeries(`n${gpu >> 2}`, gpu & 3, 'DCGM_FI_DEV_GPU_UTIL', [{ value: 5, timestamp: nowMs }]),
)

/** Sound requests of each kind, so that what they need is not taken for growth. */
const warmUp = async (): Promise<void> => {
  for (let i = 0; i < 3; i++) {
    await answerOf(await post('readings', ndjson(sales(`warm-${i}`, 20_000)), asNdjson))
    await answerOf(await post(write, compressed(writeRequest(series)), headers1))
    await answerOf(await post(write, compressed(request2(series)), headers2))
  }
}

const bombs = (): Readonly<Record<string, [path: string, body: Uint8Array, headers: Record<string, string>, statuses: number[]]>> => {
  const label = Buffer.from([10, 6, 10, 1, 97, 18, 1, 98])
  const labels = Buffer.concat(Array.from({ length: 1_000_000 }, () => label))
  const length = [(labels.length & 127) | 128, ((labels.length >> 7) & 127) | 128, ((labels.length >> 14) & 127) | 128, labels.length >> 21]
  const nested = Buffer.from(`${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`)
  return {
    'blank lines': ['readings', gzipSync(Buffer.alloc(2 ** 28, 10)), { ...asNdjson, ...gzip }, [413]],
    // Nothing of a line that is too long is kept, nor held.
    'one long line': ['readings', gzipSync(Buffer.alloc(2 ** 28, 97)), { ...asNdjson, ...gzip }, [200, 413]],
    'one long quoted cell': [
      'readings',
      gzipSync(Buffer.concat([Buffer.from('kind,source,id\n"'), Buffer.alloc(2 ** 26, 10)])),
      { 'content-type': 'text/csv', ...gzip },
      [200, 413],
    ],
    'gzip in gzip': ['readings', gzipSync(gzipSync(Buffer.alloc(2 ** 28, 10))), { ...asNdjson, ...gzip }, [200]],
    'refusals without end': [
      'readings',
      gzipSync(Buffer.from('{"kind":"nothing"}\n'.repeat(500_000))),
      { ...asNdjson, ...gzip },
      [200, 413],
    ],
    'a million labels in one series': [write, compressed(Buffer.concat([Buffer.from([10, ...length]), labels])), headers1, [413]],
    'a million series': [
      write,
      compressed(Buffer.concat(Array.from({ length: 1_000_000 }, () => Buffer.concat([Buffer.from([10, 8]), label])))),
      headers1,
      [413],
    ],
    'a million symbols': [write, compressed(Buffer.concat(Array.from({ length: 1_000_000 }, () => Buffer.from([34, 0])))), headers2, [413]],
    'a snappy block that lies': [write, Uint8Array.from([0xff, 0xff, 0xff, 0x0f, 0]), headers1, [400, 413]],
    'a snappy block of zeros': [write, compressed(Buffer.alloc(2 ** 27)), headers1, [413]],
    'nested arrays': ['events', nested, asBatch, [200, 422]],
    'many events of nothing': ['events', Buffer.from(`[${'{},'.repeat(1_000_000)}{}]`), asBatch, [413]],
    'a nested reading': [
      'readings',
      Buffer.from(`{"kind":"allocation","gpus":${nested.subarray(0, 400_000).toString()}${']'.repeat(400_000)}}`),
      asNdjson,
      [200],
    ],
  }
}

test('API12 bombs of every kind are refused by a limit; the server stays up, and its memory within bounds', async () => {
  await warmUp()
  const before = peakBytes()
  for (const [name, [path, body, headers, statuses]] of Object.entries(bombs())) {
    const status = await sound(await post(path, body, headers))
    assert.ok(statuses.includes(status), `${name}: ${status}`)
    process.stderr.write(
      `${name}: ${body.length} bytes, ${status}, ${Math.round((peakBytes() - before) / 2 ** 20)} MiB more at most so far\n`,
    )
  }
  // The same, many at once: what is beyond the places is sent away.
  const all = Object.values(bombs())
  const statuses = await Promise.all([...all, ...all, ...all].map(async ([path, body, headers]) => sound(await post(path, body, headers))))
  process.stderr.write(
    `many at once: ${[...Map.groupBy(statuses, String)].map(([status, { length }]) => `${length} × ${status}`).join(', ')}\n`,
  )
  const growth = peakBytes() - before
  process.stderr.write(
    `memory: ${Math.round(before / 2 ** 20)} MiB after sound requests, ${Math.round(growth / 2 ** 20)} MiB more at most\n`,
  )
  assert.ok(growth < growthBytesMax, `${Math.round(growth / 2 ** 20)} MiB`)
  await answerOf(await fetch(`${address}/api/health`))
})

test('API12 whatever bytes come in whatever form, they are kept or refused with a reason', async () => {
  const before = peakBytes()
  const good = ndjson(sales('fuzz', 5))
  const event = JSON.stringify([{ specversion: '1.0', id: 'a', source: 'fuzz', type: 'com.offtake.reading.v1', data: {} }])
  const whole = fc.constantFrom<Uint8Array>(
    Buffer.from(good),
    gzipSync(good),
    Buffer.from(event),
    compressed(writeRequest(series.slice(0, 3))),
    compressed(request2(series.slice(0, 3))),
  )
  // Sound bodies, cut off and with some bytes changed; any bytes; and any text.
  const changed = fc
    .tuple(whole, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }), fc.nat(), fc.boolean())
    .map(([bytes, changes, cut, isCut]) => {
      const copy = Uint8Array.from(bytes)
      for (const [at, byte] of changes) copy[at % copy.length] = byte
      return isCut ? copy.subarray(0, cut % copy.length) : copy
    })
  const body = fc.oneof(
    { weight: 4, arbitrary: changed },
    fc.uint8Array({ maxLength: 300 }),
    fc.string({ maxLength: 300 }).map((text) => new Uint8Array(Buffer.from(text))),
  )
  const type = fc.constantFrom(
    'application/x-ndjson',
    'text/csv',
    'application/cloudevents+json',
    'application/cloudevents-batch+json',
    'application/json',
    'application/x-protobuf',
    headers2['content-type'],
    'text/plain',
    'x',
  )
  const headers = fc.record(
    {
      'content-type': type,
      'content-encoding': fc.constantFrom('gzip', 'snappy', 'identity', 'br', 'deflate'),
      'idempotency-key': fc.constantFrom('k', '"k"', ' ', 'k'.repeat(300)),
      'ce-specversion': fc.constantFrom('1.0', '9'),
      'ce-id': fc.constantFrom('a', '%'),
    },
    { requiredKeys: ['content-type'] },
  )
  const path = fc.constantFrom('readings', 'readings?mode=all-or-nothing', 'events', 'events?agreement=small', write, 'prometheus')
  const fitting = fc.constantFrom<[string, Record<string, string>]>(
    ['readings', asNdjson],
    ['readings', { ...asNdjson, ...gzip }],
    ['readings', { 'content-type': 'text/csv' }],
    ['events', asBatch],
    ['events', { 'content-type': 'application/cloudevents+json' }],
    [write, headers1],
    [write, headers2],
  )
  const anything = fc.tuple(path, headers)
  const seen = new Map<number, number>()
  await fc.assert(
    fc.asyncProperty(fc.oneof({ weight: 2, arbitrary: fitting }, anything), body, async ([to, sent], bytes) => {
      const status = await sound(await post(to, bytes, sent))
      seen.set(status, (seen.get(status) ?? 0) + 1)
    }),
    { numRuns: 1500, seed },
  )
  process.stderr.write(`fuzz: ${[...seen].map(([status, count]) => `${count} × ${status}`).join(', ')}\n`)
  assert.ok(seen.has(200) && seen.has(400) && seen.has(415) && seen.has(422))
  assert.ok(peakBytes() - before < growthBytesMax)
  assert.equal(child.exitCode, null)
  // What the server calls its own fault is none of a sender's.
  assert.equal(err, '')
})

test('API14 many that send slowly, or nothing, hold no more than the places there are, and those come free', async () => {
  const before = peakBytes()
  const slow = [
    ...Array.from({ length: 40 }, () => rawUpload(port, 'Content-Length: 1000000')),
    ...Array.from({ length: 40 }, () => rawUpload(port, 'Transfer-Encoding: chunked', 'events', 'application/cloudevents+json')),
    ...Array.from({ length: 40 }, () =>
      rawUpload(port, 'Content-Length: 8000\r\nContent-Encoding: snappy', write, 'application/x-protobuf'),
    ),
  ]
  for (const [i, { socket }] of slow.entries()) socket.write(i >= 40 && i < 80 ? '2\r\n[{\r\n' : '{"kind"')
  // Each is refused within the time that is said, and its connection is ended.
  await until('all are refused', () => slow.every(({ text }) => text().includes('problem+json')), 40)
  await Promise.all(slow.map((each) => each.ended))
  const statuses = slow.map(({ text }) => text().slice(9, 12))
  process.stderr.write(`slow: ${[...Map.groupBy(statuses, String)].map(([status, { length }]) => `${length} × ${status}`).join(', ')}\n`)
  assert.ok(statuses.every((status) => status === '408' || status === '429' || status === '503'))
  assert.ok(statuses.filter((status) => status === '408').length >= 3 + 16)
  assert.ok(peakBytes() - before < growthBytesMax)
  await answerOf(await post('readings', ndjson(sales('afterwards', 3)), asNdjson))
  // Even what is no HTTP is told so.
  const broken = ['Transfer-Encoding: chunked', 'Content-Length: x', `X: ${'y'.repeat(20_000)}`].map((head) => rawUpload(port, head))
  broken[0]!.socket.write('no length\r\n')
  await until('all are told', () => broken.every(({ text }) => text().includes('broken-request')))
  assert.deepEqual(
    broken.map(({ text }) => text().slice(9, 12)),
    ['400', '400', '431'],
  )
})
