import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { canonical, type Json } from '../base/canonical.ts'
import { compare, decimal, fromText, nought, one, rational, times, toFixed, toText, total, type Rational } from '../base/rational.ts'
import { fromPairs } from '../base/steps.ts'
import { monthInterval, startOfDate } from '../base/time.ts'
import { factsOf } from '../../../test/world.ts'
import { problemsOfText, scheduleOfText, settleMonths } from '../../../test/settling.ts'
import { checkReasons } from '../statements/explain.ts'
import { parseAgreement } from '../terms/parse.ts'
import type { Facts } from '../meter/facts.ts'
import type { Factor } from './clause-kind.ts'
import { factorsIn } from './factor.ts'
import { clauseKinds } from './kinds.ts'
import type { Line, Settlement } from './line.ts'
import { settle } from './settle.ts'

const head = `
offtake: 1
agreement: adjusted
title: An adjusted backstop
parties:
  - { id: vendor, name: The vendor, role: guarantor }
  - { id: cloud, name: The cloud, role: operator }
zone: Australia/Sydney
currency: USD
term: { from: 2027-01-01, through: 2028-12-31 }
blocks:
  - { id: a, factory: north, region: North, sku: GB300, tranches: [{ id: all, gpus: 100, due: 2027-01-01 }] }
  - { id: b, factory: north, region: North, sku: GB300, tranches: [{ id: all, gpus: 100, due: 2027-01-01 }] }
settlement: { due: { days: 30 } }
`
const backstop = (more = "price: '2.00'") =>
  `  - { id: backstop, kind: capacity-backstop, payer: vendor, payee: cloud, covers: [a], ${more} }\n`
const adjustment = (more = "target: '0.95', slope: '2'", id = 'factor') =>
  `  - { id: ${id}, kind: availability-adjustment, payer: vendor, payee: cloud, covers: [a], adjusts: backstop, ${more} }\n`
const document = (...clauses: readonly string[]) => `${head}clauses:\n${clauses.join('')}`

const at = (date: string) => startOfDate(date, 'Australia/Sydney')
const month = '2027-10'
const window = monthInterval(month, 'Australia/Sydney')

type Day = Readonly<{ down: number; planned: number; sold: number }>
/** Of 10 GPUs; each number holds for some days of a month of 743 hours. */
const anyDays = fc.array(
  fc.record({ down: fc.integer({ min: 0, max: 6 }), planned: fc.integer({ min: 0, max: 3 }), sold: fc.integer({ min: 0, max: 10 }) }),
  { minLength: 1, maxLength: 8 },
)
const factsFor = (days: readonly Day[]): Facts => {
  const steps = (pick: (day: Day) => number) =>
    fromPairs([...days.map((day, i): [number, number] => [window.from + i * 86_400 * 3, pick(day)]), [window.to, 0]])
  const happened = {
    accepted: steps(() => 10),
    planned: steps(({ planned }) => planned),
    unavailable: steps(({ down }) => down),
    contracted: steps(({ sold }) => sold),
  }
  return factsOf(window, { a: happened, b: happened })
}
const settleOn = (text: string, facts: Facts): Settlement => settle({ schedule: scheduleOfText(text), facts, month, opening: {} })
const of = ({ lines }: Settlement, clause: string): Line[] => lines.filter((line) => line.clause === clause)
const factorIn = (settlement: Settlement): Rational => fromText(of(settlement, 'factor')[0]!.quantity)
const exactOf = (lines: readonly Line[]): Rational => total(lines.map(({ exact }) => fromText(exact)))
const minorOf = (lines: readonly Line[]): bigint => lines.reduce((sum, { minor }) => sum + minor, 0n)
const text = (lines: readonly Line[]): string =>
  canonical(
    lines.map(({ minor, block, reason, ...line }) => ({
      ...line,
      minor: String(minor),
      block: block ?? null,
      reason: reason ?? null,
    })) as Json,
  )

const accepted = ['a', 'b'].map((block) => ({
  kind: 'acceptance',
  source: 'site',
  id: block,
  at: '2027-01-01T00:00:00+11:00',
  block,
  tranche: 'all',
  design: 1,
  tested: 1,
}))
const out = (gpus: number, from = '2027-01-01', to = '2029-01-01') => ({
  kind: 'outage',
  source: 'site',
  id: `out-${gpus}-${from}`,
  from: `${from}T00:00:00+11:00`,
  to: `${to}T00:00:00+11:00`,
  block: 'a',
  gpus,
})

