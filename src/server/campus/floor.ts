import type { Instant } from '../../core/base/time.ts'
import { compressHosts } from '../../core/capacity/hostlist.ts'
import type { Allocation, Charge } from '../../core/meter/reading.ts'
import { assumed } from '../history/calibration.ts'
import { priceOf } from '../history/world.ts'
import { makeBilling } from './billing.ts'
import { tenantOf, type Area } from './buyers.ts'
import type { Campus, Recorder } from './campus.ts'
import type { Asked } from './demand.ts'
import { gpusPerNode, nodeName } from './layout.ts'
import { makePlacement, type Place, type Placement } from './placement.ts'
import { makeRunningJobs, type Running, type RunningJobs } from './running.ts'
import type { Work } from './works.ts'

/** Slurm numbers jobs as they are submitted; eight digits, so that their text sorts as they do. */
const firstJob = 10_000_001

/** The floor of a campus as it is at an instant. */
export type Floor = Readonly<{
  campus: Campus
  placement: Placement
  running: RunningJobs
  /** Of each area, the one on demand of its pool. */
  openOf: readonly number[]
  billings: ReadonlyMap<string, ReturnType<typeof makeBilling>>
  recorder: Recorder | undefined
  /** Jobs that have ended and were not told yet. */
  ended: Allocation[]
  count: { started: number; turnedAway: number; broken: number }
}>

export const makeFloor = (campus: Campus, recorder?: Recorder): Floor => {
  const { layout, areas, world, plan } = campus
  const { schedule, source, window } = world
  const { zone, currency } = schedule
  const areaOf = new Int32Array(layout.racks.length)
  for (const [number, { racks }] of areas.entries()) for (const { index } of racks) areaOf[index] = number
  const price = priceOf(world, assumed.onDemandPricePercent)
  const billing = ({ pool }: Area) => makeBilling({ source, pool: pool.id, price, currency, zone, tenants: plan.tenants })
  return {
    campus,
    placement: makePlacement(layout, areaOf),
    running: makeRunningJobs(window.from, window.to),
    openOf: areas.map(({ pool }) => areas.findIndex((area) => area.pool === pool && area.order === undefined)),
    billings: new Map(areas.filter(({ order }) => order === undefined).map((area) => [area.pool.id, billing(area)])),
    recorder,
    ended: [],
    count: { started: 0, turnedAway: 0, broken: 0 },
  }
}

const nodesIn = (place: Place): readonly number[] => (typeof place === 'number' ? [place] : place)

const record = ({ placement, recorder }: Floor, slot: number, place: Place, isHeld: boolean, at: Instant): void => {
  if (recorder === undefined) return
  for (const node of nodesIn(place)) {
    const jobs = placement.jobsOn(node)
    for (let gpu = 0; gpu < gpusPerNode; gpu++) if (jobs[gpu] === slot) recorder.hold(node, gpu, isHeld, at)
  }
}

const bought = ({ campus, billings }: Floor, { area, tenant }: Pick<Running, 'area' | 'tenant'>, gpus: number, at: Instant): void => {
  const { pool, order } = campus.areas[area]!
  if (order === undefined) billings.get(pool.id)!.change(tenant, gpus, at)
}

const allocationOf = ({ layout, areas, world }: Campus, job: Running, to: Instant): Allocation => {
  const { pool, order } = areas[job.area]!
  const { place, number, from, gpus, tenant } = job
  const nodes = typeof place === 'number' ? nodeName(layout, place) : compressHosts(place.map((node) => nodeName(layout, node)))
  const span = { kind: 'allocation', source: world.source, id: `job-${number}`, from, to, pool: pool.id, gpus, nodes } as const
  return order === undefined
    ? { ...span, tenant: tenantOf(tenant), product: 'on-demand' }
    : { ...span, order: order.id, tenant: tenantOf(tenant), product: 'reserved' }
}

/** A job ends, by itself or not. */
export const endJob = (floor: Floor, slot: number, at: Instant): void => {
  const { placement, running, ended, campus } = floor
  const job = running.end(slot)
  record(floor, slot, job.place, false, at)
  placement.release(slot, job.place)
  bought(floor, job, -job.gpus, at)
  ended.push(allocationOf(campus, job, at))
}

/** Starts a job in its area, or on demand where that has no room; where that has none either, it is turned away. */
export const startJob = (floor: Floor, wanted: number, tenant: number, { gpus, seconds }: Asked, at: Instant): boolean => {
  const { placement, running, openOf, count } = floor
  const slot = running.reserve()
  for (const area of wanted === openOf[wanted] ? [wanted] : [wanted, openOf[wanted]!]) {
    const place = placement.take(area, gpus, slot)
    if (place === undefined) continue
    running.start(slot, { number: firstJob + count.started, from: at, to: at + seconds, gpus, area, tenant, place })
    bought(floor, { area, tenant }, gpus, at)
    record(floor, slot, place, true, at)
    count.started += 1
    return true
  }
  running.giveBack(slot)
  count.turnedAway += 1
  return false
}

/** Nodes go out of service, and jobs on them end. */
export const stopNodes = (floor: Floor, { node, nodes, xid }: Work, at: Instant): void => {
  for (let each = node; each < node + nodes; each++) {
    for (const slot of new Set(floor.placement.jobsOn(each))) {
      if (slot < 0) continue
      endJob(floor, slot, at)
      floor.count.broken += 1
    }
    floor.placement.stop(each)
    floor.recorder?.out(each, true, at, xid)
  }
}

/** Nodes come back. */
export const startNodes = (floor: Floor, { node, nodes }: Work, at: Instant): void => {
  for (let each = node; each < node + nodes; each++) {
    floor.placement.start(each)
    floor.recorder?.out(each, false, at, undefined)
  }
}

/** The charges of a local day that has just ended, for what was sold on demand. */
export const billDay = ({ billings }: Floor, from: Instant, to: Instant): Charge[] =>
  [...billings.values()].flatMap((billing) => billing.bill(from, to))
