import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { fromIntervals } from './from-intervals.ts'
import {
  add,
  clamp,
  during,
  edgesOf,
  equal,
  except,
  fromEvents,
  fromPairs,
  gpusMax,
  indicator,
  integrate,
  integrateBuckets,
  makeIntegral,
  maximum,
  minimum,
  negative,
  positive,
  restrict,
  scale,
  since,
  spanSecondsMax,
  subtract,
  toEvents,
  valueAt,
  visitPieces,
  where,
  zero,
  type Steps,
} from './steps.ts'

/** The plain model: one count for every second of a small window. Before and after the counts it is zero, or holds the last one for ever. */
type Dense = Readonly<{ from: number; counts: readonly number[]; open: boolean }>
const [earliest, latest] = [-12, 60]
const seconds = Array.from({ length: latest - earliest }, (_, i) => earliest + i)

const at = ({ from, counts, open }: Dense, second: number): number =>
  second < from ? 0 : (counts[second - from] ?? (open ? (counts.at(-1) ?? 0) : 0))
const toSteps = ({ from, counts, open }: Dense): Steps =>
  fromPairs([...counts.map((count, i): [number, number] => [from + i, count]), ...(open ? [] : [[from + counts.length, 0] as const])])

const denses = fc.record({
  from: fc.integer({ min: -8, max: 8 }),
  // Few values, so that neighbours are often equal and runs are long.
  counts: fc.array(fc.oneof(fc.constantFrom(0, 3), fc.integer({ min: -5, max: 5 })), { maxLength: 40 }),
  open: fc.boolean(),
})
const instants = fc.integer({ min: -10, max: 55 })

const sumOver = (value: (second: number) => number, from: number, to: number): number =>
  seconds.filter((second) => second >= from && second < to).reduce((sum, second) => sum + value(second), 0)

const assertNormal = ({ starts, values, max }: Steps): void => {
  assert.equal(starts.length, values.length)
  let [lastStart, lastValue, largest] = [-Infinity, 0, 0]
  for (const [i, start] of starts.entries()) {
    const value = values[i]!
    assert.ok(Number.isSafeInteger(start) && Number.isSafeInteger(value) && !Object.is(value, -0), `${value} from ${start}`)
    assert.ok(start > lastStart, 'starts increase')
    assert.notEqual(value, lastValue, 'neighbours differ, and the first value is not zero')
    ;[lastStart, lastValue, largest] = [start, value, Math.max(largest, Math.abs(value))]
  }
  assert.equal(max, largest)
}

const assertIs = (steps: Steps, model: (second: number) => number): void => {
  assertNormal(steps)
  for (const second of seconds) assert.equal(valueAt(steps, second), model(second) + 0, `at second ${second}`)
}

describe('form', () => {
  test('B1 starts increase, neighbours differ, the first value is not zero, and max is the largest absolute value', () => {
    fc.assert(fc.property(denses, (a) => assertIs(toSteps(a), (second) => at(a, second))))
    assert.equal(fromPairs([]), zero)
    assert.equal(during(5, 5, 7), zero)
    assert.deepEqual(toSteps({ from: 0, counts: [0, 0, 4, 4, 0, 0], open: false }), during(2, 4, 4))
    assert.deepEqual(fromPairs([[0, -0]]), zero)
    assert.deepEqual(scale(during(0, 5, 3), -1), {
      starts: Float64Array.of(0, 5),
      values: Float64Array.of(-3, 0),
      max: 3,
    })
  })

  test('B1 two functions with the same counts at every second have the same arrays, whichever way they came about', () => {
    fc.assert(
      fc.property(denses, denses, (a, b) => {
        const [x, y] = [toSteps(a), toSteps(b)]
        assert.deepEqual(subtract(add(x, y), y), x)
        assert.equal(
          equal(x, y),
          seconds.every((second) => at(a, second) === at(b, second)),
        )
      }),
    )
  })

  test('B1 a start out of order, a fraction, or a number that is none is refused', () => {
    const bad: [number, number][][] = [
      [
        [5, 1],
        [5, 2],
      ],
      [
        [5, 1],
        [4, 2],
      ],
      [[0.5, 1]],
      [[0, 1.5]],
      [[0, Number.NaN]],
      [[Number.NaN, 1]],
      [[Infinity, 1]],
      [[0, 2 ** 53]],
    ]
    for (const pairs of bad) assert.throws(() => fromPairs(pairs), RangeError, JSON.stringify(pairs))
  })
})

