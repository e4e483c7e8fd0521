import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { testDatabase } from '../../../test/database.ts'
import { answerOf, csv, load, ndjson, openWays, problemOf, rawUpload, sales, smallAgreement, until } from '../../../test/ways-in.ts'
import type { BatchDetailWire, BatchesWire, IngestedWire, IngestProgressWire } from '../../wire/ingest.ts'

const { close, ...store } = await testDatabase()
await load(store, smallAgreement())
const ways = await openWays(store)
after(async () => {
  await ways.close()
  await close()
})
const { post } = ways
const asNdjson = { 'content-type': 'application/x-ndjson' }
const asCsv = { 'content-type': 'text/csv; charset=utf-8' }
const stored = async (source: string): Promise<number> =>
  Number((await store.pool.query<{ n: bigint }>('select count(*) as n from reading where source = $1', [source])).rows[0]!.n)
const counts = ({ accepted, repeats, refused, late }: IngestedWire) => ({ accepted, repeats, refused, late })
const stream = (parts: readonly (string | Uint8Array)[]): ReadableStream =>
  Readable.toWeb(Readable.from(parts.map((part) => Buffer.from(part as string)))) as ReadableStream
test('API10 NDJSON and CSV, plain, gzip or in pieces, are the same readings', async () => {
  const readings = sales('forms', 300)
  const first = await answerOf<IngestedWire>(await post('readings', ndjson(readings), asNdjson))
  assert.deepEqual(counts(first), { accepted: 300, repeats: 0, refused: 0, late: 0 })
  const text = ndjson(readings)
  const gzip = { 'content-encoding': 'gzip' }
  const others: [string | Uint8Array | ReadableStream, Record<string, string>][] = [
    [csv(readings), asCsv],
    [gzipSync(text), { ...asNdjson, ...gzip }],
    // Gzip is known by its first bytes, so a file that was compressed before may go as it is.
    [gzipSync(csv(readings)), asCsv],
    [stream([text.slice(0, 7), text.slice(7, 4000), text.slice(4000)]), asNdjson],
  ]
  for (const [body, headers] of others) {
    const answer = await answerOf<IngestedWire>(await post('readings', body, headers))
    assert.deepEqual(counts(answer), { accepted: 0, repeats: 300, refused: 0, late: 0 })
  }
  assert.equal(await stored('forms'), 300)
})

test('API10 what cannot be used is refused by line, with what would be right, and the rest is kept', async () => {
  const good = sales('lines', 4)
  const body = [
    JSON.stringify(good[0]),
    'no json',
    JSON.stringify({ ...good[1], gpus: -3, pool: 'nowhere' }),
    JSON.stringify(good[2]),
    JSON.stringify({ ...good[3], pool: 'nowhere' }),
  ].join('\n')
  const answer = await answerOf<IngestedWire>(await post('readings', body, asNdjson))
  assert.deepEqual(counts(answer), { accepted: 2, repeats: 0, refused: 3, late: 0 })
  assert.deepEqual(
    answer.refusals.map(({ line, problems }) => [line, problems.map(({ pointer }) => pointer)]),
    [
      [2, ['']],
      [3, ['/gpus', '/pool']],
      [5, ['/pool']],
    ],
  )
  assert.match(answer.refusals[1]!.problems[0]!.message, /whole number from 0 to/)
  const detail = await answerOf<BatchDetailWire>(await fetch(`${ways.address}/api/ingest/batches/${answer.batch}`))
  assert.deepEqual(detail.refusals, answer.refusals)
})

test('API10 all-or-nothing keeps nothing where anything is refused', async () => {
  const body = ndjson([...sales('all', 3), { kind: 'allocation', source: 'all', id: 'bad' }])
  const problem = await problemOf(await post('readings?mode=all-or-nothing', body, asNdjson), 422)
  assert.ok(
    problem.errors!.every(({ pointer }) => pointer.startsWith('/4/')),
    JSON.stringify(problem.errors),
  )
  assert.equal(await stored('all'), 0)
})

