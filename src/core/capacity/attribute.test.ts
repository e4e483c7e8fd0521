import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromIntervals } from '../base/from-intervals.ts'
import { add, fromPairs, minimum, valueAt, zero, type Steps } from '../base/steps.ts'
import { startOfDate } from '../base/time.ts'
import { fillByOrder, fillInOrder, highestAverages, poolGpusMax, shareByRoom } from './attribute.ts'

const divide = (seats: number, rooms: readonly number[]): number[] => {
  const given = new Float64Array(rooms.length)
  highestAverages(seats, rooms, given)
  return [...given]
}

/** Handing out one GPU after the other to the highest w / (2s + 1), in fractions of bigint. */
const oneByOne = (seats: number, rooms: readonly number[]): number[] => {
  const given = rooms.map(() => 0)
  for (
    let seat = 0;
    seat <
    Math.min(
      seats,
      rooms.reduce((sum, room) => sum + room, 0),
    );
    seat++
  ) {
    let best = 0
    for (const [i, room] of rooms.entries())
      if (BigInt(room) * BigInt(2 * given[best]! + 1) > BigInt(rooms[best]!) * BigInt(2 * given[i]! + 1)) best = i
    given[best]! += 1
  }
  return given
}

const rooms = fc.array(fc.oneof(fc.nat(12), fc.constantFrom(0, 6, 6, 2, 40)), { minLength: 1, maxLength: 6 })

test('CAP4 rooms of 6, 6 and 2 get 5, 4, 1 of 10 GPUs and 5, 5, 1 of 11 (worked value 20)', () => {
  assert.deepEqual(divide(10, [6, 6, 2]), [5, 4, 1])
  assert.deepEqual(divide(11, [6, 6, 2]), [5, 5, 1])
})

test('CAP4 the short way gives what handing out one GPU after the other gives', () => {
  fc.assert(
    fc.property(rooms, fc.nat(120), (all, seats) => assert.deepEqual(divide(seats, all), oneByOne(seats, all))),
    { numRuns: 1000 },
  )
})

test('CAP4 it is exact at the size of a campus, and refuses a pool beyond its bound', () => {
  const campus = fc.array(fc.integer({ min: 0, max: 8_000_000 }), { minLength: 2, maxLength: 5 })
  fc.assert(
    fc.property(campus, fc.double({ min: 0, max: 1, noNaN: true }), (all, part) => {
      const sum = all.reduce((a, b) => a + b, 0)
      const seats = Math.floor(sum * part)
      const given = divide(seats, all)
      assert.equal(
        given.reduce((a, b) => a + b, 0),
        seats,
      )
      // Sainte-Laguë's own test: the lowest average that got its last GPU is not below the highest that waits for its next.
      for (const [i, got] of given.entries())
        for (const [j, other] of given.entries()) {
          if (got === 0) continue
          const [lastOfI, nextOfJ] = [BigInt(all[i]!) * BigInt(2 * other + 1), BigInt(all[j]!) * BigInt(2 * got - 1)]
          assert.ok(lastOfI > nextOfJ || (lastOfI === nextOfJ && i <= j), `${i} ${j} of ${given.join(' ')}`)
        }
    }),
  )
  assert.throws(() => divide(1, [poolGpusMax, 1]), RangeError)
})

test('CAP5 CAP6 no room is overfilled, all is given while there is room, and one more sold never takes one away', () => {
  fc.assert(
    fc.property(rooms, (all) => {
      const sum = all.reduce((a, b) => a + b, 0)
      let before = all.map(() => 0)
      for (let seats = 0; seats <= sum + 2; seats++) {
        const given = divide(seats, all)
        assert.equal(
          given.reduce((a, b) => a + b, 0),
          Math.min(seats, sum),
        )
        for (const [i, got] of given.entries())
          assert.ok(got >= before[i]! && got <= all[i]!, `${seats} of ${all.join(' ')}: ${given.join(' ')}`)
        before = given
      }
    }),
  )
})

