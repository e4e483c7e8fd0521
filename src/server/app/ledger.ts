import { addMoney, money, type Money } from '../../core/base/money.ts'
import type { AccountName } from '../../core/ledger/account.ts'
import type { Journal } from '../../core/ledger/journal.ts'
import type { Span, TrialBalanceSection } from '../../core/ledger/trial-balance.ts'
import type { Store } from '../store/database.ts'
import { findJournals } from '../store/journals.ts'
import {
  countEntries,
  findAccountEntries,
  findJournalById,
  findJournalHeads,
  hasBook,
  journalPlaceOf,
  listBooks,
  placeOf,
  sumAccount,
  sumTrialBalance,
  type Book,
  type JournalHead,
  type LedgerEntry,
  type Place,
} from '../store/ledger.ts'
import { inReach, type Reach } from '../store/reach.ts'
import type { Work } from '../store/transaction.ts'

export type PageQuestion = Readonly<{ book: string; span: Span; after: Place | undefined; limit: number }>

/** A page of a register: what the account holds before its first entry, each entry with what it holds after, and what it holds at the end of the span. */
export type RegisterPage = Readonly<{
  opening: readonly Money[]
  rows: readonly Readonly<{ entry: LedgerEntry; balance: Money }>[]
  closing: readonly Money[]
  next: Place | undefined
}>

/** Journals of a book for a file; a book beyond the bound has only its size. */
export type BookFile = Readonly<{ entries: number; journals: readonly Journal[] | undefined }>

/** What is told of books: all of it within one reach. Undefined where no such book, or journal, can be seen. */
export type LedgerSource = Readonly<{
  listBooks: () => Promise<readonly Book[]>
  trialBalance: (book: string, span: Span) => Promise<readonly TrialBalanceSection[] | undefined>
  register: (question: PageQuestion & Readonly<{ account: AccountName }>) => Promise<RegisterPage | undefined>
  listJournals: (question: PageQuestion) => Promise<Readonly<{ journals: readonly JournalHead[]; next: Place | undefined }> | undefined>
  findJournal: (id: string) => Promise<Readonly<{ head: JournalHead; entries: readonly LedgerEntry[] }> | undefined>
  bookFile: (book: string, span: Span, entriesMax: number) => Promise<BookFile | undefined>
}>

/** Adds each entry to what its currency held before: exactly, and in the order of the book. */
const running = (opening: readonly Money[], entries: readonly LedgerEntry[]): RegisterPage['rows'] => {
  const held = new Map(opening.map((amount) => [amount.currency, amount]))
  return entries.map((entry) => {
    const { currency } = entry.amount
    const balance = addMoney(held.get(currency) ?? money(0n, currency), entry.amount)
    held.set(currency, balance)
    return { entry, balance }
  })
}

const registerPage = async (tx: Work, question: PageQuestion & Readonly<{ account: AccountName }>): Promise<RegisterPage> => {
  const { book, account, span, after, limit } = question
  const found = await findAccountEntries(tx, { book, account, span, after, limit: limit + 1 })
  const entries = found.slice(0, limit)
  const before = after === undefined ? { before: span.from } : { until: after }
  // Without a first date nothing comes before the first page.
  const opening = after === undefined && span.from === undefined ? [] : await sumAccount(tx, { book, account, ...before })
  return {
    opening,
    rows: running(opening, entries),
    closing: await sumAccount(tx, { book, account, through: span.through }),
    next: found.length > limit ? placeOf(entries.at(-1)!) : undefined,
  }
}

const journalPage = async (tx: Work, question: PageQuestion) => {
  const { limit } = question
  const found = await findJournalHeads(tx, { ...question, limit: limit + 1 })
  const journals = found.slice(0, limit)
  return { journals, next: found.length > limit ? journalPlaceOf(journals.at(-1)!) : undefined }
}

const within = ({ date }: Journal, { from, through }: Span): boolean =>
  (from === undefined || date >= from) && (through === undefined || date <= through)

/** Reads books within a reach. A book that cannot be seen is as one that does not exist. */
export const makeLedger =
  (store: Store) =>
  (reach: Reach): LedgerSource => {
    const ofBook = <T>(book: string, work: (tx: Work) => Promise<T>): Promise<T | undefined> =>
      inReach(store, reach, async (tx) => ((await hasBook(tx, book)) ? work(tx) : undefined))
    return {
      listBooks: () => inReach(store, reach, listBooks),
      trialBalance: (book, span) => ofBook(book, (tx) => sumTrialBalance(tx, book, span)),
      register: (question) => ofBook(question.book, (tx) => registerPage(tx, question)),
      listJournals: (question) => ofBook(question.book, (tx) => journalPage(tx, question)),
      findJournal: (id) => inReach(store, reach, (tx) => findJournalById(tx, id)),
      bookFile: (book, span, entriesMax) =>
        ofBook(book, async (tx) => {
          const entries = await countEntries(tx, book, span)
          if (entries > entriesMax) return { entries, journals: undefined }
          const all = await findJournals(tx.queries, { book })
          return { entries, journals: all.filter((journal) => within(journal, span)) }
        }),
    }
  }
