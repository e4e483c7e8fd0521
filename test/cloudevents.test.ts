import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { after, test } from 'node:test'
import { CloudEvent, emitterFor, HTTP, httpTransport, Mode } from 'cloudevents'
import fc from 'fast-check'
import type { BlockId } from '../src/core/base/id.ts'
import type { ProblemWire } from '../src/wire/problem.ts'
import type { IngestedWire } from '../src/wire/ingest.ts'
import { parseFlexMapping } from '../src/server/fleet/flex-mapping.ts'
import { testDatabase } from './database.ts'
import { temporaryFolder } from './offtake.ts'
import { startServing } from './serving.ts'
import { answerOf, load, openWays, problemOf, sales, smallAgreement } from './ways-in.ts'

const { write, remove } = temporaryFolder()
const { close, url, ...store } = await testDatabase()
await load(store, smallAgreement())
const flexFile = write(
  'flex.yaml',
  `flex: 1
source: flex-small
zone: Asia/Singapore
feeds:
  main-a: { block: small-1, gpus: 600, wattsPerGpu: 2000 }
  main-b: { block: small-1, gpus: 400, wattsPerGpu: 2000 }
`,
)
// The real server, in a process of its own.
const server = await startServing({ DATABASE_URL: url }, ['--flex', flexFile], ['--now', '2027-03-05T12:00:00Z'])
after(async () => {
  server.child.kill('SIGTERM')
  await server.ended
  await close()
  remove()
})
const address = `${server.address}/api/ingest/events`

/** The client library of the project that made the specification, as a sender. */
const transport = httpTransport(address)
const emit = async (event: CloudEvent<unknown>, mode: Mode): Promise<IngestedWire & ProblemWire> => {
  const answer = (await emitterFor(transport, { mode })(event)) as { body: string }
  return JSON.parse(answer.body) as IngestedWire & ProblemWire
}
const readingEvent = (reading: Record<string, unknown>, more: Partial<CloudEvent<unknown>> = {}): CloudEvent<unknown> => {
  const { source, id, ...data } = reading
  return new CloudEvent({ source: source as string, id: id as string, type: 'com.offtake.reading.v1', data, ...more })
}
const asBatch = { 'content-type': 'application/cloudevents-batch+json' }
const asEvent = { 'content-type': 'application/cloudevents+json' }
const postTo = (to: string) => (body: unknown, headers: Record<string, string>) =>
  fetch(to, { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) })
const post = postTo(address)
const counts = ({ accepted, repeats, refused }: IngestedWire): [number, number, number] => [accepted, repeats, refused]
const stored = async (source: string) =>
  (
    await store.pool.query<{ id: string; from: bigint; to: bigint; gpus: number }>(
      'select id, starts_at as "from", ends_at as "to", gpus from reading where source = $1 order by starts_at, id',
      [source],
    )
  ).rows

test('API16 the library of CloudEvents delivers readings, structured and binary, and each once however often', async () => {
  const readings = sales('slurm-small', 6)
  for (const [i, reading] of readings.entries()) {
    const event = readingEvent(reading, { subject: `job-${i}`, time: '2027-02-02T00:00:00Z' })
    const [first, second] = i % 2 === 0 ? [Mode.BINARY, Mode.STRUCTURED] : [Mode.STRUCTURED, Mode.BINARY]
    const answer = await emit(event, first)
    assert.deepEqual(counts(answer), [1, 0, 0], JSON.stringify(answer))
    // Delivered again, in whichever mode, it is the same event, and so the same reading.
    assert.deepEqual(counts(await emit(event, second)), [0, 1, 0])
  }
  const rows = await stored('slurm-small')
  assert.deepEqual(
    rows.map(({ id, gpus }) => [id, gpus]),
    readings.map(({ id, gpus }) => [id, gpus]),
  )
})

