import { useInfiniteQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useEffect, useMemo } from 'react'
import type { RegisterWire } from '../wire/ledger.ts'
import { Answer, Notice, TableSkeleton } from './Answer.tsx'
import { DataTable } from './DataTable.tsx'
import { amountText } from './format.ts'
import { useKeys } from './keys.ts'
import { accountAddress, creditOf, debitOf, journalAddress, lineAddress, register, type Span } from './ledger-queries.ts'
import { LedgerHead, useLedger } from './LedgerHead.tsx'
import { MoreRows } from './MoreRows.tsx'
import type { Column } from './table-column.ts'

type Row = RegisterWire['rows'][number]

const why = (row: Row): string => (row.line === null ? journalAddress(row.journal) : lineAddress(row))

const columnsOf = (account: string, book: string): readonly Column<Row>[] => [
  { id: 'text', head: 'Entry', kind: 'link', of: ({ text }) => text, to: ({ journal }) => journalAddress(journal) },
  { id: 'date', head: 'Date', unit: 'each zone', kind: 'date', of: ({ date }) => date },
  { id: 'agreement', head: 'Agreement', kind: 'text', of: ({ agreement }) => agreement },
  { id: 'month', head: 'Month', kind: 'month', of: ({ month }) => month },
  { id: 'account', head: 'Account', kind: 'text', of: (row) => row.account, spare: true },
  { id: 'narration', head: 'Journal', kind: 'text', of: ({ narration }) => narration, spare: true },
  { id: 'debit', head: 'Debit', unit: ({ currency }) => currency, kind: 'amount', of: ({ amount }) => debitOf(amount), total: 'sum', why },
  {
    id: 'credit',
    head: 'Credit',
    unit: ({ currency }) => currency,
    kind: 'amount',
    of: ({ amount }) => creditOf(amount),
    total: 'sum',
    why,
  },
  {
    id: 'balance',
    head: 'Balance',
    unit: ({ currency }) => currency,
    kind: 'amount',
    of: ({ balance }) => balance,
    // What made it: every entry up to its date.
    why: ({ date }) => accountAddress(account, { book, through: date }),
  },
]

const held = (amounts: RegisterWire['opening']): string =>
  amounts.length === 0 ? 'nothing' : amounts.map(({ currency, amount }) => `${amountText(amount)} ${currency}`).join(', ')

const skeleton = (
  <section className="panel">
    <TableSkeleton caption="Account" heads={['Entry', 'Date', 'Agreement', 'Month', 'Debit', 'Credit', 'Balance']} rows={6} />
  </section>
)

const Register = ({ book, account, span }: Readonly<{ book: string; account: string; span: Span }>) => {
  const navigate = useNavigate()
  const query = useInfiniteQuery(register(book, account, span))
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.rows) ?? [], [query.data])
  const first = query.data?.pages[0]
  const columns = useMemo(() => columnsOf(account, book), [account, book])
  return (
    <Answer what="The account" query={query} skeleton={skeleton}>
      {() => (
        <>
          <DataTable
            caption="Register"
            rows={rows}
            columns={columns}
            keyOf={({ journal, position }) => `${journal} ${position}`}
            name={`${book}-${account.replaceAll(':', '-')}`}
            note={
              first === undefined
                ? undefined
                : `opens with ${held(first.opening)}, closes with ${held(first.closing)}; below zero is a credit`
            }
            onOpen={({ journal }) => void navigate({ href: journalAddress(journal) })}
            empty={
              <Notice title="No entry on these dates">
                The account has no entry on these dates, or there is no such account in this book.
              </Notice>
            }
          />
          <MoreRows query={query} />
        </>
      )}
    </Answer>
  )
}

const route = getRouteApi('/ledger/$account')

/** What an account and those below it hold, entry by entry. */
export const AccountPage = () => {
  const { account } = route.useParams()
  const { query, book, all, span, view } = useLedger()
  const navigate = useNavigate()
  useEffect(() => void (document.title = `${account} · Offtake`), [account])
  useKeys({ Escape: () => void navigate({ to: '/ledger', search: view }) })
  return (
    <div className="page">
      <Answer what="The list of books" query={query} skeleton={skeleton}>
        {() =>
          book === undefined ? (
            <Notice title="Nothing is posted yet">There is no book here that you may see.</Notice>
          ) : (
            <>
              <LedgerHead title={account} book={book} all={all} span={span} />
              <Register book={book.book} account={account} span={span} />
            </>
          )
        }
      </Answer>
    </div>
  )
}
