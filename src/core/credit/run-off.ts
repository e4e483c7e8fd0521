import { apportion } from '../base/money.ts'
import { rational } from '../base/rational.ts'
import { addDays, daysBetween, type LocalDate, type Month } from '../base/time.ts'
import { fiscalYear, fiscalYearOf, spreadOverYears, type FiscalCalendar, type FiscalYear } from './fiscal.ts'
import { isGiven } from './overview.ts'
import { lastDateOf } from './record.ts'
import type { Promised, RegisterRow } from './register.ts'
import { sumOf } from './reporting.ts'

/** What is left of an instrument at the end of each fiscal year. Minor units; gross = covered + net. */
export type RunOff = Readonly<{
  instrument: string
  kind: string
  /** At the date of the register, and at the end of the fiscal year it lies in and of each one after it. */
  left: readonly Readonly<{ covered: bigint; net: bigint }>[]
}>
export type RunOffs = Readonly<{ years: readonly FiscalYear[]; instruments: readonly RunOff[] }>

/** How gross falls over fiscal years: as what is promised falls due; where nothing is, whole in the year in which the instrument ends. */
const weightsOf = (
  { promised, through }: RegisterRow,
  calendar: FiscalCalendar,
  years: readonly FiscalYear[],
  asOf: LocalDate,
): bigint[] => {
  const parts = promised.flatMap((each) => spreadOverYears(calendar, each)).filter(([, minor]) => minor > 0n)
  if (parts.length > 0) return years.map(({ year }) => sumOf(parts.filter(([of]) => of === year).map(([, minor]) => minor)))
  const end = fiscalYearOf(calendar, through > asOf ? through : asOf).year
  return years.map(({ year }) => (year === end ? 1n : 0n))
}

/** What is left of a sum after each of its parts has gone. */
const leftOf = (whole: bigint, weights: readonly bigint[]): bigint[] => {
  const parts = apportion(
    whole,
    weights.map((weight) => rational(weight)),
  )
  return parts.reduce<bigint[]>((left, part) => [...left, left.at(-1)! - part], [whole])
}

/**
 * How what is given falls through time if nothing is called: gross at the date of the register, then at the end of each fiscal year, split into
 * what escrow and collateral cover and what they do not, both in the same proportions. It begins at gross, never rises, and ends at nothing.
 */
export const runOff = (rows: readonly RegisterRow[], calendar: FiscalCalendar, asOf: Month): RunOffs => {
  const given = rows.filter((row) => isGiven(row) && row.amounts.gross > 0n)
  const today = lastDateOf(asOf)
  const ends = given.flatMap(({ through, promised }) => [through, ...promised.map((each) => each.through)])
  const last = [today, ...ends].toSorted().at(-1)!
  const [first, until] = [fiscalYearOf(calendar, today).year, fiscalYearOf(calendar, last).year]
  const years = given.length === 0 ? [] : Array.from({ length: until - first + 1 }, (_, i) => fiscalYear(calendar, first + i))
  return {
    years,
    instruments: given.map((row) => {
      const weights = weightsOf(row, calendar, years, today)
      const { gross, net } = row.amounts
      const [nets, covered] = [leftOf(net, weights), leftOf(gross - net, weights)]
      return { instrument: row.instrument, kind: row.kind, left: nets.map((each, i) => ({ net: each, covered: covered[i]! })) }
    }),
  }
}

/** What is promised in a calendar month. */
export type MonthAhead = Readonly<{ month: Month; firm: bigint; contingent: bigint }>

const monthsBetween = (from: LocalDate, through: LocalDate): Month[] => {
  const months: Month[] = []
  for (let date = `${from.slice(0, 7)}-01`; date <= through; date = addDays(lastDateOf(date.slice(0, 7)), 1)) months.push(date.slice(0, 7))
  return months
}

/** Splits a promise over the calendar months that its dates touch, by days, by largest remainder: the parts add up to it. */
export const spreadOverMonths = ({ from, through, minor }: Promised): readonly (readonly [Month, bigint])[] => {
  if (through < from) throw new RangeError(`${through} is before ${from}`)
  const months = monthsBetween(from, through)
  const days = months.map((month) => {
    const [first, last] = [`${month}-01`, lastDateOf(month)]
    return rational(daysBetween(first > from ? first : from, last < through ? last : through) + 1)
  })
  const parts = apportion(minor, days)
  return months.map((month, i) => [month, parts[i]!])
}

/** What the guarantor has promised to pay in each of these months: certain, and at most. Minor units. */
export const promisesAhead = (rows: readonly RegisterRow[], months: readonly Month[]): MonthAhead[] => {
  const parts = rows
    .filter(isGiven)
    .flatMap(({ promised }) => promised)
    .filter(({ from }) => from.slice(0, 7) <= (months.at(-1) ?? ''))
    .flatMap((each) => spreadOverMonths(each).map(([month, minor]) => ({ month, nature: each.nature, minor })))
  const sum = (month: Month, nature: Promised['nature']) =>
    sumOf(parts.filter((part) => part.month === month && part.nature === nature).map(({ minor }) => minor))
  return months.map((month) => ({ month, firm: sum(month, 'firm'), contingent: sum(month, 'contingent') }))
}
