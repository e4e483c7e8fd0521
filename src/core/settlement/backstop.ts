import { dateOf, type Interval } from '../base/time.ts'
import { compare, fromText, greatest, least, minus, nought, plus, rational, times, toText, total, type Rational } from '../base/rational.ts'
import { minorDigits } from '../base/currency.ts'
import { add, type Steps } from '../base/steps.ts'
import {
  inForce,
  type Cap,
  type CoveredByBackstop,
  type Priced,
  type ResolvedBackstop,
  type Schedule,
  type Tiers,
} from '../terms/schedule.ts'
import { pricesIn, type PricedStep } from '../terms/indexed.ts'
import { within } from '../terms/stepped.ts'
import type { Facts } from '../meter/facts.ts'
import { backstopCommitments } from './backstop-commitments.ts'
import { backstopLines, type DrawnCell } from './backstop-lines.ts'
import { makeCaps, scopeOf } from './caps.ts'
import { drawQuantities } from './draw.ts'
import { capacityBackstopTerms } from '../terms/capacity-backstop.ts'
import { plainly, withTerms, type ClauseSettled, type ClauseWork } from './clause-kind.ts'
import { factorsIn, type Factored } from './factor.ts'
import { runningState, type Line, type RunningState } from './line.ts'
import { carryStated, recoup } from './recoup.ts'
import { marginOf, scalingOf } from './margin.ts'
import { cutAt, yearAt, type Part } from './period.ts'
import { quantityOf } from './quantity.ts'
import { note } from './reasons.ts'
import { roundLines, type MoneyLimit } from './round.ts'

/**
 * The intervals that a block's buckets are cut into: steps of the price and of its factor in time, and contract years where something is
 * keyed by them.
 */
const spansOf = (
  { cutAtYears, years }: CoveredByBackstop,
  prices: readonly PricedStep[],
  factors: readonly Factored[],
  { from, to }: Interval,
): Interval[] => cutAt(from, to, [...[...prices, ...factors].map((step) => step.from), ...(cutAtYears ? years.starts : [])])

/** The steps of a price over the part: worked out once for all blocks that share it. */
const makePrices = ({ schedule, part, facts }: Work): ((priced: Priced) => readonly PricedStep[]) => {
  const known = new Map<Priced, readonly PricedStep[]>()
  return (priced) => {
    const steps = known.get(priced) ?? pricesIn(priced, part, schedule.zone, facts.indices)
    known.set(priced, steps)
    return steps
  }
}

/** Blocks that net each other are one cell; else each is its own. */
const groupsOf = (clause: ResolvedBackstop): (readonly CoveredByBackstop[])[] =>
  clause.pooled ? [clause.covers] : clause.covers.map((covered) => [covered])

type Work = Readonly<{ schedule: Schedule; clause: ResolvedBackstop; part: Part; facts: Facts; factors: readonly Factored[] }>

/** K, summed over the blocks that net each other. */
const limitOf = (group: readonly CoveredByBackstop[]): Steps | undefined =>
  group.map(({ limit }) => limit).reduce((sum, limit) => (sum === undefined || limit === undefined ? undefined : add(sum, limit)))

const cellsOf = (work: Work) => {
  const { schedule, clause, part, facts, factors } = work
  const pricesOf = makePrices(work)
  const scaling = scalingOf(clause)
  return groupsOf(clause)
    .flatMap((group) => spansOf(group[0]!, pricesOf(group[0]!.price), factors, part).map((span) => ({ group, span })))
    .toSorted((a, b) => a.span.from - b.span.from)
    .map(({ group, span }) => {
      const [first] = group as [CoveredByBackstop]
      const margins = group.map((covered) => {
        const block = facts.blocks.find((each) => each.block === covered.block)
        if (block === undefined) throw new Error(`no facts of block ${covered.block}`)
        return marginOf({ clause, scaling }, covered, block, facts, span)
      })
      const order = clause.conditions.map(({ id }) => String(id))
      const price = inForce<Tiers, PricedStep>(pricesOf(first.price), span.from)
      const factor = factors.findLast(({ from }) => from <= span.from)!
      return {
        block: clause.pooled ? undefined : first.block,
        year: yearAt(first.years, span.from),
        listed: price.value,
        factor,
        // What the price is multiplied by counts before the caps, so caps and tiers are drawn at the product.
        tiers: price.value.map(({ above, value }) => ({ above, value: times(value, factor.value) })),
        price,
        step: dateOf(price.from, schedule.zone),
        quantity: quantityOf(margins, limitOf(group), clause.measure, span, schedule.zone, order),
        margins,
      }
    })
}

/**
 * The whole of a money cap that is left for the lines that draw on it. A cap may step while they run: the least of its values that holds what
 * they draw is the one that they must not exceed. One that fell below what was drawn before leaves nothing, and takes nothing back.
 */
const roomOf = (cap: Cap, of: readonly Line[], wanted: Rational, before: Rational): Rational => {
  const span = { from: Math.min(...of.map(({ from }) => from)), to: Math.max(...of.map(({ to }) => to)) }
  const rooms = within(cap.value, span).map(({ value }) => greatest(nought, minus(value, before)))
  return rooms.filter((room) => compare(room, wanted) >= 0).reduce(least, rooms.reduce(greatest))
}

