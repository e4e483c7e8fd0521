import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonical, type Json } from '../base/canonical.ts'
import type { ClauseId, ConditionId } from '../base/id.ts'
import { compare, fromText, least, minus, nought, plus, rational, times, type Rational } from '../base/rational.ts'
import { add, fromPairs, minimum, scale, since, subtract, valueAt, zero, type Steps } from '../base/steps.ts'
import { dayEdges, hourEdges, monthInterval, startOfDate } from '../base/time.ts'
import {
  carried,
  aggregateCap,
  backstopOf,
  chargeOf,
  factsOf,
  flat,
  linesOf,
  minorOf,
  scheduleOf,
  settleMonth,
  shareOf,
  stepped,
  yearsOf,
  type Happened,
  type Term,
} from '../../../test/world.ts'
import type { ConditionFact, Facts } from '../meter/facts.ts'
import type { Measure } from '../terms/agreement.ts'
import type { Cap, ResolvedBackstop } from '../terms/schedule.ts'
import { checkReasons } from '../statements/explain.ts'
import type { Settlement, State } from './line.ts'

/** Three months around a clock change: October 2017 has 743 hours in Sydney. Contract years turn on 16 October. */
const term: Term = { zone: 'Australia/Sydney', from: '2016-10-16', through: '2019-10-15', currency: 'USD' }
const months = ['2017-09', '2017-10', '2017-11'] as const
const window = { from: monthInterval(months[0], term.zone).from, to: monthInterval(months[2], term.zone).to }
/** Enough for each law to fail when its rule is broken: scripts/break-rules.ts. */
const runs = { numRuns: 600 }
const measures: readonly Measure[] = ['instant', 'hour', 'day', 'period']
const anyMeasure = fc.constantFrom(...measures)

type Piece = Readonly<{
  at: number
  accepted: number
  planned: number
  unavailable: number
  unproven: number
  called: number
  contracted: number
}>
const share = fc.integer({ min: 0, max: 100 })
/** Half of the instants fall on two days around the turn of the contract year, where changes meet inside one hour and one day. */
const turn = startOfDate('2017-10-16', term.zone)
const anyInstant = fc.oneof(
  fc.integer({ min: window.from, max: window.to - 1 }),
  fc.integer({ min: turn - 86_400, max: turn + 86_400 }),
  fc.integer({ min: turn - 3_000, max: turn + 3_000 }),
)
/** Counts that keep the rules of the terms: P + U ≤ N, and S* + called ≤ N. */
const piece = fc
  .record({
    at: anyInstant,
    n: fc.integer({ min: 0, max: 12 }),
    p: share,
    u: share,
    v: share,
    g: share,
    s: share,
  })
  .map(({ at, n, p, u, v, g, s }): Piece => {
    const planned = Math.floor((n * p) / 400)
    const unavailable = Math.floor(((n - planned) * u) / 200)
    const called = Math.floor((n * g) / 300)
    return {
      at,
      accepted: n,
      planned,
      unavailable,
      unproven: v > 70 ? Math.floor((unavailable * v) / 100) : 0,
      called,
      contracted: Math.floor(((n - called) * s) / 100),
    }
  })
const pieces = fc
  .uniqueArray(piece, { selector: ({ at }) => at, minLength: 1, maxLength: 8 })
  .map((all) => all.toSorted((a, b) => a.at - b.at))
const stepsOf = (all: readonly Piece[], pick: (piece: Piece) => number): Steps => fromPairs(all.map((each) => [each.at, pick(each)]))
const happenedOf = (all: readonly Piece[]): Required<Omit<Happened, 'unprovenSales'>> => ({
  accepted: stepsOf(all, ({ accepted }) => accepted),
  planned: stepsOf(all, ({ planned }) => planned),
  unavailable: stepsOf(all, ({ unavailable }) => unavailable),
  unproven: stepsOf(all, ({ unproven }) => unproven),
  called: stepsOf(all, ({ called }) => called),
  contracted: stepsOf(all, ({ contracted }) => contracted),
})
const anyHappened = pieces.map(happenedOf)

