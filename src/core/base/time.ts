/** An instant: whole seconds since 1970-01-01T00:00:00Z. A finer reading is floored at the door, both ends alike, so neighbours still meet. */
export type Instant = number
/** `YYYY-MM-DD`, in the zone of the agreement. */
export type LocalDate = string
/** `YYYY-MM`. */
export type Month = string
/** Half-open: `from` included, `to` not. */
export type Interval = Readonly<{ from: Instant; to: Instant }>

const secondsOf = (at: Temporal.ZonedDateTime): Instant => Math.floor(at.epochMilliseconds / 1000)

/** Whether the IANA zone is known here. */
export const isZone = (zone: string): boolean => {
  try {
    return zone.includes('/') || zone === 'UTC' ? Temporal.PlainDate.from('2000-01-01').toZonedDateTime(zone) !== undefined : false
  } catch {
    return false
  }
}

const dateForm = /^\d{4}-\d{2}-\d{2}$/
export const isDate = (text: string): boolean => {
  try {
    return dateForm.test(text) && Temporal.PlainDate.from(text, { overflow: 'reject' }).toString() === text
  } catch {
    return false
  }
}
export const isMonth = (text: string): boolean => /^\d{4}-\d{2}$/.test(text) && isDate(`${text}-01`)

/** The first instant of a local date: midnight, or the first moment after a clock change that skips it. */
export const startOfDate = (date: LocalDate, zone: string): Instant => secondsOf(Temporal.PlainDate.from(date).toZonedDateTime(zone))
/** `through` is included: it ends at the first instant of the next day. */
export const endOfDate = (date: LocalDate, zone: string): Instant => startOfDate(addDays(date, 1), zone)
export const addDays = (date: LocalDate, days: number): LocalDate => Temporal.PlainDate.from(date).add({ days }).toString()
/** The same day of a later month, or its last where it has no such day. */
export const addMonths = (date: LocalDate, months: number): LocalDate => Temporal.PlainDate.from(date).add({ months }).toString()
export const daysBetween = (from: LocalDate, to: LocalDate): number =>
  Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to), { largestUnit: 'days' }).days
/** 1 is Monday, 7 is Sunday. */
export const dayOfWeek = (date: LocalDate): number => Temporal.PlainDate.from(date).dayOfWeek

const zoned = (at: Instant, zone: string) => Temporal.Instant.fromEpochMilliseconds(at * 1000).toZonedDateTimeISO(zone)
/**
 * The local date whose day holds the instant. A clock set back over midnight (St John's, until 2011, at 00:01) shows the old date again after
 * the new day began: a day lasts until the first instant of the next, so the new date stands.
 */
export const dateOf = (at: Instant, zone: string): LocalDate => dayOf(at, zone).toString()
const dayOf = (at: Instant, zone: string): Temporal.PlainDate => {
  const shown = zoned(at, zone).toPlainDate()
  const next = shown.add({ days: 1 })
  return secondsOf(next.toZonedDateTime(zone)) <= at ? next : shown
}
export const monthOf = (at: Instant, zone: string): Month => dateOf(at, zone).slice(0, 7)
/** RFC 3339 with `Z`. */
export const formatInstant = (at: Instant): string => Temporal.Instant.fromEpochMilliseconds(at * 1000).toString()
/** For people: `2027-09-14 08:00 AEST` has no stable spelling, so the offset is written: `2027-09-14 08:00:00 +10:00`. */
export const formatLocal = (at: Instant, zone: string): string => {
  const local = zoned(at, zone)
  return `${local.toPlainDate().toString()} ${local.toPlainTime().toString({ smallestUnit: 'second' })} ${local.offset}`
}

// Temporal alone would read `2017-10-01T00:00+10` as a local time and drop the offset: the whole text has to be of this form.
const timeForm = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?([zZ]|[+-]\d{2}:?\d{2})?$/
/** How reading an instant can fail. A local time needs an offset where a clock change skips or repeats it. */
export type InstantProblem = 'not a time' | 'skipped by a clock change' | 'repeated by a clock change'

/** Whether a text has the form of a time without an offset: which instant it is, a zone has to say. */
export const isLocalTime = (text: string): boolean => {
  const form = timeForm.exec(text)
  return form !== null && form[1] === undefined
}

/** Reads RFC 3339, or a local time of `zone` where it means one instant only. Floors to whole seconds; a leap second is the one before. */
export const parseInstant = (text: string, zone: string): Instant | InstantProblem => {
  try {
    const form = timeForm.exec(text)
    if (form === null) return 'not a time'
    if (form[1] !== undefined) return Math.floor(Temporal.Instant.from(text.replace(' ', 'T')).epochMilliseconds / 1000)
    const local = Temporal.PlainDateTime.from(text.replace(' ', 'T'), { overflow: 'reject' })
    const earlier = local.toZonedDateTime(zone, { disambiguation: 'earlier' })
    const later = local.toZonedDateTime(zone, { disambiguation: 'later' })
    if (earlier.epochMilliseconds === later.epochMilliseconds) return secondsOf(earlier)
    return earlier.toPlainDateTime().equals(local) ? 'repeated by a clock change' : 'skipped by a clock change'
  } catch {
    return 'not a time'
  }
}

export const nextMonth = (month: Month, months = 1): Month => Temporal.PlainYearMonth.from(month).add({ months }).toString()
/** A calendar month of a zone: 671 to 745 hours. */
export const monthInterval = (month: Month, zone: string): Interval => ({
  from: startOfDate(`${month}-01`, zone),
  to: startOfDate(`${nextMonth(month)}-01`, zone),
})

/** First instant of contract year `year` (1, 2, …): the anniversary, counted from the original date each time; 29 February becomes 28. */
export const contractYearStart = (commencement: LocalDate, year: number, zone: string): Instant =>
  secondsOf(
    Temporal.PlainDate.from(commencement)
      .add({ years: year - 1 })
      .toZonedDateTime(zone),
  )

/** Which contract year an instant lies in: 1 is the first; zero or less before commencement. */
export const contractYearOf = (at: Instant, commencement: LocalDate, zone: string): number => {
  const guess = zoned(at, zone).year - Temporal.PlainDate.from(commencement).year + 1
  for (let year = guess + 1; ; year--) if (contractYearStart(commencement, year, zone) <= at) return year
}

/** The edges of the local days that cut `[from, to)`, both ends included. */
export const dayEdges = ({ from, to }: Interval, zone: string): Float64Array => {
  const edges = [from]
  for (let date = dayOf(from, zone).add({ days: 1 }); ; date = date.add({ days: 1 })) {
    const at = secondsOf(date.toZonedDateTime(zone))
    if (at >= to) break
    if (at > edges.at(-1)!) edges.push(at) // A date that a zone left out (Apia, 2011-12-30) has no seconds and no edge.
  }
  return Float64Array.from([...edges, to])
}

/** Hours: 3,600 s counted from the first instant of the local day; the last of a day may be shorter. Both ends included. */
export const hourEdges = ({ from, to }: Interval, zone: string): Float64Array => {
  const edges = [from]
  for (let date = dayOf(from, zone); ;) {
    const day = secondsOf(date.toZonedDateTime(zone))
    if (day >= to) break
    date = date.add({ days: 1 })
    const end = Math.min(to, secondsOf(date.toZonedDateTime(zone)))
    for (let at = day; at < end; at += 3600) if (at > from) edges.push(at)
  }
  return Float64Array.from([...edges, to])
}
