import { Button, Popover } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { BooksWire } from '../wire/ledger.ts'
import { DateField } from './DateField.tsx'
import { bookFile, books, parseLedgerView, type LedgerView, type Span } from './ledger-queries.ts'

/** Which book is open, of those that can be seen, and which dates of it. */
export const useLedger = () => {
  const view = parseLedgerView(useSearch({ strict: false }))
  const query = useQuery(books)
  const all = query.data?.books ?? []
  const book = all.find((each) => each.book === view.book) ?? all[0]
  const span: Span = { from: view.from, through: view.through }
  return { view, query, all, book, span }
}

const kinds = [
  ['journal.csv', 'Entries, CSV'],
  ['journal.xlsx', 'Entries, XLSX'],
  ['trial-balance.xlsx', 'Trial balance, XLSX'],
  ['journal.hledger', 'For hledger'],
  ['journal.beancount', 'For beancount'],
  ['journal.ledger', 'For ledger'],
] as const

const Files = ({ book, span }: Readonly<{ book: string; span: Span }>) => (
  <Popover position="bottom-end" trapFocus withinPortal={false}>
    <Popover.Target>
      <Button>Download</Button>
    </Popover.Target>
    <Popover.Dropdown>
      <ul className="file-list">
        {kinds.map(([kind, name]) => (
          <li key={kind}>
            <a className="link" href={bookFile(book, kind, span)} download>
              {name}
            </a>
          </li>
        ))}
      </ul>
    </Popover.Dropdown>
  </Popover>
)

type Change = (more: LedgerView) => void

const Dates = ({ span, change }: Readonly<{ span: Span; change: Change }>) => (
  <span className="span-of-dates">
    <label>
      From{' '}
      <DateField
        label="From"
        value={span.from ?? ''}
        onChange={(date) => date !== undefined && change({ from: date === '' ? undefined : date })}
      />
    </label>
    <label>
      through{' '}
      <DateField
        label="through"
        value={span.through ?? ''}
        onChange={(date) => date !== undefined && change({ through: date === '' ? undefined : date })}
      />
    </label>
    {span.from === undefined && span.through === undefined ? null : (
      <button type="button" className="link" onClick={() => change({ from: undefined, through: undefined })}>
        All dates
      </button>
    )}
  </span>
)

type HeadProps = Readonly<{
  title: ReactNode
  book: BooksWire['books'][number]
  all: BooksWire['books']
  span: Span
  children?: ReactNode
}>

/** Whose book, which dates of it, and its files. Dates are those of the agreements, each in its own zone. */
export const LedgerHead = ({ title, book, all, span, children }: HeadProps) => {
  const navigate = useNavigate()
  const change: Change = (more) =>
    void navigate({ search: ((now: object) => ({ ...now, ...more })) as never, replace: true, resetScroll: false })
  return (
    <header className="period-head">
      <div className="page-head">
        <h1>{title}</h1>
        {all.length < 2 ? (
          <span className="second">Book of {book.name}</span>
        ) : (
          <select aria-label="Book" value={book.book} onChange={({ target }) => change({ book: target.value })}>
            {all.map((each) => (
              <option key={each.book} value={each.book}>
                Book of {each.name}
              </option>
            ))}
          </select>
        )}
        <span className="spring" />
        <Dates span={span} change={change} />
        <Files book={book.book} span={span} />
      </div>
      {children}
    </header>
  )
}