test('API16 a batch keeps what can be kept, and tells of each event what is wrong with it', async () => {
  const [a, b, c] = sales('batched', 3).map((reading) => readingEvent(reading))
  const batch = [
    a!.toJSON(),
    { ...b!.toJSON(), specversion: '0.3' },
    { ...c!.toJSON(), data: { ...(c!.data as object), gpus: 'many' } },
    { ...c!.toJSON(), type: 'com.example.other' },
    { ...c!.toJSON(), data: { ...(c!.data as object), id: 'another' } },
    'no event',
    c!.toJSON(),
  ]
  // The library reads the batch as we do: what it accepts as an event is one.
  assert.equal((HTTP.toEvent({ headers: asBatch, body: JSON.stringify([batch[0], batch[6]]) }) as CloudEvent<unknown>[]).length, 2)
  const answer = await answerOf<IngestedWire>(await post(batch, asBatch))
  assert.deepEqual(counts(answer), [2, 0, 5])
  assert.deepEqual(
    answer.refusals.map(({ line, problems }) => [line, problems.map(({ pointer }) => pointer)]),
    [
      [2, ['/specversion']],
      [3, ['/data/gpus']],
      [4, ['/type']],
      [5, ['/data/id']],
      [6, ['']],
    ],
  )
  assert.match(answer.refusals[2]!.problems[0]!.message, /com\.offtake\.reading\.v1/)
  const all = await problemOf(await postTo(`${address}?mode=all-or-nothing`)(batch, asBatch), 422)
  assert.equal(all.errors!.length, 5)
})

test('API16 a single event that cannot be used is refused by its status, with everything that is wrong', async () => {
  const wrong = await emit(readingEvent({ ...sales('single', 1)[0], gpus: -1, pool: 'Nowhere' }), Mode.BINARY)
  assert.equal(wrong.status, 422)
  assert.deepEqual(wrong.errors!.map(({ pointer }) => pointer).toSorted(), ['/1/data/gpus', '/1/data/pool'])
  const event = readingEvent(sales('single', 1)[0]!)
  assert.equal((await emit(event, Mode.STRUCTURED)).accepted, 1)
  const other = await emit(event.cloneWith({ data: { ...(event.data as object), gpus: 77 } }), Mode.BINARY)
  assert.match(other.errors![0]!.detail, /gpus was 1 and is 77/)
  for (const [body, headers, status] of [
    ['{', asEvent, 400],
    ['{}', asBatch, 400],
    ['[]', asEvent, 422],
    ['{}', { 'content-type': 'application/json' }, 415],
    ['{}', { 'content-type': 'application/xml', 'ce-specversion': '1.0' }, 415],
    ['{}', { 'content-type': 'application/json', 'ce-specversion': '1.0' }, 422],
  ] as const)
    await problemOf(await post(body, headers), status)
  assert.deepEqual(await answerOf<IngestedWire>(await post([], asBatch)).then(counts), [0, 0, 0])
})

// What follows: events of DSX Flex, in the form of the public schema (DSX Flex 1.7.0).
const correlation = '6f1c2a52-7c1e-4d7a-9a0e-1f3a5b6c7d8e'
let numbers = 0
const flexEvent = (type: string, time: string, data: unknown, more: object = {}) => ({
  specversion: '1.0.2',
  id: `00000000-0000-4000-8000-${String((numbers += 1)).padStart(12, '0')}`,
  source: '//grid/v1/dsx-flex-agent/maxlps',
  type,
  time,
  datacontenttype: 'application/json',
  subject: 'powerstate',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  data,
  ...more,
})
const megawatts = (value: number) => ({ value, unit: 'megawatt' })
const feed = (targets: object[], event = 'periodic') => ({
  metadata: { power_minimum: megawatts(0), power_maximum: megawatts(1.3), default_constraint: megawatts(1.2) },
  targets,
  calculated_load: megawatts(0.9),
  in_flight: false,
  event,
  power_event_start_time: null,
  compliant: true,
})
const status = (time: string, feeds: object) => flexEvent('grid.powerstate.status.v1', time, { snapshot_time: time, feeds })
const setTarget = (time: string, targets: object[]) =>
  flexEvent('grid.loadtarget.set.v1', time, { targets }, { correlationid: correlation, source: '//grid/v1/isv/acme-energy' })
const at = (text: string): bigint => BigInt(Date.parse(text) / 1000)

