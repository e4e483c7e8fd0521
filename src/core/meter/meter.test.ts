import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { testData } from '../../../test/data.ts'
import { acceptAll, metered, meteredFacts, scheduleOf, type BlockPlan } from '../../../test/schedule.ts'
import { backstopOf } from '../../../test/world.ts'
import { hashOf } from '../base/hash.ts'
import { canonical, type Json } from '../base/canonical.ts'
import type { ConditionId } from '../base/id.ts'
import { add, during, equal, integrate, restrict, scale, subtract, valueAt, zero, type Steps } from '../base/steps.ts'
import { monthInterval, startOfDate, type Interval } from '../base/time.ts'
import type { Attribution } from '../terms/agreement.ts'
import type { Schedule } from '../terms/schedule.ts'
import { count as countIn, countAll, countSteps, emptyColumns, emptyTally, isEmpty, push, sumOf, totalOf } from './columns.ts'
import { assertConserved } from './conserve.ts'
import type { BlockFacts, Facts } from './facts.ts'
import { makeMeter } from './meter.ts'
import { readingText } from './parse.ts'
import type { Allocation, Call, Curtailment, Gap, Maintenance, Outage, Reading, Reservation } from './reading.ts'

const zone = 'Australia/Sydney'
/** Midnight of 1 October 2017 in Sydney: a month of 743 hours and a contract year begin, three hours before the clock change. */
const midnight = startOfDate('2017-10-01', zone)
const window: Interval = { from: midnight - 40, to: midnight + 60 }
const call = backstopOf({ zone, from: '2016-10-01', through: '2026-09-30', currency: 'USD' }, { blocks: ['a', 'b', 'c'] })

type World = Readonly<{ schedule: Schedule; readings: readonly Reading[] }>

const block: fc.Arbitrary<Omit<BlockPlan, 'id'>> = fc.record({
  tranches: fc.tuple(fc.nat(40), fc.nat(30)).map(([one, two]) => [
    { id: 'one', gpus: one },
    { id: 'two', gpus: two },
  ]),
  supported: fc.boolean(),
  maintenance: fc.option(fc.record({ gpuSecondsPerContractYear: fc.nat(120), noticeSeconds: fc.constantFrom(0, 100) }), {
    nil: undefined as never,
  }),
})
const blockPlans = fc.array(block, { minLength: 1, maxLength: 3 }).map((plans) => plans.map((plan, i) => ({ ...plan, id: 'cab'[i]! })))

const someSpan = fc.tuple(fc.integer({ min: -120, max: 55 }), fc.integer({ min: 1, max: 90 })).map(([from, length]) => ({
  from: midnight + from,
  to: midnight + from + length,
}))
const someBlock = fc.constantFrom('a', 'b', 'c')
const gpus = fc.nat(9)
const unit = fc.option(fc.constantFrom('tray-1', 'tray-2'), { nil: undefined })
const orderName = fc.constantFrom('first', 'second', 'third')
const readingLike: fc.Arbitrary<Record<string, unknown>> = fc.oneof(
  fc.record({ kind: fc.constant('allocation'), span: someSpan, gpus, order: fc.option(orderName, { nil: undefined }) }),
  fc.record({ kind: fc.constant('allocation'), span: someSpan, gpus, order: orderName }),
  fc.record({ kind: fc.constant('reservation'), span: someSpan, gpus, order: orderName }),
  fc.record({ kind: fc.constant('outage'), span: someSpan, gpus, unit, block: someBlock }),
  fc.record({
    kind: fc.constant('maintenance'),
    span: someSpan,
    gpus,
    unit,
    block: someBlock,
    noticeAt: fc.constantFrom(midnight - 150, midnight - 1000),
  }),
  fc.record({ kind: fc.constant('curtailment'), span: someSpan, gpus, unit, block: someBlock, by: fc.constant('grid') }),
  fc.record({ kind: fc.constant('gap'), span: someSpan, gpus, unit, block: someBlock, of: fc.constant('health') }),
  fc.record({ kind: fc.constant('gap'), span: someSpan, block: someBlock, of: fc.constantFrom('health', 'sales') }),
  fc.record({ kind: fc.constant('call'), span: someSpan, gpus, block: someBlock }),
)
const readingsOf = (blocks: readonly string[]) =>
  fc.array(readingLike, { maxLength: 14 }).map((all) =>
    all
      .map(({ span: interval, ...rest }, i) => {
        const given = Object.entries(rest).filter(([, value]) => value !== undefined)
        return { source: 'site', id: `r${i}`, pool: 'pool', ...Object.fromEntries(given), ...(interval as Interval) } as unknown as Reading
      })
      .filter((reading) => !('block' in reading) || blocks.includes(reading.block)),
  )

