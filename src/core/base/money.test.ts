import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { minorDigits } from './currency.ts'
import { addMoney, apportion, formatMoney, money, parseMoney, roundTogether, toMoney, toRational } from './money.ts'
import { compare, decimal, minus, nought, over, plus, rational, times, total, type Rational } from './rational.ts'

const minors = fc.oneof(fc.bigInt({ min: -200n, max: 200n }), fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }))
const currencies = fc.constantFrom('USD', 'JPY', 'IDR', 'BHD', 'AUD', 'CLF')
const fractions = fc.tuple(fc.bigInt({ min: 0n, max: 1000n }), fc.bigInt({ min: 1n, max: 97n })).map(([n, d]) => rational(n, d))
const sum = (parts: readonly bigint[]): bigint => parts.reduce((a, b) => a + b, 0n)
/** How far a part is from its exact value. */
const apart = (part: bigint, exact: Rational): Rational => {
  const difference = minus(rational(part), exact)
  return compare(difference, nought) < 0 ? minus(nought, difference) : difference
}

describe('money', () => {
  test('B15 an amount is written at its minor unit and read back; a finer one is none', () => {
    fc.assert(
      fc.property(minors, currencies, (minor, currency) => {
        const amount = money(minor, currency)
        assert.deepEqual(parseMoney(formatMoney(amount), currency), amount)
        assert.deepEqual(decimal(formatMoney(amount)), toRational(amount))
        assert.deepEqual(toMoney(toRational(amount), currency), amount)
      }),
    )
    assert.equal(formatMoney(money(1_609_646_400n, 'USD')), '16096464.00')
    assert.equal(formatMoney(money(-5n, 'BHD')), '-0.005')
    assert.equal(formatMoney(money(1200n, 'JPY')), '1200')
    assert.deepEqual(parseMoney('12', 'USD'), money(1200n, 'USD'))
    assert.deepEqual(parseMoney('12.5', 'USD'), money(1250n, 'USD'))
    assert.deepEqual(parseMoney('12.500', 'USD'), money(1250n, 'USD'))
    for (const [text, currency] of [
      ['12.505', 'USD'],
      ['0.5', 'JPY'],
      ['1,000.00', 'USD'],
      ['12.00', 'USX'],
      ['', 'USD'],
    ] as const)
      assert.equal(parseMoney(text, currency), undefined, `${text} ${currency}`)
  })

  test('B15 two currencies never meet in one sum', () => {
    fc.assert(fc.property(minors, minors, (a, b) => assert.deepEqual(addMoney(money(a, 'USD'), money(b, 'USD')), money(a + b, 'USD'))))
    assert.throws(() => addMoney(money(1n, 'USD'), money(1n, 'AUD')), /USD and AUD do not add up/)
    assert.throws(() => toMoney(nought, 'XYZ'), /XYZ is no ISO 4217 currency/)
  })

  test('B15 an exact amount is rounded to the minor unit, half-even', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
        fc.bigInt({ min: 1n, max: 10n ** 6n }),
        currencies,
        (n, d, currency) => {
          const exact = times(rational(n, d), rational(10n ** BigInt(minorDigits(currency)!)))
          const { minor } = toMoney(rational(n, d), currency)
          assert.ok(compare(apart(minor, exact), rational(1, 2)) <= 0)
          if (compare(apart(minor, exact), rational(1, 2)) === 0) assert.equal(minor % 2n, 0n)
        },
      ),
    )
    // Each currency at its own unit: 2.5 of the smallest goes to 2, 3.5 to 4.
    for (const [text, currency, expected] of [
      ['0.025', 'USD', 2n],
      ['0.035', 'USD', 4n],
      ['2.5', 'JPY', 2n],
      ['3.5', 'JPY', 4n],
      ['0.0025', 'BHD', 2n],
      ['0.025', 'IDR', 2n],
    ] as const)
      assert.deepEqual(toMoney(decimal(text), currency), money(expected, currency), `${text} ${currency}`)
  })

  test('B15 worked value 26: 1,000,000 GPU-seconds at 2.345 are 651.39, and 180 at 2.50 are 0.12', () => {
    const pay = (gpuSeconds: number, price: string) => toMoney(over(times(rational(gpuSeconds), decimal(price)), rational(3600)), 'USD')
    assert.equal(formatMoney(pay(1_000_000, '2.345')), '651.39') // 651.3888…
    assert.equal(formatMoney(pay(180, '2.50')), '0.12') // 0.125: the even one
    assert.equal(formatMoney(pay(540, '2.50')), '0.38') // 0.375
  })
})