describe('arithmetic', () => {
  test('B2 add, subtract, minimum, maximum, except and where agree with the counts of every second', () => {
    fc.assert(
      fc.property(denses, denses, (a, b) => {
        const [x, y] = [toSteps(a), toSteps(b)]
        assertIs(add(x, y), (t) => at(a, t) + at(b, t))
        assertIs(subtract(x, y), (t) => at(a, t) - at(b, t))
        assertIs(minimum(x, y), (t) => Math.min(at(a, t), at(b, t)))
        assertIs(maximum(x, y), (t) => Math.max(at(a, t), at(b, t)))
        assertIs(except(x, y), (t) => (at(b, t) === 0 ? at(a, t) : 0))
        assertIs(where(x, y), (t) => (at(b, t) === 0 ? 0 : at(a, t)))
        assert.deepEqual(add(except(x, y), where(x, y)), x)
      }),
    )
  })

  test('B2 indicator, positive, negative, clamp and scale agree with the counts of every second', () => {
    fc.assert(
      fc.property(
        denses,
        fc.integer({ min: -4, max: 0 }),
        fc.integer({ min: 0, max: 4 }),
        fc.integer({ min: -9, max: 9 }),
        (a, low, high, by) => {
          const x = toSteps(a)
          assertIs(indicator(x), (t) => (at(a, t) === 0 ? 0 : 1))
          assertIs(positive(x), (t) => Math.max(at(a, t), 0))
          assertIs(negative(x), (t) => Math.min(at(a, t), 0))
          assertIs(clamp(x, low, high), (t) => (at(a, t) < low ? low : at(a, t) > high ? high : at(a, t)))
          assertIs(scale(x, by), (t) => at(a, t) * by)
        },
      ),
    )
    assert.throws(() => clamp(since(0, 1), 1, 2), RangeError)
    assert.throws(() => clamp(since(0, 1), -2, -1), RangeError)
    assert.throws(() => scale(since(0, 1), 0.5), RangeError)
  })

  test('B2 restrict keeps the counts inside the interval and no others', () => {
    fc.assert(
      fc.property(denses, instants, instants, (a, from, to) =>
        assertIs(restrict(toSteps(a), from, to), (t) => (t >= from && t < to ? at(a, t) : 0)),
      ),
    )
  })
})

describe('integrals', () => {
  test('B3 an integral is the sum of the counts, second by second', () => {
    fc.assert(
      fc.property(denses, instants, instants, (a, from, to) => {
        const x = toSteps(a)
        const expected = sumOver((t) => at(a, t), from, to)
        assert.equal(integrate(x, from, to), expected)
        assert.equal(makeIntegral(x, earliest, latest)(from, to), expected)
        // Outside of its own interval the prepared integral knows of nothing.
        assert.equal(
          makeIntegral(x, -3, 20)(from, to),
          sumOver((t) => (t >= -3 && t < 20 ? at(a, t) : 0), from, to),
        )
      }),
    )
  })

  test('B3 cut anywhere, the parts of an integral add up; so do buckets, each of which is its own integral', () => {
    fc.assert(
      fc.property(denses, fc.array(instants, { minLength: 1, maxLength: 12 }), (a, some) => {
        const x = toSteps(a)
        const edges = some.toSorted((p, q) => p - q) // Equal edges make an empty bucket.
        const buckets = integrateBuckets(x, edges)
        assert.deepEqual(
          [...buckets],
          edges.slice(1).map((end, i) => sumOver((t) => at(a, t), edges[i]!, end)),
        )
        assert.equal(
          buckets.reduce((sum, each) => sum + each, 0),
          integrate(x, edges[0]!, edges.at(-1)!),
        )
      }),
    )
    assert.deepEqual(integrateBuckets(since(0, 1), []), new Float64Array(0))
  })

  test('B3 the integral of a sum is the sum of the integrals, and scaling counts scales it', () => {
    fc.assert(
      fc.property(denses, denses, fc.integer({ min: -9, max: 9 }), instants, instants, (a, b, by, from, to) => {
        const [x, y] = [toSteps(a), toSteps(b)]
        assert.equal(integrate(add(x, y), from, to), integrate(x, from, to) + integrate(y, from, to))
        assert.equal(integrate(scale(x, by), from, to), by * integrate(x, from, to) + 0)
      }),
    )
  })
})

