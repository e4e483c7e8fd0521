import {
  add,
  integrate,
  integrateBuckets,
  maximum,
  minimum,
  positive,
  restrict,
  scale,
  subtract,
  visitPieces,
  zero,
  type Steps,
} from '../base/steps.ts'
import { dayEdges, hourEdges, type Interval } from '../base/time.ts'
import type { Measure } from '../terms/agreement.ts'
import { eligible, type Margin } from './margin.ts'

/** Steps 4 and 5 for one block, or for all covered blocks as one. Integrals are in `scaling` × GPU-seconds, exact in a double. */
export type Quantity = Readonly<{
  span: Interval
  scaling: number
  /** ∫G, and Q of the buckets, summed. */
  called: number
  total: number
  /** Q with all conditions met. */
  claimed: number
  /** Σ over buckets of max(0, −∫x): sales beyond what was committed, which offset nowhere else. */
  beyond: number
  /** What the limit K took off, and what ∫G put on, in `claimed`. */
  overLimit: number
  raised: number
  ineligible: readonly Readonly<{ reason: string; text: string; amount: number }>[]
  /** The buckets in order of time: start, ∫G and Q of each. */
  visitParts: (visit: (start: number, called: number, quantity: number) => void) => void
  /** For `instant`: G and Q as functions of time, so that blocks can be cut at each other's changes. */
  pieces: Readonly<{ called: Steps; quantity: Steps }> | undefined
}>

type Buckets = Readonly<{ total: number; beyond: number; overLimit: number; raised: number; values: Float64Array | Steps }>
type Functions = Readonly<{ x: Steps; called: Steps; limit: Steps | undefined }>

/** Per bucket: Q = max(∫G, min(∫K, max(0, ∫x))). */
const inBuckets = ({ x, called, limit }: Functions, edges: Float64Array): Buckets => {
  const [xs, gs] = [integrateBuckets(x, edges), integrateBuckets(called, edges)]
  const ks = limit === undefined ? undefined : integrateBuckets(limit, edges)
  const values = new Float64Array(xs.length)
  let [total, beyond, overLimit, raised] = [0, 0, 0, 0]
  for (let i = 0; i < xs.length; i++) {
    const unsold = Math.max(0, xs[i]!)
    const within = ks === undefined ? unsold : Math.min(ks[i]!, unsold)
    values[i] = Math.max(gs[i]!, within)
    total += values[i]!
    beyond += unsold - xs[i]!
    overLimit += unsold - within
    raised += values[i]! - within
  }
  return { total, beyond, overLimit, raised, values }
}

/** At every instant: the same, on the functions themselves. */
const atInstants = ({ x, called, limit }: Functions, { from, to }: Interval): Buckets => {
  const unsold = positive(x)
  const within = limit === undefined ? unsold : minimum(limit, unsold)
  const values = maximum(called, within)
  const [whole, cut, total] = [unsold, within, values].map((steps) => integrate(steps, from, to)) as [number, number, number]
  return { total, beyond: whole - integrate(x, from, to), overLimit: whole - cut, raised: total - cut, values }
}

const edgesOfMeasure = (measure: Measure, span: Interval, zone: string): Float64Array => {
  switch (measure) {
    case 'hour':
      return hourEdges(span, zone)
    case 'day':
      return dayEdges(span, zone)
    case 'period':
    case 'instant':
      return Float64Array.of(span.from, span.to)
  }
}

/** Every reason that fails for some block. */
const reasonsOf = (margins: readonly Margin[]): { reason: string; text: string }[] => {
  const all = margins.flatMap(({ failing }) => failing.map(({ reason, text }) => ({ reason: String(reason), text })))
  return [...new Map(all.map((each) => [each.reason, each])).values()]
}

/**
 * The quantity of one block, or of several netted as one, over an interval that nothing cuts.
 * `order` lists the conditions' ids as the terms do.
 */
export const quantityOf = (
  margins: readonly Margin[],
  limit: Steps | undefined,
  measure: Measure,
  span: Interval,
  zone: string,
  order: readonly string[],
): Quantity => {
  const scaling = margins.reduce((most, margin) => leastCommonMultiple(most, margin.scaling), 1)
  const called = scale(margins.map((margin) => margin.called).reduce(add, zero), scaling)
  // Cut to the span first: scaled over the whole of the clause it may leave the exact range.
  const scaledLimit = limit === undefined ? undefined : scale(restrict(limit, span.from, span.to), scaling)
  const edges = edgesOfMeasure(measure, span, zone)
  const without = (failed: readonly string[]): Buckets => {
    const parts = margins.map((margin) =>
      scale(
        margin.failing.filter(({ reason }) => failed.includes(reason)).reduce((x, { fails }) => eligible(x, fails), margin.x),
        scaling / margin.scaling,
      ),
    )
    const functions = { x: parts.reduce(add, zero), called, limit: scaledLimit }
    return measure === 'instant' ? atInstants(functions, span) : inBuckets(functions, edges)
  }
  const reasons = reasonsOf(margins).toSorted((a, b) => rank(order, a.reason) - rank(order, b.reason))
  const steps = [without([]), ...reasons.map((_, i) => without(reasons.slice(0, i + 1).map(({ reason }) => reason)))]
  const [first, last] = [steps[0]!, steps.at(-1)!]
  const { values } = last
  return {
    span,
    scaling,
    called: integrate(called, span.from, span.to),
    total: last.total,
    claimed: first.total,
    beyond: first.beyond,
    overLimit: first.overLimit,
    raised: first.raised,
    ineligible: reasons.map((reason, i) => ({ ...reason, amount: steps[i]!.total - steps[i + 1]!.total })),
    visitParts: (visit) => {
      if (values instanceof Float64Array) {
        const gs = integrateBuckets(called, edges)
        for (let i = 0; i < values.length; i++) visit(edges[i]!, gs[i]!, values[i]!)
      } else
        visitPieces([called, values], span.from, span.to, (start, end, pair) =>
          visit(start, pair[0]! * (end - start), pair[1]! * (end - start)),
        )
    },
    pieces: values instanceof Float64Array ? undefined : { called, quantity: values },
  }
}

const rank = (order: readonly string[], reason: string): number => {
  const index = order.indexOf(reason)
  return index < 0 ? order.length : index
}

const leastCommonMultiple = (a: number, b: number): number => {
  let [x, y] = [a, b]
  while (y > 0) [x, y] = [y, x % y]
  return (a / x) * b
}

/** What the margins hold back for want of evidence: ∫(x as proven − x), in `scaling` × GPU-seconds. */
export const heldBack = (margins: readonly Margin[], { from, to }: Interval, scaling: number): number =>
  margins.reduce((total, margin) => total + integrate(subtract(margin.xProven, margin.x), from, to) * (scaling / margin.scaling), 0)
