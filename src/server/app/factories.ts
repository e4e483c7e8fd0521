import type { BlockId, FactoryId, PoolId } from '../../core/base/id.ts'
import {
  addDays,
  dateOf,
  monthInterval,
  monthOf,
  nextMonth,
  startOfDate,
  type Instant,
  type Interval,
  type LocalDate,
  type Month,
} from '../../core/base/time.ts'
import { expandHosts } from '../../core/capacity/hostlist.ts'
import type { Reading } from '../../core/meter/reading.ts'
import { placesOf } from '../../core/meter/rack-places.ts'
import { emptyRackLog, takePlace } from '../../core/meter/rack-log.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import { listAgreements } from '../store/agreements.ts'
import type { Store } from '../store/database.ts'
import { findPlaced, findRacks, latestBatch, listRackedBlocks, listSources, type SourceRow } from '../store/rack-rows.ts'
import { inReach, type Reach } from '../store/reach.ts'
import { inTransaction, type Work } from '../store/transaction.ts'
import { drawFactory, type FactoryView } from './draw-factory.ts'
import { findSchedule } from './find-schedule.ts'
import { reconcileMonth, type ReconcileAnswer } from './reconcile.ts'

/** A factory of one agreement that has racks on record. */
export type FactoryRecord = Readonly<{
  id: FactoryId
  schedule: Schedule
  region: string
  racks: number
  gpus: number
  halls: number
  /** The latest month of the term that is over; the first where none is. */
  month: Month
  /** The first month of the term, and the latest that has begun. */
  months: Readonly<{ first: Month; last: Month }>
}>

export type FactoryMoment = Readonly<{ record: FactoryRecord; month: Month; day?: LocalDate | undefined; rack?: string | undefined }>

/** Months and days that are kept drawn: a campus of a month is 50 MB. */
const drawnMax = 8

const monthsOf = ({ from, to, zone }: Schedule, now: Instant): Pick<FactoryRecord, 'month' | 'months'> => {
  const first = monthOf(from, zone)
  const last = monthOf(Math.max(from, Math.min(to - 1, now)), zone)
  const isOver = monthInterval(last, zone).to <= now
  return { month: isOver || last === first ? last : nextMonth(last, -1), months: { first, last } }
}