const retention = fc.constantFrom(rational(0), rational(1, 10), rational(1, 4), rational(1, 2))
const committed = fc
  .option(
    fc.uniqueArray(fc.tuple(fc.integer({ min: window.from - 1000, max: window.to }), fc.integer({ min: 1, max: 12 })), {
      selector: ([at]) => at,
      minLength: 1,
      maxLength: 3,
    }),
    { nil: undefined },
  )
  .map((all) => (all === undefined ? undefined : fromPairs(all.toSorted((a, b) => a[0] - b[0]))))
const terms = fc.record({ retention, committed, offset: fc.boolean() })
const price = flat('2.37')
const cutPrice = (at: number) =>
  [
    [window.from, flat('2.37')],
    [at, flat('1.13')],
  ] as const

const settleAll = (
  clauses: readonly ResolvedBackstop[],
  happened: Readonly<Record<string, Happened>>,
  conditions: readonly ConditionFact[] = [],
): Settlement[] => {
  const schedule = scheduleOf(term, clauses, Object.keys(happened))
  let opening: State = {}
  return months.map((month) => {
    const settlement = settleMonth(schedule, factsOf(monthInterval(month, term.zone), happened, { conditions }), month, opening)
    opening = settlement.closing
    return settlement
  })
}
const quantity = (settlements: readonly Settlement[], ...formulas: Parameters<typeof linesOf>[1][]): Rational =>
  settlements
    .flatMap((each) => formulas.flatMap((formula) => linesOf(each, formula)))
    .reduce((sum, line) => plus(sum, fromText(line.quantity)), nought)
const exactPaid = (settlements: readonly Settlement[]): Rational =>
  settlements.flatMap(({ lines }) => lines).reduce((sum, line) => plus(sum, fromText(line.exact)), nought)
const paidQuantity = (settlements: readonly Settlement[]) => quantity(settlements, 'backstop', 'called', 'called-over-cap')
const atMost = (a: Rational, b: Rational, message?: string) =>
  assert.ok(compare(a, b) <= 0, `${message ?? ''} ${a.n}/${a.d} > ${b.n}/${b.d}`)

const unsoldAndCalled = (happened: Happened): Rational => {
  const facts = factsOf(window, { a: happened }).blocks[0]!
  const whole = add(subtract(facts.proven.available, facts.proven.sold), zero)
  return rational(naive(whole, window.from, window.to))
}
/** ∫ by looking the value up at every change: independent of `integrate`. */
const naive = (steps: Steps, from: number, to: number): number => {
  const edges = [from, ...steps.starts.filter((at) => at > from && at < to), to]
  return edges.slice(1).reduce((sum, end, i) => sum + valueAt(steps, edges[i]!) * (end - edges[i]!), 0)
}

test('ST3 Q never exceeds unsold + called; with all committed, no retention and no limit it equals them, in every measure', () => {
  fc.assert(
    fc.property(anyHappened, anyMeasure, terms, (happened, measure, given) => {
      const whole = unsoldAndCalled(happened)
      atMost(paidQuantity(settleAll([backstopOf(term, { measure, price, ...given, offset: true })], { a: happened })), whole)
      const proven = { ...happened, unproven: zero }
      const all = settleAll([backstopOf(term, { measure, price })], { a: proven })
      assert.equal(compare(paidQuantity(all), unsoldAndCalled(proven)), 0)
    }),
    runs,
  )
})

test('ST3 instant ≥ hour ≥ day ≥ period in quantity, without a limit', () => {
  fc.assert(
    fc.property(anyHappened, terms, (happened, given) => {
      const [instant, hour, day, period] = measures.map((measure) =>
        paidQuantity(settleAll([backstopOf(term, { measure, price, ...given })], { a: happened })),
      )
      atMost(hour!, instant!, 'hour over instant')
      atMost(day!, hour!, 'day over hour')
      atMost(period!, day!, 'period over day')
    }),
    runs,
  )
})

