import type { PortfolioBookWire, PortfolioWire } from '../wire/portfolio.ts'
import { monthPlus } from './dates.ts'
import { parseLines, type LinesView, type PortfolioView } from './portfolio-address.ts'
import type { LinesName } from './portfolio-queries.ts'

/** The lines that an address has open, with the currency that they are in: an address without one means the only book, where there is one. */
export const openLines = (text: string | undefined, { books }: Pick<PortfolioWire, 'books'>): LinesView | undefined => {
  const lines = parseLines(text)
  const [first, ...others] = books
  if (lines === undefined || lines.agreement !== undefined || lines.currency !== undefined) return lines
  return first === undefined || others.length > 0 ? lines : { ...lines, currency: first.currency }
}

/** The lines that are open, as a question. */
export const linesName = (
  { of, agreement, month, currency }: LinesView,
  { asOf }: Pick<PortfolioWire, 'asOf'>,
  { known, guarantor }: PortfolioView,
): LinesName => {
  const span =
    month === undefined ? {} : month === '12m' ? { from: monthPlus(asOf!, -11), through: asOf! } : { from: month, through: month }
  return { of, agreement, currency, on: asOf ?? undefined, known, guarantor, ...span }
}

/** The one book that lines are of; undefined where they are of several, whose amounts are never summed. */
const bookOf = ({ agreement, currency }: LinesView, books: readonly PortfolioBookWire[]): PortfolioBookWire | undefined => {
  const found = books.filter(
    (book) =>
      (currency === undefined || book.currency === currency) &&
      (agreement === undefined || book.rows.some((row) => row.agreement === agreement)),
  )
  return found.length === 1 ? found[0] : undefined
}

/** The amount of the page that the lines add up to, in its currency; none where the page has none. */
export const linesAmount = (
  lines: LinesView,
  { books }: Pick<PortfolioWire, 'books'>,
): Readonly<{ amount: string | undefined; currency: string }> => {
  const { of, agreement, month } = lines
  const book = bookOf(lines, books)
  if (book === undefined) return { amount: undefined, currency: '' }
  const { currency } = book
  if (month !== undefined && month !== '12m')
    return { amount: agreement === undefined ? book.months.find((each) => each.month === month)?.[of] : undefined, currency }
  const sums = agreement === undefined ? book.total : book.rows.find((row) => row.agreement === agreement)
  return { amount: sums?.[month === '12m' ? (of === 'paid' ? 'paidBehind' : 'shareBehind') : of], currency }
}
