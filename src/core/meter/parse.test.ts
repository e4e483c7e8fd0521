import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { anyReading } from '../../../test/readings.ts'
import { scheduleOf } from '../../../test/schedule.ts'
import { canonical, type Json } from '../base/canonical.ts'
import { fieldsOf, readingKinds } from './fields.ts'
import {
  columnProblems,
  formatReading,
  parseReading,
  parseReadingRow,
  placementOf,
  readingColumns,
  readingContent,
  readingText,
  type Placement,
} from './parse.ts'
import { parseAllocationLine } from './parse-line.ts'
import type { Reading } from './reading.ts'
import { readingSchema } from './reading-schema.ts'

const zone = 'Australia/Sydney'
const readings = anyReading(
  fc.constantFrom('slurm-syd', 'site'),
  fc.string({ minLength: 1, maxLength: 12 }).filter((id) => id.trim() !== '' && !/[\p{Cc}]/u.test(id)),
)
const replacing = readings.chain((reading) =>
  fc
    .tuple(fc.constant(reading), fc.boolean(), fc.integer({ min: 1, max: 9 }))
    .map(([each, replaces, revision]): Reading => (replaces ? { ...each, replaces: `${each.id}-before`, revision } : each)),
)

const allocation = {
  kind: 'allocation',
  source: 'slurm-syd',
  id: 'job-1',
  from: '2017-10-01T00:00:00+10:00',
  to: '2017-10-01T04:00:00+11:00',
  pool: 'syd',
  gpus: 8,
}
const problemsOf = (value: Json, placement?: Placement): string[] => {
  const parsed = parseReading(value, zone, placement)
  return 'problems' in parsed ? parsed.problems.map(({ pointer, message }) => `${pointer}: ${message}`) : []
}
const read = (value: Json, placement?: Placement): Reading => {
  const parsed = parseReading(value, zone, placement)
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
  return parsed.reading
}

test('M1 an allocation is read, its local day of 23 hours and all', () => {
  const reading = read(allocation) as Extract<Reading, { kind: 'allocation' }>
  // From midnight to 04:00 on the day the clocks go forward are three hours.
  assert.equal(reading.to - reading.from, 3 * 3600)
  assert.deepEqual(read({ ...allocation, from: '2017-10-01 00:00:00', to: '2017-10-01 04:00:00' }), reading)
})

test('M1 every problem is told at once, by pointer, with what would be right', () => {
  const wrong = {
    ...allocation,
    gpu: 8,
    gpus: 8.5,
    from: '2017-10-01T02:30:00',
    order: 'a b',
    tenant: 7,
    product: 'ondemand',
    pool: 'SYD',
    'a/b': 1,
  }
  const problems = problemsOf(wrong)
  assert.deepEqual(
    problems.map((problem) => problem.split(':')[0]!).toSorted((a, b) => (a < b ? -1 : 1)),
    ['/a~1b', '/from', '/gpu', '/gpus', '/order', '/pool', '/product', '/tenant'],
  )
  const saying = (pointer: string) => problems.find((problem) => problem.startsWith(`${pointer}:`))!
  assert.match(saying('/gpu'), /is no key of this reading: did you mean gpus\?/)
  assert.match(saying('/gpus'), /must be a whole number from 0 to 8388607, not 8\.5/)
  assert.match(saying('/from'), /does not exist in Australia\/Sydney.*\+10:00 to \+11:00/)
  assert.match(saying('/product'), /must be "reserved" or "on-demand" or "spot", not "ondemand"/)
  assert.deepEqual(problemsOf({ kind: 'outage', source: 's', id: '1' }), [
    '/from: is missing',
    '/to: is missing',
    '/block: is missing',
    '/gpus: is missing',
  ])
})

test('M1 the kind comes first', () => {
  assert.match(problemsOf({ ...allocation, kind: 'alocation' })[0]!, /^\/kind: is no kind of reading: did you mean allocation\?$/)
  assert.match(problemsOf({ ...allocation, kind: 'utilisation' })[0]!, /; one of allocation, reservation, outage/)
  assert.match(problemsOf({ source: 's', id: 'x' })[0]!, /^\/kind: is missing/)
  for (const value of [null, 5, 'x', [allocation], true]) assert.deepEqual(problemsOf(value), [': must be a JSON object'])
})

