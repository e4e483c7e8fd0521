import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { metered, meteredFacts, scheduleOf, acceptAll } from '../../../test/schedule.ts'
import { hashOf } from '../base/hash.ts'
import type { BlockId, OrderId } from '../base/id.ts'
import { integrate, valueAt } from '../base/steps.ts'
import { startOfDate, type Interval } from '../base/time.ts'
import { resolveMetering } from '../terms/metering.ts'
import type { Schedule } from '../terms/schedule.ts'
import { makeMeter } from './meter.ts'
import { readingText } from './parse.ts'
import type { Reading } from './reading.ts'

const zone = 'Australia/Sydney'
/** Two days around a clock change: 23 hours, then 24. */
const window: Interval = { from: startOfDate('2017-10-01', zone), to: startOfDate('2017-10-03', zone) }
const from = startOfDate('2017-01-01', zone)

type Lists = Parameters<typeof resolveMetering>[0]
const scheduleWith = (...versions: readonly (readonly [number, Lists])[]): Schedule => ({
  ...scheduleOf({ zone, blocks: [{ id: 'a', gpus: 1000 }] }),
  metering: versions.map(([start, lists]) => ({ from: start, value: resolveMetering(lists), pointer: '/metering' })),
})
const pool = scheduleWith([from, undefined]).pools[0]!.id
const block = 'a' as BlockId

type Told = Readonly<{ source: string; kind: 'allocation' | 'outage' | 'silence'; from: number; to: number; gpus: number }>
const reading = ({ source, kind, gpus, ...span }: Told, i: number): Reading => {
  const named = { source, id: `r${i}`, ...span }
  if (kind === 'allocation') return { kind, ...named, pool, gpus }
  return kind === 'outage' ? { kind, ...named, block, gpus } : { kind: 'gap', ...named, block, of: 'sales' }
}

const seconds = window.to - window.from
const told = fc
  .record({
    source: fc.constantFrom('slurm', 'kueue', 'desk'),
    kind: fc.constantFrom<Told['kind']>('allocation', 'allocation', 'outage', 'silence'),
    start: fc.integer({ min: -3600, max: seconds }),
    length: fc.integer({ min: 1, max: seconds }),
    gpus: fc.integer({ min: 1, max: 20 }),
  })
  .map(({ start, length, ...rest }): Told => ({ ...rest, from: window.from + start, to: window.from + start + length }))

const lists = fc.constantFrom<Lists>(
  { allocations: ['slurm'] },
  { allocations: ['slurm', 'kueue'] },
  { allocations: ['kueue', 'slurm'], health: ['slurm', 'desk'] },
  { health: ['desk'] },
)

/** Whose word counts at an instant: everybody's without a list. Plainly, from the words of the rule. */
const countsAt = (all: readonly Told[], list: readonly string[] | undefined, source: string, at: number): boolean => {
  if (list === undefined) return true
  const silent = (name: string) => all.some((each) => each.kind === 'silence' && each.source === name && each.from <= at && at < each.to)
  return (list.find((name) => !silent(name)) ?? list[0]) === source
}

const saidAt = (all: readonly Told[], kind: Told['kind'], at: number, heard: (source: string) => boolean): number =>
  all.filter((each) => each.kind === kind && each.from <= at && at < each.to && heard(each.source)).reduce((sum, { gpus }) => sum + gpus, 0)

test('M21 at each instant the first source listed that has evidence counts, and no other', () => {
  fc.assert(
    fc.property(lists, lists, fc.integer({ min: 0, max: seconds }), fc.array(told, { maxLength: 14 }), (first, second, change, all) => {
      const turn = window.from + change
      const schedule = scheduleWith([from, first], [turn, second])
      const facts = meteredFacts(schedule, window, [...acceptAll(schedule), ...all.map(reading)])
      const [of] = facts.blocks
      const instants = [window.from, turn, window.to - 1, ...all.flatMap((each) => [each.from, each.to - 1, each.to])]
      for (const at of instants.filter((each) => each >= window.from && each < window.to)) {
        const now = at < turn ? first : second
        // An outage's source falls silent on health only, and here nobody does.
        const health = (source: string) => countsAt([], now!.health, source, at)
        assert.equal(valueAt(of!.unavailable, at), saidAt(all, 'outage', at, health))
        const sales = (source: string) => countsAt(all, now!.allocations, source, at)
        assert.equal(valueAt(of!.contracted, at), saidAt(all, 'allocation', at, sales))
      }
    }),
  )
})

test('M21 without a list the word of all adds up, and nothing is a disagreement', () => {
  fc.assert(
    fc.property(fc.array(told, { maxLength: 10 }), (all) => {
      const schedule = scheduleWith([from, undefined])
      const facts = meteredFacts(schedule, window, [...acceptAll(schedule), ...all.map(reading)])
      const sum = (kind: Told['kind']) =>
        all
          .filter((each) => each.kind === kind)
          .reduce((total, each) => total + each.gpus * Math.max(0, Math.min(each.to, window.to) - Math.max(each.from, window.from)), 0)
      assert.equal(integrate(facts.blocks[0]!.contracted, window.from, window.to), sum('allocation'))
      assert.equal(integrate(facts.blocks[0]!.unavailable, window.from, window.to), sum('outage'))
      assert.deepEqual(disagreements(schedule, all), [])
    }),
  )
})