const oracleBuckets = (measure: Measure, from: number, to: number, changes: readonly Steps[]): number[] => {
  if (measure === 'period') return [from, to]
  if (measure === 'instant')
    return [...new Set([from, to, ...changes.flatMap(({ starts }) => [...starts].filter((at) => at > from && at < to))])].toSorted(
      (a, b) => a - b,
    )
  return [...(measure === 'hour' ? hourEdges : dayEdges)({ from, to }, term.zone)]
}

test('ST3 ST5 the engine agrees with a plain walk, bucket by bucket, under every kind of cap', () => {
  const caps = fc.record({
    period: fc.integer({ min: 1, max: 2_000_000 }),
    year: fc.integer({ min: 1, max: 9_000_000 }),
    aggregate: fc.integer({ min: 1, max: 3_000_000 }),
  })
  const limit = fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined })
  fc.assert(
    fc.property(anyHappened, anyMeasure, fc.record({ retention, committed }), caps, limit, (happened, measure, given, most, k) => {
      const proven = { ...happened, unproven: zero }
      const limitSteps = k === undefined ? undefined : fromPairs([[window.from - 10, k]])
      const clause = backstopOf(term, {
        measure,
        price,
        ...given,
        limit: limitSteps,
        cutAtYears: true,
        caps: [
          aggregateCap(term, 'period', 'minor', BigInt(most.period)),
          aggregateCap(term, 'contract-year', 'gpu-seconds', BigInt(most.year)),
          aggregateCap(term, 'aggregate', 'minor', BigInt(most.aggregate)),
        ],
      })
      const settlements = settleAll([clause], { a: proven })
      // The plain walk, on one block: minor units per GPU-second are 2.37 × 100 / 3600.
      const facts = factsOf(window, { a: proven }).blocks[0]!
      const c = given.committed === undefined ? facts.accepted : minimum(given.committed, facts.accepted)
      const x = (from: number, to: number): Rational =>
        minus(
          rational(naive(subtract(minimum(facts.proven.available, c), facts.proven.sold), from, to)),
          times(given.retention, rational(naive(c, from, to))),
        )
      const perSecond = rational(237, 3600)
      let aggregate = rational(most.aggregate)
      const years = [rational(most.year), rational(most.year)]
      for (const [i, month] of months.entries()) {
        const { from, to } = monthInterval(month, term.zone)
        let period = rational(most.period)
        const paid = [nought, nought]
        const spans =
          turn > from && turn < to
            ? [
                [from, turn],
                [turn, to],
              ]
            : [[from, to]]
        for (const [start, end] of spans as [number, number][]) {
          const year = start < turn ? 0 : 1
          const changes = [facts.proven.available, facts.proven.sold, facts.proven.called, c]
          const edges = oracleBuckets(measure, start, end, changes)
          for (const [j, bucketEnd] of edges.slice(1).entries()) {
            const bucketFrom = edges[j]!
            const g = rational(naive(facts.proven.called, bucketFrom, bucketEnd))
            const unsold = x(bucketFrom, bucketEnd)
            const above = compare(unsold, nought) > 0 ? unsold : nought
            const within = k === undefined ? above : least(rational(k * (bucketEnd - bucketFrom)), above)
            const q = compare(g, within) > 0 ? g : within
            const given3 = [q, years[year]!, times(period, rational(3600, 237)), times(aggregate, rational(3600, 237))].reduce(least)
            years[year] = minus(years[year]!, given3)
            period = minus(period, times(given3, perSecond))
            aggregate = minus(aggregate, times(given3, perSecond))
            paid[year] = plus(paid[year]!, given3)
          }
        }
        for (const year of [0, 1]) {
          const mine = settlements[i]!.lines.filter(
            (line) => (line.formula === 'backstop' || line.formula === 'called') && line.contractYear === year + 1,
          )
          const sum = mine.reduce((total, line) => plus(total, fromText(line.quantity)), nought)
          // Money caps are drawn by rounded amounts, so months after a rounding may move by less than two minor units of GPU-time.
          const difference = minus(sum, paid[year]!)
          const slack = times(rational(2 * i), rational(3600, 237))
          atMost(difference, slack)
          atMost(times(rational(-1), slack), difference)
        }
      }
    }),
    runs,
  )
})

