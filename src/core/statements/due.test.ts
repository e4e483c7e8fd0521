import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addDays, dayOfWeek, daysBetween } from '../base/time.ts'
import type { DueTerm } from '../terms/agreement.ts'
import { calendarNames, calendarYears, holidaysOf } from '../terms/calendars.ts'
import { dueOn } from './due.ts'

const plain = { calendars: [], workingDays: [] } as const
const rolls = ['following', 'modifiedFollowing', 'preceding'] as const
const anyDate = fc.integer({ min: 0, max: 800 }).map((days) => addDays('2027-01-01', days))
/** Enough for ends of months to fall on weekends under each roll. */
const runs = { numRuns: 2_000 }
const holidays = fc.array(anyDate, { maxLength: 60 })
const isBusinessDay = (date: string, free: readonly string[]) => dayOfWeek(date) <= 5 && !free.includes(date)
/** The dates from one to another, both left out. */
const between = (from: string, to: string) => Array.from({ length: Math.max(0, daysBetween(from, to) - 1) }, (_, i) => addDays(from, i + 1))

test('S1 n days, then rolled: to the nearest business day on the side the roll names', () => {
  const counted = fc.record({
    days: fc.nat({ max: 90 }),
    roll: fc.constantFrom(...rolls),
    holidays,
    calendars: fc.constant([]),
    workingDays: fc.constant([]),
  })
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
      const date = dueOn({ ...plain, businessDays, roll, holidays: free }, finalOn)
      const counted = [...between(finalOn, date), date].filter((each) => isBusinessDay(each, free))
      assert.equal(counted.length, businessDays)
      assert.equal(counted.at(-1), date)
    }),
  )
})

test('S1 by hand', () => {
  const due = (term: Partial<DueTerm>, finalOn: string) => dueOn({ ...plain, roll: 'following', holidays: [], ...term }, finalOn)
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

test('S1 with calendars a business day is one in every calendar listed, so more calendars never make it fall earlier', () => {
  const some = fc.subarray([...calendarNames])
  const finals = fc
    .integer({ min: 0, max: 365 * (calendarYears.last - calendarYears.first) })
    .map((days) => addDays(`${calendarYears.first}-01-01`, days))
  fc.assert(
    fc.property(some, finals, fc.nat({ max: 20 }), (calendars, finalOn, businessDays) => {
      const term = { ...plain, businessDays, roll: 'following', holidays: [] } as const
      const date = dueOn({ ...term, calendars }, finalOn)
      assert.ok(dayOfWeek(date) <= 5 && calendars.every((name) => !holidaysOf(name).has(date)))
      assert.ok(date >= dueOn(term, finalOn))
    }),
    runs,
  )
})

test('S1 by hand, with the published calendars', () => {
  const due = (term: Partial<DueTerm>, finalOn: string) => dueOn({ ...plain, roll: 'following', holidays: [], ...term }, finalOn)
  // New South Wales: Labour Day is the first Monday of October; Christmas of 2027 is a Saturday, so Monday 27 and Tuesday 28 are kept free.
  assert.equal(due({ businessDays: 1, calendars: ['Australia/Sydney'] }, '2027-10-01'), '2027-10-05')
  assert.equal(due({ businessDays: 1, calendars: ['Australia/Sydney'] }, '2027-12-24'), '2027-12-29')
  // United States: Independence Day of 2027 is a Sunday and kept on Monday 5; Thanksgiving is the fourth Thursday of November.
  assert.equal(due({ businessDays: 1, calendars: ['America/New_York'] }, '2027-07-02'), '2027-07-06')
  assert.equal(due({ days: 0, calendars: ['America/New_York'] }, '2027-11-25'), '2027-11-26')
  // Indonesia: Independence Day is 17 August, a Tuesday in 2027. Both: the later of what each would say.
  assert.equal(due({ days: 1, calendars: ['Asia/Jakarta'] }, '2027-08-16'), '2027-08-18')
  assert.equal(due({ days: 1, calendars: ['Asia/Jakarta'], workingDays: ['2027-08-17'] }, '2027-08-16'), '2027-08-17')
  assert.equal(due({ days: 1, calendars: ['Asia/Jakarta', 'Australia/Sydney'], holidays: ['2027-08-18'] }, '2027-08-16'), '2027-08-19')
  assert.throws(() => holidaysOf('Europe/Atlantis'), /no calendar/)
})

test('S1 the published calendars cover every year that they say, with ten observed weekdays a year on average and none twice', () => {
  for (const name of calendarNames) {
    const dates = [...holidaysOf(name)]
    assert.deepEqual(dates, [...new Set(dates)].toSorted())
    assert.ok(dates.every((date) => dayOfWeek(date) <= 5))
    for (let year = calendarYears.first; year <= calendarYears.last; year++) {
      const ofYear = dates.filter((date) => date.startsWith(`${year}-`)).length
      assert.ok(ofYear >= 6 && ofYear <= 16, `${name} ${year}: ${ofYear}`)
    }
  }
})
