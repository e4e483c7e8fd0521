import type { z } from 'zod'
import type { Problem } from '../../core/base/problem.ts'
import { formatInstant, type Instant } from '../../core/base/time.ts'
import type { Curtailment } from '../../core/meter/reading.ts'
import type { CloudEvent } from './cloud-event.ts'
import { PowerBreach, PowerStateStatus, SetLoadTarget, type PowerStateStatusData, type SetLoadTargetData } from './flex-data.ts'
import type { FlexFeed, FlexMapping } from './flex-mapping.ts'
import { firstState, tellUntil, withOrder, without, type Curtailed, type FeedState } from './flex-schedule.ts'
import { readJws } from './jws.ts'

/** The types of events of DSX Flex that are understood. */
export const flexEventTypes = [
  'grid.loadtarget.set.v1',
  'grid.powerstate.status.v1',
  'grid.powerbreach.alert.v1',
  'grid.powerbreach.enforcement.v1',
] as const
export type FlexEventType = (typeof flexEventTypes)[number]
export const isFlexEvent = ({ type }: CloudEvent): boolean => (flexEventTypes as readonly string[]).includes(type)

/** What an event says of one feed: orders from its time on, in the order in which they are to be taken. */
type Order = Readonly<{ feed: string; from: Instant | undefined; to: Instant | null; watts: number | null; correlation: string }>
type Heard = Readonly<{
  atMs: number
  /** The feeds that it speaks of. */
  feeds: readonly string[]
  orders: readonly Order[]
  /** Whether the orders are all there are, and replace those that were known. */
  whole: boolean
}>

/** Seconds by which an event may be ahead of this clock. One from far ahead would make every event that follows one that comes too late. */
export const flexAheadSecondsMax = 300

type Read<T> = Readonly<{ value: T }> | Readonly<{ problems: readonly Problem[] }>

const readAs = <T>(shape: z.ZodType<T>, data: unknown): Read<T> => {
  const read = shape.safeParse(data)
  if (read.success) return { value: read.data }
  return {
    problems: read.error.issues.map(({ path, message }) => ({ pointer: `/data${path.map((key) => `/${String(key)}`).join('')}`, message })),
  }
}

const secondsOf = (text: string): Instant => Math.floor(Date.parse(text) / 1000)
const optionalSeconds = (text: string | undefined): Instant | undefined => (text === undefined ? undefined : secondsOf(text))

const heardOfSet = ({ targets }: SetLoadTargetData, event: CloudEvent, atMs: number, { feeds }: FlexMapping): Heard => {
  const orders = targets.flatMap(({ interval, feed_tags, load_constraint }): Order[] =>
    (feed_tags === undefined || feed_tags.length === 0 ? [...feeds.keys()] : feed_tags).map((feed) => ({
      feed,
      from: optionalSeconds(interval.start_time),
      to: optionalSeconds(interval.end_time) ?? null,
      watts: load_constraint,
      correlation: event.correlationId ?? event.id,
    })),
  )
  return { atMs, feeds: [...new Set(orders.map(({ feed }) => feed))], orders, whole: false }
}

const heardOfStatus = ({ snapshot_time, feeds }: PowerStateStatusData, mapping: FlexMapping): Heard => {
  // A snapshot tells of every feed of a site, and some of them power no GPUs.
  const known = Object.entries(feeds).filter(([feed]) => mapping.feeds.has(feed))
  const orders = known.flatMap(([feed, { targets }]) =>
    targets.map(({ interval, load_constraint, correlation_id }): Order => ({
      feed,
      from: optionalSeconds(interval.start_time),
      to: optionalSeconds(interval.end_time) ?? null,
      watts: load_constraint,
      correlation: correlation_id,
    })),
  )
  return { atMs: Date.parse(snapshot_time), feeds: known.map(([feed]) => feed), orders, whole: true }
}

const readFlex = (event: CloudEvent, mapping: FlexMapping): Read<Heard> => {
  const signed = typeof event.data === 'string' ? readJws(event.data, mapping.keys) : undefined
  if (signed !== undefined && 'problem' in signed) return { problems: [{ pointer: '/data', message: signed.problem }] }
  if (signed === undefined && mapping.keys.size > 0)
    return {
      problems: [{ pointer: '/data', message: `must be signed (JWS in compact form) by one of ${[...mapping.keys.keys()].join(', ')}` }],
    }
  const data = signed === undefined ? event.data : signed.payload
  if (event.time === undefined) return { problems: [{ pointer: '/time', message: 'is missing: events of DSX Flex have one' }] }
  const atMs = Date.parse(event.time)
  switch (event.type as FlexEventType) {
    case 'grid.loadtarget.set.v1': {
      const read = readAs(SetLoadTarget as z.ZodType<SetLoadTargetData>, data)
      return 'value' in read ? { value: heardOfSet(read.value, event, atMs, mapping) } : read
    }
    case 'grid.powerstate.status.v1': {
      const read = readAs(PowerStateStatus as z.ZodType<PowerStateStatusData>, data)
      return 'value' in read ? { value: heardOfStatus(read.value, mapping) } : read
    }
    case 'grid.powerbreach.alert.v1':
    case 'grid.powerbreach.enforcement.v1': {
      // What is over a limit, and what is done about it, changes nothing in what the grid has ordered: it shows that time has passed.
      const read = readAs(PowerBreach, data)
      return 'value' in read ? { value: { atMs, feeds: [read.value.feed_tag], orders: [], whole: false } } : read
    }
  }
}

