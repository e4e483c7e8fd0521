import type { BlockId, PoolId, TrancheId } from '../base/id.ts'
import type { Instant, Interval } from '../base/time.ts'
import { countHosts, expandHosts } from '../capacity/hostlist.ts'
import type { HeardLog } from '../meter/authority.ts'
import { maintenanceKind } from '../meter/health.ts'
import type { Allocation, Charge, Credit, Gap, Maintenance, Offer, Outage, Rack, Reading, Reservation } from '../meter/reading.ts'
import type { Claim } from '../meter/reading.ts'
import { inForce, type Schedule } from '../terms/schedule.ts'
import { emptyDigests, keepDigest, type Digests } from './digests.ts'
import { emptyEvents, pushEvent, type EventLog, type What } from './events.ts'
import { gridOf, type Grid } from './grid.ts'
import { everybody, fallSilent, sourceNumber } from './heard.ts'

/** A reading that is kept as it is, with the number of its digest. */
export type Kept<T> = Readonly<{ reading: T; number: number }>
/** What was told of GPUs that are named by a node or a rack, or not at all: placed when the racks are known. */
export type Named = Readonly<{
  block: BlockId
  unit: string | undefined
  gpus: number | undefined
  from: Instant
  to: Instant
  number: number
}>
/** A sale or outage that says it lasted longer than could be known when it was recorded: the part that could not. */
export type Early = Readonly<{ kind: 'allocation' | 'outage'; where: string; gpus: number; from: Instant; to: Instant; number: number }>
export type Placeable = Named & Readonly<{ what: What; source: number }>

/** Everything that claims of one window are held against: columns for what comes by the million, lists of what is rare. */
export type Intake = Readonly<{
  schedule: Schedule
  grid: Grid
  digests: Digests
  /** Names of nodes as they were first read, and their numbers. */
  nodes: Map<string, number>
  log: EventLog
  buyers: Map<string, number>
  sources: Map<string, number>
  /** When sources whose word could count have no evidence. */
  heard: HeardLog
  racks: Kept<Rack>[]
  acceptances: Readonly<{ block: BlockId; tranche: TrancheId; at: Instant; number: number }>[]
  /** Outages, maintenance, gaps of health and claims. */
  named: Placeable[]
  salesGaps: Readonly<{ block: BlockId; from: Instant; to: Instant; number: number }>[]
  offers: Kept<Offer>[]
  affiliates: Kept<Charge>[]
  credits: Kept<Credit>[]
  early: Early[]
  /** GPU-seconds of sales that say no nodes, by pool. */
  placeless: Map<PoolId, number>
}>

export const emptyIntake = (schedule: Schedule, window: Interval): Intake => ({
  schedule,
  grid: gridOf(window),
  digests: emptyDigests(),
  nodes: new Map(),
  log: emptyEvents(),
  buyers: new Map(),
  sources: new Map(),
  heard: new Map(),
  racks: [],
  acceptances: [],
  named: [],
  salesGaps: [],
  offers: [],
  affiliates: [],
  credits: [],
  early: [],
  placeless: new Map(),
})

export const nodeNumber = ({ nodes }: Intake, name: string): number => {
  let number = nodes.get(name)
  if (number === undefined) nodes.set(name, (number = nodes.size))
  return number
}

/** A number for each order and each tenant; whoever is neither is somebody else each time. */
const buyerOf = ({ buyers }: Intake, { order, tenant }: Allocation | Reservation, number: number): number => {
  const name = order === undefined ? (tenant === undefined ? undefined : `tenant ${tenant}`) : `order ${order}`
  if (name === undefined) return -1 - number
  let buyer = buyers.get(name)
  if (buyer === undefined) buyers.set(name, (buyer = buyers.size))
  return buyer
}

/** The instant from which on a reading speaks of what had not happened when it was recorded; undefined where it does not. */
export const earlyFrom = (
  { schedule }: Pick<Intake, 'schedule'>,
  { from, to, recordedAt }: Interval & Readonly<{ recordedAt?: Instant }>,
): Instant | undefined => {
  if (recordedAt === undefined) return undefined
  const known = recordedAt + inForce(schedule.claims, from).value.clockSkewSeconds
  return to > known ? Math.max(from, known) : undefined
}

const within = ({ grid: { window } }: Intake, { from, to }: Interval): Interval => ({
  from: Math.max(from, window.from),
  to: Math.min(to, window.to),
})

const noteEarly = (intake: Intake, reading: Allocation | Outage, where: string, number: number): void => {
  const at = earlyFrom(intake, reading)
  if (at === undefined) return
  const { from, to } = within(intake, { from: at, to: reading.to })
  if (from < to) intake.early.push({ kind: reading.kind, where, gpus: reading.gpus, from, to, number })
}

