import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { problemsOfText, refusalsOfMonths, scheduleOfText, settleMonths } from '../../../test/settling.ts'
import { decimal, fromText, nought, plus, toDecimal } from '../base/rational.ts'
import { checkReasons } from '../statements/explain.ts'
import type { Statement } from '../statements/statement.ts'
import { sentences } from '../terms/sentences.ts'
import { clauseKinds } from './kinds.ts'

const documentOf = (clause: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({
    offtake: 1,
    agreement: 'stake',
    title: 'A stake',
    parties: [
      { id: 'vendor', name: 'The vendor', role: 'guarantor' },
      { id: 'cloud', name: 'The cloud', role: 'operator' },
    ],
    zone: 'UTC',
    currency: 'USD',
    term: { from: '2027-01-01', through: '2027-12-31' },
    clauses: [{ id: 'stake', kind: 'equity-stake', payer: 'vendor', payee: 'cloud', ...clause }],
    settlement: { due: { days: 30 } },
  })
const bought = (id: string, at: string, amount: string) => ({
  kind: 'event',
  source: 'registrar',
  id,
  clause: 'stake',
  event: 'bought',
  at: `${at}T12:00:00Z`,
  amount,
})
const figure = (id: string, name: string, at: string, value: string) => ({
  kind: 'figure',
  source: 'market',
  id,
  clause: 'stake',
  figure: name,
  at: `${at}T12:00:00Z`,
  value,
})
const range = (through: string) => ({ from: '2027-01', through })
const measures = (statement: Statement | undefined): Record<string, string> => {
  for (const { value, reasons, measure } of statement!.positions) assert.equal(checkReasons({ exact: value, reasons }), undefined, measure)
  return Object.fromEntries(statement!.positions.map(({ measure, value }) => [measure, toDecimal(fromText(value))]))
}

test('GU10 shares bought at the price of the day, their cost, mark and part of all shares', () => {
  const statements = settleMonths(
    scheduleOfText(documentOf({ held: { shares: 100, cost: '50.00' } })),
    [
      figure('p1', 'price', '2027-02-01', '68.73'),
      bought('1', '2027-02-01', '10'),
      bought('2', '2027-02-20', '5'),
      figure('p2', 'price', '2027-02-25', '70'),
      bought('3', '2027-02-26', '1'),
      figure('m', 'mark', '2027-02-28', '71.50'),
      figure('o', 'shares-outstanding', '2027-02-28', '1160'),
    ],
    range('2027-02'),
  )
  assert.deepEqual(measures(statements[0]), { shares: '100', cost: '50' })
  assert.deepEqual(
    statements[1]!.lines.map(({ key, quantity, amount, payer }) => [key, quantity, amount, payer]),
    [
      ['stake/stake-bought//2027-02/1/68.73', '15', '1030.95', 'vendor'],
      ['stake/stake-bought//2027-02/1/70', '1', '70.00', 'vendor'],
    ],
  )
  // 50 + 1,030.95 + 70; 116 × 71.50; 116 / 1,160.
  assert.deepEqual(measures(statements[1]), { shares: '116', cost: '1150.95', mark: '8294', 'pro-forma': '0.1' })
})

test('GU10 shares and cost are what was bought, whatever the order, and the cost is what the lines say', () => {
  const purchases = fc.array(fc.tuple(fc.integer({ min: 1, max: 28 }), fc.integer({ min: 1, max: 1e6 })), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(purchases, fc.integer({ min: 1, max: 999 }), (all, price) => {
      const schedule = scheduleOfText(documentOf({ price: `0.0${price}` }))
      const readings = all.map(([day, amount], i) => bought(`b${i}`, `2027-0${(i % 3) + 1}-${String(day).padStart(2, '0')}`, `${amount}`))
      const statements = settleMonths(schedule, readings, range('2027-03'))
      const { shares, cost } = measures(statements.at(-1))
      const paid = statements.flatMap(({ lines }) => lines).reduce((sum, { amount }) => plus(sum, decimal(amount)), nought)
      assert.equal(shares, `${all.reduce((sum, [, amount]) => sum + amount, 0)}`)
      assert.equal(cost, toDecimal(paid))
      assert.deepEqual(measures(settleMonths(schedule, readings.toReversed(), range('2027-03')).at(-1)), { shares, cost })
    }),
    { numRuns: 25 },
  )
})

test('GU7 a purchase without price, over the limit, of no whole number, or before it begins', () => {
  const refused = (clause: object, ...readings: object[]) =>
    refusalsOfMonths(scheduleOfText(documentOf({ ...clause })), readings, range('2027-03'))
  assert.deepEqual(refused({}, bought('1', '2027-02-01', '10'), figure('p', 'price', '2027-02-02', '1')), [
    'Clause stake: bought, told of 2027-02-01 12:00:00 +00:00, has no price: tell the figure price, at that time or before.',
  ])
  assert.deepEqual(refused({ price: '1', sharesMax: 12 }, bought('1', '2027-02-01', '10'), bought('2', '2027-02-02', '3')), [
    'Clause stake: bought, told of 2027-02-02 12:00:00 +00:00, makes 13 shares in all, and at most 12 may be held.',
  ])
  assert.deepEqual(refused({ price: '1' }, bought('1', '2027-02-01', '0.5')), [
    'Clause stake: bought, told of 2027-02-01 12:00:00 +00:00, is of no whole number of shares.',
  ])
  assert.deepEqual(refused({ price: '1' }, bought('1', '2026-12-31', '5')), [
    'Clause stake: bought, told of 2026-12-31 12:00:00 +00:00, comes before the clause begins.',
  ])
})

test('GU12 a stake that contradicts itself', () => {
  assert.deepEqual(problemsOfText(documentOf({ held: { shares: 13, cost: '1.001' }, sharesMax: 12 })), [
    '/clauses/0/held/cost: "1.001" has more digits than USD, which has 2: round it',
    '/clauses/0/sharesMax: is 12: 13 shares are held already',
  ])
})

test('GU12 the sentences of a stake say every number', () => {
  const schedule = scheduleOfText(documentOf({ held: { shares: 1300, cost: '9000.00' }, sharesMax: 12_000, price: '68.73' }))
  assert.deepEqual(
    sentences(schedule, clauseKinds)
      .filter(({ clause }) => clause === 'stake')
      .map(({ text }) => text),
    [
      'The vendor holds shares of The cloud, and pays it for those it buys, from 2027-01-01 through 2027-12-31.',
      'It holds 1,300 shares already, which cost 9,000.00 USD.',
      'It may hold at most 12,000 shares in all.',
      'A share costs 68.73 USD.',
    ],
  )
})
