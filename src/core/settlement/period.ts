import { dateOf, monthInterval, monthOf, nextMonth, startOfDate, type Instant, type Interval, type Month } from '../base/time.ts'
import type { PeriodLength } from '../terms/agreement.ts'
import type { ContractYears, ResolvedClause, Schedule } from '../terms/schedule.ts'

/** The part of a clause's period that a slice of the clause settles: short where the slice begins or ends inside the period. */
export type Part = Readonly<{
  from: Instant
  to: Instant
  /** Length of the whole period, for amounts that are set per period. */
  fullSeconds: number
  /** `2027-09`, `2027-Q3`, `2027`. */
  label: string
  /** The whole period's end: caps per period stay open until then. */
  periodEnd: Instant
}>

export const monthsOf: Readonly<Record<PeriodLength, number>> = { month: 1, quarter: 3, year: 12 }

/** The calendar period that a month lies in: quarters begin in January, April, July and October, years in January. */
export const periodOf = (length: PeriodLength, month: Month, zone: string): Interval & { label: string } => {
  const [year, number] = month.split('-').map(Number) as [number, number]
  const months = monthsOf[length]
  const first = number - ((number - 1) % months)
  const start = `${year}-${String(first).padStart(2, '0')}`
  return {
    from: startOfDate(`${start}-01`, zone),
    to: startOfDate(`${nextMonth(start, months)}-01`, zone),
    label: length === 'month' ? start : length === 'quarter' ? `${year}-Q${Math.ceil(first / 3)}` : `${year}`,
  }
}

/** The part of this clause slice that falls to the statement of `month`: the one that ends in it. Undefined where none does. */
export const partOf = (clause: ResolvedClause, month: Month, zone: string): Part | undefined => {
  const statement = monthInterval(month, zone)
  const period = periodOf(clause.period, month, zone)
  const from = Math.max(clause.from, period.from)
  const to = Math.min(clause.to, period.to)
  if (from >= to || to <= statement.from || to > statement.to) return undefined
  return { from, to, fullSeconds: period.to - period.from, label: period.label, periodEnd: period.to }
}

/**
 * The time that facts must cover to settle the statement of `month`: whole months, back to the one in which the longest period that ends in
 * it begins, since charges are shared by blocks month by month.
 */
export const settlementWindow = (schedule: Schedule, month: Month): Interval => {
  const { from, to } = monthInterval(month, schedule.zone)
  const starts = schedule.clauses.map((clause) => partOf(clause, month, schedule.zone)?.from ?? from)
  return { from: startOfDate(`${monthOf(Math.min(from, ...starts), schedule.zone)}-01`, schedule.zone), to }
}

/** The contract year an instant lies in, of those that touch the clause. */
export const yearAt = (years: ContractYears, at: Instant): number => {
  const index = years.starts.findLastIndex((start) => start <= at)
  return years.first + Math.max(0, index)
}

/** The first instant of that contract year. */
export const yearStartAt = (years: ContractYears, at: Instant): Instant => years.starts[yearAt(years, at) - years.first]!

/** `[from, to)` cut at every instant given that lies inside it. */
export const cutAt = (from: Instant, to: Instant, instants: readonly Instant[]): Interval[] => {
  const inside = [...new Set(instants.filter((at) => at > from && at < to))].toSorted((a, b) => a - b)
  const edges = [from, ...inside, to]
  return edges.slice(1).map((end, i) => ({ from: edges[i]!, to: end }))
}

/** Local days that an interval touches. */
export const daysOf = ({ from, to }: Interval, zone: string): number =>
  Temporal.PlainDate.from(dateOf(from, zone)).until(Temporal.PlainDate.from(dateOf(to - 1, zone)), { largestUnit: 'days' }).days + 1
