import type { Instant } from '../../core/base/time.ts'
import type { Reading } from '../../core/meter/reading.ts'
import { conditionsOf } from '../history/conditions.ts'
import { drawWhole, makeRng } from '../history/rng.ts'
import { tenantWeights } from './buyers.ts'
import type { Campus, Recorder } from './campus.ts'
import { arrivalsIn, daysOf, drawJob, drawRunning, makeChoice, makeDemand, shapeAt, type Demand } from './demand.ts'
import { billDay, endJob, makeFloor, startJob, startNodes, stopNodes, type Floor } from './floor.ts'
import { inventoryOf, offersOf, reservationsOf, reservedCharges } from './inventory.ts'
import { gpusPerNode, nodesPerRack } from './layout.ts'
import type { Work } from './works.ts'

const hour = 3600
/** Readings in a batch, about. */
const batchRows = 5000

/** How far it has come, or what it came to: jobs started so far, those for which there was no room, and those that a failure or a service ended. */
export type Progress = Readonly<{ at: Instant; started: number; turnedAway: number; broken: number }>
export type Watching = Readonly<{ recorder?: Recorder | undefined; onHour?: ((progress: Progress) => void) | undefined }>

/** Jobs of every area, each by its own stream of chance; who on demand sends one, by another. */
type Drawing = Readonly<{ demands: readonly Demand[]; tenantOf: (area: number) => number }>

const drawingOf = ({ areas, plan: { seed, tenants } }: Campus): Drawing => {
  const rng = makeRng(seed, 'who buys on demand')
  const choose = makeChoice(tenantWeights(tenants))
  return {
    demands: areas.map(({ pool, order, wanted }) => makeDemand(seed, order?.id ?? `${pool.id} on demand`, wanted)),
    tenantOf: (area) => areas[area]!.order?.number ?? choose(rng),
  }
}

/** The jobs that a campus takes over as the month begins: as many as run on average, each with a part of its time left. */
const takeOver = (floor: Floor, { demands, tenantOf }: Drawing, at: Instant): void => {
  for (const [area, { gpus, rng }] of demands.entries())
    for (let held = 0; ;) {
      const job = drawRunning(rng)
      if (held + job.gpus > gpus) break
      held += job.gpus
      startJob(floor, area, tenantOf(area), job, at)
    }
}

/** Arrivals of an hour, by the second: chains of areas. */
const arrivalsBySecond = (demands: readonly Demand[], shape: number, seconds: number): readonly (number[] | undefined)[] => {
  const bySecond: (number[] | undefined)[] = Array.from({ length: seconds })
  for (const [area, demand] of demands.entries())
    for (let left = arrivalsIn(demand, shape); left > 0; left--) {
      const second = drawWhole(demand.rng, 0, seconds - 1)
      const there = bySecond[second]
      if (there === undefined) bySecond[second] = [area]
      else there.push(area)
    }
  return bySecond
}

/** Works by when they begin and by when they end; those that outlast the month never end in it. */
const makeCalendar = (works: readonly Work[]) => {
  const byEnd = works.toSorted((a, b) => a.to - b.to || a.node - b.node)
  let [begun, over] = [0, 0]
  return (floor: Floor, at: Instant): void => {
    for (; over < byEnd.length && byEnd[over]!.to === at; over++) startNodes(floor, byEnd[over]!, at)
    for (; begun < works.length && works[begun]!.from === at; begun++) stopNodes(floor, works[begun]!, at)
  }
}

/** All that is known as the month begins. */
const opening = ({ world, layout, areas, works }: Campus): Reading[] => [
  ...inventoryOf(world, layout),
  ...conditionsOf(world),
  ...areas.flatMap((area) => reservationsOf(world, area)),
  ...offersOf(world, [...new Set(areas.map(({ pool }) => pool))]),
  ...areas.flatMap((area) => reservedCharges(world, area)),
  ...works.map(({ reading }) => reading).filter(({ kind }) => kind === 'maintenance'),
]

/**
 * A month of a campus, as readings in order of time: what stands and is accepted as the month begins, what is reserved and offered, then every job as
 * it ends, every failure as it is over, and each day what was sold on demand. Jobs that still run as the month ends are told until then. Memory
 * grows with the GPUs and not with the jobs.
 */
export function* simulate(campus: Campus, { recorder, onHour }: Watching = {}): Generator<Reading[]> {
  const { window, schedule } = campus.world
  if (campus.layout.racks.length === 0) return
  yield opening(campus)
  const floor = makeFloor(campus, recorder)
  const drawing = drawingOf(campus)
  const failures = campus.works.filter(({ reading }) => reading.kind === 'outage').toSorted((a, b) => a.to - b.to || a.node - b.node)
  const days = daysOf(window.from, window.to, schedule.zone)
  const calendar = makeCalendar(campus.works)
  let batch: Reading[] = []
  let [day, failure] = [1, 0]
  const collect = (at: Instant): void => {
    batch.push(...floor.ended.splice(0))
    for (; failure < failures.length && failures[failure]!.to <= at; failure++) batch.push(failures[failure]!.reading)
    if (at === days[day]) batch.push(...billDay(floor, days[day - 1]!, days[day++]!))
  }
  takeOver(floor, drawing, window.from)
  // Hours of UTC, which the first and the last of a month in half an hour's zone are halves of.
  for (let [from, to] = [window.from, window.from]; from < window.to; from = to) {
    to = Math.min((Math.floor(from / hour) + 1) * hour, window.to)
    const arrivals = arrivalsBySecond(drawing.demands, shapeAt(from, schedule.zone), to - from)
    for (let at = from; at < to; at++) {
      collect(at)
      if (batch.length >= batchRows) {
        yield batch
        batch = []
      }
      for (let slot = floor.running.endingAt(at); slot >= 0; slot = floor.running.endingAt(at)) endJob(floor, slot, at)
      calendar(floor, at)
      for (const area of arrivals[at - from] ?? []) startJob(floor, area, drawing.tenantOf(area), drawJob(drawing.demands[area]!.rng), at)
    }
    recorder?.hourEnds(to)
    onHour?.({ at: to, ...floor.count })
  }
  for (const slot of floor.running.slots()) endJob(floor, slot, window.to)
  collect(window.to)
  yield batch
}

/** Nodes of a campus and the GPUs of each. */
export const sizeOf = ({ layout: { racks } }: Campus): Readonly<{ racks: number; nodes: number; gpus: number }> => ({
  racks: racks.length,
  nodes: racks.length * nodesPerRack,
  gpus: racks.length * nodesPerRack * gpusPerNode,
})
