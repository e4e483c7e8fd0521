import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { BlockId, OrderId, PoolId } from '../base/id.ts'
import { compare, fromText, isZero, nought, plus, rational, times, toText, total, type Rational } from '../base/rational.ts'
import { fromPairs, minimum, type Steps } from '../base/steps.ts'
import { monthInterval } from '../base/time.ts'
import { chargeOf, factsOf } from '../../../test/world.ts'
import { problemsOfText, scheduleOfText, settleMonths } from '../../../test/settling.ts'
import { checkReasons } from '../statements/explain.ts'
import type { Schedule } from '../terms/schedule.ts'
import type { Facts, HoldingFact } from '../meter/facts.ts'
import { settle } from './settle.ts'
import { shortfallOf } from './shortfall.ts'

const head = (zone = 'UTC', more = '') => `
offtake: 1
agreement: levels
title: Service levels
parties:
  - { id: vendor, name: The vendor, role: guarantor }
  - { id: cloud, name: The cloud, role: operator }
  - { id: lab, name: The lab, role: tenant }
zone: ${zone}
currency: USD
term: { from: 2027-01-01, through: 2028-12-31 }
blocks:
  - { id: a, factory: north, region: North, sku: GB300, tranches: [{ id: all, gpus: 100, due: 2027-01-01 }], maintenance: { gpuHoursPerContractYear: '100000', noticeDays: 1 } }
  - { id: b, factory: north, region: North, sku: GB300, tranches: [{ id: all, gpus: 100, due: 2027-01-01 }] }
${more}
settlement: { due: { days: 30 } }
`
const tiers = `[{ below: '0.999', credit: '0.10' }, { below: '0.95', credit: '0.25' }]`
const level = (more: string, id = 'level', zone = 'UTC') =>
  `${head(zone)}
clauses:
  - { id: ${id}, kind: service-level, payer: cloud, payee: lab, covers: [a], ${more} }
`
const accepted = (...blocks: string[]) =>
  blocks.map((block) => ({
    kind: 'acceptance',
    source: 'site',
    id: block,
    at: '2027-01-01T00:00:00Z',
    block,
    tranche: 'all',
    design: 1,
    tested: 1,
  }))
const during = (from: string, to: string) => ({ from: `2027-01-${from}:00:00Z`, to: `2027-01-${to}:00:00Z` })
const month = { from: '2027-01-01T00:00:00Z', to: '2027-02-01T00:00:00Z' }
const reserved = (order: string, gpus: number, span: object = month) => ({
  kind: 'reservation',
  source: 'desk',
  id: `r-${order}`,
  ...span,
  pool: 'north-gb300',
  gpus,
  order,
})
const out = (id: string, gpus: number, span: object, more: object = {}) => ({
  kind: 'outage',
  source: 'site',
  id,
  ...span,
  block: 'a',
  gpus,
  ...more,
})
const january = { from: '2027-01', through: '2027-01' } as const

/** The one line of January, with the numbers of its notes. */
const lineOf = (document: string, readings: readonly object[]) => {
  const [statement] = settleMonths(scheduleOfText(document), readings, january)
  const [line, ...more] = statement!.lines
  assert.deepEqual(more, [])
  const availability = line!.reasons.find(({ word }) => word === 'Availability')
  return { amount: line!.amount, rate: line!.rate, quantity: line!.quantity, availability: availability?.value }
}

describe('SL1 a service level gives tier(availability) × fee', () => {
  const oneBlock = level(`orders: [o-1], tiers: ${tiers}, fee: '1000.00'`)
  test('SL1 a full pool with 10 of 100 GPUs down for 3 days of 31 is available 1 − 0.1 × 3/31, and gives the first credit', () => {
    const readings = [...accepted('a'), reserved('o-1', 100), out('x', 10, during('05T00', '08T00'))]
    const { amount, rate, availability } = lineOf(oneBlock, readings)
    assert.deepEqual({ amount, rate, availability }, { amount: '100.00', rate: '1/10', availability: '307/310' })
  })
  test('SL1 the credit is of the lowest threshold that availability is below, and none at a threshold itself', () => {
    const at = (gpus: number) => lineOf(oneBlock, [...accepted('a'), reserved('o-1', 100), out('x', gpus, month)]).rate
    // 95 of 100 are 0.95, which is not below 0.95; 94 are.
    assert.deepEqual([at(0), at(1), at(5), at(6)], ['0', '1/10', '1/10', '1/4'])
  })
  test('SL1 availability is 1 where nothing reserved was to be available, and there is no line where nothing was reserved', () => {
    const work = { kind: 'maintenance', source: 'site', id: 'w', ...month, block: 'a', gpus: 100, noticeAt: '2026-12-01T00:00:00Z' }
    assert.equal(lineOf(oneBlock, [...accepted('a'), reserved('o-1', 100), work]).amount, '0.00')
    const byCharge = level(`orders: [o-1], tiers: ${tiers}`)
    assert.deepEqual(settleMonths(scheduleOfText(byCharge), accepted('a'), january)[0]!.lines, [])
  })
  test('SL1 curtailed GPUs are deemed available', () => {
    const curtailed = { kind: 'curtailment', source: 'grid', id: 'c', ...month, block: 'a', gpus: 50, by: 'grid' }
    assert.equal(lineOf(oneBlock, [...accepted('a'), reserved('o-1', 100), curtailed]).availability, '1')
  })
})

