import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { meteredFacts, scheduleOf } from '../../../test/schedule.ts'
import { backstopOf } from '../../../test/world.ts'
import type { BlockId, OrderId } from '../base/id.ts'
import { integrateBuckets, zero } from '../base/steps.ts'
import { hourEdges, startOfDate, type Interval } from '../base/time.ts'
import { sumOf } from './columns.ts'
import { cellAt, cellIndex, cellStates, cellsOf, cellWidth, sumRows, type Cells, type CellState } from './rack-cells.ts'
import { emptyRackLog, takePlace } from './rack-log.ts'
import { placesOf } from './rack-places.ts'
import { makeMixes, roleOf, runsOf, totalsOf } from './rack-runs.ts'
import type { Reading } from './reading.ts'
import { bucketsOf, tieCells, tiesOf } from './tie-cells.ts'

const zone = 'Australia/Sydney'
/** Two days around a clock change: 23 hours, then 24. */
const window: Interval = { from: startOfDate('2017-10-01', zone), to: startOfDate('2017-10-03', zone) }
const seconds = window.to - window.from
const edges = hourEdges(window, zone)
const schedule = scheduleOf({ zone, blocks: [{ id: 'a', gpus: 24 }] })
const pool = schedule.pools[0]!.id
const block = 'a' as BlockId
const tranche = schedule.blocks[0]!.tranches[0]!.id
const gpusPerNode = 4
const [rackCount, nodesPerRack] = [3, 2]
const nodes = Array.from({ length: rackCount * nodesPerRack }, (_, i) => `n${i + 1}`)
const units = Array.from({ length: rackCount }, (_, i) => `hall-1/r${i + 1}`)
const rackOf = (node: string): string => units[Math.floor(nodes.indexOf(node) / nodesPerRack)]!

const inventory = (accepted: number): Reading[] => [
  { kind: 'acceptance', source: 'site', id: 'acc', block, tranche, at: accepted, design: 24, tested: 24 },
  ...units.map((unit, i): Reading => {
    const names = nodes.slice(i * nodesPerRack, (i + 1) * nodesPerRack).join(',')
    return {
      kind: 'rack',
      source: 'site',
      id: unit,
      block,
      unit,
      nodes: names,
      gpus: nodesPerRack * gpusPerNode,
      from: schedule.from,
      tranche,
    }
  }),
]

/** Something said of one place: whole quarters of an hour, so that a plain walk is short. */
type Told = Readonly<{
  what: 'allocation' | 'reservation' | 'outage' | 'gap'
  place: number
  order: string | undefined
  from: number
  to: number
  gpus: number
}>
const step = 900
const told = fc
  .record({
    what: fc.constantFrom<Told['what']>('allocation', 'allocation', 'reservation', 'outage', 'gap'),
    // Most on two nodes and one order, so that sales of one order meet on a node.
    place: fc.oneof({ weight: 3, arbitrary: fc.nat(1) }, { weight: 1, arbitrary: fc.nat(nodes.length - 1) }),
    order: fc.option(fc.constantFrom('ord-1', 'ord-1', 'ord-2'), { nil: undefined }),
    start: fc.integer({ min: 0, max: seconds / step - 1 }),
    length: fc.integer({ min: 1, max: 60 }),
    gpus: fc.constantFrom(1, 1, 2, gpusPerNode),
  })
  .map(({ start, length, ...rest }): Told => {
    const from = window.from + start * step
    return { ...rest, from, to: Math.min(window.to, from + length * step) }
  })

const reading = ({ what, place, order, gpus, from, to }: Told, i: number): Reading => {
  const named = { source: 'slurm', id: `r${i}`, from, to, gpus }
  const node = nodes[place]!
  if (what === 'outage') return { kind: 'outage', ...named, block, unit: node }
  if (what === 'gap') return { kind: 'gap', ...named, block, of: 'health', unit: node }
  if (what === 'reservation') return { kind: 'reservation', ...named, pool, nodes: node, order: (order ?? 'ord-3') as OrderId }
  return { kind: 'allocation', ...named, pool, nodes: node, ...(order === undefined ? {} : { order: order as OrderId }) }
}

