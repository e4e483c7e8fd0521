import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { drawIndex, drawQuantile, drawWhole, makeRng, meanOf, probabilities, quantileAt, quantilesOf } from './rng.ts'

const word = 2n ** 32n
const mod = (x: bigint): bigint => ((x % word) + word) % word
const turned = (x: bigint, by: bigint): bigint => mod(x << by) | (x >> (32n - by))

/** The published algorithm once more, in whole numbers of any size instead of the machine's. */
const reference = (seed: number, stream: string, length: number): number[] => {
  let state = 0x811c9dc5n
  for (const unit of Array.from({ length: `${seed} ${stream}`.length }, (_, i) => `${seed} ${stream}`.charCodeAt(i)))
    state = mod((state ^ BigInt(unit)) * 0x01000193n)
  const split = (): bigint => {
    state = mod(state + 0x9e3779b9n)
    let z = state
    z = mod((z ^ (z >> 16n)) * 0x85ebca6bn)
    z = mod((z ^ (z >> 13n)) * 0xc2b2ae35n)
    return z ^ (z >> 16n)
  }
  const s: bigint[] = [split(), split(), split(), split() | 1n]
  return Array.from({ length }, () => {
    const result = mod(turned(mod(s[1]! * 5n), 7n) * 9n)
    const t = mod(s[1]! << 9n)
    s[2]! ^= s[0]!
    s[3]! ^= s[1]!
    s[1]! ^= s[2]!
    s[0]! ^= s[3]!
    s[2]! ^= t
    s[3] = turned(s[3]!, 11n)
    return Number(result) / 2 ** 32
  })
}

test('F11 chance is xoshiro128**, the same by any arithmetic', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.string({ maxLength: 20 }), (seed, stream) => {
      const rng = makeRng(seed, stream)
      assert.deepEqual(
        Array.from({ length: 50 }, () => rng()),
        reference(seed, stream, 50),
      )
    }),
  )
  for (const seed of [-1, 0.5, 2 ** 53, NaN]) assert.throws(() => makeRng(seed, 'a'), /a seed is a whole number/)
})

test('F11 chance is even: a hundred thousand draws fill a hundred bins alike, and streams of one seed do not agree', () => {
  for (const stream of ['a', 'b', 'jobs of pool']) {
    const rng = makeRng(7, stream)
    const bins = Array.from({ length: 100 }, () => 0)
    for (let i = 0; i < 100_000; i++) bins[Math.floor(rng() * 100)]! += 1
    // The statistic has 99 degrees of freedom: above 149 in one run of a thousand.
    const chiSquare = bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
    assert.ok(chiSquare < 149, `${chiSquare}`)
  }
  const [a, b] = [makeRng(7, 'a'), makeRng(7, 'b')]
  assert.ok(Array.from({ length: 100 }, () => a() === b()).every((same) => !same))
})

test('F11 generated histories use only arithmetic that every machine rounds alike', () => {
  const sources = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  const used = sources.flatMap((name) =>
    [...readFileSync(join(import.meta.dirname, name), 'utf8').matchAll(/\bMath\.\w+|\bDate\b/g)].map(([text]) => text),
  )
  assert.deepEqual(new Set(used), new Set(['Math.floor', 'Math.ceil', 'Math.round', 'Math.min', 'Math.max', 'Math.imul']))
})

const tables = fc
  .array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 300 })
  .map((sample) => ({ sample, table: quantilesOf(sample) }))

test('F15 a table of quantiles holds values of the sample, from the least to the greatest, and draws lie between them', () => {
  fc.assert(
    fc.property(tables, fc.double({ min: 0, max: 1, noNaN: true }), ({ sample, table }, p) => {
      const sorted = sample.toSorted((a, b) => a - b)
      assert.deepEqual([table[0], table.at(-1)], [sorted[0], sorted.at(-1)])
      for (const [i, probability] of probabilities.entries()) {
        assert.ok(sample.filter((value) => value <= table[i]!).length >= probability * (sample.length - 1))
        assert.equal(quantileAt(table, probability), table[i])
      }
      const drawn = quantileAt(table, p)
      const next = probabilities.findIndex((each) => each >= p)
      assert.ok(drawn >= table[Math.max(0, next - 1)]! && drawn <= table[next]!)
    }),
  )
})

test('F15 the mean of a table is the mean of its draws', () => {
  const table = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768]
  const points = 1_000_000
  let sum = 0
  for (let i = 0; i < points; i++) sum += quantileAt(table, (i + 0.5) / points)
  assert.ok(Math.abs(sum / points / meanOf(table) - 1) < 1e-6)
  const rng = makeRng(1, 'mean')
  let drawn = 0
  for (let i = 0; i < points; i++) drawn += drawQuantile(rng, table)
  assert.ok(Math.abs(drawn / points / meanOf(table) - 1) < 0.02)
})

test('F15 whole numbers and weights are drawn as often as they should be', () => {
  const rng = makeRng(3, 'weights')
  const counts = { whole: [0, 0, 0, 0], weights: [0, 0, 0, 0] }
  for (let i = 0; i < 100_000; i++) {
    counts.whole[drawWhole(rng, 0, 3)]! += 1
    counts.weights[drawIndex(rng, [5, 0, 3, 2])]! += 1
  }
  const near = (count: number, part: number) => assert.ok(Math.abs(count / 100_000 - part) < 0.01, `${count} of 100,000, not ${part}`)
  for (const count of counts.whole) near(count, 0.25)
  for (const [i, part] of [0.5, 0, 0.3, 0.2].entries()) near(counts.weights[i]!, part)
  assert.equal(counts.weights[1], 0)
})
