/**
 * A step function: a whole count over time, `values[i]` from `starts[i]` (included) until `starts[i + 1]`, the last one for ever, zero before
 * the first. Starts are whole seconds since the epoch, strictly increasing; neighbours differ; the first value is not zero. So two equal
 * functions have equal arrays. Values may be negative (a margin). `max` is the largest absolute value.
 */
export type Steps = Readonly<{ starts: Float64Array; values: Float64Array; max: number }>

/** Named limits: their product is below 2^53, so every integral of a count over the life of a lease is exact. */
export const gpusMax = 2 ** 23 - 1
export const spanSecondsMax = 2 ** 30

export const zero: Steps = { starts: new Float64Array(0), values: new Float64Array(0), max: 0 }

const assertExact = (max: number, span: number): void => {
  if (!(max * span <= Number.MAX_SAFE_INTEGER)) throw new RangeError(`a count of ${max} over ${span} s leaves the exact range of 2^53`)
}

/** Closes arrays that were written up to `length` into a function. Checks the bound once, here, so that no loop has to. */
export const closeSteps = (starts: Float64Array, values: Float64Array, length: number): Steps => {
  if (length === 0) return zero
  let max = 0
  for (let i = 0; i < length; i++) max = Math.max(max, Math.abs(values[i]!))
  assertExact(max, Math.max(1, starts[length - 1]! - starts[0]!))
  const fits = starts.length === length
  return { starts: fits ? starts : starts.slice(0, length), values: fits ? values : values.slice(0, length), max }
}

/** From pairs of start and value, in order of time; equal neighbours are joined. Throws `RangeError` on a fraction or a start out of order. */
export const fromPairs = (pairs: readonly (readonly [start: number, value: number])[]): Steps => {
  const starts = new Float64Array(pairs.length)
  const values = new Float64Array(pairs.length)
  let length = 0
  let last = -Infinity
  for (const [start, value] of pairs) {
    if (!Number.isSafeInteger(start) || !Number.isSafeInteger(value)) throw new RangeError(`not whole: ${value} from ${start}`)
    if (start <= last) throw new RangeError(`starts must increase: ${start} after ${last}`)
    last = start
    if (value === (length === 0 ? 0 : values[length - 1]!)) continue
    starts[length] = start
    values[length++] = value + 0 // -0 becomes 0: equal functions have equal arrays.
  }
  return closeSteps(starts, values, length)
}

/**
 * From columns that were written up to `length`, in order of time; equal neighbours are joined in place, and the arrays may be kept. For
 * millions of events, where pairs would be a million small arrays. Throws `RangeError` as `fromPairs` does.
 */
export const fromColumns = (starts: Float64Array, values: Float64Array, length: number): Steps => {
  let kept = 0
  let last = -Infinity
  for (let i = 0; i < length; i++) {
    const start = starts[i]!
    const value = values[i]!
    if (!Number.isSafeInteger(start) || !Number.isSafeInteger(value)) throw new RangeError(`not whole: ${value} from ${start}`)
    if (start <= last) throw new RangeError(`starts must increase: ${start} after ${last}`)
    last = start
    if (value === (kept === 0 ? 0 : values[kept - 1]!)) continue
    starts[kept] = start
    values[kept++] = value + 0 // -0 becomes 0: equal functions have equal arrays.
  }
  return closeSteps(starts, values, kept)
}

/** `value` over `[from, to)`, zero elsewhere. */
export const during = (from: number, to: number, value: number): Steps =>
  from < to
    ? fromPairs([
        [from, value],
        [to, 0],
      ])
    : zero

/** `value` from `from` for ever. */
export const since = (from: number, value: number): Steps => fromPairs([[from, value]])

/** Runs along two functions at once and keeps `op` of both: linear in their events. `op(0, 0)` must be 0. */
const combine = (a: Steps, b: Steps, op: (x: number, y: number) => number): Steps => {
  const starts = new Float64Array(a.starts.length + b.starts.length)
  const values = new Float64Array(starts.length)
  let [i, j, x, y, last, length] = [0, 0, 0, 0, 0, 0]
  while (i < a.starts.length || j < b.starts.length) {
    const atA = i < a.starts.length ? a.starts[i]! : Infinity
    const atB = j < b.starts.length ? b.starts[j]! : Infinity
    if (atA <= atB) x = a.values[i++]!
    if (atB <= atA) y = b.values[j++]!
    const value = op(x, y) + 0 // -0 becomes 0: equal functions have equal arrays.
    if (value === last) continue
    starts[length] = Math.min(atA, atB)
    values[length++] = last = value
  }
  return closeSteps(starts, values, length)
}

