import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { band, documentOf, paid, pair } from '../../../test/forecasts.ts'
import { scheduleOfText } from '../../../test/settling.ts'
import { fixed, fromText } from '../base/rational.ts'

describe('RF2 bands', () => {
  const schedule = scheduleOfText(documentOf({ clauses: [band()] }))

  test('RF2 value 2: 15 to 25 % shared at 60 %, 25 to 40 % at 90 %', () => {
    assert.deepEqual(pair(schedule, 9_000n), [0n, 0n])
    assert.deepEqual(pair(schedule, 8_000n), [300n, 0n])
    assert.deepEqual(pair(schedule, 7_000n), [1_050n, 0n])
    assert.deepEqual(pair(schedule, 13_000n), [0n, 1_050n])
  })

  test('RF2 a line for each band that is reached, and one at zero where none is', () => {
    const steps = (cents: bigint) => paid(schedule, cents).lines.map(({ formula, key, minor }) => [formula, key.split('/').at(-1), minor])
    assert.deepEqual(steps(7_000n), [
      ['band-below', 'b1', 600n],
      ['band-below', 'b2', 450n],
    ])
    assert.deepEqual(steps(12_000n), [['band-above', 'b1', 300n]])
    assert.deepEqual(steps(10_000n), [['band-below', 'b1', 0n]])
  })

  const edges = fc.uniqueArray(fc.integer({ min: 0, max: 120 }), { minLength: 2, maxLength: 8 }).map((all) => all.toSorted((a, b) => a - b))
  const bands = fc.tuple(edges, fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 4, maxLength: 4 })).map(([at, shares]) =>
    Array.from({ length: Math.floor(at.length / 2) }, (_, i) => ({
      l: BigInt(at[2 * i]!),
      u: BigInt(at[2 * i + 1]!),
      s: BigInt(shares[i]!),
    })),
  )

  test('RF2 alike below and above the forecast, never falling with the distance, and a cent further pays at most a cent more', () => {
    fc.assert(
      fc.property(bands, fc.bigInt({ min: 0n, max: 15_000n }), (all, distance) => {
        const written = all.map(({ l, u, s }) => ({ above: fixed(l, 2), upTo: fixed(u, 2), share: fixed(s, 2) }))
        const own = scheduleOfText(documentOf({ clauses: [band({ bands: written })] }))
        const exactly = (cents: bigint) => paid(own, cents).lines.map(({ exact }) => fromText(exact))
        const sum = (cents: bigint) => exactly(cents).reduce((a, { n, d }) => a + Number(n) / Number(d), 0)
        const [below, above, further] = [sum(10_000n - distance), sum(10_000n + distance), sum(10_001n + distance)]
        assert.ok(Math.abs(below - above) < 1e-9)
        assert.ok(further >= above - 1e-9 && further - above <= 0.01 + 1e-9)
        // In ten-thousandths of a cent: a band is 100 cents for each of its hundredths.
        const least = (a: bigint, b: bigint) => (a < b ? a : b)
        const expected = all.reduce((a, { l, u, s }) => {
          const inside = least(distance, 100n * u) - 100n * l
          return a + (inside > 0n ? inside * s : 0n)
        }, 0n)
        assert.ok(Math.abs(Number(expected) / 10_000 - above) < 1e-9)
        const sides = paid(own, 10_000n - distance)
        assert.equal(sides.operator, 0n)
        assert.equal(paid(own, 10_000n + distance).guarantor, 0n)
      }),
      { numRuns: 150 },
    )
  })

  test('RF2 bands that touch at one share are one band', () => {
    const two = scheduleOfText(
      documentOf({
        clauses: [
          band({
            bands: [
              { above: '0', upTo: '0.30', share: '0.70' },
              { above: '0.30', upTo: '0.80', share: '0.70' },
            ],
          }),
        ],
      }),
    )
    const one = scheduleOfText(documentOf({ clauses: [band({ bands: [{ above: '0', upTo: '0.80', share: '0.70' }] })] }))
    for (const cents of [0n, 1_999n, 2_000n, 6_999n, 7_000n, 7_001n, 12_345n, 18_000n, 30_000n])
      assert.deepEqual(pair(two, cents), pair(one, cents))
  })
})