const worldWith = (attributions: readonly Attribution[], accepted = fc.constantFrom(-100, -100, -30, 20)): fc.Arbitrary<World> =>
  fc.tuple(blockPlans, fc.constantFrom(...attributions)).chain(([blocks, attribution]) =>
    fc
      .record({
        readings: readingsOf(blocks.map(({ id }) => id)),
        second: accepted,
        orders: fc.record({
          first: fc.shuffledSubarray(
            blocks.map(({ id }) => id),
            { minLength: 1 },
          ),
          second: fc.shuffledSubarray(
            blocks.map(({ id }) => id),
            { minLength: 1 },
          ),
          third: fc.shuffledSubarray(
            blocks.map(({ id }) => id),
            { minLength: 1 },
          ),
        }),
      })
      .map(({ readings, second, orders }): World => {
        const schedule = scheduleOf({ zone, from: '2016-10-01', blocks, attribution: { pool: attribution }, orders, clauses: [call] })
        const acceptances = acceptAll(schedule).map((each) => (each.tranche === 'two' ? { ...each, at: midnight + second } : each))
        return { schedule, readings: [...acceptances, ...readings] }
      }),
  )
const world = worldWith(['supported-first', 'pro-rata', 'specific'])

/** What one block is at one second, counted. */
type Second = {
  N: number
  P: number
  U: number
  unproven: number
  D: number
  called: number
  sold: number
  presumed: number
  contracted: number
}

const covers = ({ from, to }: Interval, at: number) => from <= at && at < to

/** Counts a block second by second, unit by unit: no step functions, no sweeps. */
const countBlocks = ({
  schedule,
  readings,
}: World): ((id: string, at: number) => Omit<Second, 'sold' | 'presumed' | 'contracted'> & { bad: boolean }) => {
  const used = new Map<string, Map<number, boolean>>()
  const groupsOf = (id: string, at: number) => {
    const here = readings.filter(
      (reading) => 'block' in reading && reading.block === id && 'from' in reading && covers(reading as Interval, at),
    )
    const counted = here.filter(
      (reading): reading is Outage | Maintenance | Curtailment | Gap => 'gpus' in reading && reading.kind !== 'call',
    )
    const groups = Object.values(Object.groupBy(counted, (reading) => reading.unit ?? reading.id)) as (typeof counted)[]
    const plan = schedule.blocks.find((each) => each.id === id)!.maintenance
    const inTime = (each: (typeof counted)[number]) =>
      each.kind === 'maintenance' && plan !== undefined && each.noticeAt + plan.noticeSeconds <= each.from
    const most = (all: typeof counted, chosen: (each: (typeof counted)[number]) => boolean) =>
      Math.max(0, ...all.filter(chosen).map((each) => each.gpus!))
    const layers = groups.map((group) => {
      const p = most(group, inTime)
      const o = Math.max(
        p,
        most(group, (each) => each.kind === 'outage' || each.kind === 'maintenance'),
      )
      const g = Math.max(
        o,
        most(group, (each) => each.kind === 'gap'),
      )
      const d = Math.max(
        g,
        most(group, (each) => each.kind === 'curtailment'),
      )
      return { p, o, g, d }
    })
    const sum = (key: 'p' | 'o' | 'g' | 'd') => layers.reduce((total, layer) => total + layer[key], 0)
    const dark = here.some((reading) => reading.kind === 'gap' && reading.of === 'health' && reading.gpus === undefined)
    return {
      p: sum('p'),
      o: sum('o'),
      g: sum('g'),
      d: sum('d'),
      dark,
      called: here.filter((each): each is Call => each.kind === 'call').reduce((total, each) => total + each.gpus, 0),
    }
  }
  /** Whether the allowance still lasts, by second; each contract year begins afresh. */
  const allowed = (id: string): Map<number, boolean> => {
    const lasting = new Map<number, boolean>()
    const allowance = Number(schedule.blocks.find((each) => each.id === id)!.maintenance?.gpuSecondsPerContractYear.n ?? 0n)
    let [spent, open] = [0, true]
    for (let at = midnight - 130; at < window.to; at++) {
      if (at === midnight) [spent, open] = [0, true]
      const { p } = groupsOf(id, at)
      open &&= spent + p <= allowance
      if (open) spent += p
      lasting.set(at, open)
    }
    return lasting
  }
  return (id, at) => {
    const lasting = used.get(id) ?? allowed(id)
    used.set(id, lasting)
    const { p, o, g, d, dark, called } = groupsOf(id, at)
    const N = readings
      .filter((each) => each.kind === 'acceptance' && each.block === id && each.at <= at)
      .reduce(
        (sum, each) =>
          sum +
          schedule.blocks.find((plan) => plan.id === id)!.tranches.find((tranche) => tranche.id === (each as { tranche: string }).tranche)!
            .gpus,
        0,
      )
    const out = dark ? Math.max(o, N) : g
    const P = lasting.get(at)! ? p : 0
    return { N, P, U: out - P, unproven: out - o, D: Math.max(0, Math.min(d - g, N - out)), called, bad: out > N || called > N }
  }
}

