import type { BlockId, ClauseId, ConditionId, OrderId, PoolId } from '../base/id.ts'
import type { Instant, Interval } from '../base/time.ts'
import type { ResolvedBlock, Schedule } from '../terms/schedule.ts'
import { emptyCharges, pushCharge, type ChargeLog } from './charges.ts'
import { emptyColumns, push, type Columns } from './columns.ts'
import { digestsOf, note, noteBytes, type EvidenceLog } from './evidence.ts'
import type { ConditionFact } from './facts.ts'
import { claimsSource, heardOf, isWeighed, listedFor, outagesHeard, salesHeard, silenceHeard, type HeardLog } from './authority.ts'
import { allowanceYears, emptyHealth, maintenanceKind, pushOut, type HealthLog, type Out, type OutKind } from './health.ts'
import type { Acceptance, Call, ConditionReading, Curtailment, Gap, Maintenance, Outage, Reading } from './reading.ts'
import { emptySales, pushSale, type SalesLog } from './sales.ts'
import { emptyTold, takeTold, type ToldLog } from './told.ts'

/** What was read of one block. */
export type BlockLog = Readonly<{
  block: ResolvedBlock
  acceptances: Acceptance[]
  health: HealthLog
  /** Where sources are weighed: what takes GPUs out and is nobody's word against another's. */
  spoken: Out[]
  called: Columns
  salesGaps: Columns
  /** Start of the contract year in which the window begins: planned maintenance counts against its allowance from there. */
  yearFrom: Instant
}>

/** Readings as they came in: columns for what comes by the million, and no object of any of those. */
export type Intake = Readonly<{
  window: Interval
  /** Up to when disputes and rulings are taken in: they speak of statements, which come after their month. */
  lifeUntil: Instant
  blocks: ReadonlyMap<BlockId, BlockLog>
  pools: ReadonlyMap<PoolId, SalesLog>
  clauses: ReadonlyMap<ClauseId, ReadonlySet<ConditionId>>
  conditions: ConditionFact[]
  charges: ChargeLog
  told: ToldLog
  schedule: Schedule
  /** Whether the agreement says whose word counts; then sales and outages are kept by source, in `heard`. */
  weighed: boolean
  heard: HeardLog
  evidence: EvidenceLog
}>

export const emptyIntake = (schedule: Schedule, window: Interval, lifeUntil: Instant): Intake => {
  const blocks = schedule.blocks.map((block): [BlockId, BlockLog] => [
    block.id,
    {
      block,
      acceptances: [],
      health: emptyHealth(),
      spoken: [],
      called: emptyColumns(),
      salesGaps: emptyColumns(),
      yearFrom: allowanceYears(block, window, schedule.zone)[0]?.from ?? window.from,
    },
  ])
  const clauses = new Map<ClauseId, Set<ConditionId>>()
  for (const clause of schedule.clauses) {
    const conditions = clauses.get(clause.id) ?? new Set()
    clauses.set(clause.id, conditions)
    for (const { id } of clause.conditions) conditions.add(id)
  }
  return {
    window,
    lifeUntil,
    blocks: new Map(blocks),
    pools: new Map(schedule.pools.map(({ id }) => [id, emptySales()])),
    clauses,
    conditions: [],
    charges: emptyCharges(),
    told: emptyTold(),
    schedule,
    weighed: isWeighed(schedule),
    heard: new Map(),
    evidence: new Map(),
  }
}

/**
 * An allocation as a table has it, with the 32 bytes of its digest at `digestAt`: for those who hand over millions. The object and the bytes may be
 * used again after the call.
 */
export type AllocationRow = Readonly<{
  source: string
  pool: PoolId
  order: OrderId | undefined
  product: string | undefined
  from: Instant
  to: Instant
  gpus: number
  digests: Uint8Array
  digestAt: number
}>

type OfBlock = Outage | Maintenance | Curtailment | Gap | Call | Acceptance

/** Whether it depends on the agreement whether what a source says counts. */
const isWordOf = ({ weighed, schedule }: Intake, source: string): boolean => weighed && source !== claimsSource(schedule.agreement)

type Sold = Pick<AllocationRow, 'source' | 'pool' | 'from' | 'to' | 'gpus'> &
  Readonly<{ order?: OrderId | undefined; product?: string | undefined }>

const takeSale = (intake: Intake, sold: Sold, reserved: boolean): PoolId | undefined => {
  const { pools, window, heard } = intake
  const known = pools.get(sold.pool)
  const sales = isWordOf(intake, sold.source) && known !== undefined ? salesHeard(heardOf(heard, sold.source), sold.pool) : known
  const from = Math.max(sold.from, window.from)
  const to = Math.min(sold.to, window.to)
  if (sales === undefined || from >= to) return undefined
  pushSale(sales, { order: sold.order, reserved, spot: !reserved && sold.product === 'spot', from, to, gpus: sold.gpus })
  return sold.pool
}

