import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { after, before as beforeAll, test } from 'node:test'
import fc from 'fast-check'
import { testDatabase } from '../../../test/database.ts'
import { answerOf, load, ndjson, openWays, problemOf, smallAgreement } from '../../../test/ways-in.ts'
import { offtake } from '../../../test/offtake.ts'
import type { AgreementId } from '../../core/base/id.ts'
import { parseReading } from '../../core/meter/parse.ts'
import type { IngestedWire } from '../../wire/ingest.ts'
import { readReadings } from '../fleet/readings-file.ts'
import { howToRead, type HowToRead } from './how-to-read.ts'
import { importReadings } from './import-readings.ts'

const { close, url, ...store } = await testDatabase()
const zones = { here: 'Asia/Singapore', syd: 'Australia/Sydney', east: 'America/New_York' }
const ways = await openWays(store)
after(async () => {
  await ways.close()
  await close()
})

beforeAll(async () => {
  for (const [name, zone] of Object.entries(zones)) await load(store, smallAgreement(name).replace('zone: Asia/Singapore', `zone: ${zone}`))
})

const how = async (agreement?: string, zone?: string): Promise<HowToRead> => {
  const answer = await howToRead(store, { agreement, zone })
  if ('problem' in answer) throw new Error(answer.problem)
  return answer
}
const bring = async (text: string, { agreement, zone }: { agreement?: string; zone?: string } = {}) => {
  const door = await how(agreement, zone)
  const rows = readReadings({ stream: Readable.from([Buffer.from(text)]), name: 'file' }, { zone: door.zone, placement: door.placement! })
  const answer = await importReadings(store, {
    rows,
    file: 'file',
    mode: 'all-or-nothing',
    agreement: agreement as AgreementId | undefined,
    now: 1_800_000_000,
    by: 'test',
  })
  if (answer.kind === 'key taken') throw new Error(answer.kind)
  const { record, kind } = answer
  return { kind, told: record.refusals.flatMap(({ line, problems }) => problems.map((each) => `${line} ${each.pointer}: ${each.message}`)) }
}
const startOf = async (source: string, id: string): Promise<string> => {
  const { rows } = await store.pool.query<{ starts_at: bigint }>('select starts_at from reading where source = $1 and id = $2', [
    source,
    id,
  ])
  return new Date(Number(rows[0]!.starts_at) * 1000).toISOString()
}

const use = (id: string, more: object): object => ({ kind: 'allocation', source: 'desk', id, gpus: 1, ...more })
const nine = { from: '2027-07-01T09:00:00', to: '2027-07-01T10:00:00' }

test('I10 a local time is of the zone of the agreement whose pool or block the row names, by CSV and NDJSON', async () => {
  const csv = [
    'kind,source,id,from,to,pool,block,gpus,product,amount,currency',
    'allocation,csv,a,2027-07-01 09:00:00,2027-07-01 10:00:00,syd,,1,,,',
    'allocation,csv,b,2027-07-01 09:00:00,2027-07-01 10:00:00,here,,1,,,',
    'outage,csv,c,2027-07-01 09:00:00,2027-07-01 10:00:00,,east-1,1,,,',
    'charge,csv,d,2027-07-01 09:00:00,2027-07-01 10:00:00,east,,,spot,1.00,USD',
  ].join('\n')
  assert.deepEqual(await bring(csv), { kind: 'imported', told: [] })
  // 09:00 is 23:00 UTC of the day before at +10, 01:00 at +8, 13:00 at -4.
  for (const [id, at] of [
    ['a', '2027-06-30T23:00:00.000Z'],
    ['b', '2027-07-01T01:00:00.000Z'],
    ['c', '2027-07-01T13:00:00.000Z'],
    ['d', '2027-07-01T13:00:00.000Z'],
  ] as const)
    assert.equal(await startOf('csv', id), at, id)
  assert.deepEqual((await bring(ndjson([use('n', { ...nine, source: 'json', pool: 'syd' })]))).kind, 'imported')
  assert.equal(await startOf('json', 'n'), '2027-06-30T23:00:00.000Z')
})

