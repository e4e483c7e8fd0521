import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { problemsOfText, readingsOf, scheduleOfText, settleMonths } from '../../../test/settling.ts'
import { hashOf } from '../base/hash.ts'
import { fixed, rational, toText } from '../base/rational.ts'
import { addDays, nextMonth, type LocalDate, type Month } from '../base/time.ts'
import { makeMeter } from '../meter/meter.ts'
import { readingText } from '../meter/parse.ts'
import type { Statement } from '../statements/statement.ts'
import { sentences } from '../terms/sentences.ts'
import { clauseKinds } from './kinds.ts'
import type { Input } from './line.ts'
import { settlementWindow } from './period.ts'

const backstop = (price: unknown, more: object = {}) => ({
  id: 'backstop',
  kind: 'capacity-backstop',
  payer: 'vendor',
  payee: 'cloud',
  covers: ['a', 'b'],
  price,
  ...more,
})
const block = (id: string) => ({
  id,
  factory: 'north',
  region: 'North',
  sku: 'GB300',
  tranches: [{ id: 'all', gpus: 10, due: '2027-01-01' }],
})
const documentOf = (clauses: readonly object[], zone = 'UTC', more: object = {}) =>
  JSON.stringify({
    offtake: 1,
    agreement: 'indexed',
    title: 'Indexed',
    parties: [
      { id: 'vendor', name: 'The vendor', role: 'guarantor' },
      { id: 'cloud', name: 'The cloud', role: 'operator' },
    ],
    zone,
    currency: 'USD',
    term: { from: '2027-01-01', through: '2028-12-31' },
    blocks: [block('a'), block('b')],
    clauses,
    settlement: { due: { days: 30 } },
    ...more,
  })

const published = (date: LocalDate, value: string, index = 'gpu') => ({
  kind: 'index',
  source: 'publisher',
  id: `${index}-${date}`,
  index,
  date,
  value,
})
const site = [
  ...['a', 'b'].map((id) => ({
    kind: 'acceptance',
    source: 'site',
    id,
    at: '2026-12-31T00:00:00Z',
    block: id,
    tranche: 'all',
    design: 10,
    tested: 10,
  })),
  {
    kind: 'reservation',
    source: 'desk',
    id: '1',
    from: '2027-02-10T00:00:00Z',
    to: '2027-08-20T07:00:00Z',
    pool: 'north-gb300',
    gpus: 13,
    order: '1',
  },
]
/** A value of an index for every day of a year, from December 2026 on. */
const daily = (valueOn: (date: LocalDate) => string) =>
  Array.from({ length: 400 }, (_, i) => addDays('2026-12-01', i)).map((date) => published(date, valueOn(date)))

const monthly = { from: '2027-01', through: '2027-06' }
/** Everything a statement says but the reasons of its lines, and the rate step in their keys where `step` is to be forgotten. */
const told = (statements: readonly Statement[], step: 'with steps' | 'without steps') =>
  statements.map(({ lines, month }) => [
    month,
    lines.map(({ reasons: _reasons, key, ...line }) => ({
      ...line,
      key: step === 'with steps' ? key : key.split('/').toSpliced(5, 1).join('/'),
    })),
  ])