const map = (a: Steps, op: (x: number) => number): Steps => combine(a, zero, op)

export const add = (a: Steps, b: Steps): Steps => combine(a, b, (x, y) => x + y)
export const subtract = (a: Steps, b: Steps): Steps => combine(a, b, (x, y) => x - y)
export const minimum = (a: Steps, b: Steps): Steps => combine(a, b, Math.min)
export const maximum = (a: Steps, b: Steps): Steps => combine(a, b, Math.max)
/** `a` where `b` is zero, zero elsewhere. */
export const except = (a: Steps, b: Steps): Steps => combine(a, b, (x, y) => (y === 0 ? x : 0))
/** `a` where `b` is not zero, zero elsewhere. */
export const where = (a: Steps, b: Steps): Steps => combine(a, b, (x, y) => (y === 0 ? 0 : x))
/** 1 where `a` is not zero. */
export const indicator = (a: Steps): Steps => map(a, (x) => (x === 0 ? 0 : 1))
/** What is above zero. */
export const positive = (a: Steps): Steps => map(a, (x) => Math.max(0, x))
/** What is below zero, as negative numbers. */
export const negative = (a: Steps): Steps => map(a, (x) => Math.min(0, x))
/** Within `[low, high]`, where `low ≤ 0 ≤ high` (zero must stay zero before the first event). */
export const clamp = (a: Steps, low: number, high: number): Steps => {
  if (!(low <= 0 && high >= 0)) throw new RangeError(`clamp needs low ≤ 0 ≤ high, not ${low} and ${high}`)
  return map(a, (x) => Math.min(high, Math.max(low, x)))
}
/** Every value times a whole number. Throws `RangeError` when the bound no longer holds. */
export const scale = (a: Steps, by: number): Steps => {
  if (!Number.isSafeInteger(by)) throw new RangeError(`scale by a whole number, not ${by}`)
  return map(a, (x) => x * by)
}

export const equal = (a: Steps, b: Steps): boolean =>
  a.starts.length === b.starts.length &&
  a.starts.every((start, i) => start === b.starts[i]) &&
  a.values.every((value, i) => value === b.values[i])

/** The first index whose start is after `at`. */
const after = (starts: Float64Array, at: number): number => {
  let [low, high] = [0, starts.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (starts[middle]! <= at) low = middle + 1
    else high = middle
  }
  return low
}

/** The value in force at an instant. */
export const valueAt = (a: Steps, at: number): number => {
  const next = after(a.starts, at)
  return next === 0 ? 0 : a.values[next - 1]!
}

/** `a` over `[from, to)`, zero elsewhere. */
export const restrict = (a: Steps, from: number, to: number): Steps => {
  if (!(from < to)) return zero
  const first = after(a.starts, from)
  let last = first
  while (last < a.starts.length && a.starts[last]! < to) last++
  const starts = new Float64Array(last - first + 2)
  const values = new Float64Array(last - first + 2)
  let length = 0
  const put = (start: number, value: number) => {
    if (value === (length === 0 ? 0 : values[length - 1]!)) return
    starts[length] = start
    values[length++] = value
  }
  put(from, first === 0 ? 0 : a.values[first - 1]!)
  for (let i = first; i < last; i++) put(a.starts[i]!, a.values[i]!)
  put(to, 0)
  return closeSteps(starts, values, length)
}

/** Count × seconds over `[from, to)`: exact. The ends are found by bisection and the loop is bare. Throws `RangeError` beyond 2^53. */
export const integrate = (a: Steps, from: number, to: number): number => {
  if (!(from < to)) return 0
  assertExact(a.max, to - from)
  const { starts, values } = a
  const first = after(starts, from)
  const last = after(starts, to - 1)
  if (first === last) return first === 0 ? 0 : values[first - 1]! * (to - from)
  let total = first === 0 ? 0 : values[first - 1]! * (starts[first]! - from)
  for (let i = first; i < last - 1; i++) total += values[i]! * (starts[i + 1]! - starts[i]!)
  return total + values[last - 1]! * (to - starts[last - 1]!)
}

