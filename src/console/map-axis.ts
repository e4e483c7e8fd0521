import { dayStarts, localTime, shortDay } from './dates.ts'

export type Tick = Readonly<{ bucket: number; text: string }>

/** Days of a month, or hours of a day, as the clocks of the zone show them: an hour that a clock change left out has no tick. */
export const ticksOf = (edges: readonly number[], zone: string, day: string | null): Tick[] => {
  if (day === null) {
    const days = dayStarts(edges, zone)
    return days
      .map(({ at, date }, i) => ({ bucket: edges.indexOf(at), text: shortDay(date), i }))
      .filter(({ i }) => i % 3 === 0 && i < days.length - 1)
      .map(({ bucket, text }) => ({ bucket, text }))
  }
  const shown = new Set<string>()
  return edges.slice(0, -1).flatMap((at, bucket): Tick[] => {
    const { time } = localTime(at, zone)
    const [hour, minute] = time.split(':').map(Number) as [number, number]
    if (minute !== 0 || hour % 3 !== 0 || shown.has(time)) return []
    shown.add(time)
    return [{ bucket, text: time }]
  })
}

/** How wide a bucket is: `hour`, `quarter hour`. */
export const bucketName = (day: string | null): string => (day === null ? 'hour' : 'quarter hour')

/** `16 Oct 03:00 to 04:00 AEDT`: across a clock change both zones are named. */
export const bucketText = (from: number, to: number, zone: string): string => {
  const [start, end] = [localTime(from, zone), localTime(to, zone)]
  const until = end.time === '00:00' ? '24:00' : end.time
  const first = start.zoneName === end.zoneName ? '' : ` ${start.zoneName}`
  return `${shortDay(start.date)} ${start.time}${first} to ${until} ${end.zoneName}`
}