/** Attributes sales at one second, GPU by GPU. */
const attributeSecond = (
  schedule: Schedule,
  sales: ReadonlyMap<string | undefined, number>,
  rooms: ReadonlyMap<string, number>,
): Map<string, number> => {
  const { attribution, blocks } = schedule.pools[0]!
  const got = new Map<string, number>(blocks.map((id) => [id, 0]))
  const free = (id: string) => rooms.get(id)! - got.get(id)!
  const give = (id: string | undefined) => void (id !== undefined && got.set(id, got.get(id)! + 1))
  if (attribution === 'specific') {
    for (const [order, placed] of schedule.orders)
      for (let gpu = 0; gpu < (sales.get(order) ?? 0); gpu++) give(placed.find((id) => free(id) > 0))
    return got
  }
  const all = [...sales.values()].reduce((sum, each) => sum + each, 0)
  const listed = [...blocks].toSorted((a, b) => Number(isSupported(schedule, b)) - Number(isSupported(schedule, a)))
  for (let gpu = 0; gpu < all; gpu++) {
    const open = listed.filter((id) => free(id) > 0)
    if (attribution === 'supported-first') give(open[0])
    else {
      const average = (id: string) => rooms.get(id)! / (2 * got.get(id)! + 1)
      give(open.toSorted((a, b) => average(b) - average(a) || (a < b ? -1 : 1))[0])
    }
  }
  return got
}
const isSupported = (schedule: Schedule, id: string) => schedule.blocks.find((each) => each.id === id)!.supported

/** The whole pool at one second; undefined where the readings cannot be. */
const countSecond = ({ schedule, readings }: World, count: ReturnType<typeof countBlocks>, at: number): Map<string, Second> | undefined => {
  const blocks = new Map(schedule.blocks.map(({ id }) => [id as string, count(id, at)]))
  const sales = new Map<string | undefined, number>()
  const here = readings.filter(
    (each): each is Allocation | Reservation => (each.kind === 'allocation' || each.kind === 'reservation') && covers(each, at),
  )
  for (const name of new Set(here.map((each) => each.order))) {
    const sum = (kind: string) =>
      here.filter((each) => each.order === name && each.kind === kind).reduce((total, each) => total + each.gpus, 0)
    sales.set(name, Math.max(sum('allocation'), sum('reservation')))
  }
  const total = (values: Iterable<number>) => [...values].reduce((sum, each) => sum + each, 0)
  const specific = schedule.pools[0]!.attribution === 'specific'
  const roomsOf = (available: (id: string) => number) =>
    new Map([...blocks].map(([id, { called }]) => [id, Math.max(0, available(id) - called)]))
  const A = (id: string) => blocks.get(id)!.N - blocks.get(id)!.P - blocks.get(id)!.U
  const sold = attributeSecond(schedule, sales, roomsOf(A))
  const presumed = attributeSecond(
    schedule,
    sales,
    roomsOf((id) => A(id) + blocks.get(id)!.unproven),
  )
  // What is left over goes by the same rule into N − called − S.
  const rest = new Map<string, number>([...blocks].map(([id, { N, called }]) => [id, N - called - sold.get(id)!]))
  const left = new Map(sales)
  if (specific) {
    const free = roomsOf(A)
    for (const [name, placed] of schedule.orders)
      for (const id of placed) {
        const given = Math.min(left.get(name) ?? 0, free.get(id)!)
        free.set(id, free.get(id)! - given)
        left.set(name, (left.get(name) ?? 0) - given)
      }
  } else {
    left.clear()
    left.set(undefined, total(sales.values()) - total(sold.values()))
  }
  const down = attributeSecond(schedule, left, rest)
  const oversold = total(down.values()) < total(left.values())
  const unplaced = specific && (sales.get(undefined) ?? 0) > 0
  if (oversold || unplaced || [...blocks.values()].some(({ bad }) => bad)) return undefined
  return new Map(
    [...blocks].map(([id, each]) => [
      id,
      { ...each, sold: sold.get(id)!, presumed: presumed.get(id)!, contracted: sold.get(id)! + down.get(id)! },
    ]),
  )
}

const factsAt = (facts: BlockFacts, at: number): Omit<Second, 'bad'> & { A: number; G: number } => ({
  N: valueAt(facts.accepted, at),
  P: valueAt(facts.planned, at),
  U: valueAt(facts.unavailable, at),
  unproven: valueAt(facts.unproven, at),
  D: valueAt(facts.deemed, at),
  called: 0,
  sold: valueAt(facts.proven.sold, at),
  presumed: valueAt(facts.presumed.sold, at),
  contracted: valueAt(facts.contracted, at),
  A: valueAt(facts.proven.available, at),
  G: valueAt(facts.proven.called, at),
})

const functionsOf = (facts: BlockFacts): Steps[] => [
  facts.accepted,
  facts.planned,
  facts.unavailable,
  facts.unproven,
  facts.deemed,
  facts.contracted,
  facts.unprovenSales,
  ...[facts.proven, facts.presumed].flatMap(({ available, called, sold }) => [available, called, sold]),
]

