import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addDays, dayOfWeek, daysBetween } from '../base/time.ts'
import type { DueTerm } from '../terms/agreement.ts'
import { dueOn } from './due.ts'

const rolls = ['following', 'modifiedFollowing', 'preceding'] as const
const anyDate = fc.integer({ min: 0, max: 800 }).map((days) => addDays('2027-01-01', days))
/** Enough for ends of months to fall on weekends under each roll. */
const runs = { numRuns: 2_000 }
const holidays = fc.array(anyDate, { maxLength: 60 })
const isBusinessDay = (date: string, free: readonly string[]) => dayOfWeek(date) <= 5 && !free.includes(date)
/** The dates from one to another, both left out. */
const between = (from: string, to: string) => Array.from({ length: Math.max(0, daysBetween(from, to) - 1) }, (_, i) => addDays(from, i + 1))

test('S1 n days, then rolled: to the nearest business day on the side the roll names', () => {
  const counted = fc.record({ days: fc.nat({ max: 90 }), roll: fc.constantFrom(...rolls), holidays })
  fc.assert(
    fc.property(counted, anyDate, (due, finalOn) => {
      const raw = addDays(finalOn, due.days)
      const date = dueOn(due, finalOn)
      assert.ok(isBusinessDay(date, due.holidays), `${date} is no business day`)
      const [from, to] = date < raw ? [date, raw] : [raw, date]
      // Nothing between the date counted and the date rolled to is a business day, and neither is the one counted, where it was left.
      for (const skipped of [...between(from, to), ...(date === raw ? [] : [raw])])
        assert.ok(!isBusinessDay(skipped, due.holidays), skipped)
      if (due.roll === 'following') assert.ok(date >= raw)
      if (due.roll === 'preceding') assert.ok(date <= raw)
      if (due.roll === 'modifiedFollowing' && date > raw) assert.equal(date.slice(0, 7), raw.slice(0, 7))
    }),
    runs,
  )
})

test('S1 n business days are counted from the next day: n of them lie after the final date, the last of which is the due date', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.constantFrom(...rolls), holidays, anyDate, (businessDays, roll, free, finalOn) => {
      const date = dueOn({ businessDays, roll, holidays: free }, finalOn)
      const counted = [...between(finalOn, date), date].filter((each) => isBusinessDay(each, free))
      assert.equal(counted.length, businessDays)
      assert.equal(counted.at(-1), date)
    }),
  )
})

test('S1 by hand', () => {
  const due = (term: Partial<DueTerm>, finalOn: string) => dueOn({ roll: 'following', holidays: [], ...term }, finalOn)
  // 30 September 2027 is a Thursday, 30 October a Saturday.
  assert.equal(due({ days: 30 }, '2027-09-30'), '2027-11-01')
  assert.equal(due({ days: 30, roll: 'modifiedFollowing' }, '2027-09-30'), '2027-10-29')
  assert.equal(due({ days: 30, roll: 'preceding' }, '2027-09-30'), '2027-10-29')
  assert.equal(due({ days: 30, holidays: ['2027-11-01'] }, '2027-09-30'), '2027-11-02')
  assert.equal(due({ days: 30, roll: 'preceding', holidays: ['2027-10-29', '2027-10-28'] }, '2027-09-30'), '2027-10-27')
  // Final on Friday 1 October, Tuesday the 5th is a holiday: Mon 4, Wed 6, Thu 7, Fri 8, Mon 11.
  assert.equal(due({ businessDays: 5, holidays: ['2027-10-05'] }, '2027-10-01'), '2027-10-11')
  assert.equal(due({ businessDays: 1 }, '2027-10-02'), '2027-10-04')
  assert.equal(due({ businessDays: 0 }, '2027-10-02'), '2027-10-04')
  assert.equal(due({ businessDays: 0 }, '2027-10-01'), '2027-10-01')
  assert.throws(() => due({}, '2027-10-01'), RangeError)
  assert.throws(() => due({ days: 1, businessDays: 1 }, '2027-10-01'), RangeError)
})
