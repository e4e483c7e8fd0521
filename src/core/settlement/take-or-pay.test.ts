import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compare, decimal, fromText, minus, nought, plus, rational, toDecimal, toText, type Rational } from '../base/rational.ts'
import { monthInterval, nextMonth, startOfDate } from '../base/time.ts'
import {
  buyingDocument,
  buyingSchedule,
  hours,
  hundred,
  minorOfAll,
  monthly,
  paidBy,
  positionIn,
  quantityOfAll,
  settleTold,
} from '../../../test/buying.ts'
import { problemsOfText, scheduleOfText, settleMonths } from '../../../test/settling.ts'
import { factsOf } from '../../../test/world.ts'
import { checkReasons } from '../statements/explain.ts'
import type { FigureFact } from '../meter/facts.ts'
import { sentences } from '../terms/sentences.ts'
import { clauseKinds, kindNamed } from './kinds.ts'
import type { Settlement } from './line.ts'
import { partOf } from './period.ts'

const runs = { numRuns: 300 }
const plain = { kind: 'take-or-pay', unit: 'units', minimum: '100', price: '10' }
const shortFormulas = ['take-or-pay'] as const
const backFormulas = ['make-up', 'make-up-refund', 'make-up-expired'] as const

/** One price for each month from January on. */
const priceBy = (prices: readonly number[]) => ({
  steps: prices.map((value, i) => ({ from: `${nextMonth('2027-01', i)}-01`, value: String(value) })),
})

const amounts = ({ lines }: Settlement): string[] =>
  lines.map(({ formula, payer, quantity, rate, minor }) => `${formula} ${payer} ${quantity} × ${rate} = ${minor}`)

test('TP4 value 23: a minimum of 100 units a quarter, taken 70, 115, 120 at prices 10, 12, 8', () => {
  const price = {
    steps: [
      { from: '2027-01-01', value: '10' },
      { from: '2027-04-01', value: '12' },
      { from: '2027-07-01', value: '8' },
    ],
  }
  const schedule = buyingSchedule(
    { ...plain, period: 'quarter', price, makeUp: { months: 12 } },
    { term: { from: '2027-01-01', through: '2028-12-31' } },
  )
  const taken = [70, 115, 120].map((value, i): FigureFact => ({
    ...monthly('taken', [value])[0]!,
    from: startOfDate(`2027-0${1 + 3 * i}-01`, 'UTC'),
    to: monthInterval(`2027-0${3 + 3 * i}`, 'UTC').to,
  }))
  const all = settleTold(schedule, { figures: taken }, { months: 9 })
  // 100 − 70 = 30 at 10; then 15 of 115 at min(10, 12), and the last 15 of 20 at min(10, 8).
  assert.deepEqual(all.map(amounts), [
    [],
    [],
    ['take-or-pay buyer 30 × 10 = 30000'],
    [],
    [],
    ['take-or-pay buyer 0 × 12 = 0', 'make-up cloud 15 × 10 = 15000'],
    [],
    [],
    ['take-or-pay buyer 0 × 8 = 0', 'make-up cloud 15 × 8 = 12000'],
  ])
  assert.deepEqual(
    [2, 5, 8].map((i) => toText(positionIn(all[i]!, 'bank'))),
    ['30', '15', '0'],
  )
  assert.deepEqual(all[2]!.closing['buys'], {
    lots: [{ paidFor: '2027-03-31', price: '10', refund: false, through: '2028-03-31', units: '30' }],
  })
})

test('TP2 a figure that two sources tell alike counts once', () => {
  const taken = (source: string) => ({
    kind: 'figure',
    source,
    id: '1',
    clause: 'buys',
    figure: 'taken',
    value: '60',
    from: '2027-01-01T00:00:00Z',
    to: '2027-02-01T00:00:00Z',
  })
  const told = settleMonths(buyingSchedule(plain), [taken('meter'), taken('desk')], { from: '2027-01', through: '2027-01' })
  // (100 − 60) × 10; two values would be refused, as one number has one.
  assert.deepEqual(
    told[0]!.lines.map(({ amount }) => amount),
    ['400.00'],
  )
})