describe('SL2 who bears what is down', () => {
  const one = level(`orders: [o-1], tiers: ${tiers}, fee: '1000.00'`)
  const availabilityOf = (readings: readonly object[]) => lineOf(one, [...accepted('a'), ...readings]).availability
  const two = [reserved('o-1', 60), reserved('o-2', 40)]
  test('SL2 what no reading names is borne by reserved count', () => {
    // 10 GPUs sold but down all month: 6 of 60.
    assert.equal(availabilityOf([...two, out('x', 10, month)]), '9/10')
  })
  test('SL2 what readings name comes first: the other order loses nothing', () => {
    assert.equal(availabilityOf([...two, out('x', 10, month, { order: 'o-2' })]), '1')
    assert.equal(availabilityOf([...two, out('x', 10, month, { order: 'o-1' })]), '5/6')
  })
  test('SL2 the rest is borne alike by reserved GPUs that no reading names', () => {
    // X = 30, 10 of o-2 named: 20 over 60 + 30 reserved GPUs, 60 × 20/90 = 40/3 of 60.
    assert.equal(availabilityOf([...two, out('x', 20, month), out('y', 10, month, { order: 'o-2' })]), '7/9')
  })
  test('SL2 a name counts though other GPUs are idle, and at most what is reserved', () => {
    const idle = [reserved('o-1', 20)]
    assert.equal(availabilityOf([...idle, out('x', 10, month)]), '1')
    assert.equal(availabilityOf([...idle, out('x', 10, month, { order: 'o-1' })]), '1/2')
    assert.equal(availabilityOf([...idle, out('x', 70, month, { order: 'o-1' })]), '0')
  })
  test('SL2 readings of one unit that name an order speak of the same GPUs', () => {
    const unit = { order: 'o-1', unit: 'rack-1' }
    assert.equal(availabilityOf([...two, out('x', 6, month, unit), out('y', 3, month, unit)]), '9/10')
  })
  test('SL2 planned maintenance leaves the divisor, named or not; without notice in time it is down', () => {
    const work = (noticeAt: string, more: object = {}) => ({
      kind: 'maintenance',
      source: 'site',
      id: 'w',
      ...month,
      block: 'a',
      gpus: 10,
      noticeAt,
      ...more,
    })
    const [early, late] = ['2026-12-01T00:00:00Z', '2026-12-31T23:00:00Z'] as const
    assert.equal(availabilityOf([...two, work(early)]), '1')
    assert.equal(availabilityOf([...two, work(early, { order: 'o-1' })]), '1')
    assert.equal(availabilityOf([...two, work(late)]), '9/10')
    assert.equal(availabilityOf([...two, work(late, { order: 'o-1' })]), '5/6')
    // 10 planned, 10 out: 12 of 60 are down, 6 of them planned. 48 of 54.
    assert.equal(availabilityOf([...two, work(early), out('x', 10, month)]), '8/9')
  })
  test('SL2 the allowance of the block ends what is planned of an order too', () => {
    const short = one.replace("'100000'", "'3720'")
    const work = {
      kind: 'maintenance',
      source: 'site',
      id: 'w',
      ...month,
      block: 'a',
      gpus: 10,
      order: 'o-1',
      noticeAt: '2026-12-01T00:00:00Z',
    }
    // 3,720 GPU-hours are 10 GPUs for 372 h, half the month: (60 − 10) / (60 − 5).
    assert.equal(lineOf(short, [...accepted('a'), ...two, work]).availability, '10/11')
  })
  test('SL2 under `specific` only orders that are placed on the block bear what is down there', () => {
    const document = `${head(
      'UTC',
      'pools: [{ id: north-gb300, attribution: specific, blocks: [a, b] }]\norders: [{ order: o-1, blocks: [a] }, { order: o-2, blocks: [b] }]',
    )}
clauses:
  - { id: level, kind: service-level, payer: cloud, payee: lab, covers: [a, b], orders: [o-1], tiers: ${tiers}, fee: '1000.00' }
`
    const readings = (block: string) => [
      ...accepted('a', 'b'),
      reserved('o-1', 100),
      reserved('o-2', 100),
      { ...out('x', 20, month), block },
    ]
    assert.equal(lineOf(document, readings('a')).availability, '4/5')
    assert.equal(lineOf(document, readings('b')).availability, '1')
  })
})

