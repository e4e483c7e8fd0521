import { resolveClaims, resolveMetering } from '../src/core/terms/metering.ts'
import { hashOf } from '../src/core/base/hash.ts'
import type { AgreementId, BlockId, FactoryId, OrderId, PartyId, PoolId, TrancheId } from '../src/core/base/id.ts'
import { rational } from '../src/core/base/rational.ts'
import { startOfDate, type Instant, type Interval, type LocalDate } from '../src/core/base/time.ts'
import type { Facts } from '../src/core/meter/facts.ts'
import { makeMeter, type Meter } from '../src/core/meter/meter.ts'
import { readingText } from '../src/core/meter/parse.ts'
import type { Acceptance, Reading } from '../src/core/meter/reading.ts'
import type { Attribution, Tranche } from '../src/core/terms/agreement.ts'
import type { ResolvedBlock, ResolvedClause, ResolvedPool, Schedule } from '../src/core/terms/schedule.ts'

/** One block of a test schedule: one tranche `main` of `gpus` unless tranches are given. */
export type BlockPlan = Readonly<{
  id: string
  /** Default 100. */
  gpus?: number
  tranches?: readonly Readonly<{ id: string; gpus: number }>[]
  /** Default `pool`. */
  pool?: string
  supported?: boolean
  commencement?: LocalDate
  maintenance?: Readonly<{ gpuSecondsPerContractYear: number; noticeSeconds: number }>
}>

export type SchedulePlan = Readonly<{
  /** Default UTC. */
  zone?: string
  currency?: string
  /** Local dates; `to` not included. Default 2017-01-01 to 2033-01-01. */
  from?: LocalDate
  to?: LocalDate
  blocks: readonly BlockPlan[]
  /** By pool id; default `supported-first`. */
  attribution?: Readonly<Record<string, Attribution>>
  /** Blocks of each order, as `specific` needs them. */
  orders?: Readonly<Record<string, readonly string[]>>
  clauses?: readonly ResolvedClause[]
}>

const blockOf = (plan: BlockPlan, commencement: LocalDate): ResolvedBlock => ({
  id: plan.id as BlockId,
  pool: (plan.pool ?? 'pool') as PoolId,
  factory: 'factory' as FactoryId,
  region: 'region',
  sku: 'GB300',
  supported: plan.supported ?? true,
  commencement: plan.commencement ?? commencement,
  tranches: (plan.tranches ?? [{ id: 'main', gpus: plan.gpus ?? 100 }]).map(({ id, gpus }): Tranche => ({
    id: id as TrancheId,
    gpus,
    due: commencement,
  })),
  maintenance:
    plan.maintenance === undefined
      ? undefined
      : { ...plan.maintenance, gpuSecondsPerContractYear: rational(plan.maintenance.gpuSecondsPerContractYear) },
})

/** A schedule written down for tests that begin with readings: `scheduleOf({ zone: 'Australia/Sydney', blocks: [{ id: 'a', gpus: 100 }] })`. */
export const scheduleOf = (plan: SchedulePlan): Schedule => {
  const zone = plan.zone ?? 'UTC'
  const commencement = plan.from ?? '2017-01-01'
  const blocks = plan.blocks.map((block) => blockOf(block, commencement))
  const pools = [...Map.groupBy(blocks, ({ pool }) => pool)].map(([id, held]): ResolvedPool => ({
    id,
    attribution: plan.attribution?.[id] ?? 'supported-first',
    blocks: held.map((block) => block.id),
  }))
  const from = startOfDate(commencement, zone)
  return {
    agreement: 'test' as AgreementId,
    title: 'Test',
    zone,
    currency: plan.currency ?? 'USD',
    from,
    to: startOfDate(plan.to ?? '2033-01-01', zone),
    commencement,
    guarantor: { id: 'guarantor' as PartyId, name: 'guarantor', role: 'guarantor' },
    operator: { id: 'operator' as PartyId, name: 'operator', role: 'operator' },
    parties: [
      { id: 'guarantor' as PartyId, name: 'guarantor', role: 'guarantor' },
      { id: 'operator' as PartyId, name: 'operator', role: 'operator' },
    ],
    blocks,
    pools,
    orders: new Map(Object.entries(plan.orders ?? {}).map(([order, placed]) => [order as OrderId, placed as readonly BlockId[]])),
    clauses: plan.clauses ?? [],
    netting: true,
    due: { days: 30, roll: 'following', calendars: [], holidays: [], workingDays: [] },
    metering: [{ from: startOfDate(commencement, zone), value: resolveMetering(undefined), pointer: '/metering' }],
    claims: [{ from: startOfDate(commencement, zone), value: resolveClaims(undefined), pointer: '/claims' }],
    correctionsMonths: undefined,
    sources: [],
    versions: [{ version: 1, effective: from, hash: hashOf('a test agreement') }],
  }
}

/** Acceptances of every tranche at its design, at the schedule's start or the instant given. */
export const acceptAll = (schedule: Schedule, at: Instant = schedule.from): Acceptance[] =>
  schedule.blocks.flatMap((block) =>
    block.tranches.map(({ id }) => ({
      kind: 'acceptance' as const,
      source: 'site',
      id: `accept-${block.id}-${id}`,
      block: block.id,
      tranche: id,
      at,
      design: 1,
      tested: 1,
    })),
  )

/** What the meter makes of some readings. */
export const metered = (schedule: Schedule, window: Interval, readings: Iterable<Reading>): ReturnType<Meter['facts']> => {
  const meter = makeMeter(schedule, window)
  for (const reading of readings) meter.add(reading, hashOf(readingText(reading)))
  return meter.facts()
}

/** The facts that readings make; throws what is refused. */
export const meteredFacts = (schedule: Schedule, window: Interval, readings: Iterable<Reading>): Facts => {
  const facts = metered(schedule, window, readings)
  if ('refusals' in facts) throw new Error(facts.refusals.map(({ message }) => message).join('\n'))
  return facts
}
