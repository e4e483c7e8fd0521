import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { dateOf, startOfDate, type Instant } from '../../core/base/time.ts'
import { collate } from '../../core/meter/collate.ts'
import type { Reading } from '../../core/meter/reading.ts'
import { parseAgentConfig, type AgentConfig } from './agent-config.ts'
import { tellRound } from './agent.ts'
import { digestOf } from './digest.ts'
import type { KeptNodes, NodeEvent, Run, Scheduler } from './scheduler.ts'
import { makeDays, segmentsOver } from './segments.ts'
import type { Watermark } from './watermark.ts'

const zone = 'Australia/Sydney'
const hour = 3600
/** In the middle of a day, three days before the clock goes forward. */
const from = startOfDate('2026-10-01', zone) + 5 * hour
const end = from + 12 * 24 * hour

const configOf = (text: string): AgentConfig => {
  const parsed = parseAgentConfig(text)
  assert.ok('config' in parsed, JSON.stringify(parsed))
  return parsed.config
}
const config = configOf(`agent: 1
factory: f
zone: ${zone}
source: slurm-f
from: 2026-10-01T05:00:00
settle: 5
unknownAfter: 7200
window: 86400
blocks:
  - { block: a, pool: p, gpusPerNode: 4, racks: [{ unit: h/r1, nodes: 'n[1-4]' }] }
  - { block: b, pool: q, gpusPerNode: 4, racks: [{ unit: h/r2, nodes: 'n[5-8]' }] }
products: [{ is: spot, product: spot }]
scheduler: { kind: slurm, cluster: c }
`)

/** What really happened, and when the scheduler's database knew the end of it. */
type Happened<T> = T & Readonly<{ to: Instant; knownAt: Instant; isLost: boolean }>
type World = Readonly<{
  runs: readonly Happened<Omit<Run, 'end'>>[]
  events: readonly Happened<Omit<NodeEvent, 'to'>>[]
  kept: readonly Happened<KeptNodes & Readonly<{ planned: Instant }>>[]
}>

const when = fc
  .tuple(fc.integer({ min: -24, max: 9 * 24 }), fc.integer({ min: 0, max: 59 }), fc.integer({ min: 1, max: 80 * 60 }))
  .map(([hours, seconds, minutes]) => ({ start: from + hours * hour + seconds, seconds: minutes * 60 }))
/** Some end exactly at a local midnight, where a part ends too. */
const span = fc.tuple(when, fc.boolean()).map(([{ start, seconds }, midnight]) => {
  const to = start + seconds
  const day = startOfDate(dateOf(to, zone), zone)
  return { start, to: midnight && day > start ? day : to }
})
const delay = fc.constantFrom(0, 0, 2, 900, 40_000)
const lost = (may: boolean) => (may ? fc.constantFrom(false, false, true) : fc.constant(false))
const nodes = fc.constantFrom('n1', 'n[1-2]', 'n[5-8]', 'n[4-5]', 'n3,n7')
const sizeOf = (list: string): number => ({ n1: 1, 'n[1-2]': 2, 'n[5-8]': 4 })[list] ?? 2

const worldWith = (mayLose: boolean): fc.Arbitrary<World> =>
  fc.record({
    runs: fc
      .array(fc.record({ span, delay, isLost: lost(mayLose), nodes, part: fc.boolean(), product: fc.constantFrom('spot', 'other') }), {
        maxLength: 8,
      })
      .map((all) =>
        all.map(({ span: { start, to }, delay: late, isLost, nodes: list, part, product }, i) => ({
          job: `${i}`,
          start: start + i,
          to: to + i,
          knownAt: to + i + (isLost ? 30 * hour : late),
          isLost,
          isStartKnown: true,
          nodes: list,
          // Parts of nodes, where that is not in two pools.
          gpus: part && !['n[4-5]', 'n3,n7'].includes(list) ? sizeOf(list) : 4 * sizeOf(list),
          account: 'acc',
          product,
          comment: i % 2 === 0 ? `contract:x;order:o-${i}` : '',
          reservation: undefined,
        })),
      ),
    events: fc.array(fc.record({ span, delay, node: fc.constantFrom('n1', 'n6', 'elsewhere') }), { maxLength: 4 }).map((all) =>
      all
        .map(({ span: { start, to }, delay: late, node }, i) => ({
          node,
          from: start + i,
          to: to + i,
          knownAt: to + i + late,
          isLost: false,
          state: 'DRAIN',
          reason: 'XID 79',
        }))
        // Slurm keeps one event of a node and an instant.
        .filter((event, i, events) => events.findIndex(({ node, from: at }) => node === event.node && at === event.from) === i),
    ),
    kept: fc
      .array(fc.record({ span, delay, more: fc.constantFrom(0, 500_000), nodes, maintenance: fc.boolean() }), { maxLength: 3 })
      .map((all) =>
        all.map(({ span: { start, to }, delay: late, more, nodes: list, maintenance }, i) => ({
          number: `${i}`,
          name: `c-${i}`,
          from: start,
          to,
          planned: to + more,
          knownAt: to + late,
          isLost: false,
          nodes: list,
          accounts: ['acc'],
          maintenance,
        })),
      ),
  })

