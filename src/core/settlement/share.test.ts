import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decimal, fromText, rational, toDecimal, toFixed } from '../base/rational.ts'
import { during, since } from '../base/steps.ts'
import { monthInterval, startOfDate } from '../base/time.ts'
import {
  carried,
  backstopOf,
  chargeOf,
  factsOf,
  flat,
  linesOf,
  minorOf,
  scheduleOf,
  settleMonth,
  shareOf,
  term2027,
  yearsOf,
} from '../../../test/world.ts'
import { sayRecouped } from './say-recoupment.ts'
import type { Term } from '../../../test/world.ts'

const january = monthInterval('2027-01', 'UTC')
const february = monthInterval('2027-02', 'UTC')
const nothing = { a: { accepted: since(january.from, 1) } }

test('ST9 value 5: a base and marginal tiers', () => {
  const rate = [
    { above: rational(0), value: decimal('0') },
    { above: rational(1_000_000), value: decimal('0.04') },
  ]
  const schedule = scheduleOf(term2027, [shareOf(term2027, { base: '50000', rate })])
  const facts = factsOf(january, nothing, { charges: [chargeOf('1100000', january.from, january.to)] })
  const settlement = settleMonth(schedule, facts, '2027-01')
  assert.equal(minorOf(settlement, 'share', 'share-base'), 5_400_000n)
})

test('ST9 value 21: tiers follow the cumulative base up and down', () => {
  const rate = [
    { above: rational(0), value: decimal('0.10') },
    { above: rational(10_000_000), value: decimal('0.05') },
  ]
  const schedule = scheduleOf(term2027, [shareOf(term2027, { rate })])
  const opening = { share: { drawn: {}, paid: '0', base: { all: '8500000' }, recoupable: '0' } }
  const first = settleMonth(
    schedule,
    factsOf(january, nothing, { charges: [chargeOf('3000000', january.from, january.to)] }),
    '2027-01',
    opening,
  )
  assert.equal(minorOf(first, 'share'), 22_500_000n)
  const second = settleMonth(
    schedule,
    factsOf(february, nothing, { charges: [chargeOf('-2000000', february.from, february.to)] }),
    '2027-02',
    first.closing,
  )
  assert.equal(minorOf(second, 'share'), -12_500_000n)
})

test('ST9 a rate step divides a charge exactly, by the second', () => {
  const { from, to } = monthInterval('2027-09', 'UTC')
  const step = startOfDate('2027-09-16', 'UTC')
  const rate = [
    [from, flat('0.175')],
    [step, flat('0.16')],
  ] as const
  const schedule = scheduleOf(term2027, [shareOf(term2027, { rate })])
  // 15 of 30 days each way.
  const settlement = settleMonth(schedule, factsOf({ from, to }, nothing, { charges: [chargeOf('3000.00', from, to)] }), '2027-09')
  assert.deepEqual(
    linesOf(settlement, 'share').map(({ quantity, minor }) => [quantity, minor]),
    [
      ['1500', 26_250n],
      ['1500', 24_000n],
    ],
  )
})

test('ST9 a charge at an instant belongs to the month and the rate of that instant; what lies outside belongs elsewhere', () => {
  const schedule = scheduleOf(term2027, [shareOf(term2027)])
  const charges = [
    chargeOf('100', january.to - 1, january.to - 1),
    chargeOf('100', january.to, january.to),
    chargeOf('100', january.to - 10, january.to + 30),
  ]
  const settlement = settleMonth(schedule, factsOf(january, nothing, { charges }), '2027-01')
  assert.equal(linesOf(settlement, 'share')[0]?.quantity, '125')
})

test('ST9 contract years restart a base that resets, and always part lines', () => {
  const term: Term = { zone: 'UTC', from: '2027-01-15', through: '2028-12-31', currency: 'USD' }
  const rate = [
    { above: rational(0), value: decimal('0.10') },
    { above: rational(1_000), value: decimal('0.05') },
  ]
  const schedule = scheduleOf(term, [shareOf(term, { rate, reset: 'year', years: yearsOf(term) })])
  const month = monthInterval('2028-01', 'UTC')
  const turn = startOfDate('2028-01-15', 'UTC')
  const charges = [chargeOf('500', turn - 10, turn - 10), chargeOf('1500', turn, turn)]
  const opening = { share: { drawn: {}, paid: '0', base: { '2027-01-15': '900' }, recoupable: '0' } }
  const settlement = settleMonth(schedule, factsOf(month, { a: { accepted: since(month.from, 1) } }, { charges }), '2028-01', opening)
  // Year 1: 100 at 10 % and 400 at 5 %; year 2: 1,000 at 10 % and 500 at 5 %.
  assert.deepEqual(
    linesOf(settlement, 'share').map(({ contractYear, quantity, minor }) => [contractYear, quantity, minor]),
    [
      [1, '100', 1_000n],
      [1, '400', 2_000n],
      [2, '1000', 10_000n],
      [2, '500', 2_500n],
    ],
  )
})