describe('SL5 the factor', () => {
  test('SL5 worked value 4: target 95 %, k = 2, AF 90 % / 40 % gives 0.90 / 0; at the target and above it is 1', () => {
    const schedule = scheduleOfText(document(backstop(), adjustment()))
    const factor = (gpus: number) =>
      settleMonths(schedule, [...accepted, out(gpus)], { from: '2027-01', through: '2027-01' })[0]!.lines.find(
        ({ clause }) => clause === 'factor',
      )!.quantity
    assert.deepEqual([factor(10), factor(60)], ['9/10', '0'])
    assert.deepEqual([factor(0), factor(5), factor(6)], ['1', '1', '49/50'])
  })
  test('SL5 it is 1 where nothing is accepted, and where all is planned', () => {
    const settlement = settleOn(
      document(backstop(), adjustment()),
      factsOf(window, { a: { accepted: fromPairs([]) }, b: { accepted: fromPairs([]) } }),
    )
    assert.equal(toText(factorIn(settlement)), '1')
    const planned = settleOn(document(backstop(), adjustment()), factsFor([{ down: 0, planned: 10, sold: 0 }]))
    assert.equal(toText(factorIn(planned)), '1')
  })
  test('SL5 it lies in [0, 1], is 1 from the target on, never rises as more is down, and its reasons balance', () => {
    const numbers = fc.record({ target: fc.integer({ min: 1, max: 100 }), slope: fc.integer({ min: 1, max: 60 }) })
    fc.assert(
      fc.property(anyDays, numbers, fc.nat(), (days, { target, slope }, which) => {
        const written = `target: '${target / 100}', slope: '${slope / 10}'`
        const worse = days.map((day, i) => (i === which % days.length ? { ...day, down: day.down + 1 } : day))
        const [first, second] = [days, worse].map((each) => settleOn(document(backstop(), adjustment(written)), factsFor(each)))
        const [factor, lower] = [factorIn(first!), factorIn(second!)]
        assert.ok(compare(factor, nought) >= 0 && compare(factor, one) <= 0 && compare(lower, factor) <= 0)
        // By hand: hours of the pieces, each of three days, the last to the end of the month.
        const hours = days.map((_, i) => (i === days.length - 1 ? 743 - 72 * i : 72))
        const sum = (pick: (day: Day) => number) => days.reduce((all, day, i) => all + pick(day) * hours[i]!, 0)
        const available = rational(
          sum(({ down, planned }) => 10 - down - planned),
          sum(({ planned }) => 10 - planned),
        )
        const missing = rational(target * Number(available.d) - 100 * Number(available.n), 100 * Number(available.d))
        const expected = missing.n <= 0n ? one : rational(10n * missing.d - BigInt(slope) * missing.n, 10n * missing.d)
        assert.equal(toText(factor), toText(expected.n < 0n ? nought : expected))
        for (const { lines } of [first!, second!]) for (const line of lines) assert.equal(checkReasons(line), undefined)
      }),
      { numRuns: 150 },
    )
  })
})

