import { over, plus, rational, type Rational } from './rational.ts'
import { daysBetween, type LocalDate } from './time.ts'

/** How days become a part of a year: ISDA 2006 definitions, section 4.16 (b), (d), (e), (g). */
export const dayCounts = ['act/360', 'act/365F', '30E/360', 'act/act'] as const
export type DayCount = (typeof dayCounts)[number]

const partsOf = (date: LocalDate): [year: number, month: number, day: number] => {
  const { year, month, day } = Temporal.PlainDate.from(date)
  return [year, month, day]
}

const daysIn = (year: number): number => Temporal.PlainDate.from({ year, month: 1, day: 1 }).daysInYear

/** Days of `[from, to)` in leap years over 366, and the others over 365. */
const actualActual = (from: LocalDate, to: LocalDate): Rational => {
  const [first, last] = [from, to].map((date) => Number(date.slice(0, 4))) as [number, number]
  let years = rational(0)
  for (let year = first, at = from; year <= last; year++) {
    const end = year === last ? to : `${year + 1}-01-01`
    years = plus(years, rational(daysBetween(at, end), daysIn(year)))
    at = end
  }
  return years
}

/** The part of a year from one local date to a later one, exact; the first day counts, the last does not. Never negative for `from` ≤ `to`. */
export const yearFraction = (count: DayCount, from: LocalDate, to: LocalDate): Rational => {
  switch (count) {
    case 'act/360':
      return rational(daysBetween(from, to), 360)
    case 'act/365F':
      return rational(daysBetween(from, to), 365)
    case '30E/360': {
      const [[y1, m1, d1], [y2, m2, d2]] = [partsOf(from), partsOf(to)]
      const days = 360 * (y2 - y1) + 30 * (m2 - m1) + Math.min(d2, 30) - Math.min(d1, 30)
      return over(rational(days), rational(360))
    }
    case 'act/act':
      return actualActual(from, to)
  }
}
