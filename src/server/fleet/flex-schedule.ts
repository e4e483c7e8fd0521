import { addDays, dateOf, startOfDate, type Instant } from '../../core/base/time.ts'

/** So many GPUs curtailed under one order of the grid; `to` is null as long as the order says no end. */
export type Curtailed = Readonly<{ correlation: string; from: Instant; to: Instant | null; gpus: number }>
/** A stretch that is over, and can be told. */
export type ToldCurtailed = Curtailed & Readonly<{ to: Instant }>

/** What is known of one feed: what of its orders has not been told yet, as of the last event. */
export type FeedState = Readonly<{
  /** Milliseconds since the epoch; 0 before the first event. */
  at: number
  /** The id of that event. */
  event: string
  /** In order of time; no two overlap. */
  untold: readonly Curtailed[]
}>

export const firstState: FeedState = { at: 0, event: '', untold: [] }

/** Longer than any order lasts; what is older is told in one piece. */
const daysMax = 1_000

/** The local midnights after `from`, up to `until`. */
const midnights = (from: Instant, until: Instant, zone: string): Instant[] => {
  const edges: Instant[] = []
  let date = addDays(dateOf(from, zone), 1)
  for (let day = 0; day < daysMax; day++, date = addDays(date, 1)) {
    const edge = startOfDate(date, zone)
    if (edge > until) break
    edges.push(edge)
  }
  return edges
}

const piecesOf = (span: Curtailed, until: Instant, zone: string): ToldCurtailed[] => {
  const edges = [span.from, ...midnights(span.from, until, zone).filter((edge) => edge < until), until]
  return edges.slice(1).map((to, i) => ({ ...span, from: edges[i]!, to }))
}

/**
 * What can be told by an instant, and what is left: an order that is over is told to its end; one that goes on is told to the last local
 * midnight, so that a month does not wait for it. A stretch is cut at local midnights, so that its pieces do not depend on when it was told.
 */
export const tellUntil = (
  untold: readonly Curtailed[],
  now: Instant,
  zone: string,
): Readonly<{ told: ToldCurtailed[]; untold: Curtailed[] }> => {
  const [told, left]: [ToldCurtailed[], Curtailed[]] = [[], []]
  for (const span of untold) {
    if (span.to !== null && span.to <= now) {
      told.push(...piecesOf(span, span.to, zone))
      continue
    }
    const last = span.from < now ? midnights(span.from, now, zone).at(-1) : undefined
    if (last !== undefined) told.push(...piecesOf(span, last, zone))
    left.push(last === undefined ? span : { ...span, from: last })
  }
  return { told, untold: left }
}

const endOf = ({ to }: Curtailed): number => to ?? Infinity

/** The same orders without what they say of [from, to): there a later one counts. */
export const without = (untold: readonly Curtailed[], from: Instant, to: number): Curtailed[] =>
  untold.flatMap((span) => [
    ...(span.from < from ? [{ ...span, to: Math.min(endOf(span), from) === Infinity ? null : Math.min(endOf(span), from) }] : []),
    ...(endOf(span) > to ? [{ ...span, from: Math.max(span.from, to) }] : []),
  ])

/** With one more order, where there is room for it; it goes on where the same one ended. */
export const withOrder = (untold: readonly Curtailed[], span: Curtailed): Curtailed[] => {
  const isBefore = (each: Curtailed): boolean => each.to === span.from && each.correlation === span.correlation && each.gpus === span.gpus
  const before = untold.find(isBefore)
  const joined = before === undefined ? span : { ...span, from: before.from }
  return [...untold.filter((each) => each !== before), joined].toSorted((a, b) => a.from - b.from)
}