type Drawn = Readonly<{ taken: number[]; excused: number[]; prices: number[]; share: string; makeUp: { months: number; refund: boolean } }>
const few = (max: number) => fc.array(fc.integer({ min: 0, max }), { minLength: 12, maxLength: 12 })
const anyBuying: fc.Arbitrary<Drawn> = fc.record({
  taken: few(12),
  excused: fc.oneof(fc.constant(Array.from({ length: 12 }, () => 0)), few(3)),
  prices: few(12).map((prices) => prices.map((price) => price + 1)),
  share: fc.constantFrom('1', '0.5'),
  makeUp: fc.record({ months: fc.integer({ min: 1, max: 5 }), refund: fc.boolean() }),
})
const settleDrawn = ({ taken, excused, prices, share, makeUp }: Drawn): Settlement[] => {
  const schedule = buyingSchedule({ ...plain, minimum: '6', share, price: priceBy(prices), makeUp })
  return settleTold(schedule, { figures: [...monthly('taken', taken), ...monthly('excused', excused)] })
}

test('TP4 TP5 the engine agrees with a queue of single units', () => {
  fc.assert(
    fc.property(anyBuying, (drawn) => {
      const { taken, excused, prices, share, makeUp } = drawn
      const least = share === '1' ? 6 : 3
      let queue: { month: number; price: number }[] = []
      const all = settleDrawn(drawn)
      for (const [month, settlement] of all.entries()) {
        const [price, took] = [prices[month]!, taken[month]!]
        const short = Math.max(0, least - took - excused[month]!)
        let [credit, refund, lost] = [0, 0, 0]
        for (let n = 0; n < short; n++) queue.push({ month, price })
        for (let n = 0; n < took - least && queue.length > 0; n++) credit += Math.min(price, queue.shift()!.price)
        const isOver = (unit: { month: number }) => month === 11 || unit.month + makeUp.months <= month
        for (const unit of queue.filter(isOver)) [refund, lost] = makeUp.refund ? [refund + unit.price, lost] : [refund, lost + 1]
        queue = queue.filter((unit) => !isOver(unit))
        assert.equal(minorOfAll([settlement], 'take-or-pay'), BigInt(100 * short * price))
        assert.equal(minorOfAll([settlement], 'make-up'), BigInt(100 * credit))
        assert.equal(minorOfAll([settlement], 'make-up-refund'), BigInt(100 * refund))
        assert.equal(toText(quantityOfAll([settlement], 'make-up-expired')), String(lost))
        assert.equal(toText(positionIn(settlement, 'bank')), String(queue.length))
        for (const line of settlement.lines) assert.equal(checkReasons(line), undefined, line.key)
        for (const { value, reasons } of settlement.positions) assert.equal(checkReasons({ exact: value, reasons }), undefined)
        assert.equal(new Set(settlement.lines.map(({ key }) => key)).size, settlement.lines.length)
      }
    }),
    runs,
  )
})

test('TP4 units are conserved, no more is credited than was paid short, and the bank is never negative', () => {
  fc.assert(
    fc.property(anyBuying, (drawn) => {
      const all = settleDrawn(drawn)
      for (let months = 1; months <= all.length; months++) {
        const soFar = all.slice(0, months)
        const bank = positionIn(soFar.at(-1)!, 'bank')
        const [paid, back] = [quantityOfAll(soFar, ...shortFormulas), quantityOfAll(soFar, ...backFormulas)]
        assert.ok(compare(bank, nought) >= 0)
        assert.equal(toText(paid), toText(plus(back, bank)))
        assert.ok(compare(quantityOfAll(soFar, 'make-up'), paid) <= 0)
        assert.ok(minorOfAll(soFar, 'make-up', 'make-up-refund') <= minorOfAll(soFar, 'take-or-pay'))
      }
    }),
    runs,
  )
})

test('TP4 older lots are drawn before younger ones', () => {
  fc.assert(
    fc.property(anyBuying, (drawn) => {
      for (const { lines, closing } of settleDrawn(drawn)) {
        const dates = lines.filter(({ formula }) => formula === 'make-up').map(({ key }) => key.split('/').at(-1)!)
        assert.deepEqual(dates, dates.toSorted())
        const left = (closing['buys'] as { lots: { paidFor: string }[] }).lots.map(({ paidFor }) => paidFor)
        assert.ok(left.every((date) => dates.every((before) => before <= date)))
      }
    }),
    runs,
  )
})

/** What the buyer has paid after each month. */
const running = (all: readonly Settlement[]): bigint[] => all.map((_, i) => paidBy(all.slice(0, i + 1), 'buyer'))
const atMost = (more: readonly bigint[], less: readonly bigint[]): boolean => more.every((paid, i) => paid <= less[i]!)