test('API16 F44 an order of the grid is told once it is over, with the GPUs that the limit leaves no power for', async () => {
  // 0.9 MW leave 450 of 600 GPUs at 2 kW each; of 0.7501 MW for 400, 375 and a part of one.
  const set = setTarget('2027-03-01T00:00:00Z', [
    {
      interval: { start_time: '2027-03-01T02:00:00Z', end_time: '2027-03-01T04:00:00Z' },
      feed_tags: ['main-a'],
      load_constraint: megawatts(0.9),
    },
    {
      interval: { start_time: '2027-03-01T02:00:00Z', end_time: '2027-03-01T03:00:00Z' },
      feed_tags: ['main-b'],
      load_constraint: { value: 750.1, unit: 'kilowatt' },
    },
  ])
  const heard = await answerOf<IngestedWire>(await post(set, asEvent))
  assert.deepEqual([heard.batch, heard.accepted], [null, 0])
  const over = status('2027-03-01T05:00:00Z', { 'main-a': feed([], 'end_ramp_up'), 'main-b': feed([]), cooling: feed([]) })
  assert.deepEqual(counts(await answerOf<IngestedWire>(await post(over, asEvent))), [2, 0, 0])
  // Again, and one that is older: nothing changes.
  for (const event of [over, set]) assert.equal((await answerOf<IngestedWire>(await post(event, asEvent))).batch, null)
  assert.deepEqual(await stored('flex-small'), [
    { id: `${correlation}/main-a/2027-03-01T02:00:00Z`, from: at('2027-03-01T02:00:00Z'), to: at('2027-03-01T04:00:00Z'), gpus: 150 },
    { id: `${correlation}/main-b/2027-03-01T02:00:00Z`, from: at('2027-03-01T02:00:00Z'), to: at('2027-03-01T03:00:00Z'), gpus: 24 },
  ])
})

test('API16 F44 an order without an end is told by local days, and to the instant at which it is taken away', async () => {
  const before = (await stored('flex-small')).length
  const open = {
    active: true,
    load_constraint: megawatts(1),
    interval: { start_time: '2027-03-02T10:00:00Z' },
    strategy: {},
    correlation_id: 'open-1',
  }
  const batch = [
    setTarget('2027-03-02T10:00:00Z', [{ interval: {}, feed_tags: ['main-a'], load_constraint: megawatts(1) }]),
    status('2027-03-02T11:00:00Z', { 'main-a': feed([{ ...open, correlation_id: correlation }]) }),
    status('2027-03-04T20:00:00Z', { 'main-a': feed([{ ...open, correlation_id: correlation }]) }),
  ]
  await answerOf(await post(batch, asBatch))
  // Midnight in Singapore is 16:00 UTC. The hour of the first snapshot cuts nothing.
  const days = [
    ['2027-03-02T10:00:00Z', '2027-03-02T16:00:00Z'],
    ['2027-03-02T16:00:00Z', '2027-03-03T16:00:00Z'],
    ['2027-03-03T16:00:00Z', '2027-03-04T16:00:00Z'],
  ]
  const told = async () => (await stored('flex-small')).slice(before).map(({ from, to, gpus }) => [from, to, gpus])
  assert.deepEqual(
    await told(),
    days.map(([from, to]) => [at(from!), at(to!), 100]),
  )
  const away = setTarget('2027-03-04T21:30:00Z', [{ interval: {}, load_constraint: null }])
  assert.deepEqual(counts(await answerOf<IngestedWire>(await post(away, asEvent))), [1, 0, 0])
  assert.deepEqual((await told()).at(-1), [at('2027-03-04T16:00:00Z'), at('2027-03-04T21:30:00Z'), 100])
})

