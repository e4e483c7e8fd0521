import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { aggregateCap, backstopOf, factsOf, scheduleOf, settleMonth, term2027, yearsOf } from '../../../test/world.ts'
import { compare, decimal, over, plus, rational, times, toDecimal, total } from '../base/rational.ts'
import { since } from '../base/steps.ts'
import { monthInterval, nextMonth, startOfDate } from '../base/time.ts'
import type { ResolvedBackstop } from '../terms/schedule.ts'
import { kindNamed } from './kinds.ts'
import type { State } from './line.ts'

const term = { ...term2027, through: '2028-12-31' }
const block = (gpus: number) => ({ tranches: [{ id: 't' as never, gpus, due: '2027-01-01' }] })
const worldOf = (gpus: number, ...clauses: ResolvedBackstop[]) => {
  const schedule = scheduleOf(term, clauses)
  return { ...schedule, blocks: schedule.blocks.map((each) => ({ ...each, ...block(gpus) })) }
}
const promisedOf = (schedule: ReturnType<typeof worldOf>, from: string, state: State = {}) =>
  schedule.clauses.flatMap((clause) => kindNamed(clause.kind).commitments!(clause, { schedule, from, state: state[clause.id] ?? {} }))
const told = (promised: ReturnType<typeof promisedOf>) =>
  promised.map(({ from, through, amount, nature }) => [from, through, toDecimal(amount), nature])

test('BC1 without caps: what the operator does not retain, idle at the price, by contract year', () => {
  // 100 GPUs, a tenth retained: 90 × 8,760 h × 2.00 in 2027, 90 × 8,784 h × 2.00 in 2028.
  assert.deepEqual(told(promisedOf(worldOf(100, backstopOf(term, { retention: decimal('0.1') })), '2027-01-01')), [
    ['2027-01-01', '2027-12-31', '1576800', 'contingent'],
    ['2028-01-01', '2028-12-31', '1581120', 'contingent'],
  ])
  // C = 40 and K = 10 at once: the lesser, and only from the date on. 10 × 31 days × 24 h × 2.00 in December.
  const limited = backstopOf(term, {
    committed: since(startOfDate('2027-01-01', 'UTC'), 40),
    limit: since(startOfDate('2027-01-01', 'UTC'), 10),
  })
  assert.deepEqual(told(promisedOf(worldOf(100, limited), '2027-12-01'))[0], ['2027-12-01', '2027-12-31', '14880', 'contingent'])
})

test('BC1 with money caps: what is left of them, the earliest it can fall due', () => {
  const caps = [aggregateCap(term, 'contract-year', 'minor', 100_000_00n), aggregateCap(term, 'aggregate', 'minor', 150_000_00n)]
  const schedule = worldOf(100, backstopOf(term, { caps }))
  assert.deepEqual(told(promisedOf(schedule, '2027-01-01')), [
    // 148,800 a month: each year is used up in its January.
    ['2027-01-01', '2027-01-31', '100000', 'contingent'],
    ['2028-01-01', '2028-01-31', '50000', 'contingent'],
  ])
  const state = { backstop: { drawn: { 'contract-year-minor#y1': '7000000', 'aggregate-minor': '7000000' } } }
  assert.deepEqual(told(promisedOf(schedule, '2027-06-01', state)), [
    ['2027-06-01', '2027-06-30', '30000', 'contingent'],
    ['2028-01-01', '2028-01-31', '50000', 'contingent'],
  ])
})

test('BC1 with GPU-hour caps alone: GPU-hours × the highest price', () => {
  const cap = aggregateCap(term, 'contract-year', 'gpu-seconds', 1_000n * 3_600n)
  const price = [
    { above: rational(0), value: decimal('2.00') },
    { above: rational(3_600n * 500n), value: decimal('2.50') },
  ]
  assert.deepEqual(
    told(promisedOf(worldOf(100, backstopOf(term, { caps: [cap], price })), '2027-01-01')).map(([, , amount]) => amount),
    ['2500', '2500'],
  )
  const perPeriod = aggregateCap(term, 'period', 'minor', 1_000_00n)
  assert.deepEqual(
    told(promisedOf(worldOf(100, backstopOf(term, { caps: [perPeriod], period: 'quarter' })), '2027-01-01')).map(([, , amount]) => amount),
    ['4000', '4000'],
  )
})

