import type { Problem } from '../base/problem.ts'
import {
  compare,
  decimal,
  greatest,
  least,
  nought,
  over,
  plus,
  rational,
  times,
  toDecimal,
  total,
  type Rational,
} from '../base/rational.ts'
import { addDays, daysBetween, monthOf, nextMonth, startOfDate, type Interval, type LocalDate, type Month } from '../base/time.ts'
import type { IndexedPrice, Price } from './agreement.ts'
import { below } from './conform.ts'
import type { Facets } from './kind.ts'
import { major } from './phrase.ts'
import { optional } from './resolve-clause.ts'
import type { Indexed, Priced, Stepped, Tiers } from './schedule.ts'
import type { Sound } from './sound.ts'
import { steppedTiers, within, type Reading } from './stepped.ts'

/** A published value of an index. */
export type Published = Readonly<{ index: string; date: LocalDate; value: Rational }>

/** Days of one month on which one published value was in force. */
export type Run = Readonly<{ date: LocalDate; value: Rational; days: number }>
/** The index over the days of a month: each local day counts once, and `holes` are those on which no value was in force. */
export type Averaged = Readonly<{ month: Month; days: number; runs: readonly Run[]; holes: readonly LocalDate[] }>

/** How the price of one local month came about: `linked` is factor × average + plus, before floor and cap. */
export type Reckoned = Readonly<{ month: Month; average: Rational; of: Averaged; linked: Rational; price: Rational }>
/** A step of a price; one made of an index says how, for each of its months. */
export type PricedStep = Stepped<Tiers>[number] & Readonly<{ linked?: Readonly<{ terms: Indexed; months: readonly Reckoned[] }> }>

export const isIndexed = (priced: Priced): priced is Indexed => 'index' in priced
export const isIndexedPrice = (price: Price): price is IndexedPrice => typeof price === 'object' && 'index' in price

/** A price as a clause resolves it: steps within the slice, `above` of tiers in `scale` units of one; or what links it to an index. */
export const resolvePrice = (price: Price, reading: Reading, slice: Interval, scale: bigint = 1n): Priced => {
  if (!isIndexedPrice(price)) return within(steppedTiers(price, reading, scale), slice)
  const { index, lagMonths, staleDays } = price
  const exact = { factor: decimal(price.factor), plus: decimal(price.plus), floor: optional(price.floor), cap: optional(price.cap) }
  return { index, ...exact, lagMonths, staleDays, pointer: reading.pointer }
}

/** What a price makes known to the rooms that do not know its kind. */
export const indexFacets = (price: Priced | undefined): Pick<Facets, 'indices' | 'indexedPrices'> =>
  price !== undefined && isIndexed(price) ? { indices: [price.index], indexedPrices: [price] } : { indices: [], indexedPrices: [] }

/** What is wrong with a price that may be linked to an index. */
export const checkIndexed = (price: Sound<Price> | undefined, pointer: string): Problem[] => {
  if (typeof price !== 'object' || !('index' in price)) return []
  const { floor, cap } = price
  if (floor === undefined || cap === undefined || compare(decimal(floor), decimal(cap)) <= 0) return []
  return [{ pointer: below(pointer, 'cap'), message: `"${cap}" is below the floor, "${floor}": the price would have to be both` }]
}

/** Local months that an interval touches. */
export const monthsOf = ({ from, to }: Interval, zone: string): Month[] => {
  const [months, last] = [[monthOf(from, zone)], monthOf(to - 1, zone)]
  while (months.at(-1)! < last) months.push(nextMonth(months.at(-1)!))
  return months
}

/** The index on the days by which a local month is priced. */
export const averageFor = ({ index, lagMonths, staleDays }: Indexed, month: Month, published: readonly Published[]): Averaged => {
  const before = nextMonth(month, -lagMonths)
  const [first, end] = [`${before}-01`, `${nextMonth(before)}-01`]
  const known = published.filter((each) => each.index === index && each.date < end).toSorted((a, b) => (a.date < b.date ? -1 : 1))
  const runs: Run[] = []
  const holes: LocalDate[] = []
  for (let day = first; day < end; day = addDays(day, 1)) {
    const latest = known.findLast(({ date }) => date <= day)
    const last = runs.at(-1)
    if (latest === undefined || daysBetween(latest.date, day) > staleDays) holes.push(day)
    else if (last?.date === latest.date) runs[runs.length - 1] = { ...last, days: last.days + 1 }
    else runs.push({ date: latest.date, value: latest.value, days: 1 })
  }
  return { month: before, days: daysBetween(first, end), runs, holes }
}

const reckon = (terms: Indexed, month: Month, published: readonly Published[]): Reckoned => {
  const of = averageFor(terms, month, published)
  // The meter refuses facts with a hole before anything is settled on them.
  if (of.holes.length > 0) throw new Error(`index ${terms.index} has no value in force on ${of.holes[0]}`)
  const average = over(total(of.runs.map(({ value, days }) => times(value, rational(days)))), rational(of.days))
  const linked = plus(times(terms.factor, average), terms.plus)
  const raised = terms.floor === undefined ? linked : greatest(linked, terms.floor)
  return { month, average, of, linked, price: terms.cap === undefined ? raised : least(raised, terms.cap) }
}

/**
 * The steps of a price over an interval: those agreed, or one for each local month of an index, from the month's first instant. A month priced
 * like the one before is no step. Throws where the index has a hole.
 */
export const pricesIn = (priced: Priced, span: Interval, zone: string, published: readonly Published[]): readonly PricedStep[] => {
  if (!isIndexed(priced)) return priced
  const steps: PricedStep[] = []
  for (const month of monthsOf(span, zone)) {
    const reckoned = reckon(priced, month, published)
    const last = steps.at(-1)
    if (last?.linked !== undefined && compare(last.value[0]!.value, reckoned.price) === 0)
      steps[steps.length - 1] = { ...last, linked: { terms: priced, months: [...last.linked.months, reckoned] } }
    else
      steps.push({
        from: startOfDate(`${month}-01`, zone),
        value: [{ above: nought, value: reckoned.price }],
        pointer: priced.pointer,
        linked: { terms: priced, months: [reckoned] },
      })
  }
  return steps
}

/** `0.90 × index gb300-hourly + 0.10, at least 1.50, at most 3.00; …` */
export const sayIndexed = ({ index, factor, plus: more, floor, cap, lagMonths, staleDays }: Indexed, currency: string): string => {
  const days = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`
  const of = lagMonths === 0 ? 'over the days of the month itself' : `over the days of the month ${days(lagMonths, 'month')} before`
  const bounds = [
    ...(floor === undefined ? [] : [`, at least ${major(floor, currency)}`]),
    ...(cap === undefined ? [] : [`, at most ${major(cap, currency)}`]),
  ]
  const linked = `${toDecimal(factor)} × the index ${index} + ${major(more, currency)}`
  return `in each month ${linked}${bounds.join('')}, by its average ${of}; a value holds until the next, for at most ${days(staleDays, 'day')} after its own`
}