test('API10 the form has to be said, and one that is not known is refused with those that are', async () => {
  for (const type of ['text/plain', 'application/json', 'multipart/form-data; boundary=x', ''])
    assert.match(
      (await problemOf(await post('readings', new Uint8Array([123]), type === '' ? {} : { 'content-type': type }), 415)).detail,
      /application\/x-ndjson.*text\/csv/,
    )
  assert.match((await problemOf(await post('readings', 'x', { ...asNdjson, 'content-encoding': 'br' }), 415)).detail, /gzip, and not br/)
  for (const body of ['{"kind":1}\n', 'x', ''])
    assert.match((await problemOf(await post('readings', body, { ...asNdjson, 'content-encoding': 'gzip' }), 400)).detail, /is not/)
  assert.match(
    (await problemOf(await post('readings?agreement=other', 'x', asNdjson), 409)).detail,
    /^No agreement other is loaded; there are small/,
  )
  const query = await problemOf(await post('readings?mode=some&agreement=A%20B', 'x', { ...asNdjson, 'idempotency-key': 'a b' }), 400)
  assert.deepEqual(query.errors!.map(({ pointer }) => pointer).toSorted(), ['/query/agreement', '/query/mode'])
  assert.match(
    (await problemOf(await post('readings', 'x', { ...asNdjson, 'idempotency-key': 'a b' }), 400)).errors![0]!.pointer,
    /headers\/idempotency-key/,
  )
})

test('API11 the same key and content are answered as the first time; other content is refused', async () => {
  const headers = { ...asNdjson, 'idempotency-key': '"first-of-march"' }
  const body = ndjson(sales('keyed', 20))
  const first = await answerOf<IngestedWire>(await post('readings', body, headers))
  const again = await answerOf<IngestedWire>(await post('readings', gzipSync(body), { ...headers, 'content-encoding': 'gzip' }))
  assert.deepEqual(again, { ...first, again: true })
  const other = await problemOf(await post('readings', ndjson(sales('keyed', 21)), headers), 422)
  assert.equal(other.type, 'urn:offtake:problem:key-taken')
  assert.equal(await stored('keyed'), 20)
  // Bare or quoted, it is one key; and it is that of the command line.
  const { batches } = await answerOf<BatchesWire>(await fetch(`${ways.address}/api/ingest/batches`))
  assert.equal(batches.find(({ batch }) => batch === first.batch)!.key, 'first-of-march')
})

