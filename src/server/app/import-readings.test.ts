import assert from 'node:assert/strict'
import { after, before as beforeAll, test } from 'node:test'
import fc from 'fast-check'
import { testDatabase } from '../../../test/database.ts'
import { anyReading, digestOf } from '../../../test/readings.ts'
import { fileOf, makeFinal, register } from '../../../test/rows.ts'
import { parseInstant } from '../../core/base/time.ts'
import type { Reading } from '../../core/meter/reading.ts'
import { importReadings, type ImportAnswer, type ImportRequest, type ReadingBatch } from './import-readings.ts'

const { close, ...store } = await testDatabase()
after(close)
const at = (text: string) => parseInstant(text, 'UTC') as number

beforeAll(async () => {
  await register(store, 'north', {
    pools: ['pool-1', 'pool-2', 'pool-3'],
    blocks: ['block-1', 'block-2', 'block-3'],
    clauses: ['clause-1', 'clause-2', 'clause-3'],
  })
  await register(store, 'south', { pools: ['south'], blocks: ['south'], clauses: ['clause-3', 'only-south'] })
})

const run = (readings: readonly Reading[] | AsyncIterable<ReadingBatch>, more: Partial<ImportRequest> = {}): Promise<ImportAnswer> =>
  importReadings(store, {
    rows: Symbol.asyncIterator in readings ? readings : fileOf(readings),
    file: 'test.ndjson',
    mode: 'all-or-nothing',
    now: at('2026-11-05T00:00:00Z'),
    by: 'test',
    ...more,
  })
const counts = (answer: ImportAnswer) => {
  if (answer.kind === 'key taken') throw new Error('key taken')
  const { accepted, repeats, refused, late } = answer.record
  return { kind: answer.kind, accepted, repeats, refused, late }
}
let sources = 0
/** A source of its own for each test, so that they do not meet in the table. */
const newSource = () => `source-${(sources += 1)}`
const stored = async (source: string) => {
  const { rows } = await store.pool.query<{ id: string; digest: string }>(
    `select id, encode(digest, 'hex') as digest from reading where source = $1 order by id`,
    [source],
  )
  return rows.map(({ id, digest }) => [id, digest] as const)
}
const allocation = (source: string, id: string, more: object = {}): Reading =>
  ({
    kind: 'allocation',
    source,
    id,
    pool: 'pool-1',
    gpus: 8,
    from: at('2026-09-01T00:00:00Z'),
    to: at('2026-09-02T00:00:00Z'),
    ...more,
  }) as Reading

test('I1 what is refused is told and kept, whatever stood in its line', async () => {
  const odd = { line: 1, problems: [{ pointer: '/a\0', message: 'is no JSON: Unexpected token \0 in "\ud800"' }] }
  const rows = (async function* (): AsyncGenerator<ReadingBatch> {
    yield { rows: [], refusals: [odd], bytesRead: 1 }
  })()
  const answer = await run(rows, { mode: 'keep-the-good', key: 'odd' })
  assert.ok(answer.kind === 'imported')
  assert.deepEqual(answer.record.refusals, [
    { line: 1, problems: [{ pointer: '/a\uFFFD', message: 'is no JSON: Unexpected token \uFFFD in "\uFFFD"' }] },
  ])
  const { rows: kept } = await store.pool.query<{ refusals: unknown }>(`select refusals from import_batch where key = 'odd'`)
  assert.deepEqual(kept[0]!.refusals, answer.record.refusals)
})

test('I1 all-or-nothing writes nothing when one line is refused, and says which', async () => {
  const source = newSource()
  const before = (await store.pool.query('select from import_batch')).rowCount
  const answer = await run([
    allocation(source, 'a'),
    allocation(source, 'b', { pool: 'nowhere' }),
    allocation(source, 'c', { pool: 'nowhere' }),
  ])
  assert.deepEqual(counts(answer), { kind: 'refused', accepted: 1, repeats: 0, refused: 2, late: 0 })
  assert.equal(answer.kind === 'refused' && answer.record.refusals[0]!.line, 2)
  assert.deepEqual(await stored(source), [])
  assert.equal((await store.pool.query('select from import_batch')).rowCount, before)
})

test('I1 keep-the-good keeps what it can, and refuses the reader’s refusals too', async () => {
  const source = newSource()
  const refusals = [{ line: 2, problems: [{ pointer: '/to', message: 'is missing' }] }]
  async function* rows(): AsyncGenerator<ReadingBatch> {
    for await (const batch of fileOf([allocation(source, 'a'), allocation(source, 'b', { pool: 'nowhere' })])) yield { ...batch, refusals }
  }
  const answer = await run(rows(), { mode: 'keep-the-good' })
  assert.deepEqual(counts(answer), { kind: 'imported', accepted: 1, repeats: 0, refused: 2, late: 0 })
  assert.deepEqual(
    (await stored(source)).map(([id]) => id),
    ['a'],
  )
})