type Hour = Readonly<{
  planned: number
  down: number
  sold: number
  reserved: readonly number[]
  named: readonly number[]
  works: readonly number[]
}>
const names = ['o-1', 'o-2', 'o-3']
const window = monthInterval('2027-01', 'UTC')
const anyHour = fc
  .record({
    planned: fc.integer({ min: 0, max: 10 }),
    down: fc.integer({ min: 0, max: 15 }),
    open: fc.integer({ min: 0, max: 20 }),
    reserved: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 3, maxLength: 3 }),
    named: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 3, maxLength: 3 }),
    works: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 3, maxLength: 3 }),
  })
  .map(({ open, ...hour }): Hour => ({ ...hour, sold: Math.min(30, hour.reserved.reduce((a, b) => a + b, 0) + open) }))
const anyHours = fc.array(anyHour, { minLength: 1, maxLength: 6 })

const stepsOf = (hours: readonly Hour[], pick: (hour: Hour) => number): Steps =>
  fromPairs([...hours.map((hour, i): [number, number] => [window.from + i * 3_600, pick(hour)]), [window.from + hours.length * 3_600, 0]])

/** 30 GPUs accepted; every function as each hour says. */
const worldOf = (hours: readonly Hour[]): Facts => {
  const facts = factsOf(window, {
    a: {
      accepted: stepsOf(hours, () => 30),
      planned: stepsOf(hours, ({ planned }) => planned),
      unavailable: stepsOf(hours, ({ down }) => down),
      contracted: stepsOf(hours, ({ sold }) => sold),
    },
  })
  const a = 'a' as BlockId
  const kept = names.map((order, i): HoldingFact => {
    const reservedOf = stepsOf(hours, (hour) => hour.reserved[i]!)
    const outOf = minimum(
      reservedOf,
      stepsOf(hours, (hour) => hour.named[i]!),
    )
    return {
      block: a,
      order: order as OrderId,
      reserved: reservedOf,
      out: outOf,
      planned: minimum(
        outOf,
        stepsOf(hours, (hour) => hour.works[i]!),
      ),
    }
  })
  const sum = (pick: (hour: Hour, i: number) => number) => stepsOf(hours, (hour) => names.reduce((all, _, i) => all + pick(hour, i), 0))
  const named = (hour: Hour, i: number) => Math.min(hour.reserved[i]!, hour.named[i]!)
  const all: HoldingFact = {
    block: a,
    order: undefined,
    reserved: sum((hour, i) => hour.reserved[i]!),
    out: sum(named),
    planned: sum((hour, i) => Math.min(named(hour, i), hour.works[i]!)),
  }
  const orders = kept.map(({ order, reserved: steps }) => ({
    order: order!,
    pool: 'north-gb300' as PoolId,
    reserved: steps,
    allocated: fromPairs([]),
  }))
  return { ...facts, holdings: [all, ...kept], orders }
}

const schedule = scheduleOfText(level(`orders: [o-1], tiers: ${tiers}, fee: '1000.00'`))
const shortfall = (facts: Facts, orders: readonly string[]) =>
  shortfallOf(schedule, facts, { covered: ['a' as BlockId], orders: orders as readonly OrderId[], span: window })
const lost = ({ named, shared }: ReturnType<typeof shortfall>): Rational => plus(named, shared)
const same = (a: Rational, b: Rational): void => assert.equal(toText(a), toText(b))

