import { dateOf, type Instant } from '../base/time.ts'
import { toMoney } from '../base/money.ts'
import { fromText, isZero, plus, rational, times, toText, type Rational } from '../base/rational.ts'
import { integrate } from '../base/steps.ts'
import { inForce, type CoveredByShare, type ResolvedShare, type Schedule } from '../terms/schedule.ts'
import type { Facts } from '../meter/facts.ts'
import { revenueShareTerms } from '../terms/revenue-share.ts'
import { plainly, withTerms, type ClauseSettled, type ClauseWork } from './clause-kind.ts'
import { runningState, type Line } from './line.ts'
import { cutAt, yearAt, yearStartAt, type Part } from './period.ts'
import { fact, line as lineInput, sum, term } from './reasons.ts'
import { makeRevenue, type Revenue } from './revenue.ts'
import { tierPieces, type TierPiece } from './tiers.ts'

type Stretch = Readonly<{ covered: CoveredByShare; order: number; from: number; to: number; year: number }>

/** One block between two cuts: contract years always part lines, and a step of the rate parts the period. */
const stretchesOf = (clause: ResolvedShare, part: Part): Stretch[] =>
  clause.covers
    .flatMap((covered, order) =>
      cutAt(part.from, part.to, [...covered.years.starts, ...covered.rate.map(({ from }) => from)]).map((span) => ({
        covered,
        order,
        ...span,
        year: yearAt(covered.years, span.from),
      })),
    )
    .toSorted((a, b) => a.from - b.from || a.order - b.order)

type Context = Readonly<{ schedule: Schedule; clause: ResolvedShare; part: Part }>

const common = ({ clause }: Context) => ({
  clause: clause.id,
  payer: clause.payer,
  payee: clause.payee,
  version: clause.origin.version,
  reason: undefined,
})

const shareLine = (context: Context, stretch: Stretch, revenue: Revenue, piece: TierPiece, tiers: number): Line => {
  const { schedule, clause, part } = context
  const { block, rate } = stretch.covered
  const step = inForce(rate, stretch.from)
  const name = `${dateOf(step.from, schedule.zone)}${tiers > 1 ? `t${piece.tier + 1}` : ''}`
  const exact = times(piece.quantity, piece.value)
  const charged = fact(block, ['charge', 'credit', 'refund', 'fx'], 'major')
  const products = Object.entries(revenue.byProduct).filter(([, amount]) => amount.n !== 0n)
  const quantity = sum(
    '+',
    tiers > 1 ? 'Revenue in this tier' : 'Eligible net revenue',
    piece.quantity,
    'major',
    tiers > 1
      ? []
      : [
          ...products.map(([product, amount]) => charged('+', `Charges, ${product}, less credits and refunds`, amount)),
          ...revenue.credits.map(({ line, amount }) => lineInput(line, 'major')('-', 'Service credit', amount)),
        ],
    'R',
  )
  const notes = tiers > 1 ? [{ ...charged('note', 'Eligible net revenue of the block', revenue.sum, 'R'), operator: 'note' as const }] : []
  return {
    ...common(context),
    key: [clause.id, 'share', block, part.label, stretch.year, name].join('/'),
    formula: 'share',
    block,
    from: stretch.from,
    to: stretch.to,
    contractYear: stretch.year,
    quantity: toText(piece.quantity),
    quantityUnit: 'major',
    rate: toText(piece.value),
    rateUnit: 'share',
    exact: toText(exact),
    minor: toMoney(exact, schedule.currency).minor,
    reasons: [quantity, term(clause.origin, step.pointer, 'rate')('×', 'Share', piece.value, 'r'), ...notes],
  }
}

const baseLine = (context: Context, base: Rational): Line => {
  const { schedule, clause, part } = context
  const scale = rational(part.to - part.from, part.fullSeconds)
  const exact = times(base, scale)
  const written = term(clause.origin, `${clause.origin.pointer}/base`, 'major')
  return {
    ...common(context),
    key: [clause.id, 'share-base', '', part.label, '', ''].join('/'),
    formula: 'share-base',
    block: undefined,
    from: part.from,
    to: part.to,
    contractYear: clause.covers.length === 0 ? 1 : yearAt(clause.covers[0]!.years, part.from),
    quantity: toText(base),
    quantityUnit: 'major',
    rate: toText(scale),
    rateUnit: 'none',
    exact: toText(exact),
    minor: toMoney(exact, schedule.currency).minor,
    reasons: [written('+', 'Base per period', base), sum('×', 'Part of the period', scale, 'rate', [])],
  }
}

/** A block that is not accepted yet and earned nothing has no line. */
const isEmpty = (facts: Facts, { covered, from, to }: Stretch, { sum: whole }: Revenue): boolean => {
  const block = facts.blocks.find((each) => each.block === covered.block)
  return isZero(whole) && (block === undefined || integrate(block.accepted, from, to) === 0)
}

/** `revenue-share`: base + Σ r(step)·R, tiers marginal on the cumulative base (T(B after) − T(B before)); a negative R gives a credit. */
export const settleShare = ({ schedule, clause, part, facts, reductions, opening: carried }: ClauseWork<ResolvedShare>): ClauseSettled => {
  const opening = runningState(carried)
  const context = { schedule, clause, part }
  const revenueOf = makeRevenue(facts, reductions, clause.affiliateReference)
  const base: Record<string, string> = { ...opening.base }
  const lines = clause.base === undefined ? [] : [baseLine(context, clause.base)]
  // By the first date of the year and not its number: what counts is revenue since the year began, and blocks may begin theirs apart.
  const scopeAt = ({ years }: CoveredByShare, at: Instant) =>
    clause.reset === 'year' ? dateOf(yearStartAt(years, at), schedule.zone) : 'all'
  for (const stretch of stretchesOf(clause, part)) {
    const { block, rate } = stretch.covered
    const tiers = inForce(rate, stretch.from).value
    const scope = scopeAt(stretch.covered, stretch.from)
    const revenue = revenueOf(block, stretch.from, stretch.to)
    if (isEmpty(facts, stretch, revenue)) continue
    const before = fromText(base[scope] ?? '0')
    for (const piece of tierPieces(tiers, before, revenue.sum)) lines.push(shareLine(context, stretch, revenue, piece, tiers.length))
    base[scope] = toText(plus(before, revenue.sum))
  }
  // A year that is over for every block can no longer be added to.
  const running = new Set(clause.covers.map((covered) => scopeAt(covered, part.to)))
  const open = Object.fromEntries(Object.entries(base).filter(([scope]) => scope === 'all' || running.has(scope)))
  return { lines, closing: { ...opening, base: open } }
}

/** `revenue-share`: the operator pays a share of its eligible net revenue. */
export const revenueShare = withTerms<ResolvedShare>(revenueShareTerms, {
  formulas: {
    share: { word: 'Revenue share', posts: plainly('revenue-share') },
    'share-base': { word: 'Revenue share, base', posts: plainly('revenue-share') },
  },
  stages: { share: settleShare },
})
