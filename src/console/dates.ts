/** Dates and instants for people. `Intl` alone, in the zone that is passed in: the browser's own zone never shows. */

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const longMonths = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

const parts = (text: string) => text.split('-').map(Number) as [number, number, number]

/** `29 Oct 2027`, of a local date. */
export const dateText = (date: string): string => {
  const [year, month, day] = parts(date)
  return `${day} ${months[month - 1]} ${year}`
}

const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'short', timeZone: 'UTC' })
/** `Fri 29 Oct 2027`. */
export const dayText = (date: string): string => `${weekday.format(new Date(`${date}T00:00:00Z`))} ${dateText(date)}`

export const isMonth = (text: string): boolean => /^\d{4}-(0[1-9]|1[0-2])$/.test(text)

/** `September 2027`, `Sep 2027`. */
export const monthText = (month: string): string => `${longMonths[Number(month.slice(5)) - 1]} ${month.slice(0, 4)}`
export const shortMonth = (month: string): string => `${months[Number(month.slice(5)) - 1]} ${month.slice(0, 4)}`

export const monthPlus = (month: string, more: number): string => {
  const at = Number(month.slice(0, 4)) * 12 + Number(month.slice(5)) - 1 + more
  return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`
}

const formats = new Map<string, Intl.DateTimeFormat>()
const formatOf = (zone: string): Intl.DateTimeFormat => {
  const known = formats.get(zone)
  if (known !== undefined) return known
  // Only Australian English spells Australian zones; others come as an offset in it, which is never wrong.
  const fresh = new Intl.DateTimeFormat('en-AU', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'short',
  })
  formats.set(zone, fresh)
  return fresh
}

export type LocalTime = Readonly<{ date: string; time: string; second: string; zoneName: string }>

/** What clocks in a zone show at an instant. */
export const localTime = (at: string | number, zone: string): LocalTime => {
  const found = Object.fromEntries(
    formatOf(zone)
      .formatToParts(typeof at === 'number' ? new Date(at * 1000) : new Date(at))
      .map(({ type, value }) => [type, value]),
  )
  return {
    date: `${found['year']}-${found['month']}-${found['day']}`,
    time: `${found['hour']}:${found['minute']}`,
    second: found['second'] ?? '00',
    zoneName: found['timeZoneName'] ?? zone,
  }
}

/** `14 Sep 2027 08:00 AEST`; seconds only where there are any. */
export const instantText = (at: string | number, zone: string): string => {
  const { date, time, second, zoneName } = localTime(at, zone)
  return `${dateText(date)} ${time}${second === '00' ? '' : `:${second}`} ${zoneName}`
}

/** The last local date of a half-open interval, as people say it: `31 Oct 2027 24:00 AEDT`. */
export const endText = (to: string, zone: string): string => {
  const { date, time, zoneName } = localTime(Math.floor(Date.parse(to) / 1000) - 1, zone)
  return time === '23:59' ? `${dateText(date)} 24:00 ${zoneName}` : instantText(to, zone)
}

export const secondsOf = (at: string): number => Math.floor(Date.parse(at) / 1000)

/** Seconds as RFC 3339, for the API. */
export const isoOf = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')

/** The first edge of every local day among the edges of a month's hours. */
export const dayStarts = (edges: readonly number[], zone: string): { at: number; date: string }[] => {
  const days: { at: number; date: string }[] = []
  for (const at of edges.slice(0, -1)) {
    const { date } = localTime(at, zone)
    if (days.at(-1)?.date !== date) days.push({ at, date })
  }
  return days
}

/** `1 Sep`. */
export const shortDay = (date: string): string => {
  const [, month, day] = parts(date)
  return `${day} ${months[month - 1]}`
}

/** A sentence of the terms with its dates as people write them. */
export const prose = (sentence: string): string => sentence.replaceAll(/\b\d{4}-\d{2}-\d{2}\b/g, dateText)

/** The reader's own clock, for what happened on this screen. */
export const onThisClock = (atMs: number): string => new Date(atMs).toLocaleTimeString('en-GB')