describe('SL2 laws of what is borne', () => {
  test('SL2 the shortfalls of all orders add up to X, or to what readings name where that is more, up to what is reserved', () => {
    fc.assert(
      fc.property(anyHours, (hours) => {
        const facts = worldOf(hours)
        const expected = hours.reduce((sum, hour) => {
          const x = hour.sold - Math.min(hour.sold, Math.max(0, 30 - hour.planned - hour.down))
          const named = hour.reserved.reduce((all, gpus, i) => all + Math.min(gpus, hour.named[i]!), 0)
          const whole = hour.reserved.reduce((a, b) => a + b, 0)
          return sum + Math.min(whole, Math.max(x, named)) * 3_600
        }, 0)
        same(total(names.map((name) => lost(shortfall(facts, [name])))), rational(expected))
        same(lost(shortfall(facts, names)), rational(expected))
      }),
      { numRuns: 400 },
    )
  })
  test('SL2 hour by hour it is what the words say', () => {
    fc.assert(
      fc.property(anyHours, (hours) => {
        const mine = hours.map((hour) => {
          const x = hour.sold - Math.min(hour.sold, 30 - hour.planned - hour.down)
          const named = hour.reserved.map((gpus, i) => Math.min(gpus, hour.named[i]!))
          const works = named.map((gpus, i) => Math.min(gpus, hour.works[i]!))
          const sum = (all: readonly number[]) => all.reduce((a, b) => a + b, 0)
          const free = sum(hour.reserved) - sum(named)
          const rest = Math.max(0, x - sum(named))
          const plannedRest = Math.min(rest, Math.max(0, hour.planned - sum(works)))
          const part = (gpus: number) =>
            free === 0 ? nought : rational((hour.reserved[0]! - named[0]!) * Math.min(gpus, free) * 3_600, free)
          return { down: plus(rational(named[0]! * 3_600), part(rest)), planned: plus(rational(works[0]! * 3_600), part(plannedRest)) }
        })
        const made = shortfall(worldOf(hours), ['o-1'])
        same(lost(made), total(mine.map(({ down }) => down)))
        same(plus(made.plannedNamed, made.plannedShared), total(mine.map(({ planned }) => planned)))
      }),
      { numRuns: 400 },
    )
  })
  test('SL2 nobody loses more than was reserved, and the planned part never more than the whole', () => {
    fc.assert(
      fc.property(anyHours, fc.subarray(names, { minLength: 1 }), (hours, orders) => {
        const { reserved: whole, available, expected, ...parts } = shortfall(worldOf(hours), orders)
        assert.ok(compare(available, nought) >= 0 && compare(available, expected) <= 0 && compare(expected, whole) <= 0)
        assert.ok(compare(parts.plannedNamed, parts.named) <= 0 && compare(parts.plannedShared, parts.shared) <= 0)
        assert.ok(compare(plus(parts.named, parts.shared), whole) <= 0)
      }),
      { numRuns: 400 },
    )
  })
})

const settledOf = (facts: Facts, document = schedule) => settle({ schedule: document, facts, month: '2027-01', opening: {} }).lines[0]

describe('SL3 laws of the credit', () => {
  test('SL3 more available never credits more', () => {
    fc.assert(
      fc.property(anyHours, fc.nat(), fc.nat(), (hours, which, less) => {
        const at = which % hours.length
        const better = hours.map((hour, i) => (i === at ? { ...hour, down: Math.max(0, hour.down - (less % 16)) } : hour))
        const [before, after] = [hours, better].map((each) => settledOf(worldOf(each))?.minor ?? 0n)
        assert.ok(after! <= before!)
        const [first, second] = [hours, better].map((each) => shortfall(worldOf(each), ['o-1']))
        const gone = (of: ReturnType<typeof shortfall>) =>
          times(of.available, isZero(of.expected) ? nought : { n: of.expected.d, d: of.expected.n })
        if (!isZero(first!.expected) && !isZero(second!.expected)) assert.ok(compare(gone(second!), gone(first!)) >= 0)
      }),
      { numRuns: 400 },
    )
  })
  test('SL3 a credit never exceeds the fee, and its reasons balance', () => {
    const byCharge = scheduleOfText(level(`orders: [o-1, o-3], tiers: [{ below: '1', credit: '0.3' }, { below: '0.5', credit: '1' }]`))
    fc.assert(
      fc.property(anyHours, fc.integer({ min: -5_000, max: 90_000 }), (hours, cents) => {
        const amount = toText(rational(cents, 100))
        const charges = [
          { ...chargeOf('0', window.from, window.to), amount: fromText(amount), order: 'o-1' as OrderId },
          { ...chargeOf('77', window.from, window.to), order: 'o-2' as OrderId },
        ]
        const line = settledOf({ ...worldOf(hours), charges }, byCharge)
        if (line === undefined) return
        const fee = cents < 0 ? nought : fromText(amount)
        assert.equal(line.quantity, toText(fee))
        assert.ok(compare(fromText(line.exact), fee) <= 0 && compare(fromText(line.exact), nought) >= 0)
        assert.equal(checkReasons(line), undefined)
      }),
    )
  })
})