const takeSale = (intake: Intake, reading: Allocation | Reservation, digest: string): boolean => {
  const { from, to } = within(intake, reading)
  if (from >= to || !intake.schedule.pools.some(({ id }) => id === reading.pool)) return false
  const { nodes, gpus, pool } = reading
  const hosts = nodes === undefined ? undefined : countHosts(nodes)
  if (nodes === undefined || hosts === undefined) {
    intake.placeless.set(pool, (intake.placeless.get(pool) ?? 0) + gpus * (to - from))
    if (reading.kind === 'allocation' && earlyFrom(intake, reading) !== undefined)
      noteEarly(intake, reading, pool, keepDigest(intake.digests, digest))
    return true
  }
  const number = keepDigest(intake.digests, digest)
  const { from: start } = intake.grid.window
  const what: What = reading.kind === 'reservation' ? 'reserved' : 'allocated'
  const source = sourceNumber(intake.schedule, intake.sources, reading.source)
  const buyer = buyerOf(intake, reading, number)
  const [first, last, each] = [from - start, to - start, gpus / hosts]
  for (const name of expandHosts(nodes))
    pushEvent(intake.log, { node: nodeNumber(intake, name), from: first, to: last, gpus: each, what, buyer, reading: number, source })
  if (reading.kind === 'allocation') noteEarly(intake, reading, nodes, number)
  return true
}

const takeNamed = (intake: Intake, reading: Outage | Maintenance | Gap | Claim, digest: string): boolean => {
  const block = intake.schedule.blocks.find(({ id }) => id === reading.block)
  const span = within(intake, reading)
  if (block === undefined || span.from >= span.to) return false
  const number = keepDigest(intake.digests, digest)
  const named = { block: block.id, unit: reading.unit, gpus: reading.gpus, ...span, number, source: everybody }
  switch (reading.kind) {
    case 'outage':
      noteEarly(intake, reading, reading.unit ?? block.id, number)
      intake.named.push({ ...named, what: 'unavailable', source: sourceNumber(intake.schedule, intake.sources, reading.source) })
      break
    case 'maintenance': {
      const planned = maintenanceKind(block, reading.noticeAt, reading.from) === 'planned'
      intake.named.push({ ...named, what: planned ? 'planned' : 'unavailable' })
      break
    }
    case 'gap':
      if (reading.gpus === undefined && fallSilent(intake.schedule, intake.heard, reading, span)) break
      if (reading.of === 'sales') intake.salesGaps.push({ block: block.id, ...span, number })
      else intake.named.push({ ...named, what: 'gap' })
      break
    case 'claim': {
      // What is claimed of time that had not passed is another claim: nobody could know it.
      const early = Math.max(span.from, Math.min(span.to, earlyFrom(intake, reading) ?? span.to))
      if (span.from < early) intake.named.push({ ...named, to: early, what: 'claim' })
      if (early < span.to) intake.named.push({ ...named, from: early, what: 'earlyClaim' })
      break
    }
  }
  return true
}

const takeRack = (intake: Intake, reading: Rack, digest: string): boolean => {
  const { window } = intake.grid
  if (!intake.schedule.blocks.some(({ id }) => id === reading.block)) return false
  if (reading.from >= window.to || (reading.to ?? Infinity) <= window.from) return false
  intake.racks.push({ reading, number: keepDigest(intake.digests, digest) })
  return true
}

const takeCharge = (intake: Intake, reading: Charge, digest: string): boolean => {
  const { schedule, grid } = intake
  // A charge counts in the window in which it ends, so in one month and no other.
  const ended = reading.at ?? reading.to! - 1
  const isOurs = schedule.pools.some(({ id }) => id === reading.pool)
  if (!isOurs || reading.affiliate === undefined || ended < grid.window.from || ended >= grid.window.to) return false
  intake.affiliates.push({ reading, number: keepDigest(intake.digests, digest) })
  return true
}

/** Takes in one accepted reading (see `collate`) with the SHA-256 of its content, in hex; false where claims are not held against it. */
export const take = (intake: Intake, reading: Reading, digest: string): boolean => {
  switch (reading.kind) {
    case 'allocation':
    case 'reservation':
      return takeSale(intake, reading, digest)
    case 'outage':
    case 'maintenance':
    case 'gap':
    case 'claim':
      return takeNamed(intake, reading, digest)
    case 'rack':
      return takeRack(intake, reading, digest)
    case 'acceptance': {
      const { block, tranche, at } = reading
      intake.acceptances.push({ block, tranche, at, number: keepDigest(intake.digests, digest) })
      return true
    }
    case 'offer':
      intake.offers.push({ reading, number: keepDigest(intake.digests, digest) })
      return true
    case 'charge':
      return takeCharge(intake, reading, digest)
    case 'credit':
    case 'refund':
      intake.credits.push({ reading, number: keepDigest(intake.digests, digest) })
      return true
    case 'call':
    case 'condition':
    case 'curtailment':
    case 'fx':
    case 'figure':
    case 'event':
    case 'index':
    case 'payment':
    case 'dispute':
    case 'ruling':
    case 'withdrawal':
      return false
  }
}