describe('RF8 the price of a month', () => {
  const cents = fc.integer({ min: 1, max: 600 })
  const plan = fc.record({
    factor: fc.integer({ min: 0, max: 20 }),
    plus: fc.integer({ min: 0, max: 100 }),
    floor: fc.option(fc.integer({ min: 0, max: 300 })),
    above: fc.option(fc.integer({ min: 0, max: 300 })),
    lagMonths: fc.integer({ min: 0, max: 3 }),
    zone: fc.constantFrom('UTC', 'Australia/Sydney', 'America/New_York'),
    // A value at least every six days from autumn 2026 on.
    gaps: fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), cents), { minLength: 250, maxLength: 250 }),
  })

  test('RF8 is the mean over the days of the month before, times, plus, and never beyond its bounds', () => {
    fc.assert(
      fc.property(plan, ({ factor, plus, floor, above, lagMonths, zone, gaps }) => {
        const cap = above === null ? null : above + (floor ?? 0)
        const values = new Map<LocalDate, number>()
        let day = '2026-08-20'
        for (const [gap, value] of gaps) {
          day = addDays(day, gap)
          if (day > '2027-12-01') break
          values.set(day, value)
        }
        const text = (hundredths: number) => fixed(BigInt(hundredths), 2)
        const price = {
          index: 'gpu',
          factor: fixed(BigInt(factor), 1),
          plus: text(plus),
          lagMonths,
          ...(floor === null ? {} : { floor: text(floor) }),
          ...(cap === null ? {} : { cap: text(cap) }),
        }
        const readings = [...site, ...[...values].map(([date, value]) => published(date, text(value)))]
        for (const month of ['2027-04', '2027-10']) {
          const own = scheduleOfText(documentOf([backstop(price)], zone))
          const [statement] = settleMonths(own, readings, { from: month, through: month })
          // By hand: in thousandths of a cent, times the days of the month.
          const source = nextMonth(month, -lagMonths)
          const dates = Array.from({ length: 31 }, (_, i) => `${source}-${String(i + 1).padStart(2, '0')}`).filter(
            (date) => date <= lastOf(source),
          )
          const inForce = (date: LocalDate) =>
            values.get(
              [...values.keys()]
                .filter((each) => each <= date)
                .toSorted()
                .at(-1)!,
            )!
          const sum = dates.reduce((all, date) => all + inForce(date), 0)
          let expected = rational(sum * factor + plus * 10 * dates.length, 1_000 * dates.length)
          const below = (a: { n: bigint; d: bigint }, b: { n: bigint; d: bigint }) => a.n * b.d < b.n * a.d
          if (floor !== null && below(expected, rational(floor, 100))) expected = rational(floor, 100)
          if (cap !== null && below(rational(cap, 100), expected)) expected = rational(cap, 100)
          const rates = statement!.lines.filter(({ formula }) => formula === 'backstop').map(({ rate }) => rate)
          assert.deepEqual(rates, [toText(expected), toText(expected)])
        }
      }),
      { numRuns: 40 },
    )
  })

  test('RF8 by hand: nine tenths of the mean and ten cents, raised to the floor and cut to the cap', () => {
    const price = { index: 'gpu', factor: '0.9', plus: '0.10', floor: '1.50', cap: '3.00' }
    const schedule = scheduleOfText(documentOf([backstop(price)]))
    // January: 10 days at 2.00, 21 at 2.31. February: 1.00. March: 4.00.
    const valueOn = (date: LocalDate) =>
      date < '2027-01-11' ? '2.00' : date < '2027-02-01' ? '2.31' : date < '2027-03-01' ? '1.00' : '4.00'
    const statements = settleMonths(schedule, [...site, ...daily(valueOn)], { from: '2027-01', through: '2027-04' })
    const rates = statements.map(({ lines }) => lines[0]!.rate)
    // 0.9 × (20 + 48.51) ÷ 31 + 0.10, exactly.
    assert.deepEqual(rates, ['19/10', toText(rational(64_759, 31_000)), '3/2', '3'])
  })

  test('RF8 it unfolds to the published values, which are evidence', () => {
    const schedule = scheduleOfText(documentOf([backstop({ index: 'gpu', floor: '1.50' })]))
    const readings = ['2026-12-01', '2026-12-04', '2026-12-11', '2026-12-18', '2026-12-25'].map((date, i) => published(date, `2.${i}0`))
    const [statement] = settleMonths(schedule, [...site, ...readings], { from: '2027-01', through: '2027-01' })
    const leaves = (inputs: readonly Input[]): Input[] => inputs.flatMap((input) => [input, ...leaves(input.children ?? [])])
    const [line] = statement!.lines
    const values = leaves(line!.reasons).filter(({ source }) => source.kind === 'fact' && source.subject === 'gpu')
    assert.deepEqual(
      values.map(({ word, value, unit }) => [word, value, unit]),
      [
        ['Index of 2026-12-01', '2', 'per-gpu-hour'],
        ['Index of 2026-12-04', '21/10', 'per-gpu-hour'],
        ['Index of 2026-12-11', '11/5', 'per-gpu-hour'],
        ['Index of 2026-12-18', '23/10', 'per-gpu-hour'],
        ['Index of 2026-12-25', '12/5', 'per-gpu-hour'],
      ],
    )
    assert.ok(statement!.evidence.some(({ subject, kind, readings: count }) => subject === 'gpu' && kind === 'index' && count === 5))
    // 3 × 2.00 + 7 × (2.10 + 2.20 + 2.30 + 2.40) = 69.00 over 31 days.
    assert.equal(line!.rate, toText(rational(69, 31)))
  })
})

