import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { testData } from '../../../test/data.ts'
import { black76, blackScholesMerton } from './black.ts'
import { bulletPrice, guaranteeValue } from './guarantee-value.ts'
import { density, normal, normalQuantile } from './normal.ts'
import { dilutedWarrant, intrinsicValue, outOfTheMoney, stockRightValue } from './stock-right.ts'

const { folder, skip } = testData('reference')
const reference = (name: string): unknown => JSON.parse(fs.readFileSync(join(folder, name), 'utf8'))

const near = (actual: number, expected: number, relative: number, what = ''): void =>
  assert.ok(
    Math.abs(actual - expected) <= relative * Math.max(Math.abs(expected), Number.MIN_VALUE),
    `${what} ${actual} is not ${expected}`,
  )
const between = (min: number, max: number) => fc.double({ min, max, noNaN: true })

/** ∫φ from a to b by Gauss and Legendre's rule of five points on many pieces: another way than series or fraction. */
const integral = (a: number, b: number): number => {
  const [x1, x2] = [Math.sqrt(5 - 2 * Math.sqrt(10 / 7)) / 3, Math.sqrt(5 + 2 * Math.sqrt(10 / 7)) / 3]
  const [w0, w1, w2] = [128 / 225, (322 + 13 * Math.sqrt(70)) / 900, (322 - 13 * Math.sqrt(70)) / 900]
  const pieces = 400
  const half = (b - a) / pieces / 2
  let sum = 0
  for (let i = 0; i < pieces; i++) {
    const middle = a + half * (2 * i + 1)
    const at = (x: number) => density(middle + half * x)
    sum += half * (w0 * at(0) + w1 * (at(x1) + at(-x1)) + w2 * (at(x2) + at(-x2)))
  }
  return sum
}

test('MK1 the distribution is the integral of its density, in the tail as near as in the middle', () => {
  fc.assert(
    fc.property(between(-12, 2), (x) => {
      near(normal(x), integral(x - 14, x), 2e-13, `Φ(${x})`)
    }),
  )
  fc.assert(fc.property(between(0, 8), (x) => assert.ok(Math.abs(normal(x) + normal(-x) - 1) <= 2.3e-16)))
  // Known digits: Abramowitz and Stegun, table 26.1 and 26.2.
  for (const [x, p] of [
    [0, 0.5],
    [-1, 0.158655253931457],
    [1.96, 0.97500210485178],
    [-5, 2.86651571879194e-7],
    [-10, 7.61985302416053e-24],
  ] as const)
    near(normal(x), p, 2e-14, `Φ(${x})`)
  assert.deepEqual([normal(-Infinity), normal(Infinity), normal(-50)], [0, 1, 0])
})

test('MK1 the quantile inverts the distribution', () => {
  // In relative terms p moves x times as fast as x does.
  fc.assert(fc.property(between(-37, 0), (x) => near(normal(normalQuantile(normal(x))), normal(x), 1e-15 * (10 + x * x))))
  fc.assert(fc.property(between(-37, -0.5), (x) => near(normalQuantile(normal(x)), x, 2e-14)))
  assert.ok(Math.abs(normalQuantile(0.5)) < 1e-16)
  assert.deepEqual([normalQuantile(0), normalQuantile(1), normalQuantile(-0.1)], [-Infinity, Infinity, Number.NaN])
})

type Quantiles = Readonly<{ mu: number[]; sigma: number[]; x: number[]; expected: (number | 'Inf' | '-Inf')[] }>
test('MK1 quantiles as R has them', { skip }, () => {
  const { mu, sigma, x, expected } = reference('normal-quantile-r.json') as Quantiles
  assert.ok(x.length > 500)
  for (const [i, p] of x.entries()) {
    const z = normalQuantile(p)
    const actual = mu[i]! + sigma[i]! * z
    const stated = expected[i]!
    if (typeof stated === 'string') assert.equal(actual, stated === 'Inf' ? Infinity : -Infinity)
    if (typeof stated === 'string') continue
    // The table has p with fifteen digits: half of the last one, and one bit of Φ, move the quantile by that over the density.
    const slack = (sigma[i]! * 1e-15) / density(z) + 3e-15 * (Math.abs(mu[i]!) + Math.abs(sigma[i]! * z))
    assert.ok(Math.abs(actual - stated) <= slack, `${p}: ${actual} is not ${stated}`)
  }
})

type Haug = Readonly<{
  european_bsm_haug: { rows: [type: string, strike: number, spot: number, q: number, r: number, t: number, vol: number, value: number][] }
}>
test('MK2 the European options of Haug’s book', { skip }, () => {
  const { rows } = (reference('quantlib-tables.json') as Haug).european_bsm_haug
  assert.ok(rows.length > 40)
  for (const [type, strike, spot, q, r, years, volatility, value] of rows) {
    const side = type === 'Call' ? 'call' : 'put'
    const actual = blackScholesMerton({ side, strike, spot, yield: q, rate: r, years, volatility })
    assert.ok(Math.abs(actual - value) <= 0.6e-4, `${type} ${strike} ${spot} ${years}: ${actual} is not ${value}`)
  }
})