test('TP6 taking more never makes what was paid so far larger, where the price moves one way', () => {
  const up = (a: number, b: number) => a - b
  fc.assert(
    fc.property(anyBuying, fc.boolean(), fc.nat(11), fc.integer({ min: 1, max: 6 }), (drawn, rises, month, more) => {
      const prices = drawn.prices.toSorted(rises ? up : (a, b) => up(b, a))
      const makeUp = { ...drawn.makeUp, refund: rises && drawn.makeUp.refund }
      const one = { ...drawn, prices, makeUp }
      const other = { ...one, taken: one.taken.with(month, one.taken[month]! + more) }
      assert.ok(atMost(running(settleDrawn(other)), running(settleDrawn(one))))
    }),
    runs,
  )
})

test('TP6 it may where the price falls and rises again, or falls and lots are refunded', () => {
  const drawn = (taken: number[], prices: number[], refund = false): Drawn => ({
    taken: [...taken, ...Array.from({ length: 12 - taken.length }, () => 6)],
    excused: [],
    prices: [...prices, ...Array.from({ length: 12 - prices.length }, () => prices.at(-1)!)],
    share: '1',
    makeUp: { months: 5, refund },
  })
  const paid = (each: Drawn) => paidBy(settleDrawn(each), 'buyer')
  // One unit short at 10. Drawn in month 3 it brings back min(10, 10); drawn in month 2 by one unit more, only min(10, 2).
  assert.deepEqual([paid(drawn([5, 6, 7], [10, 2, 10])), paid(drawn([5, 7, 7], [10, 2, 10]))], [0n, 800n])
  // Left in the bank it is refunded at 10; drawn at 8 it is not.
  assert.deepEqual([paid(drawn([5, 6], [10, 8], true)), paid(drawn([5, 7], [10, 8], true))], [0n, 200n])
})

test('TP1 ST1 the same facts in any order, or a figure cut in two, settle to the same bytes', () => {
  const schedule = buyingSchedule({ ...plain, makeUp: { months: 3 } })
  const whole = monthly('taken', [70, 130, 90, 104, 100, 99])
  fc.assert(
    fc.property(fc.nat(5), fc.integer({ min: 1, max: 27 * 86_400 }), (index, seconds) => {
      const { from, to, value, ...rest } = whole[index]!
      const at = from + seconds
      const first = { ...rest, from, to: at, value: fromText(toText(rational(value.n * BigInt(seconds), value.d * BigInt(to - from)))) }
      const second = { ...rest, from: at, to, value: minus(value, first.value) }
      const cut = [second, ...whole.toReversed().filter((each) => each !== whole[index]), first]
      assert.deepEqual(settleTold(schedule, { figures: cut }), settleTold(schedule, { figures: whole }))
    }),
    { numRuns: 50 },
  )
})

test('TP1 what is taken and its minimum compare over the whole period, at a price averaged by seconds', () => {
  // October 2027 in Sydney has 743 h: ten days, one of them of 23 h, are 239 h at 3; the other 21 are 504 h at 4.
  const price = {
    steps: [
      { from: '2027-01-01', value: '3' },
      { from: '2027-10-11', value: '4' },
    ],
  }
  const schedule = buyingSchedule({ ...plain, price, share: '0.9' }, { zone: 'Australia/Sydney' })
  const [settlement] = settleTold(
    schedule,
    { figures: monthly('taken', [15], '2027-10', 'Australia/Sydney') },
    { from: '2027-10', months: 1 },
  )
  const [line] = settlement!.lines
  assert.equal(settlement!.lines.length, 1)
  assert.equal(line!.to - line!.from, 743 * 3_600)
  assert.equal(line!.quantity, '75')
  assert.equal(line!.rate, toText(rational(239 * 3 + 504 * 4, 743)))
  // 75 × 2733/743 = 275.8748…
  assert.equal(line!.minor, 27_587n)
  assert.equal(checkReasons(line!), undefined)
})

