import { minorDigits } from '../base/currency.ts'
import {
  compare,
  fromText,
  greatest,
  least,
  minus,
  nought,
  one,
  over,
  plus,
  rational,
  times,
  total,
  type Rational,
} from '../base/rational.ts'
import { valueAt } from '../base/steps.ts'
import { dateOf, monthOf, nextMonth, startOfDate, type Interval } from '../base/time.ts'
import { isIndexed } from '../terms/indexed.ts'
import {
  inForce,
  isBackstop,
  type Cap,
  type CoveredByBackstop,
  type ResolvedBackstop,
  type Schedule,
  type Stepped,
  type Tiers,
} from '../terms/schedule.ts'
import { within } from '../terms/stepped.ts'
import { scopeOf } from './caps.ts'
import type { ClauseKind, Commitment } from './clause-kind.ts'
import { runningState } from './line.ts'
import { cutAt, partOf, yearAt, type Part } from './period.ts'

/** A stretch of one period and one contract year on which the terms of the blocks that net each other do not change. */
type Piece = Interval & Readonly<{ year: number; gpuSeconds: Rational; price: Rational }>

const secondsPerHour = rational(3600)

/** Above any price per GPU-hour: where a price follows an index without a cap, only a cap on money says what can be owed at most. */
const unbounded = rational(10n ** 15n)
/** The steps of the highest price that a block can be paid at: of one that follows an index, its cap. */
const highest = ({ price }: CoveredByBackstop): Stepped<Tiers> =>
  isIndexed(price) ? [{ from: 0, value: [{ above: nought, value: price.cap ?? unbounded }], pointer: price.pointer }] : price
const isBounded = ({ covers, caps }: ResolvedBackstop): boolean =>
  caps.some(({ unit }) => unit === 'minor') || covers.every(({ price }) => !isIndexed(price) || price.cap !== undefined)

/** Most GPUs of a block whose idleness is paid for: (1 − ρ)·min(C, contract capacity), since x ≤ C − ρ·C and nothing is accepted beyond the contract. */
const gpusAt = ({ block, committed, retention }: CoveredByBackstop, { blocks }: Schedule, at: number): Rational => {
  const contracted = blocks.find(({ id }) => id === block)?.tranches.reduce((sum, { gpus }) => sum + gpus, 0) ?? 0
  const counted = committed === undefined ? contracted : Math.min(contracted, valueAt(committed, at))
  return times(minus(one, inForce(retention, at).value), rational(counted))
}

const piecesOf = (group: readonly CoveredByBackstop[], part: Interval, schedule: Schedule): Piece[] => {
  const cuts = group.flatMap((covered) => [
    ...covered.years.starts,
    ...[highest(covered), covered.retention].flatMap((steps) => steps.map(({ from }) => from)),
    ...[covered.committed, covered.limit].flatMap((steps) => (steps === undefined ? [] : [...steps.starts])),
  ])
  return cutAt(part.from, part.to, cuts).map(({ from, to }) => {
    const gpus = total(group.map((covered) => gpusAt(covered, schedule, from)))
    const limits = group.map(({ limit }) => (limit === undefined ? undefined : valueAt(limit, from)))
    const limit = limits.reduce((sum, each) => (sum === undefined || each === undefined ? undefined : sum + each))
    return {
      from,
      to,
      year: yearAt(group[0]!.years, from),
      gpuSeconds: times(limit === undefined ? gpus : least(gpus, rational(limit)), rational(to - from)),
      price: inForce(highest(group[0]!), from).value.reduce((most, { value }) => greatest(most, value), nought),
    }
  })
}

/** The periods that a slice has from an instant on, in order of time. */
const partsFrom = (clause: ResolvedBackstop, at: number, zone: string): Part[] => {
  const rest = { ...clause, from: Math.max(clause.from, at) }
  const parts: Part[] = []
  // A quarter or year is found by the month in which it ends.
  for (let month = monthOf(rest.from, zone), last = monthOf(rest.to - 1, zone); month <= last; month = nextMonth(month)) {
    const part = partOf(rest, month, zone)
    if (part !== undefined) parts.push(part)
  }
  return parts
}

