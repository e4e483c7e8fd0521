import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClauseId, ConditionId } from '../base/id.ts'
import { decimal, rational, toDecimal } from '../base/rational.ts'
import { add, during, since } from '../base/steps.ts'
import { monthInterval, startOfDate } from '../base/time.ts'
import {
  carried,
  aggregateCap,
  backstopOf,
  factsOf,
  flat,
  hoursOf,
  linesOf,
  minorOf,
  scheduleOf,
  settleMonth,
  stepped,
  term2027,
  zoneOf,
  type Happened,
  type Term,
} from '../../../test/world.ts'
import type { Measure } from '../terms/agreement.ts'
import type { CoveredByBackstop } from '../terms/schedule.ts'

const hour = 3600
/** One day of UTC that is a whole agreement, so that the month's statement holds that day alone. */
const oneDay = (date: string, zone: string = zoneOf.utc): Term => ({ zone, from: date, through: date, currency: 'USD' })
const day = oneDay('2027-09-01')
const from = startOfDate('2027-09-01', 'UTC')
const measures: readonly Measure[] = ['instant', 'hour', 'day', 'period']

const settleDay = (terms: Parameters<typeof backstopOf>[1], happened: Happened, term: Term = day) => {
  const schedule = scheduleOf(term, [backstopOf(term, terms)])
  const facts = factsOf({ from: schedule.from, to: schedule.to }, { a: happened })
  return settleMonth(schedule, facts, term.from.slice(0, 7))
}
const hoursPaid = (...input: Parameters<typeof settleDay>) => toDecimal(hoursOf(settleDay(...input), 'backstop'))

test('ST3 value 1: 40,000 GPUs, 98 % available, 70 % sold, at 2.00', () => {
  const { from: start, to } = monthInterval('2027-09', 'UTC')
  const schedule = scheduleOf(term2027, [backstopOf(term2027)])
  const facts = factsOf(
    { from: start, to },
    { a: { accepted: since(start, 40_000), unavailable: since(start, 800), contracted: since(start, 28_000) } },
  )
  const settlement = settleMonth(schedule, facts, '2027-09')
  assert.equal((to - start) / hour, 720)
  // (39,200 − 28,000) × 720 h
  assert.equal(toDecimal(hoursOf(settlement, 'backstop')), '8064000')
  assert.equal(minorOf(settlement, 'backstop'), 1_612_800_000n)
})

test('ST3 value 13: reserved but down is sold but down, in every measure', () => {
  for (const measure of measures) {
    const twoHours = { from, to: from + 2 * hour }
    const happened = {
      accepted: during(twoHours.from, twoHours.to, 100),
      unavailable: during(from, from + hour, 50),
      contracted: during(twoHours.from, twoHours.to, 60),
    }
    const paid = hoursPaid({ measure }, happened)
    assert.equal(paid, '40', measure)
  }
})

test('ST3 value 14: retention nets within a bucket; a price step cuts the day', () => {
  const noon = from + 12 * hour
  const happened = { accepted: since(from, 100), contracted: add(during(from, noon, 20), during(noon, from + 24 * hour, 80)) }
  const retention = decimal('0.5')
  assert.equal(hoursPaid({ measure: 'hour', retention }, happened), '360')
  assert.equal(hoursPaid({ measure: 'day', retention }, happened), '0')
  const price = [
    [from, flat('2.00')],
    [noon, flat('3.00')],
  ] as const
  const cut = settleDay({ measure: 'day', retention, price }, happened)
  assert.deepEqual(
    linesOf(cut, 'backstop').map(({ quantity, minor }) => [quantity, minor]),
    [
      [`${360 * hour}`, 72_000n],
      ['0', 0n],
    ],
  )
})

test('ST3 value 15: sales above committed offset within the bucket, unless the terms say none; K is not C', () => {
  const noon = from + 12 * hour
  const happened = { accepted: since(from, 100), contracted: add(during(from, noon, 80), during(noon, from + 24 * hour, 20)) }
  const committed = since(from, 50)
  assert.equal(hoursPaid({ measure: 'hour', committed }, happened), '360')
  assert.equal(hoursPaid({ measure: 'day', committed }, happened), '0')
  assert.equal(hoursPaid({ measure: 'day', committed, offset: false }, happened), '360')
  const limit = since(from, 50)
  assert.equal(hoursPaid({ measure: 'hour', limit }, happened), '840')
  assert.equal(hoursPaid({ measure: 'day', limit }, happened), '1200')
})

