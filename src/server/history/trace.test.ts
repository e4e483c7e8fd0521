import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import type { BlockId, PoolId, TrancheId } from '../../core/base/id.ts'
import type { Allocation, Reading, Reservation } from '../../core/meter/reading.ts'
import { testData } from '../../../test/data.ts'
import type { TraceOptions } from './trace-options.ts'
import { detectTrace, readTrace, traceBatchRows, traceFacts, type TraceKind } from './trace.ts'

const folder = mkdtempSync(join(tmpdir(), 'offtake-trace-'))
after(() => rmSync(folder, { recursive: true }))
const folderOf = (name: string, files: Readonly<Record<string, string>>): string => {
  mkdirSync(join(folder, name))
  for (const [file, content] of Object.entries(files))
    writeFileSync(join(folder, name, file), file.endsWith('.gz') ? gzipSync(content) : content)
  return join(folder, name)
}

const place = { pool: 'pool' as PoolId, block: 'block' as BlockId, tranche: 'main' as TrancheId, zone: 'UTC', currency: 'USD' }
const read = async (path: string, kind: TraceKind, options: Partial<TraceOptions> = {}): Promise<Reading[]> =>
  (await Array.fromAsync(readTrace(path, kind, { ...place, ...options }))).flat()
const ofKind = <K extends Reading['kind']>(all: readonly Reading[], kind: K) =>
  all.filter((reading): reading is Extract<Reading, { kind: K }> => reading.kind === kind)

/** GPU-seconds within [from, to), one reading after another. */
const gpuSeconds = (all: readonly (Allocation | Reservation)[], from: number, to: number): number =>
  all.reduce((sum, each) => sum + Math.max(0, Math.min(each.to, to) - Math.max(each.from, from)) * each.gpus, 0)
const utc = (text: string): number => Date.parse(`${text}Z`) / 1000

const philly = testData('traces/philly')
const helios = testData('traces/helios-earth')

/** The published rows, by nothing but splitting: submit, duration, GPUs, cluster. */
const publishedJobs = () => {
  const [, ...rows] = gunzipSync(readFileSync(join(philly.folder, 'philly_jobs.csv.gz')))
    .toString()
    .trim()
    .split('\n')
  return rows.map((row) => {
    const [timestamp, duration, gpus, , cluster] = row.split(',') as [string, string, string, string, string]
    return { from: utc(timestamp.replace(' ', 'T')), seconds: Number(duration), gpus: Number(gpus), cluster }
  })
}

test(
  'F7 Philly: 82,247 jobs of 15 tenants; October 2017 has 1,591,443,406 GPU-seconds in UTC and 1,595,219,586 in Sydney',
  { skip: philly.skip },
  async () => {
    const all = await read(philly.folder, 'philly')
    const jobs = ofKind(all, 'allocation')
    const published = publishedJobs()
    // Sydney's clocks went forward on 1 October 2017, so its October begins at +10:00 and ends at +11:00.
    for (const [from, to, expected] of [
      [utc('2017-10-01T00:00:00'), utc('2017-11-01T00:00:00'), 1_591_443_406],
      [utc('2017-09-30T14:00:00'), utc('2017-10-31T13:00:00'), 1_595_219_586],
    ] as const) {
      let plain = 0
      for (const job of published) plain += Math.max(0, Math.min(job.from + job.seconds, to) - Math.max(job.from, from)) * job.gpus
      assert.deepEqual([gpuSeconds(jobs, from, to), plain], [expected, expected])
    }
    assert.equal(jobs.length, 82_247)
    assert.equal(new Set(jobs.map(({ tenant }) => tenant)).size, 15)
    assert.equal(new Set(all.map(({ id }) => id)).size, all.length)
    assert.ok(jobs.every(({ order, product, source }) => order === undefined && product === 'on-demand' && source === 'philly'))
    assert.deepEqual(new Set(all.map(({ kind }) => kind)), new Set(['acceptance', 'allocation', 'charge']), 'nothing else is invented')
  },
)