test('BC1 slices of one clause are one promise: an amendment does not say the aggregate cap twice', () => {
  const caps = [aggregateCap(term, 'aggregate', 'minor', 150_000_00n)]
  const [first, second] = [
    backstopOf(term, { caps, through: '2027-01-15', years: yearsOf(term) }),
    backstopOf(term, { caps, from: '2027-01-16', years: yearsOf(term) }),
  ]
  const all = promisedOf(worldOf(100, first, second), '2027-01-01')
  assert.equal(toDecimal(total(all.map(({ amount }) => amount))), '150000')
  assert.deepEqual(told(promisedOf(worldOf(100, first, second), '2027-03-01')), [['2027-03-01', '2027-04-30', '150000', 'contingent']])
})

test('BC1 what was promised is what is paid where all lies idle, and never less than what is paid', () => {
  const anyCap = fc.record({
    per: fc.constantFrom('period' as const, 'contract-year' as const, 'aggregate' as const),
    unit: fc.constantFrom('minor' as const, 'gpu-seconds' as const),
    value: fc.bigInt({ min: 1n, max: 60n }).map((tens) => tens * 3_600n * 100n),
  })
  fc.assert(
    fc.property(
      fc.array(anyCap, { maxLength: 3 }),
      fc.integer({ min: 0, max: 3 }),
      fc.integer({ min: 0, max: 100 }),
      (some, months, sold) => {
        const caps = some.map(({ per, unit, value }, i) => aggregateCap(term, per, unit, value, `cap-${i}`))
        const short = { ...term, through: '2027-06-30' }
        const clause = backstopOf(short, { caps, retention: decimal('0.25') })
        const base = scheduleOf(short, [clause])
        const schedule = { ...base, blocks: base.blocks.map((each) => ({ ...each, ...block(100) })) }
        const [start] = [startOfDate('2027-01-01', 'UTC')]
        const pay = (first: string, contracted: number, opening: State) => {
          let [state, paid] = [opening, 0n]
          const facts = { a: { accepted: since(start, 100), ...(contracted === 0 ? {} : { contracted: since(start, contracted) }) } }
          for (let month = first; month <= '2027-06'; month = nextMonth(month)) {
            const settled = settleMonth(schedule, factsOf(monthInterval(month, 'UTC'), facts), month, state)
            paid += settled.lines.reduce((sum, { minor }) => sum + minor, 0n)
            state = settled.closing
          }
          return paid
        }
        // Some months of partial use first, so that caps are drawn already.
        let opening: State = {}
        let month = '2027-01'
        for (let i = 0; i < months; i++, month = nextMonth(month))
          opening = settleMonth(
            schedule,
            factsOf(monthInterval(month, 'UTC'), { a: { accepted: since(start, 100), contracted: since(start, 50) } }),
            month,
            opening,
          ).closing
        const promised = kindNamed(clause.kind).commitments!(clause, { schedule, from: `${month}-01`, state: opening['backstop'] ?? {} })
        const most = times(total(promised.map(({ amount }) => amount)), rational(100))
        assert.equal(compare(most, rational(pay(month, 0, opening))), 0, 'all idle')
        assert.ok(compare(most, rational(pay(month, sold, opening))) >= 0, 'some sold')
        // 75 GPUs idle at 2.00 for the days that are left.
        const seconds = monthInterval('2027-06', 'UTC').to - startOfDate(`${month}-01`, 'UTC')
        const idle = over(rational(75n * 2n * BigInt(seconds)), rational(36))
        assert.ok(compare(most, plus(idle, rational(0))) <= 0)
      },
    ),
    { numRuns: 40 },
  )
})

test('BC1 at a price that follows an index: at its cap; without one only as far as a cap on money says, and nothing where neither does', () => {
  const linked = (cap: string | undefined, caps: ResolvedBackstop['caps']) => {
    const clause = backstopOf(term, { caps, through: '2027-01-31' })
    const index = { index: 'gb300', factor: rational(1), plus: rational(0), floor: undefined, lagMonths: 1, staleDays: 7, pointer: '/x' }
    const price = { ...index, cap: cap === undefined ? undefined : decimal(cap) }
    return worldOf(100, { ...clause, covers: clause.covers.map((covered) => ({ ...covered, price })) })
  }
  const most = (schedule: ReturnType<typeof worldOf>) => told(promisedOf(schedule, '2027-01-01')).map(([, , amount]) => amount)
  // 100 GPUs × 744 h × 3.00.
  assert.deepEqual(most(linked('3.00', [])), ['223200'])
  assert.deepEqual(most(linked(undefined, [aggregateCap(term, 'aggregate', 'minor', 50_000_00n)])), ['50000'])
  assert.deepEqual(most(linked(undefined, [])), [])
})