const draw = (readings: readonly Reading[], byNode = false): Cells => {
  const log = emptyRackLog(schedule, window)
  for (const each of readings) takePlace(log, each)
  const places = placesOf(log)
  assert.deepEqual(places.problems, [])
  const rows = byNode ? places.stays.length : places.racks.length
  return cellsOf(log, places.stays, edges, { rows, rowOf: (stay, i) => (byNode ? i : stay.rack) })
}

/** What one node does in a step, from the words of the rules: out of service before sold, the largest of what names one place, sales by order. */
const walk = (all: readonly Told[], node: number, at: number, accepted: number): Record<CellState, number> => {
  const none = { soldUsed: 0, soldIdle: 0, called: 0, unsold: 0, unavailable: 0, planned: 0, noEvidence: 0 }
  if (at < accepted) return none
  const now = all.filter((each) => each.place === node && each.from <= at && at < each.to)
  const most = (what: Told['what']) => Math.max(0, ...now.filter((each) => each.what === what).map(({ gpus }) => gpus))
  const sum = (list: readonly Told[]) => list.reduce((total, { gpus }) => total + gpus, 0)
  const allocated = now.filter(({ what }) => what === 'allocation')
  const reserved = now.filter(({ what }) => what === 'reservation')
  const orders = ['ord-1', 'ord-2', 'ord-3'].map((order) =>
    Math.max(sum(allocated.filter((each) => each.order === order)), sum(reserved.filter((each) => (each.order ?? 'ord-3') === order))),
  )
  const contracted = orders.reduce((a, b) => a + b, 0) + sum(allocated.filter(({ order }) => order === undefined))
  const unavailable = most('outage')
  const noEvidence = Math.max(0, most('gap') - unavailable)
  const working = gpusPerNode - unavailable - noEvidence
  const sold = Math.min(working, contracted)
  const soldUsed = Math.min(sold, sum(allocated))
  return { ...none, unavailable, noEvidence, soldUsed, soldIdle: sold - soldUsed, unsold: working - sold }
}

const many = fc.array(told, { maxLength: 40 })
const acceptedAt = fc.integer({ min: -8, max: 40 }).map((quarters) => window.from + quarters * step)

test('M31 the cells of racks and of nodes are what a plain walk through the time gives', () => {
  fc.assert(
    fc.property(many, acceptedAt, (all, accepted) => {
      const readings = [...inventory(accepted), ...all.map(reading)]
      const [racks, byNode] = [draw(readings), draw(readings, true)]
      const expected = new Map<string, number>()
      for (const [node, name] of nodes.entries())
        for (let at = window.from; at < window.to; at += step) {
          const bucket = edges.findLastIndex((edge) => edge <= at)
          const states = walk(all, node, at, accepted)
          for (const state of cellStates)
            for (const key of [`node ${node} ${bucket} ${state}`, `${rackOf(name)} ${bucket} ${state}`])
              expected.set(key, (expected.get(key) ?? 0) + states[state] * step)
        }
      for (let bucket = 0; bucket + 1 < edges.length; bucket++)
        for (const state of cellStates) {
          for (const row of nodes.keys())
            assert.equal(byNode.amounts[cellIndex(byNode, row, bucket) + cellAt[state]], expected.get(`node ${row} ${bucket} ${state}`))
          for (const [row, unit] of units.entries())
            assert.equal(racks.amounts[cellIndex(racks, row, bucket) + cellAt[state]], expected.get(`${unit} ${bucket} ${state}`))
        }
    }),
    { numRuns: 100 },
  )
})