test('TP1 what an availability adjustment makes of the price counts for as long as it says', () => {
  const schedule = buyingSchedule(plain)
  const [clause] = schedule.clauses
  const { from, to } = monthInterval('2027-01', 'UTC')
  const part = partOf(clause!, '2027-01', 'UTC')!
  const facts = factsOf({ from, to }, {})
  const factors = [
    { clause: 'buys', from, to: startOfDate('2027-01-11', 'UTC'), value: rational(9, 10), line: 'adjusts/a' },
    { clause: 'other', from, to, value: nought, line: 'adjusts/b' },
  ]
  const work = { schedule, clause: clause!, part, facts, month: '2027-01', opening: {}, lines: [], factors, reductions: [], stated: [] }
  const [line] = kindNamed('take-or-pay').stages.contract!(work).lines!
  // Ten days at 9 and 21 at 10.
  assert.equal(line!.rate, toText(rational(10 * 9 + 21 * 10, 31)))
  assert.equal(line!.minor, 96_774n)
  assert.equal(checkReasons(line!), undefined)
})

test('TP1 a minimum and a share that step count by the second', () => {
  const minimum = {
    steps: [
      { from: '2027-01-01', value: '60' },
      { from: '2027-06-16', value: '90' },
    ],
  }
  const share = {
    steps: [
      { from: '2027-01-01', value: '1' },
      { from: '2027-06-21', value: '0.5' },
    ],
  }
  const [june] = settleTold(buyingSchedule({ ...plain, minimum, share }), {}, { from: '2027-06', months: 1 })
  // 60·15/30 + 90·5/30 + 90·0.5·10/30 = 30 + 15 + 15.
  assert.equal(june!.lines[0]!.quantity, '60')
  assert.equal(checkReasons(june!.lines[0]!), undefined)
})

test('TP7 a short period has a smaller minimum, and a quarter settles with the month in which it ends', () => {
  const month = buyingSchedule({ ...plain, from: '2027-04-11' })
  assert.equal(toDecimal(quantityOfAll(settleTold(month, {}, { from: '2027-04', months: 1 }), 'take-or-pay')), toDecimal(rational(200, 3)))
  const quarter = buyingSchedule({ ...plain, period: 'quarter', from: '2027-02-15', through: '2027-05-10' })
  const all = settleTold(quarter, { figures: monthly('taken', [10, 10, 10, 10, 10]) })
  // 15 February to 31 March: 45 of 90 days, of which 14 days of February and March, so 5 + 10 taken. Then 40 of 91 days: 10 and 10·10/31.
  assert.deepEqual(
    all.map(({ lines }) => lines.length),
    [0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0],
  )
  assert.equal(all[2]!.lines[0]!.quantity, '35')
  const may = minus(rational(100 * 40, 91), plus(rational(10), rational(100, 31)))
  assert.equal(all[4]!.lines[0]!.quantity, toText(may))
})

test('TP7 an amendment inside a quarter makes two short periods of it, each held against its own minimum', () => {
  const first = buyingDocument({ ...plain, period: 'quarter', minimum: '90', makeUp: { months: 12 } })
  const { hash } = scheduleOfText(first).versions[0]!
  const amended = { version: 2, effective: '2027-02-15', previous: hash }
  const second = buyingDocument({ ...plain, period: 'quarter', minimum: '180', makeUp: { months: 12 } }, amended)
  const all = settleTold(scheduleOfText(first, second), { figures: monthly('taken', [20, 28, 89]) }, { months: 3 })
  // 45 of 90 days each: 45 − 20 − 14 are short in the first, 14 + 89 are 13 more than 90 in the second.
  assert.deepEqual(all.map(amounts), [
    [],
    ['take-or-pay buyer 11 × 10 = 11000'],
    ['take-or-pay buyer 0 × 10 = 0', 'make-up cloud 11 × 10 = 11000'],
  ])
})

test('TP5 a lot ends with its last local date: drawn by a period that ends with it, not by one that ends after', () => {
  const at = (months: number) =>
    settleTold(
      buyingSchedule({ ...plain, period: 'quarter', makeUp: { months } }, { term: { from: '2027-01-01', through: '2028-12-31' } }),
      { figures: monthly('taken', [20, 30, 20, 0, 0, 130]) },
      { months: 12 },
    )
  assert.deepEqual(amounts(at(3)[5]!), ['take-or-pay buyer 0 × 10 = 0', 'make-up cloud 30 × 10 = 30000'])
  // A lot of the first quarter that lasts four months ends on 31 July: the part that ends on 14 August comes too late, whatever July took.
  const short = buyingSchedule(
    { ...plain, from: '2027-01-01', through: '2027-08-14', period: 'quarter', makeUp: { months: 4 } },
    { term: { from: '2027-01-01', through: '2028-12-31' } },
  )
  const all = settleTold(short, { figures: monthly('taken', [20, 30, 20, 30, 30, 40, 400, 400]) })
  assert.deepEqual(amounts(all[7]!), ['take-or-pay buyer 0 × 10 = 0', 'make-up-expired cloud 30 × 0 = 0'])
})