describe('SL6 what is paid at price × factor', () => {
  const prices = fc.constantFrom(
    "price: '2.00'",
    "price: { tiers: [{ above: '0', value: '3.00' }, { above: '500', value: '1.10' }, { above: '1500', value: '0.90' }] }, measure: day",
    "price: { steps: [{ from: 2027-01-01, value: '2.00' }, { from: 2027-10-09, value: '1.70' }] }, retention: '0.1', measure: hour",
    "price: '2.00', measure: instant, limit: 4, conditions: [{ id: c, text: It rains. }]",
  )
  test('SL6 a factor of 1 leaves the bytes of the backstop as they are', () => {
    fc.assert(
      fc.property(anyDays, prices, (days, price) => {
        const plain = settleOn(document(backstop(price)), factsFor(days))
        const adjusted = settleOn(document(backstop(price), adjustment("target: '0.1', slope: '1'")), factsFor(days))
        assert.equal(factorIn(adjusted).n, 1n)
        assert.equal(text(of(adjusted, 'backstop')), text(of(plain, 'backstop')))
        assert.deepEqual(adjusted.closing['backstop'], plain.closing['backstop'])
      }),
      { numRuns: 80 },
    )
  })
  test('SL6 it is the factor times what it would be, where no cap binds, and the reasons say so', () => {
    fc.assert(
      fc.property(anyDays, prices, (days, price) => {
        const plain = settleOn(document(backstop(price)), factsFor(days))
        const adjusted = settleOn(document(backstop(price), adjustment("target: '1', slope: '0.7'")), factsFor(days))
        const factor = factorIn(adjusted)
        assert.equal(toText(exactOf(of(adjusted, 'backstop'))), toText(times(factor, exactOf(of(plain, 'backstop')))))
        const quantities = (settlement: Settlement) => of(settlement, 'backstop').map(({ quantity }) => quantity)
        assert.deepEqual(quantities(adjusted), quantities(plain))
        for (const line of adjusted.lines) assert.equal(checkReasons(line), undefined)
        for (const line of of(adjusted, 'backstop').filter(({ rateUnit }) => rateUnit === 'per-gpu-hour')) {
          const reason = line.reasons.find(({ word }) => word === 'Availability factor')
          if (compare(factor, one) === 0) assert.equal(reason, undefined)
          else
            assert.deepEqual(
              [reason?.operator, reason?.value, reason?.source],
              ['×', toText(factor), { kind: 'line', key: of(adjusted, 'factor')[0]!.key }],
            )
        }
      }),
      { numRuns: 120 },
    )
  })
  test('SL6 caps bind after the factor', () => {
    fc.assert(
      fc.property(anyDays, fc.integer({ min: 1, max: 16_000 }), (days, cap) => {
        const capped = backstop(`price: '2.00', caps: [{ per: period, amount: '${cap}' }]`)
        const written = adjustment("target: '1', slope: '0.7'")
        const adjusted = settleOn(document(capped, written), factsFor(days))
        const plain = exactOf(of(settleOn(document(backstop()), factsFor(days)), 'backstop'))
        const wanted = Number(toFixed(times(factorIn(adjusted), plain), 6))
        const paid = Number(minorOf(of(adjusted, 'backstop'))) / 100
        // Each line is rounded by itself.
        assert.ok(Math.abs(paid - Math.min(wanted, cap)) <= 0.005 * adjusted.lines.length + 1e-6, `${paid} of ${wanted}, at most ${cap}`)
        assert.ok(paid <= cap)
      }),
      { numRuns: 150 },
    )
  })
  test('SL6 a factor of 0 pays nothing, and draws on GPU-hour caps as a price of 0 does', () => {
    const days = [{ down: 6, planned: 0, sold: 0 }]
    const written = adjustment("target: '1', slope: '10'")
    const settlement = settleOn(document(backstop("price: '2.00', caps: [{ per: aggregate, gpuHours: '100' }]"), written), factsFor(days))
    assert.equal(minorOf(of(settlement, 'backstop')), 0n)
    const paid = of(settlement, 'backstop').find(({ formula }) => formula === 'backstop')!
    assert.equal(paid.quantity, String(100 * 3_600))
  })
  test('SL6 only the clause that is named is scaled', () => {
    const other = backstop().replace('id: backstop', 'id: other').replace('covers: [a]', 'covers: [b]')
    const days = [{ down: 5, planned: 0, sold: 0 }]
    const settlement = settleOn(document(backstop(), other, adjustment()), factsFor(days))
    // AF 50 %: 1 − 2 × 0.45 = 0.1 of 5 GPUs × 743 h × 2.00.
    assert.equal(minorOf(of(settlement, 'other')), 743_000n)
    assert.equal(minorOf(of(settlement, 'backstop')), 74_300n)
  })
  test('SL6 where the factor changes the price steps: an adjustment for half of the month', () => {
    const days = [{ down: 5, planned: 0, sold: 0 }]
    const half = adjustment("target: '0.95', slope: '2', through: 2027-10-15")
    const settlement = settleOn(document(backstop(), half), factsFor(days))
    // 15 days and an hour less at 0.1, the other 16 days at 1: 5 × 2.00 × (359 × 0.1 + 384).
    assert.equal(minorOf(of(settlement, 'backstop')), 419_900n)
  })
})

const versions = (first: string, second: string): string[] => {
  const parsed = parseAgreement(first, clauseKinds)
  assert.ok('hash' in parsed)
  return [first, second.replace('agreement: adjusted', `agreement: adjusted\nversion: 2\neffective: 2027-02-01\nprevious: ${parsed.hash}`)]
}

describe('SL6 quarters and amendments', () => {
  const quarter = ', period: quarter'
  const first = document(backstop(`price: '2.00'${quarter}`), adjustment(`target: '0.95', slope: '2'${quarter}`))
  const readings = [...accepted, out(50)]
  const paid = (second: string) => {
    const statements = settleMonths(scheduleOfText(...versions(first, second)), readings, { from: '2027-01', through: '2027-03' })
    return statements.map(({ lines }) => lines.filter(({ clause }) => clause === 'backstop').map(({ amount }) => amount))
  }
  test('SL6 an amended adjustment scales each part of the quarter by its own factor', () => {
    // AF 50 %: 0.1 until February, then 1 − 1 × 0.45 = 0.55. 50 GPUs × 2.00 × (744 × 0.1 + 1,416 × 0.55).
    const second = first.replace("slope: '2'", "slope: '1'")
    assert.deepEqual(paid(second), [[], [], ['7440.00', '77880.00']])
  })
  test('SL6 an amendment that only lets both go on for longer cuts neither', () => {
    const both = (through: string) =>
      document(
        backstop(`price: '2.00'${quarter}, through: ${through}`),
        adjustment(`target: '0.95', slope: '2'${quarter}, through: ${through}`),
      )
    const schedule = scheduleOfText(...versions(both('2027-06-30'), both('2027-12-31')))
    assert.equal(schedule.clauses.length, 2)
  })
  test('SL6 an amended backstop cuts its adjustment with it, and each part has a factor', () => {
    const second = first.replace("price: '2.00'", "price: '3.00'")
    assert.deepEqual(paid(second), [['7440.00'], [], ['21240.00']])
  })
})