/** The money caps in force over the lines that draw on them, narrowest first; what is left is before this part. `exact` is in minor units. */
const moneyLimits = ({ clause, part }: Work, lines: readonly Line[], exact: readonly Rational[], opening: RunningState): MoneyLimit[] => {
  const drawing = lines.map((line, i) => ({ line, i })).filter(({ line }) => line.formula === 'backstop' || line.formula === 'called')
  const breadth = { 'contract-year': 0, period: 1, aggregate: 2 } as const
  return clause.caps
    .filter(({ unit }) => unit === 'minor')
    .toSorted((a, b) => breadth[a.per] - breadth[b.per])
    .flatMap((cap) =>
      [...Map.groupBy(drawing, ({ line }) => scopeOf(cap, line.contractYear, part.label))].map(([scope, of]) => ({
        lines: of.map(({ i }) => i),
        left: roomOf(
          cap,
          of.map(({ line }) => line),
          total(of.map(({ i }) => exact[i]!)),
          fromText(opening.drawn[scope] ?? '0'),
        ),
      })),
    )
}

/** What is drawn on each cap after this part: rounded money, exact GPU-time. */
const drawnAfter = ({ clause, part }: Work, lines: readonly Line[], opening: RunningState): Map<string, string> => {
  const drawn = new Map(Object.entries(opening.drawn))
  for (const line of lines)
    if (line.formula === 'backstop' || line.formula === 'called')
      for (const cap of clause.caps) {
        const scope = scopeOf(cap, line.contractYear, part.label)
        const more = cap.unit === 'minor' ? rational(line.minor) : fromText(line.quantity)
        drawn.set(scope, toText(plus(fromText(drawn.get(scope) ?? '0'), more)))
      }
  return drawn
}

/** Scopes that no later part can reach are dropped. */
const stillOpen = ({ clause, part }: Work, drawn: ReadonlyMap<string, string>): Record<string, string> => {
  const earliest = Math.min(...clause.covers.map(({ years }) => yearAt(years, part.to)))
  const open = ([scope]: [string, string]) => {
    const year = /#y(-?\d+)$/.exec(scope)?.[1]
    if (year !== undefined) return Number(year) >= earliest
    return !scope.includes('#p') || (scope.endsWith(`#p${part.label}`) && part.to < part.periodEnd)
  }
  return Object.fromEntries([...drawn].filter(open).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

const capNames = { period: 'Cap of the period', 'contract-year': 'Cap of the contract year', aggregate: 'Aggregate cap' } as const

/** Beside each paid line, every cap it drew on and whether that is now used up. */
const withCaps = ({ clause, part }: Work, line: Line, drawn: ReadonlyMap<string, string>): Line => {
  if (line.formula !== 'backstop') return line
  const notes = clause.caps.map((cap) => {
    const { value, pointer } = inForce(cap.value, line.to - 1)
    const scope = scopeOf(cap, line.contractYear, part.label)
    const used = compare(fromText(drawn.get(scope) ?? '0'), value) >= 0
    const name = `${capNames[cap.per]}, in ${cap.unit === 'minor' ? 'money' : 'GPU-hours'}`
    return note(name, used ? 'used up' : 'not reached', { kind: 'terms', version: clause.origin.version, pointer })
  })
  return { ...line, reasons: [...line.reasons, ...notes] }
}

const minorPerMajor = (currency: string): bigint => 10n ** BigInt(minorDigits(currency)!)

const roundAll = (work: Work, lines: readonly Line[], opening: RunningState): Line[] => {
  const minorUnits = rational(minorPerMajor(work.schedule.currency))
  const exact = lines.map(({ exact: amount }) => times(fromText(amount), minorUnits))
  const minor = roundLines(exact, moneyLimits(work, lines, exact, opening))
  return lines.map((line, i) => ({ ...line, minor: minor[i]! }))
}

/** `capacity-backstop`, steps 1 to 8 of the terms, for one part of one slice of a clause. */
export const settleBackstop = ({
  schedule,
  clause,
  part,
  facts,
  factors,
  opening: carried,
}: ClauseWork<ResolvedBackstop>): ClauseSettled => {
  const opening = runningState(carried)
  const work = { schedule, clause, part, facts, factors: factorsIn(factors, clause.id, part) }
  const cells = cellsOf(work)
  const scale = minorPerMajor(schedule.currency)
  const drawnBefore = Object.fromEntries(Object.entries(opening.drawn).map(([scope, text]) => [scope, fromText(text)]))
  const caps = makeCaps(clause.caps, part.label, drawnBefore)
  const { drawn, paid } = drawQuantities(cells, part, caps, fromText(opening.paid), scale)
  const unrounded = cells.flatMap((cell, i) => backstopLines(clause, part, { ...cell, drawn: drawn[i]! } satisfies DrawnCell))
  const lines = roundAll(work, unrounded, opening)
  const drawnOn = drawnAfter(work, lines, opening)
  return {
    lines: lines.map((line) => withCaps(work, line, drawnOn)),
    closing: { ...opening, drawn: stillOpen(work, drawnOn), paid: toText(paid) },
  }
}

const called = plainly('called-capacity')

/** `capacity-backstop`: the guarantor pays for capacity that stays unsold, and is repaid where the terms say so. */
export const capacityBackstop = withTerms<ResolvedBackstop>(capacityBackstopTerms, {
  formulas: {
    backstop: { word: 'Capacity backstop', posts: plainly('capacity-backstop') },
    called: { word: 'Called capacity', posts: called },
    'called-over-cap': { word: 'Called capacity, outside the caps', posts: called },
    'over-cap': { word: 'Over the caps, not paid' },
    ineligible: { word: 'Not eligible' },
    recoupment: { word: 'Recoupment', posts: plainly('recoupment') },
  },
  stages: { backstop: settleBackstop, recoupment: recoup, carry: carryStated },
  commitments: backstopCommitments,
})
