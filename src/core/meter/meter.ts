import { commission } from '../capacity/commission.ts'
import { indicator, restrict } from '../base/steps.ts'
import type { PoolId } from '../base/id.ts'
import type { Instant, Interval } from '../base/time.ts'
import type { ResolvedPool, Schedule } from '../terms/schedule.ts'
import { earn } from './charges.ts'
import { checkAcceptances, checkCalled, checkOutOfService, checkPlaced, checkPool } from './check.ts'
import { sumOf } from './columns.ts'
import { assertConserved } from './conserve.ts'
import { deliver, type PoolDelivery, type Supply } from './deliver.ts'
import { evidenceOf, note, type EvidenceLog, type HashOfParts } from './evidence.ts'
import { checkIndices } from './check-indices.ts'
import type { AcceptanceFact, BlockFacts, ConditionFact, Facts, OrderFact } from './facts.ts'
import { healthOf, type Health } from './health.ts'
import { holdingsOf } from './holdings.ts'
import { emptyIntake, take, takeAllocation, type AllocationRow, type BlockLog, type Intake } from './intake.ts'
import type { Reading } from './reading.ts'
import { firstRefusals, type MeterRefusal } from './refusal.ts'
import { disagreementsOf, type Disagreement } from './reconcile.ts'
import { contractedOf, emptySales, placedSalesOf, salesOfOrder, useOf, type PoolUse } from './sales.ts'
import { makeShares } from './shares.ts'
import { toldOf } from './told.ts'
import { weigh } from './weigh.ts'

/** Turns accepted readings, in any order, into the facts of a window. */
export type Meter = Readonly<{
  /**
   * Takes in one accepted reading (see `collate`) with the SHA-256 of its content, in hex. Keeps no object of allocations, reservations,
   * outages, maintenance, curtailments, gaps and calls.
   */
  add: (reading: Reading, digest: string) => void
  /** As `add` of an allocation, without an object for each. */
  addAllocation: (row: AllocationRow) => void
  /** The facts so far, or everything that keeps the readings from being facts together: the first `refusalsMax` of it. */
  facts: () => Facts | Readonly<{ refusals: readonly MeterRefusal[] }>
  /** What sources say beside those whose word counts, day by day: see `disagreementsOf`. */
  disagreements: () => readonly Disagreement[]
  /** What jobs held in a pool so far, of which the facts say only what of it was sold. Nothing where the agreement has no such pool. */
  use: (pool: PoolId) => PoolUse
  /** How many readings were of other pools, blocks, clauses or times. */
  ignored: () => number
}>

/** What is known of one block before sales are attributed. */
type Measured = Supply &
  Readonly<{ log: BlockLog; health: Health; acceptances: readonly AcceptanceFact[]; refusals: readonly MeterRefusal[] }>

const measure = (schedule: Schedule, window: Interval, log: BlockLog): Measured => {
  const { block } = log
  const { good, refusals } = checkAcceptances(
    block.id,
    block.tranches.map(({ id }) => id),
    log.acceptances,
    schedule.zone,
  )
  // An acceptance long ago counts from the window's start, which keeps the function's span short.
  const inTime = good.map((each) => ({ ...each, at: Math.max(each.at, window.from) }))
  const accepted = restrict(commission(block.tranches, inTime), window.from, window.to)
  const called = sumOf(log.called)
  const health = healthOf(block, log.health, accepted, window, schedule.zone)
  const { available } = health
  return {
    block,
    log,
    accepted,
    available,
    presumed: health.unproven.starts.length === 0 ? available : health.presumed,
    called,
    health,
    acceptances: good.map(({ tranche, at }) => ({ block: block.id, tranche, at })),
    refusals: [
      ...refusals,
      ...checkOutOfService(block.id, health.out, accepted, window, schedule.zone),
      ...checkCalled(schedule, block.id, called, accepted, window),
    ],
  }
}

type Pooled = Readonly<{ pool: ResolvedPool; supplies: readonly Measured[]; delivery: PoolDelivery; refusals: readonly MeterRefusal[] }>

const attributePool = (schedule: Schedule, intake: Intake, pool: ResolvedPool, supplies: readonly Measured[]): Pooled => {
  const sales = intake.pools.get(pool.id)!
  const specific = pool.attribution === 'specific'
  const contracted = contractedOf(sales)
  const delivery = deliver(pool, supplies, { contracted, placed: specific ? placedSalesOf(sales, pool.blocks, schedule.orders) : [] })
  const refusals = [
    ...checkPool(pool, supplies, sales, contracted, delivery, intake.window, schedule.zone),
    ...(specific ? checkPlaced(pool, sales, schedule, intake.window) : []),
  ]
  return { pool, supplies, delivery, refusals }
}

const factsOf = ({ supplies, delivery }: Pooled): BlockFacts[] =>
  supplies.map(({ block, log, accepted, health }, i) => ({
    block: block.id,
    accepted,
    planned: health.planned,
    unavailable: health.unavailable,
    unproven: health.unproven,
    deemed: health.deemed,
    contracted: delivery.contracted[i]!,
    proven: delivery.proven[i]!,
    presumed: delivery.presumed[i]!,
    unprovenSales: indicator(sumOf(log.salesGaps)),
  }))

