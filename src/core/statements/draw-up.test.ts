import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonical, type Json } from '../base/canonical.ts'
import { parseMoney } from '../base/money.ts'
import { fromText, plus, rational, toText } from '../base/rational.ts'
import { add, during, fromPairs, since } from '../base/steps.ts'
import { monthInterval } from '../base/time.ts'
import { backstopOf, chargeOf, factsOf, scheduleOf, settleMonth, shareOf, type Term } from '../../../test/world.ts'
import type { Facts } from '../meter/facts.ts'
import type { Schedule } from '../terms/schedule.ts'
import { drawUp } from './draw-up.ts'
import { spanInWords } from './words.ts'

const term: Term = { zone: 'Australia/Sydney', from: '2026-07-01', through: '2032-06-30', currency: 'USD' }
const october = monthInterval('2026-10', term.zone)
const schedule = scheduleOf(term, [backstopOf(term, { measure: 'hour', retention: rational(1, 10) }), shareOf(term)])

const factsFrom = (accepted: number, down: number, sold: number, called: number, charge: number, at: number): Facts =>
  factsOf(
    october,
    {
      a: {
        accepted: since(october.from, accepted),
        unavailable: during(at, at + 5_000, down),
        planned: during(at + 7_000, at + 9_000, Math.floor(down / 2)),
        contracted: add(since(october.from, sold), zeroFrom(at, sold)),
        called: since(october.from, called),
      },
    },
    { charges: [chargeOf(`${charge}.37`, october.from, october.to)] },
  )
/** Half of what is sold ends at an instant. */
const zeroFrom = (at: number, sold: number) => (sold < 2 ? fromPairs([]) : fromPairs([[at, -Math.floor(sold / 2)]]))

const anyFacts = fc
  .record({
    accepted: fc.nat(60),
    down: fc.nat(100),
    sold: fc.nat(100),
    called: fc.nat(100),
    charge: fc.nat(90_000),
    at: fc.nat(2_000_000),
  })
  .map(({ accepted, down, sold, called, charge, at }) => {
    const held = Math.floor((accepted * called) / 400)
    const contracted = Math.floor(((accepted - held) * sold) / 100)
    return factsFrom(accepted, Math.floor((accepted * down) / 200), contracted, held, charge, october.from + at)
  })

const draw = (facts: Facts, of: Schedule = schedule, version = 1) =>
  drawUp({
    schedule: of,
    facts,
    month: '2026-10',
    opening: {},
    settlement: settleMonth(of, facts, '2026-10'),
    version,
    finalOn: '2026-11-05',
  })
const minor = (amount: string): bigint => parseMoney(amount, 'USD')!.minor

test('S14 totals are the sums of the rounded lines, and the net their difference with a direction', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const { lines, totals } = draw(facts)
      const paidBy = (party: string) => lines.filter(({ payer }) => payer === party).reduce((sum, { amount }) => sum + minor(amount), 0n)
      assert.equal(minor(totals.guarantorPays), paidBy('guarantor'))
      assert.equal(minor(totals.operatorPays), paidBy('operator'))
      const net = paidBy('guarantor') - paidBy('operator')
      assert.equal(totals.net.payer, net === 0n ? null : net > 0n ? 'guarantor' : 'operator')
      assert.equal(minor(totals.net.amount), net < 0n ? -net : net)
      assert.deepEqual(
        lines.map(({ number }) => number),
        lines.map((_, i) => i + 1),
      )
    }),
  )
})

test('S15 the hours of October 2026 in Sydney, all 743, add up to the waterfall and are conserved', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const { series, waterfall, hours } = draw(facts)
      assert.equal(hours, '743')
      assert.equal(series.edges.length, 744)
      const [block] = series.blocks
      const sum = (all: readonly number[]) => toText(rational(all.reduce((a, b) => a + b, 0)))
      for (const state of ['accepted', 'sold', 'called', 'unsold', 'unavailable', 'planned'] as const)
        assert.equal(sum(block![state]), waterfall[state])
      for (const [i, accepted] of block!.accepted.entries())
        assert.equal(accepted, block!.sold[i]! + block!.unsold[i]! + block!.called[i]! + block!.unavailable[i]! + block!.planned[i]!)
      assert.equal(toText([waterfall.paid, waterfall.overCap, waterfall.ineligible].map(fromText).reduce(plus)), waterfall.claimed)
    }),
  )
})

test('S16 the same input draws up the same bytes; another version of the terms has another facts hash', () => {
  fc.assert(
    fc.property(anyFacts, (facts) => {
      const once = draw(facts)
      assert.equal(canonical(draw(facts) as unknown as Json), canonical(once as unknown as Json))
      const amended = { ...schedule, versions: [{ ...schedule.versions[0]!, hash: '1'.repeat(64) }] }
      assert.notEqual(draw(facts, amended).factsHash, once.factsHash)
    }),
    { numRuns: 20 },
  )
})

test('S16 a line says what it is, and which local days it covers', () => {
  assert.equal(spanInWords(october, term.zone), '1–31 Oct 2026')
  assert.equal(spanInWords({ from: october.from - 86_400, to: october.from + 86_400 }, term.zone), '30 Sep – 1 Oct 2026')
  assert.equal(spanInWords({ from: october.from, to: october.from + 3_600 }, term.zone), '1 Oct 2026')
  const { lines } = draw(factsFrom(10, 0, 4, 0, 100, october.from))
  assert.deepEqual(
    lines.map(({ text }) => text),
    ['Capacity backstop, 1–31 Oct 2026', 'Revenue share, 1–31 Oct 2026'],
  )
})
