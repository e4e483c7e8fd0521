import type { BlockId, ConditionId } from '../base/id.ts'
import { commonDenominator, type Rational } from '../base/rational.ts'
import { fromIntervals } from '../base/from-intervals.ts'
import {
  add,
  during,
  except,
  indicator,
  maximum,
  minimum,
  negative,
  restrict,
  scale,
  subtract,
  where,
  zero,
  type Steps,
} from '../base/steps.ts'
import type { Instant, Interval } from '../base/time.ts'
import type { BlockFacts, Delivery, Facts } from '../meter/facts.ts'
import type { CoveredByBackstop, ResolvedBackstop, Stepped } from '../terms/schedule.ts'

/** A reason for which quantity is not eligible, and where it applies: 1 while it fails. */
export type Failing = Readonly<{ reason: ConditionId | 'sales-evidence'; text: string; fails: Steps }>

/** Step 2 of the backstop for one block, restricted to a part, with what its explanation needs. Counts of GPUs; zero outside. */
export type Margin = Readonly<{
  block: BlockId
  /** Every scaled function below is `scaling` × GPUs: see `scalingOf`. */
  scaling: number
  /** x = min(A, C) − S − ρ·C, scaled; where GPUs are unproven the lower of its two values. */
  x: Steps
  /** x with the facts as proven, scaled: what `x` would be if nothing were held back. */
  xProven: Steps
  /** ρ·C, scaled. */
  retained: Steps
  /** C = min(scheduled, N). */
  committed: Steps
  /** min(A, C) */
  offered: Steps
  /** S, or min(S, C) where sales above C do not offset. */
  offsetting: Steps
  /** G */
  called: Steps
  failing: readonly Failing[]
  facts: BlockFacts
}>

const retentionOf = (stepped: Stepped<Rational>, committed: Steps, { from, to }: Interval, scaling: bigint): Steps => {
  const spans = stepped.map((step, i) => ({
    step,
    from: i === 0 ? from : Math.max(from, step.from),
    to: Math.min(to, stepped[i + 1]?.from ?? to),
  }))
  return spans
    .filter((span) => span.from < span.to)
    .map(({ step: { value }, ...span }) => scale(restrict(committed, span.from, span.to), Number((value.n * scaling) / value.d)))
    .reduce(add, zero)
}

/** 1 over every interval in which the condition fails: a fact that denies it beats one that asserts it; silence is what the terms presume. */
const failingOf = (clause: ResolvedBackstop, facts: Facts, block: BlockFacts, { from, to }: Interval): Failing[] => {
  const covering = (condition: ConditionId, holds: boolean): Steps => {
    const found = facts.conditions.filter(
      (each) =>
        each.clause === clause.id && each.condition === condition && each.holds === holds && (each.block ?? block.block) === block.block,
    )
    const of = (pick: (each: Interval) => Instant) => Float64Array.from(found, pick)
    const all = fromIntervals(
      of((each) => each.from),
      of((each) => each.to),
      new Float64Array(found.length).fill(1),
    )
    return restrict(indicator(all), from, to)
  }
  const conditions = clause.conditions.map(({ id, text: written, presumed }) => {
    const text = written.replace(/\.$/, '')
    const silent = presumed === 'met' ? zero : except(during(from, to, 1), covering(id, true))
    return { reason: id, text, fails: maximum(silent, covering(id, false)) }
  })
  const sales: Failing = { reason: 'sales-evidence', text: 'Sales have evidence', fails: restrict(block.unprovenSales, from, to) }
  return [...conditions, sales].filter(({ fails }) => fails.starts.length > 0)
}

/**
 * The least whole number that makes every retention of the clause whole. One for all of its blocks: where retention steps by contract year, those
 * with a commencement of their own have other steps in one period, and what they claim is held against the same caps.
 */
export const scalingOf = ({ covers }: ResolvedBackstop): bigint =>
  commonDenominator([...new Set(covers.map(({ retention }) => retention))].flatMap((steps) => steps.map(({ value }) => value)))

type Scaled = Readonly<{ clause: ResolvedBackstop; scaling: bigint }>

/** Works out x(t) of one block over an interval. */
export const marginOf = (
  { clause, scaling }: Scaled,
  covered: CoveredByBackstop,
  block: BlockFacts,
  facts: Facts,
  span: Interval,
): Margin => {
  const inside = (steps: Steps) => restrict(steps, span.from, span.to)
  const accepted = inside(block.accepted)
  const committed = covered.committed === undefined ? accepted : minimum(inside(covered.committed), accepted)
  const retained = retentionOf(covered.retention, committed, span, scaling)
  const offeredOf = ({ available }: Delivery) => minimum(inside(available), committed)
  const offsettingOf = ({ sold }: Delivery) => (clause.offset ? inside(sold) : minimum(inside(sold), committed))
  const x = (delivery: Delivery) => subtract(scale(subtract(offeredOf(delivery), offsettingOf(delivery)), Number(scaling)), retained)
  const xProven = x(block.proven)
  return {
    block: block.block,
    scaling: Number(scaling),
    x: block.presumed === block.proven ? xProven : minimum(xProven, x(block.presumed)),
    xProven,
    retained,
    committed,
    offered: offeredOf(block.proven),
    offsetting: offsettingOf(block.proven),
    called: inside(block.proven.called),
    failing: failingOf(clause, facts, block, span),
    facts: block,
  }
}

/** Step 3: while a reason fails, x counts only if negative. */
export const eligible = (x: Steps, fails: Steps): Steps =>
  fails.starts.length === 0 ? x : add(except(x, fails), where(negative(x), fails))