test('M1 bounds: counts, ids, amounts, rates, currencies, dates', () => {
  const bad = (value: Json, pointer: string) =>
    assert.ok(
      problemsOf(value).some((each) => each.startsWith(`${pointer}:`)),
      `${JSON.stringify(value)} at ${pointer}`,
    )
  assert.deepEqual(problemsOf({ ...allocation, gpus: 0 }), [])
  assert.deepEqual(problemsOf({ ...allocation, gpus: 8_388_607 }), [])
  for (const gpus of [8_388_608, -1, '8', Infinity, null]) bad({ ...allocation, gpus }, '/gpus')
  for (const id of ['', 'x'.repeat(201), 'a\nb', 'a\u0000', '\ud800', 5]) bad({ ...allocation, id }, '/id')
  assert.deepEqual(problemsOf({ ...allocation, id: 'x'.repeat(200) }), [])
  assert.deepEqual(problemsOf({ ...allocation, id: 'Aufträge 🙂 / 7', tenant: 'vc6YE', order: 'PO-5512' }), [])
  for (const source of ['Slurm', '', 'a b', '-x']) bad({ ...allocation, source }, '/source')
  const charge = {
    kind: 'charge',
    source: 's',
    id: 'c',
    at: '2017-10-01T00:00:00Z',
    pool: 'syd',
    product: 'spot',
    amount: '0',
    currency: 'USD',
  }
  assert.deepEqual(problemsOf(charge), [])
  for (const amount of ['-1', '-0', '1,000', '1.', '.5', '01', '1e3', '', 5, '1'.repeat(31)]) bad({ ...charge, amount }, '/amount')
  for (const currency of ['usd', 'US', 'XXX', 'EURO']) bad({ ...charge, currency }, '/currency')
  bad({ ...charge, affiliate: { gpuSeconds: -1 } }, '/affiliate/gpuSeconds')
  bad({ ...charge, affiliate: { gpuSeconds: 1, price: '2' } }, '/affiliate/price')
  bad({ ...charge, affiliate: 5 }, '/affiliate')
  const fx = { kind: 'fx', source: 's', id: 'f', base: 'AUD', quote: 'USD', date: '2017-10-01', rate: '0.65' }
  assert.deepEqual(problemsOf(fx), [])
  for (const rate of ['0', '0.0', '-1', 0.65]) bad({ ...fx, rate }, '/rate')
  for (const date of ['2017-02-29', '2017-10-1', '2017-10-01T00:00:00Z']) bad({ ...fx, date }, '/date')
})

test('M1 what several keys say together', () => {
  const { from, ...open } = allocation
  assert.deepEqual(problemsOf({ ...allocation, to: from }), [
    '/to: must be later than from, whole seconds apart: 2017-09-30T14:00:00Z is not after 2017-09-30T14:00:00Z',
  ])
  assert.deepEqual(problemsOf({ ...open, to: '2017-10-01T00:00:00.9+10:00', from: '2017-10-01T00:00:00.1+10:00' }).length, 1)
  const charge = { kind: 'charge', source: 's', id: 'c', pool: 'syd', product: 'spot', amount: '1', currency: 'USD' }
  const [start, end] = ['2017-10-01T00:00:00Z', '2017-10-02T00:00:00Z']
  assert.deepEqual(problemsOf(charge), ['/from: is missing: a charge has from and to, or at'])
  assert.deepEqual(problemsOf({ ...charge, from: start }), ['/to: is missing: a charge has from and to, or at'])
  assert.deepEqual(problemsOf({ ...charge, from: start, to: end, at: start }), ['/at: must be left out where from and to are given'])
  const gap = { kind: 'gap', source: 's', id: 'g', from: start, to: end, block: 'a' }
  assert.match(problemsOf({ ...gap, of: 'sales', gpus: 5 })[0]!, /^\/of: must be "health"/)
  assert.match(problemsOf({ ...gap, of: 'health', unit: 'rack' })[0]!, /^\/gpus: is missing/)
  assert.match(problemsOf({ ...allocation, revision: 2 })[0]!, /^\/revision: must be left out, or 0/)
  assert.match(problemsOf({ ...allocation, replaces: 'job-0' })[0]!, /^\/revision: must be 1 or more/)
  assert.match(problemsOf({ ...allocation, replaces: 'job-1', revision: 1 })[0]!, /^\/replaces: must be the id of another reading/)
  assert.deepEqual(problemsOf({ kind: 'withdrawal', source: 's', id: 'w', revision: 1 }), [
    '/replaces: is missing',
    '/revision: must be left out, or 0, where replaces is',
  ])
  // A revision of 0 is the same as none.
  assert.deepEqual(read({ ...allocation, revision: 0 }), read(allocation))
})

