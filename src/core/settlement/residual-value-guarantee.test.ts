import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { problemsOfText, refusalsOfMonths, scheduleOfText, settleMonths } from '../../../test/settling.ts'
import { fromText, toDecimal } from '../base/rational.ts'
import { checkReasons } from '../statements/explain.ts'
import { sentences } from '../terms/sentences.ts'
import { clauseKinds, kindNamed } from './kinds.ts'

type Written = Readonly<Record<string, unknown>>
const documentOf = (clause: Written, more: Written = {}): string =>
  JSON.stringify({
    offtake: 1,
    agreement: 'residual',
    title: 'A residual value',
    parties: [
      { id: 'vendor', name: 'The vendor', role: 'guarantor' },
      { id: 'cloud', name: 'The cloud', role: 'operator' },
      { id: 'bank', name: 'The bank', role: 'lender' },
    ],
    zone: 'Australia/Sydney',
    currency: 'USD',
    term: { from: '2027-07-01', through: '2028-06-30' },
    clauses: [
      {
        id: 'rvg',
        kind: 'residual-value-guarantee',
        payer: 'vendor',
        payee: 'bank',
        guaranteedValue: '100.00',
        on: '2027-10-31',
        ...clause,
      },
    ],
    settlement: { due: { days: 30 } },
    ...more,
  })
const market = (id: string, at: string, value: string) => ({
  kind: 'figure',
  source: 'appraiser',
  id,
  clause: 'rvg',
  figure: 'market-value',
  at,
  value,
})
const range = (through: string) => ({ from: '2027-07', through })
const settled = (clause: Written, ...values: object[]) => {
  const statements = settleMonths(scheduleOfText(documentOf(clause)), values, range('2027-12'))
  for (const { positions } of statements)
    for (const { value, reasons, measure } of positions) assert.equal(checkReasons({ exact: value, reasons }), undefined, measure)
  return {
    lines: statements.flatMap(({ month, lines }) => lines.map(({ amount }) => `${month} ${amount}`)),
    gross: statements.flatMap(({ positions }) => positions.map(({ value }) => toDecimal(fromText(value)))),
  }
}

test('GU11 the last market value of the date or before counts, up to the cap; the exposure ends with the date', () => {
  const values = [
    market('a', '2027-09-30T00:00:00+10:00', '90.00'),
    market('b', '2027-10-31T23:59:59+11:00', '70.00'),
    market('c', '2027-11-01T00:00:00+11:00', '10.00'),
  ]
  assert.deepEqual(settled({}, ...values), { lines: ['2027-10 30.00'], gross: ['100', '100', '100', '0', '0', '0'] })
  assert.deepEqual(settled({ cap: '20.00' }, ...values), { lines: ['2027-10 20.00'], gross: ['20', '20', '20', '0', '0', '0'] })
  assert.deepEqual(settled({}, market('a', '2027-09-30T00:00:00+10:00', '100.01')).lines, ['2027-10 0.00'])
})

test('GU11 once: an amendment that sets a later date after the values were compared pays nothing more', () => {
  const one = documentOf({})
  const again = (effective: string) => {
    const next = { version: 2, effective, previous: scheduleOfText(one).versions[0]!.hash }
    const schedule = scheduleOfText(one, documentOf({ on: '2027-12-10' }, next))
    const statements = settleMonths(schedule, [market('a', '2027-09-30T00:00:00+10:00', '70.00')], range('2027-12'))
    return statements.flatMap(({ month, lines }) => lines.map(({ amount }) => `${month} ${amount}`))
  }
  assert.deepEqual(again('2027-11-15'), ['2027-10 30.00'])
  assert.deepEqual(again('2027-10-15'), ['2027-12 30.00'])
})

test('GU11 min(cap, max(0, V − market value)), by month, quarter or year', () => {
  fc.assert(
    fc.property(fc.nat(20_000), fc.nat(10_000), fc.constantFrom('month', 'quarter', 'year'), (value, cap, period) => {
      const text = (cents: number) => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`
      const { lines } = settled({ cap: text(cap), period }, market('a', '2027-09-30T00:00:00+10:00', text(value)))
      assert.deepEqual(lines, [`${period === 'month' ? '2027-10' : '2027-12'} ${text(Math.min(cap, Math.max(0, 10_000 - value)))}`])
    }),
    { numRuns: 30 },
  )
})

test('GU11 GU7 its date does not pass without a market value', () => {
  const schedule = scheduleOfText(documentOf({}))
  assert.deepEqual(refusalsOfMonths(schedule, [], range('2027-09')), [])
  const late = [market('c', '2027-11-01T00:00:00+11:00', '10.00')]
  assert.deepEqual(refusalsOfMonths(schedule, late, range('2027-12')), [
    'Clause rvg: no figure market-value is told by 2027-10-31, on which the guaranteed value is compared with it.',
  ])
})

test('GU8 GU11 it promises its cap at its date, and nothing after', () => {
  const schedule = scheduleOfText(documentOf({ cap: '40.00' }))
  const promised = (from: string) =>
    schedule.clauses
      .flatMap((each) => kindNamed(each.kind).commitments!(each, { schedule, from, state: {} }))
      .map(({ from: on, through, amount }) => [on, through, toDecimal(amount)])
  assert.deepEqual(promised('2027-10-31'), [['2027-10-31', '2027-10-31', '40']])
  assert.deepEqual(promised('2027-11-01'), [])
})

test('GU12 a residual value that contradicts itself', () => {
  assert.deepEqual(problemsOfText(documentOf({ cap: '100.01' })), [
    '/clauses/0/cap: "100.01" is more than the guaranteed value, "100.00": it could never bind',
  ])
  assert.deepEqual(problemsOfText(documentOf({ on: '2027-06-30' })), ['/clauses/0/on: 2027-06-30 is before the clause starts, 2027-07-01'])
  assert.deepEqual(problemsOfText(documentOf({ on: '2028-07-01' })), ['/clauses/0/on: 2028-07-01 is after the clause ends, 2028-06-30'])
  assert.deepEqual(problemsOfText(documentOf({ guaranteedValue: '1.001' })), [
    '/clauses/0/guaranteedValue: "1.001" has more digits than USD, which has 2: round it',
  ])
})

test('GU12 the sentences of a residual value say every number', () => {
  assert.deepEqual(
    sentences(scheduleOfText(documentOf({ cap: '40.00' })), clauseKinds)
      .filter(({ clause }) => clause === 'rvg')
      .map(({ text }) => text),
    [
      'The vendor pays The bank what the asset is worth less than 100.00 USD on 2027-10-31, from 2027-07-01 through 2028-06-30.',
      'It pays at most 40.00 USD.',
    ],
  )
})
