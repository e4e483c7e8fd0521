import { greatest, minus, nought, rational, times, total, type Rational } from '../base/rational.ts'
import { add, integrate, maximum, minimum, positive, subtract, zero } from '../base/steps.ts'
import { dateOf } from '../base/time.ts'
import type { BlockFacts, Facts } from '../meter/facts.ts'
import { pricesIn, type PricedStep } from '../terms/indexed.ts'
import { inForce, type Tiers } from '../terms/schedule.ts'
import type { ClauseWork, Factor } from './clause-kind.ts'
import type { Input } from './line.ts'
import { factorsIn } from './factor.ts'
import { cutAt, type Part } from './period.ts'
import { priceInput } from './price.ts'
import { scaleOf, type ResolvedPurchase } from './purchase-terms.ts'
import { fact, line, quiet, sum, term } from './reasons.ts'
import { spreadIn } from './spread.ts'

/** What a buyer took in a part of a clause, and why; quantities in GPU-seconds or units, the price per GPU-hour or unit. */
export type Take = Readonly<{
  /** max(0, m·Q − taken − excused) */
  short: Input
  /** max(0, taken − m·Q) */
  excess: Input
  price: Input
  shortUnits: Rational
  excessUnits: Rational
  priceValue: Rational
}>

/** What the readings of one figure, of whatever part, come to in a part of a clause: below zero where they take back more than they give. */
export const figureIn = (facts: Facts, clause: string, figure: string, part: Part): Rational =>
  spreadIn(
    facts.figures.filter((each) => each.clause === clause && each.figure === figure),
    part,
  )

/** GPU-seconds of the orders: a GPU that is reserved counts, used or not, and once. */
const ofOrders = ({ orders: all }: Facts, orders: readonly string[], { from, to }: Part): Rational =>
  total(
    all
      .filter(({ order }) => orders.includes(order))
      .map(({ reserved, allocated }) => rational(integrate(maximum(reserved, allocated), from, to))),
  )

/**
 * GPUs that would have been free for the buyer had they worked: min(U, max(0, N − P − G − S*)). Those that an order holds while they are down
 * are left out: they count as taken under that order, and its service level answers for them.
 */
const excusedBy = ({ accepted, planned, unavailable, contracted, proven }: BlockFacts) =>
  minimum(unavailable, positive(subtract(subtract(subtract(accepted, planned), proven.called), contracted)))

const unavailableIn = ({ blocks }: Facts, { covers }: ResolvedPurchase, { from, to }: Part): Rational =>
  rational(
    integrate(
      blocks
        .filter(({ block }) => covers.some((cover) => cover.block === block))
        .map(excusedBy)
        .reduce(add, zero),
      from,
      to,
    ),
  )

const partOfPeriod = (seconds: number, of: number): Input[] =>
  seconds === of ? [] : [sum('×', 'Part of the period', rational(seconds, of), 'rate', [])]

/** m·Q: each value over the seconds for which it is in force, so that a short period has a smaller minimum. */
export const minimumOf = (clause: ResolvedPurchase, part: Part): readonly [Rational, Input] => {
  const unit = clause.unit === 'gpu-hours' ? 'gpu-seconds' : 'units'
  const pieces = cutAt(
    part.from,
    part.to,
    [...clause.minimum, ...clause.share].map(({ from }) => from),
  ).map(({ from, to }) => {
    const [quantity, share] = [inForce(clause.minimum, from), inForce(clause.share, from)]
    const value = times(times(quantity.value, share.value), rational(to - from, part.fullSeconds))
    const children = [
      term(clause.origin, quantity.pointer, unit)('+', 'Minimum per period', quantity.value, 'Q'),
      term(clause.origin, share.pointer, 'rate')('×', 'Share that is paid for', share.value, 'm'),
      ...partOfPeriod(to - from, part.fullSeconds),
    ]
    return { value, children }
  })
  const value = total(pieces.map((piece) => piece.value))
  const children = pieces.length === 1 ? pieces[0]!.children : pieces.map((piece) => sum('+', 'In part', piece.value, unit, piece.children))
  return [value, sum('+', 'Minimum', value, unit, children, 'm·Q')]
}