test('ST5 caps are never exceeded, in rounded money, and what is not paid is stated', () => {
  const two = fc.tuple(pieces, pieces).map(([a, b]) => ({ a: happenedOf(a), b: happenedOf(b) }))
  const any = fc.record({
    measure: anyMeasure,
    period: fc.integer({ min: 0, max: 90_000 }),
    year: fc.integer({ min: 0, max: 200_000 }),
    all: fc.integer({ min: 0, max: 250_000 }),
    at: fc.integer({ min: window.from + 1, max: window.to - 1 }),
  })
  fc.assert(
    fc.property(two, any, (happened, { measure, period, year, all, at }) => {
      const caps = [
        aggregateCap(term, 'period', 'minor', BigInt(period)),
        aggregateCap(term, 'contract-year', 'minor', BigInt(year)),
        aggregateCap(term, 'aggregate', 'minor', BigInt(all)),
      ]
      const capped = settleAll([backstopOf(term, { blocks: ['a', 'b'], measure, price: cutPrice(at), caps, cutAtYears: true })], happened)
      const free = settleAll([backstopOf(term, { blocks: ['a', 'b'], measure, price: cutPrice(at), cutAtYears: true })], happened)
      const drawing = capped.map((each) => minorOf(each, 'backstop', 'called'))
      for (const minor of drawing) assert.ok(minor <= BigInt(period), `period ${minor} > ${period}`)
      assert.ok(drawing.reduce((a, b) => a + b, 0n) <= BigInt(all), 'aggregate')
      for (const number of [1, 2]) {
        const lines = capped
          .flatMap(({ lines: own }) => own)
          .filter(({ contractYear, formula }) => contractYear === number && (formula === 'backstop' || formula === 'called'))
        assert.ok(lines.reduce((sum, { minor }) => sum + minor, 0n) <= BigInt(year), `year ${number}`)
      }
      // Everything claimed is paid or stated as over the cap.
      assert.equal(compare(quantity(capped, 'backstop', 'called', 'called-over-cap', 'over-cap'), quantity(free, 'backstop', 'called')), 0)
    }),
    runs,
  )
})

/** The clause as an amendment that changes nothing would leave it if slices were not joined. */
const cutClause = (clause: ResolvedBackstop, at: number): ResolvedBackstop[] => [
  { ...clause, to: at },
  { ...clause, from: at },
]

