import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { rational, total } from '../core/base/rational.ts'
import { factoryRoles, type FactoryRole } from '../wire/factory.ts'
import { palettes } from './palette.ts'
import { boxesOf, chooseRows, mixAt, paintRows, pixelsOf, shortNames, stackOf, stepPath, type MapRow } from './rack-map.ts'
import { roundTable } from './round-table.ts'
import { ticksOf } from './map-axis.ts'

const none = Object.fromEntries(factoryRoles.map((role) => [role, 0])) as Record<FactoryRole, number>
const mixes = factoryRoles.map((role, i) => ({ role, gpuSeconds: Array.from({ length: 7 }, (_, state) => (state === i ? 7 : 0)) }))
const rowOf = (name: string, runs: [number, number][]): MapRow => ({ name, gpus: 72, seconds: none, gpuSeconds: none, runs })

const buckets = 743
const rowRuns = fc
  .array(fc.tuple(fc.integer({ min: 1, max: 40 }), fc.nat(factoryRoles.length - 1)), { minLength: 1, maxLength: 60 })
  .map((runs) => {
    const kept: [number, number][] = []
    let left = buckets
    for (const [length, mix] of runs)
      if (left > 0) {
        kept.push([Math.min(length, left), mix])
        left -= length
      }
    if (left > 0) kept.push([left, 0])
    return kept
  })

test('CO11 the bitmap has a pixel of the right colour for every cell, and its counts are the runs', () => {
  fc.assert(
    fc.property(fc.array(rowRuns, { minLength: 1, maxLength: 12 }), fc.constantFrom('light' as const, 'dark' as const), (all, scheme) => {
      const rows = all.map((runs, i) => rowOf(`r${i}`, runs))
      const pixels = paintRows(rows, mixes, buckets, palettes[scheme])
      assert.equal(pixels.length, rows.length * buckets)
      const colours = pixelsOf(palettes[scheme])
      assert.equal(new Set(Object.values(colours)).size, factoryRoles.length)
      for (const [y, row] of rows.entries())
        for (const x of [0, 1, 371, 742]) assert.equal(pixels[y * buckets + x], colours[mixAt(row, mixes, x).role])
      for (const role of factoryRoles) {
        const told = all.flat().reduce((sum, [length, mix]) => sum + (mixes[mix]!.role === role ? length : 0), 0)
        assert.equal(
          pixels.reduce((sum, pixel) => sum + (pixel === colours[role] ? 1 : 0), 0),
          told,
        )
        const boxes = boxesOf(rows, mixes, role)
        assert.equal(
          boxes.reduce((sum, { width, height }) => sum + width * height, 0),
          told,
        )
      }
    }),
    { numRuns: 40 },
  )
})

test('CO13 a hall of 139 racks through a month is painted in less than a frame of 16 ms', () => {
  const rows = Array.from({ length: 139 }, (_, i) =>
    rowOf(
      `r${i}`,
      Array.from({ length: buckets }, (_unused, x) => [1, (x * 7 + i) % factoryRoles.length] as [number, number]),
    ),
  )
  const times = Array.from({ length: 20 }, () => {
    const start = performance.now()
    paintRows(rows, mixes, buckets, palettes.light)
    return performance.now() - start
  }).toSorted((a, b) => a - b)
  process.stderr.write(`139 × 743 cells, each a run of its own: ${times[0]!.toFixed(2)} ms at best, median ${times[10]!.toFixed(2)} ms\n`)
  assert.ok(times[0]! < 16, `${times[0]}`)
})

