import { closeSteps, gpusMax, spanSecondsMax, type Steps } from './steps.ts'

const checkCounted = (count: number, offset: number): void => {
  if (!(count > 0 && count <= gpusMax && offset < spanSecondsMax && Number.isInteger(count) && Number.isInteger(offset)))
    throw new RangeError(`${count} GPUs ${offset} s after the first are no whole numbers in range`)
}

/**
 * The sum of intervals: `counts[i]` over `[froms[i], tos[i])`. Linear but for one sort of plain numbers: instant and count share a double
 * (2^30 s × 2^23 GPUs = 2^53). Counts are 0 to `gpusMax`; the whole spans less than
 * `spanSecondsMax`. Empty intervals count for nothing. Throws `RangeError` on a fraction or beyond these limits.
 */
export const fromIntervals = (froms: Float64Array, tos: Float64Array, counts: Float64Array): Steps => {
  let [base, end] = [Infinity, -Infinity]
  for (let i = 0; i < froms.length; i++) {
    if (froms[i]! < base) base = froms[i]!
    if (tos[i]! > end) end = tos[i]!
  }
  const span = end - base
  if (Number.isInteger(span) && span > 0 && span <= froms.length * denseTimes) return fromDense(froms, tos, counts, { base, span })
  const pack = (instants: Float64Array): Float64Array => {
    const packed = new Float64Array(instants.length)
    let length = 0
    for (let i = 0; i < instants.length; i++) {
      const offset = instants[i]! - base
      const count = counts[i]!
      if (froms[i]! >= tos[i]! || count === 0) continue
      checkCounted(count, offset)
      packed[length++] = offset * 2 ** 23 + count
    }
    const written = packed.subarray(0, length)
    // In place: there may be millions.
    written.sort()
    return written
  }
  return sweep(pack(froms), pack(tos), base)
}

/** From so few seconds for each interval on, it is quicker to go through all seconds than to sort. */
const denseTimes = 8

/** As `fromIntervals`, second by second: where there are about as many intervals as seconds. */
const fromDense = (
  froms: Float64Array,
  tos: Float64Array,
  counts: Float64Array,
  { base, span }: Readonly<{ base: number; span: number }>,
): Steps => {
  const changes = new Float64Array(span + 1)
  for (let i = 0; i < froms.length; i++) {
    const [from, to, count] = [froms[i]! - base, tos[i]! - base, counts[i]!]
    if (from >= to || count === 0) continue
    checkCounted(count, from)
    checkCounted(count, to)
    changes[from]! += count
    changes[to]! -= count
  }
  let length = 0
  for (let i = 0; i <= span; i++) if (changes[i] !== 0) length += 1
  const [starts, values] = [new Float64Array(length), new Float64Array(length)]
  let [at, value] = [0, 0]
  for (let i = 0; i <= span; i++) {
    if (changes[i] === 0) continue
    starts[at] = base + i
    values[at++] = value += changes[i]!
  }
  return closeSteps(starts, values, length)
}

const sweep = (ups: Float64Array, downs: Float64Array, base: number): Steps => {
  const starts = new Float64Array(ups.length + downs.length)
  const values = new Float64Array(starts.length)
  let [up, down, value, length] = [0, 0, 0, 0]
  while (down < downs.length) {
    const nextUp = up < ups.length ? Math.floor(ups[up]! / 2 ** 23) : Infinity
    const at = Math.min(nextUp, Math.floor(downs[down]! / 2 ** 23))
    const limit = (at + 1) * 2 ** 23
    const floor = at * 2 ** 23
    const before = value
    for (; up < ups.length && ups[up]! < limit; up++) value += ups[up]! - floor
    for (; down < downs.length && downs[down]! < limit; down++) value -= downs[down]! - floor
    if (value === before) continue
    starts[length] = at + base
    values[length++] = value
  }
  return closeSteps(starts, values, length)
}