test('API16 F44 many events of one feed at once come to what one after the other come to', async () => {
  const source = 'flex-crowd'
  const mapping = {
    source,
    zone: 'Asia/Singapore',
    feeds: new Map([['main-a', { block: 'small-1' as BlockId, gpus: 600, wattsPerGpu: 2000 }]]),
    keys: new Map(),
  }
  const ways = await openWays(store, { flex: mapping, limits: { eventRequestsAtOnceMax: 4 } })
  const crowd = postTo(`${ways.address}/api/ingest/events`)
  const order = {
    active: true,
    load_constraint: megawatts(1),
    interval: { start_time: '2027-02-10T10:00:00Z', end_time: '2027-02-13T09:00:00Z' },
    correlation_id: 'crowd',
  }
  const heartbeat = (hour: number) => {
    const time = new Date(Date.UTC(2027, 1, 10, 10 + hour)).toISOString()
    return status(time, { 'main-a': feed(hour < 71 ? [{ ...order, load_constraint: megawatts(1) }] : []) })
  }
  try {
    // Each sent twice, many at once, in whatever order they are taken.
    const hours = Array.from({ length: 30 }, (_, i) => 3 * (i + 1)).flatMap((hour) => [hour, hour])
    const events = new Map(hours.map((hour) => [hour, heartbeat(hour)]))
    await answerOf(await crowd(heartbeat(0), asEvent))
    const waiting = [...hours]
    const sender = async (): Promise<void> => {
      for (let hour = waiting.shift(); hour !== undefined; hour = waiting.shift()) await answerOf(await crowd(events.get(hour), asEvent))
    }
    await Promise.all(Array.from({ length: 12 }, sender))
    const told = (await stored(source)).map(({ from, to, gpus }) => [from, to, gpus])
    const midnights = [
      '2027-02-10T10:00:00Z',
      '2027-02-10T16:00:00Z',
      '2027-02-11T16:00:00Z',
      '2027-02-12T16:00:00Z',
      '2027-02-13T09:00:00Z',
    ]
    assert.deepEqual(
      told,
      midnights.slice(1).map((to, i) => [at(midnights[i]!), at(to), 100]),
    )
  } finally {
    await ways.close()
  }
})

test('API16 F44 breach alerts and enforcements are heard; what is wrong with an event of DSX Flex is told', async () => {
  const alert = flexEvent('grid.powerbreach.alert.v1', '2027-03-05T00:00:00Z', {
    feed_tag: 'main-a',
    status: 'active',
    severity: 'warning',
  })
  const enforcement = flexEvent('grid.powerbreach.enforcement.v1', '2027-03-05T00:01:00Z', { feed_tag: 'main-a', action: 'applied' })
  assert.deepEqual(counts(await answerOf<IngestedWire>(await post([alert, enforcement], asBatch))), [0, 0, 0])
  const wrong = setTarget('2027-03-05T01:00:00Z', [
    { interval: { start_time: 'soon' }, feed_tags: ['main-a'], load_constraint: { value: 0, unit: 'horsepower' } },
  ])
  const problem = await problemOf(await post(wrong, asEvent), 422)
  assert.deepEqual(problem.errors!.map(({ pointer }) => pointer).toSorted(), [
    '/1/data/targets/0/interval/start_time',
    '/1/data/targets/0/load_constraint/unit',
    '/1/data/targets/0/load_constraint/value',
  ])
  const elsewhere = setTarget('2027-03-05T01:00:00Z', [{ interval: {}, feed_tags: ['main-z'], load_constraint: null }])
  assert.match((await problemOf(await post(elsewhere, asEvent), 422)).detail + JSON.stringify(elsewhere), /main-z/)
  const mixed = [alert, readingEvent(sales('mixed', 1)[0]!).toJSON()]
  await problemOf(await post(mixed, asBatch), 422)
  assert.deepEqual(await stored('mixed'), [])
})

