/** An exact number: a fraction in lowest terms, `d > 0`. Prices, rates, derived GPU-time and unrounded amounts are this. */
export type Rational = Readonly<{ n: bigint; d: bigint }>

const gcd = (a: bigint, b: bigint): bigint => {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b]
  while (y > 0n) [x, y] = [y, x % y]
  return x
}

/** `n / d` in lowest terms. Throws `RangeError` when `d` is zero. */
export const rational = (n: bigint | number, d: bigint | number = 1n): Rational => {
  const [top, bottom] = [BigInt(n), BigInt(d)]
  if (bottom === 0n) throw new RangeError('division by zero')
  if (bottom === 1n) return { n: top, d: 1n }
  const sign = bottom < 0n ? -1n : 1n
  const common = gcd(top, bottom) * sign
  return { n: top / common, d: bottom / common }
}

export const nought: Rational = { n: 0n, d: 1n }
export const one: Rational = { n: 1n, d: 1n }

export const plus = (a: Rational, b: Rational): Rational =>
  a.d === b.d ? rational(a.n + b.n, a.d) : rational(a.n * b.d + b.n * a.d, a.d * b.d)
export const minus = (a: Rational, b: Rational): Rational => plus(a, { n: -b.n, d: b.d })
export const times = (a: Rational, b: Rational): Rational => rational(a.n * b.n, a.d * b.d)
export const over = (a: Rational, b: Rational): Rational => rational(a.n * b.d, a.d * b.n)
export const negate = (a: Rational): Rational => ({ n: -a.n, d: a.d })
/** Negative, zero or positive, as `a` is below, equal to or above `b`. */
export const compare = (a: Rational, b: Rational): number => {
  const difference = a.n * b.d - b.n * a.d
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}
export const least = (a: Rational, b: Rational): Rational => (compare(a, b) <= 0 ? a : b)
export const greatest = (a: Rational, b: Rational): Rational => (compare(a, b) >= 0 ? a : b)
export const isZero = (a: Rational): boolean => a.n === 0n

/** Adds many: equal denominators first, then pairs of neighbours, so that thousands of fractions stay cheap. */
export const total = (all: Iterable<Rational>): Rational => {
  const byDenominator = new Map<bigint, bigint>()
  for (const { n, d } of all) byDenominator.set(d, (byDenominator.get(d) ?? 0n) + n)
  let sums = [...byDenominator].map(([d, n]): Rational => ({ n, d }))
  while (sums.length > 1) sums = Array.from({ length: Math.ceil(sums.length / 2) }, (_, i) => plus(sums[2 * i]!, sums[2 * i + 1] ?? nought))
  return sums.length === 0 ? nought : rational(sums[0]!.n, sums[0]!.d)
}

const decimalForm = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/
/** Digits a decimal string may have on each side of its point. */
export const decimalDigitsMax = 30

/** Reads a decimal string such as `"0.175"`, exactly; undefined when it is none. Never by way of binary floating point. */
export const parseDecimal = (text: string): Rational | undefined => {
  if (!decimalForm.test(text)) return undefined
  const [whole, fraction = ''] = text.split('.') as [string, string?]
  if (whole.replace('-', '').length > decimalDigitsMax || fraction.length > decimalDigitsMax) return undefined
  return rational(BigInt(whole + fraction), 10n ** BigInt(fraction.length))
}

/** As `parseDecimal`, for text that was checked before. */
export const decimal = (text: string): Rational => {
  const value = parseDecimal(text)
  if (value === undefined) throw new RangeError(`not a decimal: ${text}`)
  return value
}

/** `"n/d"`, or `"n"` when whole. */
export const toText = ({ n, d }: Rational): string => (d === 1n ? `${n}` : `${n}/${d}`)

/** Reads what `toText` wrote. */
export const fromText = (text: string): Rational => {
  const [n, d = '1'] = text.split('/') as [string, string?]
  return rational(BigInt(n), BigInt(d))
}

/** The nearest whole number, a half to the even one. */
export const roundHalfEven = ({ n, d }: Rational): bigint => {
  const whole = floor({ n, d })
  const twice = 2n * (n - whole * d)
  return twice > d || (twice === d && whole % 2n !== 0n) ? whole + 1n : whole
}

/** The greatest whole number not above it. */
export const floor = ({ n, d }: Rational): bigint => (n >= 0n ? n / d : -((-n + d - 1n) / d))

/** Rounded half-even to `places` digits, for people. */
export const toFixed = (a: Rational, places: number): string => fixed(roundHalfEven(times(a, rational(10n ** BigInt(places)))), places)

/** A whole number of `10^-places`, written with its point. */
export const fixed = (units: bigint, places: number): string => {
  const digits = (units < 0n ? -units : units).toString().padStart(places + 1, '0')
  const sign = units < 0n ? '-' : ''
  return places === 0 ? sign + digits : `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`
}

/** The exact decimal if there is one, without trailing zeros; else `toText`. */
export const toDecimal = (a: Rational): string => {
  let [rest, places] = [a.d, 0]
  for (; rest % 10n === 0n; places++) rest /= 10n
  for (; rest % 5n === 0n; places++) rest /= 5n
  for (; rest % 2n === 0n; places++) rest /= 2n
  if (rest !== 1n) return toText(a)
  const text = toFixed(a, places)
  return places === 0 ? text : text.replace(/\.?0+$/, '')
}

/** Drops common factors of a list of fractions: the least whole number that makes each of them whole. */
export const commonDenominator = (all: readonly Rational[]): bigint => all.reduce((d, each) => (d / gcd(d, each.d)) * each.d, 1n)
