import { formatMoney, money, type Money } from '../../core/base/money.ts'
import type { PartyId } from '../../core/base/id.ts'
import { inOrder, type Journal } from '../../core/ledger/journal.ts'
import type { Balance, Span, TrialBalanceSection } from '../../core/ledger/trial-balance.ts'
import type { Sheet } from '../../core/sheets/sheet.ts'
import type { JournalsWire, JournalWire, RegisterWire, TrialBalanceWire } from '../../wire/ledger.ts'
import type { RegisterPage } from '../app/ledger.ts'
import type { JournalHead, LedgerEntry } from '../store/ledger.ts'

const toBalances = (amounts: readonly Money[]) => amounts.map((amount) => ({ currency: amount.currency, amount: formatMoney(amount) }))

const toBalance = ({ opening, debit, credit, closing }: Balance) => ({
  opening: formatMoney(opening),
  debit: formatMoney(debit),
  credit: formatMoney(credit),
  closing: formatMoney(closing),
})

export const toTrialBalance = (book: string, { from, through }: Span, sections: readonly TrialBalanceSection[]): TrialBalanceWire => ({
  book,
  from: from ?? null,
  through: through ?? null,
  sections: sections.map(({ currency, rows, total }) => ({
    currency,
    rows: rows.map(({ account, ...balance }) => ({ account, ...toBalance(balance) })),
    total: toBalance(total),
  })),
})

const toEntry = ({ journal, position, date, period, narration, source, account, amount, number, text }: LedgerEntry) => ({
  journal,
  position,
  date,
  period,
  narration,
  ...source,
  account,
  amount: formatMoney(amount),
  currency: amount.currency,
  line: number,
  text,
})

export const toRegister = (
  { book, account, span }: Readonly<{ book: string; account: string; span: Span }>,
  { opening, rows, closing }: RegisterPage,
  next: string | null,
): RegisterWire => ({
  book,
  account,
  from: span.from ?? null,
  through: span.through ?? null,
  opening: toBalances(opening),
  rows: rows.map(({ entry, balance }) => ({ ...toEntry(entry), balance: formatMoney(balance) })),
  closing: toBalances(closing),
  next,
})

export const toJournalHead = ({
  id,
  book,
  date,
  period,
  narration,
  source,
  entries,
  moved,
}: JournalHead): JournalsWire['journals'][number] => ({
  id,
  book,
  date,
  period,
  narration,
  ...source,
  entries,
  moved: toBalances(moved),
})

export const toJournal = (head: JournalHead, entries: readonly LedgerEntry[]): JournalWire => ({
  ...toJournalHead(head),
  lines: entries.map(toEntry),
})

const debitOf = (amount: Money): string | null => (amount.minor > 0n ? formatMoney(amount) : null)
const creditOf = (amount: Money): string | null => (amount.minor < 0n ? formatMoney(money(-amount.minor, amount.currency)) : null)

/** Every entry of a book as a sheet: as its CSV has them. */
export const journalSheet = (journals: readonly Journal[], book: PartyId): Sheet => ({
  name: `Journal of ${book}`,
  columns: [
    { head: 'Date', kind: 'date' },
    { head: 'Journal', kind: 'text' },
    { head: 'Narration', kind: 'text' },
    { head: 'Agreement', kind: 'text' },
    { head: 'Month', kind: 'month' },
    { head: 'Version', kind: 'count' },
    { head: 'Step', kind: 'text' },
    { head: 'Account', kind: 'text' },
    { head: 'Debit', kind: 'amount' },
    { head: 'Credit', kind: 'amount' },
    { head: 'Currency', kind: 'text' },
    { head: 'Text', kind: 'text' },
    { head: 'Line', kind: 'text' },
  ],
  rows: inOrder(journals, book).flatMap(({ date, id, narration, source, entries }) =>
    entries.map(({ account, amount, line, text }) => [
      date,
      id ?? '',
      narration,
      source.agreement,
      source.month,
      String(source.statementVersion),
      source.step,
      account,
      debitOf(amount),
      creditOf(amount),
      amount.currency,
      text,
      line,
    ]),
  ),
})

/** A trial balance as sheets, one for each currency, with its totals. */
export const trialBalanceSheets = (sections: readonly TrialBalanceSection[]): readonly Sheet[] =>
  sections.map(({ currency, rows, total }) => ({
    name: `Trial balance ${currency}`,
    columns: [
      { head: 'Account', kind: 'text' },
      ...(['Opening', 'Debit', 'Credit', 'Closing'] as const).map((head) => ({ head: `${head}, ${currency}`, kind: 'amount' as const })),
    ],
    rows: [...rows.map(({ account, ...balance }) => [account, ...amountsOf(balance)]), ['Total', ...amountsOf(total)]],
  }))

const amountsOf = ({ opening, debit, credit, closing }: Balance): string[] => [opening, debit, credit, closing].map(formatMoney)
