import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { integrate, restrict } from '../../core/base/steps.ts'
import { expandHosts } from '../../core/capacity/hostlist.ts'
import type { Reading } from '../../core/meter/reading.ts'
import { calibrateTelemetry } from '../../../scripts/calibrate.ts'
import { allocationsOf, perNode, planOf, type SmallCampus } from '../../../test/campuses.ts'
import { testData } from '../../../test/data.ts'
import { ofKind, sumOf } from '../../../test/histories.ts'
import { campusOf } from './campus.ts'
import { measuredTelemetry } from './measured-telemetry.ts'
import { simulate } from './simulate.ts'
import type { HourlyRow } from '../../core/claims/telemetry.ts'
import { makeTelemetry } from './telemetry-rows.ts'

const small: SmallCampus = {
  zone: 'Asia/Jakarta',
  attribution: 'pro-rata',
  blocks: [[720, 720]],
  percent: 100,
  seed: 7,
  tenants: 3,
  load: 0.8,
}

const madeOf = (plan: SmallCampus) => {
  const campus = campusOf(planOf(plan))
  const rows: HourlyRow[] = []
  const readings: Reading[] = [...simulate(campus, { recorder: makeTelemetry(campus, (row) => void rows.push(row)) })].flat()
  return { campus, rows, readings }
}

test('CA10 rows agree with what every GPU did, node by node and hour by hour', () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.constantFrom('Asia/Jakarta', 'Australia/Adelaide'), (seed, zone) => {
      const { campus, rows, readings } = madeOf({ ...small, zone, seed, blocks: [[144, 144]] })
      const { from, to } = campus.world.window
      const hours = Math.ceil(to / 3600) - Math.floor(from / 3600)
      assert.equal(rows.length, hours * campus.layout.gpus)
      const racks = new Map(ofKind(readings, 'rack').map(({ unit, nodes }) => [unit, nodes]))
      const held = Map.groupBy(
        allocationsOf(readings).flatMap((job) =>
          perNode(job).nodes.map((node) => ({ node, from: job.from, to: job.to, gpus: perNode(job).each })),
        ),
        ({ node }) => node,
      )
      const out = Map.groupBy(
        [...ofKind(readings, 'outage'), ...ofKind(readings, 'maintenance')].flatMap((work) =>
          expandHosts(racks.get(work.unit!) ?? work.unit!).map((node) => ({ node, from: work.from, to: work.to, gpus: 1 })),
        ),
        ({ node }) => node,
      )
      for (const [node, all] of Map.groupBy(rows, (row) => row.node)) {
        const [jobs, down] = [sumOf(held.get(node) ?? []), sumOf(out.get(node) ?? [])]
        for (const [hour, ofHour] of Map.groupBy(all, (row) => row.hour)) {
          const span = [Math.max(hour, from), Math.min(hour + 3600, to)] as const
          const heldSeconds = integrate(jobs, ...span)
          assert.deepEqual(
            ofHour.map(({ gpu }) => gpu),
            [0, 1, 2, 3],
          )
          const covered = span[1] - span[0] - integrate(down, ...span)
          for (const row of ofHour) {
            assert.equal(row.covered_seconds, covered)
            assert.ok(row.active_seconds <= covered && row.powered_seconds <= covered && row.power_mean_w <= row.power_max_w + 0.1)
          }
          const total = (of: (row: HourlyRow) => number) => ofHour.reduce((sum, row) => sum + of(row), 0)
          assert.ok(total((row) => row.active_seconds) <= heldSeconds && total((row) => row.powered_seconds) <= heldSeconds)
          // A node on which nothing runs draws what an idle one does.
          if (restrict(jobs, ...span).starts.length === 0)
            assert.ok(ofHour.every(({ power_max_w, sm_mean }) => power_max_w < 250 && sm_mean === 0))
        }
      }
    }),
    { numRuns: 2 },
  )
})

test('CA10 held GPUs do what Acme’s do: three in ten samples nothing; energy is power times time; a failure shows its XID', () => {
  const { rows, readings } = madeOf(small)
  const busy = rows.filter(({ active_seconds }) => active_seconds > 1800)
  const powered = busy.filter(({ powered_seconds }) => powered_seconds > 0).length / busy.length
  // Of active samples 60 % draw more than 250 ÷ 3.5 = 71.4 W; half of Acme's GPUs at work draw less than 134 W.
  assert.ok(powered > 0.9, `${powered}`)
  const heldHours = allocationsOf(readings).reduce((sum, { gpus, from, to }) => sum + gpus * (to - from), 0) / 3600
  const activeHours = rows.reduce((sum, { active_seconds }) => sum + active_seconds, 0) / 3600
  assert.ok(Math.abs(activeHours / heldHours / (1 - measuredTelemetry.idlePart / 1000) - 1) < 0.06, `${activeHours} of ${heldHours}`)
  for (const { energy_mj, power_mean_w, covered_seconds } of rows.slice(0, 20_000))
    assert.ok(Math.abs(energy_mj - power_mean_w * covered_seconds * 1000) <= 51 * 3600)
  const failures = ofKind(readings, 'outage').filter(({ reason }) => reason!.startsWith('XID 79'))
  assert.ok(failures.length > 0)
  for (const { unit, from } of failures.filter((failure) => !failure.unit!.includes('/'))) {
    const shown = rows.filter(({ node, hour }) => node === unit && hour === Math.floor(from / 3600) * 3600)
    assert.ok(shown.length === 4 && shown.every(({ xids }) => xids.includes(79)), unit!)
  }
})

const traces = testData('traces')
test('CA11 Acme’s quantiles give the measured telemetry again', { skip: traces.skip }, async () => {
  assert.deepEqual(await calibrateTelemetry(traces.folder), measuredTelemetry)
})