const lastOf = (month: Month): LocalDate => addDays(`${nextMonth(month)}-01`, -1)

describe('RF9 an index is no more than the steps it makes', () => {
  const variants = [
    {},
    { measure: 'day', period: 'quarter' },
    { measure: 'hour', caps: [{ per: 'period', amount: '9000.00' }] },
    { measure: 'instant', period: 'quarter', caps: [{ per: 'aggregate', gpuHours: '9000' }] },
    { pool: 'covered', retention: '0.25', caps: [{ per: 'contract-year', amount: '20000.00' }] },
    { measure: 'period', period: 'quarter', pool: 'covered', recoupment: { share: '0.5', threshold: '0' } },
  ]

  test('RF9 one that never moves is a plain price', () => {
    for (const zone of ['UTC', 'Australia/Sydney'])
      for (const more of variants) {
        const of = (price: unknown, readings: readonly object[]) =>
          settleMonths(scheduleOfText(documentOf([backstop(price, more)], zone)), readings, monthly)
        const linked = of({ index: 'gpu', factor: '0.5', plus: '1.00' }, [...site, ...daily(() => '2.64')])
        const plain = of('2.32', site)
        assert.deepEqual(told(linked, 'without steps'), told(plain, 'without steps'), JSON.stringify(more))
        assert.deepEqual(
          linked.map(({ closing }) => closing),
          plain.map(({ closing }) => closing),
        )
      }
  })

  test('RF9 one that moves is a price that steps by month, to the byte', () => {
    for (const zone of ['UTC', 'Australia/Sydney'])
      for (const more of variants) {
        const prices = ['2.40', '2.00', '2.10', '1.75', '2.32', '2.00', '1.10']
        const priceOf = (month: Month) => prices[Number(month.slice(5)) - 1] ?? '9.99'
        const months = prices.slice(0, 6).map((_, i) => nextMonth('2027-01', i))
        const steps = months.map((month) => ({ from: `${month}-01`, value: priceOf(month) }))
        const linked = settleMonths(
          scheduleOfText(documentOf([backstop({ index: 'gpu' }, more)], zone)),
          [...site, ...daily((date) => priceOf(nextMonth(date.slice(0, 7))))],
          monthly,
        )
        const stepped = settleMonths(scheduleOfText(documentOf([backstop({ steps }, more)], zone)), site, monthly)
        assert.deepEqual(told(linked, 'with steps'), told(stepped, 'with steps'), JSON.stringify(more))
      }
  })

  test('RF9 an amendment of something else does not cut it', () => {
    const price = { index: 'gpu', cap: '3.00' }
    const first = documentOf([backstop(price)])
    const { hash } = scheduleOfText(first).versions[0]!
    const next = { version: 2, effective: '2027-03-10', previous: hash }
    const other = scheduleOfText(first, documentOf([backstop(price)], 'UTC', { ...next, title: 'Another' }))
    assert.equal(other.clauses.length, 1)
    const capped = scheduleOfText(first, documentOf([backstop({ ...price, cap: '2.90' })], 'UTC', next))
    assert.equal(capped.clauses.length, 2)
  })
})