test('I2 an identical repeat is absorbed, whenever it was learned of', async () => {
  const source = newSource()
  assert.deepEqual(counts(await run([allocation(source, 'a'), allocation(source, 'b')])).accepted, 2)
  const again = [allocation(source, 'a', { recordedAt: 5 }), allocation(source, 'c'), allocation(source, 'b'), allocation(source, 'c')]
  assert.deepEqual(counts(await run(again)), { kind: 'imported', accepted: 1, repeats: 3, refused: 0, late: 0 })
})

test('I2 another content under a used name is refused, with line and difference', async () => {
  const source = newSource()
  await run([allocation(source, 'a')])
  const answer = await run([allocation(source, 'b'), allocation(source, 'a', { gpus: 16, tenant: 'acme' })])
  assert.equal(answer.kind, 'refused')
  const [refusal] = answer.kind === 'refused' ? answer.record.refusals : []
  assert.equal(refusal?.line, 2)
  assert.match(refusal.problems[0]!.message, /gpus was 8 and is 16; tenant was absent and is "acme"/)
  assert.deepEqual(
    (await stored(source)).map(([id]) => id),
    ['a'],
  )
})

test('I2 I7 any file, however it is cut: the first of each name stands, repeats and conflicts are told apart', async () => {
  const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e')
  const files = fc.array(fc.array(anyReading(fc.constant('x'), ids), { maxLength: 12 }), { minLength: 1, maxLength: 4 })
  const valid = (reading: Reading) =>
    !(reading.kind === 'condition' && reading.block === undefined && reading.clause === ('clause-3' as string))
  await fc.assert(
    fc.asyncProperty(files, fc.integer({ min: 1, max: 5 }), fc.boolean(), async (batches, size, repeatAll) => {
      const source = newSource()
      const model = new Map<string, string>()
      const all = repeatAll ? [...batches, ...batches] : batches
      for (const batch of all) {
        const readings = batch.filter(valid).map((reading) => ({ ...reading, source }))
        const expected = { accepted: 0, repeats: 0, refused: 0 }
        for (const reading of readings) {
          const [before, digest] = [model.get(reading.id), digestOf(reading)]
          if (before === undefined) model.set(reading.id, digest)
          expected[before === undefined ? 'accepted' : before === digest ? 'repeats' : 'refused'] += 1
        }
        const { accepted, repeats, refused } = counts(await run(fileOf(readings, size), { mode: 'keep-the-good' }))
        assert.deepEqual({ accepted, repeats, refused }, expected)
      }
      assert.deepEqual(
        await stored(source),
        [...model].toSorted(([a], [b]) => (a < b ? -1 : 1)),
      )
    }),
    { numRuns: 40 },
  )
})

test('I3 the same key and content is answered as the first time; other content is refused', async () => {
  const source = newSource()
  const key = `key-${source}`
  const readings = [allocation(source, 'a'), allocation(source, 'b')]
  const first = await run(readings, { key })
  assert.deepEqual(await run(fileOf(readings, 1), { key, file: 'renamed.ndjson' }), { ...first, again: true })
  for (const other of [[allocation(source, 'a')], [...readings].toReversed(), [allocation(source, 'a'), allocation(source, 'c')]])
    assert.deepEqual(await run(other, { key }), { kind: 'key taken', key, file: 'test.ndjson' })
  assert.equal((await run(readings, { key, mode: 'keep-the-good' })).kind, 'key taken')
  assert.deepEqual(
    (await stored(source)).map(([id]) => id),
    ['a', 'b'],
  )
})

test('I3 a refused import leaves its key free', async () => {
  const source = newSource()
  const key = `key-${source}`
  assert.equal((await run([allocation(source, 'a', { pool: 'nowhere' })], { key })).kind, 'refused')
  assert.equal((await run([allocation(source, 'a')], { key })).kind, 'imported')
})

test('I3 one key twice at the same time is one import', async () => {
  const source = newSource()
  const answers = await Promise.all([1, 2, 3].map(() => run([allocation(source, 'a')], { key: `key-${source}` })))
  assert.equal(answers.filter((answer) => answer.kind === 'imported' && answer.again).length, 2)
})

test('I4 a block, pool or clause of no agreement is refused; a clause of two needs a block', async () => {
  const source = newSource()
  const span = { from: 0, to: 10 }
  const condition = { kind: 'condition', source, condition: 'c', holds: true, ...span }
  const answer = await run(
    [
      { kind: 'outage', source, id: '1', block: 'block-9', gpus: 1, ...span },
      { ...condition, id: '2', clause: 'none' },
      { ...condition, id: '3', clause: 'clause-3' },
      { ...condition, id: '4', clause: 'clause-3', block: 'south' },
      { ...condition, id: '5', clause: 'only-south' },
    ] as Reading[],
    { mode: 'keep-the-good' },
  )
  assert.equal(answer.kind, 'imported')
  const messages =
    answer.kind === 'imported'
      ? answer.record.refusals.map(({ line, problems }) => `${line} ${problems[0]!.pointer} ${problems[0]!.message}`)
      : []
  assert.equal(messages.length, 3)
  assert.match(messages[0]!, /^1 \/block block block-9 is in no agreement/)
  assert.match(messages[1]!, /^2 \/clause clause none is in no agreement/)
  assert.match(messages[2]!, /^3 \/block clause clause-3 is in north, south/)
})

