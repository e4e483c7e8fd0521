import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import type { NodeTelemetry } from '../../core/claims/telemetry.ts'
import { chdbSkip } from '../../../test/chdb.ts'
import { hoursMax, namedNodesMax, nodeHoursMax } from './node-months.ts'
import { rackHours } from './rack-hours.ts'
import { openTelemetry, type Telemetry } from './telemetry.ts'

const from = Date.UTC(2026, 8, 30, 20) / 1000
const folder = fs.mkdtempSync(join(tmpdir(), 'offtake-telemetry-read-'))

type Row = Readonly<{
  node: string
  gpu: number
  at: number
  covered: number
  active: number
  powered: number
  watts: number | null
  xids: readonly number[]
  version: number
}>

const put = (telemetry: Telemetry, factory: string, rows: readonly Row[]): Promise<void> =>
  telemetry.engine.command(
    `INSERT INTO offtake.telemetry_hourly (factory, node, gpu, hour, covered_seconds, active_seconds, powered_seconds, power_max_w, xids, version) VALUES ${rows
      .map(
        ({ node, gpu, at, covered, active, powered, watts, xids, version }) =>
          `('${factory}', '${node}', ${gpu}, ${from + at * 3600}, ${covered}, ${active}, ${powered}, ${watts ?? 'nan'}, [${xids.join(', ')}], ${version})`,
      )
      .join(', ')}`,
  )

/** What is to be read: the newest of each row, added up by node and hour, one after the other. */
const plainly = (rows: readonly Row[], hours: number): NodeTelemetry[] => {
  const newest = new Map<string, Row>()
  for (const row of rows) {
    const key = JSON.stringify([row.node, row.gpu, row.at])
    if ((newest.get(key)?.version ?? -1) < row.version) newest.set(key, row)
  }
  const inside = [...newest.values()].filter(({ at }) => at >= 0 && at < hours)
  return [...new Set(inside.map(({ node }) => node))].toSorted().map((node) => {
    const own = inside.filter((row) => row.node === node)
    const sums = (value: (row: Row) => number) => {
      const sum = new Uint32Array(hours)
      for (const row of own) sum[row.at]! += value(row)
      return sum
    }
    const wattsMax = new Float32Array(hours).fill(Number.NaN)
    for (const { at, watts } of own) if (watts !== null) wattsMax[at] = Math.max(watts, Number.isNaN(wattsMax[at]!) ? 0 : wattsMax[at]!)
    const codes = (at: number) => [...new Set(own.filter((row) => row.at === at).flatMap(({ xids }) => xids))].toSorted((a, b) => a - b)
    return {
      node,
      from,
      gpus: Math.max(...own.map(({ gpu }) => gpu)) + 1,
      covered: sums(({ covered }) => covered),
      active: sums(({ active }) => active),
      powered: sums(({ powered }) => powered),
      wattsMax,
      xids: own.some(({ xids }) => xids.length > 0) ? Array.from({ length: hours }, (_, at) => codes(at)) : undefined,
    }
  })
}

const all = async (nodes: AsyncIterable<NodeTelemetry>): Promise<NodeTelemetry[]> => Array.fromAsync(nodes)

