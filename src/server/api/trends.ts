import { minorDigits } from '../../core/base/currency.ts'
import { decimal, minus, rational, toFixed, total, type Rational } from '../../core/base/rational.ts'
import type { TrendWire } from '../../wire/today.ts'
import { trendMonths } from '../app/today.ts'
import type { MonthTotals } from '../store/needs.ts'

const parts = {
  'guarantor-pays': ({ guarantorPays }: MonthTotals): Rational => decimal(guarantorPays),
  'operator-pays': ({ operatorPays }: MonthTotals): Rational => decimal(operatorPays),
  net: ({ guarantorPays, operatorPays }: MonthTotals): Rational => minus(decimal(guarantorPays), decimal(operatorPays)),
} as const

/** Months of the currency that most statements are in, the latest dozen: currencies never meet in one sum. */
export const trendsOf = (all: readonly MonthTotals[]): TrendWire[] => {
  const byCurrency = [...Map.groupBy(all, ({ currency }) => currency)].toSorted(
    ([a, own], [b, others]) => others.length - own.length || (a < b ? -1 : 1),
  )
  const [first] = byCurrency
  if (first === undefined) return []
  const [currency, rows] = first
  const months = [...Map.groupBy(rows, ({ month }) => month)].toSorted(([a], [b]) => (a < b ? -1 : 1)).slice(-trendMonths)
  const text = (value: Rational) => toFixed(value, minorDigits(currency) ?? 2)
  return Object.entries(parts).map(([id, of]) => ({
    id: id as TrendWire['id'],
    currency,
    months: months.map(([month, own]) => ({ month, amount: text(total([rational(0), ...own.map(of)])), agreements: own.length })),
  }))
}