test('TP5 what is left when the clause ends expires with it', () => {
  for (const refund of [false, true]) {
    const schedule = buyingSchedule({ ...plain, through: '2027-03-15', makeUp: { months: 12, refund } })
    const all = settleTold(schedule, { figures: monthly('taken', [60, 100, 100]) }, { months: 4 })
    assert.equal(toText(positionIn(all[1]!, 'bank')), '40')
    assert.deepEqual(amounts(all[2]!), [
      'take-or-pay buyer 0 × 10 = 0',
      refund ? 'make-up-refund cloud 40 × 10 = 40000' : 'make-up-expired cloud 40 × 0 = 0',
    ])
    assert.deepEqual(all[2]!.closing['buys'], { lots: [] })
    assert.deepEqual(all[3]!.lines, [])
  }
})

test('TP5 a lot keeps the rights under which it was paid, whatever an amendment says', () => {
  const first = buyingDocument({ ...plain, makeUp: { months: 6, refund: true } })
  const { hash } = scheduleOfText(first).versions[0]!
  const second = buyingDocument(plain, { version: 2, effective: '2027-02-01', previous: hash })
  const all = settleTold(scheduleOfText(first, second), { figures: monthly('taken', [60, 90, 115]) }, { months: 7 })
  assert.deepEqual(amounts(all[1]!), ['take-or-pay buyer 10 × 10 = 10000'])
  assert.deepEqual(amounts(all[2]!), ['take-or-pay buyer 0 × 10 = 0', 'make-up cloud 15 × 10 = 15000'])
  // 40 − 15, after six months.
  assert.deepEqual(amounts(all[6]!).at(-1), 'make-up-refund cloud 25 × 10 = 25000')
})

const site = [
  { kind: 'acceptance', source: 'site', id: 'a', at: '2027-01-01T00:00:00Z', block: 'a', tranche: 'all', design: 100, tested: 100 },
]
const sale = (kind: string, id: string, from: string, to: string, gpus: number, order: string) => ({
  kind,
  source: 'desk',
  id,
  from: `2027-01-${from}:00Z`,
  to: `2027-01-${to}:00Z`,
  pool: 'north-gb300',
  gpus,
  order,
})

test('TP2 listed orders are taken to the GPU-second: reserved or allocated, whichever is more, and no other', () => {
  const clause = { kind: 'take-or-pay', minimum: '1000', price: '2.00', covers: ['a'], orders: ['one', 'two'] }
  const [january] = settleMonths(
    scheduleOfText(buyingDocument(clause, hundred)),
    [
      ...site,
      sale('reservation', 'r', '05T00:00', '05T10:00', 20, 'one'),
      // Inside the reservation, but for 5 GPUs more over two hours and one second.
      { ...sale('allocation', 'x', '05T04:00', '05T06:00', 25, 'one'), to: '2027-01-05T06:00:01Z' },
      sale('allocation', 'y', '06T00:00', '06T05:00', 10, 'two'),
      sale('reservation', 'z', '06T00:00', '07T00:00', 30, 'three'),
    ],
    { from: '2027-01', through: '2027-01' },
  )
  const taken = 20 * 36_000 + 5 * 7_201 + 10 * 18_000
  assert.equal(january!.lines[0]!.quantity, String(3_600_000 - taken))
  assert.equal(january!.lines[0]!.exact, toText(rational((3_600_000 - taken) * 2, 3_600)))
})

test('TP2 a figure counts evenly over its interval, or at its instant, in GPU-hours', () => {
  const schedule = buyingSchedule({ ...plain, unit: 'gpu-hours' })
  const [whole] = monthly('taken', [62])
  const figures = [{ ...whole!, from: startOfDate('2027-01-17', 'UTC'), to: startOfDate('2027-02-17', 'UTC') }]
  const instant = {
    ...whole!,
    of: 'meter-2',
    value: decimal('0.5'),
    from: startOfDate('2027-02-01', 'UTC'),
    to: startOfDate('2027-02-01', 'UTC'),
  }
  const all = settleTold(schedule, { figures: [...figures, instant] }, { months: 2 })
  // 62 GPU-hours over 31 days, 15 of them in January; the instant is February's.
  assert.deepEqual(
    all.map(({ lines }) => lines[0]!.quantity),
    [toText(hours(70)), toText(minus(hours(68), rational(1_800)))],
  )
})

