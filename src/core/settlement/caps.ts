import { compare, floor, greatest, least, minus, nought, one, over, plus, rational, times, type Rational } from '../base/rational.ts'
import type { Instant } from '../base/time.ts'
import { inForce, type Cap } from '../terms/schedule.ts'

/** What one cell asks of the caps at an instant: GPU-seconds, and minor units for each of them. */
export type Ask = Readonly<{ year: number; quantity: Rational; price: Rational }>

/** Under which name a cap's draws are kept: one per period, one per contract year, or one for all time. */
export const scopeOf = (cap: Cap, year: number, period: string): string => {
  switch (cap.per) {
    case 'aggregate':
      return cap.id
    case 'contract-year':
      return `${cap.id}#y${year}`
    case 'period':
      return `${cap.id}#p${period}`
  }
}

const breadth = { 'contract-year': 0, period: 1, aggregate: 2 } as const

/** The caps of a clause while a part settles: what is drawn on each so far, and how much of what is asked they let through. */
export const makeCaps = (caps: readonly Cap[], period: string, opening: Readonly<Record<string, Rational>>) => {
  const drawn = new Map(Object.entries(opening))
  const narrowFirst = caps.toSorted((a, b) => breadth[a.per] - breadth[b.per])
  /** Every instant at which some cap begins or steps, in order. */
  const steps = [...new Set(caps.flatMap(({ value }) => value.map(({ from }) => from)))].toSorted((a, b) => a - b)
  const drawnOn = (scope: string) => drawn.get(scope) ?? nought
  /** Cap left = cap in force − drawn in its scope, never below zero. */
  const left = (cap: Cap, year: number, at: Instant) =>
    greatest(nought, minus(inForce(cap.value, at).value, drawnOn(scopeOf(cap, year, period))))
  const drawOf = (cap: Cap, { quantity, price }: Ask) => (cap.unit === 'minor' ? times(quantity, price) : quantity)

  /** The part of each ask that is paid, 0 to 1: where a cap binds, all in its scope get one fraction of what they asked, if not less already. */
  const levels = (asks: readonly Ask[], at: Instant): Rational[] => {
    let result = asks.map(() => one)
    for (const cap of narrowFirst)
      for (const year of cap.per === 'contract-year' ? new Set(asks.map((ask) => ask.year)) : [asks[0]!.year]) {
        const inside = asks.map((ask) => cap.per !== 'contract-year' || ask.year === year)
        const draws = asks.map((ask, i) => (inside[i]! ? drawOf(cap, ask) : nought))
        const most = fill(draws, result, left(cap, year, at))
        result = result.map((level, i) => (inside[i]! ? least(level, most) : level))
      }
    return result
  }

  const draw = (asks: readonly Ask[]): void => {
    for (const cap of caps)
      for (const ask of asks) {
        const scope = scopeOf(cap, ask.year, period)
        drawn.set(scope, plus(drawnOn(scope), drawOf(cap, ask)))
      }
  }

  /** GPU-seconds that no cap can stop at these years and prices, until the instant at which some cap steps. */
  const free = (asks: readonly Ask[], at: Instant): { quantity: Rational | undefined; until: Instant } => {
    let quantity: Rational | undefined
    for (const cap of caps)
      for (const { year, price } of asks) {
        const room = left(cap, year, at)
        if (cap.unit === 'minor' && price.n === 0n) continue
        const seconds = cap.unit === 'minor' ? over(room, price) : room
        if (quantity === undefined || compare(seconds, quantity) < 0) quantity = seconds
      }
    return { quantity, until: steps.find((from) => from > at) ?? Infinity }
  }

  return { levels, draw, free, steps }
}

/** The one level `f` at which Σ min(level, f)·draw meets what is left; 1 where all of it fits. */
const fill = (draws: readonly Rational[], levels: readonly Rational[], room: Rational): Rational => {
  let open = draws.map((draw, i) => ({ draw, level: levels[i]! })).filter(({ draw }) => draw.n > 0n)
  let rest = room
  const wanted = open.reduce((sum, { draw, level }) => plus(sum, times(draw, level)), nought)
  if (compare(wanted, room) <= 0) return one
  for (;;) {
    const asked = open.reduce((sum, { draw }) => plus(sum, draw), nought)
    const level = over(rest, asked)
    const below = open.filter((each) => compare(each.level, level) < 0)
    if (below.length === 0) return level
    rest = below.reduce((sum, each) => minus(sum, times(each.draw, each.level)), rest)
    open = open.filter((each) => compare(each.level, level) >= 0)
  }
}

/** As many whole scaled units as surely fit; no more than a double holds. */
export const wholeUnits = (quantity: Rational | undefined, scaling: number): number => {
  if (quantity === undefined) return Infinity
  const units = floor(times(quantity, rational(scaling)))
  return units > BigInt(Number.MAX_SAFE_INTEGER) ? Infinity : Number(units)
}