test('ST4 value 16: a failing condition keeps only what is negative', () => {
  const noon = from + 12 * hour
  const happened = { accepted: since(from, 100), contracted: add(during(from, noon, 20), during(noon, from + 24 * hour, 60)) }
  const terms = { measure: 'day', retention: decimal('0.5'), conditions: [{ id: 'list', presumed: 'met' }] } as const
  const failing = (start: number, end: number) => {
    const schedule = scheduleOf(day, [backstopOf(day, terms)])
    const condition = {
      clause: 'backstop' as ClauseId,
      condition: 'list' as ConditionId,
      block: undefined,
      from: start,
      to: end,
      holds: false,
    }
    const facts = factsOf({ from: schedule.from, to: schedule.to }, { a: happened }, { conditions: start < end ? [condition] : [] })
    const settlement = settleMonth(schedule, facts, '2027-09')
    return [toDecimal(hoursOf(settlement, 'backstop')), toDecimal(hoursOf(settlement, 'ineligible'))]
  }
  assert.deepEqual(failing(from, from), ['240', '0'])
  assert.deepEqual(failing(noon, from + 24 * hour), ['240', '0'])
  assert.deepEqual(failing(from, noon), ['0', '240'])
})

test('ST5 value 17: all caps bind together; over the cap is stated at zero and lost', () => {
  const cut = from + 12 * hour
  // 20,000 GPU-hours in the first half of the day, 40,000 in the second.
  const tenHours = from + 10 * hour
  const whole = { accepted: add(during(from, tenHours, 2_000), during(cut, cut + 10 * hour, 4_000)) }
  const caps = [aggregateCap(day, 'period', 'minor', 10_000_000n), aggregateCap(day, 'contract-year', 'gpu-seconds', 55_000n * 3600n)]
  const price = [
    [from, flat('2.00')],
    [cut, flat('2.50')],
  ] as const
  for (const measure of measures) {
    const settlement = settleDay({ measure, price, caps, cutAtYears: true }, whole)
    assert.deepEqual(
      linesOf(settlement, 'backstop').map(({ quantity, minor }) => [quantity, minor]),
      [
        [`${20_000 * hour}`, 4_000_000n],
        [`${24_000 * hour}`, 6_000_000n],
      ],
      measure,
    )
    assert.equal(toDecimal(hoursOf(settlement, 'over-cap')), '16000')
    assert.equal(minorOf(settlement, 'over-cap'), 0n)
  }
})

test('ST5 value 18, months as paid: an aggregate cap of 100.00 and claims of 40, 30, 50', () => {
  const schedule = scheduleOf(term2027, [backstopOf(term2027, { caps: [aggregateCap(term2027, 'aggregate', 'minor', 10_000n)] })])
  let opening = {}
  const paid = ([20, 15, 25] as const).map((hours, i) => {
    const month = `2027-0${i + 1}`
    const window = monthInterval(month, 'UTC')
    // At 2.00, one GPU for `hours` hours.
    const facts = factsOf(window, { a: { accepted: during(window.from, window.from + hours * hour, 1) } })
    const settlement = settleMonth(schedule, facts, month, opening)
    opening = settlement.closing
    return minorOf(settlement, 'backstop')
  })
  assert.deepEqual(paid, [4_000n, 3_000n, 3_000n])
})

test('ST5 ST7 a money cap that steps within a month is met where it stands', () => {
  const window = monthInterval('2027-01', 'UTC')
  const turn = startOfDate('2027-01-15', 'UTC')
  const steps = [
    [window.from, rational(10_000)],
    [turn, rational(20_000)],
  ] as const
  for (const measure of ['instant', 'hour', 'day'] as const) {
    const clause = backstopOf(term2027, {
      measure,
      caps: [{ id: 'aggregate', per: 'aggregate', unit: 'minor', value: stepped(term2027, steps) }],
    })
    const facts = factsOf(window, { a: { accepted: since(window.from, 1) } })
    const settlement = settleMonth(scheduleOf(term2027, [clause]), facts, '2027-01')
    // One GPU at 2.00 asks 48.00 a day: 100.00 are used up on the third day, and 100.00 more from the 15th on.
    assert.equal(minorOf(settlement, 'backstop'), 20_000n, measure)
    assert.equal(toDecimal(hoursOf(settlement, 'backstop')), '100', measure)
  }
})