test('CAP4 a tie goes to the earlier room', () => {
  assert.deepEqual(divide(1, [5, 5, 5]), [1, 0, 0])
  assert.deepEqual(divide(2, [5, 5, 5]), [1, 1, 0])
})

/** 1 October 2017 in Sydney: a local day of 23 hours. */
const from = startOfDate('2017-10-01', 'Australia/Sydney')
const steps = fc.array(fc.tuple(fc.nat(40), fc.nat(20), fc.nat(9)), { maxLength: 6 }).map((all) =>
  fromIntervals(
    Float64Array.from(all, ([at]) => from + at),
    Float64Array.from(all, ([at, length]) => from + at + length),
    Float64Array.from(all, ([, , gpus]) => gpus),
  ),
)
const manySteps = fc.array(steps, { minLength: 1, maxLength: 4 })
const at = (functions: readonly Steps[], instant: number) => functions.map((each) => valueAt(each, instant))
const total = (functions: readonly Steps[]) => functions.reduce(add, zero)

test('CAP4 CAP5 over time, every instant is divided by itself', () => {
  fc.assert(
    fc.property(steps, manySteps, (sales, all) => {
      const shared = shareByRoom(sales, all)
      for (let instant = from - 1; instant < from + 62; instant++)
        assert.deepEqual(at(shared, instant), oneByOne(valueAt(sales, instant), at(all, instant)), `at ${instant}`)
      assert.deepEqual(total(shared), minimum(sales, total(all)))
    }),
  )
})

test('CAP4 functions that never end are divided for ever', () => {
  const [a, b] = shareByRoom(fromPairs([[10, 5]]), [fromPairs([[0, 6]]), fromPairs([[0, 3]])])
  assert.deepEqual([valueAt(a!, 1e9), valueAt(b!, 1e9)], oneByOne(5, [6, 3]))
})

test('CAP5 CAP6 CAP7 rooms are filled in their order', () => {
  fc.assert(
    fc.property(steps, manySteps, (sales, all) => {
      const filled = fillInOrder(sales, all)
      assert.deepEqual(total(filled), minimum(sales, total(all)))
      const more = fillInOrder(add(sales, fromPairs([[from, 1]])), all)
      for (let instant = from; instant < from + 62; instant++) {
        let rest = valueAt(sales, instant)
        for (const [i, room] of at(all, instant).entries()) {
          assert.equal(valueAt(filled[i]!, instant), Math.min(rest, room))
          rest -= Math.min(rest, room)
          assert.ok(valueAt(more[i]!, instant) >= valueAt(filled[i]!, instant))
        }
      }
    }),
  )
})

test('CAP5 CAP7 every order fills the rooms that it names, in its order, after the orders before it', () => {
  const order = fc.record({ sales: steps, rooms: fc.shuffledSubarray([0, 1, 2], { minLength: 1 }) })
  fc.assert(
    fc.property(fc.array(order, { maxLength: 4 }), fc.tuple(steps, steps, steps), (orders, all) => {
      const filled = fillByOrder(orders, all)
      for (let instant = from; instant < from + 62; instant++) {
        const left = at(all, instant)
        for (const [i, each] of orders.entries()) {
          let rest = valueAt(each.sales, instant)
          for (const [j, room] of each.rooms.entries()) {
            const expected = Math.min(rest, left[room]!)
            assert.equal(valueAt(filled[i]![j]!, instant), expected)
            left[room]! -= expected
            rest -= expected
          }
        }
      }
    }),
  )
  // Order one takes the last GPUs of block 0, so order two, which names nothing else, goes without although block 1 is empty.
  const day = (gpus: number) =>
    fromPairs([
      [from, gpus],
      [from + 82_800, 0],
    ])
  const filled = fillByOrder(
    [
      { sales: day(50), rooms: [0, 1] },
      { sales: day(10), rooms: [0] },
    ],
    [day(50), day(50)],
  )
  assert.deepEqual(filled, [[day(50), zero], [zero]])
})
