import type { BlockId, PoolId } from '../../core/base/id.ts'
import type { Interval } from '../../core/base/time.ts'
import { collate, type CollateRefusal, type Digested } from '../../core/meter/collate.ts'
import type { Facts } from '../../core/meter/facts.ts'
import { allowanceYears } from '../../core/meter/health.ts'
import { makeMeter } from '../../core/meter/meter.ts'
import type { MeterRefusal } from '../../core/meter/refusal.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import { findReplacements, streamReadings, type ReadingsWanted } from '../store/readings-out.ts'
import type { Work } from '../store/transaction.ts'

/** Readings that are each in order and cannot all be so: nothing is settled on them. */
export type FactsRefusal = Readonly<{ refusals: readonly (CollateRefusal | MeterRefusal)[] }>

/** What the store knows of a window of an agreement; every reading is handed to the meter as it comes, and none is kept. */
export const factsOf = async (
  tx: Work,
  { schedule, window, onRead }: Readonly<{ schedule: Schedule; window: Interval; onRead?: ((readings: number) => void) | undefined }>,
): Promise<Facts | FactsRefusal> => {
  const wanted = wantedOf(schedule, window)
  const { accepted, refused } = collate(await findReplacements(tx, wanted))
  if (refused.length > 0) return { refusals: refused }
  const meter = makeMeter(schedule, window)
  let readings = 0
  const add = (all: readonly Digested[]): void => {
    for (const { reading, digest } of all) meter.add(reading, digest)
    onRead?.((readings += all.length))
  }
  add(accepted)
  for await (const rows of streamReadings(tx, wanted)) add(rows)
  return meter.facts()
}

const wantedOf = (schedule: Schedule, window: Interval): ReadingsWanted => ({
  agreement: schedule.agreement,
  pools: schedule.pools.map(({ id }): PoolId => id),
  blocks: schedule.blocks.map(({ id }): BlockId => id),
  currency: schedule.currency,
  indices: [...new Set(schedule.clauses.flatMap((clause) => clause.indices))],
  window,
  maintenanceFrom: Math.min(
    window.from,
    ...schedule.blocks.flatMap((block) => allowanceYears(block, window, schedule.zone)[0]?.from ?? []),
  ),
})
