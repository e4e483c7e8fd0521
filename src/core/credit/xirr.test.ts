import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { testData } from '../../../test/data.ts'
import { addDays } from '../base/time.ts'
import { growthMax, xirr, xnpv, type DatedFlow } from './xirr.ts'

const { folder, skip } = testData('reference')

const ratesOf = (flows: readonly DatedFlow[]): readonly number[] => {
  const found = xirr(flows)
  return found.kind === 'none' ? [] : found.kind === 'one' ? [found.rate] : found.rates
}
/** Relative to growth, 1 + r: what is added to −100 % may be tiny. */
const isNear = (a: number, b: number, tolerance = 1e-9): boolean => Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(1 + b))

/** What the flows are worth if all came in: what rounding is measured by. */
const sizeAt = (rate: number, flows: readonly DatedFlow[]): number =>
  xnpv(
    rate,
    flows.map(({ date, amount }) => ({ date, amount: Math.abs(amount) })),
  )

const five: readonly DatedFlow[] = [
  { date: '1992-01-01', amount: -10_000 },
  { date: '1992-03-01', amount: 2_750 },
  { date: '1992-10-30', amount: 4_250 },
  { date: '1993-02-15', amount: 3_250 },
  { date: '1993-04-01', amount: 2_750 },
]

test('CR1 the five flows of 1992 return 37.3363 % a year', () => {
  const found = xirr(five)
  assert.equal(found.kind, 'one')
  assert.equal((100 * ratesOf(five)[0]!).toFixed(4), '37.3363')
})

const flows = fc
  .array(fc.record({ day: fc.integer({ min: 0, max: 7_000 }), amount: fc.integer({ min: -1_000, max: 1_000 }) }), {
    minLength: 1,
    maxLength: 12,
  })
  .map((all) => all.map(({ day, amount }): DatedFlow => ({ date: addDays('2020-01-01', day), amount })))

test('CR1 a rate that is found makes the flows worth nothing, in any order and at any scale', () => {
  fc.assert(
    fc.property(flows, fc.integer({ min: 1, max: 1_000 }), (all, scale) => {
      const rates = ratesOf(all)
      for (const rate of rates) assert.ok(Math.abs(xnpv(rate, all)) <= 1e-7 * sizeAt(rate, all), `${rate}`)
      const again = ratesOf(all.toReversed().map((each) => ({ ...each, amount: each.amount * scale })))
      assert.equal(again.length, rates.length)
      assert.ok(again.every((rate, i) => isNear(rate, rates[i]!)))
    }),
    { numRuns: 200 },
  )
})

test('CR1 between two rates at which the flows are worth more and less than nothing one is found; a plain loan has just one', () => {
  const probes = [-0.999, -0.9, -0.5, -0.1, 0, 0.01, 0.1, 0.5, 2, 20, 1_000]
  fc.assert(
    fc.property(flows, (all) => {
      const rates = ratesOf(all)
      for (const [i, high] of probes.slice(1).entries()) {
        const [below, above] = [xnpv(probes[i]!, all), xnpv(high, all)]
        if (below * above < 0)
          assert.ok(
            rates.some((rate) => rate >= probes[i]! && rate <= high),
            `between ${probes[i]!} and ${high}`,
          )
      }
    }),
    { numRuns: 200 },
  )
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 10 }),
      fc.integer({ min: 1, max: 100 }),
      (paid, lent) => {
        const found = xirr([
          { date: '2027-01-01', amount: -lent },
          ...paid.map((amount, i) => ({ date: addDays('2027-01-01', 90 * (i + 1)), amount })),
        ])
        // Even 1 for 100 after 90 days is (1/100)^(365/90) − 1 a year, which is not yet beyond what is looked for; nor is 100 for 1.
        assert.equal(found.kind, 'one')
      },
    ),
  )
})

test('CR1 none where money only goes one way, several where it turns twice, and a touch is a rate', () => {
  assert.deepEqual(xirr([]), { kind: 'none' })
  assert.deepEqual(
    xirr([
      { date: '2027-01-01', amount: -1 },
      { date: '2028-01-01', amount: -1 },
    ]),
    { kind: 'none' },
  )
  // −100·(v − 1/1.1)(v − 1/1.3) with v = 1/(1 + r): 10 % and 30 %, as bonds that are bought, sold and bought again have.
  const twice = [
    { date: '2025-01-01', amount: -100 },
    { date: '2026-01-01', amount: 240 },
    { date: '2027-01-01', amount: -143 },
  ]
  const found = xirr(twice)
  assert.equal(found.kind, 'several')
  assert.ok([0.1, 0.3].every((rate, i) => isNear(ratesOf(twice)[i]!, rate)))
  // −(1 − 1.2·v)²: the value touches zero at 20 % and is below it elsewhere.
  const touching = [
    { date: '2025-01-01', amount: -100 },
    { date: '2026-01-01', amount: 240 },
    { date: '2027-01-01', amount: -144 },
  ]
  assert.equal(ratesOf(touching).length, 1)
  assert.ok(isNear(ratesOf(touching)[0]!, 0.2, 1e-6))
  assert.ok(
    ratesOf([
      { date: '2027-01-01', amount: -1 },
      { date: '2027-01-02', amount: 100 },
    ]).every((rate) => rate < growthMax),
  )
})

type Case = Readonly<{ name: string; xirr: number | null; alternativeRoot: number | null; flows: readonly (readonly [string, number])[] }>

// These two figures of the reference are present values at 10 %, not rates.
const presentValues = ['unordered', 'random_1000']
// No rate, says the reference; but the value changes its sign between these two, so that there is one.
const missed = new Map([['case_30_20', [-0.9, -0.89]]])

test('CR1 the 32 cases of the reference', { skip }, () => {
  const { cases } = JSON.parse(fs.readFileSync(join(folder, 'xirr-cases.json'), 'utf8')) as { cases: readonly Case[] }
  assert.equal(cases.length, 32)
  for (const { name, xirr: expected, alternativeRoot, flows: pairs } of cases) {
    const all = pairs.map(([date, amount]) => ({ date, amount }))
    const rates = ratesOf(all)
    const between = missed.get(name)
    if (presentValues.includes(name)) {
      assert.ok(isNear(xnpv(0.1, all), expected!), name)
      assert.ok(rates.length > 0 && rates.every((rate) => Math.abs(xnpv(rate, all)) < 1e-9 * sizeAt(rate, all)), name)
    } else if (between !== undefined) {
      assert.ok(xnpv(between[0]!, all) * xnpv(between[1]!, all) < 0, name)
      assert.ok(rates.length === 1 && rates[0]! > between[0]! && rates[0]! < between[1]!, name)
    } else if (expected === null) assert.deepEqual(rates, [], name)
    else {
      for (const root of [expected, alternativeRoot])
        assert.ok(root === null || rates.some((rate) => isNear(rate, root)), `${name}: ${rates.join(', ')} has no ${root}`)
      if (alternativeRoot !== null) assert.equal(xirr(all).kind, 'several', name)
    }
  }
})