test('M1 a sale that names no pool takes that of its order, else the only one; otherwise the pool is missing', () => {
  const { pool: _, ...unplaced } = allocation
  assert.deepEqual(problemsOf(unplaced), ['/pool: is missing'])
  const one = placementOf(
    scheduleOf({
      blocks: [
        { id: 'a', pool: 'syd' },
        { id: 'b', pool: 'syd' },
      ],
    }),
  )
  assert.deepEqual(read(unplaced, one), read(allocation))
  const blocks = [
    { id: 'a', pool: 'syd' },
    { id: 'b', pool: 'mel' },
    { id: 'c', pool: 'mel' },
  ]
  const two = placementOf(scheduleOf({ blocks, orders: { o1: ['c', 'b'], o2: ['a', 'b'] } }))
  assert.deepEqual(read({ ...unplaced, order: 'o1' }, two), { ...read(allocation), pool: 'mel', order: 'o1' })
  for (const order of ['o2', 'o3', undefined])
    assert.deepEqual(problemsOf({ ...unplaced, ...(order === undefined ? {} : { order }) }, two), ['/pool: is missing'])
  // What is written counts.
  assert.deepEqual(read({ ...allocation, order: 'o1' }, two), { ...read(allocation), order: 'o1' })
})

test('M3 what is written is read back as the same reading', () => {
  fc.assert(
    fc.property(replacing, (reading) => {
      assert.deepEqual(read(formatReading(reading)), reading)
      assert.deepEqual(read(JSON.parse(JSON.stringify(formatReading(reading))) as Json), reading)
    }),
    { numRuns: 500 },
  )
})

test('M3 the content is the reading without when we learned of it, and its bytes are canonical', () => {
  fc.assert(
    fc.property(replacing, fc.integer({ min: 0, max: 2_000_000_000 }), (reading, recordedAt) => {
      const { recordedAt: _, ...rest } = reading
      assert.deepEqual(readingContent({ ...rest, recordedAt }), readingContent(rest as Reading))
      assert.equal(canonical(readingContent(reading)), readingText(reading))
      assert.deepEqual(read(readingContent(reading)), rest)
    }),
    { numRuns: 500 },
  )
  assert.equal(
    readingText(read(allocation)),
    '{"from":"2017-09-30T14:00:00Z","gpus":8,"id":"job-1","kind":"allocation","pool":"syd","source":"slurm-syd","to":"2017-09-30T17:00:00Z"}',
  )
})

test('M4 a row says what the JSON of its cells says', () => {
  const cellOf = (reading: Reading, column: string): string => {
    const [key, inner] = column.split('.') as [string, string?]
    const value = (formatReading(reading) as Record<string, Json>)[key]
    const cell = inner === undefined ? value : (value as Record<string, Json> | undefined)?.[inner]
    return cell === undefined ? '' : `${cell as string | number | boolean}`
  }
  fc.assert(
    fc.property(replacing, fc.shuffledSubarray([...readingColumns], { minLength: readingColumns.length }), (reading, columns) => {
      const parsed = parseReadingRow(
        columns,
        columns.map((column) => cellOf(reading, column)),
        zone,
      )
      assert.deepEqual(parsed, { reading })
    }),
    { numRuns: 300 },
  )
})

test('M4 a bad cell is told like a bad value, a row of another width as such', () => {
  const columns = Object.keys(allocation)
  const cells = Object.values(allocation).map(String)
  assert.deepEqual(parseReadingRow(columns, cells, zone), { reading: read(allocation) })
  const problems = parseReadingRow(columns, [...cells.slice(0, -1), '8.0'], zone)
  assert.deepEqual(problems, {
    problems: [{ pointer: '/gpus', message: 'must be a whole number from 0 to 8388607, not "8.0"' }],
    named: { kind: 'allocation', pool: 'syd' },
  })
  assert.deepEqual(parseReadingRow(columns, cells.slice(1), zone), {
    problems: [{ pointer: '', message: 'has 6 cells where the header has 7 columns' }],
  })
})

test('M4 a header is refused for what it has too much of and what it lacks, all at once', () => {
  assert.deepEqual(columnProblems(['kind', 'source', 'id', 'affiliate.gpuSeconds', 'gpus']), [])
  assert.deepEqual(
    columnProblems(['kind', 'id', 'gpu', 'id', 'affiliate']).map(({ message }) => message.replace(/; one of.*/, '')),
    [
      'column "gpu" is unknown: did you mean gpus?',
      'column "affiliate" is unknown',
      'column "id" is there twice',
      'column "source" is missing',
    ],
  )
})

const docs = join(import.meta.dirname, '../../../docs')
const blocksOf = (language: string): string[] =>
  [...fs.readFileSync(join(docs, 'readings.md'), 'utf8').matchAll(/```(\w+)\n([^`]*)```/g)]
    .filter(([, name]) => name === language)
    .map(([, , text]) => text!.trim())

test('M1 M4 the readings of the guide are readings, of every kind, and its rows too', () => {
  const read1 = blocksOf('ndjson')
    .flatMap((text) => text.split('\n'))
    .map((line) => read(JSON.parse(line) as Json))
  assert.deepEqual(new Set(read1.map(({ kind }) => kind)), new Set(readingKinds))
  for (const text of blocksOf('csv')) {
    const [columns, ...rows] = text.split('\n').map((line) => line.split(','))
    assert.deepEqual(columnProblems(columns!), [])
    assert.ok(rows.length > 0)
    for (const row of rows) assert.ok('reading' in parseReadingRow(columns!, row, zone), row.join(','))
  }
})

test('M1 the guide names every key of every kind', () => {
  const guide = fs.readFileSync(join(docs, 'readings.md'), 'utf8')
  for (const [kind, fields] of fieldsOf) for (const { key } of fields) assert.ok(guide.includes(`\`${key}\``), `${kind}: ${key}`)
})

