import type { AgreementId } from '../../core/base/id.ts'
import type { Zoned } from '../../core/meter/instants.ts'
import type { Named, ZoneOf } from '../../core/meter/parse.ts'
import type { Registry } from '../store/agreements.ts'
import { unknownName } from './place.ts'

/**
 * Of which zone the local times of a reading are, where agreements of several zones are on record: of the zone of the agreement that has the pool, the
 * block or the clause that the reading names. `meant` is the agreement for which all of it was said to be. Where names and that do not agree on one zone,
 * none is taken: hours would be wrong and nobody would see it.
 */
export const makeZoneOf =
  (registry: Registry, meant: AgreementId | undefined, party?: string): ZoneOf =>
  (named) => {
    const agreements = agreementsOf(named, registry, { meant, party })
    if ('unknown' in agreements) return agreements
    const all = meant === undefined ? agreements.of : [...agreements.of, meant]
    const zones = [...new Set(all.map((agreement) => registry.zones.get(agreement)!))]
    if (zones.length === 1) return { zone: zones[0]! }
    return { unsaid: zones.length === 0 ? 'nothing in this reading says of which agreement, and so of which zone' : clash(zones, meant) }
  }

const clash = (zones: readonly string[], meant: AgreementId | undefined): string =>
  meant === undefined
    ? `what this reading names is of agreements in different zones, ${zones.join(' and ')}`
    : `what this reading names is of an agreement in ${zones.slice(0, -1).join(' and ')}, while this import is for ${meant} in ${zones.at(-1)!}`

type Agreements = Readonly<{ of: readonly AgreementId[] }> | Extract<Zoned, { unknown: unknown }>

/** The agreements that the names of a reading lead to; a clause says what neither pool nor block does. */
const agreementsOf = (
  named: Named,
  { pools, blocks, clauses, zones }: Registry,
  { meant, party }: Readonly<{ meant: AgreementId | undefined; party: string | undefined }>,
): Agreements => {
  const { pool, block, agreement, clause } = named
  const of: AgreementId[] = []
  for (const [word, id, found] of [
    ['pool', pool, pools.get(pool ?? '')],
    ['block', block, blocks.get(block ?? '')],
    ['agreement', agreement, zones.has(agreement as AgreementId) ? (agreement as AgreementId) : undefined],
  ] as const) {
    if (id === undefined) continue
    if (found === undefined) return { unknown: unknownName(word, id, party) }
    of.push(found)
  }
  if (of.length > 0 || clause === undefined) return { of }
  const all = clauses.get(clause) ?? []
  if (all.length === 0) return { unknown: unknownName('clause', clause, party) }
  return { of: meant !== undefined && all.includes(meant) ? [meant] : all }
}