describe('SL6 what a clause asks for its factors', () => {
  const factor = (from: string, to: string, value: string, clause = 'lease'): Factor => ({
    clause,
    from: at(from),
    to: at(to),
    value: decimal(value),
    line: `line-${from}`,
  })
  const span = { from: at('2027-02-01'), to: at('2027-03-01') }
  test('SL6 it is cut where the factor changes and nowhere else, 1 where nothing is said', () => {
    const all = [
      factor('2027-01-01', '2027-02-08', '0.5'),
      factor('2027-02-08', '2027-02-15', '0.5'),
      factor('2027-02-01', '2027-03-01', '0.1', 'other'),
    ]
    assert.deepEqual(
      factorsIn(all, 'lease', span).map(({ from, to, value, line }) => [from, to, toText(value), line]),
      [
        [span.from, at('2027-02-15'), '1/2', 'line-2027-01-01'],
        [at('2027-02-15'), span.to, '1', undefined],
      ],
    )
  })
})

describe('SL9 an adjustment that contradicts itself', () => {
  const wrong = (...clauses: readonly string[]) => problemsOfText(document(...clauses))
  test('SL9 it names another clause that has a price', () => {
    const share = `  - { id: share, kind: revenue-share, payer: cloud, payee: vendor, covers: [a], rate: '0.1' }\n`
    const naming = (name: string) => adjustment().replace('adjusts: backstop', `adjusts: ${name}`)
    assert.deepEqual(wrong(backstop(), naming('factor')), ['/clauses/1/adjusts: `factor` adjusts itself: name another clause'])
    assert.deepEqual(wrong(backstop(), naming('backstopp')), [
      '/clauses/1/adjusts: `backstopp` names no clause with a price: did you mean `backstop`?',
    ])
    const [problem, ...more] = wrong(backstop(), naming('share'), share)
    assert.match(problem!, /^\/clauses\/1\/adjusts: `share` is a revenue-share, which has no price to adjust: name a capacity-backstop/)
    assert.deepEqual(more, [])
  })
  test('SL9 it has the parties and the period of that clause, and in a quarter its dates', () => {
    assert.deepEqual(wrong(backstop("price: '2', period: quarter"), adjustment()), [
      '/clauses/1/period: is `month`, but `backstop`, which it adjusts, has `quarter`: write the same',
    ])
    assert.deepEqual(wrong(backstop(), adjustment().replace('payer: vendor, payee: cloud', 'payer: cloud, payee: vendor')), [
      '/clauses/1/payer: is `cloud`, but `backstop`, which it adjusts, has `vendor`: write the same',
      '/clauses/1/payee: is `vendor`, but `backstop`, which it adjusts, has `cloud`: write the same',
    ])
    assert.deepEqual(
      wrong(backstop("price: '2', period: quarter"), adjustment("target: '0.9', slope: '1', period: quarter, through: 2027-02-10")),
      ['/clauses/1/through: is `2027-02-10`, but `backstop`, which it adjusts, has `2028-12-31`: write the same'],
    )
  })
  test('SL9 one clause has one factor at a time', () => {
    const numbers = (dates: string) => `target: '0.9', slope: '1', ${dates}`
    const both = (from: string) => [backstop(), adjustment(numbers('through: 2027-06-30')), adjustment(numbers(`from: ${from}`), 'later')]
    assert.deepEqual(wrong(...both('2027-07-01')), [])
    assert.deepEqual(wrong(...both('2027-06-30')), [
      '/clauses/2/adjusts: `backstop` is adjusted by `factor` through 2027-06-30: a clause has one factor at a time',
    ])
  })
  test('SL9 a target and a slope are above zero', () => {
    assert.deepEqual(wrong(backstop(), adjustment("target: '0', slope: '0'")), [
      '/clauses/1/target: is "0": no availability is below it, should be above 0, such as "0.95"',
      '/clauses/1/slope: is "0": the factor would always be 1, should be above 0, such as "2"',
    ])
  })
})
