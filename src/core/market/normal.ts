/** Up to here a series is exact to the last digits; beyond, what is left of the tail is a continued fraction and keeps its relative precision. */
const tailFrom = 2
const termsMax = 1_000
const halfLogTwoPi = Math.log(2 * Math.PI) / 2

/** φ(x), the density of the standard normal distribution. */
export const density = (x: number): number => Math.exp(-(x * x) / 2 - halfLogTwoPi)

/** x + x³/3 + x⁵/(3·5) + …, which times φ(x) is Φ(x) − 1/2. All terms have one sign, so nothing cancels. Marsaglia, J. Stat. Software 11(4), 2004. */
const central = (x: number): number => {
  let [term, sum] = [x, x]
  for (let i = 1; i <= termsMax && Math.abs(term) > Number.EPSILON * Math.abs(sum) * 0.1; i++) {
    term *= (x * x) / (2 * i + 1)
    sum += term
  }
  return sum
}

/**
 * Mills' ratio (1 − Φ(x)) / φ(x) for x ≥ 2: Laplace's fraction 1/(x + 1/(x + 2/(x + 3/(x + …)))), worked out from the front with Lentz's
 * method.
 */
const millsRatio = (x: number): number => {
  let [c, d, ratio] = [x, 0, x]
  for (let i = 1; i <= termsMax; i++) {
    d = 1 / (x + i * d)
    c = x + i / c
    const step = c * d
    ratio *= step
    if (Math.abs(step - 1) < Number.EPSILON) break
  }
  return 1 / ratio
}

/** Φ(x), the standard normal distribution: to double precision, in its lower tail relative to its value. */
export const normal = (x: number): number => {
  if (Number.isNaN(x)) return x
  if (x < -tailFrom) return x < -40 ? 0 : density(x) * millsRatio(-x)
  return x > tailFrom ? 1 - normal(-x) : 0.5 + density(x) * central(x)
}

/** A first guess within 0.00045. Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.23. */
const roughTail = (p: number): number => {
  const t = Math.sqrt(-2 * Math.log(p))
  return t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
}

/** The x at which Φ(x) = p, for 0 < p < 1; ±Infinity at the ends, `NaN` outside. Halley's method on Φ from the rough guess. */
export const normalQuantile = (p: number): number => {
  if (!(p >= 0 && p <= 1)) return Number.NaN
  if (p === 0 || p === 1) return p === 0 ? -Infinity : Infinity
  if (p > 0.5) return -normalQuantile(1 - p)
  let x = -roughTail(p)
  for (let i = 0; i < 4; i++) {
    const error = (normal(x) - p) / density(x)
    x -= error / (1 + (x * error) / 2)
  }
  return x
}