test('ST9 a base that resets is that of each contract year, also where blocks begin theirs years apart', () => {
  const rate = [
    { above: rational(0), value: decimal('0') },
    { above: rational(1_000), value: decimal('0.5') },
  ]
  const own = yearsOf({ ...term2027, from: '2030-07-01' })
  const share = shareOf(term2027, { blocks: ['a', 'b'], rate, reset: 'year' })
  const clause = { ...share, covers: share.covers.map((each) => (each.block === 'b' ? { ...each, years: own } : each)) }
  let opening = {}
  const stated = ['2030-07', '2030-08'].map((month) => {
    const { from, to } = monthInterval(month, 'UTC')
    const accepted = since(from, 1)
    const charges = [chargeOf('300', from, to, 'a'), chargeOf('900', from, to, 'b')]
    const facts = factsOf({ from, to }, { a: { accepted }, b: { accepted } }, { charges })
    const settlement = settleMonth(scheduleOf(term2027, [clause], ['a', 'b']), facts, month, opening)
    opening = settlement.closing
    return linesOf(settlement, 'share').map(({ block, contractYear, minor }) => [block, contractYear, minor])
  })
  // Block a stays below 1,000 in its fourth year; block b passes it in the second month of its first: half of 800.
  assert.deepEqual(stated, [
    [
      ['a', 4, 0n],
      ['b', 1, 0n],
    ],
    [
      ['a', 4, 0n],
      ['b', 1, 0n],
      ['b', 1, 40_000n],
    ],
  ])
})

test('ST10 value 22: accrue, recoup, then add; a payment is not recouped from its own period', () => {
  const recoupment = { share: decimal('0.5'), threshold: decimal('4000000'), accrual: decimal('0.06'), yearDays: 365 } as const
  const clause = backstopOf(term2027, { recoupment })
  const schedule = scheduleOf(term2027, [clause])
  const opening = { backstop: { drawn: {}, paid: '0', base: {}, recoupable: '1000000' } }
  // 150,000 GPU-hours at 2.00 are 300,000.00.
  const accepted = during(january.from, january.from + 100 * 3600, 1_500)
  const facts = factsOf(january, { a: { accepted } }, { charges: [chargeOf('4500000', january.from, january.to)] })
  const settlement = settleMonth(schedule, facts, '2027-01', opening)
  assert.equal(minorOf(settlement, 'backstop'), 30_000_000n)
  const [line] = linesOf(settlement, 'recoupment')
  assert.equal(line?.minor, 25_000_000n)
  assert.deepEqual([line?.payer, line?.payee], ['operator', 'guarantor'])
  const accrual = line?.reasons.find(({ word }) => word === 'Accrual on it')
  assert.equal(toFixed(fromText(accrual?.value ?? '0'), 2), '5095.89')
  assert.equal(toFixed(fromText(carried(settlement, 'backstop').recoupable), 2), '1055095.89')
  // 1,005,095.89 owed, less 250,000.00.
  assert.equal(
    sayRecouped(line, between),
    'Cloud pays back 250,000.00 USD of what Grantor paid on earlier lines of clause backstop: 1,000,000.00 USD of it were owed back when the period opened, and 5,095.89 USD accrued on that. The limit that held is 50.0 % of the revenue above 4,000,000.00 USD: of 500,000.00 USD. 755,095.89 USD stay owed back, before what this month adds.',
  )
})
const between = { currency: 'USD', payer: 'Cloud', payee: 'Grantor' }

test('ST10 where revenue stays below the threshold the line says that nothing is taken back, and what stays owed', () => {
  const recoupment = { share: decimal('0.5'), threshold: decimal('4000'), accrual: decimal('0'), yearDays: 365 } as const
  const schedule = scheduleOf(term2027, [backstopOf(term2027, { recoupment })])
  const opening = { backstop: { drawn: {}, paid: '0', base: {}, recoupable: '10' } }
  const settlement = settleMonth(schedule, factsOf(january, { a: { accepted: during(january.from, january.to, 0) } }), '2027-01', opening)
  assert.equal(
    sayRecouped(linesOf(settlement, 'recoupment')[0]!, between),
    'Nothing is taken back: revenue did not reach 4,000.00 USD, above which 50.0 % of it pay back what Grantor paid on earlier lines of clause backstop: 10.00 USD of it were owed back when the period opened. 10.00 USD stay owed back, before what this month adds.',
  )
})

test('ST10 what is recouped never exceeds what is owed', () => {
  const recoupment = { share: decimal('1'), threshold: decimal('0'), accrual: decimal('0'), yearDays: 365 } as const
  const schedule = scheduleOf(term2027, [backstopOf(term2027, { recoupment })])
  const opening = { backstop: { drawn: {}, paid: '0', base: {}, recoupable: '10' } }
  const facts = factsOf(
    january,
    { a: { accepted: during(january.from, january.from + 1, 0) } },
    { charges: [chargeOf('500', january.from, january.to)] },
  )
  const settlement = settleMonth(schedule, facts, '2027-01', opening)
  assert.equal(minorOf(settlement, 'recoupment'), 1_000n)
  assert.equal(
    sayRecouped(linesOf(settlement, 'recoupment')[0]!, between),
    'Cloud pays back 10.00 USD of what Grantor paid on earlier lines of clause backstop: 10.00 USD of it were owed back when the period opened. The limit that held is what is owed: 100.0 % of the revenue above 0.00 USD would have been 500.00 USD. Nothing of it stays owed back.',
  )
  assert.equal(carried(settlement, 'backstop').recoupable, '0')
  assert.equal(toDecimal(decimal('10')), '10')
})