test('TP3 GPUs that are down excuse where the clause says so and no order holds them; planned and curtailed ones do not', () => {
  const clause = { kind: 'take-or-pay', minimum: '1000', price: '2.00', covers: ['a'], orders: ['one'], excuseUnavailable: true }
  const block = [{ ...hundred.blocks[0]!, maintenance: { gpuHoursPerContractYear: '1000', noticeDays: 1 } }]
  const down = (kind: string, id: string, hour: string, gpus: number, more: object = {}) => ({
    kind,
    source: 'bmc',
    id,
    from: `2027-01-05T${hour}:00:00Z`,
    to: `2027-01-05T${String(Number(hour) + 1).padStart(2, '0')}:00:00Z`,
    block: 'a',
    gpus,
    ...more,
  })
  const readings = [
    ...site,
    sale('reservation', 'r', '05T00:00', '05T04:00', 70, 'one'),
    down('outage', '1', '00', 10),
    // 50 down, but only 30 of these are held by no order.
    down('outage', '2', '01', 50),
    down('maintenance', '3', '02', 5, { noticeAt: '2027-01-01T00:00:00Z' }),
    down('curtailment', '4', '03', 8, { by: 'grid' }),
    { kind: 'figure', source: 'desk', id: 'f', clause: 'buys', figure: 'excused', value: '7', at: '2027-01-09T00:00:00Z' },
  ]
  const quantity = (more: object) =>
    settleMonths(scheduleOfText(buyingDocument({ ...clause, ...more }, { blocks: block })), readings, {
      from: '2027-01',
      through: '2027-01',
    })[0]!.lines[0]!.quantity
  assert.equal(quantity({}), toText(hours(1000 - 4 * 70 - 10 - 30 - 7)))
  assert.equal(quantity({ excuseUnavailable: false }), toText(hours(1000 - 4 * 70 - 7)))
})

test('TP3 what is taken and excused never exceeds what was accepted', () => {
  const clause = { kind: 'take-or-pay', minimum: '100000', price: '2.00', covers: ['a'], orders: ['one'], excuseUnavailable: true }
  const schedule = scheduleOfText(buyingDocument(clause, hundred))
  const hour = (h: number) => `2027-01-05T${String(h).padStart(2, '0')}:00:00Z`
  const gpus = fc.integer({ min: 0, max: 100 })
  fc.assert(
    fc.property(fc.array(fc.tuple(gpus, gpus), { minLength: 1, maxLength: 5 }), (all) => {
      const readings = all.flatMap(([sold, out], i) => [
        { kind: 'reservation', source: 'desk', id: `r${i}`, from: hour(i), to: hour(i + 1), pool: 'north-gb300', gpus: sold, order: 'one' },
        { kind: 'outage', source: 'bmc', id: `o${i}`, from: hour(i), to: hour(i + 1), block: 'a', gpus: out },
      ])
      const [january] = settleMonths(schedule, [...site, ...readings], { from: '2027-01', through: '2027-01' })
      const used = all.reduce((sum, [sold, out]) => sum + sold + Math.min(out, 100 - sold), 0)
      assert.ok(used <= 100 * all.length)
      assert.equal(january!.lines[0]!.quantity, toText(hours(100_000 - used)))
    }),
    { numRuns: 40 },
  )
})

const commitmentsOf = (clause: object, from: string, more: object = {}) => {
  const schedule = buyingSchedule(clause, more)
  return schedule.clauses.flatMap((each) => kindNamed(each.kind).commitments!(each, { schedule, from, state: {} }))
}

test('TP10 the minimum is promised period by period, from a date to the end', () => {
  const price = {
    steps: [
      { from: '2027-01-01', value: '10' },
      { from: '2027-11-16', value: '20' },
    ],
  }
  const all = commitmentsOf({ ...plain, share: '0.9', price, through: '2027-12-15' }, '2027-10-21')
  assert.deepEqual(
    all.map(({ payer, payee, from, through, amount, nature }) => [payer, payee, from, through, toDecimal(amount), nature]),
    [
      ['buyer', 'cloud', '2027-10-21', '2027-10-31', toText(rational(900 * 11, 31)), 'firm'],
      ['buyer', 'cloud', '2027-11-01', '2027-11-30', '1350', 'firm'],
      ['buyer', 'cloud', '2027-12-01', '2027-12-15', toText(rational(1800 * 15, 31)), 'firm'],
    ],
  )
  const quarters = commitmentsOf({ ...plain, period: 'quarter' }, '2027-07-01')
  assert.deepEqual(
    quarters.map(({ from, through, amount }) => [from, through, toText(amount)]),
    [
      ['2027-07-01', '2027-09-30', '1000'],
      ['2027-10-01', '2027-12-31', '1000'],
    ],
  )
  assert.deepEqual(commitmentsOf(plain, '2028-01-01'), [])
})

