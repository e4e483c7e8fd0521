import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { integrate, maximum, valueAt, zero } from '../../core/base/steps.ts'
import { dateOf, startOfDate } from '../../core/base/time.ts'
import { expandHosts } from '../../core/capacity/hostlist.ts'
import { makeMeter } from '../../core/meter/meter.ts'
import { formatReading, parseReading } from '../../core/meter/parse.ts'
import type { Reading } from '../../core/meter/reading.ts'
import { allocationsOf, perNode, planOf, smallCampuses, type SmallCampus } from '../../../test/campuses.ts'
import { assertNeverAbove, exampleOf, ofKind, soldOf, sumOf } from '../../../test/histories.ts'
import { interruptions } from '../history/calibration.ts'
import { digestOf } from '../fleet/digest.ts'
import { campusOf, type Campus, type CampusPlan } from './campus.ts'
import { gpusPerNode, gpusPerRack, layOut, nodesPerRack } from './layout.ts'
import { simulate, type Progress } from './simulate.ts'
import { spell } from './spell.ts'
import { causes } from './works.ts'

const all = (campus: Campus): Reading[] => [...simulate(campus)].flat()
const made = (plan: CampusPlan) => {
  const campus = campusOf(plan)
  return { campus, readings: all(campus), window: campus.world.window }
}
/** Small campuses that have a rack at all. */
const standing = smallCampuses.map(planOf).filter((plan) => layOut(plan.schedule, plan.gpus).racks.length > 0)
const some = { numRuns: 10 }
const fixed: SmallCampus = {
  zone: 'Asia/Jakarta',
  attribution: 'supported-first',
  blocks: [[720, 720], [576]],
  percent: 100,
  seed: 11,
  tenants: 4,
  load: 0.8,
}
const one = made(planOf(fixed))

test('CA1 the same plan gives the same bytes, another seed others; lines are what formatReading makes', () => {
  fc.assert(
    fc.property(standing, (plan) => {
      const readings = all(campusOf(plan))
      const lines = readings.map(spell)
      assert.equal(lines.join(''), all(campusOf(plan)).map(spell).join(''))
      for (const [i, line] of lines.entries()) assert.equal(line, `${JSON.stringify(formatReading(readings[i]!))}\n`)
      assert.notEqual(
        lines.join(''),
        all(campusOf({ ...plan, seed: plan.seed + 1 }))
          .map(spell)
          .join(''),
      )
    }),
    { numRuns: 3 },
  )
})

test('CA2 what stands is whole racks, as many as fit, in proportion; all of it is accepted as the month begins, and nothing else', () => {
  fc.assert(
    fc.property(smallCampuses.map(planOf), (plan) => {
      const { layout, world } = campusOf(plan)
      const wanted = Math.floor(plan.gpus / gpusPerRack)
      // Between 98 % of a tranche and all of it nothing may stand, so each tranche may lack a rack or so.
      const tranches = plan.schedule.blocks.flatMap((block) => block.tranches)
      assert.ok(layout.racks.length <= wanted)
      if (tranches.every(({ gpus }) => gpus % gpusPerRack === 0 && gpus <= 48 * gpusPerRack))
        assert.equal(
          layout.racks.length,
          Math.min(
            wanted,
            tranches.reduce((sum, { gpus }) => sum + gpus / gpusPerRack, 0),
          ),
        )
      const { from, to } = world.window
      const meter = makeMeter(plan.schedule, world.window)
      for (const reading of [...simulate(campusOf(plan))].flat()) meter.add(reading, digestOf(reading))
      const facts = meter.facts()
      assert.ok('blocks' in facts)
      for (const { block, accepted } of facts.blocks) {
        const gpus = layout.racks.filter((rack) => rack.block.id === block).length * gpusPerRack
        assert.equal(integrate(accepted, from, to), gpus * (to - from))
      }
    }),
    some,
  )
  const batam = layOut(exampleOf('firmus-batam.yaml'), 170_000)
  assert.deepEqual([batam.racks.length, batam.gpus], [2361, 169_992])
  // A tenth of 2,361 racks: 27.7 of each of the large blocks and 12 of the small one, and 236 in all.
  const tenth = layOut(exampleOf('firmus-batam.yaml'), 17_000)
  const byBlock = Map.groupBy(tenth.racks, ({ block }) => block.id)
  assert.deepEqual(
    [...byBlock.values()].map((racks) => racks.length),
    [28, 28, 28, 28, 28, 28, 28, 28, 12],
  )
})

/** What every node holds, as changes in order of time: its jobs, and whether it is out. */
const historyOfNodes = ({ readings, campus }: typeof one) => {
  const held = new Map<string, { from: number; to: number; gpus: number }[]>()
  for (const job of allocationsOf(readings)) {
    const { nodes, each } = perNode(job)
    for (const node of nodes) held.set(node, [...(held.get(node) ?? []), { from: job.from, to: job.to, gpus: each }])
  }
  const nodesOf = (unit: string) => ofKind(readings, 'rack').find((rack) => rack.unit === unit)?.nodes ?? unit
  const out = new Map<string, { from: number; to: number; gpus: number }[]>()
  for (const { unit, from, to } of [...ofKind(readings, 'outage'), ...ofKind(readings, 'maintenance')])
    for (const node of expandHosts(nodesOf(unit!))) out.set(node, [...(out.get(node) ?? []), { from, to, gpus: gpusPerNode }])
  return { held, out, campus }
}

