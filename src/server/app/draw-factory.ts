import { setImmediate as turn } from 'node:timers/promises'
import type { FactoryId } from '../../core/base/id.ts'
import { integrateBuckets, zero, type Steps } from '../../core/base/steps.ts'
import {
  addDays,
  hourEdges,
  monthInterval,
  startOfDate,
  type Instant,
  type Interval,
  type LocalDate,
  type Month,
} from '../../core/base/time.ts'
import { claimsSource } from '../../core/meter/authority.ts'
import { sumOf } from '../../core/meter/columns.ts'
import type { Digested } from '../../core/meter/collate.ts'
import type { Reading } from '../../core/meter/reading.ts'
import { drawCells, rowGpusMax, sumRows, type Cells } from '../../core/meter/rack-cells.ts'
import { emptyRackLog, takePlace, type RackLog } from '../../core/meter/rack-log.ts'
import { placesOf, type RackPlaces } from '../../core/meter/rack-places.ts'
import { bucketsOf, tieCells, tiesOf, type Tie } from '../../core/meter/tie-cells.ts'
import type { BlockFacts } from '../../core/meter/facts.ts'
import { inForce, type ResolvedPool, type Schedule } from '../../core/terms/schedule.ts'
import { findRacks } from '../store/rack-rows.ts'
import type { Work } from '../store/transaction.ts'
import { meterOf } from './facts-of.ts'

/** What is drawn: a factory of an agreement, over a month by hours or a local day of it by quarter hours; racks, or the nodes of one rack. */
export type FactoryRequest = Readonly<{
  schedule: Schedule
  factory: FactoryId
  month: Month
  day?: LocalDate | undefined
  /** The unit of a rack: its nodes are the rows. */
  rack?: string | undefined
  now: Instant
}>

/** A factory through time: rows in order of position, their cells, and how they tie to what is settled. */
export type FactoryView = Readonly<{
  interval: Interval
  /** Up to here something has happened. */
  until: Instant
  places: RackPlaces
  /** Names of the rows, and the rack that each is or belongs to. */
  rows: readonly Readonly<{ name: string; rack: number; gpus: number }>[]
  cells: Cells
  /** Empty for the nodes of one rack: what names no place cannot be told of them. */
  ties: readonly Tie[]
  /** GPU-seconds that readings tell of blocks without a place, drawn on the last racks that were free. */
  placelessGpuSeconds: number
  /** Why the readings are no facts together; then nothing ties, and what is placed is drawn as it was told. */
  refusals: readonly string[]
}>

export const quarterSeconds = 900

const intervalOf = ({ schedule: { zone }, month, day }: FactoryRequest): Interval =>
  day === undefined ? monthInterval(month, zone) : { from: startOfDate(day, zone), to: startOfDate(addDays(day, 1), zone) }

const quarterEdges = (interval: Interval, zone: string): Float64Array => {
  const hours = hourEdges(interval, zone)
  const edges: number[] = []
  for (let i = 0; i + 1 < hours.length; i++) for (let at = hours[i]!; at < hours[i + 1]!; at += quarterSeconds) edges.push(at)
  return Float64Array.from([...edges, interval.to])
}

const subjectOf = { allocation: 'allocations', reservation: 'reservations', outage: 'health' } as const

/**
 * Whether a source's word is the first that the agreement lists for such a reading, or that of decisions on claims, which counts beside it: what others
 * say is drawn only as far as it is settled.
 */
const isHeard = ({ agreement, metering }: Schedule, reading: Reading): boolean => {
  if (reading.kind !== 'allocation' && reading.kind !== 'reservation' && reading.kind !== 'outage') return true
  const listed = inForce(metering, reading.from).value[subjectOf[reading.kind]]
  return listed === undefined || listed[0] === reading.source || reading.source === claimsSource(agreement)
}