test('M8 M9 M10 M11 M12 M13 M15 the facts are what a count second by second gives, or what it finds impossible is refused', () => {
  let [possible, refused] = [0, 0]
  fc.assert(
    fc.property(world, (each) => {
      const facts = metered(each.schedule, window, each.readings)
      const count = countBlocks(each)
      const seconds = Array.from({ length: 100 }, (_, i) => countSecond(each, count, window.from + i))
      if ('refusals' in facts) {
        refused += 1
        assert.ok(seconds.includes(undefined), facts.refusals[0]!.message)
        return
      }
      possible += 1
      for (const [i, second] of seconds.entries())
        for (const blockFacts of facts.blocks) {
          const { called, bad: _, ...expected } = second!.get(blockFacts.block) as Second & { bad: boolean }
          const A = expected.N - expected.P - expected.U
          assert.deepEqual(
            factsAt(blockFacts, window.from + i),
            { ...expected, called: 0, A, G: Math.min(called, A) },
            `${blockFacts.block} at ${i}`,
          )
        }
      for (const blockFacts of facts.blocks)
        for (const steps of functionsOf(blockFacts)) assert.ok(equal(steps, restrict(steps, window.from, window.to)))
    }),
    { numRuns: 300 },
  )
  assert.ok(possible > 50 && refused > 5, `${possible} possible, ${refused} refused`)
})

const possibleFacts = (each: World): Facts | undefined => {
  const facts = metered(each.schedule, window, each.readings)
  return 'refusals' in facts ? undefined : facts
}

test('M6 accepted = sold + unsold + called + unavailable + planned, each zero or more, at every instant', () => {
  fc.assert(
    fc.property(world, (each) => {
      const facts = possibleFacts(each)
      fc.pre(facts !== undefined)
      for (const { accepted, planned, unavailable, unproven, proven, presumed } of facts.blocks)
        for (const [delivery, down] of [
          [proven, unavailable],
          [presumed, subtract(unavailable, unproven)],
        ] as const) {
          const unsold = subtract(subtract(delivery.available, delivery.sold), delivery.called)
          const parts = [delivery.sold, unsold, delivery.called, down, planned]
          for (const part of parts) assert.ok(part.values.every((value) => value >= 0))
          assert.deepEqual(parts.reduce(add, zero), accepted)
        }
    }),
  )
})

test('M6 a violation throws with the block, the instant and the numbers', () => {
  const schedule = scheduleOf({ zone, blocks: [{ id: 'a' }] })
  const [facts] = meteredFacts(schedule, window, acceptAll(schedule)).blocks
  assertConserved(facts!, window, zone)
  const broken = { ...facts!, proven: { ...facts!.proven, sold: during(midnight, midnight + 1, 101) } }
  assert.throws(() => assertConserved(broken, window, zone), /block a at 2017-10-01 00:00:00 \+10:00: accepted 100, sold 101, unsold -1/)
  const lost = { ...facts!, accepted: during(window.from, window.to, 99) }
  assert.throws(() => assertConserved(lost, window, zone), /accepted 99/)
})

test('M7 neither order nor batches of the readings matter, to the byte, evidence included', () => {
  const bytes = (value: unknown): string =>
    canonical(
      JSON.parse(
        JSON.stringify(value, (_, each: unknown) =>
          typeof each === 'bigint' ? `${each}` : ArrayBuffer.isView(each) ? [...(each as Float64Array)] : each,
        ),
      ) as Json,
    )
  const shuffled = world.chain((each) =>
    fc.tuple(fc.constant(each), fc.shuffledSubarray([...each.readings], { minLength: each.readings.length }), fc.nat(20)),
  )
  fc.assert(
    fc.property(shuffled, ([each, others, batch]) => {
      const expected = metered(each.schedule, window, each.readings)
      const meter = makeMeter(each.schedule, window)
      for (const [i, reading] of others.entries()) {
        meter.add(reading, hashOf(readingText(reading)))
        // Looking at the facts between two batches changes nothing.
        if (i === batch) meter.facts()
      }
      assert.equal(bytes(meter.facts()), bytes(expected))
    }),
  )
})

