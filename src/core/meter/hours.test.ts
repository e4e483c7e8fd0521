import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { digestOf } from '../../../test/readings.ts'
import { acceptAll, scheduleOf } from '../../../test/schedule.ts'
import { backstopOf } from '../../../test/world.ts'
import { startOfDate, type Interval } from '../base/time.ts'
import type { Schedule } from '../terms/schedule.ts'
import { hoursOf, type PoolHour } from './hours.ts'
import { makeMeter } from './meter.ts'
import type { Reading } from './reading.ts'

const zone = 'Australia/Lord_Howe'
/** Midnight in a zone that is half an hour off: hours of the local day are not those of UTC. */
const midnight = startOfDate('2017-10-01', zone)
const window: Interval = { from: midnight - 70, to: midnight + 3600 + 50 }
const call = backstopOf({ zone, from: '2016-10-01', through: '2026-09-30', currency: 'USD' }, { blocks: ['a', 'b'] })
const schedule = (attribution: 'supported-first' | 'pro-rata'): Schedule =>
  scheduleOf({
    zone,
    from: '2016-10-01',
    blocks: [
      { id: 'a', gpus: 12 },
      { id: 'b', gpus: 8, supported: false },
    ],
    attribution: { pool: attribution },
    clauses: [call],
  })

const span = fc
  .tuple(fc.oneof(fc.integer({ min: -90, max: 60 }), fc.integer({ min: 3500, max: 3640 })), fc.constantFrom(1, 20, 70, 3600))
  .map(([from, seconds]) => ({ from: midnight + from, to: midnight + from + seconds }))
const order = fc.constantFrom('one', 'two')
const some = (body: Record<string, fc.Arbitrary<unknown>>) => fc.tuple(span, fc.record(body)).map(([when, rest]) => ({ ...when, ...rest }))
const body = fc.oneof(
  some({ kind: fc.constant('allocation'), gpus: fc.nat(14), product: fc.constantFrom('reserved', 'spot', 'spot', undefined) }),
  some({ kind: fc.constant('allocation'), gpus: fc.nat(9), product: fc.constantFrom('reserved', 'spot'), order }),
  some({ kind: fc.constant('reservation'), gpus: fc.nat(9), order }),
  some({ kind: fc.constant('outage'), gpus: fc.nat(8), block: fc.constantFrom('a', 'b'), unit: fc.constantFrom('n1', undefined) }),
  some({ kind: fc.constant('gap'), gpus: fc.nat(4), block: fc.constantFrom('a', 'b'), of: fc.constant('health') }),
  some({ kind: fc.constant('call'), gpus: fc.nat(6), block: fc.constant('a') }),
)
const readings = fc.array(body, { maxLength: 10 }).map((all) =>
  all.map(
    (each, i) =>
      ({
        source: 's',
        id: `${i}`,
        pool: 'pool',
        ...Object.fromEntries(Object.entries(each).filter(([, value]) => value !== undefined)),
      }) as unknown as Reading,
  ),
)

type Count = Omit<PoolHour, 'from' | 'to'>
const none: Count = { accepted: 0, out: 0, called: 0, soldUsed: 0, soldIdle: 0, interruptibleUsed: 0, unsold: 0 }

/** One second of the pool, counted reading by reading: nothing of the meter but what a block's GPUs are. */
const countSecond = (all: readonly Reading[], at: number): Count => {
  const now = all.filter((each) => 'from' in each && 'to' in each && each.from <= at && at < each.to)
  const held = (chosen: (each: Reading) => boolean) =>
    now.reduce((sum, each) => sum + (chosen(each) ? (each as unknown as { gpus: number }).gpus : 0), 0)
  const jobs = (each: Reading) => each.kind === 'allocation'
  const isSpot = (each: Reading) => each.kind === 'allocation' && each.product === 'spot'
  const contracted =
    held((each) => jobs(each) && !('order' in each)) +
    ['one', 'two'].reduce((sum, name) => {
      const ours = (kind: string) => held((each) => each.kind === kind && 'order' in each && each.order === name)
      return sum + Math.max(ours('reservation'), ours('allocation'))
    }, 0)
  const rooms = ['a', 'b'].map((block) => {
    const outages = now.filter((each) => (each.kind === 'outage' || each.kind === 'gap') && each.block === block) as {
      gpus: number
      unit?: string
    }[]
    const named = Math.max(0, ...outages.filter(({ unit }) => unit !== undefined).map(({ gpus }) => gpus))
    const out = named + outages.filter(({ unit }) => unit === undefined).reduce((sum, { gpus }) => sum + gpus, 0)
    const accepted = block === 'a' ? 12 : 8
    const called = Math.min(
      held((each) => each.kind === 'call' && each.block === block),
      accepted - out,
    )
    return { accepted, out, called, room: accepted - out - called }
  })
  const total = (key: 'accepted' | 'out' | 'called' | 'room') => rooms.reduce((sum, each) => sum + each[key], 0)
  const sold = Math.min(contracted, total('room'))
  const soldUsed = Math.min(
    held((each) => jobs(each) && !isSpot(each)),
    sold,
  )
  const interruptibleUsed = Math.min(held(isSpot), sold - soldUsed)
  return {
    accepted: total('accepted'),
    out: total('out'),
    called: total('called'),
    soldUsed,
    interruptibleUsed,
    soldIdle: sold - soldUsed - interruptibleUsed,
    unsold: total('room') - sold,
  }
}