describe('SL4 the fee', () => {
  const charge = (id: string, amount: string, order: string, span: object = month) => ({
    kind: 'charge',
    source: 'billing',
    id,
    ...span,
    pool: 'north-gb300',
    product: 'reserved',
    amount,
    currency: 'USD',
    order,
  })
  test('SL4 it is what the orders were charged in the period, less credits', () => {
    const quarterYear = { from: '2027-01-01T00:00:00Z', to: '2027-03-04T00:00:00Z' }
    const readings = [
      ...accepted('a'),
      reserved('o-1', 100),
      out('x', 6, month),
      // Earned over 62 days, 31 of them in January: 3,000; a credit of 500 on another; other orders do not count.
      charge('c-1', '6000.00', 'o-1', quarterYear),
      charge('c-2', '1500.00', 'o-1'),
      { kind: 'credit', source: 'billing', id: 'k', reduces: 'c-2', amount: '500.00', currency: 'USD' },
      charge('c-3', '900.00', 'o-2'),
    ]
    const { quantity, amount } = lineOf(level(`orders: [o-1], tiers: ${tiers}`), readings)
    assert.deepEqual([quantity, amount], ['4000', '1000.00'])
  })
  test('SL4 a fixed fee is scaled by seconds in a short period', () => {
    const short = level(`orders: [o-1], tiers: ${tiers}, fee: '3100.00', through: 2027-01-10`)
    assert.equal(lineOf(short, [...accepted('a'), reserved('o-1', 100), out('x', 6, month)]).amount, '250.00')
  })
  test('SL4 a month with a clock change has the whole fee', () => {
    const sydney = level(`orders: [o-1], tiers: ${tiers}, fee: '3100.00'`, 'level', 'Australia/Sydney')
    const span = { from: '2027-10-01T00:00:00+10:00', to: '2027-11-01T00:00:00+11:00' }
    const readings = [
      ...accepted('a').map((each) => ({ ...each, at: '2027-01-01T00:00:00+11:00' })),
      reserved('o-1', 100, span),
      // One of 743 hours: 1 − 100/74,300.
      out('x', 100, { from: '2027-10-03T03:00:00+11:00', to: '2027-10-03T04:00:00+11:00' }),
    ]
    const statements = settleMonths(scheduleOfText(sydney), readings, { from: '2027-10', through: '2027-10' })
    const [line] = statements[0]!.lines
    assert.equal(line!.amount, '310.00')
    assert.equal(line!.reasons.find(({ word }) => word === 'Availability')!.value, '742/743')
  })
})

describe('SL9 a service level that contradicts itself', () => {
  const wrong = (more: string) => problemsOfText(level(more))
  test('SL9 thresholds go down, credits go up, none is zero', () => {
    assert.deepEqual(
      wrong(`orders: [o-1], tiers: [{ below: '0.95', credit: '0.2' }, { below: '0.95', credit: '0.2' }, { below: '0', credit: '0.3' }]`),
      [
        '/clauses/0/tiers/1/below: "0.95" is not below "0.95": thresholds go down',
        '/clauses/0/tiers/1/credit: "0.2" is not above "0.2": credits go up',
        '/clauses/0/tiers/2/below: is "0": no availability is below it, should be above 0',
      ],
    )
  })
  test('SL9 a fee has the digits of its currency', () => {
    assert.deepEqual(wrong(`orders: [o-1], tiers: ${tiers}, fee: '1.005'`), [
      '/clauses/0/fee: "1.005" has more digits than USD, which has 2: round it',
    ])
  })
  test('SL9 an order is placed on a block that the clause covers', () => {
    const document = `${head('UTC', 'orders: [{ order: o-1, blocks: [b] }]')}
clauses:
  - { id: level, kind: service-level, payer: cloud, payee: lab, covers: [a], orders: [o-1], tiers: ${tiers} }
`
    assert.deepEqual(problemsOfText(document), [
      '/clauses/0/orders/0: `o-1` is placed on `b`, which the clause does not cover: cover one of them',
    ])
  })
  test('SL9 a buyer has one service level for an order at a time', () => {
    const twice = (from: string) => `${level(`orders: [o-1], tiers: ${tiers}, through: 2027-06-30`)}
  - { id: more, kind: service-level, payer: cloud, payee: lab, covers: [a], orders: [o-2, o-1], tiers: ${tiers}, from: ${from} }
`
    assert.deepEqual(problemsOfText(twice('2027-07-01')), [])
    assert.deepEqual(problemsOfText(twice('2027-06-30')), [
      '/clauses/1/orders/1: `o-1` has the service level `level` through 2027-06-30: a buyer has one for an order at a time',
    ])
  })
})

