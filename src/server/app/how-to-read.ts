import { placementOf, type Placement } from '../../core/meter/parse.ts'
import { listAgreements } from '../store/agreements.ts'
import { asSystem, type Store } from '../store/database.ts'
import { findSchedule } from './find-schedule.ts'

/** In which zone local times are, and where sales belong that name no pool. */
export type HowToRead = Readonly<{ zone: string; placement: Placement | undefined }>

/**
 * How readings are read that come in: by the agreement that is named, else by the only one there is, else in the zone that all share, else in
 * UTC and with every pool named. Or a sentence that says why none can be read.
 */
export const howToRead = async (
  store: Store,
  { agreement, zone }: Readonly<{ agreement: string | undefined; zone: string | undefined }>,
): Promise<HowToRead | Readonly<{ problem: string }>> => {
  const agreements = await asSystem(store.database, (tx) => listAgreements(tx))
  if (agreements.length === 0) return { problem: 'no agreement is loaded, so no reading belongs anywhere; offtake load FILE loads one' }
  const chosen = agreement ?? (agreements.length === 1 ? agreements[0]!.agreement : undefined)
  if (chosen === undefined) {
    const zones = new Set(agreements.map((each) => each.zone))
    return { zone: zone ?? (zones.size === 1 ? agreements[0]!.zone : 'UTC'), placement: undefined }
  }
  const schedule = await asSystem(store.database, (tx) => findSchedule(tx, chosen))
  if (schedule === undefined)
    return { problem: `no agreement ${chosen} is loaded; there are ${agreements.map((each) => each.agreement).join(', ')}` }
  return { zone: zone ?? schedule.zone, placement: placementOf(schedule) }
}
