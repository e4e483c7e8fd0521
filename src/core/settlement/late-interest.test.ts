import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { problemsOfText, scheduleOfText } from '../../../test/settling.ts'
import { factsOf } from '../../../test/world.ts'
import type { PartyId } from '../base/id.ts'
import { decimal, fromText, plus, rational, times, toText, nought } from '../base/rational.ts'
import { addDays, daysBetween, monthInterval, nextMonth, startOfDate, type Month } from '../base/time.ts'
import type { DisputeFact, PaymentFact, RulingFact } from '../meter/facts.ts'
import { checkReasons } from '../statements/explain.ts'
import { clauseKinds } from './kinds.ts'
import { settle } from './settle.ts'
import type { StatedCharge, StatedMonth } from './stated.ts'
import { sentences } from '../terms/sentences.ts'

const document = (more = '', clauses = '') => `
offtake: 1
agreement: late
title: Late
parties: [{ id: vendor, name: Vendor, role: guarantor }, { id: cloud, name: Cloud, role: operator }]
zone: Australia/Sydney
currency: USD
term: { from: 2027-01-01, through: 2027-12-31 }
clauses:
  - { id: interest, kind: late-interest, payer: cloud, payee: vendor, rate: '0.09'${more} }
${clauses}
settlement: { due: { days: 14 } }
`
const schedule = scheduleOfText(document())

const charge = (key: string, minor: bigint, more: Partial<StatedCharge> = {}): StatedCharge => ({
  key,
  clause: 'share',
  formula: 'share',
  payer: 'cloud' as PartyId,
  payee: 'vendor' as PartyId,
  minor,
  block: undefined,
  from: 0,
  to: 1,
  version: 1,
  contractYear: 1,
  reason: undefined,
  ...more,
})
const backstop = { clause: 'backstop', formula: 'backstop', payer: 'vendor' as PartyId, payee: 'cloud' as PartyId }
/** The statement of February, final on 1 March 2027, due on the 15th. */
const february = (...lines: StatedCharge[]): StatedMonth => ({ month: '2027-02', finalOn: '2027-03-01', dueOn: '2027-03-15', lines })
const pay = (date: string, amount: string, payer = 'cloud', month = '2027-02'): PaymentFact => ({
  month,
  payer: payer as PartyId,
  date,
  amount: decimal(amount),
})
type Told = Readonly<{ payments: readonly PaymentFact[]; disputes?: readonly DisputeFact[]; rulings?: readonly RulingFact[] }>
const lateIn = (month: Month, stated: readonly StatedMonth[], told: Told, of = schedule) => {
  const facts = factsOf(monthInterval(month, of.zone), {}, told)
  const { lines } = settle({ schedule: of, facts, month, opening: {}, stated })
  for (const line of lines) assert.equal(checkReasons(line), undefined)
  return lines
}
const amounts = (...all: Parameters<typeof lateIn>) => lateIn(...all).map(({ payer, minor }) => `${payer} ${minor}`)

test('LP11 worked value 26: 100,000.00 at 9 %, due 2027-03-15 and paid 2027-04-14, bears 739.73', () => {
  const [line, ...more] = lateIn('2027-04', [february(charge('k', 10_000_000n))], { payments: [pay('2027-04-14', '100000.00')] })
  assert.deepEqual(more, [])
  // 100,000.00 × 0.09 × 30 / 365
  assert.equal(line!.exact, toText(times(rational(9_000), rational(30, 365))))
  assert.equal(line!.minor, 73_973n)
  assert.deepEqual([line!.payer, line!.payee], ['cloud', 'vendor'])
  assert.deepEqual([line!.from, line!.to], [startOfDate('2027-03-15', schedule.zone), startOfDate('2027-04-14', schedule.zone)])
})

describe('LP11 what bears interest', () => {
  const stated = [february(charge('k', 10_000_000n), charge('b', 4_000_000n, backstop))]
  test('LP11 the net, where the agreement nets; else what each pays', () => {
    // 60,000.00 × 0.09 × 30 / 365 = 443.835…; gross 100,000.00, of which 60,000.00 was paid: the same.
    assert.deepEqual(amounts('2027-04', stated, { payments: [pay('2027-04-14', '100000')] }), ['cloud 44384'])
    const gross = scheduleOfText(document().replace('settlement: {', 'settlement: { netting: false,'))
    const payments = [pay('2027-04-14', '100000'), pay('2027-04-14', '40000', 'vendor')]
    // 40,000.00 × 0.09 × 30 / 365 = 295.890…
    assert.deepEqual(amounts('2027-04', stated, { payments }, gross), ['cloud 73973', 'vendor 29589'])
  })
  test('LP11 whoever was paid late is owed it: a negative net is payable the other way', () => {
    const other = [february(charge('k', 1_000_000n), charge('b', 4_000_000n, backstop))]
    // 30,000.00 × 0.09 × 30 / 365 = 221.917…
    assert.deepEqual(amounts('2027-04', other, { payments: [pay('2027-04-14', '30000', 'vendor')] }), ['vendor 22192'])
  })
  test('LP11 a payment in time bears none; it is stated in the month of the payment, and in no other', () => {
    assert.deepEqual(amounts('2027-03', stated, { payments: [pay('2027-03-15', '60000')] }), [])
    const payments = [pay('2027-04-14', '60000')]
    for (const month of ['2027-03', '2027-05']) assert.deepEqual(amounts(month, stated, { payments }), [])
  })
  test('LP11 none on interest, nor on a correction unless the clause says so', () => {
    const lines = [
      charge('k', 10_000_000n),
      charge('i', 50_000n, { formula: 'late-interest' }),
      charge('k', 2_000_000n, { corrects: '2027-01' }),
    ]
    const payments = [pay('2027-04-14', '120500')]
    assert.deepEqual(amounts('2027-04', [february(...lines)], { payments }), ['cloud 73973'])
    const bears = scheduleOfText(document(', interestOnCorrections: true'))
    // 120,000.00 × 0.09 × 30 / 365 = 887.671…
    assert.deepEqual(amounts('2027-04', [february(...lines)], { payments }, bears), ['cloud 88767'])
  })
  test('LP11 not beyond what is payable: a credit for another month lowers what can be late', () => {
    const lines = [charge('k', 10_000_000n), charge('k', -4_000_000n, { corrects: '2027-01' })]
    assert.deepEqual(amounts('2027-04', [february(...lines)], { payments: [pay('2027-04-14', '60000')] }), ['cloud 44384'])
  })
  test('LP11 the day count that is written', () => {
    const thirty = scheduleOfText(document(", dayCount: '30E/360'"))
    // 15 March to 14 April is 29 days of 360.
    const [line] = lateIn('2027-04', [february(charge('k', 10_000_000n))], { payments: [pay('2027-04-14', '100000')] }, thirty)
    assert.equal(line!.exact, toText(rational(9_000 * 29, 360)))
  })
})