/** The cluster as its scheduler has it at an instant: an end that is on its way is not yet in its records, and is counted as such. */
const schedulerAt = (world: World, at: Instant): Scheduler => {
  const all = [...world.runs, ...world.events, ...world.kept]
  const underWay = all.filter(({ to, knownAt, isLost }) => !isLost && to <= at && at < knownAt).length
  const seen = <T extends Readonly<{ to: Instant; knownAt: Instant }>>(happened: readonly T[], begins: (each: T) => Instant) =>
    happened.filter((each) => begins(each) <= at)
  const endOf = ({ to, knownAt }: Readonly<{ to: Instant; knownAt: Instant }>) => (knownAt <= at ? to : undefined)
  return {
    cluster: 'c',
    moment: async () => ({
      at,
      underWay,
      live: new Map(world.runs.filter((run) => run.start <= at && at < run.to).map((run) => [run.job, run.start])),
    }),
    runs: async (window) =>
      seen(world.runs, ({ start }) => start)
        .map((run): Run => ({ ...run, end: endOf(run) }))
        .filter((run) => run.start < window.to && (run.end === undefined || run.end >= window.from)),
    events: async () => seen(world.events, (each) => each.from).map((event) => ({ ...event, to: endOf(event) })),
    kept: async () => seen(world.kept, (each) => each.from).map((each) => ({ ...each, to: endOf(each) ?? each.planned })),
    nodes: async () => [],
  }
}

/** A place where readings are kept, by id; the same id with other content is a conflict. */
const makePlace = () => {
  const kept = new Map<string, Reading>()
  const conflicts: string[] = []
  return {
    kept,
    conflicts,
    take: (readings: readonly Reading[]) => {
      for (const reading of readings) {
        const known = kept.get(reading.id)
        if (known === undefined) kept.set(reading.id, reading)
        else if (digestOf(known) !== digestOf(reading)) conflicts.push(`${reading.id}: ${JSON.stringify(known)} ${JSON.stringify(reading)}`)
      }
    },
  }
}
type Look = Readonly<{ at: Instant; agent: number; forgets: boolean; diesAfter: number }>

/** Agents look at the cluster again and again; each keeps its own state, may lose it, and may die in the middle. */
const watch = async (world: World, looks: readonly Look[]) => {
  const place = makePlace()
  const marks: (Watermark | undefined)[] = [undefined, undefined]
  for (const { at, agent, forgets, diesAfter } of looks) {
    if (forgets) marks[agent] = undefined
    let handed = 0
    const hand = async (readings: readonly Reading[]) => {
      // A part of what is handed on may be there although nobody answered.
      if (++handed > diesAfter) {
        place.take(readings.slice(0, readings.length >> 1))
        throw new Error('died')
      }
      place.take(readings)
      return { accepted: readings.length, repeats: 0, refused: 0, refusals: [] }
    }
    const request = { config, scheduler: schedulerAt(world, at), outlet: { hand }, note: () => {} }
    const round = tellRound({ ...request, watermark: marks[agent], keep: (mark) => (marks[agent] = structuredClone(mark)) })
    await round.catch((error: Error) => assert.equal(error.message, 'died'))
  }
  return place
}

const once: Look = { at: end + 4 * 24 * hour, agent: 0, forgets: true, diesAfter: Infinity }
const looksWith = (mayForget: boolean) =>
  fc
    .array(
      fc.record({
        // Often just after a midnight, when parts have just ended.
        at: fc.oneof(
          fc.integer({ min: from - hour, max: end }),
          fc.nat(11).map((day) => from + day * 24 * hour - 5 * hour + 600),
        ),
        agent: fc.nat(1),
        forgets: mayForget ? fc.constantFrom(false, false, true) : fc.constant(false),
        diesAfter: fc.constantFrom(Infinity, Infinity, 0, 1, 2),
      }),
      { maxLength: 8 },
    )
    .map((looks) => looks.toSorted((a, b) => a.at - b.at))