test('ST11 cutting a period changes nothing at instant, with GPU-hour caps too, also where they step; nor at an edge of a bucket', () => {
  const most = fc.integer({ min: 1, max: 9_000_000 })
  const caps = fc.option(fc.record({ before: most, after: most, at: anyInstant }), { nil: undefined })
  const inMonth = monthInterval(months[1], term.zone)
  const clauseFrom = startOfDate(term.from, term.zone)
  fc.assert(
    fc.property(
      anyHappened,
      anyMeasure,
      terms,
      fc.double({ min: 0, max: 1, noNaN: true }),
      caps,
      (happened, measure, given, where, cap) => {
        const edges = measure === 'instant' ? undefined : (measure === 'hour' ? hourEdges : dayEdges)(inMonth, term.zone)
        const cut =
          edges === undefined
            ? Math.floor(inMonth.from + 1 + where * (inMonth.to - inMonth.from - 2))
            : edges[1 + Math.floor(where * (edges.length - 3))]!
        if (measure === 'period') return
        const clause = backstopOf(term, {
          measure,
          price,
          ...given,
          caps:
            cap === undefined
              ? []
              : ([1, 2] as const).map((k): Cap => ({
                  ...aggregateCap(term, k === 1 ? 'period' : 'aggregate', 'gpu-seconds', 1n),
                  value: stepped(term, [
                    [clauseFrom, rational(k * cap.before)],
                    [cap.at, rational(k * cap.after)],
                  ]),
                })),
        })
        const whole = settleAll([clause], { a: happened })
        const parts = settleAll(cutClause(clause, cut), { a: happened })
        assert.equal(compare(exactPaid(whole), exactPaid(parts)), 0)
        for (const [i, each] of whole.entries()) assert.equal(compare(exactPaid([each]), exactPaid([parts[i]!])), 0, `month ${i}`)
        assert.deepEqual(carried(whole.at(-1)!, 'backstop').drawn, carried(parts.at(-1)!, 'backstop').drawn)
        assert.equal(carried(whole.at(-1)!, 'backstop').paid, carried(parts.at(-1)!, 'backstop').paid)
      },
    ),
    {
      ...runs,
      // What is called and what is not are both cut, by a cap that ends in the middle of a stretch.
      examples: [
        [
          {
            accepted: since(window.from, 10),
            called: since(window.from, 5),
            planned: zero,
            unavailable: zero,
            unproven: zero,
            contracted: zero,
          },
          'instant',
          { retention: rational(0), committed: undefined, offset: true },
          0.5,
          { before: 9_000_000, after: 9_000_000, at: window.from },
        ],
      ],
    },
  )
})

test('ST11 where it stops: a cut through a bucket lets its parts net alone', () => {
  const { from } = monthInterval(months[1], term.zone)
  const happened = {
    accepted: fromPairs([[from, 10]]),
    contracted: fromPairs([
      [from, 10],
      [from + 1800, 0],
      [from + 3600, 10],
    ]),
  }
  const clause = backstopOf(term, { measure: 'hour', price, retention: rational(1, 2) })
  const whole = paidQuantity(settleAll([clause], { a: happened }))
  const parts = paidQuantity(settleAll(cutClause(clause, from + 1800), { a: happened }))
  assert.deepEqual([whole.n, parts.n], [0n, 9_000n])
})

test('ST12 more sold never raises what has been paid so far, at the end of any month', () => {
  const more = fc.tuple(pieces, fc.array(share, { minLength: 8, maxLength: 8 }))
  fc.assert(
    fc.property(
      more,
      anyMeasure,
      fc.record({ retention, committed, offset: fc.boolean() }),
      fc.option(fc.integer({ min: 1, max: 30_000_000 }), { nil: undefined }),
      ([base, extra], measure, given, cap) => {
        const raised = base.map((each, i): Piece => ({
          ...each,
          contracted: each.contracted + Math.floor(((each.accepted - each.called - each.contracted) * extra[i]!) / 100),
        }))
        const caps =
          cap === undefined
            ? []
            : [
                aggregateCap(term, 'aggregate', 'gpu-seconds', BigInt(cap)),
                aggregateCap(term, 'period', 'gpu-seconds', BigInt(Math.ceil(cap / 2))),
              ]
        const of = (all: readonly Piece[]) => settleAll([backstopOf(term, { measure, price, ...given, caps })], { a: happenedOf(all) })
        const [less, much] = [of(base), of(raised)]
        for (let i = 1; i <= months.length; i++) atMost(exactPaid(much.slice(0, i)), exactPaid(less.slice(0, i)), `after month ${i}`)
      },
    ),
    runs,
  )
})

test('ST12 where it stops: a later month alone may be paid more, from the cap that was left', () => {
  const [september, october] = [monthInterval(months[0], term.zone), monthInterval(months[1], term.zone)]
  const caps = [aggregateCap(term, 'aggregate', 'gpu-seconds', 1_000n)]
  const of = (sold: number) =>
    settleAll([backstopOf(term, { price, caps })], {
      a: {
        accepted: fromPairs([
          [september.to - 1_000, 1],
          [october.from + 1_000, 0],
        ]),
        contracted: fromPairs([
          [september.to - 1_000, sold],
          [september.to, 0],
        ]),
      },
    }).map((each) => paidQuantity([each]).n)
  assert.deepEqual(of(0), [1_000n, 0n, 0n])
  assert.deepEqual(of(1), [0n, 1_000n, 0n])
})

