import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { acceptAll, metered, meteredFacts, scheduleOf, type SchedulePlan } from '../../../test/schedule.ts'
import { decimal, minus, nought, plus, rational, times, toDecimal, toText, type Rational } from '../base/rational.ts'
import { integrate } from '../base/steps.ts'
import { dateOf, monthInterval, startOfDate, type Interval } from '../base/time.ts'
import type { AffiliateCharge, EarnedCharge, Facts } from './facts.ts'
import { makeDates } from './rates.ts'
import type { Reading } from './reading.ts'
import { partOf } from './shares.ts'

const zone = 'Australia/Sydney'
/** September, and October with its 743 hours. */
const [september, october] = [monthInterval('2017-09', zone), monthInterval('2017-10', zone)]
const window: Interval = { from: september.from, to: october.to }
const turn = october.from
const day = 86_400

const charge = (id: string, more: Readonly<Record<string, unknown>>): Reading =>
  ({
    kind: 'charge',
    source: 'billing',
    id,
    pool: 'pool',
    product: 'on-demand',
    amount: '100.00',
    currency: 'USD',
    ...more,
  }) as unknown as Reading
const reduce = (kind: 'credit' | 'refund', id: string, reduces: string, amount: string, currency = 'USD'): Reading => ({
  kind,
  source: 'billing',
  id,
  reduces,
  amount,
  currency,
})
const rate = (date: string, value: string, more: Readonly<Record<string, unknown>> = {}): Reading => ({
  kind: 'fx',
  source: 'treasury',
  id: `fx-${date}-${value}`,
  base: 'AUD',
  quote: 'USD',
  date,
  rate: value,
  ...more,
})
const sell = (id: string, span: Interval, gpus: number, order?: string): Reading =>
  ({ kind: 'allocation', source: 'slurm', id, pool: 'pool', gpus, ...span, ...(order === undefined ? {} : { order }) }) as Reading

const twoBlocks: SchedulePlan = {
  zone,
  blocks: [
    { id: 'a', gpus: 10 },
    { id: 'b', gpus: 30 },
  ],
}
const factsOf = (plan: SchedulePlan, readings: readonly Reading[]): Facts => {
  const schedule = scheduleOf(plan)
  return meteredFacts(schedule, window, [...acceptAll(schedule), ...readings])
}
const said = (facts: Facts): string[] =>
  facts.charges.map(({ block, amount, from, to }) => `${block} ${toDecimal(amount)} ${(from - turn) / day} ${(to - turn) / day}`)
const sumOf = (charges: readonly EarnedCharge[]): Rational => charges.reduce((sum, { amount }) => plus(sum, amount), nought)
const refusalsOf = (plan: SchedulePlan, readings: readonly Reading[]): string[] => {
  const schedule = scheduleOf(plan)
  const facts = metered(schedule, window, [...acceptAll(schedule), ...readings])
  return 'refusals' in facts ? facts.refusals.map(({ kind, message }) => `${kind}: ${message}`) : []
}

test('M17 a charge over a month end is cut there, by seconds, and each part is shared by what was delivered in that month', () => {
  // Ten days from 26 September 00:00 to 6 October 00:00 are 239 hours, for 1 October has 23: 120 in September, 119 in October.
  const span = { from: turn - 5 * day, to: startOfDate('2017-10-06', zone) }
  const sales = [sell('1', { from: span.from, to: turn }, 20), sell('2', { from: turn, to: span.to }, 10)]
  const facts = factsOf(twoBlocks, [...sales, charge('c', { ...span, amount: '239.00' })])
  // Supported blocks are filled as listed: a, which has 10, first.
  assert.deepEqual(said(facts), ['a 60 -5 0', 'b 60 -5 0', `a 119 0 ${119 / 24}`])
  const { product, order, tenant } = facts.charges[0]!
  assert.deepEqual([product, order, tenant], ['on-demand', undefined, undefined])
})

test('M17 where nothing was delivered it is shared by what is accepted', () => {
  const facts = factsOf(twoBlocks, [charge('c', { from: turn, to: turn + day })])
  assert.deepEqual(said(facts), ['a 25 0 1', 'b 75 0 1'])
})