test('M32 the states of a rack are its accepted GPU-time in every bucket, in whatever order the readings came', () => {
  fc.assert(
    fc.property(many, acceptedAt, fc.infiniteStream(fc.nat()), (all, accepted, chance) => {
      const readings = [...inventory(accepted), ...all.map(reading)]
      const cells = draw(readings)
      const shuffled = readings.map((each) => [chance.next().value, each] as const).toSorted((a, b) => a[0] - b[0])
      assert.deepEqual(draw(shuffled.map(([, each]) => each)), cells)
      for (const row of units.keys())
        for (let bucket = 0; bucket + 1 < edges.length; bucket++) {
          const index = cellIndex(cells, row, bucket)
          const sum = cells.amounts.subarray(index, index + cellWidth).reduce((a, b) => a + b, 0)
          const [from, to] = [Math.max(edges[bucket]!, accepted), edges[bucket + 1]!]
          assert.equal(sum, Math.max(0, to - from) * nodesPerRack * gpusPerNode)
        }
    }),
    { numRuns: 100 },
  )
})

/** Sales that the pool can hold, some without a place, and outages without a unit: readings that are facts. */
const term = { zone, from: '2017-01-01', through: '2032-12-31', currency: 'USD' }
const withCallRight = { ...schedule, clauses: [{ ...backstopOf(term), callRight: true }] }
const settleable = fc.array(
  fc.record({
    place: fc.option(fc.integer({ min: 0, max: nodes.length - 1 }), { nil: undefined }),
    what: fc.constantFrom<'allocation' | 'reservation' | 'outage' | 'call'>('allocation', 'reservation', 'outage', 'call'),
    start: fc.integer({ min: 0, max: seconds / step - 1 }),
    length: fc.integer({ min: 1, max: 60 }),
  }),
  { maxLength: 12 },
)

/** Every GPU of the block is called, and no call says where. */
const wholeBlock = Array.from({ length: 12 }, () => ({ place: undefined, what: 'call' as const, start: 0, length: 60 }))

test('M33 racks come to what is settled, bucket by bucket, whatever is told without a place; and nothing is turned where all is placed', () => {
  let turnedOnce = 0
  fc.assert(
    fc.property(settleable, (all) => {
      // Twelve readings of two GPUs are at most the 24 there are, so no pool is oversold and no block out of more than it has.
      const readings = [
        ...inventory(window.from),
        ...all.map(({ place, what, start, length }, i): Reading => {
          const from = window.from + start * step
          const common = { source: 'slurm', id: `r${i}`, from, to: Math.min(window.to, from + length * step), gpus: 2 }
          if (what === 'call') return { kind: 'call', ...common, block }
          if (what === 'outage') return { kind: 'outage', ...common, block, ...(place === undefined ? {} : { unit: nodes[place]! }) }
          const where = place === undefined ? {} : { nodes: nodes[place]! }
          if (what === 'reservation') return { kind: 'reservation', ...common, pool, order: `ord-${i}` as OrderId, ...where }
          return { kind: 'allocation', ...common, pool, ...where }
        }),
      ]
      const facts = meteredFacts(withCallRight, window, readings)
      const log = emptyRackLog(schedule, window)
      for (const each of readings) takePlace(log, each)
      const places = placesOf(log)
      const cells = cellsOf(log, places.stays, edges, { rows: rackCount, rowOf: ({ rack }) => rack })
      const before = cells.amounts.slice()
      const columns = log.placeless.get(pool)
      const used = integrateBuckets(columns === undefined ? zero : sumOf(columns), edges)
      const buckets = bucketsOf(facts.blocks, edges)
      const turned = tieCells(cells, [0, 1, 2], buckets, used)
      turnedOnce += turned > 0 ? 1 : 0
      for (const { settled, drawn } of tiesOf(buckets, sumRows(cells, [0, 1, 2]))) assert.equal(drawn, settled)
      const sums = sumRows(cells, [0, 1, 2])
      for (let bucket = 0; bucket + 1 < edges.length; bucket++) {
        const at = bucket * cellWidth
        assert.equal(sums[at + cellAt.soldUsed]! + sums[at + cellAt.soldIdle]!, buckets.sold[bucket])
        assert.equal(sums[at + cellAt.called], buckets.called[bucket])
        assert.equal(sums[at + cellAt.unsold], buckets.unsold[bucket])
      }
      const changed = cells.amounts.reduce((sum, value, i) => sum + Math.max(0, value - before[i]!), 0)
      assert.ok(changed <= turned)
      if (turned === 0) assert.deepEqual(cells.amounts, before)
    }),
    { numRuns: 300, examples: [[wholeBlock]] },
  )
  assert.ok(turnedOnce > 0)
})

