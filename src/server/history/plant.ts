import type { BlockId } from '../../core/base/id.ts'
import { fromIntervals } from '../../core/base/from-intervals.ts'
import { add, fromPairs, valueAt, zero, type Steps } from '../../core/base/steps.ts'
import { addDays, startOfDate, type Instant, type Interval, type Month } from '../../core/base/time.ts'
import type { Acceptance, Maintenance, Outage } from '../../core/meter/reading.ts'
import type { ResolvedBlock } from '../../core/terms/schedule.ts'
import { assumed, interruptions } from './calibration.ts'
import { calibratedCourse, type Course } from './course.ts'
import { drawQuantile, drawWhole, makeRng } from './rng.ts'
import { within, type World } from './world.ts'

const { gpusPerRack, gpusPerTray } = assumed
const hour = 3600

/** A block's hardware through the window: what was accepted, and what of it is out of service. */
export type Plant = Readonly<{
  accepted: Steps
  down: Steps
  acceptances: readonly Acceptance[]
  readings: readonly (Outage | Maintenance)[]
}>

/**
 * Every tranche is accepted within the working hours of its due date, or of the date that the course has for it, with 98.5 % of its design or
 * more, so that it counts in full. Those due before the window are accepted too.
 */
export const acceptancesOf = (
  { schedule, seed, source, window }: World,
  block: ResolvedBlock,
  { acceptedOn }: Course = calibratedCourse,
): Acceptance[] =>
  block.tranches.flatMap(({ id, gpus, due }): Acceptance[] => {
    const rng = makeRng(seed, `acceptance of ${block.id} ${id}`)
    const at = startOfDate(acceptedOn(block.id, id) ?? due, schedule.zone) + drawWhole(rng, 8, 17) * hour
    const missing = Math.floor((gpus * drawWhole(rng, 0, 15)) / 1000)
    if (at >= window.to) return []
    return [
      {
        kind: 'acceptance',
        source,
        id: `${block.id}/acceptance/${id}`,
        block: block.id,
        tranche: id,
        at,
        design: gpus,
        tested: gpus - missing,
      },
    ]
  })

export const acceptedSteps = (block: ResolvedBlock, acceptances: readonly Acceptance[]): Steps =>
  acceptances.reduce((sum, { tranche, at }) => {
    const { gpus } = block.tranches.find(({ id }) => id === tranche)!
    return add(sum, fromPairs([[at, gpus]]))
  }, zero)

type Work = Interval & Readonly<{ rack: number }>

/** GPUs of a rack of which the first `accepted` of the block are there. */
const rackGpus = (rack: number, accepted: number): number => Math.min(gpusPerRack, accepted - rack * gpusPerRack)
const rackName = (block: BlockId, rack: number): string => `${block}/rack-${String(rack + 1).padStart(4, '0')}`

/** The racks that are serviced in a month: one in twelve, a few each night. */
const servicesIn = (month: Month, { schedule }: World, accepted: Steps): Work[] => {
  const first = Number(month.slice(5)) - 1
  const racks = Math.ceil(valueAt(accepted, startOfDate(`${month}-01`, schedule.zone)) / gpusPerRack)
  return Array.from({ length: Math.ceil((racks - first) / 12) }, (_, i) => {
    const from = startOfDate(addDays(`${month}-01`, 1 + (i % 26)), schedule.zone)
    return { rack: first + 12 * i, from, to: from + assumed.serviceSeconds }
  })
}

const maintenanceOf = (world: World, block: ResolvedBlock, accepted: Steps, works: readonly Work[]): Maintenance[] => {
  const rng = makeRng(world.seed, `notices of ${block.id} from ${world.months[0]}`)
  const notice = block.maintenance!.noticeSeconds
  return works.map(({ rack, from, to }): Maintenance => {
    const late = drawWhole(rng, 1, assumed.lateNoticeOneIn) === 1
    const noticeAt = from - (late ? Math.floor(notice / 2) : notice + drawWhole(rng, 1, 10 * 24) * hour)
    const [unit, gpus] = [rackName(block.id, rack), rackGpus(rack, valueAt(accepted, from))]
    return { kind: 'maintenance', source: world.source, id: `${unit}/service/${from}`, block: block.id, unit, gpus, from, to, noticeAt }
  })
}

