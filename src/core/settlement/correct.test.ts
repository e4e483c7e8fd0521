import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { byMonth, closeMonth, emptyShelf, totalsByKey, type Shelf } from '../../../test/closing.ts'
import { scheduleOfText } from '../../../test/settling.ts'
import { aggregateCap, backstopOf, chargeOf, factsOf, flat, scheduleOf, term2027 } from '../../../test/world.ts'
import type { ClauseId } from '../base/id.ts'
import { rational } from '../base/rational.ts'
import { fromPairs, zero } from '../base/steps.ts'
import { addDays, monthInterval, nextMonth, type Month } from '../base/time.ts'
import type { Facts } from '../meter/facts.ts'
import { hashOf } from '../base/hash.ts'
import { parseAgreement } from '../terms/parse.ts'
import type { Schedule } from '../terms/schedule.ts'
import { clauseKinds } from './kinds.ts'

const months = ['2027-02', '2027-03', '2027-04', '2027-05', '2027-06'] as const
const [first, second, third, fourth, fifth] = months

/** What happened in a month: hours for which one GPU stood unsold, revenue, and units that the guarantor took of what it must take or pay. */
type Happened = Readonly<{ hours: number; revenue: string; taken?: number }>
const idle: Happened = { hours: 0, revenue: '0' }

/** One GPU, unsold for so many hours from the first of the month, sold for the rest of the month. */
const factsIn = (zone: string, month: Month, { hours, revenue, taken = 0 }: Happened): Facts => {
  const { from, to } = monthInterval(month, zone)
  const accepted = fromPairs([
    [from, 1],
    [to, 0],
  ])
  const sold = from + hours * 3600
  const contracted =
    sold >= to
      ? zero
      : fromPairs([
          [sold, 1],
          [to, 0],
        ])
  const figures = [{ clause: 'minimum' as ClauseId, figure: 'taken', of: undefined, value: rational(taken), from, to }]
  return factsOf({ from, to }, { a: { accepted, contracted } }, { charges: [chargeOf(revenue, from, to)], figures })
}

type Known = Readonly<Record<Month, Happened>>
const knownAt =
  (zone: string, known: Known) =>
  (month: Month): Facts =>
    factsIn(zone, month, known[month] ?? idle)

/** Closes one month after another, each on what is known and signed by then. */
const closeAll = (steps: readonly Readonly<{ schedule: Schedule; known: Known; isNew?: boolean }>[]): Shelf =>
  steps.reduce<Shelf>(
    (shelf, { schedule, known, isNew = false }, i) =>
      closeMonth(shelf, { schedule, month: months[i]!, factsOf: knownAt(schedule.zone, known), isNew }).shelf,
    emptyShelf,
  )

describe('LP1 worked value 18: an aggregate cap of 100.00, months that claim 40, 30, 50', () => {
  const term = { ...term2027, from: '2027-02-01' }
  const schedule = scheduleOf(term, [backstopOf(term, { price: flat('1.00'), caps: [aggregateCap(term, 'aggregate', 'minor', 10_000n)] })])
  const claims = (one: number, two: number, three: number): Known => ({
    [first]: { hours: one, revenue: '0' },
    [second]: { hours: two, revenue: '0' },
    [third]: { hours: three, revenue: '0' },
  })
  const closed = closeAll([claims(40, 30, 50), claims(40, 30, 50), claims(40, 30, 50)].map((known) => ({ schedule, known })))
  const correct = (shelf: Shelf, month: Month, known: Known) =>
    closeMonth(shelf, { schedule, month, factsOf: knownAt('UTC', known), isNew: true })
  const paid = (shelf: Shelf) => [...totalsByKey(shelf)].map(([name, minor]) => `${name.slice(0, 7)} ${minor}`)

  test('LP1 they are paid 40, 30, 30', () => {
    assert.deepEqual(paid(closed), [`${first} 4000`, `${second} 3000`, `${third} 3000`])
  })
  test('LP1 month 1 becomes 60: +20, 0, −20; then month 2 becomes 0: 0, −30, +30', () => {
    const one = correct(closed, fourth, claims(60, 30, 50))
    assert.deepEqual(byMonth(one.corrections), { [first]: 2000n, [third]: -2000n })
    const two = correct(one.shelf, fifth, claims(60, 0, 50))
    assert.deepEqual(byMonth(two.corrections), { [second]: -3000n, [third]: 3000n })
    assert.deepEqual(paid(two.shelf), [`${first} 6000`, `${third} 4000`])
  })
  test('LP1 month 2 becomes 0: 0, −30, +20; then month 1 becomes 60: +20, 0, −10', () => {
    const one = correct(closed, fourth, claims(40, 0, 50))
    assert.deepEqual(byMonth(one.corrections), { [second]: -3000n, [third]: 2000n })
    const two = correct(one.shelf, fifth, claims(60, 0, 50))
    assert.deepEqual(byMonth(two.corrections), { [first]: 2000n, [third]: -1000n })
    assert.deepEqual(paid(two.shelf), [`${first} 6000`, `${third} 4000`])
  })
  test('LP2 a correction keeps key, charge period and parties of its line, and names the month', () => {
    const { corrections } = correct(closed, fourth, claims(60, 30, 50))
    const original = closed.stated[0]!.lines.find(({ minor }) => minor === 4000n)!
    const { key, from, to, payer, payee, corrects, exact, minor } = corrections[0]!
    assert.deepEqual(
      { key, from, to, payer, payee },
      { key: original.key, from: original.from, to: original.to, payer: original.payer, payee: original.payee },
    )
    assert.deepEqual([corrects, exact, minor], [first, '20', 2000n])
  })
  test('LP2 a line that is due no more is corrected to zero', () => {
    const gone = { ...schedule, clauses: [] }
    const { corrections } = closeMonth(closed, { schedule: gone, month: fourth, factsOf: knownAt('UTC', claims(40, 30, 50)), isNew: true })
    assert.deepEqual(byMonth(corrections), { [first]: -4000n, [second]: -3000n, [third]: -3000n })
  })
})

