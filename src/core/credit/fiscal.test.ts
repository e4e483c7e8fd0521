import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addDays, daysBetween } from '../base/time.ts'
import {
  fiscalQuarterOf,
  fiscalYear,
  fiscalYearOf,
  fiscalYearOfMonth,
  monthNames,
  quartersOf,
  spreadOverYears,
  weekdays,
} from './fiscal.ts'
import type { FiscalCalendar } from './fiscal.ts'

const nvidia: FiscalCalendar = { yearEndsOnLast: 'sunday', of: 'january' }
const anyCalendar: fc.Arbitrary<FiscalCalendar> = fc.oneof(
  fc.constant<FiscalCalendar>('calendar'),
  fc.constantFrom('03-31', '06-30', '09-30', '02-29', '01-15').map((yearEndsOn) => ({ yearEndsOn })),
  fc.record({ yearEndsOnLast: fc.constantFrom(...weekdays), of: fc.constantFrom(...monthNames) }),
)
const anyDate = fc.integer({ min: 0, max: 40_000 }).map((days) => addDays('1995-01-01', days))

test('CR10 years that end on the last Sunday of January: the dates of the past', () => {
  // Last Sundays of January, from a calendar: 25 January 2015, 31 January 2016, 29 January 2017, 26 January 2025, 25 January 2026, 31 January 2027.
  assert.deepEqual(fiscalYear(nvidia, 2016), { year: 2016, from: '2015-01-26', through: '2016-01-31' })
  assert.deepEqual(fiscalYear(nvidia, 2017), { year: 2017, from: '2016-02-01', through: '2017-01-29' })
  assert.deepEqual(fiscalYear(nvidia, 2026), { year: 2026, from: '2025-01-27', through: '2026-01-25' })
  assert.equal(fiscalYearOf(nvidia, '2026-01-25').year, 2026)
  assert.equal(fiscalYearOf(nvidia, '2026-01-26').year, 2027)
  // 53 weeks: 13 + 13 + 13 + 14. The third quarter of fiscal 2026 ended on 26 October 2025.
  assert.equal(daysBetween('2015-01-26', '2016-01-31') + 1, 53 * 7)
  assert.deepEqual(
    quartersOf(nvidia, fiscalYear(nvidia, 2016)).map(({ through }) => through),
    ['2015-04-26', '2015-07-26', '2015-10-25', '2016-01-31'],
  )
  assert.equal(fiscalQuarterOf(nvidia, '2025-10-26').quarter, 3)
  assert.equal(fiscalQuarterOf(nvidia, '2025-10-27').quarter, 4)
})

test('CR10 years that end on a date: quarters end with their months', () => {
  const calendar: FiscalCalendar = { yearEndsOn: '03-31' }
  assert.deepEqual(
    quartersOf(calendar, fiscalYear(calendar, 2028)).map(({ through }) => through),
    ['2027-06-30', '2027-09-30', '2027-12-31', '2028-03-31'],
  )
  assert.equal(fiscalYear({ yearEndsOn: '02-29' }, 2027).through, '2027-02-28')
  assert.equal(fiscalYear({ yearEndsOn: '02-29' }, 2028).through, '2028-02-29')
  assert.deepEqual(fiscalYear('calendar', 2028), { year: 2028, from: '2028-01-01', through: '2028-12-31' })
})

test('CR10 every date lies in exactly one year and one quarter, years follow each other, and years of weeks have 52 or 53', () => {
  fc.assert(
    fc.property(anyCalendar, anyDate, (calendar, date) => {
      const year = fiscalYearOf(calendar, date)
      assert.ok(year.from <= date && date <= year.through)
      for (const edge of [year.from, year.through]) assert.deepEqual(fiscalYearOf(calendar, edge), year)
      for (const other of [year.year - 1, year.year + 1]) {
        const { from, through } = fiscalYear(calendar, other)
        assert.ok(date < from || date > through)
      }
      assert.equal(addDays(year.through, 1), fiscalYear(calendar, year.year + 1).from)
      const quarters = quartersOf(calendar, year)
      assert.deepEqual([quarters[0]!.from, quarters[3]!.through], [year.from, year.through])
      quarters.slice(1).forEach(({ from }, i) => assert.equal(from, addDays(quarters[i]!.through, 1)))
      assert.equal(quarters.filter(({ from, through }) => from <= date && date <= through).length, 1)
      const days = daysBetween(year.from, year.through) + 1
      if (typeof calendar === 'object' && 'yearEndsOnLast' in calendar) assert.ok(days === 52 * 7 || days === 53 * 7, `${days}`)
      else assert.ok(days === 365 || days === 366)
    }),
  )
})

test('CR10 twelve months make a fiscal year, whatever day it ends on', () => {
  fc.assert(
    fc.property(anyCalendar, fc.integer({ min: 2000, max: 2090 }), (calendar, year) => {
      const months = Array.from({ length: 36 }, (_, i) => `${year - 1 + Math.floor(i / 12)}-${String((i % 12) + 1).padStart(2, '0')}`)
      assert.equal(months.filter((month) => fiscalYearOfMonth(calendar, month) === year).length, 12)
    }),
  )
  assert.deepEqual(
    ['2026-01', '2026-02', '2027-01', '2027-02'].map((month) => fiscalYearOfMonth(nvidia, month)),
    [2026, 2027, 2027, 2028],
  )
})

test('CR11 an amount spread over fiscal years adds up to the cent, and falls by days', () => {
  // 100 days from 2026-01-16 through 2026-04-25: ten of them, through 25 January, lie in fiscal 2026.
  assert.deepEqual(spreadOverYears(nvidia, { from: '2026-01-16', through: '2026-04-25', minor: 1_000n }), [
    [2026, 100n],
    [2027, 900n],
  ])
  fc.assert(
    fc.property(anyCalendar, anyDate, fc.nat(5_000), fc.bigInt({ min: 0n, max: 10n ** 15n }), (calendar, from, days, minor) => {
      const parts = spreadOverYears(calendar, { from, through: addDays(from, days), minor })
      assert.equal(
        parts.reduce((sum, [, part]) => sum + part, 0n),
        minor,
      )
      for (const [year, part] of parts) {
        const { from: first, through } = fiscalYear(calendar, year)
        const last = addDays(from, days)
        const inside = daysBetween(first > from ? first : from, through < last ? through : last) + 1
        const exact = (minor * BigInt(inside)) / BigInt(days + 1)
        assert.ok(part === exact || part === exact + 1n)
      }
    }),
  )
})
