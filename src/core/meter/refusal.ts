import { visitPieces, type Steps } from '../base/steps.ts'
import { formatLocal, type Instant, type Interval } from '../base/time.ts'

/** Why readings that are each well formed cannot be facts together. */
export type MeterRefusal = Readonly<{
  kind:
    | 'out-of-service-above-accepted'
    | 'sold-above-capacity'
    | 'called-above-accepted'
    | 'before-acceptance'
    | 'call-without-right'
    | 'unknown-tranche'
    | 'accepted-twice'
    | 'order-without-blocks'
    | 'charge-before-acceptance'
    | 'rate-missing'
    | 'rate-contradicted'
    | 'reduces-no-charge'
    | 'unknown-figure'
    | 'unknown-event'
    | 'event-after-end'
    | 'told-twice'
    | 'index-hole'
    | 'payment-unknown'
    | 'dispute-of-no-line'
    | 'dispute-above-line'
    | 'disputed-twice'
    | 'ruling-of-no-dispute'
    | 'ruled-twice'
    | 'upheld-above-dispute'
  /** The block, or the pool, or `''` */
  subject: string
  /** When it holds first, where it has a time. */
  from?: Instant
  to?: Instant
  /** A sentence that names subject, time and numbers, and says what would be right. */
  message: string
}>

/** Most refusals that are told at once, the earliest first. */
export const refusalsMax = 100

/** How a reading is named in a sentence: no two have one name. */
export const nameOf = (source: string, id: string): string => `${source}/${id}`

/** `20,160` */
export const printCount = (count: number): string => `${count}`.replaceAll(/\B(?=(\d{3})+$)/g, ',')

/** `2026-09-14 08:00:00 +10:00 to 09:30:00`: what both ends share is written once. */
export const printInterval = ({ from, to }: Interval, zone: string): string => {
  const [start, end] = [formatLocal(from, zone), formatLocal(to, zone)]
  const [date, time, offset] = end.split(' ') as [string, string, string]
  return start.startsWith(date) && start.endsWith(offset) ? `${start} to ${time}` : `${start} to ${end}`
}

/** A longest stretch on which one function is above another, and the first instant at which it is so the most. */
export type Excess = Interval & Readonly<{ worstAt: Instant; value: number; limit: number; varies: boolean }>

/** The first stretches, at most `refusalsMax`, of an interval on which `value` is above `limit`; cut where the limit leaves zero or returns to it. */
export const excessOf = (value: Steps, limit: Steps, { from, to }: Interval): Excess[] => {
  const found: Excess[] = []
  visitPieces([value, limit], from, to, (start, end, [is, most]) => {
    if (is! <= most!) return true
    const before = found.at(-1)
    if (before?.to !== start || (before.limit === 0) !== (most === 0)) {
      if (found.length === refusalsMax) return false
      found.push({ from: start, to: end, worstAt: start, value: is!, limit: most!, varies: false })
    } else {
      const worse = is! - most! > before.value - before.limit
      const worst = worse ? { worstAt: start, value: is!, limit: most! } : {}
      found[found.length - 1] = { ...before, ...worst, to: end, varies: true }
    }
    return true
  })
  return found
}

/** `20,232 of 20,160 GPUs from … to …`, or the worst of a stretch on which the numbers change. */
export const printExcess = (excess: Excess, zone: string): string => {
  const numbers = `${printCount(excess.value)} of ${printCount(excess.limit)} GPUs`
  const when = printInterval(excess, zone)
  return excess.varies ? `up to ${numbers} (at ${formatLocal(excess.worstAt, zone)}) from ${when}` : `${numbers} from ${when}`
}

/** In order of time, then by subject and words; the first `refusalsMax`. */
export const firstRefusals = (refusals: readonly MeterRefusal[]): MeterRefusal[] =>
  refusals
    .toSorted(
      (a, b) =>
        (a.from ?? -Infinity) - (b.from ?? -Infinity) ||
        (a.subject < b.subject ? -1 : a.subject > b.subject ? 1 : a.message < b.message ? -1 : a.message > b.message ? 1 : 0),
    )
    .slice(0, refusalsMax)
