import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { BlockId } from '../../core/base/id.ts'
import { dateOf, formatInstant } from '../../core/base/time.ts'
import type { Curtailment } from '../../core/meter/reading.ts'
import type { CloudEvent } from './cloud-event.ts'
import type { FlexMapping } from './flex-mapping.ts'
import { firstState, type FeedState } from './flex-schedule.ts'
import { gpusWithout, takeFlexEvent } from './flex.ts'

// Midnight is at half past an hour of UTC, so that days are cut within the hours of the orders.
const zone = 'Asia/Kolkata'
const feed = { block: 'b' as BlockId, gpus: 100, wattsPerGpu: 2000 }
const mapping: FlexMapping = { source: 'flex', zone, feeds: new Map([['f', feed]]), keys: new Map() }
const start = Date.UTC(2027, 2, 1) / 1000
/** Steps of half an hour, over five days. */
const [step, steps] = [1800, 240]
const at = (i: number): string => formatInstant(start + i * step)

/** An order of the grid as it is published: at one step, for a stretch of steps that may have no end, of so many GPUs' power. */
type Target = Readonly<{ heardAt: number; from: number; to: number | undefined; left: number | undefined }>

const setEvent = ({ heardAt, from, to, left }: Target, number: number): CloudEvent => ({
  id: `set-${number}`,
  source: '//grid/v1/isv/acme',
  type: 'grid.loadtarget.set.v1',
  time: at(heardAt),
  correlationId: `order-${number}`,
  data: {
    targets: [
      {
        interval: { start_time: at(from), ...(to === undefined ? {} : { end_time: at(to) }) },
        load_constraint: left === undefined ? null : { value: left * 2, unit: 'kilowatt' },
      },
    ],
  },
})
const alert = (i: number, number: number): CloudEvent => ({
  id: `alert-${number}`,
  source: '//grid/v1/dsx-flex-agent/a',
  type: 'grid.powerbreach.alert.v1',
  time: at(i),
  correlationId: undefined,
  data: { feed_tag: 'f' },
})

type Held = Readonly<{ gpus: number; correlation: string }>
/** What is ordered for each step, by walking through them: of the orders heard by then, the last that speaks of it. */
const walk = (targets: readonly Target[], until: number): (Held | undefined)[] =>
  Array.from({ length: steps }, (_, i) => {
    const number = targets.findLastIndex(({ heardAt, from, to }) => heardAt <= Math.min(i, until) && from <= i && i < (to ?? Infinity))
    const left = targets[number]?.left
    return left === undefined || left >= 100 ? undefined : { gpus: 100 - left, correlation: `order-${number}` }
  })

/** A snapshot of what is ordered at a step, as an agent that has heard the same publishes it. */
const statusEvent = (targets: readonly Target[], i: number, number: number): CloudEvent => {
  const ordered = walk(targets, i)
  const runs: { from: number; to: number; held: Held }[] = []
  for (let later = i; later < steps; later++) {
    const [held, last] = [ordered[later], runs.at(-1)]
    if (held === undefined) continue
    if (last?.to === later && last.held.correlation === held.correlation) last.to += 1
    else runs.push({ from: later, to: later + 1, held })
  }
  return {
    id: `status-${number}`,
    source: '//grid/v1/dsx-flex-agent/a',
    type: 'grid.powerstate.status.v1',
    time: at(i),
    correlationId: undefined,
    data: {
      snapshot_time: at(i),
      feeds: {
        f: {
          targets: runs.map(({ from, to, held }) => ({
            active: from === i,
            load_constraint: { value: (100 - held.gpus) * 2000, unit: 'watt' },
            // One that goes on to the end of all is one without an end.
            interval: { start_time: at(from), ...(to === steps ? {} : { end_time: at(to) }) },
            correlation_id: held.correlation,
          })),
        },
      },
    },
  }
}

const run = (events: readonly CloudEvent[]): Curtailment[] => {
  let state: FeedState = firstState
  return events.flatMap((event) => {
    const answer = takeFlexEvent(event, mapping, { stateOf: () => state, now: start + steps * step })
    assert.ok('readings' in answer, JSON.stringify(answer))
    // A state is kept as text.
    state = JSON.parse(JSON.stringify(answer.states.get('f') ?? state)) as FeedState
    return answer.readings
  })
}

const anyTarget: fc.Arbitrary<Target> = fc
  .record({
    heardAt: fc.nat(steps - 50),
    delay: fc.nat(60),
    length: fc.option(fc.integer({ min: 1, max: 90 }), { nil: undefined }),
    left: fc.option(fc.integer({ min: 1, max: 110 }), { nil: undefined }),
  })
  .map(({ heardAt, delay, length, left }) => ({
    heardAt,
    from: heardAt + delay,
    to: length === undefined ? undefined : Math.min(steps, heardAt + delay + length),
    left,
  }))
const story = fc.record({
  targets: fc
    .uniqueArray(anyTarget, { maxLength: 8, selector: ({ heardAt }) => heardAt })
    .map((all) => all.toSorted((a, b) => a.heardAt - b.heardAt)),
  heartbeats: fc.uniqueArray(fc.nat(steps - 1), { maxLength: 20 }),
  snapshots: fc.uniqueArray(fc.nat(steps - 1), { maxLength: 20 }),
  repeats: fc.boolean(),
})

test('F44 what is told is what a walk through every half hour finds, however often and by what it was heard', () => {
  fc.assert(
    fc.property(story, ({ targets, heartbeats, snapshots, repeats }) => {
      const timed: [number, number, CloudEvent][] = [
        ...targets.map((target, i): [number, number, CloudEvent] => [target.heardAt, 0, setEvent(target, i)]),
        ...heartbeats.map((i): [number, number, CloudEvent] => [i, 1, alert(i, i)]),
        ...snapshots.map((i): [number, number, CloudEvent] => [i, 2, statusEvent(targets, i, i)]),
      ]
      const inOrder = timed.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]).map(([, , event]) => event)
      // Delivered again at once, and after later ones.
      const events = repeats ? inOrder.flatMap((event, i) => [event, event, inOrder[Math.max(0, i - 3)]!]) : inOrder
      // Orders without an end are taken away at the end, so that all of them are over.
      const end = setEvent({ heardAt: steps, from: steps, to: undefined, left: undefined }, 99)
      const told = run([...events, end])
      const found = Array.from({ length: steps }, () => [] as Held[])
      for (const { from, to, gpus, id } of told) {
        assert.equal(dateOf(from, zone), dateOf(to - 1, zone), `${id} is of one local day`)
        assert.equal(id, `${id.split('/')[0]}/f/${formatInstant(from)}`)
        for (let i = (from - start) / step; i < (to - start) / step; i++) found[i]!.push({ gpus, correlation: id.split('/')[0]! })
      }
      assert.deepEqual(
        found,
        walk(targets, steps).map((held) => (held === undefined ? [] : [held])),
      )
      assert.equal(new Set(told.map(({ id }) => id)).size, told.length)
    }),
    { numRuns: 500 },
  )
})

test('F44 GPUs are whole ones, and one with some of its power runs', () => {
  const of = { block: 'b' as BlockId, gpus: 600, wattsPerGpu: 2000 }
  // 900 kW is the power of 450; one watt more is that of 451, as far as it goes; without a limit, or above all that they draw, none is off.
  assert.deepEqual(
    [900_000, 900_001, 1, 1_199_999, 1_200_000, 5e9, null].map((watts) => gpusWithout(watts, of)),
    [150, 149, 599, 0, 0, 0, 0],
  )
})