describe('reading hourly rows', { skip: chdbSkip }, () => {
  let telemetry: Telemetry
  before(async () => {
    telemetry = await openTelemetry({ path: folder }, { nowMs: () => from * 1000 })
  })
  after(async () => {
    await telemetry.close()
    fs.rmSync(folder, { recursive: true, force: true })
  })

  test('TM9 nodeMonths gives the newest row of each GPU and hour, added up by node and hour, also where GPUs have different hours', async () => {
    let runs = 0
    const seconds = fc.integer({ min: 0, max: 3600 })
    // 20:00 on the last of a month and hours on both sides of it: two partitions, and rows outside of what is asked for.
    const row = fc.record({
      node: fc.constantFrom('r1-n1', 'r1-n2', 'r1-n10'),
      gpu: fc.integer({ min: 0, max: 3 }),
      at: fc.integer({ min: -2, max: 11 }),
      covered: seconds,
      active: seconds,
      powered: seconds,
      watts: fc.option(fc.integer({ min: 0, max: 5600 }).map((n) => n / 4)),
      xids: fc.oneof(
        { weight: 9, arbitrary: fc.constant<number[]>([]) },
        { weight: 1, arbitrary: fc.uniqueArray(fc.constantFrom<number[]>(13, 31, 79), { minLength: 1 }) },
      ),
    })
    // GPUs that have the same hours are read another way than those that have not: every other world is of whole nodes.
    const world = fc.record({ rows: fc.array(row, { minLength: 1, maxLength: 60 }), whole: fc.boolean() })
    await telemetry.engine.command('SYSTEM STOP MERGES offtake.telemetry_hourly')
    await fc.assert(
      fc.asyncProperty(world, async ({ rows, whole }) => {
        const factory = `law-${runs++}`
        const versions = rows.map((each, version) => ({ ...each, version }))
        const filled = whole
          ? versions.flatMap((each) => [0, 1, 2, 3].map((gpu) => ({ ...each, gpu, covered: each.covered - (each.covered % 4) + gpu })))
          : versions
        // What is newest was written neither first nor last, and nothing is merged: no order of reading happens to be right.
        const third = Math.ceil(filled.length / 3)
        const [oldest, middle, newest] = [filled.slice(0, third), filled.slice(third, 2 * third), filled.slice(2 * third)]
        for (const part of [middle, newest, oldest]) if (part.length > 0) await put(telemetry, factory, part)
        const read = await all(telemetry.nodeMonths({ factory, from, to: from + 10 * 3600 }))
        assert.deepEqual(read, plainly(filled, 10))
      }),
      { numRuns: 40 },
    )
    await telemetry.engine.command('SYSTEM START MERGES offtake.telemetry_hourly')
  })

  test('TM9 every node is given once and in order, however many queries it takes, and only those named where some are', async () => {
    const factory = 'slices'
    const hours = hoursMax
    const nodes = Array.from({ length: Math.floor(nodeHoursMax / hours) * 3 + 1 }, (_, i) => `n${i}`)
    const rows = nodes.flatMap((node, i) =>
      [0, 1].map((gpu) => ({
        node,
        gpu,
        at: i * 7,
        covered: 3600,
        active: i,
        powered: 0,
        watts: 100 + i,
        xids: i === 5 ? [79] : [],
        version: 1,
      })),
    )
    await put(telemetry, factory, rows)
    const wanted = { factory, from, to: from + hours * 3600 }
    assert.deepEqual(await all(telemetry.nodeMonths(wanted)), plainly(rows, hours))
    const some = ['n7', 'n13', 'unknown', nodes.at(-1)!]
    const named = await all(telemetry.nodeMonths({ ...wanted, nodes: some }))
    assert.deepEqual(
      named,
      plainly(
        rows.filter(({ node }) => some.includes(node)),
        hours,
      ),
    )
    // Who stops early leaves nothing running behind.
    for await (const node of telemetry.nodeMonths(wanted)) {
      assert.equal(node.node, 'n0')
      break
    }
  })

  test('TM9 only whole hours, a year of them and two thousand names at most', async () => {
    const ask = (more: object) => all(telemetry.nodeMonths({ factory: 'f', from, to: from + 3600, ...more }))
    for (const wrong of [{ to: from }, { to: from + 1 }, { from: from + 1, to: from + 3601 }, { to: from + (hoursMax + 1) * 3600 }])
      await assert.rejects(ask(wrong), /telemetry is read by whole hours/)
    await assert.rejects(ask({ nodes: Array.from({ length: namedNodesMax + 1 }, (_, i) => `n${i}`) }), /2001 nodes are named/)
    assert.deepEqual(await ask({}), [])
  })

  test('TM10 rackHours adds the hours of its nodes up to racks', async () => {
    const node = (name: string, factor: number): NodeTelemetry => ({
      node: name,
      from,
      gpus: 4,
      covered: Uint32Array.of(factor, 0),
      active: Uint32Array.of(0, 2 * factor),
      powered: Uint32Array.of(3 * factor, 3 * factor),
      wattsMax: new Float32Array(2),
      xids: undefined,
    })
    const racks = await rackHours([node('b-1', 1), node('a-1', 10), node('b-2', 100), node('elsewhere', 1000)], (name) =>
      name === 'elsewhere' ? undefined : `hall-1/${name[0]}`,
    )
    assert.deepEqual(racks, [
      { unit: 'hall-1/a', gpus: 4, covered: Float64Array.of(10, 0), active: Float64Array.of(0, 20), powered: Float64Array.of(30, 30) },
      { unit: 'hall-1/b', gpus: 8, covered: Float64Array.of(101, 0), active: Float64Array.of(0, 202), powered: Float64Array.of(303, 303) },
    ])
    const read = await telemetry.rackHours({ factory: 'slices', from, to: from + 3600 * 8 }, () => 'all')
    assert.deepEqual([read[0]!.gpus, [...read[0]!.covered]], [4, [7200, 0, 0, 0, 0, 0, 0, 7200]])
  })
})
