import type { AgreementId } from '../../core/base/id.ts'
import type { Problem } from '../../core/base/problem.ts'
import type { Named } from '../../core/meter/parse.ts'
import type { Registry } from '../store/agreements.ts'

/** Where a reading belongs: one agreement, all of them (a rate of exchange), or wherever the reading it speaks of belongs. */
export type Place = Readonly<{ agreement: AgreementId }> | 'everywhere' | 'as its reference'

/** What was found: a place, or why there is none. */
export type Found = Readonly<{ place: Place }> | Readonly<{ problem: Problem }>

const everywhere: Found = { place: 'everywhere' }
const asItsReference: Found = { place: 'as its reference' }

/** That of all agreements only those that this party operates are spoken of. */
export const ofParty = (party: string | undefined): string => (party === undefined ? '' : ` of which ${party} is the operator`)

/** That a reading names what no agreement has, or none that whoever brings it brings readings for: which of the two, it is not told. */
export const unknownName = (word: 'pool' | 'block' | 'clause' | 'agreement', id: string, party: string | undefined): Problem => ({
  pointer: `/${word}`,
  message:
    party === undefined
      ? `${word} ${id} is in no agreement here; load the agreement that has it first: offtake load FILE`
      : `${word} ${id} is in no agreement here${ofParty(party)}: it may bring no readings for it`,
})
const missing = (word: string): Found => ({ problem: { pointer: `/${word}`, message: 'is missing' } })

/**
 * Finds the agreement that a reading belongs to, by its block, its pool or its clause; `meant` is the one whose clause it is where several have it. Takes
 * also what could be read of a reading that is none. Where a party brings the readings, the registry is of the agreements that it operates.
 */
export const makePlacer = (registry: Registry, meant: AgreementId | undefined, party: string | undefined): ((reading: Named) => Found) => {
  const made = new Map([...registry.zones.keys()].map((agreement): [AgreementId, Found] => [agreement, { place: { agreement } }]))
  const byName = (of: ReadonlyMap<string, AgreementId>, word: 'pool' | 'block', id: string | undefined): Found => {
    if (id === undefined) return missing(word)
    const agreement = of.get(id)
    return agreement === undefined ? { problem: unknownName(word, id, party) } : made.get(agreement)!
  }
  return (reading) => {
    switch (reading.kind) {
      case 'fx':
      case 'index':
        return everywhere
      case 'credit':
      case 'refund':
      case 'withdrawal':
        return asItsReference
      case 'allocation':
      case 'reservation':
      case 'charge':
      case 'offer':
        return byName(registry.pools, 'pool', reading.pool)
      case 'figure':
      case 'event':
        return placeOfClause(reading.clause, { registry, meant, party })
      case 'payment':
      case 'dispute':
      case 'ruling':
        if (reading.agreement === undefined) return missing('agreement')
        return made.get(reading.agreement as AgreementId) ?? { problem: unknownName('agreement', reading.agreement, party) }
      case 'condition':
        if (reading.block === undefined) return placeOfClause(reading.clause, { registry, meant, party })
        return byName(registry.blocks, 'block', reading.block)
      case 'outage':
      case 'maintenance':
      case 'curtailment':
      case 'acceptance':
      case 'gap':
      case 'call':
      case 'rack':
      case 'claim':
        return byName(registry.blocks, 'block', reading.block)
    }
  }
}

type Placing = Readonly<{ registry: Registry; meant: AgreementId | undefined; party: string | undefined }>

const placeOfClause = (clause: string | undefined, { registry, meant, party }: Placing): Found => {
  if (clause === undefined) return missing('clause')
  const all = registry.clauses.get(clause) ?? []
  const [first] = all
  if (first === undefined) return { problem: unknownName('clause', clause, party) }
  const found = all.length === 1 ? first : all.find((agreement) => agreement === meant)
  if (found !== undefined) return { place: { agreement: found } }
  return {
    problem: {
      pointer: '/block',
      message: `clause ${clause} is in ${all.join(', ')}: say by \`block\`, or for the whole import by --agreement, which is meant`,
    },
  }
}
