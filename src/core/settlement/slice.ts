import { compare, isZero, least, minus, nought, one, over, plus, times, type Rational } from '../base/rational.ts'
import type { Instant } from '../base/time.ts'
import type { Tiers } from '../terms/schedule.ts'
import type { Ask, makeCaps } from './caps.ts'
import type { Quantity } from './quantity.ts'
import { tierAt, tierPieces } from './tiers.ts'

/** One line's worth of backstop before caps: one block (or all, netted), one contract year, one step of the price. */
export type Cell = Readonly<{ year: number; tiers: Tiers; quantity: Quantity }>

/** GPU-seconds, exact, by price tier. `called` is the first ∫G of what is paid. */
export type Paid = Readonly<{ tier: number; called: Rational; other: Rational }>
export type Drawn = { paid: Map<number, Paid>; overCap: Rational; calledOverCap: Map<number, Rational> }

export type Item = { cell: number; called: Rational; quantity: Rational }
export type Caps = ReturnType<typeof makeCaps>
/**
 * The state of one walk through the cells in order of time: `paid` is cumulative, over all cells and earlier periods. `continuous` at measure
 * `instant`: where a cap or tier ends inside a piece it ends at an instant, so that what is called and what is not are cut alike there, and it
 * does not matter how time is cut. In a bucket the called part is cut last.
 */
export type Walk = { caps: Caps; cells: readonly Cell[]; drawn: Drawn[]; paid: Rational; perMajor: Rational; continuous: boolean }

/** Minor units for one GPU-second in the tier where cumulative paid GPU-time stands. */
export const priceNow = (walk: Walk, cell: Cell): Rational => times(cell.tiers[tierAt(cell.tiers, walk.paid)]!.value, walk.perMajor)

const pay = (walk: Walk, index: number, tier: number, called: Rational, other: Rational): void => {
  const { paid } = walk.drawn[index]!
  const before = paid.get(tier) ?? { tier, called: nought, other: nought }
  paid.set(tier, { tier, called: plus(before.called, called), other: plus(before.other, other) })
}

/** What the caps leave unpaid: called GPU-time is paid all the same, outside them; the rest is stated at zero. */
export const refuse = (walk: Walk, { cell, called, quantity }: Item): void => {
  const drawn = walk.drawn[cell]!
  drawn.overCap = plus(drawn.overCap, minus(quantity, called))
  for (const piece of tierPieces(walk.cells[cell]!.tiers, walk.paid, called))
    if (!isZero(piece.quantity)) drawn.calledOverCap.set(piece.tier, plus(drawn.calledOverCap.get(piece.tier) ?? nought, piece.quantity))
  walk.paid = plus(walk.paid, called)
}

/** Everything asked for at one instant, in proportion: up to the next price tier, cut by the caps, until nothing is left to ask. */
export const takeSlice = (walk: Walk, at: Instant, asked: readonly Item[]): void => {
  let open = asked.filter(({ quantity }) => !isZero(quantity))
  while (open.length > 0) {
    const whole = open.reduce((sum, { quantity }) => plus(sum, quantity), nought)
    const nextTiers = open.flatMap(({ cell }) => {
      const { tiers } = walk.cells[cell]!
      const next = tiers[tierAt(tiers, walk.paid) + 1]
      return next === undefined ? [] : [over(minus(next.above, walk.paid), whole)]
    })
    const fraction = nextTiers.reduce(least, one)
    const asks = open.map(({ cell, quantity }): Ask => {
      const of = walk.cells[cell]!
      return { year: of.year, quantity: times(quantity, fraction), price: priceNow(walk, of) }
    })
    const levels = walk.caps.levels(asks, at)
    const granted = asks.map((ask, i): Ask => ({ ...ask, quantity: times(ask.quantity, levels[i]!) }))
    const tiers = open.map(({ cell }) => tierAt(walk.cells[cell]!.tiers, walk.paid))
    walk.caps.draw(granted)
    const rest = open.map((item, i): Item => {
      const { quantity } = granted[i]!
      const called = walk.continuous ? over(times(item.called, quantity), item.quantity) : least(item.called, quantity)
      pay(walk, item.cell, tiers[i]!, called, minus(quantity, called))
      return { cell: item.cell, called: minus(item.called, called), quantity: minus(item.quantity, quantity) }
    })
    walk.paid = granted.reduce((sum, { quantity }) => plus(sum, quantity), walk.paid)
    for (const [i, item] of rest.entries()) if (compare(levels[i]!, one) < 0) refuse(walk, item)
    open = rest.filter(({ quantity }, i) => compare(levels[i]!, one) >= 0 && !isZero(quantity))
  }
}