test('ST5 a cap that falls below what was drawn pays nothing and takes nothing back', () => {
  const steps = [
    [startOfDate('2027-01-01', 'UTC'), rational(15_000)],
    [startOfDate('2027-02-01', 'UTC'), rational(10_000)],
  ] as const
  const clause = backstopOf(term2027, { caps: [{ id: 'aggregate', per: 'aggregate', unit: 'minor', value: stepped(term2027, steps) }] })
  let opening = {}
  const paid = ['2027-01', '2027-02'].map((month) => {
    const window = monthInterval(month, 'UTC')
    const settlement = settleMonth(
      scheduleOf(term2027, [clause]),
      factsOf(window, { a: { accepted: since(window.from, 1) } }),
      month,
      opening,
    )
    opening = settlement.closing
    return minorOf(settlement, 'backstop')
  })
  assert.deepEqual(paid, [15_000n, 0n])
})

test('ST3 blocks with a commencement of their own are each under the retention of their contract year', () => {
  const window = monthInterval('2027-01', 'UTC')
  const clause = backstopOf(term2027, { blocks: ['a', 'b'] })
  const [a, b] = clause.covers as [CoveredByBackstop, CoveredByBackstop]
  const covers = [
    { ...a, retention: stepped(term2027, [[window.from, decimal('0.1')] as const, [window.to, decimal('0.25')] as const]) },
    { ...b, retention: stepped(term2027, decimal('0.1')) },
  ]
  const accepted = since(window.from, 10)
  const facts = factsOf(window, { a: { accepted }, b: { accepted } })
  const settlement = settleMonth(scheduleOf(term2027, [{ ...clause, covers }], ['a', 'b']), facts, '2027-01')
  assert.equal(toDecimal(hoursOf(settlement, 'backstop')), String(2 * 9 * 744))
})

test('ST3 a limit is counted over the period, however long the clause is', () => {
  const window = monthInterval('2027-01', 'UTC')
  const limit = during(window.from, startOfDate('2033-01-01', 'UTC'), 60_000)
  const clause = backstopOf(term2027, { limit, retention: decimal('0.333') })
  const facts = factsOf(window, { a: { accepted: since(window.from, 50_000) } })
  const settlement = settleMonth(scheduleOf(term2027, [clause]), facts, '2027-01')
  assert.equal(toDecimal(hoursOf(settlement, 'backstop')), String(33_350 * 744))
})

test('ST2 value 19: days of 23, 25 and 23.5 hours', () => {
  const cases = [
    ['Australia/Sydney', '2017-10-01', '1150'],
    ['Australia/Sydney', '2018-04-01', '1250'],
    ['Australia/Lord_Howe', '2017-10-01', '1175'],
  ] as const
  for (const [zone, date, expected] of cases)
    for (const measure of ['hour', 'day'] as const) {
      const term = oneDay(date, zone)
      const start = startOfDate(date, zone)
      assert.equal(
        hoursPaid({ measure, retention: decimal('0.1') }, { accepted: since(start, 100), contracted: since(start, 40) }, term),
        expected,
        `${zone} ${date} ${measure}`,
      )
    }
})

test('ST6 value 24: called capacity is always paid, never below what is held', () => {
  const oneHour = { from, to: from + hour }
  const all = (value: number) => during(oneHour.from, oneHour.to, value)
  for (const measure of measures) {
    const first = settleDay({ measure, retention: decimal('0.1') }, { accepted: all(100), contracted: all(70), called: all(25) })
    assert.equal(toDecimal(hoursOf(first, 'called')), '25', measure)
    assert.equal(toDecimal(hoursOf(first, 'backstop')), '0', measure)
    const down = settleDay({ measure }, { accepted: all(100), unavailable: all(50), contracted: all(60), called: all(25) })
    assert.equal(toDecimal(hoursOf(down, 'called')), '25', measure)
    assert.equal(toDecimal(hoursOf(down, 'backstop')), '0', measure)
  }
})

