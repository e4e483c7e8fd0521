import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useMemo } from 'react'
import type { JournalsWire, TrialBalanceWire } from '../wire/ledger.ts'
import { Answer, Notice, TableSkeleton } from './Answer.tsx'
import { DataTable } from './DataTable.tsx'
import { amountText } from './format.ts'
import { accountAddress, journalAddress, journals, lineAddress, trialBalance, type LedgerView, type Span } from './ledger-queries.ts'
import { LedgerHead, useLedger } from './LedgerHead.tsx'
import { MoreRows } from './MoreRows.tsx'
import type { Column } from './table-column.ts'

type Section = TrialBalanceWire['sections'][number]
type BalanceRow = Section['rows'][number]

const balanceColumns = (currency: string, view: LedgerView): readonly Column<BalanceRow>[] => {
  const why = ({ account }: BalanceRow) => accountAddress(account, view)
  const amount = (id: 'opening' | 'debit' | 'credit' | 'closing', head: string): Column<BalanceRow> => ({
    id,
    head,
    unit: currency,
    kind: 'amount',
    of: (row) => row[id],
    total: 'sum',
    why,
  })
  return [
    { id: 'account', head: 'Account', kind: 'link', of: ({ account }) => account, to: why },
    amount('opening', 'Opening'),
    amount('debit', 'Debit'),
    amount('credit', 'Credit'),
    amount('closing', 'Closing'),
  ]
}

type SectionProps = Readonly<{ section: Section; at: string; view: LedgerView; name: string }>

const BalanceTable = ({ section: { currency, rows, total }, at, view, name }: SectionProps) => {
  const navigate = useNavigate()
  const { book, from, through } = view
  const columns = useMemo(() => balanceColumns(currency, { book, from, through }), [currency, book, from, through])
  return (
    <DataTable
      caption={`Trial balance, ${currency}`}
      rows={rows}
      columns={columns}
      keyOf={({ account }) => account}
      at={at}
      name={name}
      note={
        total.debit === total.credit
          ? `debits equal credits: ${amountText(total.debit)} ${currency}`
          : `debits ${amountText(total.debit)} and credits ${amountText(total.credit)} ${currency} differ`
      }
      onOpen={({ account }) => void navigate({ href: accountAddress(account, view) })}
    />
  )
}

type JournalHead = JournalsWire['journals'][number]
type JournalRow = JournalHead & Readonly<{ currency: string; amount: string }>

const journalColumns: readonly Column<JournalRow>[] = [
  { id: 'narration', head: 'Journal', kind: 'link', of: ({ narration }) => narration, to: ({ id }) => journalAddress(id) },
  { id: 'date', head: 'Date', unit: 'each zone', kind: 'date', of: ({ date }) => date, show: undefined },
  { id: 'agreement', head: 'Agreement', kind: 'text', of: ({ agreement }) => agreement },
  { id: 'month', head: 'Month', kind: 'month', of: ({ month }) => month },
  {
    id: 'version',
    head: 'Statement',
    kind: 'link',
    of: ({ statementVersion }) => `version ${statementVersion}`,
    to: (row) => lineAddress({ ...row, line: null }),
  },
  { id: 'step', head: 'Step', kind: 'text', of: ({ step }) => step },
  { id: 'entries', head: 'Entries', kind: 'count', of: ({ entries }) => entries, total: 'sum' },
  {
    id: 'amount',
    head: 'Debits',
    unit: ({ currency }) => currency,
    kind: 'amount',
    of: ({ amount }) => amount,
    total: 'sum',
    why: ({ id }) => journalAddress(id),
  },
]

const JournalTable = ({ book, span }: Readonly<{ book: string; span: Span }>) => {
  const navigate = useNavigate()
  const query = useInfiniteQuery(journals(book, span))
  const rows = useMemo(
    () =>
      query.data?.pages.flatMap((page) => page.journals.flatMap((head) => head.moved.map((moved): JournalRow => ({ ...head, ...moved })))),
    [query.data],
  )
  return (
    <>
      <DataTable
        caption="Journals"
        rows={rows}
        columns={journalColumns}
        keyOf={({ id, currency }) => `${id} ${currency}`}
        at="journals."
        name={`${book}-journals`}
        onOpen={({ id }) => void navigate({ href: journalAddress(id) })}
      />
      <MoreRows query={query} />
    </>
  )
}

const Body = ({ found, view, span, name }: Readonly<{ found: TrialBalanceWire; view: LedgerView; span: Span; name: string }>) => (
  <>
    {found.sections.length === 0 ? (
      <Notice title="Nothing was posted on these dates">The book of {name} has journals on other dates.</Notice>
    ) : (
      found.sections.map((section) => (
        <BalanceTable
          key={section.currency}
          section={section}
          at={found.sections.length === 1 ? '' : `${section.currency}.`}
          view={{ ...view, book: found.book }}
          name={`${found.book}-trial-balance-${section.currency}`}
        />
      ))
    )}
    <JournalTable book={found.book} span={span} />
  </>
)

const heads = ['Account', 'Opening', 'Debit', 'Credit', 'Closing']
const skeleton = (
  <section className="panel">
    <TableSkeleton caption="Trial balance" heads={heads} rows={6} />
  </section>
)

const NoBook = () => (
  <Notice title="Nothing is posted yet">
    A book begins with the first month that is closed: its statement is posted to the books of those it names.
  </Notice>
)

const OpenBook = ({
  book,
  all,
  view,
  span,
}: Omit<ReturnType<typeof useLedger>, 'query' | 'book'> & Readonly<{ book: NonNullable<ReturnType<typeof useLedger>['book']> }>) => {
  const query = useQuery(trialBalance(book.book, span))
  return (
    <>
      <LedgerHead title="Ledger" book={book} all={all} span={span} />
      <Answer what="The trial balance" query={query} skeleton={skeleton}>
        {(found) => <Body found={found} view={view} span={span} name={book.name} />}
      </Answer>
    </>
  )
}

/** What is posted: what every account of a book held, moved and holds, and the journals that moved it. */
export const LedgerPage = () => {
  const { query, book, ...rest } = useLedger()
  useEffect(() => void (document.title = 'Ledger · Offtake'), [])
  return (
    <div className="page">
      <Answer what="The list of books" query={query} skeleton={skeleton}>
        {() => (book === undefined ? <NoBook /> : <OpenBook book={book} {...rest} />)}
      </Answer>
    </div>
  )
}