/** GPUs that cannot run under a limit: whole ones, so that a GPU with some of its power counts as running. */
export const gpusWithout = (watts: number | null, { gpus, wattsPerGpu }: FlexFeed): number =>
  watts === null ? 0 : Math.max(0, gpus - Math.ceil(watts / wattsPerGpu))

const takeOrders = (state: readonly Curtailed[], { orders, whole }: Heard, feed: FlexFeed, now: Instant, isFirst: boolean): Curtailed[] => {
  // A snapshot holds all that is ordered from now on. What is known of before stays, unless nothing was known yet.
  let untold: readonly Curtailed[] = whole ? without(state, now, Infinity) : state
  for (const { from, to, watts, correlation } of orders) {
    const begin = isFirst && whole ? (from ?? now) : Math.max(from ?? now, now)
    const end = to ?? Infinity
    if (begin >= end) continue
    untold = without(untold, begin, end)
    const gpus = gpusWithout(watts, feed)
    if (gpus > 0) untold = withOrder(untold, { correlation, from: begin, to, gpus })
  }
  return [...untold]
}

export type FlexAnswer = Readonly<{ readings: readonly Curtailment[]; states: ReadonlyMap<string, FeedState> }>

/** Events of a feed are taken in order of time. What comes again, or too late to tell, changes nothing. */
const isNews = ({ at, event: last }: FeedState, { atMs }: Heard, { id }: CloudEvent): boolean => atMs > at || (atMs === at && id !== last)

/**
 * What an event of DSX Flex adds to what is known of each feed: curtailments that are over by its time, as readings, and the states after it. At `now`
 * nothing of later has been heard yet, but for what clocks may differ by.
 * The id of a reading holds the correlation id of the order, the feed and the start, so that it is the same whenever it is told.
 */
export const takeFlexEvent = (
  event: CloudEvent,
  mapping: FlexMapping,
  { stateOf, now: heardAt }: Readonly<{ stateOf: (feed: string) => FeedState; now: Instant }>,
): FlexAnswer | Readonly<{ problems: readonly Problem[] }> => {
  const read = readFlex(event, mapping)
  if ('problems' in read) return read
  const heard = read.value
  const latest = heardAt + flexAheadSecondsMax
  if (heard.atMs > latest * 1000)
    return {
      problems: [
        {
          pointer: heard.whole ? '/data/snapshot_time' : '/time',
          message: `is more than ${flexAheadSecondsMax} seconds ahead of ${formatInstant(heardAt)}: set the clock of the sender`,
        },
      ],
    }
  const unknown = heard.feeds.filter((feed) => !mapping.feeds.has(feed))
  const known = mapping.feeds.size === 0 ? 'nor of any other feed' : `there are ${[...mapping.feeds.keys()].join(', ')}`
  if (unknown.length > 0)
    return {
      problems: unknown.map((feed) => ({
        pointer: '/data',
        message: `speaks of feed ${JSON.stringify(feed)}, of which it is not said what it powers; ${known}`,
      })),
    }
  const now = Math.floor(heard.atMs / 1000)
  const [readings, states]: [Curtailment[], Map<string, FeedState>] = [[], new Map()]
  for (const name of heard.feeds) {
    const [state, feed] = [stateOf(name), mapping.feeds.get(name)!]
    if (!isNews(state, heard, event)) continue
    const own = { ...heard, orders: heard.orders.filter((order) => order.feed === name) }
    const { told, untold } = tellUntil(takeOrders(state.untold, own, feed, now, state === firstState), now, mapping.zone)
    readings.push(...told.map((each) => toReading(each, name, feed, mapping)))
    states.set(name, { at: heard.atMs, event: event.id, untold })
  }
  return { readings, states }
}

const toReading = (
  { correlation, from, to, gpus }: Curtailed & { to: Instant },
  name: string,
  { block }: FlexFeed,
  { source }: FlexMapping,
): Curtailment => ({
  kind: 'curtailment',
  source,
  id: `${correlation}/${name}/${formatInstant(from)}`,
  from,
  to,
  block,
  gpus,
  by: 'grid',
})