test('TP10 what is promised is what is owed when nothing is taken', () => {
  const clause = { ...plain, minimum: '73.5', share: '0.85', price: '3.333', from: '2027-01-20', through: '2027-11-07', zone: undefined }
  for (const period of ['month', 'quarter', 'year']) {
    const more = { zone: 'Australia/Sydney' }
    const owed = settleTold(buyingSchedule({ ...clause, period }, more), {}).flatMap(({ lines }) => lines.map(({ exact }) => exact))
    assert.deepEqual(
      commitmentsOf({ ...clause, period }, '2027-01-01', more).map(({ amount }) => toText(amount)),
      owed,
    )
  }
})

test('TP11 the unit may not change, for the bank is counted in it', () => {
  const first = buyingDocument({ ...plain, makeUp: { months: 12, refund: true } })
  const previous = scheduleOfText(first).versions[0]!.hash
  const more = { version: 2, effective: '2027-02-01', previous }
  const second = buyingDocument({ ...plain, unit: 'gpu-hours', makeUp: { months: 12, refund: true } }, more)
  assert.throws(() => scheduleOfText(first, second), /\/clauses\/0\/unit: was units: what was drawn under `buys` means nothing here/)
})

test('TP11 what contradicts itself is refused where it does', () => {
  const problems = (clause: object, more: object = {}) => problemsOfText(buyingDocument({ ...plain, ...clause }, more))
  const { price: _, ...noPrice } = plain
  const cases: [string[], RegExp][] = [
    [problems({ share: '1.1' }), /^\/clauses\/0\/share: .*a share from 0 to 1/],
    [problemsOfText(buyingDocument(noPrice)), /^\/clauses\/0: .*`price`/],
    [problems({ makeUp: { months: 0 } }), /^\/clauses\/0\/makeUp\/months: .*from 1 to 120/],
    [problems({ makeUp: { refund: true } }), /^\/clauses\/0\/makeUp: .*`months`/],
    [problems({ period: 'quarter', makeUp: { months: 2 } }), /^\/clauses\/0\/makeUp\/months: 2: the next quarter ends 3 months later/],
    [problems({ orders: ['one'] }), /^\/clauses\/0\/orders: are taken in GPU-hours, but the clause counts `units`/],
    [problems({ unit: 'gpu-hours', excuseUnavailable: true }), /^\/clauses\/0\/excuseUnavailable: no block is covered/],
    [problems({ covers: ['a'], excuseUnavailable: true }, hundred), /^\/clauses\/0\/excuseUnavailable: is GPU-time/],
    [problems({ payer: 'cloud', payee: 'buyer' }), /^\/clauses\/0\/payer: `cloud` is the operator/],
    [problems({ resale: 'counts' }), /^\/clauses\/0\/resale: /],
    [
      problems({ price: { steps: [{ from: '2027-02-01', value: '3' }] } }),
      /^\/clauses\/0\/price\/steps\/0\/from: 2027-02-01 is after the clause/,
    ],
    [problems({ minimum: '-3' }), /^\/clauses\/0\/minimum: /],
  ]
  for (const [found, expected] of cases) assert.match(found[0] ?? 'nothing', expected)
  const two = [
    { ...hundred.blocks[0]!, commencement: '2027-01-01' },
    { ...hundred.blocks[0]!, id: 'b', tranches: [{ id: 'b-all', gpus: 1, due: '2027-01-01' }], commencement: '2027-03-01' },
  ]
  const placed = { blocks: two, orders: [{ order: 'one', blocks: ['b'] }] }
  assert.match(
    problems({ unit: 'gpu-hours', covers: ['a'], orders: ['one'] }, placed).join('\n'),
    /\/clauses\/0\/orders\/0: `one` is placed on b, none of which the clause covers/,
  )
  assert.match(
    problems({ covers: ['a', 'b'], price: { contractYears: [{ from: 1, value: '1' }] } }, placed).join('\n'),
    /\/clauses\/0\/price\/contractYears: steps by contract year, but the blocks begin theirs on 2027-01-01 and 2027-03-01/,
  )
})

