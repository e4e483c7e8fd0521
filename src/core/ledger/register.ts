import type { PartyId } from '../base/id.ts'
import { money, type Money } from '../base/money.ts'
import { isWithin, type AccountName } from './account.ts'
import { inOrder, type Entry, type Journal } from './journal.ts'
import { assertSpan, type Span } from './trial-balance.ts'

/** One entry with what the account holds after it, in the currency of the entry. Debit-positive. */
export type RegisterRow = Readonly<{ journal: Journal; entry: Entry; balance: Money }>

/** An account and all below it through a span. `opening` and `closing` have one amount for each currency met so far, by code. */
export type Register = Readonly<{ opening: readonly Money[]; rows: readonly RegisterRow[]; closing: readonly Money[] }>

const listed = (balances: ReadonlyMap<string, bigint>): Money[] =>
  [...balances].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([currency, minor]) => money(minor, currency))

/** Every entry on an account of one book, or on an account below it, in the order of the book, with the running balance. */
export const register = (journals: readonly Journal[], book: PartyId, account: AccountName, span: Span = {}): Register => {
  assertSpan(span)
  const { from, through } = span
  const balances = new Map<string, bigint>()
  const rows: RegisterRow[] = []
  let opening: Money[] = []
  for (const journal of inOrder(journals, book)) {
    if (through !== undefined && journal.date > through) break
    const isOpening = from !== undefined && journal.date < from
    for (const entry of journal.entries) {
      if (!isWithin(entry.account, account)) continue
      const { minor, currency } = entry.amount
      const balance = (balances.get(currency) ?? 0n) + minor
      balances.set(currency, balance)
      if (!isOpening) rows.push({ journal, entry, balance: money(balance, currency) })
    }
    if (isOpening) opening = listed(balances)
  }
  return { opening, rows, closing: listed(balances) }
}