test('M17 a charge at an instant is earned there, by what was delivered then', () => {
  const sales = sell('1', { from: turn, to: turn + day }, 15)
  const facts = factsOf(twoBlocks, [sales, charge('c', { at: turn }), charge('d', { at: turn - 1 }), charge('e', { at: window.to })])
  assert.deepEqual(said(facts), [
    `a ${toDecimal(rational(200, 3))} 0 0`,
    `b ${toDecimal(rational(100, 3))} 0 0`,
    `a 25 ${-1 / day} ${-1 / day}`,
    `b 75 ${-1 / day} ${-1 / day}`,
  ])
})

test('M17 under specific a charge goes where its own order is', () => {
  const plan: SchedulePlan = { ...twoBlocks, attribution: { pool: 'specific' }, orders: { one: ['b'], two: ['a', 'b'] } }
  const span = { from: turn, to: turn + day }
  const sales = [sell('1', span, 20, 'one'), sell('2', span, 15, 'two')]
  const facts = factsOf(plan, [
    ...sales,
    charge('c', { ...span, order: 'one' }),
    charge('d', { ...span, order: 'two', amount: '15' }),
    charge('e', { ...span, amount: '35' }),
  ])
  // Order two has 10 in a and 5 in b; the charge without an order goes by all that was delivered: 10 in a, 25 in b.
  assert.deepEqual(said(facts), ['b 100 0 1', 'a 10 0 1', 'b 5 0 1', 'a 10 0 1', 'b 25 0 1'])
  // An order of which nothing was delivered goes by what is accepted of its own blocks.
  const later = { from: turn + day, to: turn + 2 * day }
  const idle = factsOf(plan, [...sales, charge('c', { ...later, order: 'one' }), charge('d', { ...later, order: 'two' })])
  assert.deepEqual(said(idle), ['b 100 1 2', 'a 25 1 2', 'b 75 1 2'])
})

test('M17 credits and refunds come off the charge that they name, over its interval', () => {
  const span = { from: turn, to: turn + 2 * day }
  const plan: SchedulePlan = { zone, blocks: [{ id: 'a' }] }
  const reductions = [reduce('credit', 'k1', 'c', '12.50'), reduce('refund', 'k2', 'c', '100.00')]
  assert.deepEqual(said(factsOf(plan, [...reductions, charge('c', span)])), ['a -12.5 0 2'])
  // A credit to a charge that was replaced reduces what took its place.
  const replaced = charge('c2', { ...span, amount: '200.00', replaces: 'c', revision: 1 })
  assert.deepEqual(said(factsOf(plan, [...reductions, replaced])), ['a 87.5 0 2'])
  // One to a charge of another time is no concern.
  const elsewhere = charge('old', { from: window.from - day, to: window.from })
  assert.deepEqual(factsOf(plan, [elsewhere, reduce('credit', 'k', 'old', '5')]).charges, [])
})

test('M17 an affiliate charge carries what was delivered and its reference price, shared alike', () => {
  const span = { from: turn - day, to: turn + day }
  const sales = sell('1', span, 20)
  const affiliate = { gpuSeconds: 3_456_000, reference: '2.10' }
  const facts = factsOf(twoBlocks, [sales, charge('c', { ...span, amount: '80.00', affiliate, tenant: 'labs' })])
  const parts = facts.charges as readonly AffiliateCharge[]
  assert.deepEqual(
    parts.map(({ block, amount, gpuSeconds, reference, tenant }) => [
      block,
      toText(amount),
      toText(gpuSeconds),
      toText(reference!),
      tenant,
    ]),
    [
      ['a', '20', '864000', '21/10', 'labs'],
      ['b', '20', '864000', '21/10', 'labs'],
      ['a', '20', '864000', '21/10', 'labs'],
      ['b', '20', '864000', '21/10', 'labs'],
    ],
  )
})

