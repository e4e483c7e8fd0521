import type { HourlyRow } from '../../core/claims/telemetry.ts'
import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { chdbSkip } from '../../../test/chdb.ts'
import { readHourlyRow } from './hourly.ts'
import { openTelemetry } from './telemetry.ts'

const from = Date.UTC(2026, 9, 1) / 1000
const hours = 5
const folder = fs.mkdtempSync(join(tmpdir(), 'offtake-telemetry-hourly-'))
after(() => fs.rmSync(folder, { recursive: true, force: true }))

const row: fc.Arbitrary<HourlyRow> = fc.record({
  factory: fc.constant('syd'),
  node: fc.constantFrom('n1', 'n2', 'n"ö\\'),
  gpu: fc.integer({ min: 0, max: 3 }),
  hour: fc.integer({ min: 0, max: hours - 1 }).map((at) => from + at * 3600),
  samples: fc.nat(240),
  covered_seconds: fc.nat(3600),
  active_seconds: fc.nat(3600),
  powered_seconds: fc.nat(3600),
  power_max_w: fc.nat(1400),
  power_mean_w: fc.nat(1400),
  energy_mj: fc.nat(2 ** 31 - 1),
  util_mean: fc.nat(100),
  sm_mean: fc.constantFrom(0, 0.25, 1),
  xids: fc.uniqueArray(fc.constantFrom(13, 48, 79), { maxLength: 2 }),
})

test(
  'TM14 hourly rows that were folded elsewhere are read as they were given, the later in place of the earlier',
  { skip: chdbSkip },
  async () => {
    const telemetry = await openTelemetry({ path: folder }, { nowMs: () => Date.UTC(2026, 10, 5) })
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.uniqueArray(row, { minLength: 1, maxLength: 30, selector: ({ node, gpu, hour }) => `${node} ${gpu} ${hour}` }),
          fc.nat(29),
          async (rows, place) => {
            const first = rows[place % rows.length]!
            await telemetry.engine.command('TRUNCATE TABLE offtake.telemetry_hourly')
            await telemetry.takeHours([{ ...first, active_seconds: 3600 - first.active_seconds }])
            await telemetry.takeHours(rows)
            await telemetry.takeHours(rows)
            const read = await Array.fromAsync(telemetry.nodeMonths({ factory: 'syd', from, to: from + hours * 3600 }))
            const sums = (node: string, value: (of: HourlyRow) => number) =>
              Array.from({ length: hours }, (_, at) =>
                rows.filter((of) => of.node === node && of.hour === from + at * 3600).reduce((sum, of) => sum + value(of), 0),
              )
            const names = [...new Set(rows.map(({ node }) => node))].toSorted()
            assert.deepEqual(read.map(({ node }) => node).toSorted(), names)
            for (const { node, covered, active, powered } of read) {
              assert.deepEqual(
                [...covered],
                sums(node, (of) => of.covered_seconds),
              )
              assert.deepEqual(
                [...active],
                sums(node, (of) => of.active_seconds),
              )
              assert.deepEqual(
                [...powered],
                sums(node, (of) => of.powered_seconds),
              )
            }
            const seen = read.flatMap(({ node, xids }) => (xids ?? []).flatMap((codes, at) => codes.map((code) => `${node} ${at} ${code}`)))
            const given = new Set(rows.flatMap(({ node, hour, xids }) => xids.map((code) => `${node} ${(hour - from) / 3600} ${code}`)))
            assert.deepEqual(new Set(seen), given)
          },
        ),
        { numRuns: 15 },
      )
    } finally {
      await telemetry.close()
    }
  },
)

test('TM14 what is no hourly row is told whole', () => {
  const [good] = fc.sample(row, { numRuns: 1, seed: 7 })
  assert.deepEqual(readHourlyRow(good), good)
  assert.deepEqual(readHourlyRow([]), { problems: ['must be a JSON object'] })
  const read = readHourlyRow({
    ...good,
    hour: from + 1,
    covered_seconds: 3601,
    util_mean: '5',
    xids: [70_000],
    rack: 'r1',
    node: undefined,
  })
  assert.ok('problems' in read)
  const expected = [
    /^node is missing/,
    /^hour must be the first second/,
    /^covered_seconds must be .* 3600/,
    /^util_mean must be/,
    /^xids must be/,
    /^rack is no key/,
  ]
  assert.equal(read.problems.length, expected.length)
  for (const [i, words] of expected.entries()) assert.match(read.problems[i]!, words)
})