test(
  'F7 the block is accepted at or before the first job; the trace covers the months it is said to cover',
  { skip: philly.skip },
  async () => {
    const all = await read(philly.folder, 'philly', { zone: 'Australia/Sydney' })
    const jobs = ofKind(all, 'allocation')
    const [acceptance, ...others] = ofKind(all, 'acceptance')
    assert.deepEqual([all[0], others], [acceptance, []])
    const [first, last] = jobs.reduce(([low, high], { from, to }) => [Math.min(low, from), Math.max(high, to)], [Infinity, 0])
    // 2017-09-04 10:30:41 is an evening in Sydney, whose 4 September begins at 14:00 the day before.
    assert.deepEqual([first, acceptance!.at], [utc('2017-09-04T10:30:41'), utc('2017-09-03T14:00:00')])
    assert.deepEqual(traceFacts.philly.months, ['2017-10', '2017-11'])
    assert.equal(new Date(first * 1000).toISOString().slice(0, 10), traceFacts.philly.from)
    assert.equal(new Date(last * 1000).toISOString().slice(0, 10), traceFacts.philly.through)
  },
)

test('F7 the peak of Philly is 1,243 GPUs, below the 1,300 of its block', { skip: philly.skip }, () => {
  const events = publishedJobs().flatMap(({ from, seconds, gpus }): [number, number][] => [
    [from, gpus],
    [from + seconds, -gpus],
  ])
  let [running, peak] = [0, 0]
  // At one instant ends come before starts, for an interval does not hold its end.
  for (const [, change] of events.toSorted(([a, x], [b, y]) => a - b || x - y)) peak = Math.max(peak, (running += change))
  assert.deepEqual([peak, traceFacts.philly.gpus], [1243, 1300])
})

/** A whole number of hundredths nearest to n ÷ d, a half to the even one. */
const halfEven = (n: bigint, d: bigint): bigint => {
  const [whole, rest] = [n / d, n % d]
  return 2n * rest > d || (2n * rest === d && whole % 2n === 1n) ? whole + 1n : whole
}

test(
  'F9 Philly: every tenant and local day has one charge, worked out day by day from the published rows',
  { skip: philly.skip },
  async () => {
    const charges = ofKind(await read(philly.folder, 'philly', { price: '2.345' }), 'charge')
    const expected = new Map<string, bigint>()
    for (const { from, seconds, gpus, cluster } of publishedJobs())
      for (let day = Math.floor(from / 86_400) * 86_400; day < from + seconds; day += 86_400) {
        const within = Math.min(from + seconds, day + 86_400) - Math.max(from, day)
        const key = `${cluster} ${day}`
        expected.set(key, (expected.get(key) ?? 0n) + BigInt(within * gpus))
      }
    assert.equal(charges.length, expected.size)
    for (const { tenant, from, to, amount, currency, product, order } of charges) {
      const cents = halfEven(expected.get(`${tenant} ${from}`)! * 2345n, 36_000n)
      assert.equal(amount.replace('.', ''), `${cents}`.padStart(3, '0'))
      assert.deepEqual([to! - from!, currency, product, order], [86_400, 'USD', 'on-demand', undefined])
    }
  },
)

test(
  'F8 Helios: 636,864 GPU-hours of quota reserved and 424,773 running in May 2020, in UTC and in Jakarta',
  { skip: helios.skip },
  async () => {
    let [quota, running] = [0, 0]
    for (const file of readdirSync(helios.folder).filter((name) => name.startsWith('vc')))
      for (const row of gunzipSync(readFileSync(join(helios.folder, file)))
        .toString()
        .trim()
        .split('\n')
        .slice(1)) {
        quota += Number(row.split(',')[7])
        running += Number(row.split(',')[8])
      }
    assert.deepEqual([quota / 60, Math.round(running / 60)], [636_864, 424_773])
    for (const [zone, offset] of [
      ['UTC', 0],
      ['Asia/Jakarta', 7 * 3600],
    ] as const) {
      const [from, to] = [utc('2020-05-01T00:00:00') - offset, utc('2020-06-01T00:00:00') - offset]
      const all = await read(helios.folder, 'helios', { zone })
      const [reserved, used] = [ofKind(all, 'reservation'), ofKind(all, 'allocation')]
      assert.deepEqual([gpuSeconds(reserved, from, to), gpuSeconds(used, from, to)], [quota * 60, running * 60])
      assert.deepEqual(
        [gpuSeconds(reserved, 0, Infinity), gpuSeconds(used, 0, Infinity)],
        [quota * 60, running * 60],
        'and nothing outside it',
      )
      assert.equal(new Set(reserved.map(({ order }) => order)).size, 16)
      assert.ok([...reserved, ...used].every(({ order, tenant }) => order === (tenant as string)))
      assert.equal(ofKind(all, 'charge').length, 16 * 31)
      assert.equal(new Set(all.map(({ id }) => id)).size, all.length)
      assert.ok(all.length < 22_000, 'equal minutes are one reading')
    }
    assert.deepEqual(traceFacts.helios.months, ['2020-05'])
  },
)

