import { yearFraction } from '../base/day-count.ts'
import { greatest, minus, nought, plus, times, total, type Rational } from '../base/rational.ts'
import { addDays, dateOf, startOfDate, type Instant, type Interval, type LocalDate } from '../base/time.ts'
import type { IndexFact } from '../meter/facts.ts'
import { inForce } from '../terms/schedule.ts'
import type { ResolvedDebt } from './debt-terms.ts'
import type { Input } from './line.ts'
import { cutAt } from './period.ts'
import { fact, quiet, state, sum, term } from './reasons.ts'

/** Interest on one balance at one rate, between two local dates: the first counts, the last does not. */
export type Accrual = Readonly<{
  from: LocalDate
  to: LocalDate
  balance: Rational
  /** All in, per year. */
  rate: Rational
  years: Rational
  interest: Rational
  reasons: readonly Input[]
}>

/** What an interval accrues on: what was owed at its start, and what is drawn inside, which bears interest from the first instant of its date. */
export type Owed = Readonly<{ balance: Rational; draws?: readonly Readonly<{ at: Instant; amount: Rational }>[] }>

/** The index value of a period that begins then: the last on or before its first local date, less the lag. */
export const indexAt = (
  { rate: { index } }: ResolvedDebt,
  indices: readonly IndexFact[],
  { at, zone }: Readonly<{ at: Instant; zone: string }>,
): Rational | undefined => {
  if (index === undefined) return undefined
  const day = addDays(dateOf(at, zone), -index.lagDays)
  const known = indices.filter((each) => each.index === index.name && each.date <= day)
  return known.reduce<IndexFact | undefined>((last, each) => (last === undefined || each.date > last.date ? each : last), undefined)?.value
}

/** The rate in force at an instant: fixed, or margin + max(index, floor). */
const rateAt = ({ rate, origin }: ResolvedDebt, at: Instant, index: Rational | undefined): { all: Rational; reasons: Input[] } => {
  const step = inForce(rate.step, at)
  const written = term(origin, step.pointer, 'rate')
  if (rate.index === undefined) return { all: step.value, reasons: [written('+', 'Fixed rate', step.value)] }
  const { name, floor } = rate.index
  const value = index ?? nought
  const counted = greatest(value, floor)
  const reasons = [
    sum('+', 'Index, no less than its floor', counted, 'rate', [
      fact(name, ['index'], 'rate')('+', name, value),
      ...(counted === value ? [] : [sum('+', 'Raised to the floor', minus(counted, value), 'rate', [])]),
    ]),
    written('+', 'Margin', step.value),
  ]
  return { all: plus(counted, step.value), reasons: quiet(reasons) }
}

/**
 * Interest of an interval by the day: cut where something is drawn and where the rate steps, each piece balance × rate × part of a year. With
 * actual days the pieces add up whatever cuts them.
 */
export const accrue = (
  clause: ResolvedDebt,
  { from, to }: Interval,
  { balance, draws = [] }: Owed,
  { zone, index }: Readonly<{ zone: string; index: Rational | undefined }>,
): Accrual[] => {
  const dated = draws.map(({ at, amount }) => ({ at: startOfDate(dateOf(at, zone), zone), amount }))
  const cuts = [...dated.map(({ at }) => at), ...clause.rate.step.map((step) => step.from)]
  return cutAt(from, to, cuts).map((piece): Accrual => {
    const drawn = total(dated.filter(({ at }) => at <= piece.from).map(({ amount }) => amount))
    const base = plus(balance, drawn)
    const { all, reasons } = rateAt(clause, piece.from, index)
    const [first, last] = [dateOf(piece.from, zone), dateOf(piece.to, zone)]
    const years = yearFraction(clause.rate.dayCount, first, last)
    const owed = quiet([
      state(`${clause.id}: owed when the period opened`, 'major')('+', 'Owed when the period opened', balance),
      fact(clause.id, ['event'], 'major')('+', 'Drawn since', drawn),
    ])
    return {
      from: first,
      to: last,
      balance: base,
      rate: all,
      years,
      interest: times(times(base, all), years),
      reasons: [
        sum('+', `Owed from ${first}`, base, 'major', owed),
        sum('×', 'Rate', all, 'rate', reasons),
        sum('×', `Part of a year until ${last}, ${clause.rate.dayCount}`, years, 'rate', []),
      ],
    }
  })
}