/** p: the price in force, averaged by seconds; what an availability adjustment makes of it counts for as long as it says. */
export const priceOf = (
  clause: Pick<ResolvedPurchase, 'id' | 'unit' | 'origin'>,
  prices: readonly PricedStep[],
  part: Part,
  factors: readonly Factor[],
  zone: string,
): readonly [Rational, Input] => {
  const unit = clause.unit === 'gpu-hours' ? 'per-gpu-hour' : 'per-unit'
  const factored = factorsIn(factors, clause.id, part)
  const edges = [...prices, ...factored].map(({ from }) => from)
  const pieces = cutAt(part.from, part.to, edges).map(({ from, to }) => {
    const step = inForce(prices, from)
    const [tier] = step.value as [Tiers[number]]
    const factor = factored.findLast((each) => each.from <= from)!
    const value = times(tier.value, factor.value)
    const children = [
      { ...priceInput(clause.origin, step, tier.value, unit), operator: '+' as const, word: `Price from ${dateOf(from, zone)}` },
      ...(factor.line === undefined ? [] : [line(factor.line, 'rate')('×', 'Availability factor', factor.value)]),
      ...partOfPeriod(to - from, part.to - part.from),
    ]
    return { value: times(value, rational(to - from, part.to - part.from)), children, step }
  })
  const price = total(pieces.map(({ value }) => value))
  const [first] = pieces as [(typeof pieces)[number]]
  if (pieces.length === 1 && first.children.length === 1) return [price, priceInput(clause.origin, first.step, price, unit)]
  const children = pieces.length === 1 ? first.children : pieces.map((piece) => sum('+', 'In part', piece.value, unit, piece.children))
  return [price, sum('×', 'Price, averaged over the period', price, unit, children, 'p')]
}

type Counted = readonly [value: Rational, input: Input]

const takenIn = ({ facts, clause, part }: ClauseWork<ResolvedPurchase>): Counted[] => {
  const unit = clause.unit === 'gpu-hours' ? 'gpu-seconds' : 'units'
  const scale = rational(scaleOf(clause))
  const told = (figure: string, word: string): Counted => {
    const value = times(figureIn(facts, clause.id, figure, part), scale)
    return [value, fact(clause.id, ['figure'], unit)('-', word, value)]
  }
  const ofListed = ofOrders(facts, clause.orders, part)
  return [
    clause.orders.length === 0
      ? told('taken', 'Taken')
      : [ofListed, fact(clause.orders.join(' '), ['reservation', 'allocation'])('-', 'Taken: reserved or allocated', ofListed)],
    ...(clause.resale === 'counts' ? [told('resold', 'Resold, which counts as taken')] : []),
  ]
}

const excusedIn = ({ facts, clause, part }: ClauseWork<ResolvedPurchase>): Counted[] => {
  const unit = clause.unit === 'gpu-hours' ? 'gpu-seconds' : 'units'
  // Readings that take back more than was ever excused do not make the minimum larger.
  const figure = times(greatest(nought, figureIn(facts, clause.id, 'excused', part)), rational(scaleOf(clause)))
  const down = clause.excuseUnavailable ? unavailableIn(facts, clause, part) : nought
  const blocks = clause.covers.map(({ block }) => block).join(' ')
  return [
    [figure, fact(clause.id, ['figure'], unit)('-', 'Excused', figure)],
    [down, fact(blocks, ['outage', 'gap', 'maintenance'])('-', 'Unavailable, held by no order', down, '∫min(U, N − P − G − S*)')],
  ]
}

/** Adds up counted inputs and says the part below zero that counts as none. */
const positiveSum = (
  word: string,
  all: readonly Input[],
  value: Rational,
  none: string,
  unit: Input['unit'],
): readonly [Rational, Input] => {
  const above = greatest(nought, value)
  const [first, ...rest] = all as [Input, ...Input[]]
  return [above, sum('+', word, above, unit, [first, ...quiet([...rest, sum('+', none, minus(above, value), unit, [])])])]
}

/** Holds what a buyer took in a part against the minimum: over the whole part, so that more at one time makes up for less at another. */
export const takeOf = (work: ClauseWork<ResolvedPurchase>): Take => {
  const { clause, part, factors, schedule } = work
  const unit = clause.unit === 'gpu-hours' ? 'gpu-seconds' : 'units'
  const [least, minimumInput] = minimumOf(clause, part)
  const [taken, excused] = [takenIn(work), excusedIn(work)]
  const took = total(taken.map(([value]) => value))
  const prices = pricesIn(clause.price, part, schedule.zone, work.facts.indices)
  const [priceValue, price] = priceOf(clause, prices, part, factors, schedule.zone)
  const counted = [...taken, ...excused].map(([, input]) => input)
  const beyond = minus(minus(least, took), total(excused.map(([value]) => value)))
  const [shortUnits, short] = positiveSum('Short of the minimum', [minimumInput, ...counted], beyond, 'More than the minimum', unit)
  const above = [...taken.map(([, input]): Input => ({ ...input, operator: '+' })), { ...minimumInput, operator: '-' as const }]
  const [excessUnits, excess] = positiveSum('Taken above the minimum', above, minus(took, least), 'Less than the minimum', unit)
  return { short, excess, price, shortUnits, excessUnits, priceValue }
}
