import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import type { Json } from '../src/core/base/canonical.ts'
import { formatReading } from '../src/core/meter/parse.ts'
import type { Reading } from '../src/core/meter/reading.ts'
import { closePeriod } from '../src/server/app/close-period.ts'
import { readBinaryEvent, readStructuredEvent, type ReadEvent } from '../src/server/fleet/cloud-event.ts'
import { readingOfEvent } from '../src/server/fleet/event-reading.ts'
import { readReadings } from '../src/server/fleet/readings-file.ts'
import { testDatabase } from './database.ts'
import { anyReading, anyText, digestOf } from './readings.ts'
import { answerOf, csv, load, ndjson, openWays, sales, smallAgreement } from './ways-in.ts'
import type { IngestedWire } from '../src/wire/ingest.ts'

const digestsIn = async (text: string | Uint8Array, format: 'ndjson' | 'csv'): Promise<string[]> => {
  const digests: string[] = []
  for await (const { rows, refusals } of readReadings(
    { stream: Readable.from([Buffer.from(text as string)]), name: 'x', format },
    { zone: 'UTC' },
  )) {
    assert.deepEqual(refusals, [])
    digests.push(...rows.map(({ digest }) => digest))
  }
  return digests
}

/** A cell as RFC 4180 has it. */
const quoted = (value: unknown): string => `"${String(value).replaceAll('"', '""')}"`
const asRow = (members: Readonly<Record<string, unknown>>): string => {
  const { affiliate, ...plain } = members
  const flat = { ...plain, ...Object.fromEntries(Object.entries(affiliate ?? {}).map(([key, value]) => [`affiliate.${key}`, value])) }
  return `${Object.keys(flat).join(',')}\n${Object.values(flat).map(quoted).join(',')}\n`
}
const digestOfEvent = (read: ReadEvent): string => {
  assert.ok('event' in read, JSON.stringify(read))
  const row = readingOfEvent(read.event, 1, { zone: 'UTC' })
  assert.ok('digest' in row, JSON.stringify(row))
  return row.digest
}

test('F43 API19 a reading is the same by whichever way it comes in', async () => {
  const readings = anyReading(fc.constantFrom('slurm-a', 'dcgm.b'), anyText)
  await fc.assert(
    fc.asyncProperty(readings, async (reading: Reading) => {
      const members = formatReading(reading) as Record<string, Json>
      const { source, id, ...data } = members as { source: string; id: string } & Record<string, Json>
      const context = { specversion: '1.0', type: 'com.offtake.reading.v1' }
      const structured = { ...context, source, id, datacontenttype: 'application/json', data }
      const headers = Object.fromEntries(
        Object.entries({ ...context, source, id }).map(([name, value]) => [`ce-${name}`, encodeURIComponent(value)]),
      )
      const line = `${JSON.stringify(members)}\n`
      const all = [
        ...(await digestsIn(line, 'ndjson')),
        ...(await digestsIn(gzipSync(line), 'ndjson')),
        ...(await digestsIn(asRow(members), 'csv')),
        digestOfEvent(readStructuredEvent(structured)),
        digestOfEvent(readStructuredEvent({ ...structured, data: members })),
        digestOfEvent(
          readBinaryEvent({ headers: { ...headers, 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(data)) }),
        ),
      ]
      assert.deepEqual(new Set(all), new Set([digestOf(reading)]))
      assert.equal(all.length, 6)
    }),
    { numRuns: 300 },
  )
})

/** A month of a small block: what is sold, what is out, what is charged, and what took the place of what was said before. */
const month = (): Record<string, unknown>[] => {
  const sold = sales('agent', 240)
  const acceptance = {
    kind: 'acceptance',
    source: 'site',
    id: 'accepted',
    block: 'small-1',
    tranche: 'all',
    at: '2027-01-10T00:00:00Z',
    design: 1000,
    tested: 1000,
  }
  const outages = Array.from({ length: 20 }, (_, i) => ({
    kind: 'outage',
    source: 'health',
    id: `down ${i}, "rack" ü`,
    block: 'small-1',
    gpus: 4,
    from: `2027-02-${String(i + 2).padStart(2, '0')}T03:00:00Z`,
    to: `2027-02-${String(i + 2).padStart(2, '0')}T09:30:00Z`,
  }))
  const charges = sold.slice(0, 40).map(({ from, to }, i) => ({
    kind: 'charge',
    source: 'billing',
    id: `inv-${i}`,
    from,
    to,
    pool: 'small',
    product: 'on-demand',
    amount: `${10 + i}.25`,
    currency: 'USD',
  }))
  const replaced = sold.slice(0, 10).map((sale, i) => ({ ...sale, id: `again-${i}`, gpus: 16, replaces: sale['id'], revision: 1 }))
  return [
    acceptance,
    ...sold,
    ...outages,
    ...charges,
    ...replaced,
    { kind: 'withdrawal', source: 'agent', id: 'gone', replaces: 'job-200', revision: 1 },
  ]
}