/** A backstop with an aggregate and a yearly cap, two price tiers and recoupment; a share in tiers; a make-up bank. Everything is carried that can be. */
const document = (change: Partial<Record<'price' | 'rate' | 'cap' | 'retention' | 'head', string>> = {}) => `
offtake: 1
agreement: laws
title: Laws
${change.head ?? ''}
parties:
  - { id: grantor, name: Grantor, role: guarantor }
  - { id: cloud, name: Cloud, role: operator }
zone: Australia/Sydney
currency: USD
term: { from: 2027-02-01, through: 2027-12-31 }
commencement: 2026-04-10
blocks:
  - { id: a, factory: a, region: R, sku: S, tranches: [{ id: all, gpus: 1, due: 2027-02-01 }] }
clauses:
  - id: share
    kind: revenue-share
    payer: cloud
    payee: grantor
    covers: [a]
    rate: { tiers: [{ above: '0', value: '0.1' }, { above: '150', value: '${change.rate ?? '0.05'}' }] }
  - id: backstop
    kind: capacity-backstop
    payer: grantor
    payee: cloud
    covers: [a]
    measure: day
    price: { tiers: [{ above: '0', value: '1.37' }, { above: '200', value: '${change.price ?? '0.93'}' }] }
    retention: '${change.retention ?? '0.1'}'
    caps: [{ per: aggregate, amount: '${change.cap ?? '700.00'}' }, { per: contract-year, gpuHours: '400' }]
    recoupment: { share: '0.5', threshold: '20.00', accrual: '0.06' }
  - id: minimum
    kind: take-or-pay
    payer: grantor
    payee: cloud
    unit: units
    minimum: '100'
    price: { steps: [{ from: 2027-02-01, value: '10.00' }, { from: 2027-04-01, value: '8.37' }] }
    makeUp: { months: 2, refund: true }
settlement: { due: { days: 30 } }
`
const schedule = scheduleOfText(document())

