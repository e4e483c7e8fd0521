/** The next draw, at least 0 and below 1, in steps of 2^-32. */
export type Rng = () => number

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by))

/** FNV-1a over UTF-16 code units: a name becomes the start of its own stream. */
const hashOfName = (name: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

/**
 * A stream of chance named by a seed (a whole number, 0 to 2^53 − 1) and what it is for: xoshiro128** started by splitmix32. Whole 32-bit
 * arithmetic only, so every machine draws the same, and one stream does not move when another is drawn from more often.
 * Source: D. Blackman, S. Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47 (2021).
 */
export const makeRng = (seed: number, stream: string): Rng => {
  if (!Number.isSafeInteger(seed) || seed < 0) throw new RangeError(`a seed is a whole number from 0 to 2^53 − 1, not ${seed}`)
  let state = hashOfName(`${seed} ${stream}`)
  const split = (): number => {
    state = (state + 0x9e3779b9) | 0
    let z = state
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
    return z ^ (z >>> 16)
  }
  // The all-zero state is the only one that never leaves itself, so the last word is made odd.
  let [a, b, c, d] = [split(), split(), split(), split() | 1]
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9)
    const shifted = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotate(d, 11)
    return (result >>> 0) / 2 ** 32
  }
}

/** A whole number from `low` to `high`, both included. */
export const drawWhole = (rng: Rng, low: number, high: number): number => low + Math.floor(rng() * (high - low + 1))

/** An index, each as likely as its weight; weights are not negative and not all zero. */
export const drawIndex = (rng: Rng, weights: readonly number[]): number => {
  let left = rng() * weights.reduce((a, b) => a + b, 0)
  const index = weights.findIndex((weight) => (left -= weight) < 0)
  return index === -1 ? weights.length - 1 : index
}

/** Where a table of quantiles has its values: closer together in the tail, where durations are long. */
export const probabilities: readonly number[] = [0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999, 1]

/**
 * A distribution as its values at `probabilities`, linear between them. No logarithm or power is needed to draw from it: machines may
 * disagree on the last bit of those.
 */
export type Quantiles = readonly number[]

/** The value at a probability from 0 to 1. */
export const quantileAt = (quantiles: Quantiles, probability: number): number => {
  const next = Math.max(
    1,
    probabilities.findIndex((each) => each >= probability),
  )
  const [from, to] = [probabilities[next - 1]!, probabilities[next]!]
  const [low, high] = [quantiles[next - 1]!, quantiles[next]!]
  return low + ((probability - from) / (to - from)) * (high - low)
}

export const drawQuantile = (rng: Rng, quantiles: Quantiles): number => quantileAt(quantiles, rng())

/** The mean of what `drawQuantile` draws: the trapezoids under the table. */
export const meanOf = (quantiles: Quantiles): number =>
  quantiles.slice(1).reduce((sum, high, i) => sum + ((quantiles[i]! + high) / 2) * (probabilities[i + 1]! - probabilities[i]!), 0)

/** The table of a sample, which is sorted here: the value at a probability is the one of rank ⌊p·(n − 1)⌋. */
export const quantilesOf = (sample: ArrayLike<number>): number[] => {
  const sorted = Float64Array.from(sample).toSorted()
  return probabilities.map((probability) => sorted[Math.floor(probability * (sorted.length - 1))]!)
}
