import { createHash } from 'node:crypto'
import type { BlockId, PoolId } from '../../core/base/id.ts'
import type { Instant, Interval } from '../../core/base/time.ts'
import { collate, type CollateRefusal, type Digested } from '../../core/meter/collate.ts'
import type { Facts } from '../../core/meter/facts.ts'
import { allowanceYears } from '../../core/meter/health.ts'
import { makeMeter, type Meter } from '../../core/meter/meter.ts'
import type { Reading } from '../../core/meter/reading.ts'
import type { MeterRefusal } from '../../core/meter/refusal.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import { findOwnNames } from '../store/agreements.ts'
import { referenceKey, type Reference } from '../store/effects.ts'
import {
  findCharges,
  findReplacements,
  streamAllocations,
  streamReadings,
  streamWholeAllocations,
  type KnownBatches,
  type ReadingsWanted,
} from '../store/readings-out.ts'
import type { Work } from '../store/transaction.ts'

/** Readings that are each in order and cannot all be so: nothing is settled on them. */
export type FactsRefusal = Readonly<{ refusals: readonly (CollateRefusal | MeterRefusal)[] }>

/** `hashOfParts` of core, by the machine's own instructions: evidence of a campus is half a gigabyte. */
const hashFast = (parts: Iterable<Uint8Array>): string => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex')
}

type FactsRequest = Readonly<{
  schedule: Schedule
  window: Interval
  /** Up to when disputes and rulings count, if that is after the window. */
  lifeUntil?: Instant
  onRead?: ((readings: number) => void) | undefined
  /** Who else is handed every reading, and then also those that only claims are held against. */
  also?: ((each: Digested) => void) | undefined
  /** As things were known once; without it, on all that is known. */
  known?: KnownBatches | undefined
}>

/** What the store knows of a window of an agreement; every reading is handed to the meter as it comes, and none is kept. */
export const factsOf = async (tx: Work, request: FactsRequest): Promise<Facts | FactsRefusal> => {
  const meter = await meterOf(tx, request)
  return 'refusals' in meter ? meter : meter.facts()
}

/** A meter that has taken in everything that bears on a window of an agreement. */
export const meterOf = async (
  tx: Work,
  { schedule, window, lifeUntil = window.to, onRead, also, known }: FactsRequest,
): Promise<Meter | FactsRefusal> => {
  const own = await findOwnNames(tx.queries, schedule.agreement)
  const wanted = { ...wantedOf(schedule, own, { window, lifeUntil: Math.max(window.to, lifeUntil) }), forClaims: also !== undefined, known }
  const { accepted, refused } = collate(await findReplacements(tx, wanted))
  if (refused.length > 0) return { refusals: refused }
  const meter = makeMeter(schedule, window, lifeUntil, hashFast)
  const reduced = makeReduced()
  let readings = 0
  const add = (all: readonly Digested[]): void => {
    for (const each of all) {
      meter.add(each.reading, each.digest)
      also?.(each)
      reduced.see(each.reading)
    }
    onRead?.((readings += all.length))
  }
  add(accepted)
  for await (const rows of streamReadings(tx, wanted)) add(rows)
  // Claims ask for the nodes of a job; settlement does not.
  if (also !== undefined) for await (const rows of streamWholeAllocations(tx, wanted)) add(rows)
  else for await (const rows of streamAllocations(tx, wanted, meter.addAllocation)) onRead?.((readings += rows))
  add(await findCharges(tx, reduced.unseen(), known))
  return meter
}

/** Which charges are reduced by readings that were seen, and were not seen themselves, nor anything in their place. */
const makeReduced = () => {
  const charges = new Set<string>()
  const reduced = new Map<string, Reference>()
  return {
    see: (reading: Reading): void => {
      const { source } = reading
      if (reading.kind === 'charge')
        for (const id of [reading.id, reading.replaces ?? reading.id]) charges.add(referenceKey({ source, id }))
      if (reading.kind !== 'credit' && reading.kind !== 'refund') return
      const reference = { source, id: reading.reduces }
      reduced.set(referenceKey(reference), reference)
    },
    unseen: (): Reference[] => [...reduced].filter(([key]) => !charges.has(key)).map(([, reference]) => reference),
  }
}

/**
 * Pools and blocks that are on record for another agreement, or for none, have no readings for this one: terms that nobody signed may name whatever
 * they like.
 */
const wantedOf = (
  schedule: Schedule,
  own: Awaited<ReturnType<typeof findOwnNames>>,
  { window, lifeUntil }: Readonly<{ window: Interval; lifeUntil: Instant }>,
): ReadingsWanted => ({
  agreement: schedule.agreement,
  pools: schedule.pools.map(({ id }): PoolId => id).filter((id) => own.pools.has(id)),
  blocks: schedule.blocks.map(({ id }): BlockId => id).filter((id) => own.blocks.has(id)),
  currency: schedule.currency,
  indices: [...new Set(schedule.clauses.flatMap((clause) => clause.indices))],
  window,
  lifeUntil,
  maintenanceFrom: Math.min(
    window.from,
    ...schedule.blocks.flatMap((block) => allowanceYears(block, window, schedule.zone)[0]?.from ?? []),
  ),
})