describe('LP12 disputes and late interest', () => {
  const stated = [february(charge('k', 10_000_000n))]
  const at = startOfDate('2027-03-10', schedule.zone)
  const filed: DisputeFact = { id: 'd', month: '2027-02', line: 'k', amount: decimal('40000'), at, reason: 'no' }
  const found: RulingFact = { dispute: 'd', upheld: decimal('10000'), at: startOfDate('2027-04-20', schedule.zone) }
  const rest = pay('2027-03-15', '60000')
  test('LP12 what is held bears none', () => {
    assert.deepEqual(amounts('2027-04', stated, { payments: [rest, pay('2027-04-14', '40000')], disputes: [filed] }), [])
  })
  test('LP12 what is found due bears it from its first due date, what is upheld never does', () => {
    // 30,000.00 × 0.09 × 61 / 365 = 451.232…: 15 March to 15 May.
    assert.deepEqual(amounts('2027-05', stated, { payments: [rest, pay('2027-05-15', '40000')], disputes: [filed], rulings: [found] }), [
      'cloud 45123',
    ])
    // Paid before the ruling, under protest: that month is settled again.
    assert.deepEqual(amounts('2027-04', stated, { payments: [rest, pay('2027-04-14', '40000')], disputes: [filed], rulings: [found] }), [
      'cloud 22192',
    ])
  })
})

test('LP13 in whatever parts and order it is paid, each part bears interest for its own days, and no more than is owed', () => {
  const parts = fc.array(fc.record({ days: fc.integer({ min: -10, max: 150 }), cents: fc.integer({ min: 1, max: 6_000_000 }) }), {
    maxLength: 6,
  })
  fc.assert(
    fc.property(parts, (all) => {
      const stated = [february(charge('k', 10_000_000n))]
      const payments = all.map(({ days, cents }) => ({ ...pay(addDays('2027-03-15', days), '0'), amount: rational(cents, 100) }))
      let sum = nought
      for (let month = '2027-03'; month <= '2027-09'; month = nextMonth(month))
        for (const line of lateIn(month, stated, { payments })) sum = plus(sum, fromText(line.exact))
      let [left, expected] = [10_000_000, nought]
      for (const { days, cents } of all.toSorted((a, b) => a.days - b.days)) {
        const taken = Math.min(left, cents)
        left -= taken
        if (days > 0) expected = plus(expected, rational(BigInt(taken) * 9n * BigInt(days), 100n * 100n * 365n))
      }
      assert.deepEqual(sum, expected)
    }),
    { numRuns: 200 },
  )
})

test('LP10 what is paid late after the term is stated after it', () => {
  const december: StatedMonth = { ...february(charge('k', 10_000_000n)), month: '2027-12', finalOn: '2028-01-01', dueOn: '2028-01-15' }
  const payments = [pay('2028-02-14', '100000', 'cloud', '2027-12')]
  assert.equal(daysBetween('2028-01-15', '2028-02-14'), 30)
  assert.deepEqual(amounts('2028-02', [december], { payments }), ['cloud 73973'])
  assert.deepEqual(amounts('2028-01', [december], { payments }), [])
})

test('LP14 what contradicts itself is refused, with what would be right', () => {
  assert.deepEqual(problemsOfText(document(', period: quarter')), [
    '/clauses/0/period: is quarter: interest is stated in the month of the payment, leave `period` out',
  ])
  assert.deepEqual(
    problemsOfText(document('', "  - { id: again, kind: late-interest, payer: vendor, payee: cloud, rate: '0.05', from: 2027-06-01 }")),
    ['/clauses/1: is in force together with `interest`, and interest is owed once: end one before the other begins'],
  )
  assert.deepEqual(
    problemsOfText(
      document(
        ', through: 2027-05-31',
        "  - { id: again, kind: late-interest, payer: vendor, payee: cloud, rate: '0.05', from: 2027-06-01 }",
      ),
    ),
    [],
  )
  assert.match(problemsOfText(document().replace("'0.09'", "'1.09'"))[0]!, /^\/clauses\/0\/rate: is "1.09"/)
})

test('LP14 its sentences say every number', () => {
  const said = sentences(schedule, clauseKinds).filter(({ clause }) => clause === 'interest')
  assert.match(
    said[0]!.text,
    /^Whoever of Cloud and Vendor pays a statement late .* 9.0 % a year \(act\/365F\) .* from 2027-01-01 through 2027-12-31\.$/,
  )
  assert.equal(said[1]!.text, 'Interest bears no interest; a correction bears none.')
})
