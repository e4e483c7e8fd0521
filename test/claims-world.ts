import fc from 'fast-check'
import type { Instant, Interval } from '../src/core/base/time.ts'
import { fromPairs, zero, type Steps } from '../src/core/base/steps.ts'
import { rational } from '../src/core/base/rational.ts'
import type { NodeTelemetry } from '../src/core/claims/telemetry.ts'
import type { BlockFacts, Facts } from '../src/core/meter/facts.ts'
import type { Reading } from '../src/core/meter/reading.ts'
import type { Schedule, Tolerances } from '../src/core/terms/schedule.ts'
import { scheduleOfText } from './settling.ts'

/** Two blocks in two pools; a rack for each of two tranches of the first, one rack in the second. */
export const claimsDocument = `
offtake: 1
agreement: yard
title: Yard
parties:
  - { id: grantor, name: Grantor, role: guarantor }
  - { id: cloud, name: Cloud, role: operator }
zone: UTC
currency: USD
term: { from: 2026-07-01, through: 2026-10-31 }
blocks:
  - { id: one, factory: yard, region: R, sku: S, tranches: [{ id: t1, gpus: 12, due: 2026-07-01 }, { id: t2, gpus: 12, due: 2026-07-01 }] }
  - { id: two, factory: yard, region: R, sku: T, tranches: [{ id: t3, gpus: 12, due: 2026-07-01 }] }
pools:
  - { id: first, attribution: supported-first, blocks: [one] }
  - { id: second, attribution: supported-first, blocks: [two] }
clauses:
  - { id: backstop, kind: capacity-backstop, payer: grantor, payee: cloud, covers: [one], price: '2.00', retention: '0', measure: instant }
  - { id: other, kind: capacity-backstop, payer: grantor, payee: cloud, covers: [two], price: '1.50', retention: '0', measure: instant }
  - { id: share, kind: revenue-share, payer: cloud, payee: grantor, covers: [one, two], rate: '0.1', affiliateReference: '2.10' }
settlement: { netting: true, due: { days: 30 } }
`
export const yard = (): Schedule => scheduleOfText(claimsDocument)

/** What a test changes: everything else of a world is given. */
export type World = Readonly<{
  schedule: Schedule
  window: Interval
  tolerances: Tolerances
  readings: readonly Reading[]
  telemetry: readonly NodeTelemetry[]
  facts: Facts
}>

/** Times of these worlds are whole minutes, so that a plain walk minute by minute is exact. */
export const tick = 60
const day = Date.UTC(2026, 7, 3) / 1000
export const racks = [
  { unit: 'hall/r1', block: 'one', pool: 'first', tranche: 't1', nodes: ['r1-n1', 'r1-n2', 'r1-n3'], gpus: 4 },
  { unit: 'hall/r2', block: 'one', pool: 'first', tranche: 't2', nodes: ['r2-n1', 'r2-n2'], gpus: 6 },
  { unit: 'hall/r3', block: 'two', pool: 'second', tranche: 't3', nodes: ['r3-n1', 'r3-n2'], gpus: 4 },
] as const
type Rack = (typeof racks)[number]

const windows = fc
  .tuple(fc.constantFrom(0, 1800, 2700), fc.integer({ min: 100, max: 250 }))
  .map(([offset, minutes]): Interval => ({ from: day + offset, to: day + offset + minutes * tick }))

const spanIn = ({ from, to }: Interval): fc.Arbitrary<Interval> =>
  fc
    .tuple(fc.integer({ min: -10, max: (to - from) / tick }), fc.integer({ min: 1, max: 200 }))
    .map(([start, length]) => ({ from: from + start * tick, to: from + (start + length) * tick }))

const recorded = ({ to }: Interval): fc.Arbitrary<{ recordedAt?: Instant }> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant({}) },
    fc.integer({ min: -90, max: 10 }).map((minutes) => ({ recordedAt: to + minutes * tick })),
  )

