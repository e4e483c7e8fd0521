import type { BlockId, OrderId } from '../base/id.ts'
import { rational, times, type Rational } from '../base/rational.ts'
import { makeIntegral, valueAt, type Steps } from '../base/steps.ts'
import type { Interval } from '../base/time.ts'
import type { PoolDelivery } from './deliver.ts'

/** What the charges of a pool are divided by. */
export type SharedPool = Readonly<{ blocks: readonly BlockId[]; accepted: readonly Steps[]; delivery: PoolDelivery }>

/** The whole-numbered weights of some blocks; `whole` is their sum, above zero. */
export type Shares = Readonly<{ blocks: readonly BlockId[]; weights: readonly number[]; whole: number }>

type Weigh = (span: Interval) => number[]

/** Integrals of each function over any interval of the window; at an instant, the values. */
const weigher = (functions: readonly Steps[], window: Interval): Weigh => {
  const integrals = functions.map((each) => makeIntegral(each, window.from, window.to))
  return ({ from, to }) => (from === to ? functions.map((each) => valueAt(each, from)) : integrals.map((integral) => integral(from, to)))
}

const sharesBy = (blocks: readonly BlockId[], weigh: Weigh, span: Interval): Shares | undefined => {
  const weights = weigh(span)
  const whole = weights.reduce((sum, weight) => sum + weight, 0)
  if (!Number.isSafeInteger(whole)) throw new RangeError(`${whole} GPU-seconds of one pool leave the exact range of 2^53`)
  return whole > 0 ? { blocks, weights, whole } : undefined
}

/**
 * Answers how a charge of a pool is shared by its blocks: by ∫S over its interval, by ∫N where nothing was delivered; an order placed on
 * blocks by its own part of them. Undefined where nothing is accepted either.
 */
export const makeShares = (pool: SharedPool, window: Interval): ((span: Interval, order: OrderId | undefined) => Shares | undefined) => {
  const build = (blocks: readonly BlockId[], sold: readonly Steps[], accepted: readonly Steps[]) => {
    const bySold = weigher(sold, window)
    const byAccepted = weigher(accepted, window)
    return (span: Interval) => sharesBy(blocks, bySold, span) ?? sharesBy(blocks, byAccepted, span)
  }
  const sold = pool.delivery.proven.map((each) => each.sold)
  const whole = build(pool.blocks, sold, pool.accepted)
  const ofOrders = new Map<OrderId, typeof whole>()
  const ofOrder = (order: OrderId): typeof whole | undefined => {
    const delivered = pool.delivery.byOrder.get(order)
    if (delivered === undefined) return undefined
    const pick = <T>(all: readonly T[]) => delivered.blocks.map((number) => all[number]!)
    const made = ofOrders.get(order) ?? build(pick(pool.blocks), delivered.sold, pick(pool.accepted))
    ofOrders.set(order, made)
    return made
  }
  return (span, order) => ((order === undefined ? undefined : ofOrder(order)) ?? whole)(span)
}

const gcd = (a: number, b: number): number => {
  let [x, y] = [a, b]
  while (y > 0x7fff_ffff) [x, y] = [y, x % y]
  if (y === 0) return x
  // Below 2^31 the remainder is one instruction of the machine, and not a routine of floating point.
  let [i, j] = [y | 0, (x % y) | 0]
  while (j > 0) [i, j] = [j, (i % j) | 0]
  return i
}

/** A part of a whole, both whole numbers below 2^53. */
export type Part = Readonly<{ part: number; whole: number }>

const isSmall = ({ n, d }: Rational): boolean => n >= 0n && n <= Number.MAX_SAFE_INTEGER && d <= Number.MAX_SAFE_INTEGER

/**
 * An amount × part / whole × part / whole. Common factors are dropped pair by pair in plain numbers before anything is multiplied, which
 * leaves lowest terms and is many times faster than reducing the long products; charges come by the hundred thousand.
 */
export const partOf = (amount: Rational, a: Part, b: Part): Rational => {
  if (a.part === a.whole && b.part === b.whole) return amount
  if (!isSmall(amount)) return times(times(amount, rational(a.part, a.whole)), rational(b.part, b.whole))
  const tops = [Number(amount.n), a.part, b.part]
  const bottoms = [Number(amount.d), a.whole, b.whole]
  for (let i = 0; i < 3; i++)
    for (let j = 0; j < 3; j++) {
      if (tops[i] === 1 || bottoms[j] === 1) continue
      const common = gcd(tops[i]!, bottoms[j]!)
      tops[i]! /= common
      bottoms[j]! /= common
    }
  return { n: BigInt(tops[0]!) * BigInt(tops[1]!) * BigInt(tops[2]!), d: BigInt(bottoms[0]!) * BigInt(bottoms[1]!) * BigInt(bottoms[2]!) }
}