test('M23 what decisions on claims have come to counts beside whoever’s word counts', () => {
  const schedule = scheduleWith([from, { allocations: ['slurm'], health: ['slurm'] }])
  const day: Interval = { from: window.from, to: window.from + 86_400 - 3600 }
  const said = (source: string): Told[] => [
    { source, kind: 'allocation', gpus: 7, ...day },
    { source, kind: 'outage', gpus: 3, ...day },
  ]
  const all = [...said('slurm'), ...said('kueue'), ...said('claims-test')]
  const [of] = meteredFacts(schedule, window, [...acceptAll(schedule), ...all.map(reading)]).blocks
  assert.deepEqual([valueAt(of!.contracted, window.from), valueAt(of!.unavailable, window.from)], [14, 6])
  assert.ok(disagreements(schedule, all).every(({ source }) => source === 'kueue'))
})

const disagreements = (schedule: Schedule, all: readonly Told[]) => {
  const meter = makeMeter(schedule, window)
  for (const each of [...acceptAll(schedule), ...all.map(reading)]) meter.add(each, hashOf(readingText(each)))
  return meter.disagreements()
}

test('M22 what a source says beside the one that counts is sized by the second, by local day', () => {
  fc.assert(
    fc.property(fc.array(told, { maxLength: 10 }), (all) => {
      // From the last hour on nobody is weighed against another.
      const turn = window.to - 3600
      const schedule = scheduleWith([from, { allocations: ['slurm', 'kueue'] }], [turn, undefined])
      const listed = disagreements(schedule, all).filter(({ subject }) => subject === 'allocations')
      const edges = [window.from, ...all.flatMap((each) => [each.from, each.to]), startOfDate('2017-10-02', zone), turn, window.to]
        .filter((each) => each >= window.from && each <= window.to)
        .toSorted((a, b) => a - b)
      const sizes = new Map<string, { more: number; less: number }>()
      for (const [i, at] of edges.slice(0, -1).entries()) {
        const length = edges[i + 1]! - at
        const list = at < turn ? ['slurm', 'kueue'] : undefined
        const counted = saidAt(all, 'allocation', at, (source) => countsAt(all, list, source, at))
        for (const source of ['desk', 'kueue', 'slurm']) {
          const speaks = all.some(
            (each) => each.kind === 'allocation' && each.source === source && each.from < window.to && each.to > window.from,
          )
          const silent = all.some(
            (each) => each.kind === 'silence' && source !== 'desk' && each.source === source && each.from <= at && at < each.to,
          )
          if (length === 0 || !speaks || silent || countsAt(all, list, source, at)) continue
          const difference = saidAt(all, 'allocation', at, (name) => name === source) - counted
          const key = `${source} ${at < startOfDate('2017-10-02', zone) ? '2017-10-01' : '2017-10-02'}`
          const size = sizes.get(key) ?? { more: 0, less: 0 }
          sizes.set(key, { more: size.more + Math.max(0, difference) * length, less: size.less + Math.max(0, -difference) * length })
        }
      }
      const expected = [...sizes].filter(([, { more, less }]) => more > 0 || less > 0).toSorted(([a], [b]) => (a < b ? -1 : 1))
      assert.deepEqual(
        listed.map(({ source, date, more, less }) => [`${source} ${date}`, { more, less }]),
        expected,
      )
      assert.ok(listed.every(({ where, source, counted }) => where === pool && counted.length > 0 && !counted.includes(source)))
    }),
  )
})

test('M21 sales have no evidence only while every source listed is silent', () => {
  const schedule = scheduleWith([from, { allocations: ['slurm', 'kueue'] }])
  const gap = (source: string, start: number, end: number): Reading => ({
    kind: 'gap',
    source,
    id: source,
    block,
    of: 'sales',
    from: window.from + start,
    to: window.from + end,
  })
  const gaps = [gap('slurm', 0, 7200), gap('kueue', 3600, 10_800), gap('collector', 20_000, 20_100)]
  const [facts] = meteredFacts(schedule, window, [...acceptAll(schedule), ...gaps]).blocks
  assert.deepEqual(
    [facts!.unprovenSales.starts, facts!.unprovenSales.values].map((each) => [...each]),
    [[3600, 7200, 20_000, 20_100].map((each) => window.from + each), [1, 0, 1, 0]],
  )
})

test('M21 use under an order counts by its own list, what was reserved by another', () => {
  const schedule = scheduleWith([from, { allocations: ['slurm'], reservations: ['desk'] }])
  const span = { pool, order: 'o-1' as OrderId, from: window.from, to: window.to }
  const readings: Reading[] = [
    { kind: 'reservation', source: 'desk', id: '1', ...span, gpus: 50 },
    { kind: 'reservation', source: 'slurm', id: '2', ...span, gpus: 400 },
    { kind: 'allocation', source: 'slurm', id: '3', ...span, gpus: 60 },
    { kind: 'allocation', source: 'desk', id: '4', ...span, gpus: 500 },
  ]
  const facts = metered(schedule, window, [...acceptAll(schedule), ...readings])
  assert.ok('blocks' in facts)
  assert.equal(valueAt(facts.blocks[0]!.contracted, window.from), 60)
})