describe('pieces', () => {
  test('B4 the edges are both ends and every instant of change between them, once each', () => {
    fc.assert(
      fc.property(fc.array(denses, { maxLength: 4 }), instants, fc.integer({ min: 1, max: 60 }), (all, from, length) => {
        const to = Math.min(from + length, latest)
        const changes = seconds.filter((t) => t > from && t < to && all.some((a) => at(a, t) !== at(a, t - 1)))
        assert.deepEqual([...edgesOf(all.map(toSteps), from, to)], [from, ...changes, to])
      }),
    )
  })

  test('B4 the pieces meet, cover the interval, carry the counts of each function, and change somewhere at every border', () => {
    fc.assert(
      fc.property(fc.array(denses, { minLength: 1, maxLength: 4 }), instants, instants, (all, from, to) => {
        let until = from
        const borders: number[] = []
        visitPieces(all.map(toSteps), from, to, (start, end, values) => {
          assert.equal(start, until)
          for (let t = start; t < end; t++)
            assert.deepEqual(
              [...values],
              all.map((a) => at(a, t) + 0),
              `at second ${t}`,
            )
          until = end
          borders.push(start)
        })
        assert.equal(until, Math.max(from, to))
        if (from < to) assert.deepEqual([...borders, to], [...edgesOf(all.map(toSteps), from, to)])
      }),
    )
  })

  test('B4 a visit that answers false is the last one', () => {
    const seen: number[] = []
    visitPieces([during(2, 4, 1), during(6, 8, 1)], 0, 10, (start) => {
      seen.push(start)
      return start < 4
    })
    assert.deepEqual(seen, [0, 2, 4])
  })
})

describe('from and to lists', () => {
  const intervals = fc.array(fc.tuple(instants, fc.integer({ min: -1, max: 20 }), fc.integer({ min: 0, max: 6 })), { maxLength: 30 })

  test('B5 intervals in any order become the sum of what is running at every second', () => {
    fc.assert(
      fc.property(intervals, (all) => {
        const [froms, tos, counts] = [
          all.map(([from]) => from),
          all.map(([from, length]) => from + length),
          all.map(([, , count]) => count),
        ]
        const sum = fromIntervals(Float64Array.from(froms), Float64Array.from(tos), Float64Array.from(counts))
        assertIs(sum, (t) => all.reduce((running, [from, length, count]) => running + (t >= from && t < from + length ? count : 0), 0))
        const back = all.toReversed()
        const reversed = fromIntervals(
          Float64Array.from(back, ([from]) => from),
          Float64Array.from(back, ([from, length]) => from + length),
          Float64Array.from(back, ([, , count]) => count),
        )
        assert.deepEqual(reversed, sum)
      }),
    )
  })

  test('B5 so they do where seconds are many for each interval, and where they are few', () => {
    const [spread, shift] = [100_000, 1_793_000_000]
    fc.assert(
      fc.property(intervals, (all) => {
        const sumAt = (times: number) =>
          fromIntervals(
            Float64Array.from(all, ([from]) => shift + from * times),
            Float64Array.from(all, ([from, length]) => shift + (from + length) * times),
            Float64Array.from(all, ([, , count]) => count),
          )
        const [few, many] = [sumAt(1), sumAt(spread)]
        assert.deepEqual(many.values, few.values)
        assert.deepEqual(
          [...many.starts].map((start) => (start - shift) / spread),
          [...few.starts].map((start) => start - shift),
        )
      }),
    )
    for (const count of [0.5, -1, 2 ** 23])
      assert.throws(() => fromIntervals(Float64Array.of(0, 0), Float64Array.of(9, 9), Float64Array.of(1, count)), RangeError)
    assert.throws(() => fromIntervals(Float64Array.of(0, 0.5), Float64Array.of(9, 9), Float64Array.of(1, 1)), RangeError)
  })

  test('B5 events and steps turn into each other; events in any order, those of one instant added up', () => {
    fc.assert(
      fc.property(denses, (a) => {
        const x = toSteps(a)
        assert.deepEqual(fromEvents(toEvents(x)), x)
      }),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(instants, fc.integer({ min: -5, max: 5 })), { maxLength: 30 }), (events) => {
        const sum = fromEvents(events)
        assertIs(sum, (t) => events.filter(([instant]) => instant <= t).reduce((running, [, change]) => running + change, 0))
        assert.deepEqual(fromEvents(events.toReversed()), sum)
      }),
    )
  })
})

