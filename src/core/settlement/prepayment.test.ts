import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ClauseId } from '../base/id.ts'
import { toRational } from '../base/money.ts'
import { compare, decimal, minus, nought, rational, toText } from '../base/rational.ts'
import { addDays, startOfDate } from '../base/time.ts'
import type { EventFact } from '../meter/facts.ts'
import { buyingDocument, buyingSchedule, minorOfAll, positionIn, settleTold } from '../../../test/buying.ts'
import { problemsOfText, scheduleOfText } from '../../../test/settling.ts'
import { plainChart } from '../posting/chart.ts'
import { checkReasons } from '../statements/explain.ts'
import { sentences } from '../terms/sentences.ts'
import { clauseKinds, kindNamed } from './kinds.ts'
import type { Settlement } from './line.ts'

const plain = { kind: 'prepayment', contractValue: '1000.00', share: '0.25' }
const invoice = (dueOn: string, amount: string, of?: string, zone = 'UTC'): EventFact => ({
  clause: 'buys' as ClauseId,
  event: 'invoice',
  of,
  at: startOfDate(dueOn, zone) + 3_600,
  amount: decimal(amount),
})
const stated = (all: readonly Settlement[]) =>
  all.map(({ lines }) => lines.map(({ formula, payer, reason, minor }) => `${formula} ${payer} ${reason ?? ''} ${minor}`))

test('TP9 α of the contract value is paid, invoices draw it in order of their due dates, and the rest is returned', () => {
  const schedule = buyingSchedule({ ...plain, paidOn: '2027-01-15', through: '2027-04-20' })
  const events = [
    invoice('2027-02-28', '60.00', 'inv-3'),
    invoice('2027-01-10', '500.00', 'inv-0'),
    invoice('2027-02-10', '80.00', 'inv-2'),
    invoice('2027-01-15', '40.00', 'inv-1'),
    invoice('2027-05-01', '40.00', 'inv-9'),
  ]
  assert.deepEqual(stated(settleTold(schedule, { events }, { months: 5 })), [
    // What was due before anything was paid draws nothing; what is due on the day does.
    ['prepayment buyer  25000', 'prepayment-drawn cloud inv-1 4000'],
    ['prepayment-drawn cloud inv-2 8000', 'prepayment-drawn cloud inv-3 6000'],
    [],
    ['prepayment-returned cloud  7000'],
    [],
  ])
})

test('TP9 the last invoice draws what is left, and the next nothing', () => {
  const events = [invoice('2027-01-10', '200.00', 'a'), invoice('2027-01-11', '200.00', 'b'), invoice('2027-01-12', '200.00', 'c')]
  const all = settleTold(buyingSchedule(plain), { events })
  assert.deepEqual(stated(all).flat(), ['prepayment buyer  25000', 'prepayment-drawn cloud a 20000', 'prepayment-drawn cloud b 5000'])
  assert.deepEqual(all.at(-1)!.closing['buys'], { balance: '0', paid: true })
})

const anyInvoices = fc.array(
  fc.record({ day: fc.integer({ min: 0, max: 364 }), cents: fc.integer({ min: 0, max: 9_999_999 }), of: fc.constantFrom('a', 'b', 'c') }),
  { maxLength: 14 },
)
const eventsOf = (all: readonly { day: number; cents: number; of: string }[], zone: string): EventFact[] =>
  all.map(({ day, cents, of }) => ({ ...invoice(addDays('2027-01-01', day), '0', of, zone), amount: rational(cents, 1_000) }))

test('TP9 drawn, returned and left make what was prepaid, to the last cent and at any time; nothing is ever below zero', () => {
  const zone = 'Australia/Sydney'
  fc.assert(
    fc.property(anyInvoices, fc.integer({ min: 0, max: 9_999 }), fc.constantFrom('month', 'quarter', 'year'), (invoices, parts, period) => {
      const share = `0.${String(parts).padStart(4, '0')}`
      const clause = { ...plain, contractValue: '12345.67', share, paidOn: '2027-02-11', through: '2027-12-05', period }
      const all = settleTold(buyingSchedule(clause, { zone }), { events: eventsOf(invoices, zone) })
      all.forEach((settlement, i) => {
        const soFar = all.slice(0, i + 1)
        const [prepaid, gone] = [minorOfAll(soFar, 'prepayment'), minorOfAll(soFar, 'prepayment-drawn', 'prepayment-returned')]
        const left = toRational({ minor: prepaid - gone, currency: 'USD' })
        assert.ok(compare(left, nought) >= 0)
        if (settlement.positions.length > 0) assert.equal(toText(positionIn(settlement, 'prepaid')), toText(left))
        for (const line of settlement.lines) {
          assert.equal(checkReasons(line), undefined, line.key)
          assert.ok(line.minor >= 0n)
        }
        for (const { value, reasons } of settlement.positions) assert.equal(checkReasons({ exact: value, reasons }), undefined)
      })
      assert.equal(minorOfAll(all, 'prepayment'), minorOfAll(all, 'prepayment-drawn', 'prepayment-returned'))
      const keys = all.flatMap(({ lines }) => lines.map(({ key }) => key))
      assert.equal(new Set(keys).size, keys.length)
    }),
    { numRuns: 300 },
  )
})