test('M17 the parts are exact shares of the whole, and add up to it', () => {
  const instant = fc.integer({ min: window.from - 5 * day, max: window.to + 5 * day })
  const span = fc
    .tuple(instant, instant)
    .filter(([one, two]) => one !== two)
    .map(([one, two]) => ({ from: Math.min(one, two), to: Math.max(one, two) }))
  const amount = fc
    .tuple(fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.nat(4))
    .map(([units, places]) => toDecimal(rational(units, 10n ** BigInt(places))))
  const attribution = fc.constantFrom('pro-rata' as const, 'supported-first' as const)
  fc.assert(
    fc.property(
      fc.array(fc.tuple(span, fc.integer({ min: 1, max: 4 })), { maxLength: 6 }),
      fc.array(fc.tuple(span, amount, fc.option(amount)), { minLength: 1, maxLength: 5 }),
      attribution,
      (sales, charges, rule) => {
        const readings = charges.flatMap(([interval, value, credit], i) => [
          charge(`c${i}`, { ...interval, amount: value, tenant: `t${i}` }),
          ...(credit === null ? [] : [reduce('credit', `k${i}`, `c${i}`, credit)]),
        ])
        const facts = factsOf({ ...twoBlocks, attribution: { pool: rule } }, [
          ...sales.map(([interval, gpus], i) => sell(`s${i}`, interval, gpus)),
          ...readings,
        ])
        for (const [i, [interval, value, credit]] of charges.entries()) {
          const parts = facts.charges.filter(({ tenant }) => tenant === `t${i}`)
          const net = minus(decimal(value), decimal(credit ?? '0'))
          const overlap = Math.max(0, Math.min(interval.to, window.to) - Math.max(interval.from, window.from))
          assert.deepEqual(sumOf(parts), times(net, rational(overlap, interval.to - interval.from)))
          for (const part of parts) {
            const month = part.from < turn ? september : october
            assert.ok(part.from === Math.max(interval.from, month.from) && part.to === Math.min(interval.to, month.to))
            const delivered = facts.blocks.map(({ proven }) => integrate(proven.sold, part.from, part.to))
            const accepted = facts.blocks.map((block) => integrate(block.accepted, part.from, part.to))
            const weights = delivered[0]! + delivered[1]! > 0 ? delivered : accepted
            const own = weights[facts.blocks.findIndex(({ block }) => block === part.block)]!
            const time = rational(part.to - part.from, interval.to - interval.from)
            assert.deepEqual(part.amount, times(times(net, time), rational(own, weights[0]! + weights[1]!)))
          }
        }
      },
    ),
  )
})

test('M17 the fast product is the plain one, in lowest terms', () => {
  const part = fc
    .tuple(fc.integer({ min: 0, max: 2 ** 45 }), fc.integer({ min: 1, max: 2 ** 45 }))
    .map(([top, whole]) => ({ part: top, whole }))
  const common = fc.tuple(fc.nat(1000), fc.integer({ min: 1, max: 1000 })).map(([top, whole]) => ({ part: top, whole }))
  const amount = fc
    .tuple(fc.bigInt({ min: -(10n ** 22n), max: 10n ** 22n }), fc.constantFrom(1n, 100n, 3n, 10n ** 18n))
    .map(([n, d]) => rational(n, d))
  fc.assert(
    fc.property(amount, fc.oneof(part, common), fc.oneof(part, common), (whole, one, two) =>
      assert.deepEqual(partOf(whole, one, two), times(times(whole, rational(one.part, one.whole)), rational(two.part, two.whole))),
    ),
    { numRuns: 1000 },
  )
})

