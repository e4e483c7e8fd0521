import { addDays, dateOf, startOfDate, type Instant, type Interval, type LocalDate } from '../../core/base/time.ts'

/** A local date of a zone, or the part of an interval that lies within one. */
export type Segment = Interval & Readonly<{ date: LocalDate }>

/** The local date that an instant lies in. */
export type Days = (at: Instant) => Segment

/** Dates that are remembered: more than one window of readings touches. The calendar library takes a hundred times as long as a look. */
const daysMax = 64

/** The local dates of a zone. */
export const makeDays = (zone: string): Days => {
  const recent: Segment[] = []
  return (at) => {
    const known = recent.find(({ from, to }) => from <= at && at < to)
    if (known !== undefined) return known
    const date = dateOf(at, zone)
    const day = { from: startOfDate(date, zone), to: startOfDate(addDays(date, 1), zone), date }
    recent.unshift(day)
    recent.length = Math.min(recent.length, daysMax)
    return day
  }
}

/**
 * The parts of an interval that are over at `until`, cut where local dates begin. An interval that goes on (`to` undefined) has no part yet of
 * the date on which it is looked at. So what is told of an interval depends on it alone, and not on when somebody looked.
 */
export const segmentsOver = ({ from, to }: Readonly<{ from: Instant; to: Instant | undefined }>, until: Instant, days: Days): Segment[] => {
  const end = to === undefined || to > until ? until : to
  const segments: Segment[] = []
  for (let at = from; at < end;) {
    const day = days(at)
    const stop = Math.min(day.to, end)
    // The last part ends where we looked, unless that is where the interval or its date ended.
    if (stop === day.to || stop === to) segments.push({ from: at, to: stop, date: day.date })
    at = stop
  }
  return segments
}
