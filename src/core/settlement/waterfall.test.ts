import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compare, isZero, least, minus, nought, plus, rational, toText, total, type Rational } from '../base/rational.ts'
import { arrearsPaid, payInOrder, type CashStep } from './waterfall.ts'

const money = fc.integer({ min: 0, max: 5_000 }).map((cents) => rational(cents, 100))
const steps = fc.array(fc.record({ step: fc.constantFrom('a', 'b', 'c'), arrears: money, due: money }), { minLength: 1, maxLength: 7 })
const isMore = (a: Rational, b: Rational): boolean => compare(a, b) > 0

test('DF4 a waterfall pays out exactly its cash, and no step before the one above it is paid in full', () => {
  fc.assert(
    fc.property(money, steps, (cash, given) => {
      const paid = payInOrder(cash, given)
      assert.equal(toText(total(paid.map((each) => each.paid))), toText(cash))
      for (const [i, each] of paid.entries()) {
        assert.equal(toText(plus(each.paid, each.left)), toText(plus(each.arrears, each.due)))
        assert.ok(compare(each.paid, nought) >= 0 && compare(each.left, nought) >= 0)
        if (isMore(each.paid, nought)) assert.ok(paid.slice(0, i).every(({ left }) => isZero(left)))
      }
    }),
  )
})

test('DF4 a waterfall agrees with a plain walk, cent by cent', () => {
  fc.assert(
    fc.property(money, steps, (cash, given) => {
      const wants = given.map(({ arrears, due }) => plus(arrears, due))
      const got = given.map(() => 0n)
      const cents = (value: Rational) => (value.n * 100n) / value.d
      for (let left = cents(cash); left > 0n; left--) {
        const next = wants.findIndex((want, i) => i === wants.length - 1 || got[i]! < cents(want))
        got[next]! += 1n
      }
      assert.deepEqual(
        payInOrder(cash, given).map((each) => cents(each.paid)),
        got,
      )
    }),
  )
})

test('DF4 what a step is paid goes to its arrears first', () => {
  fc.assert(
    fc.property(money, steps, (cash, given) => {
      for (const each of payInOrder(cash, given)) {
        const now = minus(each.paid, arrearsPaid(each))
        assert.ok(compare(arrearsPaid(each), each.arrears) <= 0)
        if (isMore(now, nought)) assert.equal(toText(arrearsPaid(each)), toText(each.arrears))
        assert.equal(toText(arrearsPaid(each)), toText(least(each.paid, each.arrears)))
      }
    }),
  )
})

test('DF4 100 of cash for 10 and 20 of costs, 60 + 5 in arrears of interest, 40 of principal: 5 of it are paid', () => {
  const step = (name: string, due: number, arrears = 0): CashStep => ({ step: name, due: rational(due), arrears: rational(arrears) })
  const given = [step('opex', 10), step('fees', 20), step('interest', 60, 5), step('principal', 40), step('distributions', 0)]
  assert.deepEqual(
    payInOrder(rational(100), given).map(({ paid, left }) => `${toText(paid)} ${toText(left)}`),
    ['10 0', '20 0', '65 0', '5 35', '0 0'],
  )
  assert.deepEqual(
    payInOrder(rational(150), given).map(({ paid }) => toText(paid)),
    ['10', '20', '65', '40', '15'],
  )
})