test('M18 another currency is converted, unrounded, at the rate of the local date of the last second', () => {
  const plan: SchedulePlan = { zone, blocks: [{ id: 'a' }] }
  // September in Sydney ends at 14:00 UTC on the 30th; the charge ends on local 30 September, not on 1 October.
  const inAud = charge('c', { ...september, amount: '100.01', currency: 'AUD' })
  assert.deepEqual(said(factsOf(plan, [inAud, rate('2017-09-30', '0.7841'), rate('2017-10-01', '0.7')])), ['a 78.417841 -30 0'])
  // A credit in a third currency is converted at the same date, and an instant has its own.
  const credit = reduce('credit', 'k', 'c', '10', 'JPY')
  const yen = rate('2017-09-30', '0.0089', { base: 'JPY' })
  assert.deepEqual(said(factsOf(plan, [inAud, credit, yen, rate('2017-09-30', '0.7841')])), ['a 78.328841 -30 0'])
  const atTurn = charge('c', { at: turn, currency: 'AUD', affiliate: { gpuSeconds: 3600, reference: '2' } })
  const [part] = factsOf(plan, [atTurn, rate('2017-10-01', '0.5')]).charges as readonly AffiliateCharge[]
  assert.deepEqual([toDecimal(part!.amount), toDecimal(part!.reference!)], ['50', '1'])
  // Two sources may agree.
  const agreed = [rate('2017-09-30', '0.50'), rate('2017-09-30', '0.5', { source: 'bank' })]
  assert.deepEqual(said(factsOf(plan, [inAud, ...agreed])), ['a 50.005 -30 0'])
})

test('M18 without the rate of the exact pair and date, or with two, it is refused', () => {
  const plan: SchedulePlan = { zone, blocks: [{ id: 'a' }] }
  const inAud = charge('c', { ...september, currency: 'AUD' })
  const missing =
    'rate-missing: Charge billing/c is in AUD, and no rate from AUD to USD is known for 2017-09-30, the local date on which it ends. Add an fx reading with base AUD, quote USD and that date; the inverse pair is not used.'
  assert.deepEqual(refusalsOf(plan, [inAud]), [missing])
  assert.deepEqual(refusalsOf(plan, [inAud, rate('2017-10-01', '0.7')]), [missing])
  assert.deepEqual(refusalsOf(plan, [inAud, rate('2017-09-30', '1.25', { base: 'USD', quote: 'AUD' })]), [missing])
  assert.deepEqual(refusalsOf(plan, [inAud, charge('d', { ...september, currency: 'AUD' })]).length, 1)
  assert.match(refusalsOf(plan, [inAud, charge('d', { ...september, currency: 'AUD' })])[0]!, /1 more amounts want the same rate/)
  assert.deepEqual(refusalsOf(plan, [inAud, rate('2017-09-30', '0.7'), rate('2017-09-30', '0.8')]), [
    'rate-contradicted: The rate from AUD to USD for 2017-09-30 is 0.7 by treasury/fx-2017-09-30-0.7 and 0.8 by treasury/fx-2017-09-30-0.8. Withdraw all but one.',
  ])
  // A contradiction that nobody needs is none.
  assert.deepEqual(refusalsOf(plan, [rate('2017-09-30', '0.7'), rate('2017-09-30', '0.8')]), [])
})

test('M18 the remembered date of an instant is the date of the calendar', () => {
  for (const place of [zone, 'UTC', 'America/St_Johns', 'Pacific/Apia', 'Africa/Cairo']) {
    const dateAt = makeDates(place)
    // Apia left out 30 December 2011.
    const instants = fc.oneof(
      fc.integer({ min: 1_325_000_000, max: 1_325_400_000 }),
      fc.integer({ min: turn - 40 * day, max: turn + 40 * day }),
    )
    fc.assert(fc.property(instants, (at) => assert.equal(dateAt(at), dateOf(at, place), `${at} ${place}`)))
  }
})

test('M15 a credit that names no charge, and a charge earned before acceptance, are refused', () => {
  const plan: SchedulePlan = { zone, blocks: [{ id: 'a' }] }
  assert.deepEqual(refusalsOf(plan, [reduce('refund', 'k', 'nobody', '5')]), [
    'reduces-no-charge: The refund billing/k reduces "nobody", and billing has no charge of that id. Name a charge of the same source.',
  ])
  const schedule = scheduleOf(plan)
  const early = metered(schedule, window, [...acceptAll(schedule, turn), charge('c', { from: turn - 2 * day, to: turn + day })])
  assert.deepEqual('refusals' in early ? early.refusals : [], [
    {
      kind: 'charge-before-acceptance',
      subject: 'pool',
      from: turn - 2 * day,
      to: turn,
      message: 'Charge billing/c is earned while no block of pool pool is accepted. Correct its time, or add the acceptance.',
    },
  ])
})