test('F61 whoever looks, whenever, however often, with its state or without: the same is told', async () => {
  await fc.assert(
    fc.asyncProperty(worldWith(false), looksWith(true), async (world, looks) => {
      const expected = await watch(world, [once])
      const last = { ...once, forgets: false }
      const place = await watch(world, [...looks, last, { ...last, agent: 1 }])
      assert.deepEqual(place.conflicts, [])
      assert.deepEqual(
        [...place.kept.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)),
        [...expected.kept.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)),
      )
    }),
    { numRuns: 150 },
  )
})

test('F61 what is told is what happened, to the second', async () => {
  await fc.assert(
    fc.asyncProperty(worldWith(false), async (world) => {
      const { kept } = await watch(world, [once])
      const gpuSeconds = (kind: Reading['kind'], prefix: string) =>
        [...kept.values()].reduce(
          (sum, each) =>
            each.kind === kind && each.id.startsWith(prefix) && 'gpus' in each && 'to' in each
              ? sum + each.gpus * (each.to - each.from)
              : sum,
          0,
        )
      const seconds = (begin: Instant, to: Instant) => Math.max(0, to - Math.max(begin, from))
      for (const run of world.runs)
        assert.equal(gpuSeconds('allocation', `c/${run.job}/${run.start}/`), run.gpus * seconds(run.start, run.to))
      for (const event of world.events)
        assert.equal(
          gpuSeconds('outage', `c/node/${event.node}/${event.from}/`),
          event.node === 'elsewhere' ? 0 : 4 * seconds(event.from, event.to),
        )
      for (const each of world.kept) {
        const size = 4 * sizeOf(each.nodes) * seconds(each.from, each.to)
        assert.equal(gpuSeconds('reservation', `c/reservation/${each.number}/`), each.maintenance ? 0 : size)
        assert.equal(gpuSeconds('outage', `c/reservation/${each.number}/`), each.maintenance ? size : 0)
      }
    }),
    { numRuns: 100 },
  )
})

test('F63 an end that nobody has said is not guessed: a gap after a while, lifted when it is said, and then all is as if it had been', async () => {
  let gaps = 0
  await fc.assert(
    fc.asyncProperty(worldWith(true), looksWith(false), async (world, looks) => {
      const said = world.runs.map((run) => ({ ...run, isLost: false, knownAt: run.to }))
      const expected = await watch({ ...world, runs: said }, [once])
      const last = { ...once, forgets: false }
      const place = await watch(world, [...looks, last, { ...last, agent: 1 }])
      assert.deepEqual(place.conflicts, [])
      const digested = [...place.kept.values()].map((reading) => ({ reading, digest: digestOf(reading) }))
      gaps += digested.filter(({ reading }) => reading.kind === 'gap').length
      const { accepted, refused } = collate(digested)
      assert.deepEqual(refused, [])
      assert.deepEqual(new Set(accepted.map(({ reading }) => reading.id)), new Set(expected.kept.keys()))
      for (const { reading, digest } of accepted) assert.equal(digest, digestOf(expected.kept.get(reading.id)!))
    }),
    { numRuns: 150 },
  )
  assert.ok(gaps > 0, 'no end was missing long enough to become a gap')
})

test('F62 parts of an interval end at local midnights, make it up, and are told when they are over', () => {
  const days = makeDays(zone)
  fc.assert(
    fc.property(span, fc.integer({ min: from - 24 * hour, max: end + 90 * hour }), fc.boolean(), ({ start, to }, until, goesOn) => {
      const segments = segmentsOver({ from: start, to: goesOn ? undefined : to }, until, days)
      const all = segmentsOver({ from: start, to }, to, days)
      assert.equal(all[0]!.from, start)
      assert.equal(all.at(-1)!.to, to)
      for (const [i, segment] of all.entries()) {
        assert.equal(dateOf(segment.from, zone), segment.date)
        assert.equal(dateOf(segment.to - 1, zone), segment.date)
        if (i > 0) assert.equal(segment.from, all[i - 1]!.to)
        if (i > 0) assert.equal(segment.from, startOfDate(segment.date, zone))
      }
      if (!goesOn)
        assert.deepEqual(
          segments,
          all.filter((segment) => segment.to <= until),
        )
      else for (const segment of segments) assert.ok(segment.to <= until && segment.to === startOfDate(dateOf(segment.to, zone), zone))
    }),
  )
})