test('CA3 no GPU is sold twice, nor while it is down, nor before its acceptance: node by node', () => {
  fc.assert(
    fc.property(standing, (plan) => {
      const { held, out, campus } = historyOfNodes(made(plan))
      const { from, to } = campus.world.window
      for (const [node, jobs] of held) {
        const there = [...jobs, ...(out.get(node) ?? [])]
        assertNeverAbove(sumOf(there), sumOf([{ from, to, gpus: gpusPerNode }]), node)
      }
      for (const [node, works] of out) assertNeverAbove(sumOf(works), sumOf([{ from, to, gpus: gpusPerNode }]), node)
    }),
    some,
  )
})

test('CA4 every reading passes the door under a name of its own, and the meter refuses nothing: never sold above capacity', () => {
  fc.assert(
    fc.property(standing, (plan) => {
      const { readings, window } = made(plan)
      assert.equal(new Set(readings.map(({ source, id }) => `${source} ${id}`)).size, readings.length)
      for (const reading of readings) assert.deepEqual(parseReading(formatReading(reading), 'UTC'), { reading })
      const meter = makeMeter(plan.schedule, window)
      for (const reading of readings) meter.add(reading, digestOf(reading))
      const facts = meter.facts()
      assert.deepEqual('refusals' in facts ? facts.refusals : [], [])
    }),
    some,
  )
})

test('CA5 what an order keeps is whole racks that nobody else has; its jobs run there, and those on demand elsewhere', () => {
  fc.assert(
    fc.property(standing, (plan) => {
      const { readings } = made(plan)
      const kept = new Map<string, string>()
      for (const { nodes, order, gpus } of ofKind(readings, 'reservation')) {
        const named = expandHosts(nodes!)
        assert.equal(gpus, named.length * gpusPerNode)
        assert.equal(named.length % nodesPerRack, 0)
        for (const node of named) {
          assert.equal(kept.get(node), undefined, node)
          kept.set(node, order)
        }
      }
      const isRack = new Set(ofKind(readings, 'rack').flatMap(({ nodes }) => expandHosts(nodes)))
      for (const node of kept.keys()) assert.ok(isRack.has(node), node)
      for (const { nodes, order, product } of allocationsOf(readings)) {
        for (const node of expandHosts(nodes!)) assert.equal(kept.get(node), order, node)
        assert.equal(product, order === undefined ? 'on-demand' : 'reserved')
      }
    }),
    some,
  )
})

test('CA7 what goes down ends the jobs there at that second; services are announced in time, and within the allowance', () => {
  const { readings, window, campus } = one
  const { held, out } = historyOfNodes(one)
  // By CA3 no job overlaps; and where the node was in use, a job ended with the failure.
  const cutShort = [...out].filter(([node, works]) => held.get(node)?.some((job) => works.some(({ from }) => from === job.to)) === true)
  assert.ok(cutShort.length > 0)
  const services = ofKind(readings, 'maintenance')
  assert.equal(services.length, campus.layout.racks.filter(({ index }) => index % 12 === 10).length)
  for (const { from, noticeAt } of services) assert.ok(from - noticeAt >= 7 * 86_400)
  const meter = makeMeter(campus.world.schedule, window)
  for (const reading of readings) meter.add(reading, digestOf(reading))
  const facts = meter.facts()
  assert.ok('blocks' in facts)
  const planned = facts.blocks.reduce((sum, block) => sum + integrate(block.planned, window.from, window.to), 0)
  assert.equal(
    planned,
    services.reduce((sum, { from, to, gpus }) => sum + (to - from) * gpus, 0),
  )
})

test('CA7 failures come at the published rate, 80 a day for 170,000 GPUs, and for the published causes', () => {
  assert.equal(
    causes.reduce((sum, { count }) => sum + count, 0),
    interruptions.count,
  )
  const { works, layout } = campusOf({
    schedule: exampleOf('firmus-batam.yaml'),
    month: '2026-10',
    gpus: 170_000,
    seed: 3,
    tenants: 16,
    load: 0.8,
  })
  const failures = works.filter(({ reading }) => reading.kind === 'outage')
  const expected = (layout.gpus * 31 * interruptions.count) / (interruptions.days * interruptions.gpus)
  assert.ok(expected / 31 > 79 && expected / 31 < 82)
  assert.ok(Math.abs(failures.length / expected - 1) < 0.05, `${failures.length} of ${expected}`)
  const lost = failures.filter(({ xid }) => xid === 79).length / failures.length
  assert.ok(Math.abs(lost - 148 / 419) < 0.03, `${lost}`)
})