test('I10 over HTTP and from the command line it is the same', async () => {
  const body = ndjson([use('http', { ...nine, source: 'http', pool: 'syd' }), use('none', { ...nine, source: 'http' })])
  const answer = await answerOf<IngestedWire>(await ways.post('readings', body, { 'content-type': 'application/x-ndjson' }))
  assert.equal(await startOf('http', 'http'), '2027-06-30T23:00:00.000Z')
  assert.deepEqual(
    answer.refusals.map(({ line, problems }) => [line, problems.map(({ pointer }) => pointer)]),
    [[2, ['/from', '/to', '/pool']]],
  )
  assert.match(answer.refusals[0]!.problems[0]!.message, /is a local time, and nothing in this reading says .* write its offset/)

  const event = { specversion: '1.0', type: 'com.offtake.reading.v1', source: 'events', id: 'e' }
  const structured = { 'content-type': 'application/cloudevents+json' }
  const data = { kind: 'outage', ...nine, block: 'east-1', gpus: 1 }
  await answerOf(await ways.post('events', JSON.stringify({ ...event, data }), structured))
  assert.equal(await startOf('events', 'e'), '2027-07-01T13:00:00.000Z')
  const unknown = JSON.stringify({ ...event, id: 'f', data: { ...data, block: 'nowhere' } })
  const problem = await problemOf(await ways.post('events', unknown, structured), 422)
  assert.deepEqual(
    problem.errors?.map(({ pointer }) => pointer),
    ['/1/data/block'],
  )

  const rows = ['kind,source,id,from,to,block,gpus', 'outage,cli,c,2027-07-01 09:00:00,2027-07-01 10:00:00,syd-1,1'].join('\n')
  const ran = await offtake(['import', '-'], { DATABASE_URL: url }, rows)
  assert.deepEqual([ran.code, ran.err], [0, ''])
  assert.equal(await startOf('cli', 'c'), '2027-06-30T23:00:00.000Z')
})

test('I10 what says no zone, or more than one, is refused by line and field with what would be right; an offset is right', async () => {
  const both = await bring(
    ndjson([
      use('1', { ...nine, pool: 'syd', kind: 'offer', gpus: undefined, block: 'here-1', price: '2.10', currency: 'USD' }),
      { kind: 'event', source: 'desk', id: '2', at: nine.from, clause: 'share', event: 'default' },
      { kind: 'fx', source: 'desk', id: '3', base: 'AUD', quote: 'USD', date: '2027-07-01', rate: '0.65', recordedAt: nine.from },
    ]),
  )
  assert.equal(both.kind, 'refused')
  assert.deepEqual(
    both.told.map((text) => text.split(':')[0]),
    ['1 /from', '1 /to', '2 /at', '2 /block', '3 /recordedAt'],
  )
  assert.match(
    both.told[0]!,
    /what this reading names is of agreements in different zones, Australia\/Sydney and Asia\/Singapore: write its/,
  )
  assert.match(both.told[0]!, /2027-07-01T09:00:00Z where it is UTC/)
  const given = { from: '2027-07-01T09:00:00+08:00', to: '2027-07-01T02:00:00Z' }
  assert.equal((await bring(ndjson([use('given', { ...given, source: 'offset', pool: 'syd' })]))).kind, 'imported')
  assert.equal(await startOf('offset', 'given'), '2027-07-01T01:00:00.000Z')
})