type Way = 'ndjson' | 'csv' | 'gzip' | 'batch' | 'structured' | 'binary'
const ways: readonly Way[] = ['ndjson', 'csv', 'gzip', 'batch', 'structured', 'binary']

/** Some readings by one way; single events one after the other. */
const send = async (
  post: Awaited<ReturnType<typeof openWays>>['post'],
  way: Way,
  readings: readonly Record<string, unknown>[],
): Promise<void> => {
  const asEvent = ({ source, id, ...data }: Record<string, unknown>) => ({
    specversion: '1.0',
    type: 'com.offtake.reading.v1',
    source,
    id,
    data,
  })
  const one = async (path: string, body: string | Uint8Array, headers: Record<string, string>): Promise<void> => {
    for (let tries = 0; ; tries++) {
      const response = await post(path, body, headers)
      // As much as may come in at once is under way: a sender comes again, and is given its place by and by.
      if ((response.status === 429 || response.status === 503) && tries < 200) {
        await response.text()
        await new Promise((done) => setTimeout(done, 20))
        continue
      }
      const answer = await answerOf<IngestedWire>(response)
      assert.deepEqual(answer.refusals, [])
      return
    }
  }
  switch (way) {
    case 'ndjson':
      return one('readings', ndjson(readings), { 'content-type': 'application/x-ndjson' })
    case 'gzip':
      return one('readings', gzipSync(ndjson(readings)), { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip' })
    case 'csv':
      return one(
        'readings',
        csv(
          readings.map((each) =>
            Object.fromEntries(
              Object.entries(each).map(([key, value]) => [key, typeof value === 'string' && /[",]/.test(value) ? quoted(value) : value]),
            ),
          ),
        ),
        { 'content-type': 'text/csv' },
      )
    case 'batch':
      return one('events', JSON.stringify(readings.map(asEvent)), { 'content-type': 'application/cloudevents-batch+json' })
    case 'structured':
      for (const each of readings.slice(0, 8))
        await one('events', JSON.stringify(asEvent(each)), { 'content-type': 'application/cloudevents+json' })
      return send(post, 'batch', readings.slice(8))
    case 'binary':
      for (const { source, id, ...data } of readings.slice(0, 8))
        await one('events', JSON.stringify(data), {
          'content-type': 'application/json',
          'ce-specversion': '1.0',
          'ce-type': 'com.offtake.reading.v1',
          'ce-source': encodeURIComponent(String(source)),
          'ce-id': encodeURIComponent(String(id)),
        })
      return send(post, 'ndjson', readings.slice(8))
  }
}

/** The statement of February after the readings came in as arranged, on a database of its own. */
const statementOf = async (
  parts: readonly Readonly<{ way: Way; readings: readonly Record<string, unknown>[] }>[],
  atOnce: number,
): Promise<string> => {
  const { close, ...store } = await testDatabase()
  const server = await openWays(store)
  try {
    await load(store, smallAgreement())
    const waiting = [...parts]
    const worker = async (): Promise<void> => {
      for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) await send(server.post, part.way, part.readings)
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
    const { rows } = await store.pool.query<{ n: bigint }>('select count(*) as n from reading')
    assert.equal(Number(rows[0]!.n), month().length)
    for (const each of ['2027-01', '2027-02']) {
      const closed = await closePeriod(store, { agreement: 'small', month: each, now: Date.UTC(2027, 2, 5) / 1000, by: 'test' })
      assert.equal(closed.kind, 'closed', JSON.stringify(closed))
    }
    const found = await store.pool.query<{ document: string }>('select document from statement order by month')
    assert.equal(found.rows.length, 2)
    return found.rows.map(({ document }) => document).join('\n')
  } finally {
    await server.close()
    await close()
  }
}

test('API19 any order, repetition and batching over any mix of the ways in gives the same month', async () => {
  const all = month()
  const plain = await statementOf([{ way: 'ndjson', readings: all }], 1)
  const arrangement = fc.record({
    // Each reading at least once, some twice, in any order; cut anywhere; each part by any way; so many senders at once.
    order: fc.shuffledSubarray([...all, ...all.slice(0, 120)], { minLength: all.length + 120 }),
    cuts: fc.array(fc.nat(all.length), { minLength: 3, maxLength: 12 }),
    kinds: fc.array(fc.constantFrom(...ways), { minLength: 13, maxLength: 13 }),
    atOnce: fc.constantFrom(1, 4),
  })
  await fc.assert(
    fc.asyncProperty(arrangement, async ({ order, cuts, kinds, atOnce }) => {
      const edges = [0, ...cuts.toSorted((a, b) => a - b), order.length]
      const parts = edges.slice(1).map((to, i) => ({ way: kinds[i % kinds.length]!, readings: order.slice(edges[i], to) }))
      assert.equal(
        await statementOf(
          parts.filter(({ readings }) => readings.length > 0),
          atOnce,
        ),
        plain,
      )
    }),
    { numRuns: 8, endOnFailure: true },
  )
})