describe('RF10 a day without a value', () => {
  const refusals = (price: object, dates: readonly LocalDate[], month: Month, more: object = {}) => {
    const schedule = scheduleOfText(documentOf([backstop({ index: 'gpu', ...price }, more)]))
    const meter = makeMeter(schedule, settlementWindow(schedule, month))
    const readings = [...site, ...dates.map((date) => published(date, '2.00')), published('2027-02-01', '9.00', 'another')]
    for (const reading of readingsOf(schedule, readings)) meter.add(reading, hashOf(readingText(reading)))
    const facts = meter.facts()
    return 'refusals' in facts ? facts.refusals.map(({ kind, subject, message }) => [kind, subject, message]) : []
  }

  test('RF10 keeps the month open, and names the days', () => {
    assert.deepEqual(refusals({}, ['2027-01-28', '2027-02-08', '2027-02-20'], '2027-03'), [
      [
        'index-hole',
        'gpu',
        'Index gpu has no value in force on 2027-02-05 to 2027-02-07, 2027-02-16 to 2027-02-19, 2027-02-28: clause backstop prices 2027-03 by every day of 2027-02, each by the latest value at most 7 days old. Report the values that are missing.',
      ],
    ])
    assert.deepEqual(refusals({}, ['2027-01-29', '2027-02-05', '2027-02-13', '2027-02-21'], '2027-03'), [])
    assert.deepEqual(refusals({ staleDays: 27 }, ['2027-02-01'], '2027-03'), [])
    assert.equal(refusals({ staleDays: 26 }, ['2027-02-01'], '2027-03').length, 1)
    assert.equal(refusals({ staleDays: 0 }, ['2027-02-01'], '2027-03').length, 1)
  })

  test('RF10 where an amendment within a month waits longer for a value, the part before it still refuses the month', () => {
    const patient = (staleDays: number, more: object = {}) => documentOf([backstop({ index: 'gpu', lagMonths: 0, staleDays })], 'UTC', more)
    const first = patient(3)
    const { hash } = scheduleOfText(first).versions[0]!
    const schedule = scheduleOfText(first, patient(40, { version: 2, effective: '2027-03-20', previous: hash }))
    const meter = makeMeter(schedule, settlementWindow(schedule, '2027-03'))
    for (const reading of readingsOf(schedule, [...site, published('2027-03-01', '2.00')])) meter.add(reading, hashOf(readingText(reading)))
    const facts = meter.facts()
    assert.deepEqual('refusals' in facts ? facts.refusals.map(({ message }) => message.split(':')[0]) : [], [
      'Index gpu has no value in force on 2027-03-05 to 2027-03-31',
    ])
  })

  test('RF10 only in the months that price a month of the clause', () => {
    const february = ['2027-02-01', '2027-02-08', '2027-02-15', '2027-02-22']
    assert.deepEqual(refusals({}, february, '2027-03'), [])
    assert.deepEqual(refusals({ lagMonths: 0 }, february, '2027-02'), [])
    assert.equal(refusals({}, february, '2027-04').length, 1)
    // A quarter needs three months, of which it has one; but only one if it begins in its last.
    assert.equal(refusals({}, february, '2027-03', { period: 'quarter' }).length, 2)
    assert.deepEqual(refusals({}, february, '2027-03', { period: 'quarter', from: '2027-03-01' }), [])
  })
})

test('RF11 what a document may not say of an index, and what it reads like', () => {
  const problems = (price: object) => problemsOfText(documentOf([backstop(price)]))
  assert.deepEqual(problems({ index: 'gpu', floor: '3.00', cap: '2.00' }), [
    '/clauses/0/price/cap: "2.00" is below the floor, "3.00": the price would have to be both',
  ])
  assert.deepEqual(problems({ index: 'gpu', floor: '3.00', cap: '3.00' }), [])
  assert.deepEqual(problems({ index: 'gpu', lagMonths: 13 }), ['/clauses/0/price/lagMonths: is 13: should be a whole number from 0 to 12'])
  assert.deepEqual(problems({ index: 'gpu', tiers: [{ above: '0', value: '1' }] }), [
    '/clauses/0/price/index: unknown key `index`: known here are `tiers`',
  ])
  assert.deepEqual(problems({ index: 'gpu', steps: [{ from: '2027-01-01', value: '1' }] }), [
    '/clauses/0/price/steps: unknown key `steps`: known here are `index`, `factor`, `plus`, `floor`, `cap`, `lagMonths`, `staleDays`',
  ])
  const price = { index: 'gpu', factor: '0.9', plus: '0.10', floor: '1.50', cap: '3.00', lagMonths: 2, staleDays: 10 }
  const said = (each: object) =>
    sentences(scheduleOfText(documentOf([backstop(each)])), clauseKinds).find(({ pointer }) => pointer === '/clauses/0/price')?.text
  assert.equal(
    said(price),
    'The price, in USD per GPU-hour, is in each month 0.9 × the index gpu + 0.10, at least 1.50, at most 3.00, by its average over the days of the month 2 months before; a value holds until the next, for at most 10 days after its own.',
  )
  assert.equal(
    said({ index: 'gpu', lagMonths: 0 }),
    'The price, in USD per GPU-hour, is in each month 1 × the index gpu + 0.00, by its average over the days of the month itself; a value holds until the next, for at most 7 days after its own.',
  )
})