/**
 * Failures, hour by hour: as many as the rate and the accepted GPUs say, the fraction by chance. A rack that is in repair or in service
 * does not fail again, so no GPU is down twice.
 */
const outagesOf = (world: World, block: ResolvedBlock, accepted: Steps, works: readonly Work[]): Outage[] => {
  const rng = makeRng(world.seed, `failures of ${block.id} from ${world.months[0]}`)
  const busy = new Map<number, Interval[]>()
  const isFree = (rack: number, { from, to }: Interval): boolean =>
    (busy.get(rack) ?? []).every((work) => to <= work.from || from >= work.to)
  const occupy = (rack: number, { from, to }: Interval): void => void busy.set(rack, [...(busy.get(rack) ?? []), { from, to }])
  for (const work of works) occupy(work.rack, work)
  const outages: Outage[] = []
  for (let at = world.window.from; at < world.window.to; at += hour) {
    const gpus = valueAt(accepted, at)
    const count = Math.floor(gpus * failuresPerGpuHour + rng())
    for (let i = 0; i < count; i++) {
      const from = at + drawWhole(rng, 0, hour - 1)
      const gpu = drawWhole(rng, 0, gpus - 1)
      const repaired = from + Math.floor(drawQuantile(rng, assumed.repairSeconds))
      const wholeRack = drawWhole(rng, 1, assumed.rackFailureOneIn) === 1
      const [rack, cut] = [Math.floor(gpu / gpusPerRack), within(world, from, repaired)]
      if (cut === undefined || !isFree(rack, cut)) continue
      occupy(rack, cut)
      outages.push(outageOf(world, block.id, cut, gpu, gpus, wholeRack))
    }
  }
  return outages
}

const failuresPerGpuHour = interruptions.count / (interruptions.days * 24 * interruptions.gpus)

/** The tray or the rack that holds a GPU, of which the first `accepted` of the block are there. */
const outageOf = ({ source }: World, block: BlockId, cut: Interval, gpu: number, accepted: number, wholeRack: boolean): Outage => {
  const rack = Math.floor(gpu / gpusPerRack)
  const tray = Math.floor((gpu % gpusPerRack) / gpusPerTray)
  const name = rackName(block, rack)
  const unit = wholeRack ? name : `${name}/tray-${String(tray + 1).padStart(2, '0')}`
  const gpus = wholeRack ? rackGpus(rack, accepted) : Math.min(gpusPerTray, accepted - rack * gpusPerRack - tray * gpusPerTray)
  const reason = wholeRack ? 'rack lost' : 'tray failed'
  return { kind: 'outage', source, id: `${unit}/outage/${cut.from}`, block, unit, gpus, ...cut, reason }
}

const downSteps = (readings: readonly (Outage | Maintenance)[]): Steps => {
  const column = (of: (reading: Outage | Maintenance) => Instant): Float64Array => Float64Array.from(readings, of)
  return fromIntervals(
    column(({ from }) => from),
    column(({ to }) => to),
    column(({ gpus }) => gpus),
  )
}

/** Accepts, services and breaks a block. Maintenance happens only where the agreement allows for it. */
export const makePlant = (world: World, block: ResolvedBlock): Plant => {
  const acceptances = acceptancesOf(world, block)
  const accepted = acceptedSteps(block, acceptances)
  const planned = block.maintenance === undefined ? [] : world.months.flatMap((month) => servicesIn(month, world, accepted))
  const works = planned.flatMap((work): Work[] => {
    const cut = within(world, work.from, work.to)
    return cut === undefined ? [] : [{ ...work, ...cut }]
  })
  const readings = [
    ...(works.length === 0 ? [] : maintenanceOf(world, block, accepted, works)),
    ...outagesOf(world, block, accepted, works),
  ]
  return { accepted, down: downSteps(readings), acceptances, readings }
}
