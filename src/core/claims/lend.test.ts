import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { accountOf, type Asked, type Free } from './account.ts'
import { lendWithin, type Standing } from './lend.ts'
import { reasons } from './reason.ts'

const column = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 3, maxLength: 3 }).map((values) => Float64Array.from(values))
const none = () => new Float64Array(3)
/** What a block claims as unsold, and what its nodes have free: some of it found against, the rest in order. */
const standing: fc.Arbitrary<Standing> = fc
  .record({ loosely: column, eligible: column, found: column, dark: column, beyond: column })
  .map(({ loosely, eligible, found, dark, beyond }) => ({
    asked: { claimed: loosely, against: [], loosely, dark: none(), isRead: false } satisfies Asked,
    free: {
      amounts: reasons.map((_, i) => (i === 0 ? found : i === reasons.length - 1 ? dark : none())),
      eligible,
      alone: reasons.map(none),
      beyond,
    } satisfies Free,
  }))
const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0)
const eligibleOf = (blocks: readonly Standing[], free: readonly Free[]) =>
  blocks.reduce((total, { asked }, i) => total + accountOf(asked, free[i]!).eligible, 0)

test('CL14 what blocks of a pool lend each other is theirs together, none lends what it needs, and no claim stands worse for it', () => {
  fc.assert(
    fc.property(fc.array(standing, { minLength: 1, maxLength: 4 }), (blocks) => {
      const free = lendWithin('supported-first', blocks)
      for (const hour of [0, 1, 2]) {
        const total = (of: readonly Free[]) => of.reduce((all, { eligible }) => all + eligible[hour]!, 0)
        assert.equal(total(free), total(blocks.map((each) => each.free)))
      }
      for (const [i, { asked, free: own }] of blocks.entries()) {
        const before = accountOf(asked, own)
        const after = accountOf(asked, free[i]!)
        // A lender's claims were in order for as much as they are now; what it lent had absorbed what was found against other GPUs of it.
        assert.ok(free[i]!.eligible.every((value) => value >= 0))
        if (sum(free[i]!.eligible) >= sum(own.eligible)) assert.ok(after.eligible >= before.eligible)
        const whole = (account: typeof after) => account.eligible + account.ofBlock.reduce((all, each) => all + sum(each), 0)
        const against = own.amounts.reduce((all, each, reason) => all + sum(each) - sum(after.absorbed[reason]!), 0)
        assert.equal(
          whole(after) + against,
          asked.claimed.reduce((all, value) => all + value, 0),
        )
      }
      assert.ok(
        eligibleOf(blocks, free) >=
          eligibleOf(
            blocks,
            blocks.map((each) => each.free),
          ),
      )
    }),
    { numRuns: 500 },
  )
})

test('CL14 together they stand as one block would, where nothing is found against either', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(column, column), { minLength: 2, maxLength: 4 }), (pairs) => {
      const blocks = pairs.map(([loosely, eligible]): Standing => ({
        asked: { claimed: loosely, against: [], loosely, dark: none(), isRead: false },
        free: { amounts: reasons.map(none), eligible, alone: reasons.map(none), beyond: none() },
      }))
      const expected = [0, 1, 2].reduce((total, hour) => {
        const all = (pick: (each: Standing) => Float64Array) => blocks.reduce((each, block) => each + pick(block)[hour]!, 0)
        return (
          total +
          Math.min(
            all(({ asked }) => asked.loosely),
            all(({ free }) => free.eligible),
          )
        )
      }, 0)
      assert.equal(eligibleOf(blocks, lendWithin('pro-rata', blocks)), expected)
    }),
  )
})

test('CL14 under specific attribution, and to or for a block whose claims somebody names, nothing is lent', () => {
  const of = (loosely: number, eligible: number, isRead = false): Standing => ({
    asked: { claimed: Float64Array.of(loosely), against: [], loosely: Float64Array.of(loosely), dark: Float64Array.of(0), isRead },
    free: {
      amounts: reasons.map(() => Float64Array.of(0)),
      eligible: Float64Array.of(eligible),
      alone: reasons.map(() => Float64Array.of(0)),
      beyond: Float64Array.of(0),
    },
  })
  const left = (attribution: Parameters<typeof lendWithin>[0], ...blocks: Standing[]) =>
    lendWithin(attribution, blocks).map(({ eligible }) => eligible[0])
  assert.deepEqual(left('supported-first', of(5, 2), of(1, 9)), [5, 6])
  assert.deepEqual(left('specific', of(5, 2), of(1, 9)), [2, 9])
  assert.deepEqual(left('supported-first', of(5, 2, true), of(1, 9)), [2, 9])
})