test('I5 a reading for a final month is kept, marked with the first such month, and counted', async () => {
  await register(store, 'late', { pools: ['late'], blocks: ['late'] })
  const source = newSource()
  const use = (id: string, from: string, to: string, more: object = {}) =>
    allocation(source, id, { pool: 'late', from: at(from), to: at(to), ...more })
  const charge = { kind: 'charge', source, pool: 'late', product: 'spot', amount: '1', currency: 'USD' }
  await run([
    use('august', '2026-08-03T00:00:00Z', '2026-08-04T00:00:00Z'),
    { ...charge, id: 'bill', at: at('2026-08-20T00:00:00Z') } as unknown as Reading,
  ])
  for (const [month, from, to] of [
    ['2026-08', '2026-08-01', '2026-09-01'],
    ['2026-09', '2026-09-01', '2026-10-01'],
  ] as const)
    await makeFinal(store, 'late', month, { from: at(`${from}T00:00:00Z`), to: at(`${to}T00:00:00Z`) })
  const answer = await run([
    use('before', '2026-07-01T00:00:00Z', '2026-08-01T00:00:00Z'),
    use('in', '2026-07-01T00:00:00Z', '2026-08-01T00:00:01Z'),
    use('second', '2026-09-30T23:59:59Z', '2026-12-01T00:00:00Z'),
    use('after', '2026-10-01T00:00:00Z', '2026-10-02T00:00:00Z'),
    use('moved', '2026-10-01T00:00:00Z', '2026-10-02T00:00:00Z', { replaces: 'august', revision: 1 }),
    { kind: 'acceptance', source, id: 'accepted', block: 'late', tranche: 't', at: at('2026-07-15T00:00:00Z'), design: 1, tested: 1 },
    { ...charge, id: 'on-the-edge', at: at('2026-09-01T00:00:00Z') },
    { ...charge, id: 'open', from: at('2026-10-01T00:00:00Z'), to: at('2026-10-02T00:00:00Z') },
    { kind: 'credit', source, id: 'credit', reduces: 'bill', amount: '1', currency: 'USD' },
    { kind: 'credit', source, id: 'credit-open', reduces: 'open', amount: '1', currency: 'USD' },
    { kind: 'refund', source, id: 'refund', reduces: 'on-the-edge', amount: '1', currency: 'USD' },
    { kind: 'withdrawal', source, id: 'gone', replaces: 'august', revision: 2 },
    { kind: 'fx', source, id: 'rate', base: 'AUD', quote: 'USD', date: '2026-09-30', rate: '0.65' },
    { kind: 'fx', source, id: 'rate-open', base: 'AUD', quote: 'USD', date: '2026-10-03', rate: '0.65' },
  ] as Reading[])
  assert.equal(answer.kind, 'imported')
  const { rows } = await store.pool.query<{ id: string; late_month: string }>(
    'select id, late_month from reading where source = $1 and late_month is not null order by id',
    [source],
  )
  assert.deepEqual(Object.fromEntries(rows.map((row) => [row.id, row.late_month])), {
    accepted: '2026-08',
    credit: '2026-08',
    gone: '2026-08',
    in: '2026-08',
    moved: '2026-08',
    'on-the-edge': '2026-09',
    rate: '2026-09',
    refund: '2026-09',
    second: '2026-09',
  })
  assert.deepEqual(answer.kind === 'imported' && answer.lateMonths, [
    { month: '2026-08', readings: 5 },
    { month: '2026-09', readings: 4 },
  ])
  assert.equal(counts(answer).late, 9)
})

test('I6 a cancelled import has written nothing, and the next one goes on', async () => {
  const source = newSource()
  const cancel = new AbortController()
  const readings = Array.from({ length: 50 }, (_, i) => allocation(source, `${i}`))
  const onProgress = ({ rows }: { rows: number }) => void (rows >= 20 && cancel.abort(new Error('by hand')))
  await assert.rejects(run(fileOf(readings, 5), { signal: cancel.signal, onProgress }), /by hand/)
  assert.deepEqual(await stored(source), [])
  assert.equal(counts(await run(readings)).accepted, 50)
})

test('I6 a fault of the reader half-way leaves nothing', async () => {
  const source = newSource()
  async function* rows(): AsyncGenerator<ReadingBatch> {
    yield* fileOf([allocation(source, 'a')])
    throw new Error('the disk is gone')
  }
  await assert.rejects(run(rows()), /the disk is gone/)
  assert.deepEqual(await stored(source), [])
})