test('CA8 each day a tenant is charged for the GPU-hours it held on demand, and an order for what it keeps', () => {
  const { readings, window } = one
  const zone = 'Asia/Jakarta'
  const jobs = allocationsOf(readings).filter(({ order }) => order === undefined)
  const charges = ofKind(readings, 'charge')
  // 2.00 × 1.25 and 2.00 × 1.10 per GPU-hour, to half a cent.
  for (const charge of charges.filter(({ product }) => product === 'on-demand')) {
    const mine = sumOf(jobs.filter(({ tenant }) => tenant === charge.tenant))
    assert.ok(Math.abs(Number(charge.amount) - (integrate(mine, charge.from!, charge.to!) / 3600) * 2.5) <= 0.0051, charge.id)
    assert.equal(charge.from, startOfDate(dateOf(charge.from!, zone), zone))
  }
  const sum = (product: string) =>
    charges.filter((each) => each.product === product).reduce((total, { amount }) => total + Number(amount), 0)
  const owed = (gpuSeconds: number, price: number) => (gpuSeconds / 3600) * price
  assert.ok(Math.abs(sum('on-demand') - owed(integrate(sumOf(jobs), window.from, window.to), 2.5)) < 1)
  const kept = ofKind(readings, 'reservation').reduce((total, { gpus, from, to }) => total + gpus * (to - from), 0)
  assert.ok(kept > 0 && Math.abs(sum('reserved') - owed(kept, 2.2)) < 1)
  assert.deepEqual(
    ofKind(readings, 'offer').map(({ price }) => price),
    Array.from({ length: 31 }, () => '2.50'),
  )
})

const batam = exampleOf('firmus-batam.yaml')
test('CA9 jobs are Philly’s in size and length, at any time about as many as asked for, and in the hours of its week', () => {
  const progress: Progress[] = []
  const campus = campusOf({ schedule: batam, month: '2026-10', gpus: 6000, seed: 5, tenants: 16, load: 0.6 })
  const readings = [...simulate(campus, { onHour: (each) => progress.push(each) })].flat()
  const { window, schedule } = campus.world
  const jobs = allocationsOf(readings)
  const arrived = jobs.filter(({ from }) => from > window.from)
  const single = arrived.filter(({ gpus }) => gpus === 1).length / arrived.length
  assert.ok(Math.abs(single - 76_627 / 82_247) < 0.01, `${single}`)
  const median = arrived.map(({ from, to }) => to - from).toSorted((a, b) => a - b)[arrived.length >> 1]!
  assert.ok(median > 950 && median < 1300, `${median} s`)
  const used = jobs.reduce((sum, { gpus, from, to }) => sum + gpus * (to - from), 0) / (campus.layout.gpus * (window.to - window.from))
  assert.ok(used > 0.5 && used < 0.62, `${used}`)
  // As it begins it is as full as later on.
  const early = sumOf(jobs)
  assert.ok(valueAt(early, window.from + 3600) / campus.layout.gpus > 0.5)
  // Of the day, hour 7 has the most arrivals in Philly and hour 14 the fewest: 6,320 and 1,428.
  const inHour = (hour: number) =>
    arrived.filter(({ from }) => Math.floor((from - startOfDate(dateOf(from, schedule.zone), schedule.zone)) / 3600) === hour).length
  assert.ok(inHour(7) > 2 * inHour(14), `${inHour(7)} and ${inHour(14)}`)
  assert.deepEqual([progress.length, progress.at(-1)!.at], [744, window.to])
})

test('CA9 of each order the larger of kept and used is sold, and less than all', () => {
  const { readings, campus, window } = one
  const sold = soldOf(readings, () => true)
  const kept = ofKind(readings, 'reservation').reduce((sum, reservation) => maximum(sum, sumOf([reservation])), zero)
  assert.ok(integrate(sold, window.from, window.to) > integrate(kept, window.from, window.to))
  assert.ok(integrate(sold, window.from, window.to) < campus.layout.gpus * (window.to - window.from))
})

test('CA12 readings come a batch at a time in order of time, whatever the size of the month', () => {
  const campus = campusOf({ schedule: batam, month: '2026-10', gpus: 3000, seed: 1, tenants: 16, load: 0.8 })
  let last = 0
  let batches = 0
  for (const batch of simulate(campus)) {
    batches += 1
    if (batches === 1) continue
    // A batch is handed over once it has 5,000; what ends with the month comes together.
    const ends = allocationsOf(batch).map(({ to }) => to)
    for (const end of ends) {
      assert.ok(end >= last, `${end} after ${last}`)
      last = end
    }
  }
  assert.ok(batches > 20, `${batches}`)
})

test('CA12 outside the term, or of less than a rack, there is nothing', () => {
  const plan = { schedule: batam, month: '2026-10', gpus: 71, seed: 1, tenants: 1, load: 0.8 }
  assert.deepEqual(all(campusOf(plan)), [])
  assert.deepEqual(all(campusOf({ ...plan, gpus: 720, month: '2026-07' })), [])
})
