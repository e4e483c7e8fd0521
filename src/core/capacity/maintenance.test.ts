import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromIntervals } from '../base/from-intervals.ts'
import { integrate, valueAt, type Steps } from '../base/steps.ts'
import { contractYearStart } from '../base/time.ts'
import { isWithinNotice, withinAllowance } from './maintenance.ts'

const sum = (intervals: readonly (readonly [from: number, to: number, gpus: number])[]): Steps =>
  fromIntervals(
    Float64Array.from(intervals, ([from]) => from),
    Float64Array.from(intervals, ([, to]) => to),
    Float64Array.from(intervals, ([, , gpus]) => gpus),
  )

test('CAP2 a notice is in time up to the last second', () => {
  assert.equal(isWithinNotice(1000, 1000 + 14 * 86_400, 14 * 86_400), true)
  assert.equal(isWithinNotice(1001, 1000 + 14 * 86_400, 14 * 86_400), false)
  assert.equal(isWithinNotice(2000, 1000, 0), false)
})

test('CAP3 the allowance is cut at the last whole second it covers, and what comes later that year is not planned', () => {
  // 10 GPUs for 5 s take 50 of 100; 7 GPUs then have 50 left, which is 7 s and a remainder of 1.
  const notified = sum([
    [10, 15, 10],
    [20, 40, 7],
    [50, 51, 1],
  ])
  const planned = withinAllowance(notified, 100, [{ from: 0, to: 1000 }])
  assert.deepEqual(
    [10, 14, 20, 26, 27, 50].map((at) => valueAt(planned, at)),
    [10, 10, 7, 7, 0, 0],
  )
  assert.equal(integrate(planned, 0, 1000), 50 + 49)
  // An allowance that is exactly used up does not end before it is used up.
  assert.equal(integrate(withinAllowance(notified, 50, [{ from: 0, to: 1000 }]), 0, 1000), 50)
  assert.equal(integrate(withinAllowance(notified, 0, [{ from: 0, to: 1000 }]), 0, 1000), 0)
})

test('CAP3 a contract year that begins at a clock change has an allowance of its own', () => {
  // Commencement on 1 October 2016: the second year begins at midnight of 1 October 2017, three hours before the clocks of Sydney change.
  const zone = 'Australia/Sydney'
  const [first, second, third] = [1, 2, 3].map((year) => contractYearStart('2016-10-01', year, zone)) as [number, number, number]
  const notified = sum([[second - 3600, second + 4 * 3600, 10]])
  const planned = withinAllowance(notified, 10 * 1800, [
    { from: first, to: second },
    { from: second, to: third },
  ])
  // Half an hour before the anniversary and half an hour after it.
  assert.deepEqual([...planned.starts], [second - 3600, second - 1800, second, second + 1800])
})

test('CAP3 what is planned is what a second-by-second count allows', () => {
  const interval = fc.tuple(fc.nat(60), fc.nat(20), fc.nat(9)).map(([from, length, gpus]) => [from, from + length, gpus] as const)
  fc.assert(
    fc.property(fc.array(interval, { maxLength: 6 }), fc.nat(120), fc.integer({ min: 1, max: 79 }), (intervals, allowance, cut) => {
      const notified = sum(intervals)
      const planned = withinAllowance(notified, allowance, [
        { from: 0, to: cut },
        { from: cut, to: 80 },
      ])
      for (const [from, to] of [
        [0, cut],
        [cut, 80],
      ] as const) {
        let [used, open] = [0, true]
        for (let at = from; at < to; at++) {
          const gpus = valueAt(notified, at)
          open &&= used + gpus <= allowance
          if (open) used += gpus
          assert.equal(valueAt(planned, at), open ? gpus : 0, `at ${at}`)
        }
      }
    }),
  )
})
