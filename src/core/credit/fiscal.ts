import { apportion } from '../base/money.ts'
import { rational } from '../base/rational.ts'
import { addDays, dayOfWeek, daysBetween, type LocalDate, type Month } from '../base/time.ts'

export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const
export const monthNames = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
] as const

/**
 * How somebody counts years: the calendar's; years that end on one date (`02-29` is the last day of February); or years of 52 or 53 weeks that
 * end on the last such weekday of a month, as the guarantor of most of these agreements does: the last Sunday of January.
 */
export type FiscalCalendar =
  | 'calendar'
  | Readonly<{ yearEndsOn: string }>
  | Readonly<{ yearEndsOnLast: (typeof weekdays)[number]; of: (typeof monthNames)[number] }>

/** A fiscal year, named after the calendar year in which it ends. Both dates are included. */
export type FiscalYear = Readonly<{ year: number; from: LocalDate; through: LocalDate }>
export type FiscalQuarter = FiscalYear & Readonly<{ quarter: 1 | 2 | 3 | 4 }>

const lastDay = (year: number, month: number): LocalDate =>
  Temporal.PlainDate.from({ year, month, day: 31 }, { overflow: 'constrain' }).toString()

/** The last date of the fiscal year that ends in that calendar year. */
const endOf = (calendar: FiscalCalendar, year: number): LocalDate => {
  if (calendar === 'calendar') return lastDay(year, 12)
  if ('yearEndsOn' in calendar) {
    const [month, day] = calendar.yearEndsOn.split('-').map(Number) as [number, number]
    return Temporal.PlainDate.from({ year, month, day }, { overflow: 'constrain' }).toString()
  }
  const last = lastDay(year, monthNames.indexOf(calendar.of) + 1)
  const back = (dayOfWeek(last) - (weekdays.indexOf(calendar.yearEndsOnLast) + 1) + 7) % 7
  return addDays(last, -back)
}

/** The fiscal year of that name. */
export const fiscalYear = (calendar: FiscalCalendar, year: number): FiscalYear => ({
  year,
  from: addDays(endOf(calendar, year - 1), 1),
  through: endOf(calendar, year),
})

/** The one fiscal year that a local date lies in. */
export const fiscalYearOf = (calendar: FiscalCalendar, date: LocalDate): FiscalYear => {
  const year = Number(date.slice(0, 4))
  return fiscalYear(calendar, date <= endOf(calendar, year) ? year : year + 1)
}

/** Its quarters: three months each, or thirteen weeks each, where the fourth takes the 53rd week. */
export const quartersOf = (calendar: FiscalCalendar, { year, from, through }: FiscalYear): readonly FiscalQuarter[] => {
  const byWeeks = typeof calendar === 'object' && 'yearEndsOnLast' in calendar
  // From the day before, so that quarters of a year that ends on 31 March end on 30 June and not on 1 July.
  const eve = Temporal.PlainDate.from(addDays(from, -1))
  const monthEnds = eve.day === eve.daysInMonth
  const monthly = (months: number) => {
    const date = eve.add({ months })
    return monthEnds ? date.with({ day: date.daysInMonth }) : date
  }
  const ends = [1, 2, 3].map((quarter) => (byWeeks ? eve.add({ weeks: 13 * quarter }) : monthly(3 * quarter)).toString())
  return [...ends, through].map((end, i) => ({
    year,
    quarter: (i + 1) as FiscalQuarter['quarter'],
    from: i === 0 ? from : addDays(ends[i - 1]!, 1),
    through: end,
  }))
}

export const fiscalQuarterOf = (calendar: FiscalCalendar, date: LocalDate): FiscalQuarter =>
  quartersOf(calendar, fiscalYearOf(calendar, date)).find(({ through }) => date <= through)!

/**
 * Statements are of calendar months, and a year of weeks ends within one: a month counts to the fiscal year in which its 15th lies, so that
 * twelve months make every year.
 */
export const fiscalYearOfMonth = (calendar: FiscalCalendar, month: Month): number => fiscalYearOf(calendar, `${month}-15`).year

/** Minor units over local dates, `through` included. */
export type Dated = Readonly<{ from: LocalDate; through: LocalDate; minor: bigint }>

/** Splits an amount over the fiscal years that its dates touch, by days, by largest remainder: the parts add up to it. In order of time. */
export const spreadOverYears = (
  calendar: FiscalCalendar,
  { from, through, minor }: Dated,
): readonly (readonly [year: number, minor: bigint])[] => {
  if (through < from) throw new RangeError(`${through} is before ${from}`)
  const years: FiscalYear[] = []
  for (let year = fiscalYearOf(calendar, from); year.from <= through; year = fiscalYear(calendar, year.year + 1)) years.push(year)
  const days = years.map((year) => {
    const [first, last] = [from > year.from ? from : year.from, through < year.through ? through : year.through]
    return rational(daysBetween(first, last) + 1)
  })
  const parts = apportion(minor, days)
  return years.map(({ year }, i) => [year, parts[i]!])
}
