import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { testDatabase } from '../../../test/database.ts'
import { headersOf, byHeader } from '../../../test/principals.ts'
import { compressed, gpuSeries, headers1, writeRequest } from '../../../test/remote-write.ts'
import {
  answerOf,
  load,
  makeMemorySink,
  ndjson,
  openWays,
  problemOf,
  rawUpload,
  sales,
  smallAgreement,
  until,
  wayNow,
} from '../../../test/ways-in.ts'
import type { BlockId } from '../../core/base/id.ts'
import type { IngestedWire, IngestProgressWire, RemoteWrittenWire } from '../../wire/ingest.ts'
import type { FlexMapping } from '../fleet/flex-mapping.ts'

// Two operators, each with an agreement of its own, at one server: what the ways in take from each, and tell it.
const { close, ...store } = await testDatabase()
const operators = ['north', 'south'] as const
for (const name of operators) await load(store, smallAgreement(name, `${name}-cloud`))
const { sink, samples } = makeMemorySink()
const feed = (name: string) => [`feed-${name}`, { block: `${name}-1` as BlockId, gpus: 100, wattsPerGpu: 1000 }] as const
const flex: FlexMapping = { source: 'flex-two', zone: 'UTC', feeds: new Map(operators.map(feed)), keys: new Map() }
const ways = await openWays(store, { telemetry: sink, flex, identify: byHeader })
after(async () => {
  await ways.close()
  await close()
})
const as = (name: string) => headersOf('operator', `${name}-cloud`)
const other = (name: string): string => (name === 'north' ? 'south' : 'north')
const asNdjson = { 'content-type': 'application/x-ndjson' }
const asEvent = { 'content-type': 'application/cloudevents+json' }

test('API134 telemetry of a factory is taken from its operator alone; any other factory is answered as one that nobody has', async () => {
  const send = (name: string, factory: string) =>
    ways.post(
      `prometheus?factory=${factory}`,
      compressed(writeRequest([gpuSeries('n01', 0, 'DCGM_FI_DEV_GPU_UTIL', [{ value: 1, timestamp: wayNow * 1000 - 15_000 }])])),
      { ...headers1, ...as(name) },
    )
  for (const name of operators) {
    const refused = []
    for (const factory of [other(name), 'nowhere']) {
      const { type, detail } = await problemOf(await send(name, factory), 409)
      refused.push([type, detail.replaceAll(factory, '…')])
    }
    assert.deepEqual(refused[0], refused[1])
    assert.equal([...samples.keys()].filter((key) => key.startsWith(`${other(name)} `) || key.startsWith('nowhere ')).length, 0)
    assert.equal((await answerOf<RemoteWrittenWire>(await send(name, name))).kept, 1)
    samples.clear()
  }
  // Whoever comes later is not held to what was known before.
  await problemOf(await send('later', 'later'), 409)
  await load(store, smallAgreement('later', 'later-cloud'))
  assert.equal((await answerOf<RemoteWrittenWire>(await send('later', 'later'))).kept, 1)
})

test('API135 an upload under way is seen by its party and by who runs the installation, as its import is afterwards', async () => {
  const body = ndjson(sales('north-slurm', 2000))
  const headers = Object.entries(as('north')).map(([name, value]) => `${name}: ${value}\r\n`)
  const sending = rawUpload(ways.port, `${headers.join('')}Content-Length: ${body.length}`, 'readings?file=secret-march.ndjson')
  sending.socket.write(body.slice(0, 100_000))
  const uploads = async (who: Readonly<Record<string, string>>) =>
    (await answerOf<IngestProgressWire>(await fetch(`${ways.address}/api/ingest/progress`, { headers: who }))).uploads.map(
      ({ file }) => file,
    )
  try {
    await until('it is under way', async () => (await uploads(as('north'))).length === 1)
    assert.deepEqual(await uploads(as('north')), ['secret-march.ndjson'])
    assert.deepEqual(await uploads(as('south')), [])
    assert.deepEqual(await uploads(headersOf('administrator', null)), ['secret-march.ndjson'])
  } finally {
    sending.socket.write(body.slice(100_000))
    await until('it is answered', () => sending.text().includes('"accepted":2000'))
    sending.socket.destroy()
  }
})

