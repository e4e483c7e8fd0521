import type { AgreementId } from '../../core/base/id.ts'
import { placementOf, type Placement, type ZoneOf } from '../../core/meter/parse.ts'
import { findOperated, loadRegistry, narrow } from '../store/agreements.ts'
import { asSystem, type Store } from '../store/database.ts'
import { findSchedule } from './find-schedule.ts'
import { makeZoneOf } from './local-zone.ts'
import { ofParty } from './place.ts'

/** In which zone local times are, or by what of a reading it is known; and where sales belong that name no pool. */
export type HowToRead = Readonly<{ zone: string | ZoneOf; placement: Placement | undefined }>

/**
 * How readings are read that come in: sales that name no pool by the agreement that is named, else by the only one there is; local times in the zone that
 * is said, else in the one that all agreements share, else in that of the agreement whose pool, block or clause a reading names. Or a sentence that says
 * why none can be read. A party brings readings for the agreements that it operates: to it the others are not there, by any name.
 */
export const howToRead = (
  store: Store,
  { agreement, zone, party }: Readonly<{ agreement: string | undefined; zone: string | undefined; party?: string | undefined }>,
): Promise<HowToRead | Readonly<{ problem: string }>> =>
  asSystem(store.database, async (tx) => {
    const all = await loadRegistry(tx)
    const registry = party === undefined ? all : narrow(all, await findOperated(tx, party))
    const names = [...registry.zones.keys()]
    if (names.length === 0 && party !== undefined)
      return { problem: `${party} is the operator of no agreement that is loaded here, so none of its readings belongs anywhere` }
    if (names.length === 0) return { problem: 'no agreement is loaded, so no reading belongs anywhere; offtake load FILE loads one' }
    const chosen = (agreement ?? (names.length === 1 ? names[0] : undefined)) as AgreementId | undefined
    const schedule = chosen !== undefined && registry.zones.has(chosen) ? await findSchedule(tx, chosen) : undefined
    if (chosen !== undefined && schedule === undefined)
      return { problem: `no agreement ${chosen} is loaded${ofParty(party)}; there are ${names.join(', ')}` }
    const [shared, ...others] = new Set(registry.zones.values())
    return {
      zone: zone ?? (others.length === 0 ? shared! : makeZoneOf(registry, chosen, party)),
      placement: schedule && placementOf(schedule),
    }
  })