const conditionFacts = fc.array(
  fc.record({
    at: anyInstant,
    seconds: fc.oneof(fc.integer({ min: 1, max: 3_000_000 }), fc.integer({ min: 1, max: 3_000 })),
    condition: fc.constantFrom('list', 'report'),
  }),
  { minLength: 1, maxLength: 4 },
)
const conditions = [
  { id: 'list', presumed: 'met' },
  { id: 'report', presumed: 'met' },
] as const
const failingFacts = (all: readonly { at: number; seconds: number; condition: string }[]): ConditionFact[] =>
  all.map(({ at, seconds, condition }) => ({
    clause: 'backstop' as ClauseId,
    condition: condition as ConditionId,
    block: undefined,
    from: at,
    to: at + seconds,
    holds: false,
  }))

test('ST4 a failing condition or missing evidence never pays more; what it takes is stated, reason by reason', () => {
  fc.assert(
    fc.property(anyHappened, anyMeasure, terms, conditionFacts, (happened, measure, given, failing) => {
      const clause = backstopOf(term, { measure, price, ...given, conditions })
      const proven = { ...happened, unproven: zero, unavailable: subtract(happened.unavailable, happened.unproven) }
      const met = settleAll([clause], { a: happened })
      const failed = settleAll([clause], { a: happened }, failingFacts(failing))
      const evident = settleAll([clause], { a: proven })
      for (let i = 1; i <= months.length; i++) {
        atMost(exactPaid(failed.slice(0, i)), exactPaid(met.slice(0, i)), 'condition')
        atMost(exactPaid(met.slice(0, i)), exactPaid(evident.slice(0, i)), 'evidence')
      }
      assert.equal(compare(plus(paidQuantity(failed), quantity(failed, 'ineligible')), paidQuantity(met)), 0)
    }),
    runs,
  )
})

test('ST12 more available never pays less: at instant, or with all of it committed', () => {
  fc.assert(
    fc.property(pieces, anyMeasure, terms, (base, measure, given) => {
      const repaired = base.map((each): Piece => ({ ...each, unavailable: 0, unproven: 0 }))
      const spelled = measure === 'instant' ? { ...given, committed: given.committed } : { ...given, committed: undefined }
      const sound = base.map((each): Piece => ({ ...each, unproven: 0 }))
      const of = (all: readonly Piece[]) =>
        paidQuantity(settleAll([backstopOf(term, { measure, price, ...spelled })], { a: happenedOf(all) }))
      if (measure === 'instant' && given.committed !== undefined) return
      atMost(of(sound), of(repaired))
    }),
    runs,
  )
})

test('ST13 scaling every count by k scales every quantity by k, limits and GPU-hour caps scaled too', () => {
  fc.assert(
    fc.property(
      anyHappened,
      anyMeasure,
      fc.record({ retention, committed }),
      fc.integer({ min: 2, max: 5_000 }),
      fc.integer({ min: 1, max: 9_000_000 }),
      (happened, measure, given, k, cap) => {
        const by = (factor: number) => {
          const scaled = Object.fromEntries(Object.entries(happened).map(([key, steps]) => [key, scale(steps, factor)])) as typeof happened
          const clause = backstopOf(term, {
            measure,
            price,
            retention: given.retention,
            committed: given.committed === undefined ? undefined : scale(given.committed, factor),
            limit: fromPairs([[window.from - 10, 7 * factor]]),
            caps: [aggregateCap(term, 'aggregate', 'gpu-seconds', BigInt(cap * factor))],
          })
          return settleAll([clause], { a: scaled }).flatMap(({ lines }) =>
            lines.map((line) => [line.key, fromText(line.quantity)] as const),
          )
        }
        assert.deepEqual(
          by(k).map(([key, value]) => [key, value.n * 1n, value.d]),
          by(1).map(([key, value]) => [key, times(value, rational(k)).n, times(value, rational(k)).d]),
        )
      },
    ),
    runs,
  )
})

