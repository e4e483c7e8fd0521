import type { Problem } from '../base/problem.ts'
import { addDays, formatInstant, isDate, isLocalTime, parseInstant, type Instant } from '../base/time.ts'

/** Days from 1970-01-01 to a date of the Gregorian calendar (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil). */
const daysFromCivil = (year: number, month: number, day: number): number => {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
}

const daysInMonth = (year: number, month: number): number => {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

const digitAt = (text: string, at: number): number => {
  const digit = text.charCodeAt(at) - 48
  return digit >= 0 && digit <= 9 ? digit : -1000
}
/** Two digits as a number; negative when they are none. */
const pairAt = (text: string, at: number): number => digitAt(text, at) * 10 + digitAt(text, at + 1)

/** Seconds east of UTC that `Z` or `+10:00` at `at` says; undefined when the rest of the text is neither. */
const offsetAt = (text: string, at: number): number | undefined => {
  const sign = text[at]
  if (sign === 'Z') return text.length === at + 1 ? 0 : undefined
  if ((sign !== '+' && sign !== '-') || text.length !== at + 6 || text[at + 3] !== ':') return undefined
  const [hours, minutes] = [pairAt(text, at + 1), pairAt(text, at + 4)]
  if (!(hours >= 0 && hours <= 23 && minutes >= 0 && minutes <= 59)) return undefined
  return (sign === '+' ? 1 : -1) * (hours * 3600 + minutes * 60)
}

/** Where a fraction of a second that starts at `at` ends; `at` when there is none. */
const afterFraction = (text: string, at: number): number => {
  if (text[at] !== '.') return at
  let end = at + 1
  while (end <= at + 9 && digitAt(text, end) >= 0) end += 1
  return end === at + 1 ? at : end
}

/**
 * Reads `YYYY-MM-DDTHH:MM:SS`, an optional fraction of a second, which is floored, and `Z` or an offset, by arithmetic alone. Undefined for
 * anything else, which may still be a time: imports read millions of these, and the calendar library takes twenty times as long.
 */
const parseCanonical = (text: string): Instant | undefined => {
  if (text[4] !== '-' || text[7] !== '-' || text[10] !== 'T' || text[13] !== ':' || text[16] !== ':') return undefined
  const [century, rest] = [pairAt(text, 0), pairAt(text, 2)]
  const year = century < 0 || rest < 0 ? -1 : century * 100 + rest
  const [month, day] = [pairAt(text, 5), pairAt(text, 8)]
  const [hour, minute, second] = [pairAt(text, 11), pairAt(text, 14), pairAt(text, 17)]
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month))) return undefined
  if (!(hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59 && second >= 0 && second <= 59)) return undefined
  const offset = offsetAt(text, afterFraction(text, 19))
  if (offset === undefined) return undefined
  return daysFromCivil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset
}

/** Why a text is no time, and what would be one. A day alone is what spreadsheets have: its instant is for the sender to say. */
const explainNoTime = (text: string, local: string): string => {
  const forms = `2027-09-14T08:00:00Z, 2027-09-14T18:00:00+10:00, or ${local}`
  if (!isDate(text)) return `must be a time such as ${forms}, not ${JSON.stringify(text)}`
  return `must be a time, and ${text} is a day: write ${text}T00:00:00 (${local}) for its first instant; what lasts through it ends at ${addDays(text, 1)}T00:00:00`
}

/** What a clock change does to a local time, with the two offsets it lies between: the text to write instead. */
const explainClockChange = (text: string, zone: string, problem: 'skipped by a clock change' | 'repeated by a clock change'): string => {
  const spelled = text.replace(' ', 'T')
  const local = Temporal.PlainDateTime.from(spelled)
  // Skipped or repeated, the earlier reading lies before the change and the later one after it.
  const before = local.toZonedDateTime(zone, { disambiguation: 'earlier' }).offset
  const after = local.toZonedDateTime(zone, { disambiguation: 'later' }).offset
  const what = problem.startsWith('skipped') ? 'does not exist' : 'happens twice'
  return `${text} ${what} in ${zone}, where the clock goes from ${before} to ${after}: write ${spelled}${before} or ${spelled}${after}`
}

/**
 * Reads RFC 3339 with an offset, or a local time of `zone` where it means one instant only; floors to whole seconds. Answers a sentence
 * where it is neither, which names both offsets where a clock change skips or repeats the time.
 */
export const readInstant = (text: string, zone: string): Instant | string => {
  const canonical = parseCanonical(text)
  if (canonical !== undefined) return canonical
  const read = parseInstant(text, zone)
  if (typeof read === 'number') return read
  return read === 'not a time' ? explainNoTime(text, `a local time of ${zone}`) : explainClockChange(text, zone, read)
}

/**
 * What is known of the zone of a reading's local times: the zone; or a name in the reading that no agreement has, so that nobody can say; or, as the
 * middle of a sentence, why its names do not say.
 */
export type Zoned = Readonly<{ zone: string }> | Readonly<{ unknown: Problem }> | Readonly<{ unsaid: string }>

/** As `readInstant`, where the zone is asked for only if the text needs one. Answers the unknown name where that is why the text cannot be read. */
export const readInstantIn = (text: string, zoneOf: () => Zoned): Instant | string | Readonly<{ unknown: Problem }> => {
  const canonical = parseCanonical(text)
  if (canonical !== undefined) return canonical
  const local = isLocalTime(text)
  const zoned = zoneOf()
  if ('zone' in zoned) return readInstant(text, zoned.zone)
  // Also in a zone that is not known, a text is a time or none: UTC skips and repeats nothing.
  const read = parseInstant(text, 'UTC')
  if (typeof read !== 'number') return explainNoTime(text, 'a local time of its agreement')
  if (!local) return read
  if ('unknown' in zoned) return zoned
  const spelled = text.replace(' ', 'T')
  return `${text} is a local time, and ${zoned.unsaid}: write its offset, as in ${spelled}+10:00, or ${spelled}Z where it is UTC`
}

const two: readonly string[] = Array.from({ length: 60 }, (_, value) => (value < 10 ? `0${value}` : `${value}`))

/** `2027-09-14T` of a day since 1970-01-01, by arithmetic (civil_from_days); undefined outside the years of four digits. */
const writeDay = (days: number): string | undefined => {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return year < 1000 || year > 9999 ? undefined : `${year}-${two[month]}-${two[day]}T`
}

// Readings come nearly in order of time, so the day is mostly the one before; a cache that is a pure function's is no state.
let [lastDay, lastText] = [0, writeDay(0)]

/** As `formatInstant`, by arithmetic: the canonical content of a million readings holds two million of these. */
export const writeInstant = (at: Instant): string => {
  const days = Math.floor(at / 86_400)
  if (days !== lastDay) [lastDay, lastText] = [days, writeDay(days)]
  if (lastText === undefined) return formatInstant(at)
  const second = at - days * 86_400
  const minutes = Math.floor(second / 60)
  return `${lastText}${two[Math.floor(minutes / 60)]}:${two[minutes % 60]}:${two[second % 60]}Z`
}
