import { compare, one, type Rational } from '../base/rational.ts'
import type { Interval } from '../base/time.ts'
import type { Factor } from './clause-kind.ts'
import { cutAt } from './period.ts'

/** A stretch of time with one factor. `line` is the key of the line that states it; undefined where no adjustment speaks of the time. */
export type Factored = Interval & Readonly<{ value: Rational; line: string | undefined }>

/**
 * `[from, to)` cut where the factor of a clause changes; 1 where no adjustment speaks of it. What a clause pays at is its price times the
 * factor in force, so a change is a step of the price; a change to the same factor is none.
 */
export const factorsIn = (factors: readonly Factor[], clause: string, { from, to }: Interval): readonly Factored[] => {
  const own = factors.filter((factor) => factor.clause === clause)
  const pieces = cutAt(
    from,
    to,
    own.flatMap((factor) => [factor.from, factor.to]),
  ).map((piece): Factored => {
    const factor = own.find((each) => each.from <= piece.from && each.to >= piece.to)
    return { ...piece, value: factor?.value ?? one, line: factor?.line }
  })
  return pieces.reduce<Factored[]>((joined, piece) => {
    const before = joined.at(-1)
    if (before === undefined || compare(before.value, piece.value) !== 0) return [...joined, piece]
    return [...joined.slice(0, -1), { ...before, to: piece.to }]
  }, [])
}