test('API135 agreements, pools, blocks and clauses of other operators are answered like names that nobody has', async () => {
  for (const name of operators) {
    const foreign = other(name)
    for (const way of ['readings', 'events'] as const) {
      const details = []
      for (const agreement of [foreign, 'nowhere']) {
        const form = way === 'readings' ? asNdjson : asEvent
        const event = { specversion: '1.0', id: 'x', source: 's', type: 'com.offtake.reading.v1', data: {} }
        const answer = await ways.post(`${way}?agreement=${agreement}`, JSON.stringify(event), { ...form, ...as(name) })
        details.push((await problemOf(answer, 409)).detail.replaceAll(agreement, '…'))
      }
      assert.equal(details[0], details[1])
      assert.doesNotMatch(details.join(), new RegExp(`small|${foreign}(?!-cloud)`))
    }
    const from = '2027-02-01T00:00:00Z'
    const readings = [
      ...[foreign, 'nowhere'].map((id) => ({ ...sales(`${name}-names`, 1)[0], id, pool: id })),
      ...[`${foreign}-1`, 'nowhere'].map((id) => ({
        kind: 'outage',
        source: `${name}-names`,
        id,
        block: id,
        from,
        to: '2027-02-02T00:00:00Z',
        gpus: 1,
      })),
      { kind: 'event', source: `${name}-names`, id: 'e', at: from, clause: 'backstop', event: 'default' },
    ]
    const answer = await answerOf<IngestedWire>(await ways.post('readings', ndjson(readings), { ...asNdjson, ...as(name) }))
    const told = answer.refusals.map(({ problems }) => problems.map(({ message }) => message).join('; '))
    assert.equal(told[0]!.replaceAll(foreign, '…'), told[1]!.replaceAll('nowhere', '…'))
    assert.equal(told[2]!.replaceAll(`${foreign}-1`, '…'), told[3]!.replaceAll('nowhere', '…'))
    // A clause that both have is the operator's own, and nobody asks which of two is meant.
    assert.deepEqual([answer.accepted, told.length], [1, 4])
  }
})

let numbers = 0
const alertOf = (feedTag: string, time: string) =>
  JSON.stringify({
    specversion: '1.0',
    id: `00000000-0000-4000-8000-${String((numbers += 1)).padStart(12, '0')}`,
    source: '//grid/v1/dsx-flex-agent/a',
    type: 'grid.powerbreach.alert.v1',
    time,
    data: { feed_tag: feedTag },
  })
const heard = async () =>
  (await store.pool.query<{ work: string; done: bigint }>(`select work, done from progress where starts_with(work, 'flex ')`)).rows

test('API136 feeds of power of other operators are answered like feeds that nobody has, and are moved on by nothing', async () => {
  for (const name of operators) {
    const details = []
    for (const tag of [`feed-${other(name)}`, 'feed-nowhere']) {
      const answer = await ways.post('events', alertOf(tag, '2027-03-05T11:00:00Z'), { ...asEvent, ...as(name) })
      const { errors } = await problemOf(answer, 422)
      details.push(errors![0]!.detail.replaceAll(tag, '…'))
    }
    assert.equal(details[0], details[1])
    assert.doesNotMatch(details.join(), new RegExp(`feed-${other(name)}`))
  }
  assert.deepEqual(await heard(), [])
  await answerOf(await ways.post('events', alertOf('feed-north', '2027-03-05T11:00:00Z'), { ...asEvent, ...as('north') }))
  // An order for all feeds is one for all of whoever is told.
  const all = JSON.stringify({
    ...(JSON.parse(alertOf('', '2027-03-05T11:30:00Z')) as object),
    type: 'grid.loadtarget.set.v1',
    data: { targets: [{ interval: {}, load_constraint: { value: 50, unit: 'kilowatt' } }] },
  })
  await answerOf(await ways.post('events', all, { ...asEvent, ...as('north') }))
  assert.deepEqual(
    (await heard()).map(({ work }) => work),
    ['flex flex-two feed-north'],
  )
})
