import { fromColumns, minimum, subtract, visitPieces, zero, type Steps } from '../base/steps.ts'

/** Most GPUs of a pool: twice its square is below 2^53, so that the division of seats is exact. */
export const poolGpusMax = 2 ** 26

/**
 * Divides `seats` whole GPUs over `rooms` by highest averages w / (2s + 1) (Sainte-Laguë), ties to the earlier, into `given`, which
 * has a place for each. Never more than a room holds, and one seat more never takes a seat from anybody. With λ = (seats − blocks / 2) / Σw everybody has ⌊λw + 1/2⌋ at
 * least, for that sum is at most `seats`; fewer than `blocks` are then left, and go one at a time. All of it in exact whole numbers.
 */
export const highestAverages = (seats: number, rooms: ArrayLike<number>, given: Float64Array): void => {
  const blocks = given.length
  let all = 0
  for (let i = 0; i < blocks; i++) all += rooms[i]!
  if (all > poolGpusMax) throw new RangeError(`a pool of ${all} GPUs is above ${poolGpusMax}`)
  if (seats >= all) {
    for (let i = 0; i < blocks; i++) given[i] = rooms[i]!
    return
  }
  const twice = Math.max(0, 2 * seats - blocks)
  let left = seats
  for (let i = 0; i < blocks; i++) {
    // ⌊λw + 1/2⌋ = ⌊(w · (2 · seats − blocks) + Σw) / 2Σw⌋: a floored quotient of whole numbers below 2^53 is exact.
    given[i] = twice === 0 ? 0 : Math.floor((rooms[i]! * twice + all) / (2 * all))
    left -= given[i]!
  }
  for (; left > 0; left--) {
    let best = 0
    for (let i = 1; i < blocks; i++) if (rooms[i]! * (2 * given[best]! + 1) > rooms[best]! * (2 * given[i]! + 1)) best = i
    given[best]! += 1
  }
}

/**
 * `pro-rata`: sales divided over the rooms at every instant, ties to the earlier room, so the caller gives rooms by block id. Sales beyond
 * all rooms are given to nobody.
 */
export const shareByRoom = (sales: Steps, rooms: readonly Steps[]): Steps[] => {
  if (rooms.length === 1) return [minimum(sales, rooms[0]!)]
  const events = rooms.reduce((sum, { starts }) => sum + starts.length, sales.starts.length)
  if (events === 0) return rooms.map(() => zero)
  const first = [sales, ...rooms].reduce((least, { starts }) => Math.min(least, starts[0] ?? Infinity), Infinity)
  const last = [sales, ...rooms].reduce((most, { starts }) => Math.max(most, starts.at(-1) ?? -Infinity), -Infinity)
  const starts = rooms.map(() => new Float64Array(events))
  const values = rooms.map(() => new Float64Array(events))
  const given = new Float64Array(rooms.length)
  let length = 0
  // One second past the last event, so that the value that holds for ever is visited too.
  visitPieces([...rooms, sales], first, last + 1, (start, _end, counts) => {
    highestAverages(counts[rooms.length]!, counts, given)
    for (let i = 0; i < given.length; i++) {
      starts[i]![length] = start
      values[i]![length] = given[i]!
    }
    length += 1
  })
  return rooms.map((_, i) => fromColumns(starts[i]!, values[i]!, length))
}

/** `supported-first` and one order under `specific`: the rooms are filled in their order. Sales beyond all rooms are given to nobody. */
export const fillInOrder = (sales: Steps, rooms: readonly Steps[]): Steps[] => {
  let rest = sales
  return rooms.map((room) => {
    const given = minimum(rest, room)
    rest = subtract(rest, given)
    return given
  })
}

/** Sales of one order, and the indices of the rooms that it is placed on, in its listed order. */
export type PlacedSales = Readonly<{ sales: Steps; rooms: readonly number[] }>

/**
 * `specific`: every order in turn fills its own rooms in its listed order, up to what those before it have left. Answers, per order, what
 * each of its rooms gives it, in its listed order.
 */
export const fillByOrder = (orders: readonly PlacedSales[], rooms: readonly Steps[]): Steps[][] => {
  const left = [...rooms]
  return orders.map((order) => {
    const given = fillInOrder(
      order.sales,
      order.rooms.map((room) => left[room]!),
    )
    for (const [i, room] of order.rooms.entries()) left[room] = subtract(left[room]!, given[i]!)
    return given
  })
}