test('ST1 replay is byte-identical, whatever the order of charges, conditions and blocks of facts', () => {
  const bytes = (settlements: readonly Settlement[]) =>
    canonical(JSON.parse(JSON.stringify(settlements, (_, value) => (typeof value === 'bigint' ? `${value}` : value))) as Json)
  fc.assert(
    fc.property(anyHappened, anyHappened, anyMeasure, conditionFacts, (a, b, measure, failing) => {
      const clause = backstopOf(term, { blocks: ['a', 'b'], measure, price, conditions })
      const once = settleAll([clause], { a, b }, failingFacts(failing))
      const again = settleAll([clause], { b, a }, failingFacts(failing).toReversed())
      assert.equal(bytes(again), bytes(once))
    }),
    runs,
  )
})

test('ST5 drawn caps carry only what a later part can still reach', () => {
  const caps = [
    aggregateCap(term, 'period', 'minor', 10n),
    aggregateCap(term, 'contract-year', 'minor', 10n),
    aggregateCap(term, 'aggregate', 'minor', 10n),
  ]
  const happened: Record<string, Happened> = { a: { accepted: fromPairs([[window.from, 1]]) } }
  const settlements = settleAll([backstopOf(term, { price, caps, cutAtYears: true, years: yearsOf(term) })], happened)
  assert.deepEqual(Object.keys(carried(settlements[0]!, 'backstop').drawn), ['aggregate-minor', 'contract-year-minor#y1'])
  assert.deepEqual(Object.keys(carried(settlements[2]!, 'backstop').drawn), ['aggregate-minor', 'contract-year-minor#y2'])
  const facts: Facts = factsOf(window, happened)
  assert.equal(facts.blocks.length, 1)
})

test('ST14 the reasons of every line, worked out again from their leaves, give its exact amount', () => {
  const tiers = [
    { above: nought, value: rational(237, 100) },
    { above: rational(2_000_000), value: rational(113, 100) },
  ]
  const given = fc.record({
    measure: anyMeasure,
    terms,
    pooled: fc.boolean(),
    cap: fc.integer({ min: 1, max: 60_000 }),
    tiered: fc.boolean(),
  })
  fc.assert(
    fc.property(anyHappened, anyHappened, given, conditionFacts, (a, b, { measure, terms: each, pooled, cap, tiered }, failing) => {
      const clause = backstopOf(term, {
        blocks: ['a', 'b'],
        measure,
        price: tiered ? tiers : price,
        ...each,
        pooled,
        limit: fromPairs([[window.from - 10, 7]]),
        conditions,
        caps: [aggregateCap(term, 'period', 'minor', BigInt(cap))],
        recoupment: { share: rational(1, 2), threshold: rational(100), accrual: rational(1, 20), yearDays: 365 },
      })
      const shares = shareOf(term, {
        blocks: ['a', 'b'],
        rate: tiers.map(({ above, value }) => ({ above: times(above, rational(1, 10_000)), value })),
      })
      const schedule = scheduleOf(term, [clause, shares], ['a', 'b'])
      let opening: State = {}
      for (const month of months) {
        const interval = monthInterval(month, term.zone)
        const charges = [chargeOf('123.45', interval.from + 7, interval.to - 11), chargeOf('777', window.from, window.to, 'b')]
        const settlement = settleMonth(
          schedule,
          factsOf(interval, { a, b }, { charges, conditions: failingFacts(failing) }),
          month,
          opening,
        )
        opening = settlement.closing
        for (const line of settlement.lines) assert.equal(checkReasons(line), undefined, line.key)
      }
    }),
    runs,
  )
})