/** The integral over each `[edges[i], edges[i + 1])`, in one pass. Edges increase. */
export const integrateBuckets = (a: Steps, edges: ArrayLike<number>): Float64Array => {
  const totals = new Float64Array(Math.max(0, edges.length - 1))
  if (totals.length === 0) return totals
  assertExact(a.max, edges[edges.length - 1]! - edges[0]!)
  let next = after(a.starts, edges[0]!)
  for (let bucket = 0; bucket < totals.length; bucket++) {
    const end = edges[bucket + 1]!
    let at = edges[bucket]!
    let total = 0
    for (; next < a.starts.length && a.starts[next]! < end; next++) {
      if (next > 0) total += a.values[next - 1]! * (a.starts[next]! - at)
      at = a.starts[next]!
    }
    totals[bucket] = total + (next === 0 ? 0 : a.values[next - 1]!) * (end - at)
  }
  return totals
}

/** A function that answers the integral over any interval inside `[from, to)` in two bisections. */
export const makeIntegral = (a: Steps, from: number, to: number): ((start: number, end: number) => number) => {
  const inside = restrict(a, from, to)
  const sums = new Float64Array(inside.starts.length)
  for (let i = 1; i < sums.length; i++) sums[i] = sums[i - 1]! + inside.values[i - 1]! * (inside.starts[i]! - inside.starts[i - 1]!)
  const until = (at: number): number => {
    const next = after(inside.starts, at)
    return next === 0 ? 0 : sums[next - 1]! + inside.values[next - 1]! * (at - inside.starts[next - 1]!)
  }
  return (start, end) => (start < end ? until(end) - until(start) : 0)
}

/** Every instant in `(from, to)` at which one of the functions changes, with both ends: the edges of the pieces on which nothing changes. */
export const edgesOf = (functions: readonly Steps[], from: number, to: number): Float64Array => {
  const all = [Float64Array.of(from, to), ...functions.map(({ starts }) => starts.subarray(after(starts, from), after(starts, to - 1)))]
  const edges = new Float64Array(all.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of all) {
    edges.set(part, at)
    at += part.length
  }
  edges.sort()
  let length = 0
  for (const edge of edges) if (length === 0 || edges[length - 1] !== edge) edges[length++] = edge
  return edges.slice(0, length)
}

/** Visits the pieces of `[from, to)` on which no function changes, in order, with the value of each (one array, reused). Stops on `false`. */
export const visitPieces = (
  functions: readonly Steps[],
  from: number,
  to: number,
  visit: (start: number, end: number, values: Float64Array) => boolean | void,
): void => {
  if (!(from < to)) return
  const next = functions.map(({ starts }) => after(starts, from))
  const values = Float64Array.from(functions, (a) => valueAt(a, from))
  for (let at = from; at < to;) {
    let end = to
    for (let i = 0; i < functions.length; i++) end = Math.min(end, functions[i]!.starts[next[i]!] ?? Infinity)
    if (visit(at, end, values) === false) return
    for (let i = 0; i < functions.length; i++) if (functions[i]!.starts[next[i]!] === end) values[i] = functions[i]!.values[next[i]!++]!
    at = end
  }
}

/** The events: `[instant, change]`, in order. */
export const toEvents = (a: Steps): [number, number][] =>
  Array.from(a.starts, (start, i) => [start, a.values[i]! - (i === 0 ? 0 : a.values[i - 1]!)])

/** From changes in any order; changes at one instant add up. */
export const fromEvents = (events: readonly (readonly [instant: number, change: number])[]): Steps => {
  const sorted = events.toSorted((a, b) => a[0] - b[0])
  const pairs: [number, number][] = []
  let value = 0
  for (const [instant, change] of sorted) {
    value += change
    if (pairs.at(-1)?.[0] === instant) pairs[pairs.length - 1]![1] = value
    else pairs.push([instant, value])
  }
  return fromPairs(pairs)
}
