import type { AgreementId } from '../../core/base/id.ts'
import type { Problem } from '../../core/base/problem.ts'
import type { Reading } from '../../core/meter/reading.ts'
import type { Registry } from '../store/agreements.ts'

/** Where a reading belongs: one agreement, all of them (a rate of exchange), or wherever the reading it speaks of belongs. */
export type Place = Readonly<{ agreement: AgreementId }> | 'everywhere' | 'as its reference'

/** What was found: a place, or why there is none. */
export type Found = Readonly<{ place: Place }> | Readonly<{ problem: Problem }>

const everywhere: Found = { place: 'everywhere' }
const asItsReference: Found = { place: 'as its reference' }

const unknown = (pointer: string, word: string, id: string): Found => ({
  problem: { pointer, message: `${word} ${id} is in no agreement here; load the agreement that has it first: offtake load FILE` },
})

/** Finds the agreement that a reading belongs to, by its block, its pool or its clause; `meant` is the one whose clause it is where several have it. */
export const makePlacer = (registry: Registry, meant: AgreementId | undefined): ((reading: Reading) => Found) => {
  const made = new Map([...registry.zones.keys()].map((agreement): [AgreementId, Found] => [agreement, { place: { agreement } }]))
  const byName = (agreement: AgreementId | undefined, pointer: string, word: string, id: string): Found =>
    agreement === undefined ? unknown(pointer, word, id) : made.get(agreement)!
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
        return byName(registry.pools.get(reading.pool), '/pool', 'pool', reading.pool)
      case 'figure':
      case 'event':
        return placeOfClause(reading.clause, registry, meant)
      case 'payment':
      case 'dispute':
      case 'ruling':
        return byName(registry.zones.has(reading.agreement) ? reading.agreement : undefined, '/agreement', 'agreement', reading.agreement)
      case 'condition':
        if (reading.block === undefined) return placeOfClause(reading.clause, registry, meant)
        return byName(registry.blocks.get(reading.block), '/block', 'block', reading.block)
      case 'outage':
      case 'maintenance':
      case 'curtailment':
      case 'acceptance':
      case 'gap':
      case 'call':
      case 'rack':
      case 'claim':
        return byName(registry.blocks.get(reading.block), '/block', 'block', reading.block)
    }
  }
}

const placeOfClause = (clause: string, { clauses }: Registry, meant: AgreementId | undefined): Found => {
  const all = clauses.get(clause) ?? []
  const [first] = all
  if (first === undefined) return unknown('/clause', 'clause', clause)
  const found = all.length === 1 ? first : all.find((agreement) => agreement === meant)
  if (found !== undefined) return { place: { agreement: found } }
  return {
    problem: {
      pointer: '/block',
      message: `clause ${clause} is in ${all.join(', ')}: say by \`block\`, or for the whole import by --agreement, which is meant`,
    },
  }
}
