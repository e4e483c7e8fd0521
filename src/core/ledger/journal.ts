import { minorDigits } from '../base/currency.ts'
import type { PartyId } from '../base/id.ts'
import { formatMoney, money, type Money } from '../base/money.ts'
import { isDate, isMonth, type LocalDate, type Month } from '../base/time.ts'
import { parseAccount, type AccountName } from './account.ts'

/** One amount on one account. A debit is positive, a credit negative; none is zero. */
export type Entry = Readonly<{
  account: AccountName
  amount: Money
  /** Key of the statement line it comes from; null where it comes from no single line. */
  line: string | null
  text: string
}>

/** Which statement a journal posts, and which step of posting it is: once per book, so it names the journal. */
export type Source = Readonly<{ agreement: string; month: Month; statementVersion: number; step: string }>

/** Entries that belong together in one party's book. Make one with `journal`, which asserts that it balances. */
export type Journal = Readonly<{
  /** Given by whoever stores it; absent before. */
  id?: string
  /** Whose book. */
  book: PartyId
  /** Local date in the zone of the agreement. */
  date: LocalDate
  /** The month it belongs to, which is not the month it is dated in when something is found late. */
  period: Month
  narration: string
  source: Source
  entries: readonly Entry[]
}>

/** `accrual of sharon-ai 2027-09 v1 in the book of nvidia`, for complaints. */
export const describeJournal = ({ book, source }: Journal): string =>
  `${source.step} of ${source.agreement} ${source.month} v${source.statementVersion} in the book of ${book}`

/** Sums by currency, in minor units. */
const sums = (entries: readonly Entry[]): Map<string, bigint> => {
  const byCurrency = new Map<string, bigint>()
  for (const { amount } of entries) byCurrency.set(amount.currency, (byCurrency.get(amount.currency) ?? 0n) + amount.minor)
  return byCurrency
}

const faults = ({ date, period, entries }: Journal): string[] => [
  ...(isDate(date) ? [] : [`${date} is no date`]),
  ...(isMonth(period) ? [] : [`${period} is no month`]),
  ...(entries.length >= 2 ? [] : [`it has ${entries.length} entries, and one side needs another`]),
  ...entries.flatMap(({ account, amount }) => [
    ...(parseAccount(account) === undefined ? [`${account} is no account`] : []),
    ...(minorDigits(amount.currency) === undefined ? [`${amount.currency} is no ISO 4217 currency`] : []),
    ...(amount.minor === 0n ? [`an entry on ${account} is zero`] : []),
  ]),
]

/** The journal, asserted: two entries or more, none zero, and a sum of zero in every currency. Throws `RangeError` naming what is wrong. */
export const journal = (draft: Journal): Journal => {
  const wrong = faults(draft)
  if (wrong.length === 0)
    for (const [currency, sum] of sums(draft.entries))
      if (sum !== 0n) wrong.push(`its ${currency} sum to ${formatMoney(money(sum, currency))}, not to zero`)
  if (wrong.length > 0) throw new RangeError(`${describeJournal(draft)}: ${wrong.join('; ')}`)
  return draft
}

const order = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0)

const compareJournals = (a: Journal, b: Journal): number =>
  order(a.date, b.date) ||
  order(a.source.agreement, b.source.agreement) ||
  order(a.source.month, b.source.month) ||
  order(a.source.statementVersion, b.source.statementVersion) ||
  order(a.source.step, b.source.step)

/**
 * The journals of one book by date, then source: the order of a register, whatever order they came in. Throws `RangeError` when one source
 * is there twice, for it was then posted twice.
 */
export const inOrder = (journals: readonly Journal[], book: PartyId): Journal[] => {
  const mine = journals.filter((each) => each.book === book)
  const seen = new Set<string>()
  for (const each of mine) {
    const name = describeJournal(each)
    if (seen.has(name)) throw new RangeError(`${name} is posted twice`)
    seen.add(name)
  }
  return mine.toSorted(compareJournals)
}