test('API16 F44 where keys are known, an event has to be signed by one of them', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const parsed = parseFlexMapping(
    `flex: 1\nsource: flex-signed\nzone: UTC\nfeeds: { f: { block: small-1, gpus: 10, wattsPerGpu: 1000 } }\nkeys:\n  k1: |\n${publicKey.export({ type: 'spki', format: 'pem' }).replaceAll(/^/gm, '    ')}\n`,
  )
  assert.ok('mapping' in parsed, JSON.stringify(parsed))
  const ways = await openWays(store, { flex: parsed.mapping })
  const send = postTo(`${ways.address}/api/ingest/events`)
  const jws = (data: unknown, kid: string) => {
    const text = [{ alg: 'ES256', kid }, data].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
    return `${text}.${sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
  }
  const data = {
    targets: [
      {
        interval: { start_time: '2027-03-01T00:00:00Z', end_time: '2027-03-01T01:00:00Z' },
        load_constraint: { value: 5, unit: 'kilowatt' },
      },
    ],
  }
  const event = (signed: unknown) => flexEvent('grid.loadtarget.set.v1', '2027-02-28T00:00:00Z', signed, { correlationid: correlation })
  try {
    const good = jws(data, 'k1')
    assert.equal((await answerOf<IngestedWire>(await send(event(good), asEvent))).batch, null)
    const detail = async (signed: unknown) => (await problemOf(await send(event(signed), asEvent), 422)).errors![0]!.detail
    assert.match(await detail(data), /must be signed/)
    assert.match(await detail(jws(data, 'k2')), /none of the known keys: k1/)
    assert.match(await detail(`${good.slice(0, -6)}AAAAAA`), /signature is not that of k1/)
    assert.match(await detail('no.jws'), /no JWS/)
    const later = flexEvent('grid.powerbreach.alert.v1', '2027-03-01T02:00:00Z', jws({ feed_tag: 'f' }, 'k1'))
    assert.deepEqual(counts(await answerOf<IngestedWire>(await send(later, asEvent))), [1, 0, 0])
    assert.deepEqual(
      (await stored('flex-signed')).map(({ gpus }) => gpus),
      [5],
    )
  } finally {
    await ways.close()
  }
})

test('API16 F44 the document of feeds is refused with everything that is wrong with it, by line', () => {
  const wrong = parseFlexMapping('flex: 2\nsource: s\nzone: Mars\nfeeds:\n  a: { block: X, gpus: 0, watts: 3 }\nkeys: { k: nokey }\n')
  assert.ok('problems' in wrong)
  assert.deepEqual(wrong.problems.map(({ pointer, line }) => `${line} ${pointer}`).toSorted(), [
    '1 /flex',
    '3 /zone',
    '5 /feeds/a',
    '5 /feeds/a/block',
    '5 /feeds/a/gpus',
    '5 /feeds/a/wattsPerGpu',
  ])
})

test('API16 no event makes the server fail: each is kept, repeated, or refused with a reason', async () => {
  const ways = await openWays(store, { flex: { source: 'fuzz', zone: 'UTC', feeds: new Map(), keys: new Map() } })
  const attribute = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.constant(null),
    fc.constantFrom('1.0', 'com.offtake.reading.v1', 'grid.loadtarget.set.v1'),
  )
  const names = fc.constantFrom(
    'specversion',
    'id',
    'source',
    'type',
    'time',
    'data',
    'data_base64',
    'datacontenttype',
    'subject',
    '__proto__',
  )
  const event = fc.dictionary(names, fc.oneof({ weight: 3, arbitrary: attribute }, fc.jsonValue()), { maxKeys: 8 })
  const body = fc.oneof(
    event.map((value) => JSON.stringify(value)),
    fc.array(event, { maxLength: 5 }).map((value) => JSON.stringify(value)),
    fc.jsonValue().map((value) => JSON.stringify(value)),
    fc.string(),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  )
  const headers = fc.oneof(
    fc.constantFrom(asEvent, asBatch, { 'content-type': 'application/json', 'ce-specversion': '1.0' } as Record<string, string>),
    fc.record({
      'content-type': fc.constantFrom('application/json', 'text/plain', 'application/cloudevents+json;charset=x'),
      'ce-id': fc.constantFrom('a', '%', '%41', '%zz'),
      'ce-specversion': fc.constantFrom('1.0', '%'),
      'ce-source': fc.constant('s'),
      'ce-type': fc.constantFrom('x', 'com.offtake.reading.v1', 'grid.powerstate.status.v1'),
    }),
  )
  try {
    await fc.assert(
      fc.asyncProperty(body, headers, async (text, sent) => {
        const response = await postTo(`${ways.address}/api/ingest/events`)(text, sent)
        if (response.status === 200) return void (await response.json())
        assert.ok([400, 413, 415, 422].includes(response.status), `${response.status} ${await response.clone().text()}`)
        await problemOf(response, response.status)
      }),
      { numRuns: 400 },
    )
    assert.deepEqual(ways.told, [])
  } finally {
    await ways.close()
  }
})