/** Most that a cap lets through over a stretch: its highest value there, less what is drawn. GPU-time counts at the highest price. */
const roomOf = (
  cap: Cap,
  stretch: Interval,
  drawn: Rational,
  { price, minorUnits }: Readonly<{ price: Rational; minorUnits: Rational }>,
) => {
  const most = within(cap.value, stretch).reduce((high, { value }) => greatest(high, value), nought)
  const left = greatest(nought, minus(most, drawn))
  return cap.unit === 'minor' ? over(left, minorUnits) : over(times(left, price), secondsPerHour)
}

/**
 * The most that a backstop can still cost, by contract year, the earliest that it can fall due: period after period, all of the committed
 * capacity that the operator does not retain lies idle, at the highest price, until a cap stops it. So it is what is left of the money caps
 * where these bind, and GPU-hours × price where none does; nothing can be said where a price has no bound and money has no cap. All slices of a clause are one promise, since they draw on the same caps: the first
 * that is still to run speaks for all. What the guarantor calls by its own choice beyond the caps is no promise, and is left out.
 */
export const backstopCommitments: NonNullable<ClauseKind['commitments']> = (clause, { schedule, from, state }) => {
  const { zone, currency } = schedule
  const at = startOfDate(from, zone)
  const slices = schedule.clauses.filter((each): each is ResolvedBackstop => isBackstop(each) && each.id === clause.id && each.to > at)
  if (slices[0]?.from !== clause.from || !slices.every(isBounded)) return []
  const minorUnits = rational(10n ** BigInt(minorDigits(currency)!))
  const drawn = new Map(Object.entries(runningState(state).drawn).map(([scope, text]) => [scope, fromText(text)]))
  const byYear = new Map<number, { from: number; to: number; amount: Rational }>()
  for (const slice of slices)
    for (const part of partsFrom(slice, at, zone)) {
      const groups = slice.pooled ? [slice.covers] : slice.covers.map((covered) => [covered])
      const pieces = groups.flatMap((group) => piecesOf(group, part, schedule))
      for (const [year, of] of [...Map.groupBy(pieces, (piece) => piece.year)].toSorted(([a], [b]) => a - b)) {
        const stretch = { from: Math.min(...of.map((each) => each.from)), to: Math.max(...of.map((each) => each.to)) }
        const price = of.reduce((most, each) => greatest(most, each.price), nought)
        const idle = total(of.map((each) => over(times(each.gpuSeconds, each.price), secondsPerHour)))
        const scopes = slice.caps.map((cap) => ({ cap, scope: scopeOf(cap, year, part.label) }))
        const amount = scopes
          .map(({ cap, scope }) => roomOf(cap, stretch, drawn.get(scope) ?? nought, { price, minorUnits }))
          .reduce(least, idle)
        if (compare(amount, nought) <= 0) continue
        for (const { cap, scope } of scopes) {
          const draw = cap.unit === 'minor' ? times(amount, minorUnits) : over(times(amount, secondsPerHour), price)
          drawn.set(scope, plus(drawn.get(scope) ?? nought, draw))
        }
        const before = byYear.get(year) ?? { ...stretch, amount: nought }
        const hull = { from: Math.min(before.from, stretch.from), to: Math.max(before.to, stretch.to) }
        byYear.set(year, { ...hull, amount: plus(before.amount, amount) })
      }
    }
  return [...byYear]
    .toSorted(([a], [b]) => a - b)
    .map(([, year]): Commitment => ({
      clause: clause.id,
      payer: clause.payer,
      payee: clause.payee,
      from: dateOf(year.from, zone),
      through: dateOf(year.to - 1, zone),
      amount: year.amount,
      nature: 'contingent',
    }))
}