const named = (rack: Rack) =>
  fc.oneof(
    fc.constantFrom(...rack.nodes).chain((unit) => fc.integer({ min: 1, max: rack.gpus }).map((gpus) => ({ unit: unit as string, gpus }))),
    fc.constant({ unit: rack.unit, gpus: rack.gpus * rack.nodes.length }),
    fc.integer({ min: 1, max: 6 }).map((gpus) => ({ gpus })),
    fc.constant({ unit: rack.unit, gpus: 3 }),
  )

const body = (window: Interval): fc.Arbitrary<object> =>
  fc.tuple(spanIn(window), fc.constantFrom(...racks)).chain(([span, rack]) => {
    const { block, pool } = rack
    const sale = fc
      .tuple(fc.subarray([...rack.nodes], { minLength: 1 }), fc.integer({ min: 1, max: rack.gpus }))
      .map(([nodes, gpus]) => ({ pool, nodes: nodes.join(','), gpus: gpus * nodes.length }))
    const order = fc.constantFrom('o1', 'o1', 'o1', 'o2').map((name) => ({ order: name }))
    const tenant = fc.constantFrom({}, { tenant: 'a' }, { tenant: 'b' })
    const join = (kind: string, ...parts: fc.Arbitrary<object>[]) =>
      fc.tuple(...parts).map((all) => Object.assign({ kind, ...span }, ...all) as object)
    return fc.oneof(
      { weight: 3, arbitrary: join('allocation', sale, tenant, recorded(span)) },
      { weight: 5, arbitrary: join('allocation', sale, tenant, order, recorded(span)) },
      { weight: 5, arbitrary: join('reservation', sale, order) },
      join('allocation', fc.constant({ pool, gpus: 2 })),
      { weight: 2, arbitrary: join('outage', fc.constant({ block }), named(rack), recorded(span)) },
      join('maintenance', fc.constant({ block, noticeAt: 0 }), named(rack)),
      { weight: 2, arbitrary: join('gap', fc.constant({ block, of: 'health' }), named(rack)) },
      join('gap', fc.constant({ block, of: 'sales' })),
      join('gap', fc.constant({ block, of: 'health' })),
      {
        weight: 3,
        arbitrary: join('offer', fc.constant({ pool, currency: 'USD' }), fc.constantFrom({ price: '3.00' }, { price: '3.20' })),
      },
    )
  })

const claimOf = (window: Interval): fc.Arbitrary<object> =>
  fc
    .tuple(spanIn(window), fc.constantFrom(...racks))
    .chain(([span, rack]) =>
      fc.tuple(named(rack), recorded(span)).map(([where, when]) => ({ kind: 'claim', ...span, block: rack.block, ...where, ...when })),
    )

const inventory = (window: Interval): fc.Arbitrary<object[]> =>
  fc
    .tuple(
      ...racks.map((rack) =>
        fc.tuple(fc.constantFrom(-100, 30, 1000), fc.constantFrom(-200, 20), fc.boolean()).map((all) => ({ rack, all })),
      ),
    )
    .map((each) =>
      each.flatMap(({ rack, all: [accepted, stands, namesTranche] }) => [
        { kind: 'acceptance', block: rack.block, tranche: rack.tranche, at: window.from + accepted * tick, design: 1, tested: 1 },
        {
          kind: 'rack',
          block: rack.block,
          unit: rack.unit,
          nodes: rack.nodes.join(','),
          gpus: rack.gpus * rack.nodes.length,
          from: window.from + stands * tick,
          ...(namesTranche ? { tranche: rack.tranche } : {}),
        },
      ]),
    )