test('M7 nor do they for charges, credits, rates and conditions', () => {
  const clause = { ...call, conditions: ['effort', 'tests'].map((id) => ({ id: id as ConditionId, text: id, presumed: 'unmet' as const })) }
  const blocks = [
    { id: 'a', gpus: 10 },
    { id: 'b', gpus: 30 },
  ]
  const schedule = scheduleOf({ zone, from: '2016-10-01', blocks, clauses: [clause] })
  const charged = fc.record({
    interval: someSpan,
    amount: fc.constantFrom('10', '0.99'),
    currency: fc.constantFrom('USD', 'AUD'),
    credited: fc.boolean(),
  })
  const condition = fc.record({
    interval: someSpan,
    condition: fc.constantFrom('effort', 'tests'),
    holds: fc.boolean(),
    block: fc.constantFrom('a', 'b', undefined),
  })
  const readings = fc.tuple(fc.array(charged, { maxLength: 4 }), fc.array(condition, { maxLength: 4 })).map(([charges, conditions]) => [
    ...acceptAll(schedule),
    ...['2017-09-30', '2017-10-01'].map(
      (date) => ({ kind: 'fx', source: 'bank', id: date, base: 'AUD', quote: 'USD', date, rate: '0.7' }) as const,
    ),
    ...charges.flatMap(({ interval, amount, currency, credited }, i) => {
      const charge = { kind: 'charge', source: 'billing', id: `c${i}`, pool: 'pool', product: 'spot', amount, currency, ...interval }
      return [charge, ...(credited ? [{ kind: 'credit', source: 'billing', id: `k${i}`, reduces: `c${i}`, amount: '1', currency }] : [])]
    }),
    ...conditions.map(({ interval, block: of, ...rest }, i) => ({
      kind: 'condition',
      source: 's',
      id: `d${i}`,
      clause: 'backstop',
      ...rest,
      ...interval,
      ...(of === undefined ? {} : { block: of }),
    })),
  ]) as fc.Arbitrary<readonly Reading[]>
  const shuffled = readings.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray([...all], { minLength: all.length })))
  fc.assert(
    fc.property(shuffled, ([all, others]) => assert.deepEqual(meteredFacts(schedule, window, others), meteredFacts(schedule, window, all))),
  )
})

test('M8 an acceptance of long ago counts from the start of the window, however large the tranche', () => {
  const tranches = [
    { id: 'one', gpus: 8_000_000 },
    { id: 'two', gpus: 1 },
  ]
  const schedule = scheduleOf({ zone, blocks: [{ id: 'a', tranches }] })
  const accepted = acceptAll(schedule, midnight).map((each) => (each.tranche === 'one' ? { ...each, at: -62_000_000_000 } : each))
  const [facts] = meteredFacts(schedule, window, accepted).blocks
  assert.deepEqual(
    [window.from - 1, window.from, midnight, window.to].map((at) => valueAt(facts!.accepted, at)),
    [0, 8_000_000, 8_000_001, 0],
  )
})

test('M14 scaling every count and allowance by k scales every function by k', () => {
  const multiplied = ({ schedule, readings }: World, k: number): World => ({
    schedule: {
      ...schedule,
      blocks: schedule.blocks.map((each) => ({
        ...each,
        tranches: each.tranches.map((tranche) => ({ ...tranche, gpus: tranche.gpus * k })),
        maintenance: each.maintenance && {
          ...each.maintenance,
          gpuSecondsPerContractYear: { n: each.maintenance.gpuSecondsPerContractYear.n * BigInt(k), d: 1n },
        },
      })),
    },
    readings: readings.map((reading) => ('gpus' in reading ? { ...reading, gpus: reading.gpus * k } : reading)),
  })
  fc.assert(
    fc.property(worldWith(['supported-first', 'specific']), fc.integer({ min: 2, max: 50 }), (each, k) => {
      const facts = possibleFacts(each)
      fc.pre(facts !== undefined)
      const larger = possibleFacts(multiplied(each, k))!
      for (const [i, blockFacts] of facts.blocks.entries()) {
        const { unprovenSales: _, ...counts } = blockFacts
        const expected = functionsOf({ ...counts, unprovenSales: zero }).map((steps) => scale(steps, k))
        assert.deepEqual(functionsOf({ ...larger.blocks[i]!, unprovenSales: zero }), expected)
      }
    }),
  )
})

test('M14 under pro-rata scaling stops: 1 GPU in rooms of 5 and 5 goes to one of them, 2 in rooms of 10 and 10 to both', () => {
  const sold = (k: number) => {
    const blocks = ['a', 'b'].map((id) => ({ id, gpus: 5 * k }))
    const schedule = scheduleOf({ zone, blocks, attribution: { pool: 'pro-rata' } })
    const sale = { kind: 'allocation', source: 's', id: '1', pool: 'pool', gpus: k, ...window } as Reading
    return meteredFacts(schedule, window, [...acceptAll(schedule), sale]).blocks.map((each) => valueAt(each.proven.sold, midnight))
  }
  assert.deepEqual(
    [sold(1), sold(2)],
    [
      [1, 0],
      [1, 1],
    ],
  )
})

const oneHour = (hour: number): Interval => ({ from: midnight + 3600 * hour, to: midnight + 3600 * (hour + 1) })
const hours: Interval = { from: midnight, to: midnight + 7200 }
const stateOf = (facts: Facts, span: Interval) => {
  const { accepted, planned, unavailable, proven, contracted } = facts.blocks[0]!
  const hoursOf = (steps: Steps) => integrate(steps, span.from, span.to) / 3600
  const unsold = subtract(subtract(proven.available, proven.sold), proven.called)
  return {
    accepted: hoursOf(accepted),
    planned: hoursOf(planned),
    unavailable: hoursOf(unavailable),
    called: hoursOf(proven.called),
    sold: hoursOf(proven.sold),
    unsold: hoursOf(unsold),
    soldButDown: hoursOf(subtract(contracted, proven.sold)),
  }
}
const sale = (more: Partial<Reservation> & Interval): Reading =>
  ({ kind: 'reservation', source: 'desk', id: `sale-${more.from}-${more.gpus}`, pool: 'pool', order: 'order-1', ...more }) as Reading