test('TP9 ST1 the order of invoices does not matter, and how often the clause settles changes nothing that is drawn', () => {
  fc.assert(
    fc.property(anyInvoices, fc.constantFrom('month', 'quarter', 'year'), (invoices, period) => {
      const events = eventsOf(invoices, 'UTC')
      const monthly = settleTold(buyingSchedule(plain), { events })
      assert.deepEqual(settleTold(buyingSchedule(plain), { events: events.toReversed() }), monthly)
      const longer = settleTold(buyingSchedule({ ...plain, period }), { events })
      const drawn = (all: readonly Settlement[]) =>
        all.flatMap(({ lines }) => lines.map(({ formula, from, minor }) => [formula, from, minor]))
      assert.deepEqual(drawn(longer), drawn(monthly))
    }),
    { numRuns: 200 },
  )
})

test('TP9 an amendment that sets a date which is over when it begins to count: it is owed at once', () => {
  const first = buyingDocument({ ...plain, paidOn: '2027-06-01' })
  const previous = scheduleOfText(first).versions[0]!.hash
  const second = buyingDocument({ ...plain, paidOn: '2027-02-01' }, { version: 2, effective: '2027-03-15', previous })
  const all = settleTold(scheduleOfText(first, second), {}, { months: 6 })
  assert.deepEqual(
    all.map(({ lines }) => lines.map(({ formula }) => formula)),
    [[], [], ['prepayment'], [], [], []],
  )
})

test('TP9 an amendment after it was paid asks for nothing more, and one that ends it sooner returns the rest then', () => {
  const first = buyingDocument({ ...plain, through: '2027-12-31' })
  const { hash } = scheduleOfText(first).versions[0]!
  const amended = { version: 2, effective: '2027-03-01', previous: hash }
  const second = buyingDocument({ ...plain, contractValue: '2000.00', through: '2027-06-15' }, amended)
  const all = settleTold(scheduleOfText(first, second), { events: [invoice('2027-04-01', '30.00', 'a')] })
  assert.deepEqual(stated(all).flat(), ['prepayment buyer  25000', 'prepayment-drawn cloud a 3000', 'prepayment-returned cloud  22000'])
  assert.deepEqual(
    all.map(({ lines }) => lines.length),
    [1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0],
  )
})

test('TP9 until it is drawn it is an asset of the buyer and a debt of the operator', () => {
  const sides = ['prepayment', 'prepayment-drawn', 'prepayment-returned'].map((formula) => plainChart.get(formula))
  const [asset, debt] = ['assets:prepayments', 'liabilities:prepayments']
  assert.deepEqual(sides, [
    { payer: asset, payee: debt },
    { payer: debt, payee: asset },
    { payer: debt, payee: asset },
  ])
})

test('TP10 the payment is promised until it is made, and then what is left may come back', () => {
  const schedule = buyingSchedule({ ...plain, paidOn: '2027-03-01' })
  const [clause] = schedule.clauses
  const at = (from: string, state: object) =>
    kindNamed('prepayment').commitments!(clause!, { schedule, from, state: state as Settlement['closing'][string] }).map(
      ({ payer, from: first, through, amount, nature }) => [payer, first, through, toText(amount), nature],
    )
  assert.deepEqual(at('2027-02-01', {}), [['buyer', '2027-03-01', '2027-03-01', '250', 'firm']])
  assert.deepEqual(at('2027-03-02', {}), [])
  const [settled] = settleTold(schedule, { events: [invoice('2027-03-09', '75.50')] }, { from: '2027-03', months: 1 })
  const { closing } = settled!
  assert.deepEqual(at('2027-04-01', closing['buys']!), [
    ['cloud', '2027-04-01', '2027-12-31', toText(minus(rational(250), decimal('75.5'))), 'contingent'],
  ])
  assert.deepEqual(at('2028-01-01', closing['buys']!), [])
})

test('TP11 a share above one and a date outside the clause are refused, and every number is said', () => {
  const problems = (clause: object) => problemsOfText(buyingDocument({ ...plain, ...clause })).join('\n')
  assert.match(problems({ share: '1.2' }), /^\/clauses\/0\/share: .*a share from 0 to 1/)
  assert.match(problems({ paidOn: '2026-12-31' }), /^\/clauses\/0\/paidOn: 2026-12-31 is before the clause starts, 2027-01-01/)
  assert.match(problems({ paidOn: '2027-07-01', through: '2027-06-30' }), /^\/clauses\/0\/paidOn: 2027-07-01 is after the clause ends/)
  assert.match(problems({ contractValue: '10.005' }), /^\/clauses\/0\/contractValue: "10.005" has more digits than USD/)
  assert.match(problems({ contractValue: undefined }), /^\/clauses\/0: .*`contractValue`/)
  assert.match(problems({ covers: ['a'] }), /^\/clauses\/0\/covers: /)
  const said = sentences(buyingSchedule({ ...plain, paidOn: '2027-03-01' }), clauseKinds)
    .map(({ text }) => text)
    .join('\n')
  for (const part of ['1,000.00 USD', '25.0 %', '250.00 USD', '2027-03-01']) assert.ok(said.includes(part), `${part} in ${said}`)
})