test('TP11 it says every number', () => {
  const clause = {
    ...plain,
    unit: 'gpu-hours',
    minimum: '720000',
    share: '0.85',
    price: {
      contractYears: [
        { from: 1, value: '2.10' },
        { from: 2, value: '1.95' },
      ],
    },
    covers: ['a'],
    orders: ['one', 'two'],
    excuseUnavailable: true,
    makeUp: { months: 6, refund: true },
  }
  const text = sentences(buyingSchedule(clause, { ...hundred, term: { from: '2027-01-01', through: '2029-12-31' } }), clauseKinds)
    .map((each) => each.text)
    .join('\n')
  for (const part of ['720,000', '85.0 %', '2.10 in year 1, then 1.95', 'one and two', '6 months', 'paid back', 'no order holds'])
    assert.ok(text.includes(part), `${part} in ${text}`)
})

test('TP2 a reading of a figure that the clause does not read is refused', () => {
  const schedule = buyingSchedule({ kind: 'take-or-pay', minimum: '1', price: '1', orders: ['one'] })
  assert.throws(
    () =>
      settleMonths(
        schedule,
        [{ kind: 'figure', source: 'x', id: 'f', clause: 'buys', figure: 'taken', value: '1', at: '2027-01-09T00:00:00Z' }],
        {
          from: '2027-01',
          through: '2027-01',
        },
      ),
    /has no figure taken/,
  )
})

const totalOf = (all: readonly Settlement[]): Rational => quantityOfAll(all, 'take-or-pay')
test('TP1 without a bank what is paid and not taken is lost, and excused units are not owed', () => {
  const all = settleTold(buyingSchedule(plain), { figures: [...monthly('taken', [70, 150]), ...monthly('excused', [10])] }, { months: 2 })
  assert.equal(toText(totalOf(all)), '20')
  assert.deepEqual(all.map(amounts), [['take-or-pay buyer 20 × 10 = 20000'], ['take-or-pay buyer 0 × 10 = 0']])
  assert.ok(all.every(({ positions }) => positions.length === 0))
})

test('TP1 a price that follows an index costs what steps of the same prices do, its reasons go down to the published values, and its floor is what is promised', () => {
  // By hand: 0.9 × 2.00 + 0.20 = 2.00 in February for January's values, 0.9 × 1.00 + 0.20 = 1.10, raised to the floor of 1.50, in March.
  const index = { index: 'gb300-hourly', factor: '0.9', plus: '0.20', floor: '1.50' }
  const terms = { kind: 'take-or-pay', unit: 'units', minimum: '100', from: '2027-02-01' }
  const values = [
    ['2027-01-01', '2.00'],
    ['2027-02-01', '1.00'],
  ] as const
  const readings = values.map(([date, value]) => ({ kind: 'index', source: 'publisher', id: date, index: 'gb300-hourly', date, value }))
  const months = { from: '2027-02', through: '2027-03' }
  const linked = buyingSchedule({ ...terms, price: { ...index, staleDays: 31 } })
  const statements = settleMonths(linked, readings, months)
  assert.deepEqual(
    statements.flatMap(({ lines }) => lines.map(({ amount }) => amount)),
    ['200.00', '150.00'],
  )
  const everything = JSON.stringify(statements[0]!.lines[0]!.reasons)
  assert.ok(everything.includes('"subject":"gb300-hourly"') && everything.includes('Index of 2027-01-01'))
  const steps = [
    { from: '2027-02-01', value: '2.00' },
    { from: '2027-03-01', value: '1.50' },
  ]
  const plainly = settleMonths(buyingSchedule({ ...terms, price: { steps } }), [], months)
  const amountsOf = (all: typeof statements) => all.flatMap(({ lines }) => lines.map(({ exact, key }) => [key, exact]))
  assert.deepEqual(amountsOf(statements), amountsOf(plainly))
  const promised = kindNamed('take-or-pay').commitments!(linked.clauses[0]!, { schedule: linked, from: '2027-02-01', state: {} })
  assert.equal(toText(promised[0]!.amount), '150')
  assert.throws(() => settleMonths(buyingSchedule({ ...terms, price: index }), readings, months), /gb300-hourly/)
})
