import { addDays, endOfDate, startOfDate, type Interval, type LocalDate, type Month } from '../base/time.ts'
import { averageFor, monthsOf } from '../terms/indexed.ts'
import type { Indexed, Schedule } from '../terms/schedule.ts'
import type { IndexFact } from './facts.ts'
import type { MeterRefusal } from './refusal.ts'

/** `2027-02-09 to 2027-02-14, 2027-02-20`: dates in order, those that follow each other as one. */
const printDates = (dates: readonly LocalDate[]): string => {
  const runs: [LocalDate, LocalDate][] = []
  for (const date of dates) {
    const last = runs.at(-1)
    if (last !== undefined && addDays(last[1], 1) === date) last[1] = date
    else runs.push([date, date])
  }
  return runs.map(([first, last]) => (first === last ? first : `${first} to ${last}`)).join(', ')
}

type Need = Readonly<{ clause: string; terms: Indexed; month: Month }>

/** Days on which an index has no value in force, in a month that prices a month of the window: nothing can be paid at a price nobody knows. */
export const checkIndices = ({ clauses, zone }: Schedule, indices: readonly IndexFact[], window: Interval): MeterRefusal[] => {
  const needs = clauses.flatMap(({ id, from, to, indexedPrices }): Need[] => {
    const span = { from: Math.max(from, window.from), to: Math.min(to, window.to) }
    if (indexedPrices.length === 0 || span.from >= span.to) return []
    return indexedPrices.flatMap((terms) => monthsOf(span, zone).map((month) => ({ clause: id, terms, month })))
  })
  // Two slices of a clause may need one month, each with a patience of its own.
  const distinct = new Map(
    needs.map((need) => [`${need.clause} ${need.month} ${need.terms.index} ${need.terms.lagMonths} ${need.terms.staleDays}`, need]),
  )
  return [...distinct.values()].flatMap(({ clause, terms, month }): MeterRefusal[] => {
    const { month: priced, holes } = averageFor(terms, month, indices)
    const [first, last] = [holes[0], holes.at(-1)]
    if (first === undefined || last === undefined) return []
    const { index, staleDays } = terms
    const message = `Index ${index} has no value in force on ${printDates(holes)}: clause ${clause} prices ${month} by every day of ${priced}, each by the latest value at most ${staleDays} days old. Report the values that are missing.`
    return [{ kind: 'index-hole', subject: index, from: startOfDate(first, zone), to: endOfDate(last, zone), message }]
  })
}
