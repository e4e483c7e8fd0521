import { holidayLists, holidaysFirstYear, holidaysLastYear } from './holidays.ts'
import type { LocalDate } from '../base/time.ts'

/** Published calendars of public and bank holidays, named by the zone of the place. */
export const calendarNames: readonly string[] = Object.keys(holidayLists)
/** What the lists cover, both years included; beyond it nobody knows. */
export const calendarYears = { first: holidaysFirstYear, last: holidaysLastYear } as const

const monthAndDay = /(\d{2})(\d{2})/g

const read = (list: string): ReadonlySet<LocalDate> =>
  new Set(
    list
      .trim()
      .split('\n')
      .flatMap((line) => {
        const [year, ...days] = line.trim().split(' ')
        return days.map((day) => `${year}-${day.replaceAll(monthAndDay, '$1-$2')}`)
      }),
  )

const known = new Map<string, ReadonlySet<LocalDate>>()

/** The holidays of a calendar that are no Saturday or Sunday. Throws `RangeError` for a calendar that is not published here. */
export const holidaysOf = (calendar: string): ReadonlySet<LocalDate> => {
  const list = holidayLists[calendar]
  if (list === undefined) throw new RangeError(`${calendar} is no calendar`)
  const dates = known.get(calendar) ?? read(list)
  known.set(calendar, dates)
  return dates
}
