import type { PartyId } from '../base/id.ts'
import { addMoney, money, type Money } from '../base/money.ts'
import type { LocalDate } from '../base/time.ts'
import { compareAccounts, type AccountName } from './account.ts'
import { inOrder, type Journal } from './journal.ts'

/** Dates of journals, both included; without one, from the first, or to the last. */
export type Span = Readonly<{ from?: LocalDate; through?: LocalDate }>

/** Of one account in one currency. `opening` and `closing` are debit-positive; `debit` and `credit` are moves in the span, never negative. */
export type Balance = Readonly<{ opening: Money; debit: Money; credit: Money; closing: Money }>

export type TrialBalanceRow = Readonly<{ account: AccountName }> & Balance

/** One currency of a book: the totals of `opening` and `closing` are zero, and those of `debit` and `credit` equal. */
export type TrialBalanceSection = Readonly<{ currency: string; rows: readonly TrialBalanceRow[]; total: Balance }>

const nothing = (currency: string): Balance => ({
  opening: money(0n, currency),
  debit: money(0n, currency),
  credit: money(0n, currency),
  closing: money(0n, currency),
})

const addBalances = (a: Balance, b: Balance): Balance => ({
  opening: addMoney(a.opening, b.opening),
  debit: addMoney(a.debit, b.debit),
  credit: addMoney(a.credit, b.credit),
  closing: addMoney(a.closing, b.closing),
})

const moved = (amount: Money, isOpening: boolean): Balance => {
  const none = nothing(amount.currency)
  if (isOpening) return { ...none, opening: amount, closing: amount }
  return amount.minor > 0n
    ? { ...none, debit: amount, closing: amount }
    : { ...none, credit: money(-amount.minor, amount.currency), closing: amount }
}

/** Throws `RangeError` when a span ends before it begins. */
export const assertSpan = ({ from, through }: Span): void => {
  if (from !== undefined && through !== undefined && from > through) throw new RangeError(`${from} to ${through} is no span`)
}

/**
 * The trial balance of one book, a section for each currency. Years are never closed: income and expenses run on from the first journal.
 * An account without any entry up to the end of the span has no row. Journals of other books are passed over.
 */
export const trialBalance = (journals: readonly Journal[], book: PartyId, span: Span = {}): TrialBalanceSection[] => {
  assertSpan(span)
  const { from, through } = span
  const byCurrency = new Map<string, Map<AccountName, Balance>>()
  for (const { date, entries } of inOrder(journals, book)) {
    if (through !== undefined && date > through) continue
    for (const { account, amount } of entries) {
      const rows = byCurrency.get(amount.currency) ?? new Map<AccountName, Balance>()
      byCurrency.set(amount.currency, rows)
      const move = moved(amount, from !== undefined && date < from)
      rows.set(account, addBalances(rows.get(account) ?? nothing(amount.currency), move))
    }
  }
  return [...byCurrency]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, rows]) => ({
      currency,
      rows: [...rows].toSorted(([a], [b]) => compareAccounts(a, b)).map(([account, balance]) => ({ account, ...balance })),
      total: [...rows.values()].reduce(addBalances, nothing(currency)),
    }))
}
