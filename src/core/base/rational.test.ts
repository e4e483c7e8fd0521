import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import {
  commonDenominator,
  compare,
  decimal,
  decimalDigitsMax,
  fixed,
  floor,
  fromText,
  greatest,
  isZero,
  least,
  minus,
  negate,
  nought,
  one,
  over,
  parseDecimal,
  plus,
  rational,
  roundHalfEven,
  times,
  toDecimal,
  toFixed,
  total,
  toText,
  type Rational,
} from './rational.ts'

const wholes = fc.oneof(fc.bigInt({ min: -12n, max: 12n }), fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }))
const divisors = wholes.filter((d) => d !== 0n)
const rationals = fc.tuple(wholes, divisors).map(([n, d]) => rational(n, d))
const places = fc.integer({ min: 0, max: 12 })

const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? (a < 0n ? -a : a) : gcd(b, a % b))
/** Equal as fractions, by cross multiplication: `n/d = p/q` when `n·q = p·d`. */
const assertIs = (value: Rational, p: bigint, q: bigint): void => {
  assert.equal(value.n * q, p * value.d)
  assert.ok(value.d > 0n)
  assert.equal(gcd(value.n, value.d), 1n, 'lowest terms')
}

describe('rationals', () => {
  test('B12 a rational is in lowest terms with a positive denominator, and zero is 0/1', () => {
    fc.assert(fc.property(wholes, divisors, (n, d) => assertIs(rational(n, d), n, d)))
    assert.deepEqual(rational(0n, -7n), nought)
    assert.deepEqual(rational(-6, -4), { n: 3n, d: 2n })
    assert.deepEqual(rational(5), { n: 5n, d: 1n })
    assert.throws(() => rational(1n, 0n), RangeError)
    assert.throws(() => rational(0.5), RangeError)
  })

  test('B12 plus, minus, times, over and negate are those of fractions', () => {
    fc.assert(
      fc.property(rationals, rationals, (a, b) => {
        assertIs(plus(a, b), a.n * b.d + b.n * a.d, a.d * b.d)
        assertIs(minus(a, b), a.n * b.d - b.n * a.d, a.d * b.d)
        assertIs(times(a, b), a.n * b.n, a.d * b.d)
        assertIs(negate(a), -a.n, a.d)
        if (b.n === 0n) assert.throws(() => over(a, b), RangeError)
        else assertIs(over(a, b), a.n * b.d, a.d * b.n)
      }),
    )
  })

  test('B12 they obey the laws of a field, exactly', () => {
    fc.assert(
      fc.property(rationals, rationals, rationals, (a, b, c) => {
        assert.deepEqual(plus(a, b), plus(b, a))
        assert.deepEqual(plus(plus(a, b), c), plus(a, plus(b, c)))
        assert.deepEqual(times(times(a, b), c), times(a, times(b, c)))
        assert.deepEqual(times(a, plus(b, c)), plus(times(a, b), times(a, c)))
        assert.deepEqual(plus(a, negate(a)), nought)
        if (!isZero(a)) assert.deepEqual(times(a, over(one, a)), one)
      }),
    )
  })

  test('B12 order: compare has the sign of the difference; least and greatest follow it', () => {
    fc.assert(
      fc.property(rationals, rationals, (a, b) => {
        const difference = minus(a, b).n
        assert.equal(Math.sign(compare(a, b)), difference < 0n ? -1 : difference > 0n ? 1 : 0)
        assert.deepEqual(plus(least(a, b), greatest(a, b)), plus(a, b))
        assert.ok(compare(least(a, b), greatest(a, b)) <= 0)
        assert.equal(isZero(minus(a, b)), compare(a, b) === 0)
      }),
    )
  })

  test('B12 a total of many is their sum one by one, and the common denominator is the least that makes all whole', () => {
    fc.assert(
      fc.property(fc.array(rationals, { maxLength: 20 }), (all) => {
        assert.deepEqual(
          total(all),
          all.reduce((sum, each) => plus(sum, each), nought),
        )
        const common = commonDenominator(all)
        for (const each of all) assert.equal(times(each, rational(common)).d, 1n)
        for (const prime of [2n, 3n, 5n, 7n, 11n])
          if (common % prime === 0n) assert.ok(all.some((each) => times(each, rational(common / prime)).d !== 1n))
      }),
    )
  })

  test('B12 they are written as n/d, or n when whole, and read back', () => {
    fc.assert(fc.property(rationals, (a) => assert.deepEqual(fromText(toText(a)), a)))
    assert.equal(toText(rational(-6, 4)), '-3/2')
    assert.equal(toText(rational(12, 4)), '3')
  })
})