const happened = fc.record({
  hours: fc.integer({ min: 0, max: 740 }),
  taken: fc.integer({ min: 0, max: 200 }),
  revenue: fc.integer({ min: 0, max: 20_000 }).map((cents) => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`),
})
const knowns = fc.record(Object.fromEntries(months.map((month) => [month, happened]))) as fc.Arbitrary<Known>
const changes = fc
  .tuple(fc.constantFrom(first, second, third), happened, fc.constantFrom(first, second, third), happened)
  .filter(([one, , other]) => one !== other)

test('LP3 correcting in either order, or settling right the first time, ends in the same total of every key of every month', () => {
  let moved = 0
  fc.assert(
    fc.property(knowns, changes, (known, [one, a, other, b]) => {
      const [withA, withB] = [
        { ...known, [one]: a },
        { ...known, [other]: b },
      ]
      const right = { ...withA, [other]: b }
      const before = [known, known, known].map((each) => ({ schedule, known: each }))
      const inOrder = closeAll([...before, { schedule, known: withA, isNew: true }, { schedule, known: right, isNew: true }])
      const turned = closeAll([...before, { schedule, known: withB, isNew: true }, { schedule, known: right, isNew: true }])
      const atOnce = closeAll(months.map(() => ({ schedule, known: right })))
      assert.deepEqual(totalsByKey(inOrder), totalsByKey(atOnce))
      assert.deepEqual(totalsByKey(turned), totalsByKey(atOnce))
      // The open month began from the recomputed state.
      assert.deepEqual(inOrder.closings, atOnce.closings)
      const touched = new Set<Month | undefined>([one, other, undefined])
      if (inOrder.stated.some(({ lines }) => lines.some(({ corrects }) => !touched.has(corrects)))) moved += 1
    }),
    { numRuns: 150 },
  )
  assert.ok(moved > 20, `only ${moved} runs moved a month that nothing new was said of`)
})

test('LP4 a run on what is known already states nothing', () => {
  fc.assert(
    fc.property(knowns, changes, (known, [one, a]) => {
      const corrected = closeAll([
        ...[known, known, known].map((each) => ({ schedule, known: each })),
        { schedule, known: { ...known, [one]: a }, isNew: true },
      ])
      const again = closeMonth(corrected, { schedule, month: fifth, factsOf: knownAt(schedule.zone, { ...known, [one]: a }), isNew: true })
      assert.deepEqual(again.corrections, [])
    }),
    { numRuns: 60 },
  )
})

const hashOfText = (text: string): string => {
  const parsed = parseAgreement(text, clauseKinds)
  return 'hash' in parsed ? parsed.hash : hashOf('')
}
const amendment = fc.record({
  day: fc.integer({ min: 0, max: 110 }),
  change: fc.record(
    {
      price: fc.constantFrom('0.50', '1.11'),
      rate: fc.constantFrom('0.02', '0.2'),
      cap: fc.constantFrom('300.00', '900.00'),
      retention: fc.constantFrom('0', '0.35'),
    },
    { requiredKeys: [] },
  ),
})

test('LP5 a retroactive amendment ends in the totals of having had it from the start', () => {
  fc.assert(
    fc.property(knowns, amendment, (known, { day, change }) => {
      const head = `version: 2\neffective: ${addDays('2027-02-01', day)}\nprevious: ${hashOfText(document())}`
      const amended = scheduleOfText(document(), document({ ...change, head }))
      const late = closeAll([
        ...[known, known, known].map((each) => ({ schedule, known: each })),
        { schedule: amended, known, isNew: true },
        { schedule: amended, known },
      ])
      const early = closeAll(months.map(() => ({ schedule: amended, known })))
      assert.deepEqual(totalsByKey(late), totalsByKey(early))
    }),
    { numRuns: 100 },
  )
})

test('LP6 what is closed for good keeps what was stated and what it left; months after it are settled again from there', () => {
  const known: Known = Object.fromEntries(months.map((month) => [month, { hours: 100, revenue: '0' }]))
  const short = { ...schedule, correctionsMonths: 2 }
  const closed = closeAll([known, known, known].map((each) => ({ schedule: short, known: each })))
  const now: Known = { ...known, [first]: { hours: 200, revenue: '0' }, [second]: { hours: 150, revenue: '0' } }
  // February is final on 1 March and corrected through 1 May: when May is open, which ends on the 31st, it is closed for good.
  // March, final on 1 April, is corrected through 1 June, and April longer.
  const may = closeMonth(closed, { schedule: short, month: fourth, factsOf: knownAt(schedule.zone, now), isNew: true })
  assert.deepEqual(
    [...new Set(may.corrections.map(({ corrects }) => corrects))].filter((month) => month === first),
    [],
  )
  assert.ok(may.corrections.some(({ corrects }) => corrects === second))
  assert.deepEqual(may.shelf.closings.get(first), closed.closings.get(first))
  // What March left was worked out again from what February left.
  const march = closeAll([known, now].map((each) => ({ schedule: short, known: each })))
  assert.deepEqual(may.shelf.closings.get(second), march.closings.get(second))
  // In June the same is true of March, with what it left when it was last settled.
  const june = closeMonth(may.shelf, {
    schedule: short,
    month: fifth,
    factsOf: knownAt(schedule.zone, { ...now, [second]: idle }),
    isNew: true,
  })
  assert.deepEqual(
    june.corrections.filter(({ corrects }) => corrects === second),
    [],
  )
  assert.deepEqual(june.shelf.closings.get(second), may.shelf.closings.get(second))
})

test('LP10 after the term a month has no lines but corrections', () => {
  const ended = scheduleOfText(document().replaceAll('2027-12-31', '2027-04-30'))
  const known: Known = { [third]: { hours: 30, revenue: '0' } }
  const closed = closeAll([known, known, known].map((each) => ({ schedule: ended, known: each })))
  const may = closeMonth(closed, {
    schedule: ended,
    month: fourth,
    factsOf: knownAt(ended.zone, { [third]: { hours: 40, revenue: '0' } }),
    isNew: true,
  })
  assert.ok(may.lines.length > 0)
  assert.ok(may.lines.every(({ corrects }) => corrects === third))
  assert.deepEqual(closeMonth(may.shelf, { schedule: ended, month: nextMonth(fourth), factsOf: knownAt(ended.zone, known) }).lines, [])
})