describe('exactness', () => {
  const day = 86_400

  /** The integral in whole numbers of any size, straight from the definition. */
  const exact = ({ starts, values }: Steps, from: number, to: number): bigint => {
    let sum = 0n
    for (const [i, start] of starts.entries()) {
      const [low, high] = [Math.max(start, from), Math.min(starts[i + 1] ?? Infinity, to)]
      if (low < high) sum += BigInt(values[i]!) * BigInt(high - low)
    }
    return sum
  }

  test('B6 up to the bound every integral is exact to the unit', () => {
    const large = fc.array(fc.tuple(fc.integer({ min: 1, max: 2 ** 20 }), fc.integer({ min: -gpusMax, max: gpusMax })), {
      minLength: 1,
      maxLength: 500,
    })
    fc.assert(
      fc.property(large, fc.integer({ min: 0, max: 2 ** 29 }), fc.integer({ min: 0, max: 2 ** 29 }), (gaps, p, q) => {
        let start = 1_500_000_000
        const x = fromPairs(gaps.map(([gap, value]): [number, number] => [(start += gap), value]))
        const [from, to] = [1_500_000_000 + Math.min(p, q), 1_500_000_000 + Math.max(p, q)]
        const expected = exact(x, from, to)
        assert.equal(BigInt(integrate(x, from, to)), expected)
        assert.equal(BigInt(makeIntegral(x, from, to)(from, to)), expected)
        const edges = [from, Math.floor((from + to) / 2), to]
        assert.deepEqual(Array.from(integrateBuckets(x, edges), BigInt), [exact(x, edges[0]!, edges[1]!), exact(x, edges[1]!, edges[2]!)])
      }),
    )
    // The named limits together stay within it, which is what they are for.
    assert.equal(BigInt(integrate(since(0, gpusMax), 0, spanSecondsMax)), BigInt(gpusMax) * BigInt(spanSecondsMax))
    assert.ok(gpusMax * spanSecondsMax <= Number.MAX_SAFE_INTEGER)
    // Six years of 210,000 GPUs, the largest campus pair of the examples, lies far inside.
    assert.equal(integrate(since(0, 210_000), 0, 6 * 366 * day), 210_000 * 6 * 366 * day)
  })

  test('B6 what would leave the exact range is refused, never rounded', () => {
    const span = 2 ** 30
    const [fits, tooMany] = [2 ** 23 - 1, 2 ** 23]
    assert.equal(integrate(since(0, fits), 0, span), fits * span)
    assert.throws(() => integrate(since(0, tooMany), 0, span), /exact range/)
    assert.throws(() => integrateBuckets(since(0, tooMany), [0, 1, span]), /exact range/)
    assert.throws(() => makeIntegral(since(0, tooMany), 0, span), /exact range/)
    assert.throws(() => during(0, span, tooMany), /exact range/)
    assert.throws(() => scale(during(0, 31 * day, 170_000), 1_000_000), /exact range/)
    assert.throws(() => add(during(0, span, 2 ** 22), during(0, span, 2 ** 22)), /exact range/)
    // One value that holds for ever has no span yet; the value alone must be exact.
    assert.throws(() => add(since(0, Number.MAX_SAFE_INTEGER), since(0, 2)), /exact range/)
    assert.throws(() => scale(since(0, 2 ** 40), 2 ** 20), /exact range/)
    assert.throws(() => integrate(since(0, 1), 0, Infinity), /exact range/)
  })

  test('B6 intervals beyond the named limits, negative counts and fractions are refused', () => {
    const of = (from: number, to: number, count: number) =>
      fromIntervals(Float64Array.of(from), Float64Array.of(to), Float64Array.of(count))
    assert.deepEqual(
      of(1_500_000_000, 1_500_000_000 + spanSecondsMax - 1, gpusMax),
      during(1_500_000_000, 1_500_000_000 + spanSecondsMax - 1, gpusMax),
    )
    const bad: [number, number, number][] = [
      [0, spanSecondsMax, 1],
      [0, 10, gpusMax + 1],
      [0, 10, -1],
      [0, 10, 1.5],
      [0, 10, Number.NaN],
      [0, 10.5, 1],
      [0.5, 10, 1],
      [0, Infinity, 1],
      [Number.NaN, 10, 1],
    ]
    for (const [from, to, count] of bad) assert.throws(() => of(from, to, count), RangeError, `${count} over ${from} to ${to}`)
  })
})
