import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { problemsOfText, refusalsOfMonths, scheduleOfText, settleMonths } from '../../../test/settling.ts'
import { fromText, toDecimal } from '../base/rational.ts'
import { addDays } from '../base/time.ts'
import { checkReasons } from '../statements/explain.ts'
import type { Statement } from '../statements/statement.ts'
import { sentences } from '../terms/sentences.ts'
import { clauseKinds } from './kinds.ts'

type Written = Readonly<Record<string, unknown>>
const right = {
  id: 'right',
  kind: 'stock-purchase-right',
  payer: 'cloud',
  payee: 'vendor',
  shares: 1_000,
  exercisePrice: '0.01',
  events: ['effective', 'lease-commencement'],
  vesting: [
    { fraction: '0.5', after: 'effective' },
    { fraction: '0.3', on: '2027-06-01' },
    { fraction: '0.2', after: 'lease-commencement' },
  ],
  expires: '2028-06-30',
}
const documentOf = (clause: Written): string =>
  JSON.stringify({
    offtake: 1,
    agreement: 'rights',
    title: 'Rights to shares',
    parties: [
      { id: 'vendor', name: 'The vendor', role: 'guarantor' },
      { id: 'cloud', name: 'The cloud', role: 'operator' },
    ],
    zone: 'America/New_York',
    currency: 'USD',
    term: { from: '2027-01-01', through: '2028-12-31' },
    clauses: [{ ...right, ...clause }],
    settlement: { due: { days: 30 } },
  })
const event = (id: string, what: string, at: string, amount?: string) => ({
  kind: 'event',
  source: 'registrar',
  id,
  clause: 'right',
  event: what,
  at: at.includes('T') ? at : `${at}T12:00:00-05:00`,
  ...(amount === undefined ? {} : { amount }),
})
const figure = (id: string, what: string, at: string, value: string) => ({
  kind: 'figure',
  source: 'market',
  id,
  clause: 'right',
  figure: what,
  at: `${at}T16:00:00-05:00`,
  value,
})

const settled = (clause: Written, readings: readonly object[], through: string): Statement[] => {
  const statements = settleMonths(scheduleOfText(documentOf(clause)), readings, { from: '2027-01', through })
  for (const { positions } of statements)
    for (const { value, reasons, measure } of positions) assert.equal(checkReasons({ exact: value, reasons }), undefined, measure)
  return statements
}
const measured = (statement: Statement | undefined, measure: string): string | undefined => {
  const found = statement?.positions.find((each) => each.measure === measure)
  return found === undefined ? undefined : toDecimal(fromText(found.value))
}

test('GU9 30m rights at 70 with a share at 56.85: exercising costs 2.1bn, and nothing is gained', () => {
  const clause = { shares: 30_000_000, exercisePrice: '70', vesting: [{ fraction: '1', on: '2027-01-01' }] }
  const price = figure('p', 'share-price', '2027-01-29', '56.85')
  const [january] = settled(clause, [price], '2027-01')
  assert.deepEqual([measured(january, 'vested'), measured(january, 'intrinsic')], ['30000000', '0'])
  const [exercised] = settled(clause, [price, event('x', 'exercised', '2027-01-29', '30000000')], '2027-01')
  assert.deepEqual(
    exercised!.lines.map(({ payer, payee, amount }) => [payer, payee, amount]),
    [['vendor', 'cloud', '2100000000.00']],
  )
})

test('GU9 vests by date and by event, each tranche less what has vested; gains, exercises and expires', () => {
  const readings = [
    event('1', 'effective', '2027-02-10'),
    event('again', 'effective', '2027-03-10'),
    figure('p', 'share-price', '2027-02-26', '4.01'),
    figure('s', 'shares-outstanding', '2027-02-26', '9000'),
    event('2', 'exercised', '2027-07-01', '600'),
    event('3', 'lease-commencement', '2027-08-31T23:59:59-04:00'),
  ]
  const statements = settled({}, readings, '2028-07')
  const at = (month: string, measure: string) =>
    measured(
      statements.find((each) => each.month === month),
      measure,
    )
  const months = ['2027-01', '2027-02', '2027-05', '2027-06', '2027-07', '2027-08', '2028-07']
  assert.deepEqual(
    months.map((month) => at(month, 'vested')),
    ['0', '500', '500', '800', '800', '1000', '1000'],
  )
  // A gain of 4.00 on 500, on 800, on 200, on 400; nothing once it has expired.
  assert.deepEqual(
    months.map((month) => at(month, 'intrinsic')),
    [undefined, '2000', '2000', '3200', '800', '1600', '0'],
  )
  assert.equal(at('2027-08', 'exercised'), '600')
  // 1,000 / (1,000 + 9,000).
  assert.equal(at('2027-08', 'pro-forma'), '0.1')
  const lines = statements.flatMap((statement) => statement.lines)
  assert.deepEqual(
    lines.map(({ quantity, amount }) => [quantity, amount]),
    [['600', '6.00']],
  )
})