/** Rows of racks come to the facts of their pool at this factory: sales are of a pool, so no finer sum is known. */
const tie = (request: FactoryRequest, { log, places, cells, facts }: Drawing) => {
  const { schedule, factory } = request
  const blocksOf = (pool: ResolvedPool) => schedule.blocks.filter((block) => block.pool === pool.id && block.factory === factory)
  let placelessGpuSeconds = 0
  const all = schedule.pools.flatMap((pool) => {
    const blocks = blocksOf(pool).map(({ id }) => id)
    if (blocks.length === 0) return []
    const rows = places.racks.flatMap(({ block }, row) => (blocks.includes(block) ? [row] : []))
    const buckets = bucketsOf(
      facts.filter(({ block }) => blocks.includes(block)),
      cells.edges,
    )
    const columns = log.placeless.get(pool.id)
    const used: Steps = columns === undefined ? zero : sumOf(columns)
    placelessGpuSeconds += tieCells(cells, rows, buckets, integrateBuckets(used, cells.edges))
    return [tiesOf(buckets, sumRows(cells, rows))]
  })
  const ties = (all[0] ?? []).map(({ state }, i) => ({
    state,
    settled: all.reduce((sum, each) => sum + each[i]!.settled, 0),
    drawn: all.reduce((sum, each) => sum + each[i]!.drawn, 0),
  }))
  return { ties, placelessGpuSeconds }
}

type Drawing = Readonly<{ log: RackLog; places: RackPlaces; cells: Cells; facts: readonly BlockFacts[] }>

const rowsOf = (places: RackPlaces, rack: string | undefined): FactoryView['rows'] => {
  if (rack === undefined) return places.racks.map(({ unit, gpus }, i) => ({ name: unit, rack: i, gpus }))
  const stays = places.stays.filter((stay) => places.racks[stay.rack]!.unit === rack)
  return [...new Map(stays.map((stay) => [stay.name, stay])).values()].map((stay) => ({
    name: stay.name,
    rack: stay.rack,
    gpus: stay.gpus,
  }))
}

/** Draws to the end, and lets others have their turn between. */
const drawnInTurns = async (drawing: ReturnType<typeof drawCells>): Promise<Cells> => {
  for (let next = drawing.next(); ; next = drawing.next()) {
    if (next.done === true) return next.value
    await turn()
  }
}

/** Draws a factory from what the store knows now; undefined where it has no rack in that time. */
export const drawFactory = async (tx: Work, request: FactoryRequest): Promise<FactoryView | undefined> => {
  const { schedule, factory, rack, now } = request
  const interval = intervalOf(request)
  const until = Math.max(interval.from, Math.min(interval.to, now))
  const window = { from: interval.from, to: until }
  const blocks = schedule.blocks.filter((block) => block.factory === factory).map(({ id }) => id)
  const racks = await findRacks(tx, blocks, interval)
  if (racks.length === 0) return undefined
  const big = racks.find(({ gpus }) => gpus > rowGpusMax)
  if (big !== undefined) throw new RangeError(`rack ${big.unit} of ${big.gpus} GPUs is above ${rowGpusMax}`)
  const log = emptyRackLog(schedule, window)
  for (const each of racks) takePlace(log, each)
  const also = ({ reading }: Digested): void =>
    reading.kind !== 'rack' && isHeard(schedule, reading) ? takePlace(log, reading) : undefined
  const meter = window.from < window.to ? await meterOf(tx, { schedule, window, also }) : undefined
  const facts = meter === undefined || 'refusals' in meter ? meter : meter.facts()
  const refusals = facts !== undefined && 'refusals' in facts ? facts.refusals.map(({ message }) => message) : []
  const places = placesOf(log)
  const rows = rowsOf(places, rack)
  const edges = request.day === undefined ? hourEdges(interval, schedule.zone) : quarterEdges(interval, schedule.zone)
  const rowOf = new Map(rows.map(({ name }, i) => [name, i]))
  const drawing = drawCells(log, cutAt(places, until), edges, {
    rows: rows.length,
    rowOf: (stay) => (rack === undefined ? stay.rack : places.racks[stay.rack]!.unit === rack ? rowOf.get(stay.name) : undefined),
  })
  const cells = await drawnInTurns(drawing)
  const drawn = { log, places, cells, facts: facts === undefined || 'refusals' in facts ? [] : facts.blocks }
  const tied = rack === undefined && drawn.facts.length > 0 ? tie(request, drawn) : { ties: [], placelessGpuSeconds: 0 }
  return { interval, until, places, rows, cells, refusals, ...tied }
}

/** Nothing has happened yet after `until`. */
const cutAt = ({ stays }: RackPlaces, until: Instant): RackPlaces['stays'] =>
  stays.map((stay) => ({ ...stay, to: Math.min(stay.to, until) }))