test('M34 runs say what the cells say: colours, GPU-time and hours, and what is not yet', () => {
  fc.assert(
    fc.property(many, fc.integer({ min: 0, max: 47 }), (all, last) => {
      const cells = draw([...inventory(window.from), ...all.map(reading)])
      const now = edges[Math.min(last, edges.length - 1)]!
      const { mixes, number } = makeMixes()
      for (const row of units.keys()) {
        const runs = runsOf(cells, row, { now, number })
        const expanded = runs.flatMap(([length, mix]) => Array.from({ length }, () => mixes[mix]!))
        assert.equal(expanded.length, edges.length - 1)
        for (const [i, run] of runs.entries()) assert.notEqual(run[1], runs[i - 1]?.[1])
        for (const [bucket, { role, gpuSeconds }] of expanded.entries()) {
          const index = cellIndex(cells, row, bucket)
          const amounts = [...cells.amounts.subarray(index, index + cellWidth)]
          assert.deepEqual(gpuSeconds, amounts)
          const most = Math.max(...amounts)
          assert.equal(role, edges[bucket]! >= now ? 'notYet' : most === 0 ? 'notAccepted' : cellStates[amounts.indexOf(most)])
          assert.equal(roleOf(amounts), most === 0 ? 'notAccepted' : cellStates[amounts.indexOf(most)])
        }
        const totals = totalsOf(cells, runs, mixes)
        assert.equal(
          Object.values(totals.seconds).reduce((a, b) => a + b, 0),
          seconds,
        )
        assert.equal(
          Object.values(totals.gpuSeconds).reduce((a, b) => a + b, 0),
          nodesPerRack * gpusPerNode * seconds,
        )
      }
    }),
    { numRuns: 60 },
  )
})

test('M35 a node that stands in two racks at once is drawn in the first, a name that nobody knows is told, and a part of a rack lies in it', () => {
  const log = emptyRackLog(schedule, window)
  const twice: Reading = {
    kind: 'rack',
    source: 'site',
    id: 'x',
    block,
    unit: 'hall-1/r9',
    nodes: 'n1',
    gpus: 4,
    from: schedule.from,
    tranche,
  }
  const part: Reading = {
    kind: 'outage',
    source: 'dcgm',
    id: 'o1',
    block,
    unit: 'hall-1/r2/tray-7',
    gpus: 4,
    from: window.from,
    to: window.from + 3600,
  }
  const lost: Reading = { ...part, id: 'o2', unit: 'hall-7/r1' }
  for (const each of [...inventory(window.from), twice, part, lost]) takePlace(log, each)
  const places = placesOf(log)
  assert.equal(places.problems.length, 2)
  assert.match(places.problems[0]!, /Node n1 stands in hall-1\/r1 and in hall-1\/r9 at once/)
  assert.match(places.problems[1]!, /No rack or node on record is named hall-7\/r1/)
  const cells = cellsOf(log, places.stays, edges, { rows: places.racks.length, rowOf: ({ rack }) => rack })
  const row = places.racks.findIndex(({ unit }) => unit === 'hall-1/r2')
  assert.equal(cells.amounts[cellIndex(cells, row, 0) + cellAt.unavailable], 4 * 3600)
})
