import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compare, floor, nought, plus, rational, toDecimal } from '../base/rational.ts'
import { since } from '../base/steps.ts'
import { monthInterval, startOfDate } from '../base/time.ts'
import {
  backstopOf,
  chargeOf,
  factsOf,
  flat,
  hoursOf,
  linesOf,
  minorOf,
  scheduleOf,
  settleMonth,
  shareOf,
  term2027,
} from '../../../test/world.ts'
import { runningState, type State } from './line.ts'
import { partOf, settlementWindow } from './period.ts'
import { roundLines } from './round.ts'

test('ST15 a quarter settles with its last month, on the facts of all three', () => {
  const schedule = scheduleOf(term2027, [backstopOf(term2027, { period: 'quarter' })])
  assert.equal(partOf(schedule.clauses[0]!, '2027-01', 'UTC'), undefined)
  assert.equal(partOf(schedule.clauses[0]!, '2027-03', 'UTC')?.label, '2027-Q1')
  assert.deepEqual(settlementWindow(schedule, '2027-03'), { from: startOfDate('2027-01-01', 'UTC'), to: startOfDate('2027-04-01', 'UTC') })
  assert.deepEqual(settlementWindow(schedule, '2027-02'), monthInterval('2027-02', 'UTC'))
  const late = scheduleOf(term2027, [backstopOf(term2027, { period: 'quarter', from: '2027-02-20' })])
  assert.deepEqual(settlementWindow(late, '2027-03').from, startOfDate('2027-02-01', 'UTC'))
  const facts = factsOf(settlementWindow(schedule, '2027-03'), { a: { accepted: since(schedule.from, 2) } })
  // 90 days of two GPUs.
  assert.equal(toDecimal(hoursOf(settleMonth(schedule, facts, '2027-03'), 'backstop')), `${2 * 90 * 24}`)
})

test('ST15 a clause that ends mid-period settles there, and what is set per period is scaled by seconds', () => {
  const clause = { ...shareOf(term2027, { base: '3000' }), to: startOfDate('2027-01-11', 'UTC') }
  const schedule = scheduleOf(term2027, [clause])
  const window = monthInterval('2027-01', 'UTC')
  const settlement = settleMonth(schedule, factsOf(window, { a: { accepted: since(window.from, 1) } }), '2027-01')
  // Ten of 31 days: 3,000 × 10 / 31 = 967.7419…
  assert.equal(linesOf(settlement, 'share-base')[0]?.minor, 96_774n)
  assert.equal(partOf(clause, '2027-02', 'UTC'), undefined)
  assert.equal(partOf(clause, '2026-12', 'UTC'), undefined)
})

test('ST15 a year of months settles each month once', () => {
  const schedule = scheduleOf(term2027, [backstopOf(term2027), shareOf(term2027)])
  let opening: State = {}
  let whole = nought
  for (let month = 1; month <= 12; month++) {
    const name = `2027-${String(month).padStart(2, '0')}`
    const window = monthInterval(name, 'UTC')
    const facts = factsOf(window, { a: { accepted: since(window.from, 3) } }, { charges: [chargeOf('100', window.from, window.to)] })
    const settlement = settleMonth(schedule, facts, name, opening)
    opening = settlement.closing
    whole = plus(whole, hoursOf(settlement, 'backstop'))
    assert.equal(minorOf(settlement, 'share'), 1_000n)
  }
  assert.equal(toDecimal(whole), `${3 * 365 * 24}`)
  assert.equal(runningState(opening['share']!).base['all'], '1200')
})

const amounts = fc.array(
  fc.tuple(fc.bigInt({ min: 0n, max: 10_000n }), fc.bigInt({ min: 1n, max: 30n })).map(([n, d]) => rational(n, d)),
  { minLength: 1, maxLength: 6 },
)

test('ST7 each line is within one unit of its exact amount, and no limit is exceeded', () => {
  fc.assert(
    fc.property(amounts, fc.bigInt({ min: 0n, max: 3n }), (exact, slack) => {
      const sum = exact.reduce(plus, nought)
      const left = rational(floor(sum) + (sum.d === 1n ? 0n : 1n) + slack)
      const lines = exact.map((_, i) => i)
      const rounded = roundLines(exact, [{ lines, left }])
      assert.ok(compare(rational(rounded.reduce((a, b) => a + b, 0n)), left) <= 0)
      for (const [i, minor] of rounded.entries()) {
        const off = plus(rational(minor), rational(-exact[i]!.n, exact[i]!.d))
        assert.ok(compare(off, rational(-1)) > 0 && compare(off, rational(1)) < 0)
      }
    }),
  )
})

test('ST7 lines that one cap cuts meet it exactly: thirds of 100 are 34, 33 and 33', () => {
  const third = rational(100, 3)
  assert.deepEqual(roundLines([third, third, third], [{ lines: [0, 1, 2], left: rational(100) }]), [34n, 33n, 33n])
  // A cap that is not reached leaves each line to itself: 33.33 and 33.33.
  assert.deepEqual(roundLines([third, third], [{ lines: [0, 1], left: rational(100) }]), [33n, 33n])
})

test('ST5 a part that starts together shares a cap in proportion to what it claims', () => {
  const day = { ...term2027, through: '2027-01-01' }
  const window = { from: startOfDate('2027-01-01', 'UTC'), to: startOfDate('2027-01-02', 'UTC') }
  const caps = [
    { id: 'all', per: 'aggregate', unit: 'minor', value: [{ from: window.from, value: rational(10_000), pointer: '' }] },
  ] as const
  for (const measure of ['instant', 'hour', 'day', 'period'] as const) {
    const clause = backstopOf(day, { blocks: ['a', 'b'], measure, caps, price: flat('1.00') })
    const facts = factsOf(window, { a: { accepted: since(window.from, 30) }, b: { accepted: since(window.from, 10) } })
    const settlement = settleMonth(scheduleOf(day, [clause], ['a', 'b']), facts, '2027-01')
    // 100.00 of 960.00 claimed, three to one.
    assert.deepEqual(
      linesOf(settlement, 'backstop').map(({ minor }) => minor),
      [7_500n, 2_500n],
      measure,
    )
  }
})