/** As `take` of an allocation. */
export const takeAllocation = (intake: Intake, row: AllocationRow): boolean => {
  const pool = takeSale(intake, row, false)
  if (pool === undefined) return false
  noteBytes(digestsOf(intake.evidence, pool, 'allocation'), row.digests, row.digestAt)
  return true
}

const outKindOf = (block: ResolvedBlock, reading: Outage | Maintenance | Curtailment | Gap): OutKind => {
  if (reading.kind === 'maintenance') return maintenanceKind(block, reading.noticeAt, reading.from)
  return reading.kind === 'outage' ? 'unavailable' : reading.kind === 'gap' ? 'unproven' : 'curtailed'
}

const orderOf = (reading: OfBlock): OrderId | undefined =>
  reading.kind === 'outage' || reading.kind === 'maintenance' ? reading.order : undefined

/** Where GPUs are out, or may be: kept by source where the agreement says whose word counts. */
const takeOut = (intake: Intake, log: BlockLog, { source, kind, block }: OfBlock, out: Out): void => {
  if (!intake.weighed) pushOut(log.health, out)
  else if (kind === 'outage' && isWordOf(intake, source)) outagesHeard(heardOf(intake.heard, source), block).push(out)
  else log.spoken.push(out)
}

/** No evidence of a whole block, of sales or of health. One whose word could count only falls silent: another may have the evidence. */
const takeGap = ({ weighed, heard, schedule }: Intake, log: BlockLog, { source, of, block }: Gap, { from, to }: Interval): void => {
  const subjects = of === 'health' ? (['health'] as const) : (['allocations', 'reservations'] as const)
  const counts = weighed && subjects.some((subject) => listedFor(schedule, subject).includes(source))
  if (counts) push(silenceHeard(heardOf(heard, source), block)[of], from, to, 1)
  else push(of === 'sales' ? log.salesGaps : log.health.dark, from, to, 1)
}

const takeOfBlock = (intake: Intake, reading: OfBlock): BlockId | undefined => {
  const { blocks, window } = intake
  const log = blocks.get(reading.block)
  if (log === undefined) return undefined
  if (reading.kind === 'acceptance') {
    // One that comes after the window changes nothing in it.
    if (reading.at >= window.to) return undefined
    log.acceptances.push(reading)
    return reading.block
  }
  const kind = reading.kind === 'call' ? undefined : outKindOf(log.block, reading)
  const from = Math.max(reading.from, kind === 'planned' ? log.yearFrom : window.from)
  const to = Math.min(reading.to, window.to)
  if (from >= to) return undefined
  if (reading.kind === 'call') push(log.called, from, to, reading.gpus)
  else if (reading.kind === 'gap' && reading.gpus === undefined) takeGap(intake, log, reading, { from, to })
  else takeOut(intake, log, reading, { kind: kind!, from, to, gpus: reading.gpus!, unit: reading.unit, order: orderOf(reading) })
  return reading.block
}

const takeCondition = ({ blocks, clauses, conditions, window }: Intake, reading: ConditionReading): BlockId | '' | undefined => {
  const { clause, condition, block, holds } = reading
  const from = Math.max(reading.from, window.from)
  const to = Math.min(reading.to, window.to)
  const isOurs = clauses.get(clause)?.has(condition) === true && (block === undefined || blocks.has(block))
  if (!isOurs || from >= to) return undefined
  conditions.push({ clause, condition, block, from, to, holds })
  return block ?? ''
}

const untilOf = ({ kind }: Reading, { window, lifeUntil }: Intake): Instant =>
  kind === 'dispute' || kind === 'ruling' ? lifeUntil : window.to

/** Takes in a reading; false when it is of no concern to the schedule and the window. */
export const take = (intake: Intake, reading: Reading, digest: string): boolean => {
  let subject: string | undefined
  switch (reading.kind) {
    case 'allocation':
    case 'reservation':
      subject = takeSale(intake, reading, reading.kind === 'reservation')
      break
    case 'outage':
    case 'maintenance':
    case 'curtailment':
    case 'gap':
    case 'call':
    case 'acceptance':
      subject = takeOfBlock(intake, reading)
      break
    case 'condition':
      subject = takeCondition(intake, reading)
      break
    // What these rest on is known when all of them are here.
    case 'charge':
      return pushCharge(intake.charges, reading, digest, intake.pools.has(reading.pool), intake.window)
    case 'credit':
    case 'refund':
      intake.charges.credits.push({ reading, digest })
      return true
    case 'fx':
      intake.charges.rates.push({ reading, digest })
      return true
    case 'figure':
    case 'event':
    case 'index':
    case 'payment':
    case 'dispute':
    case 'ruling':
      subject = takeTold(intake.told, intake.schedule, reading, untilOf(reading, intake))
      break
    // Where capacity stands, was offered and is claimed: for claims, which changes no fact.
    case 'rack':
    case 'offer':
    case 'claim':
    case 'withdrawal':
      return false
  }
  if (subject === undefined) return false
  note(intake.evidence, subject, reading.kind, digest)
  return true
}