test('M24 an hour of a pool is what a count second by second gives, and adds up to what is accepted', () => {
  let counted = 0
  fc.assert(
    fc.property(readings, fc.constantFrom('supported-first' as const, 'pro-rata' as const), (all, attribution) => {
      const plan = schedule(attribution)
      const meter = makeMeter(plan, window)
      const known = [...acceptAll(plan), ...all]
      for (const reading of known) meter.add(reading, digestOf(reading))
      const facts = meter.facts()
      // More sold, called or out than there is: the meter refuses, and there are no hours.
      if ('refusals' in facts) return
      counted += 1
      const hours = hoursOf(facts, plan.pools[0]!, meter.use(plan.pools[0]!.id), zone)
      assert.deepEqual(
        hours.map(({ from, to }) => [from - midnight, to - midnight]),
        [
          [-70, 0],
          [0, 3600],
          [3600, 3650],
        ],
      )
      for (const { from, to, ...hour } of hours) {
        const sum = { ...none }
        for (let at = from; at < to; at++)
          for (const [key, value] of Object.entries(countSecond(known, at))) (sum as Record<string, number>)[key]! += value
        assert.deepEqual(hour, sum)
      }
    }),
    { numRuns: 150 },
  )
  assert.ok(counted > 20, `only ${counted} worlds had hours`)
})

test('M24 nothing is held in a pool of which nothing was read, or that is none', () => {
  const plan = schedule('pro-rata')
  const meter = makeMeter(plan, window)
  for (const reading of acceptAll(plan)) meter.add(reading, digestOf(reading))
  const facts = meter.facts()
  assert.ok(!('refusals' in facts))
  const [, hour] = hoursOf(facts, plan.pools[0]!, meter.use('nowhere' as never), zone)
  assert.deepEqual(hour, { ...none, from: midnight, to: midnight + 3600, accepted: 20 * 3600, unsold: 20 * 3600 })
})

test('M24 where more is held than works, what may be interrupted is counted as down first', () => {
  const plan = schedule('supported-first')
  const meter = makeMeter(plan, window)
  const sale = (id: string, gpus: number, more: object) =>
    ({ kind: 'allocation', source: 's', id, pool: 'pool', from: midnight, to: midnight + 10, gpus, ...more }) as unknown as Reading
  const outage = { kind: 'outage', source: 's', id: 'out', block: 'a', from: midnight, to: midnight + 10, gpus: 6 } as unknown as Reading
  for (const reading of [...acceptAll(plan), sale('firm', 10, { product: 'on-demand' }), sale('spot', 8, { product: 'spot' }), outage])
    meter.add(reading, digestOf(reading))
  const facts = meter.facts()
  assert.ok(!('refusals' in facts))
  const [, hour] = hoursOf(facts, plan.pools[0]!, meter.use(plan.pools[0]!.id), zone)
  // Of 20 GPUs six are out for ten seconds: fourteen are sold, of which ten are used by jobs that may not be interrupted.
  const unsold = 20 * 3600 - 10 * (6 + 14)
  const expected = { ...none, accepted: 20 * 3600, out: 60, soldUsed: 100, interruptibleUsed: 40, unsold }
  assert.deepEqual(hour, { ...expected, from: midnight, to: midnight + 3600 })
})