test('SL11 shared revenue falls by the service credit, block by block in proportion to the charges', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/clauses/service-level.md'), 'utf8')
  const [document, readings] = (['yaml', 'ndjson'] as const).map((name) => new RegExp(`\`\`\`${name}\\n([\\s\\S]*?)\`\`\``).exec(page)![1]!)
  const share = "  - { id: share, kind: revenue-share, payer: cloud, payee: vendor, covers: [a], rate: '0.10' }\n"
  const shared = scheduleOfText(document!.replace('settlement:', `${share}settlement:`))
  const [statement] = settleMonths(shared, readings!, { from: '2027-01', through: '2027-01' })
  const amounts = Object.fromEntries(statement!.lines.map(({ formula, amount }) => [formula, amount]))
  // The order was charged 100,000.00 and is credited 10,000.00: a tenth of the 90,000.00 that are left is shared.
  assert.deepEqual(amounts, { 'service-credit': '10000.00', share: '9000.00' })
})

test('SL11 shared revenue of a quarter falls by the credits of all its months, and of no other', () => {
  const shared = (months: string, more = '') =>
    scheduleOfText(`
offtake: 1
agreement: credits
title: Credits by month
parties:
  - { id: vendor, name: The vendor, role: guarantor }
  - { id: cloud, name: The cloud, role: operator }
  - { id: buyer, name: The buyer, role: tenant }
zone: UTC
currency: USD
term: { from: 2027-01-01, through: 2027-12-31 }
blocks:
  - { id: a, factory: north, region: North, sku: GB300, tranches: [{ id: all, gpus: 100, due: 2027-01-01 }] }
clauses:
  - { id: level, kind: service-level, payer: cloud, payee: buyer, covers: [a], orders: [PO-1], tiers: [{ below: '0.95', credit: '0.5' }]${more} }
  - { id: share, kind: revenue-share, payer: cloud, payee: vendor, covers: [a], rate: '0.10', period: ${months} }
settlement: { due: { days: 30 } }
`)
  const told = { source: 'site', pool: 'north-gb300', from: '2027-01-01T00:00:00Z' }
  const charges = ['1', '2', '3', '4'].map((number, i) => ({
    ...told,
    kind: 'charge',
    id: number,
    from: `2027-0${number}-01T00:00:00Z`,
    to: `2027-0${i + 2}-01T00:00:00Z`,
    product: 'reserved',
    order: 'PO-1',
    amount: '1000.00',
    currency: 'USD',
  }))
  const readings = [
    { kind: 'acceptance', source: 'site', id: 'a', at: told.from, block: 'a', tranche: 'all', design: 100, tested: 100 },
    { kind: 'outage', source: 'site', id: 'o', from: told.from, to: '2027-03-01T00:00:00Z', block: 'a', gpus: 50 },
    { ...told, kind: 'reservation', id: 'r', to: '2027-07-01T00:00:00Z', gpus: 100, order: 'PO-1' },
    ...charges,
  ]
  const settled = (of: Schedule) => settleMonths(of, readings, { from: '2027-01', through: '2027-06' })
  const amounts = (of: Schedule) =>
    settled(of).flatMap((each) => each.lines.filter(({ clause }) => clause === 'share').map((line) => [each.month, line.amount]))
  // Half of 1,000.00 is credited in January and in February: a tenth of 3,000.00 − 1,000.00, then of 1,000.00.
  assert.deepEqual(amounts(shared('quarter')), [
    ['2027-03', '200.00'],
    ['2027-06', '100.00'],
  ])
  // A level that ends before the quarter does has credited January and half of February.
  assert.deepEqual(amounts(shared('quarter', ', through: 2027-02-14'))[0], ['2027-03', '225.00'])
  assert.deepEqual(
    settled(shared('month'))
      .map(({ closing }) => closing['level'])
      .at(-1),
    {},
  )
  assert.deepEqual(
    settled(shared('quarter'))
      .map(({ closing }) => closing['level'])
      .at(-1),
    {},
  )
})
