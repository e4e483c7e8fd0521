import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useEffect, useMemo } from 'react'
import type { JournalWire } from '../wire/ledger.ts'
import { Answer, TableSkeleton } from './Answer.tsx'
import { DataTable } from './DataTable.tsx'
import { dateText, monthText } from './dates.ts'
import { amountText } from './format.ts'
import { useKeys } from './keys.ts'
import { accountAddress, creditOf, debitOf, journal, lineAddress } from './ledger-queries.ts'
import type { Column } from './table-column.ts'
import { To } from './To.tsx'

type Row = JournalWire['lines'][number]

const columnsOf = (book: string): readonly Column<Row>[] => {
  const why = (row: Row) => lineAddress(row)
  return [
    { id: 'account', head: 'Account', kind: 'link', of: ({ account }) => account, to: ({ account }) => accountAddress(account, { book }) },
    { id: 'text', head: 'Entry', kind: 'text', of: ({ text }) => text },
    {
      id: 'line',
      head: 'Statement line',
      kind: 'link',
      of: ({ line }) => (line === null ? null : `line ${line}`),
      to: ({ line, ...row }) => (line === null ? undefined : lineAddress({ ...row, line })),
    },
    {
      id: 'debit',
      head: 'Debit',
      unit: ({ currency }) => currency,
      kind: 'amount',
      of: ({ amount }) => debitOf(amount),
      total: 'sum',
      why,
    },
    {
      id: 'credit',
      head: 'Credit',
      unit: ({ currency }) => currency,
      kind: 'amount',
      of: ({ amount }) => creditOf(amount),
      total: 'sum',
      why,
    },
  ]
}

const Body = ({ found }: Readonly<{ found: JournalWire }>) => {
  const navigate = useNavigate()
  const columns = useMemo(() => columnsOf(found.book), [found.book])
  const moved = found.moved.map(({ currency, amount }) => `${amountText(amount)} ${currency}`).join(', ')
  return (
    <>
      <header className="period-head">
        <div className="page-head">
          <h1>{found.narration}</h1>
        </div>
        <p className="second">
          {dateText(found.date)}, in the zone of the agreement. Book of {found.book}. From the{' '}
          <To address={lineAddress({ ...found, line: null })}>
            statement of {monthText(found.month)}, version {found.statementVersion}
          </To>
          .
        </p>
        <p className="third">
          <code>{found.id}</code>
        </p>
      </header>
      <DataTable
        caption="Entries"
        rows={found.lines}
        columns={columns}
        keyOf={({ position }) => String(position)}
        name={found.id}
        note={`debits equal credits: ${moved}`}
        onOpen={({ account }) => void navigate({ href: accountAddress(account, { book: found.book }) })}
      />
    </>
  )
}

const skeleton = (
  <section className="panel">
    <TableSkeleton caption="Entries" heads={['Account', 'Entry', 'Statement line', 'Debit', 'Credit']} rows={4} />
  </section>
)

const route = getRouteApi('/journal/$journal')

/** One journal: which accounts it moved, and which lines of a statement it comes from. */
export const JournalPage = () => {
  const { journal: id } = route.useParams()
  const query = useQuery(journal(id))
  const navigate = useNavigate()
  useEffect(() => void (document.title = `${query.data?.narration ?? id} · Offtake`), [query.data?.narration, id])
  useKeys({ Escape: () => void navigate({ to: '/ledger', search: query.data === undefined ? {} : { book: query.data.book } }) })
  return (
    <div className="page">
      <Answer what="The journal" query={query} skeleton={skeleton}>
        {(found) => <Body found={found} />}
      </Answer>
    </div>
  )
}
