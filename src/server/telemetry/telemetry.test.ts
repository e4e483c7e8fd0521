import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { chdbSkip } from '../../../test/chdb.ts'
import { plainFold, type HourlyRow } from '../../../test/plain-fold.ts'
import { batchOf, hourlyRows } from '../../../test/samples.ts'
import type { Sample } from './sample.ts'
import { openTelemetry, type Telemetry } from './telemetry.ts'
import { TelemetryBusy, waitingSamplesMax } from './write.ts'

const nowMs = Date.UTC(2026, 9, 15, 12)
const hour = Date.UTC(2026, 9, 15, 8) / 1000
const measure = { holdSeconds: 60, idleWatts: 250, activity: 0.02 }
const folder = fs.mkdtempSync(join(tmpdir(), 'offtake-telemetry-'))
const open = () => openTelemetry({ path: folder }, { nowMs: () => nowMs })

// 64-bit floats of JSON: a Float32 is printed as its shortest text, which read as a double is not the same number.
const rounded = (rows: readonly HourlyRow[]): HourlyRow[] => {
  const float = (value: number | null) => (value === null ? null : Math.fround(value))
  return rows.map((row) => ({
    ...row,
    powerMax: float(row.powerMax),
    powerMean: float(row.powerMean),
    util: float(row.util),
    sm: float(row.sm),
  }))
}

const sample = (metric: string, seconds: number, value: number, more: Partial<Sample> = {}): Sample => ({
  factory: 'batam',
  node: 'n01',
  gpu: 0,
  metric,
  atMs: (hour + seconds) * 1000,
  value,
  ...more,
})

const valueFor = (metric: string): fc.Arbitrary<number> => {
  const thousandths = (max: number) => fc.integer({ min: 0, max: max * 1000 }).map((n) => n / 1000)
  switch (metric) {
    case 'DCGM_FI_DEV_GPU_UTIL':
      return fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100 }))
    case 'DCGM_FI_DEV_POWER_USAGE':
      return fc.oneof(fc.constant(250), thousandths(1400))
    case 'DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION':
      return fc.integer({ min: 0, max: 1e12 })
    case 'DCGM_FI_DEV_XID_ERRORS':
      return fc.constantFrom(0, 0, 31, 79, 94)
    default:
      return fc.oneof(fc.constant(0.02), fc.constant(0), thousandths(1))
  }
}
const metricNames = [
  'DCGM_FI_DEV_GPU_UTIL',
  'DCGM_FI_PROF_GR_ENGINE_ACTIVE',
  'DCGM_FI_PROF_SM_ACTIVE',
  'DCGM_FI_DEV_POWER_USAGE',
  'DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION',
  'DCGM_FI_DEV_XID_ERRORS',
]
// Times crowd around the ends of hours and the length for which a sample stands, at fractions of a second too.
const timeFor = fc.oneof(
  fc.integer({ min: -90_000, max: 90_000 }),
  fc.integer({ min: 3_500_000, max: 3_700_000 }),
  fc.integer({ min: 0, max: 240 }).map((i) => i * 30_000),
  fc.integer({ min: 0, max: 7_200_000 }),
)
const sampleArbitrary = fc.constantFrom(...metricNames).chain((metric) =>
  fc.record({
    factory: fc.constant('law'),
    node: fc.constantFrom('n01', "o'n\\2"),
    gpu: fc.integer({ min: 0, max: 1 }),
    metric: fc.constant(metric),
    atMs: timeFor.map((ms) => hour * 1000 + ms),
    value: valueFor(metric),
  }),
)