const telemetryOf = (window: Interval): fc.Arbitrary<NodeTelemetry[]> => {
  const from = Math.floor(window.from / 3600) * 3600
  const hours = Math.ceil((window.to - from) / 3600)
  const nodes = racks.flatMap((rack) => rack.nodes.map((node) => ({ node, gpus: rack.gpus })))
  const one = ({ node, gpus }: (typeof nodes)[number]) => {
    const whole = gpus * 3600
    const column = (...likely: number[]) =>
      fc.array(fc.oneof(fc.constantFrom(...likely), fc.integer({ min: 0, max: whole })), { minLength: hours, maxLength: hours })
    return fc
      .tuple(
        column(whole, whole, whole * 0.9),
        column(0, 0, 200, 300, 301),
        column(0, 0, 100),
        fc.array(fc.constantFrom([], [], [31], [79, 13]), { minLength: hours, maxLength: hours }),
        fc.boolean(),
      )
      .map(([covered, active, powered, xids, hasXids]): NodeTelemetry => ({
        node,
        gpus,
        from,
        covered: Uint32Array.from(covered),
        active: Uint32Array.from(active),
        powered: Uint32Array.from(powered),
        wattsMax: Float32Array.from(active, (seconds) => (seconds > 0 ? 700 : 120)),
        xids: hasXids ? xids : undefined,
      }))
  }
  return fc.subarray(nodes).chain((some) => fc.tuple(...some.map(one)))
}

/** Counts of GPUs that change every few minutes. */
const steps = ({ from, to }: Interval, most: number): fc.Arbitrary<Steps> =>
  fc
    .array(fc.tuple(fc.integer({ min: 0, max: (to - from) / tick - 1 }), fc.integer({ min: 0, max: most })), { maxLength: 5 })
    .map((points) => {
      const pairs = [...new Map(points)].toSorted(([a], [b]) => a - b)
      return fromPairs([...pairs.map(([at, value]): [number, number] => [from + at * tick, value]), [to, 0]])
    })

const factsOf = (window: Interval): fc.Arbitrary<Facts> =>
  fc
    .tuple(
      ...['one', 'two'].map((block) =>
        fc.tuple(steps(window, 28), steps(window, 24), steps(window, 3), steps(window, 3)).map((all) => ({ block, all })),
      ),
    )
    .map((blocks) =>
      factsWith(
        window,
        blocks.map(({ block, all: [accepted, unsold, called, sold] }) => ({ block, accepted, unsold, called, sold })),
      ),
    )

type Unsold = Readonly<{ block: string; accepted: Steps; unsold: Steps; called: Steps; sold: Steps }>
/** Facts of which claims read no more than these: accepted, and what is unsold beside what is called and sold. */
export const factsWith = (window: Interval, blocks: readonly Unsold[]): Facts =>
  ({
    window,
    blocks: blocks.map(({ block, accepted, unsold, called, sold }) => {
      const plus = (a: Steps, b: Steps): Steps => sumOf(a, b)
      const presumed = { available: plus(plus(unsold, called), sold), called, sold }
      return { block, accepted, presumed, proven: presumed } as unknown as BlockFacts
    }),
    indices: [],
  }) as unknown as Facts

const sumOf = (a: Steps, b: Steps): Steps => {
  const starts = [...new Set([...a.starts, ...b.starts])].toSorted((x, y) => x - y)
  const at = (each: Steps, time: number) => each.values[each.starts.findLastIndex((start) => start <= time)] ?? 0
  return starts.length === 0 ? zero : fromPairs(starts.map((time): [number, number] => [time, at(a, time) + at(b, time)]))
}

export const agreed: Tolerances = {
  idleWatts: 250,
  activity: rational(2, 100),
  toleranceSeconds: 300,
  coverage: rational(9, 10),
  listPrice: rational(31, 10),
  clockSkewSeconds: 120,
  listCondition: undefined,
}

/** Any small world, with claims or without, with and without what speaks against them. */
export const anyWorld: fc.Arbitrary<World> = windows.chain((window) =>
  fc
    .tuple(
      inventory(window),
      fc.array(body(window), { maxLength: 24 }),
      fc.oneof(fc.constant([]), fc.array(claimOf(window), { minLength: 1, maxLength: 5 })),
      telemetryOf(window),
      factsOf(window),
      fc.constantFrom(agreed, { ...agreed, listPrice: undefined }, { ...agreed, toleranceSeconds: 0 }),
    )
    .map(([stands, said, claims, telemetry, facts, tolerances]) => ({
      schedule: yard(),
      window,
      tolerances,
      readings: [...stands, ...said, ...claims].map((each, i) => ({ source: 's', id: `r-${i}`, ...each }) as Reading),
      telemetry,
      facts,
    })),
)