test('GU9 what a tranche cuts off comes with a later one', () => {
  const thirds = ['0.333', '0.333', '0.334'].map((fraction, i) => ({ fraction, on: `2027-0${i + 1}-15` }))
  const statements = settled({ shares: 100, vesting: thirds }, [], '2027-03')
  // ⌊33.3⌋, ⌊66.6⌋ and all.
  assert.deepEqual(
    statements.map((each) => measured(each, 'vested')),
    ['33', '66', '100'],
  )
})

test('GU9 vesting never exceeds n and never falls, and exercise never exceeds vesting', () => {
  const tranches = fc.array(
    fc.record({ part: fc.integer({ min: 0, max: 25 }), day: fc.integer({ min: 0, max: 500 }), byEvent: fc.boolean() }),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  fc.assert(
    fc.property(
      tranches,
      fc.integer({ min: 1, max: 1e9 }),
      fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 3 }),
      (all, shares, asked) => {
        const vesting = all.map(({ part, day, byEvent }, i) => ({
          fraction: `0.${String(part).padStart(2, '0')}`,
          ...(byEvent ? { after: `event-${i}` } : { on: addDays('2027-01-01', day) }),
        }))
        const clause = { shares, vesting, events: all.map((_, i) => `event-${i}`), expires: '2028-12-31' }
        const told = all.flatMap(({ day, byEvent }, i) => (byEvent ? [event(`e${i}`, `event-${i}`, addDays('2027-01-01', day))] : []))
        let before = 0n
        const schedule = scheduleOfText(documentOf(clause))
        for (const statement of settled(clause, told, '2028-12')) {
          const vested = BigInt(measured(statement, 'vested')!)
          assert.ok(vested >= before && vested <= BigInt(shares))
          before = vested
        }
        // By hand, in whole hundredths: what vested before the day, and never more than that is exercised.
        const exercises = asked.map((day, i) => event(`x${i}`, 'exercised', addDays('2027-01-01', day), `${shares}`))
        const refusals = refusalsOfMonths(schedule, [...told, ...exercises], { from: '2027-01', through: '2028-12' })
        const whole = all.reduce((sum, { part }) => sum + part, 0) === 100
        if (exercises.length > 0 && !whole) assert.match(refusals[0]!, /are vested and not exercised/)
      },
    ),
    { numRuns: 20 },
  )
})

describe('GU7 an exercise that cannot be', () => {
  const vesting = [
    { fraction: '0.5', on: '2027-02-01' },
    { fraction: '0.5', after: 'effective' },
  ]
  const refused = (...readings: object[]) =>
    refusalsOfMonths(scheduleOfText(documentOf({ vesting })), readings, { from: '2027-01', through: '2028-09' })
  test('GU7 of more than has vested, at that instant', () => {
    assert.deepEqual(refused(event('x', 'exercised', '2027-01-31T23:59:59-05:00', '1')), [
      'Clause right: exercised, told of 2027-01-31 23:59:59 -05:00, is of 1 shares, and 0 are vested and not exercised.',
    ])
    assert.deepEqual(refused(event('x', 'exercised', '2027-02-01T00:00:00-05:00', '500')), [])
    assert.deepEqual(refused(event('x', 'exercised', '2027-02-01', '300'), event('y', 'exercised', '2027-03-01', '201')), [
      'Clause right: exercised, told of 2027-03-01 12:00:00 -05:00, is of 201 shares, and 200 are vested and not exercised.',
    ])
  })
  test('GU7 after it expired, before it begins, or of no whole number', () => {
    assert.deepEqual(refused(event('x', 'exercised', '2028-07-01T00:00:00-04:00', '1')), [
      'Clause right: exercised, told of 2028-07-01 00:00:00 -04:00, comes after the right expired on 2028-06-30.',
    ])
    assert.deepEqual(refused(event('x', 'exercised', '2028-06-30T23:59:59-04:00', '1')), [])
    assert.deepEqual(refused(event('x', 'exercised', '2026-12-31', '1')), [
      'Clause right: exercised, told of 2026-12-31 12:00:00 -05:00, comes before the right begins.',
    ])
    assert.deepEqual(refused(event('x', 'exercised', '2027-03-01', '1.5'), event('y', 'exercised', '2027-03-02')), [
      'Clause right: exercised, told of 2027-03-01 12:00:00 -05:00, is of no whole number of shares.',
      'Clause right: exercised, told of 2027-03-02 12:00:00 -05:00, is of no whole number of shares.',
    ])
  })
})