const ofBlock = (kind: string, more: Readonly<Record<string, unknown>> & Interval): Reading =>
  ({
    kind,
    source: 'site',
    id: `${kind}-${more.from}-${String(more['gpus'])}-${String(more['unit'])}`,
    block: 'a',
    ...more,
  }) as unknown as Reading

test('M13 reserved but down: the guarantor does not answer for it (worked value 13)', () => {
  const schedule = scheduleOf({ zone, blocks: [{ id: 'a', gpus: 100 }] })
  const readings = [...acceptAll(schedule), sale({ ...hours, gpus: 60 }), ofBlock('outage', { ...oneHour(0), gpus: 50 })]
  const facts = meteredFacts(schedule, hours, readings)
  const common = { accepted: 100, planned: 0, called: 0 }
  assert.deepEqual(stateOf(facts, oneHour(0)), { ...common, unavailable: 50, sold: 50, unsold: 0, soldButDown: 10 })
  assert.deepEqual(stateOf(facts, oneHour(1)), { ...common, unavailable: 0, sold: 60, unsold: 40, soldButDown: 0 })
})

test('M13 a call comes before sales when GPUs fail (worked value 24)', () => {
  const schedule = scheduleOf({ zone, from: '2016-10-01', blocks: [{ id: 'a', gpus: 100 }], clauses: [call] })
  const given = [...acceptAll(schedule), ofBlock('call', { ...hours, gpus: 25 })]
  const first = meteredFacts(schedule, hours, [...given, sale({ ...hours, gpus: 70 })])
  const common = { accepted: 100, planned: 0, called: 25 }
  assert.deepEqual(stateOf(first, oneHour(0)), { ...common, unavailable: 0, sold: 70, unsold: 5, soldButDown: 0 })
  const second = meteredFacts(schedule, hours, [...given, sale({ ...hours, gpus: 60 }), ofBlock('outage', { ...hours, gpus: 50 })])
  assert.deepEqual(stateOf(second, oneHour(1)), { ...common, unavailable: 50, sold: 25, unsold: 0, soldButDown: 35 })
  // Called beyond what works is cut to it: G = min(called, A).
  const third = meteredFacts(schedule, hours, [...given, ofBlock('outage', { ...hours, gpus: 90 })])
  assert.deepEqual(stateOf(third, oneHour(0)), { ...common, called: 10, unavailable: 90, sold: 0, unsold: 0, soldButDown: 0 })
})

test('M9 use inside a reservation counts once, beyond it in full, and an idle reservation is sold', () => {
  const schedule = scheduleOf({ zone, blocks: [{ id: 'a', gpus: 100 }] })
  const used = (id: string, gpuCount: number, order?: string): Reading =>
    ({
      kind: 'allocation',
      source: 'slurm',
      id,
      pool: 'pool',
      gpus: gpuCount,
      ...oneHour(0),
      ...(order === undefined ? {} : { order }),
    }) as Reading
  const soldWith = (...readings: Reading[]) => {
    const facts = meteredFacts(schedule, hours, [...acceptAll(schedule), sale({ ...hours, gpus: 40 }), ...readings])
    return [stateOf(facts, oneHour(0)).sold, stateOf(facts, oneHour(1)).sold]
  }
  assert.deepEqual(soldWith(), [40, 40])
  assert.deepEqual(soldWith(used('1', 30, 'order-1'), used('2', 5, 'order-1')), [40, 40])
  assert.deepEqual(soldWith(used('1', 30, 'order-1'), used('2', 15, 'order-1')), [45, 40])
  assert.deepEqual(soldWith(used('1', 30)), [70, 40])
  assert.deepEqual(soldWith(used('1', 30, 'order-2')), [70, 40])
})

test('M10 readings of one unit speak of the same GPUs; without a unit they add up', () => {
  const schedule = scheduleOf({ zone, blocks: [{ id: 'a', gpus: 100, maintenance: { gpuSecondsPerContractYear: 1e9, noticeSeconds: 0 } }] })
  const notice = { noticeAt: midnight - 86_400 }
  const rack = { unit: 'rack-1', ...hours }
  const state = (...readings: Reading[]) => {
    const facts = meteredFacts(schedule, hours, [...acceptAll(schedule), ...readings])
    const { planned, unavailable, deemed } = facts.blocks[0]!
    return [planned, unavailable, deemed].map((steps) => valueAt(steps, midnight))
  }
  // A rack of 18 is drained for work, two reports say that its GPUs failed, and the grid switches it off: 18 planned, nothing else.
  const all = [
    ofBlock('maintenance', { ...rack, gpus: 18, ...notice }),
    ofBlock('outage', { ...rack, gpus: 4 }),
    ofBlock('outage', { ...rack, gpus: 18 }),
  ]
  assert.deepEqual(state(...all, ofBlock('curtailment', { ...rack, gpus: 18, by: 'grid' })), [18, 0, 0])
  assert.deepEqual(state(all[1]!, all[2]!), [0, 18, 0])
  // 4 planned, of the 10 that failed 6 more, of the 18 curtailed 8 more.
  const partly = [
    ofBlock('maintenance', { ...rack, gpus: 4, ...notice }),
    ofBlock('outage', { ...rack, gpus: 10 }),
    ofBlock('curtailment', { ...rack, gpus: 18, by: 'grid' }),
  ]
  assert.deepEqual(state(...partly), [4, 6, 8])
  assert.deepEqual(state(...partly.map((reading) => ({ ...reading, unit: reading.kind }) as Reading)), [4, 10, 18])
  assert.deepEqual(state(ofBlock('outage', { ...hours, gpus: 4 }), ofBlock('outage', { ...hours, gpus: 18 })), [0, 22, 0])
})