const heliosHeader = 'time,total_gpu_num,running_gpu_num'
const minutes = (start: string, rows: readonly (readonly [number, number])[]): string =>
  [
    heliosHeader,
    ...rows.map(
      ([quota, running], i) =>
        `${new Date(Date.parse(`${start}Z`) + 60_000 * i).toISOString().slice(0, 19).replace('T', ' ')},${quota},${running}.0`,
    ),
  ].join('\n')

test('F8 equal minutes are one reading; use above the quota stays above it; the clock of the zone is read once', async () => {
  const rows = [
    [8, 0],
    [8, 3],
    [8, 3],
    [8, 12],
    [0, 0],
    [16, 16],
  ] as const
  // Sydney's clocks went back at 03:00 on 5 April 2020: the series starts at +11:00 and goes on by the minute.
  const path = folderOf('small-helios', { 'vcA1.csv.gz': minutes('2020-04-05T01:58:00', rows), 'Earth_gpu_number.csv': 'date,total' })
  const all = await read(path, 'helios', { zone: 'Australia/Sydney', price: '3.00' })
  const start = utc('2020-04-04T14:58:00')
  const spans = (readings: readonly (Allocation | Reservation)[]) =>
    readings.map(({ from, to, gpus }) => [(from - start) / 60, (to - start) / 60, gpus])
  assert.deepEqual(spans(ofKind(all, 'reservation')), [
    [0, 4, 8],
    [5, 6, 16],
  ])
  assert.deepEqual(spans(ofKind(all, 'allocation')), [
    [1, 3, 3],
    [3, 4, 12],
    [5, 6, 16],
  ])
  // 4 minutes of 8 GPUs and one of 16 are 48 GPU-minutes at 0.05; the local day has 25 hours.
  const [charge, ...more] = ofKind(all, 'charge')
  assert.deepEqual([charge?.amount, charge!.to! - charge!.from!, charge?.order, more], ['2.40', 25 * 3600, 'vcA1', []])
})

const phillyHeader = 'timestamp,duration,num_gpus,gpu_time,cluster'
const jobRows = [
  '2017-10-01 00:00:00,90.9,2,180,aa',
  '2017-10-01 23:59:30,60.0,1,60,bb',
  '2017-10-02 10:00:00,0.99,4,4,aa',
  '2017-10-02 10:00:00,1.0,4,4,aa',
]

test('F7 ends are floored, jobs shorter than a second are left out and counted, and an id is the place in the file', async () => {
  const path = folderOf('small-philly', { 'philly_jobs.csv': [phillyHeader, ...jobRows].join('\r\n') })
  const notes: string[] = []
  const all = await read(path, 'philly', { price: '3600.00', note: (text) => void notes.push(text) })
  const midnight = utc('2017-10-01T00:00:00')
  assert.deepEqual(
    ofKind(all, 'allocation').map(({ id, from, to, gpus }) => [id, from - midnight, to - midnight, gpus]),
    [
      ['pool/job/1', 0, 90, 2],
      ['pool/job/2', 86_370, 86_430, 1],
      ['pool/job/4', 122_400, 122_401, 4],
    ],
  )
  assert.deepEqual(notes, ['1 jobs shorter than one second were left out'])
  // One GPU-second costs 1.00: 180 and 4 of aa, 30 and 30 of bb on either side of midnight.
  assert.deepEqual(
    ofKind(all, 'charge').map(({ tenant, amount, from }) => [tenant, amount, (from! - midnight) / 86_400]),
    [
      ['aa', '180.00', 0],
      ['aa', '4.00', 1],
      ['bb', '30.00', 0],
      ['bb', '30.00', 1],
    ],
  )
})

test('F9 a charge is rounded half-even, once, to the minor unit of the currency', async () => {
  const path = folderOf('rounding', {
    'philly_jobs.csv': [phillyHeader, '2017-10-01 00:00:00,180,1,180,aa', '2017-10-02 00:00:00,540,1,540,aa'].join('\n'),
  })
  const amounts = async (price: string, currency: string) =>
    ofKind(await read(path, 'philly', { price, currency }), 'charge').map(({ amount }) => amount)
  // 180 s at 2.50 are 0.125 and 540 s are 0.375.
  assert.deepEqual(await amounts('2.50', 'USD'), ['0.12', '0.38'])
  assert.deepEqual(await amounts('50', 'JPY'), ['2', '8'])
})

