import type { Instant } from '../../core/base/time.ts'
import type { Store } from '../store/database.ts'
import { listFeedBatches, type FeedBatch } from '../store/feeds.ts'
import { latestBatch } from '../store/rack-rows.ts'
import { everything, inReach, type Reach } from '../store/reach.ts'

/** A source of readings: how long ago it last told of something, and how long it may be silent. */
export type Feed = Readonly<{
  source: string
  kinds: readonly string[]
  readings: number
  imports: number
  lastRecorded: Instant
  lastEnd: Instant | undefined
  ageSeconds: number
  /** Undefined where it has no rhythm to be late by. */
  limitSeconds: number | undefined
}>

/** Kinds that a source tells of by itself, all the time: a desk or a site speaks when it has something to say. */
const streams = new Set(['allocation', 'outage', 'gap', 'curtailment'])
/** Days of effective time that are looked at. */
const daysSeen = 35
/** A source may be silent for three times as long as it usually is, and for a quarter of an hour at least. */
const silences = 3
export const limitSecondsMin = 900
/** Imports from which a rhythm is taken: fewer make none. */
const importsMin = 4
/** Answers that are kept until the next import. */
const keptMax = 50

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

/**
 * How long a source may be silent: three times the middle of the stretches between its imports, at least 15 minutes. Undefined where it does not tell of
 * running things, or came too few times: what was imported by hand once is not late.
 */
export const limitOf = (recorded: readonly Instant[], kinds: readonly string[]): number | undefined => {
  const times = [...new Set(recorded)].toSorted((a, b) => a - b)
  if (times.length < importsMin || !kinds.some((kind) => streams.has(kind))) return undefined
  return Math.max(limitSecondsMin, silences * median(times.slice(1).map((at, i) => at - times[i]!)))
}

const feedOf = (source: string, batches: readonly FeedBatch[], now: Instant): Feed => {
  const kinds = [...new Set(batches.flatMap((each) => each.kinds))].toSorted()
  const lastRecorded = Math.max(...batches.map((each) => each.lastRecorded))
  const ends = batches.flatMap(({ lastEnd }) => lastEnd ?? [])
  return {
    source,
    kinds,
    readings: batches.reduce((sum, { readings }) => sum + readings, 0),
    imports: batches.length,
    lastRecorded,
    lastEnd: ends.length === 0 ? undefined : Math.max(...ends),
    ageSeconds: Math.max(0, now - lastRecorded),
    limitSeconds: limitOf(
      batches.map((each) => each.lastRecorded),
      kinds,
    ),
  }
}

export const isLate = ({ ageSeconds, limitSeconds }: Pick<Feed, 'ageSeconds' | 'limitSeconds'>): boolean =>
  limitSeconds !== undefined && ageSeconds > limitSeconds

/** The sources that told of the last weeks, within a reach. Looked up once for each import and clock; then only ages change. */
export const makeFeeds = (store: Store, now: () => Instant) => {
  const kept = new Map<string, Readonly<{ batches: readonly FeedBatch[] }>>()
  const read = async (reach: Reach, at: Instant): Promise<readonly FeedBatch[]> => {
    const batch = await inReach<string>(store, everything, latestBatch)
    // A day that begins may bring effect to what was recorded before: so no answer is kept for longer.
    const key = JSON.stringify([reach, batch, Math.floor(at / 86_400)])
    const known = kept.get(key)
    if (known !== undefined) return known.batches
    const batches = await inReach<FeedBatch[]>(store, reach, (tx) => listFeedBatches(tx, { from: at - daysSeen * 86_400, now: at }))
    if (kept.size === keptMax) kept.clear()
    kept.set(key, { batches })
    return batches
  }
  return (reach: Reach) => ({
    now,
    listFeeds: async (): Promise<Feed[]> => {
      const at = now()
      const batches = await read(reach, at)
      return [...Map.groupBy(batches, ({ source }) => source)].map(([source, own]) => feedOf(source, own, at))
    },
  })
}
