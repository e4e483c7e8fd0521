import { addDays, startOfDate, type Interval, type Month } from '../../core/base/time.ts'
import type { Maintenance, Outage } from '../../core/meter/reading.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import { assumed, interruptions } from '../history/calibration.ts'
import { drawIndex, drawQuantile, drawWhole, makeRng, type Rng } from '../history/rng.ts'
import { gpusPerNode, gpusPerRack, nodeName, nodesPerRack, type Layout, type Rack } from './layout.ts'

/** A stretch in which nodes of one rack are out of service: `nodes` of them from node number `node` on. */
export type Work = Interval & Readonly<{ node: number; nodes: number; reading: Outage | Maintenance; xid: number | undefined }>

/**
 * Causes of the 419 unplanned interruptions of the Llama 3 405B run, with how often each was one (Meta, "The Llama 3 Herd of Models", 2024,
 * table 5). Which XID such a fault shows up as is illustrative; what has none is seen by the host.
 */
export const causes: readonly Readonly<{ count: number; reason: string; xid?: number }>[] = [
  { count: 148, reason: 'XID 79: GPU has fallen off the bus', xid: 79 },
  { count: 72, reason: 'XID 95: uncontained memory error (HBM3)', xid: 95 },
  { count: 54, reason: 'software' },
  { count: 35, reason: 'XID 74: NVLink error (switch or cable)', xid: 74 },
  { count: 32, reason: 'unplanned host maintenance' },
  { count: 19, reason: 'XID 48: double-bit error (SRAM)', xid: 48 },
  { count: 17, reason: 'XID 119: GPU system processor timeout', xid: 119 },
  { count: 7, reason: 'network card' },
  { count: 7, reason: 'collective timed out' },
  { count: 6, reason: 'XID 94: contained error (silent data corruption)', xid: 94 },
  { count: 6, reason: 'thermal interface or sensor' },
  { count: 3, reason: 'solid-state drive' },
  { count: 3, reason: 'power supply' },
  { count: 2, reason: 'server chassis' },
  { count: 2, reason: 'I/O expansion board' },
  { count: 2, reason: 'dependency' },
  { count: 2, reason: 'processor' },
  { count: 2, reason: 'system memory' },
]
const causeCounts = causes.map(({ count }) => count)

const hour = 3600
const failuresPerGpuHour = interruptions.count / (interruptions.days * 24 * interruptions.gpus)

/** What breaks and what is serviced: one campus, one month. */
export type WorksOf = Readonly<{ schedule: Schedule; layout: Layout; month: Month; window: Interval; seed: number; source: string }>

/** One rack in twelve is serviced in a month, a few each night, announced in time; where the agreement's allowance has room for it. */
const servicesOf = ({ schedule, layout, month, window, seed, source }: WorksOf): Work[] => {
  const rng = makeRng(seed, `services in ${month}`)
  const twelfth = Number(month.slice(5)) % 12
  return layout.racks
    .filter(({ index, block }) => index % 12 === twelfth && block.maintenance !== undefined)
    .flatMap(({ index, block, unit }, i): Work[] => {
      const from = startOfDate(addDays(`${month}-01`, 1 + (i % 26)), schedule.zone)
      const to = Math.min(from + assumed.serviceSeconds, window.to)
      if (from >= to) return []
      const noticeAt = from - block.maintenance!.noticeSeconds - drawWhole(rng, 1, 10 * 24) * hour
      const named = { source, id: `service/${unit}/${month}`, block: block.id, unit, gpus: gpusPerRack }
      const reading: Maintenance = { kind: 'maintenance', ...named, from, to, noticeAt }
      return [{ from, to, node: index * nodesPerRack, nodes: nodesPerRack, reading, xid: undefined }]
    })
}

/** Stretches in which racks and nodes are taken. */
const makeBusy = () => {
  const busy = new Map<number, Work[]>()
  const worksIn = (rack: number): Work[] => busy.get(rack) ?? []
  return {
    isFree: ({ from, to, node, nodes }: Work): boolean =>
      worksIn(Math.floor(node / nodesPerRack)).every(
        (work) => to <= work.from || from >= work.to || node + nodes <= work.node || work.node + work.nodes <= node,
      ),
    occupy: (work: Work): void => {
      const rack = Math.floor(work.node / nodesPerRack)
      busy.set(rack, [...worksIn(rack), work])
    },
  }
}

const drawFailure = (rng: Rng, { layout, window, source }: WorksOf, from: number, number: number): Work => {
  const struck = drawWhole(rng, 0, layout.racks.length * nodesPerRack - 1)
  const to = Math.min(window.to, from + Math.floor(drawQuantile(rng, assumed.repairSeconds)))
  const wholeRack = drawWhole(rng, 1, assumed.rackFailureOneIn) === 1
  const { reason, xid } = causes[drawIndex(rng, causeCounts)]!
  const rack: Rack = layout.racks[Math.floor(struck / nodesPerRack)]!
  const nodes = wholeRack ? nodesPerRack : 1
  const node = wholeRack ? rack.index * nodesPerRack : struck
  const unit = wholeRack ? rack.unit : nodeName(layout, struck)
  const named = { source, id: `failure-${number}`, block: rack.block.id, unit, gpus: nodes * gpusPerNode }
  return { from, to, node, nodes, reading: { kind: 'outage', ...named, from, to, reason }, xid }
}

/** Failures hour by hour, as many as the published rate says, the fraction by chance. What is down already does not fail. */
const failuresOf = (of: WorksOf, busy: ReturnType<typeof makeBusy>): Work[] => {
  const { layout, month, window, seed } = of
  const rng = makeRng(seed, `failures in ${month}`)
  const works: Work[] = []
  for (let at = window.from; at < window.to; at += hour) {
    const count = Math.floor(layout.gpus * failuresPerGpuHour + rng())
    for (let i = 0; i < count; i++) {
      const work = drawFailure(rng, of, at + drawWhole(rng, 0, Math.min(hour, window.to - at) - 1), works.length + 1)
      if (work.from >= work.to || !busy.isFree(work)) continue
      busy.occupy(work)
      works.push(work)
    }
  }
  return works
}

/** Everything that takes GPUs out of service in a month, by its start. No GPU is out twice at once. */
export const worksOf = (of: WorksOf): Work[] => {
  const busy = makeBusy()
  const services = servicesOf(of)
  for (const each of services) busy.occupy(each)
  return [...services, ...failuresOf(of, busy)].toSorted((a, b) => a.from - b.from || a.node - b.node)
}
