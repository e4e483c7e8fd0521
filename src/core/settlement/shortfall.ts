import type { BlockId, OrderId } from '../base/id.ts'
import { least, minus, plus, rational, total, type Rational } from '../base/rational.ts'
import { add, minimum, positive, subtract, visitPieces, zero, type Steps } from '../base/steps.ts'
import type { Interval } from '../base/time.ts'
import type { BlockFacts, Facts, HoldingFact } from '../meter/facts.ts'
import type { Schedule } from '../terms/schedule.ts'

/** What a buyer's orders had over an interval, in exact GPU-seconds. `down` and `planned` are split by whether readings name them. */
export type Shortfall = Readonly<{
  /** ∫n */
  reserved: Rational
  /** Not there, planned or not: named, and its part of what no reading names. */
  named: Rational
  shared: Rational
  /** Of those, what planned maintenance accounts for. */
  plannedNamed: Rational
  plannedShared: Rational
  /** ∫a = ∫n less both, never below zero. */
  available: Rational
  /** ∫(n − planned) */
  expected: Rational
}>

/** Blocks that the same orders may hold GPUs of: what is reserved there, counted once, and what is down in each block. */
type Group = Readonly<{ blocks: readonly BlockFacts[]; holdings: readonly HoldingFact[] }>

/** A pool's blocks are one group; under `specific`, where an order holds GPUs of the blocks it is placed on, each is its own. */
const groupsOf = ({ pools }: Schedule, facts: Facts, covered: readonly BlockId[]): Group[] =>
  pools.flatMap((pool) => {
    const blocks = facts.blocks.filter(({ block }) => pool.blocks.includes(block) && covered.includes(block))
    const apart = pool.attribution === 'specific' ? blocks.map((block) => [block]) : [blocks]
    return apart.map((group) => ({
      blocks: group,
      holdings: facts.holdings.filter(({ block }) => group.some((each) => each.block === block)),
    }))
  })

const sum = (all: readonly Steps[]): Steps => all.reduce(add, zero)

/** The step functions of one group that decide who bears what; see `visit` for their names. */
const functionsOf = ({ blocks, holdings }: Group, orders: readonly OrderId[]): Steps[] => {
  const all = holdings.filter(({ order }) => order === undefined)
  const own = holdings.filter(({ order }) => order !== undefined && orders.includes(order))
  const of = (list: readonly HoldingFact[], block: BlockId) => list.filter((each) => each.block === block)
  // X less what readings name, and of that what is left of planned maintenance: block by block, for a name in one says nothing of another.
  const rest = blocks.map(({ block, contracted, proven }) =>
    positive(subtract(subtract(contracted, proven.sold), sum(of(all, block).map(({ out }) => out)))),
  )
  const planned = blocks.map((facts, i) =>
    minimum(rest[i]!, positive(subtract(facts.planned, sum(of(all, facts.block).map((each) => each.planned))))),
  )
  const first = blocks[0]?.block
  return [
    sum(own.filter(({ block }) => block === first).map(({ reserved }) => reserved)),
    sum(own.map(({ out }) => out)),
    sum(own.map((each) => each.planned)),
    sum(all.filter(({ block }) => block === first).map(({ reserved }) => reserved)),
    sum(all.map(({ out }) => out)),
    sum(rest),
    sum(planned),
  ]
}

/** Adds counts × seconds × n / d without a fraction until the end: by denominator. */
const makeTally = () => {
  const byDenominator = new Map<number, bigint>()
  return {
    add: (gpus: number, seconds: number, n = 1, d = 1) => {
      if (gpus !== 0 && n !== 0) byDenominator.set(d, (byDenominator.get(d) ?? 0n) + BigInt(gpus) * BigInt(seconds) * BigInt(n))
    },
    total: () => total([...byDenominator].map(([d, n]) => rational(n, d))),
  }
}

/**
 * How much of what a buyer reserved was not there. GPUs that readings name as its orders' come first, at most what is reserved. The rest of
 * what is sold but down, X less all that readings name, is borne alike by every reserved GPU of the pool that no reading names; the planned
 * part of it first. So the shortfalls of all orders add up to X, unless readings name more than that or more is down than is reserved.
 */
export const shortfallOf = (
  schedule: Schedule,
  facts: Facts,
  { covered, orders, span }: Readonly<{ covered: readonly BlockId[]; orders: readonly OrderId[]; span: Interval }>,
): Shortfall => {
  const [reserved, named, shared, plannedNamed, plannedShared] = Array.from({ length: 5 }, makeTally)
  const pools = schedule.pools.filter(({ blocks }) => blocks.some((block) => covered.includes(block))).map(({ id }) => id)
  const kept = facts.orders.filter(({ order, pool }) => orders.includes(order) && pools.includes(pool))
  visitPieces([sum(kept.map((each) => each.reserved))], span.from, span.to, (start, end, [gpus]) => reserved!.add(gpus!, end - start))
  for (const group of groupsOf(schedule, facts, covered))
    visitPieces(functionsOf(group, orders), span.from, span.to, (start, end, values) => {
      const [own, ownOut, ownPlanned, all, allOut, rest, restPlanned] = [...values] as [
        number,
        number,
        number,
        number,
        number,
        number,
        number,
      ]
      const seconds = end - start
      named!.add(Math.min(own, ownOut), seconds)
      plannedNamed!.add(Math.min(own, ownPlanned), seconds)
      const [free, open] = [Math.max(0, own - ownOut), Math.max(0, all - allOut)]
      if (open === 0) return
      shared!.add(free, seconds, Math.min(rest, open), open)
      plannedShared!.add(free, seconds, Math.min(restPlanned, open), open)
    })
  const whole = reserved!.total()
  const parts = {
    named: named!.total(),
    shared: shared!.total(),
    plannedNamed: plannedNamed!.total(),
    plannedShared: plannedShared!.total(),
  }
  return {
    reserved: whole,
    ...parts,
    // An order placed on several blocks may be named down in each of them: it never loses more than it has.
    available: minus(whole, least(whole, plus(parts.named, parts.shared))),
    expected: minus(whole, least(whole, plus(parts.plannedNamed, parts.plannedShared))),
  }
}