const ajv = new Ajv2020({ strict: false })
const accepts = ajv.compile(readingSchema as object)

test('M1 the published schema is that of the parser', () => {
  const write = 'npm run schema'
  const published = JSON.parse(fs.readFileSync(join(docs, 'reading.schema.json'), 'utf8')) as Json
  assert.equal(JSON.stringify(published), JSON.stringify(readingSchema), `write it with: ${write}`)
  assert.equal(ajv.validateSchema(readingSchema as object), true)
})

test('M1 what is a reading conforms to the schema, and what does not conform is none', () => {
  const junk = fc.constantFrom<Json>(
    null,
    true,
    0,
    -1,
    8.5,
    '',
    'x',
    'X Y',
    '1.50',
    '-1',
    '2017-10-01T00:00:00Z',
    '2017-10-01',
    [],
    {},
    'USD',
    'health',
    'sales',
    5,
  )
  const keys = [...new Set([...fieldsOf.values()].flat().map(({ key }) => key)), 'other']
  let refused = 0
  fc.assert(
    fc.property(
      replacing,
      fc.array(fc.tuple(fc.constantFrom(...keys), fc.option(junk, { nil: undefined })), { maxLength: 2 }),
      (reading, changes) => {
        const changed = { ...(formatReading(reading) as Record<string, Json>) }
        for (const [key, value] of changes)
          if (value === undefined) delete changed[key]
          else changed[key] = value
        const conforms = accepts(changed)
        const parsed = parseReading(changed, zone, { pool: 'pool' as never, byOrder: new Map() })
        if ('reading' in parsed) assert.ok(conforms, `${JSON.stringify(changed)} ${ajv.errorsText(accepts.errors)}`)
        else if (!conforms) refused += 1
      },
    ),
    { numRuns: 2000 },
  )
  assert.ok(refused > 200)
})

test('M1 the line of an allocation is read by its form as it is read in full, or left to that', () => {
  const lines = anyReading(fc.constant('site'), fc.constant('-')).map((reading) => JSON.stringify(formatReading(reading)))
  // Lines that are nearly right: a character more, less or other.
  const touched = fc
    .tuple(
      lines,
      fc.nat(),
      fc.nat(2),
      fc.constantFrom('"', '\\', ' ', '0', '9', '-', 'Z', 'é', ',', '}', '\u0000', '[01-02]', 'T24:00:00Z'),
    )
    .map(([line, place, cut, put]) => line.slice(0, place % line.length) + put + line.slice((place % line.length) + cut))
  const odd = fc.constantFrom(
    ...['2026-02-30T00:00:00Z', '2026-10-01T23:59:60Z', '2026-10-01T24:00:00Z', '0000-01-01T00:00:00Z', '2026-13-01T00:00:00Z'].map(
      (from) => `{"kind":"allocation","source":"s","id":"i","from":"${from}","to":"2027-01-01T00:00:00Z","pool":"p","gpus":1}`,
    ),
    '{"kind":"allocation","source":"s","id":"i","from":"2026-10-01T00:00:00Z","to":"2026-10-01T00:00:00Z","pool":"p","gpus":1}',
    '{"kind":"allocation","source":"s","id":"i","from":"2026-10-01T00:00:00Z","to":"2026-10-02T00:00:00Z","pool":"p","gpus":8388608}',
    '{"kind":"allocation","source":"s","id":"i","from":"2026-10-01T00:00:00Z","to":"2026-10-02T00:00:00Z","pool":"p","gpus":3,"nodes":"a[1-2]"}',
    '{"kind":"allocation","source":"s","id":"i","from":"2026-10-01T00:00:00Z","to":"2026-10-02T00:00:00Z","pool":"p","gpus":4,"nodes":"a[2-1]"}',
  )
  let taken = 0
  fc.assert(
    fc.property(fc.oneof(lines, touched, odd), (line) => {
      const quick = parseAllocationLine(line)
      if (quick === undefined) return
      taken += 1
      const full = parseReading(JSON.parse(line) as Json, 'Asia/Jakarta')
      assert.deepEqual(full, { reading: quick.reading })
      assert.equal(quick.text, readingText(quick.reading))
    }),
    { numRuns: 2000 },
  )
  assert.ok(taken > 40, `${taken}`)
})
