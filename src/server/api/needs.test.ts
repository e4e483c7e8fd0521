import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compare, rational } from '../../core/base/rational.ts'
import { isLate, limitOf, limitSecondsMin } from '../app/feeds.ts'
import { needKinds, type NeedWire } from '../../wire/today.ts'
import { exampleOf } from '../../../test/histories.ts'
import { addDays, dateOf, nextMonth, parseInstant } from '../../core/base/time.ts'
import { needsOf, orderOfNeeds, type AgreementNow, type Need } from './needs.ts'
import type { StatementHead } from './source.ts'

const anyNeed = fc
  .record({
    kind: fc.constantFrom(...needKinds),
    name: fc.integer({ min: 0, max: 10_000 }),
    daysLeft: fc.option(fc.integer({ min: -400, max: 400 })),
    cents: fc.integer({ min: 0, max: 100_000 }),
  })
  .map(({ kind, name, daysLeft, cents }): Need => ({
    wire: { id: `${kind}:${name}`, kind, daysLeft } as NeedWire,
    weight: rational(cents, 100),
  }))
const anyNeeds = fc.uniqueArray(anyNeed, { minLength: 2, maxLength: 30, selector: ({ wire }) => wire.id })
const ids = (needs: readonly Need[]) => needs.map(({ wire }) => wire.id)

test('API95 the order of needs is total, and the same in whatever order they were found', () => {
  fc.assert(
    fc.property(anyNeeds, fc.infiniteStream(fc.nat()), (needs, chance) => {
      const sorted = needs.toSorted(orderOfNeeds)
      const shuffled = needs.map((need) => ({ need, at: chance.next().value })).toSorted((a, b) => a.at - b.at)
      assert.deepEqual(ids(shuffled.map(({ need }) => need).toSorted(orderOfNeeds)), ids(sorted))
      for (const a of needs)
        for (const b of needs) {
          assert.equal(Math.sign(orderOfNeeds(a, b)) + Math.sign(orderOfNeeds(b, a)), 0)
          assert.equal(orderOfNeeds(a, b) === 0, a === b)
        }
      for (const [i, a] of sorted.entries()) for (const b of sorted.slice(i + 1)) assert.ok(orderOfNeeds(a, b) < 0)
    }),
  )
})

test('API95 more money, or fewer days, never comes later', () => {
  fc.assert(
    fc.property(anyNeed, fc.nat(1_000_000), fc.nat(500), (need, more, sooner) => {
      const pressing: Need = {
        wire: { ...need.wire, id: 'cap:other', daysLeft: need.wire.daysLeft === null ? null : need.wire.daysLeft - sooner },
        weight: rational(need.weight.n * 100n + BigInt(more) * need.weight.d, need.weight.d * 100n),
      }
      const pressure = ({ wire, weight }: Need) => rational(weight.n, weight.d * BigInt(Math.max(1, wire.daysLeft ?? 90)))
      const [before, after] = [pressure(pressing), pressure(need)]
      assert.ok(compare(before, after) >= 0)
      if (compare(before, after) > 0) assert.ok(orderOfNeeds(pressing, need) < 0)
    }),
  )
})

test('API102 a source with a rhythm is late after three of its silences and never before a quarter of an hour; one without is never late', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 90_000 }), fc.integer({ min: 4, max: 40 }), fc.nat(2_000_000), (every, imports, age) => {
      const times = Array.from({ length: imports }, (_, i) => 1_790_000_000 + i * every)
      const limit = limitOf(times, ['allocation'])
      assert.equal(limit, Math.max(limitSecondsMin, 3 * every))
      assert.equal(isLate({ ageSeconds: age, limitSeconds: limit }), age > (limit ?? 0))
      assert.equal(limitOf(times.toReversed(), ['outage', 'charge']), limit)
      assert.equal(limitOf(times.slice(0, 3), ['allocation']), undefined)
      assert.equal(limitOf(times, ['charge', 'reservation']), undefined)
      assert.equal(isLate({ ageSeconds: age, limitSeconds: undefined }), false)
    }),
  )
})

/** A final month of which the guarantor owes so many cents, due so many days after the first of the month it is known on. */
const anyMonths = fc.array(
  fc.record({ cents: fc.integer({ min: 1, max: 9_999_999 }), dueIn: fc.integer({ min: -400, max: 40 }), paid: fc.nat(120) }),
  {
    minLength: 1,
    maxLength: 12,
  },
)
const inMajor = (cents: number): string => (cents / 100).toFixed(2)

test('API130 each month that fell due and is not paid is a need, oldest first, with what is left of it; more than six are one sum', () => {
  const schedule = exampleOf('sharon-ai.yaml')
  const now = parseInstant('2027-12-01T12:00:00Z', 'UTC') as number
  const today = dateOf(now, schedule.zone)
  fc.assert(
    fc.property(anyMonths, (months) => {
      const stated = months.map(({ cents, dueIn, paid }, i) => {
        const payable = { payer: schedule.guarantor.id, payee: schedule.operator.id, amount: inMajor(cents) }
        const month = nextMonth('2026-07', i)
        const head = { month, version: 1, status: 'final', dueOn: addDays(today, dueIn), closing: {}, totals: { payable, net: payable } }
        // Some is paid of some months, and more than all of others.
        const part = paid < 40 ? 0 : Math.floor((cents * (paid - 40)) / 60)
        return { month, dueIn, head: head as unknown as StatementHead, left: cents - part, part }
      })
      const paid = stated
        .filter(({ part }) => part > 0)
        .map(({ month, part }) => ({ agreement: schedule.agreement, month, payer: schedule.guarantor.id, amount: inMajor(part) }))
      const of: AgreementNow = { schedule, statements: stated.map(({ head }) => head), findings: [], paid, drafts: [], stood: [], now }
      const needs = needsOf(of)
        .filter(({ wire }) => wire.kind === 'payment' && wire.daysLeft! < 0)
        .toSorted(orderOfNeeds)
      const overdue = stated.filter(({ dueIn, left }) => dueIn < 0 && left > 0).toSorted((a, b) => a.dueIn - b.dueIn)
      const oldest = overdue[0]?.dueIn
      if (overdue.length > 6) {
        const sum = overdue.reduce((all, { left }) => all + left, 0)
        assert.deepEqual(
          needs.map(({ wire: { amount, count, daysLeft } }) => [amount, count, daysLeft]),
          [[inMajor(sum), overdue.length, oldest]],
        )
        return
      }
      assert.deepEqual(
        needs.map(({ wire: { daysLeft } }) => daysLeft),
        overdue.map(({ dueIn }) => dueIn),
      )
      assert.deepEqual(
        needs.map(({ wire: { month, amount, count } }) => `${month} ${amount} ${count}`).toSorted(),
        overdue.map(({ month, left }) => `${month} ${inMajor(left)} null`).toSorted(),
      )
    }),
  )
})