describe('decimals', () => {
  const decimals = fc.tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 30n - 1n }), fc.stringMatching(/^[0-9]{0,30}$/))

  test('B13 a decimal string is read exactly: its digits over a power of ten', () => {
    fc.assert(
      fc.property(decimals, ([below, whole, fraction]) => {
        const text = `${below ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`
        const units = BigInt(`${whole}${fraction}`)
        assertIs(decimal(text), below ? -units : units, 10n ** BigInt(fraction.length))
      }),
    )
    assert.deepEqual(decimal('2.32'), rational(58, 25))
    assert.deepEqual(decimal('0.1'), rational(1, 10)) // Binary floating point has no such number.
    assert.deepEqual(decimal('-0.50'), rational(-1, 2))
    assert.deepEqual(decimal('-0'), nought)
  })

  test('B13 anything else is none, and so is one with more than 30 digits on a side', () => {
    for (const text of ['', '-', '.5', '5.', '05', '+5', '1e3', '1,5', ' 1', '1 ', '0x1', 'NaN', 'Infinity', '1_000', '--1', '1.2.3', '１'])
      assert.equal(parseDecimal(text), undefined, text)
    const most = '9'.repeat(decimalDigitsMax)
    assertIs(parseDecimal(`-${most}.${most}`)!, -BigInt(most + most), 10n ** BigInt(decimalDigitsMax))
    assert.equal(parseDecimal(`${most}0`), undefined)
    assert.equal(parseDecimal(`0.${most}0`), undefined)
    assert.throws(() => decimal('1e3'), /not a decimal: 1e3/)
  })

  test('B13 the exact decimal is written without trailing zeros, where there is one; else the fraction', () => {
    fc.assert(
      fc.property(wholes, places, (n, digits) => {
        const value = rational(n, 10n ** BigInt(digits))
        const text = toDecimal(value)
        assert.deepEqual(decimal(text), value)
        assert.doesNotMatch(text, /\..*0$|\.$/)
      }),
    )
    fc.assert(
      fc.property(rationals, (a) => {
        const ends = a.d === 1n || 10n ** 200n % a.d === 0n // Only factors 2 and 5, at most 10^30 here.
        assert.equal(toDecimal(a).includes('/'), !ends)
      }),
    )
    assert.equal(toDecimal(rational(1, 3)), '1/3')
    assert.equal(toDecimal(rational(-7, 40)), '-0.175')
    assert.equal(toDecimal(rational(1200)), '1200')
  })
})

describe('rounding', () => {
  test('B14 the nearest whole number, and of two the even one', () => {
    fc.assert(
      fc.property(rationals, (a) => {
        const rounded = roundHalfEven(a)
        // Twice the distance, in units of 1/d, against d itself.
        const twice = 2n * (a.n - rounded * a.d)
        const distance = twice < 0n ? -twice : twice
        assert.ok(distance <= a.d)
        if (distance === a.d) assert.equal(rounded % 2n, 0n)
        assert.equal(roundHalfEven(negate(a)), -rounded)
      }),
    )
    // Halves are rare among random fractions.
    fc.assert(fc.property(wholes, (n) => assert.equal(roundHalfEven(rational(2n * n + 1n, 2n)), n % 2n === 0n ? n : n + 1n)))
    assert.deepEqual(
      [-5, -3, -1, 1, 3, 5].map((n) => roundHalfEven(rational(n, 2))),
      [-2n, -2n, 0n, 0n, 2n, 2n],
    )
  })

  test('B14 floor is the greatest whole number not above', () => {
    fc.assert(fc.property(rationals, (a) => assert.ok(floor(a) * a.d <= a.n && a.n < (floor(a) + 1n) * a.d)))
  })

  test('B14 for people a number is rounded half-even to a given number of digits, with no negative zero', () => {
    fc.assert(
      fc.property(rationals, places, (a, digits) => {
        const text = toFixed(a, digits)
        assert.equal(text.split('.')[1]?.length ?? 0, digits)
        // Read back by hand: `decimal` takes no more digits than documents may have.
        const apart = minus(rational(BigInt(text.replace('.', '')), 10n ** BigInt(digits)), a)
        assert.ok(compare(apart.n < 0n ? negate(apart) : apart, rational(1n, 2n * 10n ** BigInt(digits))) <= 0)
        assert.doesNotMatch(text, /^-0(\.0+)?$/)
      }),
    )
    assert.equal(toFixed(decimal('0.125'), 2), '0.12')
    assert.equal(toFixed(decimal('0.135'), 2), '0.14')
    assert.equal(toFixed(decimal('-0.005'), 2), '0.00')
    assert.equal(toFixed(decimal('-2.5'), 0), '-2')
    assert.equal(fixed(-5n, 2), '-0.05')
    assert.equal(fixed(16_096_464_00n, 2), '16096464.00')
  })
})