test('GU7 an event of when its clause no longer runs is heard by nobody, so it is refused; so is one figure of two values, in numbers and not in letters', () => {
  const schedule = scheduleOfText(documentOf({ through: '2028-06-30' }))
  const settleAll = (...readings: object[]) => settleMonths(schedule, readings, { from: '2027-01', through: '2028-12' })
  assert.throws(
    () => settleAll(event('x', 'exercised', '2028-07-01T00:00:00-04:00', '1')),
    /Clause right ended at 2028-07-01 00:00:00 -04:00, and registrar\/x tells of exercised at 2028-07-01 00:00:00 -04:00/,
  )
  assert.equal(settleAll(event('x', 'effective', '2028-06-30T23:59:59-04:00')).length, 24)
  assert.equal(settleAll(figure('a', 'share-price', '2027-02-01', '60'), figure('b', 'share-price', '2027-02-01', '60.00')).length, 24)
  assert.throws(
    () => settleAll(figure('a', 'share-price', '2027-02-01', '60'), figure('b', 'share-price', '2027-02-01', '60.01')),
    /figure share-price of clause right has two values/,
  )
})

describe('GU12 a right that contradicts itself', () => {
  const cases: readonly (readonly [what: string, clause: Written, problem: string])[] = [
    [
      'fractions over 1',
      {
        vesting: [
          { fraction: '0.6', on: '2027-02-01' },
          { fraction: '0.4', on: '2027-03-01' },
          { fraction: '0.000001', on: '2027-04-01' },
        ],
      },
      '/clauses/0/vesting/2/fraction: makes 1.000001 with those before: all together make at most 1',
    ],
    [
      'vesting on an event that nobody can tell of',
      { vesting: [{ fraction: '0.6', after: 'effectve' }] },
      '/clauses/0/vesting/0/after: `effectve` names no event of this clause: did you mean `effective`?; no reading could ever tell of it',
    ],
    [
      'vesting before it begins',
      { vesting: [{ fraction: '0.6', on: '2026-12-31' }] },
      '/clauses/0/vesting/0/on: 2026-12-31 is before the clause starts, 2027-01-01',
    ],
    [
      'vesting after it expires',
      { vesting: [{ fraction: '0.6', on: '2028-07-01' }] },
      '/clauses/0/vesting/0/on: 2028-07-01 is after the right expires, 2028-06-30',
    ],
    [
      'vesting after the clause',
      { vesting: [{ fraction: '0.6', on: '2029-01-01' }] },
      '/clauses/0/vesting/0/on: 2029-01-01 is after the clause ends, 2028-12-31',
    ],
    ['an expiry after the clause', { expires: '2029-01-01' }, '/clauses/0/expires: 2029-01-01 is after the clause ends, 2028-12-31'],
    [
      'an event that tells of exercises',
      { events: ['effective', 'lease-commencement', 'exercised'] },
      '/clauses/0/events/2: `exercised` tells of an exercise: choose another name',
    ],
    [
      'both a date and an event',
      { vesting: [{ fraction: '1', on: '2027-02-01', after: 'effective' }] },
      '/clauses/0/vesting/0: has `on` and `after`: should have exactly one of them',
    ],
    ['part of a share', { shares: 1.5 }, '/clauses/0/shares: is 1.5: should be a whole number of shares from 1'],
  ]
  for (const [what, clause, problem] of cases) test(`GU12 ${what}`, () => assert.deepEqual(problemsOfText(documentOf(clause)), [problem]))
})

test('GU12 the sentences of a right say every number', () => {
  const said = sentences(scheduleOfText(documentOf({ pledge: 'To the lenders until the backstop is effective.' })), clauseKinds)
    .filter((each) => each.clause === 'right')
    .map(({ pointer, text }) => `${pointer.replace('/clauses/0', '')}: ${text}`)
  assert.deepEqual(said, [
    ': The vendor may buy 1,000 new shares of The cloud at 0.01 USD each, from 2027-01-01 through 2028-12-31.',
    '/vesting/0: 50.0 % of them vest with the first event effective.',
    '/vesting/1: 30.0 % of them vest on 2027-06-01.',
    '/vesting/2: 20.0 % of them vest with the first event lease-commencement.',
    '/expires: The right may be exercised through 2028-06-30.',
    '/pledge: Pledge: To the lenders until the backstop is effective.',
  ])
})