test('I10 an agreement that is named says the zone where the row does not, and never against it; --zone is for all', async () => {
  const clause = { kind: 'event', source: 'meant', at: nine.from, clause: 'backstop', event: 'default' }
  assert.equal((await bring(ndjson([{ ...clause, id: '1' }]), { agreement: 'syd' })).kind, 'imported')
  assert.equal((await bring(ndjson([use('2', { ...nine, source: 'meant' })]), { agreement: 'syd' })).kind, 'imported')
  for (const id of ['1', '2']) assert.equal(await startOf('meant', id), '2027-06-30T23:00:00.000Z')
  const against = await bring(ndjson([use('3', { ...nine, source: 'meant', pool: 'here' })]), { agreement: 'syd' })
  assert.match(against.told[0]!, /^1 \/from: .* is of an agreement in Asia\/Singapore, while this import is for syd in Australia\/Sydney/)
  assert.equal((await bring(ndjson([use('4', { ...nine, source: 'meant', pool: 'here' })]), { zone: 'America/New_York' })).kind, 'imported')
  assert.equal(await startOf('meant', '4'), '2027-07-01T13:00:00.000Z')
})

test('I10 any local time in any of the zones is what the calendar of that zone says, skipped and repeated ones are refused', async () => {
  const { zone } = await how()
  // Hours around both changes of the clock in Sydney and New York, and any others.
  const days = ['2027-03-14', '2027-04-04', '2027-10-03', '2027-11-07', '2027-07-01']
  const local = fc.tuple(fc.constantFrom(...days), fc.nat(23), fc.constantFrom('00', '30'))
  let [read, refused] = [0, 0]
  fc.assert(
    fc.property(fc.constantFrom('here', 'syd', 'east'), fc.boolean(), local, (name, byBlock, [day, hour, minute]) => {
      const text = `${day}T${`${hour}`.padStart(2, '0')}:${minute}:00`
      const place = byBlock ? { kind: 'outage', block: `${name}-1` } : { kind: 'allocation', pool: name }
      const parsed = parseReading({ ...place, source: 's', id: 'i', from: text, to: '2028-01-01T00:00:00Z', gpus: 1 }, zone)
      const plain = Temporal.PlainDateTime.from(text)
      const [early, late] = (['earlier', 'later'] as const).map(
        (disambiguation) => plain.toZonedDateTime(zones[name], { disambiguation }).epochMilliseconds / 1000,
      )
      if (early === late) {
        read += 1
        assert.ok('reading' in parsed && 'from' in parsed.reading && parsed.reading.from === early, text)
      } else {
        refused += 1
        assert.ok('problems' in parsed && /where the clock goes from/.test(parsed.problems[0]!.message), text)
      }
    }),
    { numRuns: 1500 },
  )
  assert.ok(read > 1000 && refused > 5, `${read} read, ${refused} refused`)
})

test('I11 a name that no agreement has is told with everything else that is wrong with its line, and once', async () => {
  const answer = await bring(
    ndjson([
      use('1', { from: 'yesterday', to: '2027-07-01T10:00:00Z', gpus: -1, pool: 'nowhere' }),
      use('2', { ...nine, pool: 'nowhere' }),
      { kind: 'outage', source: 'desk', id: '3', from: '2027-07-01T00:00:00Z', to: '2027-07-01T00:00:00Z', block: 'no-block', gpus: 1 },
      { kind: 'event', source: 'desk', id: '4', at: '2027-07-01T00:00:00Z', clause: 'no-clause', event: 'x', amount: 7 },
      use('5', { from: '2027-07-01T00:00:00Z', to: '2027-07-01T10:00:00Z', pool: 'nowhere' }),
    ]),
  )
  assert.equal(answer.kind, 'refused')
  assert.deepEqual(
    answer.told.map((text) => text.replace(/(: (pool|block|clause) [a-z-]+ is in no agreement here)?; load.*|: .*/, '$1')),
    [
      '1 /from',
      '1 /gpus',
      '1 /pool: pool nowhere is in no agreement here',
      '2 /pool: pool nowhere is in no agreement here',
      '3 /to',
      '3 /block: block no-block is in no agreement here',
      '4 /amount',
      '4 /clause: clause no-clause is in no agreement here',
      '5 /pool: pool nowhere is in no agreement here',
    ],
  )
})