const conditionOrder = (a: ConditionFact, b: ConditionFact): number => {
  const nameOf = ({ clause, condition, block }: ConditionFact) => `${clause} ${condition} ${block ?? ''}`
  const [first, second] = [nameOf(a), nameOf(b)]
  if (first !== second) return first < second ? -1 : 1
  return a.from - b.from || a.to - b.to || Number(a.holds) - Number(b.holds)
}

const earnAll = (schedule: Schedule, intake: Intake, pools: readonly Pooled[]) => {
  const { window } = intake
  const byPool = new Map(pools.map((pooled) => [pooled.pool.id, pooled]))
  const made = new Map<PoolId, ReturnType<typeof makeShares>>()
  const sharesOf = (pool: PoolId): ReturnType<typeof makeShares> => {
    const { supplies, delivery } = byPool.get(pool)!
    const blocks = supplies.map(({ block }) => block.id)
    const shares = made.get(pool) ?? makeShares({ blocks, accepted: supplies.map(({ accepted }) => accepted), delivery }, window)
    made.set(pool, shares)
    return shares
  }
  const { zone, currency } = schedule
  return earn(intake.charges, { zone, currency, window, sharesOf: (pool, span, order) => sharesOf(pool)(span, order) })
}

/** Of every order that a clause names, in each pool that has any of it. */
const ordersOf = (schedule: Schedule, { pools }: Intake): OrderFact[] => {
  const named = [...new Set(schedule.clauses.flatMap(({ orders }) => orders))].toSorted()
  return named.flatMap((order) =>
    [...pools].filter(([, log]) => log.orders.has(order)).map(([pool, log]): OrderFact => ({ order, pool, ...salesOfOrder(log, order) })),
  )
}

const byTime = (a: AcceptanceFact, b: AcceptanceFact): number => {
  const nameOf = ({ block, tranche }: AcceptanceFact) => `${block} ${tranche}`
  return a.at - b.at || (nameOf(a) < nameOf(b) ? -1 : 1)
}

const work = (schedule: Schedule, read: Intake, hash: HashOfParts | undefined): ReturnType<Meter['facts']> => {
  const intake = weigh(read)
  const { window } = intake
  const measured = new Map([...intake.blocks].map(([id, log]) => [id, measure(schedule, window, log)]))
  const pools = schedule.pools.map((pool) =>
    attributePool(
      schedule,
      intake,
      pool,
      pool.blocks.map((block) => measured.get(block)!),
    ),
  )
  const earned = earnAll(schedule, intake, pools)
  const { told, refusals: untold } = toldOf(intake.told, schedule)
  const refusals = [
    ...[...measured.values(), ...pools].flatMap((each) => each.refusals),
    ...earned.refusals,
    ...untold,
    ...checkIndices(schedule, told.indices, window),
  ]
  if (refusals.length > 0) return { refusals: firstRefusals(refusals) }
  const byBlock = new Map(pools.flatMap(factsOf).map((facts) => [facts.block, facts]))
  const blocks = schedule.blocks.map(({ id }) => byBlock.get(id)!)
  for (const facts of blocks) assertConserved(facts, window, schedule.zone)
  const used: EvidenceLog = new Map()
  for (const { subject, kind, digest } of earned.used) note(used, subject, kind, digest)
  return {
    window,
    blocks,
    charges: earned.charges,
    conditions: intake.conditions.toSorted(conditionOrder),
    ...told,
    orders: ordersOf(schedule, intake),
    holdings: pools.flatMap(({ pool, supplies }) => holdingsOf(schedule, pool, intake.pools.get(pool.id)!, supplies, window)),
    acceptances: [...measured.values()].flatMap(({ acceptances }) => acceptances).toSorted(byTime),
    evidence: evidenceOf([intake.evidence, used], hash),
  }
}

/**
 * A meter for the readings of one agreement over one window. Readings of other pools, blocks and clauses, and intervals outside the window,
 * are passed over; acceptances, and planned maintenance from the start of the contract year, count although they come before it. Disputes
 * and rulings count up to `lifeUntil`, the end of the window if that is later. `hash` is what evidence is hashed by, if not by core's own.
 */
export const makeMeter = (schedule: Schedule, window: Interval, lifeUntil: Instant = window.to, hash?: HashOfParts): Meter => {
  if (!(window.from < window.to)) throw new RangeError(`an empty window: ${window.from} to ${window.to}`)
  const intake = emptyIntake(schedule, window, Math.max(window.to, lifeUntil))
  let ignored = 0
  return {
    add: (reading, digest) => {
      if (!take(intake, reading, digest)) ignored += 1
    },
    addAllocation: (row) => {
      if (!takeAllocation(intake, row)) ignored += 1
    },
    facts: () => work(schedule, intake, hash),
    disagreements: () => disagreementsOf(intake),
    use: (pool) => useOf(weigh(intake).pools.get(pool) ?? emptySales()),
    ignored: () => ignored,
  }
}
