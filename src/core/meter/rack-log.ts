import type { BlockId, OrderId, PoolId, TrancheId } from '../base/id.ts'
import type { Instant, Interval } from '../base/time.ts'
import { countHosts, expandHosts } from '../capacity/hostlist.ts'
import type { Schedule } from '../terms/schedule.ts'
import { emptyColumns, push, type Columns } from './columns.ts'
import { maintenanceKind } from './health.ts'
import type { Allocation, Gap, Maintenance, Outage, Rack, Reading, Reservation } from './reading.ts'

/** What an interval on a node says. */
export const nodeSays = { reserved: 0, allocated: 1, planned: 2, unavailable: 3, unproven: 4 } as const
export type NodeSays = (typeof nodeSays)[keyof typeof nodeSays]

/** Intervals on nodes by the million, in columns that grow: no object is kept of any. */
export type NodeLog = { nodes: Int32Array; says: Uint8Array; orders: Int32Array; spans: Columns }

/** GPUs out of service or without evidence, by the name of a node, a rack or something in a rack; placed when the racks are known. */
export type NamedOut = Interval & Readonly<{ block: BlockId; unit: string; gpus: number | undefined; says: NodeSays }>

/** What readings say of places over a window: racks, what was sold on their nodes, what of them was out. */
export type RackLog = Readonly<{
  schedule: Schedule
  window: Interval
  /** Numbers of nodes by name. */
  nodes: Map<string, number>
  log: NodeLog
  orders: Map<OrderId, number>
  racks: Rack[]
  acceptances: Readonly<{ block: BlockId; tranche: TrancheId; at: Instant }>[]
  named: NamedOut[]
  /** Allocations that name no node, by pool: used, nobody says where. */
  placeless: Map<PoolId, Columns>
}>

/** Sales without an order add up: they are nobody's twice. */
export const noOrder = -1

export const emptyRackLog = (schedule: Schedule, window: Interval): RackLog => ({
  schedule,
  window,
  nodes: new Map(),
  log: { nodes: new Int32Array(64), says: new Uint8Array(64), orders: new Int32Array(64), spans: emptyColumns() },
  orders: new Map(),
  racks: [],
  acceptances: [],
  named: [],
  placeless: new Map(),
})

const grown = <T extends Int32Array | Uint8Array>(column: T): T => {
  const larger = new (column.constructor as new (length: number) => T)(column.length * 2)
  larger.set(column)
  return larger
}

export const nodeOf = ({ nodes }: Pick<RackLog, 'nodes'>, name: string): number => {
  let number = nodes.get(name)
  if (number === undefined) nodes.set(name, (number = nodes.size))
  return number
}

type Said = Interval & Readonly<{ node: number; says: NodeSays; gpus: number; order: number }>

export const pushSaid = ({ log }: Pick<RackLog, 'log'>, { node, says, gpus, order, from, to }: Said): void => {
  if (from >= to || gpus === 0) return
  const at = log.spans.length
  if (at === log.nodes.length) Object.assign(log, { nodes: grown(log.nodes), says: grown(log.says), orders: grown(log.orders) })
  log.nodes[at] = node
  log.says[at] = says
  log.orders[at] = order
  push(log.spans, from, to, gpus)
}

const within = ({ window }: RackLog, { from, to }: Interval): Interval => ({
  from: Math.max(from, window.from),
  to: Math.min(to, window.to),
})

const orderOf = ({ orders }: RackLog, order: OrderId | undefined): number => {
  if (order === undefined) return noOrder
  let number = orders.get(order)
  if (number === undefined) orders.set(order, (number = orders.size))
  return number
}

const takeSale = (log: RackLog, reading: Allocation | Reservation): void => {
  const { from, to } = within(log, reading)
  if (from >= to || !log.schedule.pools.some(({ id }) => id === reading.pool)) return
  const hosts = reading.nodes === undefined ? undefined : countHosts(reading.nodes)
  if (reading.nodes === undefined || hosts === undefined) {
    if (reading.kind !== 'allocation') return
    const columns = log.placeless.get(reading.pool) ?? emptyColumns()
    log.placeless.set(reading.pool, columns)
    push(columns, from, to, reading.gpus)
    return
  }
  const says = reading.kind === 'reservation' ? nodeSays.reserved : nodeSays.allocated
  const order = orderOf(log, reading.order)
  for (const name of expandHosts(reading.nodes))
    pushSaid(log, { node: nodeOf(log, name), says, gpus: reading.gpus / hosts, order, from, to })
}

const takeOut = (log: RackLog, reading: Outage | Maintenance | Gap): void => {
  const block = log.schedule.blocks.find(({ id }) => id === reading.block)
  const { from, to } = within(log, reading)
  if (block === undefined || reading.unit === undefined || from >= to) return
  if (reading.kind === 'gap' && reading.of === 'sales') return
  const says =
    reading.kind === 'gap'
      ? nodeSays.unproven
      : reading.kind === 'maintenance' && maintenanceKind(block, reading.noticeAt, reading.from) === 'planned'
        ? nodeSays.planned
        : nodeSays.unavailable
  log.named.push({ block: block.id, unit: reading.unit, gpus: reading.gpus, says, from, to })
}

/** Takes in one accepted reading (see `collate`), in any order; what says nothing of a place changes nothing. */
export const takePlace = (log: RackLog, reading: Reading): void => {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- Nothing else says where anything is.
  switch (reading.kind) {
    case 'allocation':
    case 'reservation':
      return takeSale(log, reading)
    case 'outage':
    case 'maintenance':
    case 'gap':
      return takeOut(log, reading)
    case 'rack':
      if (log.schedule.blocks.some(({ id }) => id === reading.block)) log.racks.push(reading)
      return
    case 'acceptance':
      log.acceptances.push({ block: reading.block, tranche: reading.tranche, at: reading.at })
      return
    default:
  }
}
