import { subtract, visitPieces, type Steps } from '../base/steps.ts'
import { formatLocal, type Interval } from '../base/time.ts'
import type { BlockFacts, Delivery } from './facts.ts'
import { printCount } from './refusal.ts'

const violated = (block: string, at: string, numbers: Readonly<Record<string, number>>): never => {
  const said = Object.entries(numbers).map(([name, value]) => `${name} ${printCount(value)}`)
  throw new Error(`Conservation is violated in block ${block} at ${at}: ${said.join(', ')}. This is a bug of the meter.`)
}

/**
 * Asserts the law of a block at every instant: accepted = sold + unsold + called + unavailable + planned, each zero or more; deemed is a
 * part of available, and what is sold a part of what is contracted. Throws with block, instant and numbers: a violation is a bug.
 */
const assertOf = (facts: BlockFacts, { available, called, sold }: Delivery, unavailable: Steps, window: Interval, zone: string): void => {
  const functions = [facts.accepted, facts.planned, unavailable, available, called, sold]
  visitPieces(functions, window.from, window.to, (start, _end, values) => {
    const [N, P, U, A, G, S] = values as unknown as [number, number, number, number, number, number]
    const unsold = A - G - S
    if (P >= 0 && U >= 0 && G >= 0 && S >= 0 && unsold >= 0 && S + unsold + G + U + P === N) return
    violated(facts.block, formatLocal(start, zone), { accepted: N, sold: S, unsold, called: G, unavailable: U, planned: P })
  })
}

/** Asserts conservation of a block's facts, as proven and as presumed, where what is unproven is not unavailable. */
export const assertConserved = (facts: BlockFacts, window: Interval, zone: string): void => {
  assertOf(facts, facts.proven, facts.unavailable, window, zone)
  if (facts.presumed !== facts.proven) assertOf(facts, facts.presumed, subtract(facts.unavailable, facts.unproven), window, zone)
  visitPieces(
    [facts.proven.available, facts.deemed, facts.contracted, facts.proven.sold],
    window.from,
    window.to,
    (start, _end, values) => {
      const [available, deemed, contracted, sold] = values as unknown as [number, number, number, number]
      if (deemed >= 0 && deemed <= available && sold <= contracted) return
      violated(facts.block, formatLocal(start, zone), { available, deemed, contracted, sold })
    },
  )
}