describe('splitting', () => {
  const weights = fc.array(fractions, { minLength: 1, maxLength: 12 })

  test('B16 the parts add up, each within one unit of its exact share', () => {
    fc.assert(
      fc.property(minors, weights, (whole, list) => {
        const parts = apportion(whole, list)
        assert.equal(parts.length, list.length)
        assert.equal(sum(parts), whole)
        const all = total(list)
        if (all.n === 0n) return assert.deepEqual(parts, [whole, ...list.slice(1).map(() => 0n)])
        for (const [i, part] of parts.entries()) {
          const exact = over(times(rational(whole), list[i]!), all)
          assert.ok(compare(apart(part, exact), rational(1)) < 0, `${part} for ${exact.n}/${exact.d}`)
          if (list[i]!.n === 0n) assert.equal(part, 0n, 'nothing goes to a weight of zero')
        }
      }),
    )
  })

  test('B16 largest remainder: who got the extra unit had no smaller remainder than who did not; of equals the earlier', () => {
    fc.assert(
      fc.property(minors, weights, (whole, list) => {
        const all = total(list)
        if (all.n === 0n) return
        const shares = list.map((weight) => over(times(rational(whole), weight), all))
        const parts = apportion(whole, list)
        const extra = parts.map((part, i) => compare(rational(part), shares[i]!) > 0)
        // The part of the share above the whole number below it; the whole number is the part less the extra unit.
        const remainders = parts.map((part, i) => minus(shares[i]!, rational(extra[i] ? part - 1n : part)))
        for (const i of parts.keys())
          for (const j of parts.keys())
            if (extra[i] && !extra[j])
              assert.ok(compare(remainders[i]!, remainders[j]!) > 0 || (compare(remainders[i]!, remainders[j]!) === 0 && i < j))
      }),
    )
    assert.deepEqual(apportion(100n, [rational(1), rational(1), rational(1)]), [34n, 33n, 33n])
    assert.deepEqual(apportion(-100n, [rational(1), rational(1), rational(1)]), [-33n, -33n, -34n])
    // Worked value 20 names this outcome of largest remainder: 10 by 6, 6, 2 is 4, 4, 2 (4.29, 4.29, 1.43).
    assert.deepEqual(apportion(10n, [rational(6), rational(6), rational(2)]), [4n, 4n, 2n])
    assert.deepEqual(apportion(7n, [nought, nought]), [7n, 0n])
    assert.throws(() => apportion(1n, []), RangeError)
  })

  test('B16 exact parts rounded together meet a whole, each within one unit; one out of reach is refused', () => {
    fc.assert(
      fc.property(fc.array(fractions, { minLength: 1, maxLength: 12 }), (exact) => {
        const all = exact.reduce(plus, nought)
        const whole = all.n / all.d
        const parts = roundTogether(whole, exact)
        assert.equal(sum(parts), whole)
        for (const [i, part] of parts.entries()) assert.ok(compare(apart(part, exact[i]!), rational(1)) < 0)
      }),
    )
    assert.deepEqual(roundTogether(10n, [decimal('3.4'), decimal('3.3'), decimal('3.3')]), [4n, 3n, 3n])
    assert.throws(() => roundTogether(12n, [decimal('3.4'), decimal('3.3')]), /cannot be rounded to 12/)
    assert.throws(() => roundTogether(5n, [decimal('3.4'), decimal('3.3')]), /cannot be rounded to 5/)
  })
})

describe('currencies', () => {
  // The internationalisation library follows common use in shops, not ISO 4217: these have a minor unit in the standard that nobody counts.
  const unused = 'AFN ALL COP HUF IDR IQD IRR KPW LAK LBP MGA MMK PKR SOS SYP YER'.split(' ')
  // Withdrawn from ISO 4217, or (XDR, XSU) without a minor unit there.
  const withdrawn = 'ANG BGN CUC HRK SLL ZWL XDR XSU'.split(' ')
  const shopDigits = (code: string): number =>
    new Intl.NumberFormat('en', { style: 'currency', currency: code }).resolvedOptions().maximumFractionDigits!

  test('B17 minor units are those of ISO 4217', () => {
    for (const [code, digits] of [
      ['USD', 2],
      ['JPY', 0],
      ['IDR', 2],
      ['BHD', 3],
      ['CLF', 4],
      ['XCG', 2],
    ] as const)
      assert.equal(minorDigits(code), digits, code)
    for (const code of ['usd', 'US', 'XXX', 'XAU', 'BTC', '', 'toString']) assert.equal(minorDigits(code), undefined, code)
  })

  test('B17 they agree with the internationalisation library, but for the differences named here', () => {
    const known = Intl.supportedValuesOf('currency').filter((code) => !withdrawn.includes(code))
    assert.ok(known.length > 140)
    const differing = known.filter((code) => minorDigits(code) !== shopDigits(code))
    assert.deepEqual(
      differing.filter((code) => !unused.includes(code)),
      [],
    )
    for (const code of unused) assert.ok(minorDigits(code)! > shopDigits(code), `${code} no longer differs`)
    for (const code of withdrawn) assert.equal(minorDigits(code), undefined, code)
  })
})
