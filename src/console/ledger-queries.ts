import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { BooksWire, JournalsWire, JournalWire, RegisterWire, TrialBalanceWire } from '../wire/ledger.ts'
import { getJson, pathWith } from './fetch.ts'

/** What the address of a ledger page says: whose book, and which dates, both included. */
export type LedgerView = Readonly<{ book?: string | undefined; from?: string | undefined; through?: string | undefined }>

const date = (value: unknown): string | undefined => (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : undefined)
const name = (value: unknown): string | undefined =>
  typeof value === 'string' && /^[a-z0-9][a-z0-9._-]{0,62}$/.test(value) ? value : undefined

/** Takes what it knows and drops the rest; `undefined` stays, so that what is wrong leaves the view. */
export const parseLedgerView = (search: Record<string, unknown>): LedgerView => {
  const view = { book: name(search['book']), from: date(search['from']), through: date(search['through']) }
  return Object.fromEntries(Object.entries(view).filter(([, value]) => value !== undefined))
}

/** Rows that are asked for at once. */
const pageRows = 1_000

export const books = queryOptions({ queryKey: ['books'], queryFn: ({ signal }) => getJson<BooksWire>('/api/ledger/books', signal) })

export type Span = Readonly<{ from: string | undefined; through: string | undefined }>
const at = (book: string) => `/api/ledger/${encodeURIComponent(book)}`

export const trialBalance = (book: string, span: Span) =>
  queryOptions({
    queryKey: ['trial-balance', book, span],
    queryFn: ({ signal }) => getJson<TrialBalanceWire>(pathWith(`${at(book)}/trial-balance`, span), signal),
    placeholderData: keepPreviousData,
  })

export const register = (book: string, account: string, span: Span) =>
  infiniteQueryOptions({
    queryKey: ['register', book, account, span],
    queryFn: ({ signal, pageParam }) =>
      getJson<RegisterWire>(
        pathWith(`${at(book)}/accounts/${encodeURIComponent(account)}`, { ...span, limit: pageRows, cursor: pageParam }),
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })

export const journals = (book: string, span: Span) =>
  infiniteQueryOptions({
    queryKey: ['journals', book, span],
    queryFn: ({ signal, pageParam }) =>
      getJson<JournalsWire>(pathWith(`${at(book)}/journals`, { ...span, limit: pageRows, cursor: pageParam }), signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })

export const journal = (id: string) =>
  queryOptions({
    queryKey: ['journal', id],
    queryFn: ({ signal }) => getJson<JournalWire>(`/api/journals/${encodeURIComponent(id)}`, signal),
  })

/** Where a file of a book is. */
export const bookFile = (book: string, kind: string, span: Span): string => pathWith(`${at(book)}/${kind}`, span)

type FromStatement = Readonly<{ agreement: string; month: string; statementVersion: number; line: number | null }>

/** The line of the statement that an entry comes from, in the version that was posted; the statement where it comes from no single line. */
export const lineAddress = ({ agreement, month, statementVersion, line }: FromStatement): string =>
  pathWith(`/agreements/${encodeURIComponent(agreement)}/periods/${month}`, { v: statementVersion, line: line ?? undefined })

export const accountAddress = (account: string, view: LedgerView): string => pathWith(`/ledger/${encodeURIComponent(account)}`, { ...view })
export const journalAddress = (id: string): string => `/journal/${encodeURIComponent(id)}`

/** A signed amount in the column of debits or of credits. */
export const debitOf = (amount: string): string | null => (amount.startsWith('-') ? null : amount)
export const creditOf = (amount: string): string | null => (amount.startsWith('-') ? amount.slice(1) : null)