test('M11 the allowance counts the months before the window, and an agreement without one plans nothing', () => {
  const month = monthInterval('2017-10', zone)
  const work = (from: number, hoursLong: number, notice: number) =>
    ofBlock('maintenance', { from, to: from + 3600 * hoursLong, gpus: 10, noticeAt: from - notice })
  const plannedHours = (maintenance: BlockPlan['maintenance'], ...readings: Reading[]) => {
    // The contract year of the block began on 1 July 2017.
    const plan: BlockPlan = { id: 'a', gpus: 100, commencement: '2015-07-01', ...(maintenance === undefined ? {} : { maintenance }) }
    const schedule = scheduleOf({ zone, from: '2015-07-01', blocks: [plan] })
    const [facts] = meteredFacts(schedule, month, [...acceptAll(schedule), ...readings]).blocks
    return [facts!.planned, facts!.unavailable].map((steps) => integrate(steps, month.from, month.to) / 36_000)
  }
  const allowance = { gpuSecondsPerContractYear: 10 * 3600 * 20, noticeSeconds: 14 * 86_400 }
  const [june, july] = [startOfDate('2017-06-20', zone), startOfDate('2017-07-20', zone)]
  const days = 15 * 86_400
  // 20 hours of 10 GPUs: those of June are of the year before, 12 went in July, so 8 of October's 10 are planned.
  assert.deepEqual(plannedHours(allowance, work(june, 20, days), work(july, 12, days), work(midnight + 3600, 10, days)), [8, 2])
  // What was announced late is unavailable and uses up nothing.
  assert.deepEqual(plannedHours(allowance, work(july, 12, days - 2 * 86_400), work(midnight + 3600, 10, days)), [10, 0])
  assert.deepEqual(plannedHours(undefined, work(midnight + 3600, 10, days)), [0, 10])
})

test('M12 without evidence GPUs are unavailable as proven, available as presumed', () => {
  const blocks = [
    { id: 'a', gpus: 10 },
    { id: 'b', gpus: 10 },
    { id: 'c', gpus: 10, pool: 'other' },
  ]
  const schedule = scheduleOf({ zone, blocks })
  const gap = ofBlock('gap', { from: midnight, to: midnight + 10, of: 'health', gpus: 4 })
  const readings = [...acceptAll(schedule), sale({ ...hours, gpus: 8 }), gap]
  const [a, b, c] = meteredFacts(schedule, hours, readings).blocks
  assert.deepEqual(
    [a!, b!].map(({ proven, presumed }) => [valueAt(proven.sold, midnight), valueAt(presumed.sold, midnight)]),
    [
      [6, 8],
      [2, 0],
    ],
  )
  assert.deepEqual(
    [valueAt(a!.unproven, midnight), valueAt(a!.unavailable, midnight), valueAt(a!.presumed.available, midnight)],
    [4, 4, 10],
  )
  assert.equal(c!.proven, c!.presumed)
  // A gap in GPUs that are known to be down proves them down: nothing is unproven.
  const known = [ofBlock('outage', { ...hours, gpus: 6, unit: 'u' }), { ...gap, unit: 'u' } as Reading]
  const [again] = meteredFacts(schedule, hours, [...acceptAll(schedule), ...known]).blocks
  assert.equal(again!.proven, again!.presumed)
  // No evidence of anything, and no evidence of sales.
  const dark = [
    ofBlock('gap', { from: midnight, to: midnight + 10, of: 'health' }),
    ofBlock('gap', { from: midnight, to: midnight + 20, of: 'sales' }),
  ]
  const [nothing] = meteredFacts(schedule, hours, [...acceptAll(schedule), ...dark]).blocks
  assert.deepEqual([nothing!.unproven, nothing!.unprovenSales], [during(midnight, midnight + 10, 10), during(midnight, midnight + 20, 1)])
})