test('F10 repeat multiplies every count and charge by k, and changes neither times nor names', async () => {
  const bare = (reading: Reading) => ({
    ...reading,
    ...('gpus' in reading ? { gpus: 0 } : {}),
    ...('amount' in reading ? { amount: '' } : {}),
  })
  const factor = (a: Reading, b: Reading): number | undefined =>
    'gpus' in a ? (b as Allocation).gpus / a.gpus : 'amount' in a ? Number((b as { amount: string }).amount) / Number(a.amount) : undefined
  for (const [kind, path] of [
    ['philly', join(folder, 'small-philly')],
    ['helios', join(folder, 'small-helios')],
  ] as const) {
    const [once, often] = [await read(path, kind, { price: '3600.00' }), await read(path, kind, { price: '3600.00', repeat: 130 })]
    assert.deepEqual(often.map(bare), once.map(bare))
    assert.deepEqual(new Set(once.map((reading, i) => factor(reading, often[i]!))), new Set([undefined, 130]))
  }
  for (const repeat of [0, 1.5, -1, 9000])
    await assert.rejects(read(join(folder, 'small-philly'), 'philly', { repeat }), /repeat is a whole number from 1 to 6452/)
})

test('F6 a trace is known by its files, given as a folder or a file', () => {
  const found = (path: string) => detectTrace(join(folder, path))
  assert.deepEqual(
    [
      'small-philly',
      'small-philly/philly_jobs.csv',
      'small-helios',
      'small-helios/vcA1.csv.gz',
      'small-helios/Earth_gpu_number.csv',
      'none',
      '.',
    ].map(found),
    ['philly', 'philly', 'helios', 'helios', undefined, undefined, undefined],
  )
  if (philly.skip === false) assert.equal(detectTrace(philly.folder), 'philly')
  if (helios.skip === false) assert.equal(detectTrace(helios.folder), 'helios')
})

test('F6 a row that is not as published is refused with file and line', async () => {
  const jobs = (...rows: string[]) => [phillyHeader, ...jobRows, ...rows].join('\n')
  const cases: readonly (readonly [TraceKind, string, string, RegExp])[] = [
    [
      'philly',
      'philly_jobs.csv',
      jobs('2017-10-01T00:00:00,1,1,1,a'),
      /^philly_jobs\.csv:6: timestamp is "2017-10-01T00:00:00", not YYYY-MM-DD/,
    ],
    ['philly', 'philly_jobs.csv', jobs('2017-02-30 00:00:00,1,1,1,a'), /:6: timestamp is "2017-02-30/],
    ['philly', 'philly_jobs.csv', jobs('2017-10-01 00:00:00,-1,1,1,a'), /:6: duration is -1, not a number of seconds/],
    ['philly', 'philly_jobs.csv', jobs('2017-10-01 00:00:00,1,1.5,1,a'), /:6: num_gpus is "1\.5", not a whole number/],
    ['philly', 'philly_jobs.csv', jobs('2017-10-01 00:00:00,1,0,1,a'), /:6: num_gpus is 0/],
    ['philly', 'philly_jobs.csv', 'timestamp,duration,gpus\n', /:1: has no column num_gpus; the header is timestamp,duration,gpus/],
    [
      'helios',
      'vcB.csv',
      `${minutes('2020-05-01T00:00:00', [[1, 1]])}\n2020-05-01 00:02:00,1,1`,
      /^vcB\.csv:3: time is 2020-05-01 00:02:00, not one minute after/,
    ],
    ['helios', 'vcB.csv', `${heliosHeader}\n2020-05-01 00:00:00,1,x`, /:2: running_gpu_num is "x"/],
    ['helios', 'vcB.csv', heliosHeader, /:1: has no rows/],
    ['philly', 'philly_jobs.csv', phillyHeader, /:1: has no jobs/],
  ]
  for (const [index, [kind, file, content, message]] of cases.entries())
    await assert.rejects(read(folderOf(`bad-${index}`, { [file]: content }), kind), { name: 'UnreadableTrace', message })
  const cut = folderOf('cut', { 'philly_jobs.csv.gz': '' })
  writeFileSync(join(cut, 'philly_jobs.csv.gz'), gzipSync(jobs()).subarray(0, 40))
  await assert.rejects(read(cut, 'philly'), /philly_jobs\.csv\.gz:\d+: the file ends early/)
})

test('F6 a trace comes in batches of a bounded size', { skip: helios.skip }, async () => {
  const sizes = (await Array.fromAsync(readTrace(helios.folder, 'helios', place))).map(({ length }) => length)
  assert.ok(sizes.slice(0, -1).every((size) => size === traceBatchRows) && sizes.at(-1)! <= traceBatchRows)
})