/** Every factory with racks, of every agreement, by name. */
const findFactories = async (tx: Work, now: Instant): Promise<FactoryRecord[]> => {
  const racked = await listRackedBlocks(tx)
  const found: FactoryRecord[] = []
  for (const { agreement } of await listAgreements(tx.queries)) {
    const schedule = (await findSchedule(tx.queries, agreement))!
    for (const [id, blocks] of Map.groupBy(schedule.blocks, ({ factory }) => factory)) {
      const here = racked.filter(({ block }) => blocks.some((each) => each.id === block))
      if (here.length === 0) continue
      const sum = (of: (block: (typeof here)[number]) => number) => here.reduce((all, each) => all + of(each), 0)
      const halls = new Set(here.flatMap((each) => each.halls)).size
      const region = [...new Set(blocks.map((block) => block.region))].join(', ')
      found.push({
        id,
        schedule,
        region,
        racks: sum(({ racks }) => racks),
        gpus: sum(({ gpus }) => gpus),
        halls,
        ...monthsOf(schedule, now),
      })
    }
  }
  return found.toSorted((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
}

const subjectsOf = ({ id, schedule }: FactoryRecord): Readonly<{ blocks: BlockId[]; pools: PoolId[] }> => {
  const blocks = schedule.blocks.filter(({ factory }) => factory === id)
  return { blocks: blocks.map((block) => block.id), pools: [...new Set(blocks.map(({ pool }) => pool))] }
}

export type RackReadings = Readonly<{ readings: readonly Readonly<{ reading: Reading; digest: string }>[]; isRack: boolean }>

/** Whether a reading speaks of one of these nodes, of their rack or of something in it. */
const speaksOf = (reading: Reading, unit: string, nodes: ReadonlySet<string>): boolean => {
  if ('nodes' in reading && reading.nodes !== undefined && reading.kind !== 'rack')
    return expandHosts(reading.nodes).some((name) => nodes.has(name))
  const named = 'unit' in reading ? reading.unit : undefined
  return named !== undefined && (named === unit || nodes.has(named) || named.startsWith(`${unit}/`))
}

/** What readings say of one rack or node over a stretch of time, in order of start. */
const readRack = async (
  tx: Work,
  record: FactoryRecord,
  { unit, window }: Readonly<{ unit: string; window: Interval }>,
): Promise<RackReadings> => {
  const of = subjectsOf(record)
  const log = emptyRackLog(record.schedule, window)
  for (const rack of await findRacks(tx, of.blocks, window)) takePlace(log, rack)
  const { racks } = placesOf(log)
  const nodes = new Set(racks.flatMap((rack) => (rack.unit === unit ? rack.nodes : rack.nodes.filter((name) => name === unit))))
  if (nodes.size === 0) return { readings: [], isRack: false }
  const found = await findPlaced(tx, { ...of, window })
  return { readings: found.filter(({ reading }) => speaksOf(reading, unit, nodes)), isRack: true }
}

/** Keeps what was worked out under a key that says from what, oldest out first. */
const makeKept = <T>() => {
  const drawn = new Map<string, Promise<T>>()
  return (key: string, draw: () => Promise<T>): Promise<T> => {
    const known = drawn.get(key)
    if (known !== undefined) return known
    const fresh = draw()
    drawn.set(key, fresh)
    fresh.catch(() => drawn.delete(key))
    if (drawn.size > drawnMax) drawn.delete(drawn.keys().next().value!)
    return fresh
  }
}

export type FactorySources = Readonly<{ window: Interval; sources: readonly SourceRow[] }>

/** What is asked of a telemetry store: the newest sample of each factory that has any, in milliseconds. */
export type TelemetryLag = Readonly<{ lag: () => Promise<readonly Readonly<{ factory: string; latestMs: number }>[]> }>

/**
 * What people read of factories. Nothing is written. Without telemetry its lag is not told. A reach says which factories there are; what is asked of
 * one that was found is drawn for all who may see it.
 */
export const makeFactories = (store: Store, now: () => Instant, telemetry?: TelemetryLag) => {
  const drawing = makeKept<FactoryView | undefined>()
  const reconciled = makeKept<ReconcileAnswer>()
  const read = <T>(work: (tx: Work) => Promise<T>): Promise<T> => inTransaction<T>(store, work)
  return (reach: Reach) => ({
    now,
    listFactories: () => inReach(store, reach, (tx) => findFactories(tx, now())),
    draw: async ({ record: { id, schedule }, month, day, rack }: FactoryMoment): Promise<FactoryView | undefined> => {
      const at = now()
      const { to } = monthInterval(month, schedule.zone)
      // A month that runs is drawn again each minute, one that is over only when something came in.
      const clock = at < to ? Math.floor(at / 60) * 60 : to
      const batch = await read(latestBatch)
      const key = [schedule.versions.at(-1)!.hash, id, month, day ?? '', rack ?? '', clock, batch].join(' ')
      return drawing(key, () => read((tx) => drawFactory(tx, { schedule, factory: id, month, day, rack, now: clock })))
    },
    listSources: (record: FactoryRecord, month: Month): Promise<FactorySources> =>
      read(async (tx) => {
        const window = monthInterval(month, record.schedule.zone)
        return { window, sources: await listSources(tx, { ...subjectsOf(record), window, by: now() }) }
      }),
    /** When the newest sample of telemetry was taken; undefined where there is no store, or none of this factory in it. */
    newestSample: async (record: FactoryRecord): Promise<Instant | undefined> => {
      const found = (await telemetry?.lag())?.find(({ factory }) => factory === record.id)
      return found === undefined ? undefined : Math.floor(found.latestMs / 1000)
    },
    readRack: (record: FactoryRecord, asked: Readonly<{ unit: string; window: Interval }>) => read((tx) => readRack(tx, record, asked)),
    reconcile: async ({ schedule }: FactoryRecord, month: Month): Promise<ReconcileAnswer> => {
      const { agreement, versions } = schedule
      const key = [agreement, versions.at(-1)!.hash, month, await read(latestBatch)].join(' ')
      return reconciled(key, () => reconcileMonth(store, { agreement, month }))
    },
  })
}

/** The local dates of an interval. */
export const datesOf = ({ from, to }: Interval, zone: string): LocalDate[] => {
  const dates: LocalDate[] = []
  for (let date = dateOf(from, zone); startOfDate(date, zone) < to; date = addDays(date, 1)) dates.push(date)
  return dates
}
