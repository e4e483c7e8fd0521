import { fiscalYear, spreadOverYears, type FiscalCalendar, type FiscalYear } from './fiscal.ts'
import type { RegisterRow } from './register.ts'

export type Nature = 'firm' | 'contingent'
/** What is promised in a fiscal year, in minor units of the reporting currency. */
export type YearOfPromises = FiscalYear & Readonly<{ firm: bigint; contingent: bigint }>
export type PromisesByYear = Readonly<{
  years: readonly YearOfPromises[]
  /** By instrument, one amount for each of the years. Only those that promise anything. */
  instruments: readonly Readonly<{ instrument: string; counterparty: string; nature: Nature; minor: readonly bigint[] }>[]
  total: Readonly<{ firm: bigint; contingent: bigint }>
}>

/**
 * Commitments by the guarantor's own fiscal years. What runs over a stretch of dates is spread by days, each promise by largest remainder, so
 * that rows and columns add up to the cent. Years in between in which nothing is promised are there, at nothing.
 */
export const promisesByYear = (rows: readonly RegisterRow[], calendar: FiscalCalendar): PromisesByYear => {
  const spread = rows.flatMap(({ instrument, counterparty, promised }) =>
    (['firm', 'contingent'] as const).flatMap((nature) => {
      const of = promised.filter((each) => each.nature === nature)
      return of.length === 0 ? [] : [{ instrument, counterparty, nature, parts: of.flatMap((each) => spreadOverYears(calendar, each)) }]
    }),
  )
  const named = spread.flatMap(({ parts }) => parts.map(([year]) => year))
  const [first, last] = [Math.min(...named), Math.max(...named)]
  const years = named.length === 0 ? [] : Array.from({ length: last - first + 1 }, (_, i) => first + i)
  const inYear = (parts: readonly (readonly [number, bigint])[], year: number) =>
    parts.reduce((sum, [of, minor]) => (of === year ? sum + minor : sum), 0n)
  const instruments = spread.map(({ parts, ...rest }) => ({ ...rest, minor: years.map((year) => inYear(parts, year)) }))
  const sumOf = (nature: Nature, at: (minor: readonly bigint[]) => bigint) =>
    instruments.filter((each) => each.nature === nature).reduce((sum, { minor }) => sum + at(minor), 0n)
  const whole = (minor: readonly bigint[]) => minor.reduce((sum, each) => sum + each, 0n)
  return {
    years: years.map((year, i) => ({
      ...fiscalYear(calendar, year),
      firm: sumOf('firm', (minor) => minor[i]!),
      contingent: sumOf('contingent', (minor) => minor[i]!),
    })),
    instruments,
    total: { firm: sumOf('firm', whole), contingent: sumOf('contingent', whole) },
  }
}