test('CO11 rounded tables add up both ways, and no value is further than one unit from its own', () => {
  const cell = fc.integer({ min: 0, max: 5_000_000 })
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 7, maxLength: 7 }), { minLength: 1, maxLength: 31 }), (seconds) => {
      const exact = seconds.map((row) => row.map((value) => rational(value, 3600)))
      const { cells, rowTotals, columnTotals, total: all } = roundTable(exact, 7)
      const places = (all.split('.')[1] ?? '').length
      const scale = 10 ** places
      const units = (text: string) => Math.round(Number(text) * scale)
      for (const [i, row] of cells.entries())
        assert.equal(
          row.reduce((sum, text) => sum + units(text), 0),
          units(rowTotals[i]!),
        )
      for (const [j, text] of columnTotals.entries())
        assert.equal(
          cells.reduce((sum, row) => sum + units(row[j]!), 0),
          units(text),
        )
      assert.equal(
        rowTotals.reduce((sum, text) => sum + units(text), 0),
        units(all),
      )
      for (const [i, row] of cells.entries())
        for (const [j, text] of row.entries()) assert.ok(Math.abs(units(text) - (seconds[i]![j]! / 3600) * scale) < 1 + 1e-6)
      const sum = total(exact.map(total))
      assert.ok(Math.abs(units(all) - (Number(sum.n) / Number(sum.d)) * scale) <= 0.5 + 1e-6)
    }),
    { numRuns: 100 },
  )
})

test('CO10 the stack of a hall is drawn in its order from zero, its top what is accepted, in steps', () => {
  const series = {
    soldUsed: [7200, 3600],
    soldIdle: [0, 3600],
    called: [0, 0],
    unsold: [3600, 3600],
    unavailable: [0, 0],
    planned: [0, 0],
    noEvidence: [3600, 0],
  }
  const { layers, accepted, most } = stackOf({ edges: [0, 3600, 7200], series }, 7200)
  assert.deepEqual(accepted, [4, 3])
  assert.equal(most, 4)
  assert.deepEqual(
    layers.map(({ state }) => state),
    ['soldUsed', 'soldIdle', 'called', 'unsold', 'unavailable', 'noEvidence', 'planned'],
  )
  assert.deepEqual(layers[0]!.tops, [2, 1])
  assert.deepEqual(stackOf({ edges: [0, 3600, 7200], series }, 3600).accepted, [4])
  assert.equal(stepPath([2, 1], 4, true), 'M0 4V2H1V3H2V4Z')
  assert.equal(stepPath([4, 4], 4, false), 'M0 0H2')
})

test('CO11 rows are chosen and ordered as the reader asks, and ties keep their position', () => {
  const rows = [rowOf('h/r10', []), rowOf('h/r2', []), rowOf('h/r1', [])].map((row, i) => ({
    ...row,
    gpuSeconds: { ...none, unsold: i === 1 ? 5 : 0 },
  }))
  const names = (choice: Parameters<typeof chooseRows>[1]) => chooseRows(rows, choice).map(({ name }) => name)
  assert.deepEqual(names({ order: 'position', show: 'all', flags: new Map() }), ['h/r1', 'h/r2', 'h/r10'])
  assert.deepEqual(names({ order: 'unsold', show: 'all', flags: new Map() }), ['h/r2', 'h/r1', 'h/r10'])
  assert.deepEqual(names({ order: 'flags', show: 'all', flags: new Map([['h/r10', 2]]) }), ['h/r10', 'h/r1', 'h/r2'])
  assert.deepEqual(names({ order: 'position', show: 'unsold', flags: new Map() }), ['h/r2'])
  assert.deepEqual(names({ order: 'position', show: 'flagged', flags: new Map([['h/r1', 1]]) }), ['h/r1'])
  assert.deepEqual(shortNames(['syd-r001-n01', 'syd-r001-n02']), ['n01', 'n02'])
  assert.deepEqual(shortNames(['hall-1/r001', 'hall-1/r002']), ['r001', 'r002'])
  assert.deepEqual(shortNames(['hall-1/r001']), ['r001'])
})

test('CO3 the axis of a day shows local hours, none that a clock change left out and none twice', () => {
  const quarter = (from: string, count: number) => Array.from({ length: count + 1 }, (_, i) => Date.parse(from) / 1000 + i * 900)
  const spring = ticksOf(quarter('2026-10-03T14:00:00Z', 92), 'Australia/Sydney', '2026-10-04')
  assert.deepEqual(
    spring.map(({ text, bucket }) => [text, bucket]),
    [
      ['00:00', 0],
      ['03:00', 8],
      ['06:00', 20],
      ['09:00', 32],
      ['12:00', 44],
      ['15:00', 56],
      ['18:00', 68],
      ['21:00', 80],
    ],
  )
})