test('MK2 puts on a forward of 100 at 80, volatility 30 %, rate 5 %, over 1, 2 and 3 years', () => {
  const puts = [1, 2, 3].map((years) => black76({ side: 'put', forward: 100, strike: 80, volatility: 0.3, rate: 0.05, years }))
  assert.deepEqual(
    puts.map((put) => put.toFixed(4)),
    ['3.3620', '6.4453', '8.6747'],
  )
})

const anyOption = fc.record({
  forward: between(1, 200),
  strike: between(1, 200),
  years: between(0, 10),
  volatility: between(0, 1),
  rate: between(-0.02, 0.15),
})

test('MK2 call less put is the forward, and each is within what it can bring', () => {
  fc.assert(
    fc.property(anyOption, (option) => {
      const [call, put] = [black76({ side: 'call', ...option }), black76({ side: 'put', ...option })]
      const { forward, strike, years, rate } = option
      const discount = Math.exp(-rate * years)
      assert.ok(Math.abs(call - put - discount * (forward - strike)) <= 1e-12 * discount * (forward + strike))
      const slack = 1e-12 * discount * (forward + strike)
      assert.ok(call >= discount * Math.max(0, forward - strike) - slack && call <= discount * forward + slack)
      assert.ok(put >= discount * Math.max(0, strike - forward) - slack && put <= discount * strike + slack)
    }),
  )
  assert.equal(black76({ side: 'call', forward: 12, strike: 0, volatility: 0.5, rate: 0, years: 1 }), 12)
})

type Warrants = Readonly<{
  cases: { S: number; K: number; r: number; sigma: number; T: number; warrants: number; shares: number; value: number; tol: number }[]
}>
test('MK3 a warrant with dilution as Ødegaard has it', { skip }, () => {
  for (const { S, K, r, sigma, T, warrants, shares, value, tol } of (reference('warrant-odegaard.json') as Warrants).cases) {
    const right = { price: S, exercisePrice: K, years: T, rate: r, volatility: sigma, rights: warrants, shares }
    assert.ok(Math.abs(dilutedWarrant(right) - value) <= tol, `${dilutedWarrant(right)} is not ${value}`)
  }
})

const anyRight = fc.record({
  price: between(0.5, 200),
  exercisePrice: between(0.01, 200),
  years: between(0, 10),
  rate: between(0, 0.15),
  volatility: between(0.01, 1.5),
  yield: between(0, 0.1),
  rights: between(1, 1e8),
  shares: between(1e6, 1e9),
})

test('MK3 a right that may be exercised is worth at least its intrinsic value, by the model alone where no dividend is lost', () => {
  fc.assert(
    fc.property(anyRight, (right) => {
      const slack = 1e-9 * (right.price + right.exercisePrice)
      assert.ok(stockRightValue(right) >= intrinsicValue(right))
      assert.ok(dilutedWarrant({ ...right, yield: 0 }) >= intrinsicValue(right) - slack)
    }),
  )
})

test('MK3 30m rights at 70 where a share is 56.85: 23.13 % out of the money, and no intrinsic value', () => {
  const right = { price: 56.85, exercisePrice: 70 }
  assert.equal((100 * outOfTheMoney(right)).toFixed(2), '23.13')
  assert.equal(intrinsicValue(right), 0)
})

test('MK3 a diluted right solves its equation, and dilution never raises it', () => {
  fc.assert(
    fc.property(anyRight, (right) => {
      const { price, exercisePrice: strike, rights, shares, ...option } = right
      const value = dilutedWarrant(right)
      const call = (spot: number) => blackScholesMerton({ side: 'call', strike, ...option, spot })
      const slack = 1e-9 * (price + strike)
      assert.ok(Math.abs(value - (shares / (shares + rights)) * call(price + (value * rights) / shares)) <= slack)
      assert.ok(value <= call(price) + slack)
    }),
  )
})

test('MK4 100m over three years, 8 % guaranteed against 10 %: 4.9737m', () => {
  const value = guaranteeValue({ face: 100_000_000, coupon: 0.08, years: 3 }, { guaranteed: 0.08, unguaranteed: 0.1 })
  // 100m − (8m/1.1 + 8m/1.21 + 108m/1.331).
  near(value, 100e6 - (8e6 / 1.1 + 8e6 / 1.21 + 108e6 / 1.331), 1e-12)
  assert.equal((value / 1e6).toFixed(4), '4.9737')
})

test('MK4 a guarantee is worth nothing at one yield, and more the farther the yields are apart', () => {
  const bullet = fc.record({ face: between(1, 1e9), coupon: between(0, 0.2), years: fc.integer({ min: 1, max: 40 }) })
  fc.assert(
    fc.property(bullet, between(0, 0.2), between(0, 0.1), between(0, 0.1), (bond, rate, first, more) => {
      assert.equal(guaranteeValue(bond, { guaranteed: rate, unguaranteed: rate }), 0)
      const [close, far] = [first, first + more].map((apart) => guaranteeValue(bond, { guaranteed: rate, unguaranteed: rate + apart }))
      assert.ok(close! >= -1e-9 * bond.face && far! >= close! - 1e-9 * bond.face)
    }),
  )
  near(bulletPrice({ face: 100, coupon: 0.05, years: 7 }, 0), 135, 1e-14)
  near(bulletPrice({ face: 100, coupon: 0.05, years: 7 }, 0.05), 100, 1e-14)
})