test('M16 other pools, blocks and clauses, and other times, change nothing but the count of what was ignored', () => {
  const schedule = scheduleOf({ zone, from: '2016-10-01', blocks: [{ id: 'a', gpus: 100 }], clauses: [call] })
  const given = [...acceptAll(schedule), sale({ ...hours, gpus: 8 })]
  const before = { from: hours.from - 10, to: hours.from }
  const others = [
    { ...sale({ ...hours, gpus: 999 }), pool: 'elsewhere' },
    sale({ ...before, gpus: 999 }),
    sale({ from: hours.to, to: hours.to + 5, gpus: 999 }),
    { ...ofBlock('outage', { ...hours, gpus: 999 }), block: 'z' },
    ofBlock('outage', { ...before, gpus: 999 }),
    { kind: 'condition', source: 's', id: 'c', clause: 'nobody', condition: 'x', holds: false, ...hours },
    { kind: 'charge', source: 's', id: 'd', pool: 'elsewhere', product: 'spot', amount: '5', currency: 'XXX', ...hours },
    { kind: 'credit', source: 's', id: 'e', reduces: 'd', amount: '5', currency: 'XXX' },
    { kind: 'acceptance', source: 's', id: 'f', block: 'a', tranche: 'main', at: hours.to, design: 1, tested: 1 },
  ] as Reading[]
  assert.deepEqual(meteredFacts(schedule, hours, [...given, ...others]), meteredFacts(schedule, hours, given))
  const meter = makeMeter(schedule, hours)
  for (const reading of [...given, ...others]) meter.add(reading, hashOf(readingText(reading)))
  assert.equal(meter.ignored(), 8)
})

test('M16 an empty window is a mistake of the caller', () => {
  assert.throws(() => makeMeter(scheduleOf({ blocks: [{ id: 'a' }] }), { from: 5, to: 5 }), RangeError)
})

const { folder, skip } = testData('traces/philly')

test('M20 the Philly trace sells what it is known to sell in October 2017, in UTC and in Sydney', { skip }, () => {
  const [, ...rows] = gunzipSync(fs.readFileSync(join(folder, 'philly_jobs.csv.gz')))
    .toString('utf8')
    .trim()
    .split('\n')
  const jobs = rows.map((row, i): Reading => {
    const [at, duration, gpuCount] = row.split(',') as [string, string, string]
    const from = Date.parse(`${at.replace(' ', 'T')}Z`) / 1000
    return {
      kind: 'allocation',
      source: 'philly',
      id: `job-${i}`,
      pool: 'pool',
      gpus: Number(gpuCount),
      from,
      to: from + Math.floor(Number(duration)),
    } as Reading
  })
  for (const [place, monthHours, soldSeconds] of [
    ['UTC', 744, 1_591_443_406],
    ['Australia/Sydney', 743, 1_595_219_586],
  ] as const) {
    const schedule = scheduleOf({ zone: place, blocks: [{ id: 'a', gpus: 1300 }] })
    const month = monthInterval('2017-10', place)
    const [facts] = meteredFacts(schedule, month, [...acceptAll(schedule), ...jobs]).blocks
    assert.equal(integrate(facts!.accepted, month.from, month.to), monthHours * 3600 * 1300)
    assert.equal(integrate(facts!.proven.sold, month.from, month.to), soldSeconds)
    // Not assert.equal: the difference of two functions of a hundred thousand events takes more memory to print than there is.
    assert.ok(facts!.contracted === facts!.proven.sold)
  }
})

test('M7 an allocation handed over as a row of a table is the same as the reading', () => {
  fc.assert(
    fc.property(world, ({ schedule, readings }) => {
      const [whole, rows] = [makeMeter(schedule, window), makeMeter(schedule, window)]
      for (const reading of readings) {
        const digest = hashOf(readingText(reading))
        whole.add(reading, digest)
        if (reading.kind !== 'allocation') rows.add(reading, digest)
        else
          rows.addAllocation({
            ...reading,
            order: reading.order,
            product: reading.product,
            digests: Buffer.from(`ff${digest}`, 'hex'),
            digestAt: 1,
          })
      }
      assert.deepEqual(rows.facts(), whole.facts())
      assert.equal(rows.ignored(), whole.ignored())
    }),
  )
})

test('M8 what comes by the million is summed as it comes, to the same function', () => {
  const [tally, columns] = [emptyTally(), emptyColumns()]
  const more = emptyTally()
  // More than are kept before they are summed, twice; numbers by a small congruence, so that instants and counts vary.
  for (let i = 0, x = 1; i < 2 ** 22 + 1000; i++, x = (x * 48_271) % 2_147_483_647) {
    const [from, length, held] = [x % 100_000, 1 + (x % 977), 1 + (x % 5)]
    countIn(tally, from, from + length, held)
    push(columns, from, from + length, held)
  }
  countIn(more, 5, 10, 7)
  // Not deepEqual, which would print a hundred thousand differences.
  assert.ok(equal(totalOf(tally), sumOf(columns)))
  countAll(more, tally)
  countSteps(more, totalOf(tally))
  push(columns, 5, 10, 7)
  assert.ok(equal(totalOf(more), add(sumOf(columns), totalOf(tally))))
  assert.deepEqual([isEmpty(emptyTally()), isEmpty(tally)], [true, false])
})