test('API12 each limit refuses by its name, and nothing is kept', async () => {
  const limits = { uploadBytesMax: 20_000, uploadTextBytesMax: 60_000, eventBytesMax: 9_000, eventsMax: 3, remoteWriteBytesMax: 500 }
  const small = await openWays(store, { limits, telemetry: { append: async ({ of }) => ({ accepted: of.length, refused: [] }) } })
  const refused = async (limit: string, response: Response): Promise<void> => {
    assert.match((await problemOf(response, 413)).detail, new RegExp(`limit ${limit}`))
  }
  try {
    const large = ndjson(sales('large', 500))
    await refused('uploadBytesMax', await small.post('readings', large, asNdjson))
    // A body that does not say how long it is, is counted.
    await refused(
      'uploadBytesMax',
      await small.post('readings', stream([large.slice(0, 9000), large.slice(9000, 30_000), large.slice(30_000)]), asNdjson),
    )
    await refused('uploadTextBytesMax', await small.post('readings', gzipSync(large), { ...asNdjson, 'content-encoding': 'gzip' }))
    const event = { specversion: '1.0', id: 'x', source: 's', type: 'com.offtake.reading.v1', data: {} }
    const asEvents = { 'content-type': 'application/cloudevents-batch+json' }
    await refused('eventsMax', await small.post('events', JSON.stringify([event, event, event, event]), asEvents))
    await refused('eventBytesMax', await small.post('events', JSON.stringify([{ ...event, subject: 'x'.repeat(9_000) }]), asEvents))
    const asWrite = { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' }
    await refused('remoteWriteBytesMax', await small.post('prometheus?factory=f', new Uint8Array(501), asWrite))
    assert.equal(await stored('large'), 0)
  } finally {
    await small.close()
  }
})

test('API12 a gzip that swells is refused by its ratio while it is read, and memory does not grow by what it would come to', async () => {
  // Blank lines: 256 MiB of them in 261 kB.
  const bomb = gzipSync(Buffer.alloc(2 ** 28, 10))
  const before = process.memoryUsage.rss()
  const problem = await problemOf(await post('readings', bomb, { ...asNdjson, 'content-encoding': 'gzip' }), 413)
  assert.match(problem.detail, /limit gzipRatioMax/)
  assert.ok(process.memoryUsage.rss() - before < 100 * 2 ** 20)
})

test('API12 other routes keep their limit, and take no body that they did not ask for', async () => {
  const answer = await fetch(`${ways.address}/api/agreements`, {
    method: 'POST',
    body: JSON.stringify({ a: 'x'.repeat(70_000) }),
    headers: { 'content-type': 'application/json' },
  })
  assert.ok(answer.status === 404 || answer.status === 413, `${answer.status}`)
  await problemOf(answer, answer.status)
})

test('API13 what is beyond the places is sent away with when to come again, and places are given back', async () => {
  const few = await openWays(store, { limits: { uploadsAtOnceMax: 2, lingerMs: 100 } })
  const held = [0, 1].map(() => rawUpload(few.port, 'Transfer-Encoding: chunked'))
  const running = async () => (await answerOf<IngestProgressWire>(await fetch(`${few.address}/api/ingest/progress`))).uploads.length
  try {
    await until('both are under way', async () => (await running()) === 2)
    const response = await few.post('readings', ndjson(sales('beyond', 2)), asNdjson)
    assert.equal(response.headers.get('retry-after'), '2')
    assert.equal((await problemOf(response, 429)).type, 'urn:offtake:problem:busy')
    assert.equal(await stored('beyond'), 0)
    held[0]!.socket.destroy()
    await until('a place is free', async () => (await running()) === 1)
    await answerOf(await few.post('readings', ndjson(sales('beyond', 2)), asNdjson))
    assert.equal(await stored('beyond'), 2)
  } finally {
    for (const { socket } of held) socket.destroy()
    await few.close()
  }
})

test('API13 events that wait are bounded in number and bytes', async () => {
  const few = await openWays(store, {
    limits: { eventRequestsAtOnceMax: 1, eventRequestsWaitingMax: 1, queuedBytesMax: 1_000, lingerMs: 100 },
  })
  const type = 'application/cloudevents+json'
  const held = rawUpload(few.port, 'Content-Length: 600', 'events', type)
  try {
    await until('it is inside', async () => {
      const response = await few.post('events', 'x'.repeat(500), { 'content-type': type })
      await response.text()
      return response.status === 429
    })
    // Of four more that come whole, one waits for its turn, which does not come; there is no place for the others.
    const fates = Array.from({ length: 4 }, async () => {
      try {
        const response = await fetch(`${few.address}/api/ingest/events`, {
          method: 'POST',
          headers: { 'content-type': type },
          body: 'x',
          signal: AbortSignal.timeout(1_500),
        })
        assert.equal(response.headers.get('retry-after'), '2')
        return (await problemOf(response, 429)).type
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error
        return 'waits'
      }
    })
    const busy = 'urn:offtake:problem:busy'
    assert.deepEqual((await Promise.all(fates)).toSorted(), [busy, busy, busy, 'waits'])
  } finally {
    held.socket.destroy()
    await few.close()
  }
})

test('API14 a body that comes too slowly is refused with the reason, and keeps nothing', async () => {
  const hasty = await openWays(store, { limits: { bodyWaitMsMax: 300, lingerMs: 200 } })
  try {
    const line = ndjson(sales('slow', 1))
    const silent = rawUpload(hasty.port, `Content-Length: ${line.length + 1}`)
    silent.socket.write(line)
    await until('it is refused', () => silent.text().includes('\r\n\r\n'))
    assert.match(silent.text(), /^HTTP\/1\.1 408 /)
    assert.match(silent.text(), /limits bodyWaitMsMax, bodyBytesPerSecondMin/)
    await silent.ended
    // A byte now and then is no better.
    const dripping = rawUpload(hasty.port, 'Transfer-Encoding: chunked')
    const timer = setInterval(() => dripping.socket.write('1\r\n{\r\n'), 40)
    await until('it is refused', () => dripping.text().includes('slow-body'))
    clearInterval(timer)
    await dripping.ended
    assert.equal(await stored('slow'), 0)
  } finally {
    await hasty.close()
  }
})

test('API14 a sender that goes away in the middle leaves nothing behind', async () => {
  const line = ndjson(sales('gone', 5000))
  const leaving = rawUpload(ways.port, `Content-Length: ${line.length + 1}`)
  await new Promise<void>((done) => leaving.socket.write(line, () => done()))
  await until('it is under way', async () =>
    (await answerOf<IngestProgressWire>(await fetch(`${ways.address}/api/ingest/progress`))).uploads.some(({ rows }) => rows > 100),
  )
  leaving.socket.destroy()
  await until(
    'it is over',
    async () => (await answerOf<IngestProgressWire>(await fetch(`${ways.address}/api/ingest/progress`))).uploads.length === 0,
  )
  assert.equal(await stored('gone'), 0)
  assert.deepEqual(ways.told, [])
})

test('API14 a server that is to stop breaks off what is under way, says so, and stops', async () => {
  const ending = await openWays(store, { limits: { lingerMs: 200 } })
  const line = ndjson(sales('stopping', 3000))
  const upload = rawUpload(ending.port, `Content-Length: ${line.length + 1}`)
  upload.socket.write(line)
  const uploads = async () => (await answerOf<IngestProgressWire>(await fetch(`${ending.address}/api/ingest/progress`))).uploads
  await until('it is under way', async () => (await uploads()).some(({ rows }) => rows > 100))
  const started = performance.now()
  await ending.close()
  assert.ok(performance.now() - started < 8000, 'it waits for the sender')
  await upload.ended
  assert.match(upload.text(), /^HTTP\/1\.1 503 /)
  assert.match(upload.text(), /The server is stopping/)
  assert.equal(await stored('stopping'), 0)
  assert.deepEqual(ending.told, [])
})

test('API15 an upload says how far it is, and is in the list once it is over', async () => {
  const body = ndjson(sales('progress', 3000))
  const sending = rawUpload(ways.port, `Content-Length: ${body.length}`, 'readings?file=march.ndjson')
  sending.socket.write(body.slice(0, 200_000))
  const uploads = async () => (await answerOf<IngestProgressWire>(await fetch(`${ways.address}/api/ingest/progress`))).uploads
  await until('rows are read', async () => (await uploads()).some(({ rows }) => rows > 500))
  const [upload] = await uploads()
  assert.equal(upload!.file, 'march.ndjson')
  assert.equal(upload!.bytesTotal, body.length)
  assert.ok(upload!.bytesRead <= 200_000 && upload!.bytesRead > 50_000)
  sending.socket.write(body.slice(200_000))
  await until('it is answered', () => sending.text().includes('"accepted":3000'))
  sending.socket.destroy()
  const pages: string[] = []
  let cursor: string | null = null
  do {
    const page: BatchesWire = await answerOf(
      await fetch(`${ways.address}/api/ingest/batches?limit=2${cursor === null ? '' : `&cursor=${cursor}`}`),
    )
    pages.push(...page.batches.map(({ batch }) => batch))
    cursor = page.next
  } while (cursor !== null)
  const { rows } = await store.pool.query<{ batch: bigint }>('select batch from import_batch order by batch desc')
  assert.deepEqual(
    pages,
    rows.map(({ batch }) => `${batch}`),
  )
  assert.match((await problemOf(await fetch(`${ways.address}/api/ingest/batches/999999`), 404)).detail, /no import 999999/)
})

test('API18 foreign names are refused before a body is read, and no page elsewhere may send', async () => {
  const sending = rawUpload(ways.port, 'X: y')
  sending.socket.destroy()
  const socket = connect(ways.port, '127.0.0.1')
  let text = ''
  socket.setEncoding('utf8').on('data', (data: string) => (text += data))
  socket.on('error', () => {})
  // The body never comes, and the answer does not wait for it.
  socket.write(
    'POST /api/ingest/readings HTTP/1.1\r\nHost: evil.example\r\nContent-Type: application/x-ndjson\r\nContent-Length: 1000\r\n\r\n',
  )
  await until('it is refused', () => text.includes('unknown-host'))
  assert.match(text, /^HTTP\/1\.1 421 /)
  socket.destroy()
  // What a page may send without asking is refused, and who asks is told nothing that allows it.
  const asked = await fetch(`${ways.address}/api/ingest/readings`, {
    method: 'OPTIONS',
    headers: { origin: 'http://evil.example', 'access-control-request-method': 'POST' },
  })
  assert.equal(asked.headers.get('access-control-allow-origin'), null)
  assert.equal((await post('readings', 'x', { 'content-type': 'text/plain' })).status, 415)
  assert.equal((await post('events', '{}', { 'content-type': 'text/plain' })).status, 415)
})