test('ST5 called capacity is cut last, and what a cap cuts of it is paid outside the caps', () => {
  const caps = [aggregateCap(day, 'aggregate', 'minor', 4_000n)]
  // 30 GPU-h claimed, 25 of them called, at 2.00: the cap lets 20 through.
  const settlement = settleDay(
    { caps, measure: 'hour' },
    { accepted: during(from, from + hour, 100), contracted: during(from, from + hour, 70), called: during(from, from + hour, 25) },
  )
  assert.deepEqual(
    settlement.lines.map(({ formula, quantity, minor }) => [formula, quantity, minor]),
    [
      ['backstop', '0', 0n],
      ['called', `${20 * hour}`, 4_000n],
      ['called-over-cap', `${5 * hour}`, 1_000n],
      ['over-cap', `${5 * hour}`, 0n],
    ],
  )
})

test('ST5 price tiers by cumulative paid GPU-hours cut the quantity, not the time', () => {
  const price = [
    { above: rational(0), value: decimal('3.00') },
    { above: rational(10 * hour), value: decimal('2.00') },
  ]
  for (const measure of measures) {
    const settlement = settleDay({ price, measure }, { accepted: during(from, from + 3 * hour, 5) })
    assert.deepEqual(
      linesOf(settlement, 'backstop').map(({ quantity, minor }) => [quantity, minor]),
      [
        [`${10 * hour}`, 3_000n],
        [`${5 * hour}`, 1_000n],
      ],
      measure,
    )
    assert.equal(carried(settlement, 'backstop').paid, `${15 * hour}`)
  }
})

test('ST7 value 26: an amount is rounded once, half to even', () => {
  const at = (price: string, seconds: number) =>
    minorOf(settleDay({ price: flat(price) }, { accepted: during(from, from + seconds, 1) }), 'backstop')
  const gpus = settleDay({ price: flat('2.345') }, { accepted: during(from, from + 1_000, 1_000) })
  assert.equal(minorOf(gpus, 'backstop'), 65_139n)
  assert.equal(at('2.50', 180), 12n)
})

test('ST4 unproven GPUs: the lower of the two margins counts', () => {
  // C = 80 of 100 accepted, 70 sold; 20 GPUs have no evidence. As down: min(80, 80) − 70 = 10. As up: min(100, 80) − 70 = 10, the same.
  // With 90 sold: as down A = 80, S = 80, x = 0; as up S = 90, x = −10: the lower counts, and offsets another hour of the day.
  const two = { from, to: from + 2 * hour }
  const happened = {
    accepted: during(two.from, two.to, 100),
    unavailable: during(from, from + hour, 20),
    unproven: during(from, from + hour, 20),
    contracted: add(during(from, from + hour, 90), during(from + hour, two.to, 50)),
  }
  const committed = since(from, 80)
  assert.equal(hoursPaid({ committed, measure: 'day' }, happened), '20')
  assert.equal(hoursPaid({ committed, measure: 'hour' }, happened), '30')
})

test('ST8 blocks that pool net each other; blocks that do not, do not', () => {
  const term = day
  const window = { from, to: from + 24 * hour }
  const blocks = {
    a: { accepted: during(from, from + hour, 100), contracted: during(from, from + hour, 90) },
    b: { accepted: during(from, from + hour, 100), contracted: during(from, from + hour, 20) },
  }
  const settleWith = (pooled: boolean) => {
    const clause = backstopOf(term, { blocks: ['a', 'b'], retention: decimal('0.5'), pooled })
    return hoursOf(settleMonth(scheduleOf(term, [clause], ['a', 'b']), factsOf(window, blocks), '2027-09'), 'backstop')
  }
  // Alone: max(0, 10 − 50) + max(0, 80 − 50) = 30; pooled: max(0, −40 + 30) = 0.
  assert.equal(toDecimal(settleWith(false)), '30')
  assert.equal(toDecimal(settleWith(true)), '0')
})

test('ST8 pooled blocks sum their limits: two of 50 GPUs each are paid as many as when alone', () => {
  const window = { from, to: from + 24 * hour }
  const blocks = { a: { accepted: during(from, from + hour, 100) }, b: { accepted: during(from, from + hour, 100) } }
  for (const pooled of [false, true]) {
    const clause = backstopOf(day, { blocks: ['a', 'b'], limit: during(from, from + hour, 50), pooled, measure: 'hour' })
    const settlement = settleMonth(scheduleOf(day, [clause], ['a', 'b']), factsOf(window, blocks), '2027-09')
    assert.equal(toDecimal(hoursOf(settlement, 'backstop')), '100')
  }
})