describe('an embedded store', { skip: chdbSkip }, () => {
  let telemetry: Telemetry
  before(async () => {
    telemetry = await open()
  })
  after(async () => {
    await telemetry.close()
    fs.rmSync(folder, { recursive: true, force: true })
  })

  test('TM5 TM4 hourly rows are those of a plain walk, under any order, duplication, batching, folds between and restarts', async () => {
    let runs = 0
    // Samples, in some order and some of them again, in batches; after which batches to fold, and after which to open the store anew.
    const history = fc.record({
      samples: fc.array(sampleArbitrary, { minLength: 1, maxLength: 120 }),
      order: fc.array(fc.nat(), { minLength: 1, maxLength: 200 }),
      cuts: fc.array(fc.nat(6), { maxLength: 5 }),
      reopens: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(history, async ({ samples, order, cuts, reopens }) => {
        const factory = `law-${runs++}`
        const named = samples.map((each) => ({ ...each, factory }))
        const again = order.map((at) => named[at % named.length]!)
        // What is not among those that come again comes once, in the middle.
        const half = Math.floor(again.length / 2)
        const sent = [...again.slice(0, half), ...named.toReversed(), ...again.slice(half)]
        const edges = [0, ...cuts.map((cut) => Math.floor((sent.length * cut) / 7)).toSorted((a, b) => a - b), sent.length]
        for (let i = 1; i < edges.length; i++) {
          const part = sent.slice(edges[i - 1], edges[i])
          if (part.length === 0) continue
          assert.equal((await telemetry.append(batchOf(part))).accepted, part.length)
          if (i % 2 === 1) await telemetry.fold(nowMs / 1000)
          if (reopens && i === 2 && runs % 5 === 0) {
            await telemetry.close()
            telemetry = await open()
          }
        }
        await telemetry.fold(nowMs / 1000)
        assert.deepEqual(rounded(await hourlyRows(telemetry, factory)), plainFold(named, measure))
      }),
      { numRuns: 40 },
    )
  })

  test('TM4 of two values with one time the larger counts, whichever came first; both are kept', async () => {
    for (const [factory, values] of [
      ['first-large', [700, 0]],
      ['first-small', [0, 700]],
    ] as const) {
      for (const value of values)
        assert.deepEqual(await telemetry.append(batchOf([sample('DCGM_FI_DEV_POWER_USAGE', 0, value, { factory })])), {
          accepted: 1,
          refused: [],
        })
      await telemetry.fold(nowMs / 1000)
      const [row] = await hourlyRows(telemetry, factory)
      assert.deepEqual([row!.covered, row!.powered, row!.powerMax, row!.samples], [60, 60, 700, 1])
      const kept = await telemetry.engine.rows<{ value: number }>(
        `SELECT value FROM offtake.telemetry_samples FINAL WHERE factory = '${factory}' ORDER BY value`,
      )
      assert.deepEqual(kept, [{ value: 0 }, { value: 700 }])
    }
  })

  test('TM5 only hours that were touched are folded again, and those they reach into', async () => {
    const at = (seconds: number) => batchOf([sample('DCGM_FI_DEV_GPU_UTIL', seconds, 5, { factory: 'touched' })])
    await telemetry.fold(nowMs / 1000)
    await telemetry.append(at(10))
    assert.deepEqual(await telemetry.fold(nowMs / 1000), { hours: 1, expired: 0 })
    assert.deepEqual(await telemetry.fold(nowMs / 1000), { hours: 0, expired: 0 })
    await telemetry.append(at(10))
    assert.deepEqual(await telemetry.fold(nowMs / 1000), { hours: 1, expired: 0 })
    // 15 seconds before the end of an hour: it stands for 45 of the next.
    await telemetry.append(at(3_585))
    assert.deepEqual(await telemetry.fold(hour + 3_600), { hours: 1, expired: 0 }, 'the next hour does not begin before that')
    assert.deepEqual(await telemetry.fold(hour + 3_601), { hours: 1, expired: 0 })
    const rows = await hourlyRows(telemetry, 'touched')
    assert.deepEqual(
      rows.map((row) => [row.hour - hour, row.samples, row.covered]),
      [
        [0, 2, 75],
        [3_600, 0, 45],
      ],
    )
  })

  test('TM5 samples that come while a fold runs are folded by it or by the next', async () => {
    const factory = 'meanwhile'
    const all = Array.from({ length: 400 }, (_, i) => sample('DCGM_FI_DEV_GPU_UTIL', i * 9, 5, { factory, node: `n${i % 7}` }))
    const folding = (async () => {
      for (let i = 0; i < 12; i++) await telemetry.fold(nowMs / 1000)
    })()
    for (let i = 0; i < all.length; i += 10) await telemetry.append(batchOf(all.slice(i, i + 10)))
    await folding
    await telemetry.fold(nowMs / 1000)
    assert.deepEqual(rounded(await hourlyRows(telemetry, factory)), plainFold(all, measure))
  })

  test('TM6 by hand: an engine that is missing, a counter that is reset, a gauge that keeps its code', async () => {
    const factory = 'hand'
    const put = (metric: string, ...values: [number, number][]) =>
      telemetry.append(batchOf(values.map(([seconds, value]) => sample(metric, seconds, value, { factory }))))
    // No engine metric until second 120: utilisation decides for 0 to 60 and 60 to 120, of which the second is idle. Then the engine decides, and
    // says idle where utilisation does not.
    await put('DCGM_FI_DEV_GPU_UTIL', [0, 90], [60, 0], [120, 90])
    await put('DCGM_FI_PROF_GR_ENGINE_ACTIVE', [120, 0.01])
    // 5,000 used, then the driver is loaded again and 300 more were used; 400 across a hole that lies in the hour; the last is alone in its own.
    await put('DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION', [0, 1_000], [30, 6_000], [60, 300], [600, 700], [3_900, 5_000])
    // The code stays until the next error: 79 was seen once, and what was shown first is news.
    await put('DCGM_FI_DEV_XID_ERRORS', [0, 31], [30, 31], [60, 79], [90, 79], [120, 0], [150, 0], [3_590, 94], [3_605, 94])
    await telemetry.fold(nowMs / 1000)
    const [row, next] = await hourlyRows(telemetry, factory)
    assert.deepEqual(
      [row!.covered, row!.active, row!.powered, row!.energy, row!.xids, row!.powerMax, row!.powerMean, row!.sm],
      [180, 60, 0, '5700', [31, 79, 94], null, null, null],
    )
    // It appeared in the hour before, and shows still.
    assert.deepEqual([next!.energy, next!.xids], ['0', []])
    // Time-weighted: 60 s of 90, 60 s of 0, 60 s of 90.
    assert.equal(row!.util, 60)
  })

  test('TM1 what is no sample is refused by count and reason, and the rest is kept', async () => {
    const factory = 'refused'
    const power = (value: number, more: Partial<Sample> = {}) => sample('DCGM_FI_DEV_POWER_USAGE', 0, value, { factory, ...more })
    const bad: [string, Sample[]][] = [
      ['blank', [power(Number.NaN), power(Number('9223372036854775794')), power(2_147_483_632), power(140_737_488_355_328)]],
      [
        'out-of-range',
        [
          power(-1),
          power(Infinity),
          sample('DCGM_FI_DEV_GPU_UTIL', 0, 101, { factory }),
          sample('DCGM_FI_DEV_XID_ERRORS', 0, 31.5, { factory }),
        ],
      ],
      ['unknown-metric', [sample('DCGM_FI_DEV_FB_USED', 0, 1, { factory })]],
      ['bad-gpu', [power(1, { gpu: 256 }), power(1, { gpu: 0.5 })]],
      ['bad-name', [power(1, { node: '' }), power(1, { node: 'a\tb' }), power(1, { node: 'x'.repeat(254) })]],
      ['too-old', [power(1, { atMs: nowMs - 14 * 86_400_000 - 1 })]],
      ['in-the-future', [power(1, { atMs: nowMs + 120_001 })]],
      ['bad-time', [power(1, { atMs: hour * 1000 + 0.5 })]],
    ]
    const good = [
      power(1),
      power(2, { atMs: nowMs - 14 * 86_400_000 }),
      power(3, { atMs: nowMs + 120_000 }),
      // 39 kWh is an energy, though a double that is blank looks like it.
      sample('DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION', 0, 140_737_488_355_328, { factory }),
      sample('DCGM_FI_DEV_GPU_UTIL', 0, 50, { factory, node: 'Knoten-ä' }),
    ]
    const answer = await telemetry.append(batchOf([...good, ...bad.flatMap(([, samples]) => samples)]))
    assert.equal(answer.accepted, good.length)
    assert.deepEqual(
      new Map(answer.refused.map(({ reason, count }) => [reason, count])),
      new Map(bad.map(([reason, samples]) => [reason, samples.length])),
    )
    for (const { reason, first, message } of answer.refused) {
      assert.deepEqual(first, bad.find(([name]) => name === reason)![1][0])
      assert.notEqual(message, '')
    }
    const kept = await telemetry.engine.rows<{ node: string; value: number }>(
      `SELECT node, value FROM offtake.telemetry_samples FINAL WHERE factory = '${factory}'`,
    )
    assert.deepEqual(
      kept.map(({ node, value }) => `${node} ${value}`).toSorted(),
      good.map(({ node, value }) => `${node} ${value}`).toSorted(),
    )
  })

  test('TM10 lag tells the newest sample of each factory', async () => {
    const at = (factory: string, seconds: number) => telemetry.append(batchOf([sample('DCGM_FI_DEV_GPU_UTIL', seconds, 5, { factory })]))
    await at('lag-a', 100)
    await at('lag-b', 3_000)
    await at('lag-a', 50)
    const lag = (await telemetry.lag()).filter(({ factory }) => factory.startsWith('lag-'))
    assert.deepEqual(lag, [
      { factory: 'lag-a', latestMs: (hour + 100) * 1000 },
      { factory: 'lag-b', latestMs: (hour + 3_000) * 1000 },
    ])
  })

  test('TM11 who brings more than may wait is told to come again, and nothing of it is kept', async () => {
    const many = (factory: string, length: number) => ({
      factory,
      series: [{ node: 'n01', gpu: 0, metric: 'DCGM_FI_DEV_GPU_UTIL' }],
      of: new Uint32Array(length),
      timestampMs: Float64Array.from({ length }, (_, i) => hour * 1000 + i),
      value: new Float64Array(length),
    })
    const first = telemetry.append(many('waits', waitingSamplesMax))
    assert.equal(telemetry.waiting(), waitingSamplesMax)
    await assert.rejects(telemetry.append(many('turned-away', 1)), TelemetryBusy)
    assert.equal((await first).accepted, waitingSamplesMax)
    assert.equal(telemetry.waiting(), 0)
    assert.equal((await telemetry.append(many('waits', 1))).accepted, 1)
    assert.deepEqual(await telemetry.engine.rows(`SELECT 1 FROM offtake.telemetry_samples WHERE factory = 'turned-away'`), [])
  })
})
