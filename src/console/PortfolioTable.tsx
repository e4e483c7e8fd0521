import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import { fromText, over, toFixed } from '../core/base/rational.ts'
import type { PortfolioBookWire, PortfolioRowWire } from '../wire/portfolio.ts'
import { Assumed } from './Assumed.tsx'
import { Absent } from './Absent.tsx'
import { DataTable } from './DataTable.tsx'
import { dateText } from './dates.ts'
import { amountText } from './format.ts'
import { kindWord, regionWord } from './kind-words.ts'
import type { LinesView } from './portfolio-address.ts'
import type { Column } from './table-column.ts'
import { isZero, WhyLines, type OpensLines } from './WhyLines.tsx'

export const portfolioHeads = [
  'Agreement',
  'Until',
  'Paid to date',
  'Gross',
  'Covered',
  'Net',
  'Calls 12 m',
  'Share 12 m',
  'Sold',
  'Last close',
] as const

const kindsOf = ({ kinds }: PortfolioRowWire): string => kinds.map(kindWord).join(' + ') || 'nothing given'
const regionsOf = ({ regions }: PortfolioRowWire): string => regions.map(regionWord).join(', ')

const Name = ({ row, known }: Readonly<{ row: PortfolioRowWire; known: string | undefined }>) => (
  <>
    <Link className="strong-link" to="/agreements/$id" params={{ id: row.agreement }} search={{ known }}>
      {row.title}
    </Link>
    <Assumed note={row.assumed} />
    <span className="third moved-of" title={`${kindsOf(row)} · ${regionsOf(row)}`}>
      {[kindsOf(row), row.regions.length < 2 ? regionsOf(row) : `${row.regions.length} regions`].filter((word) => word !== '').join(' · ')}
    </span>
  </>
)

const Until = ({ row: { status, until } }: Readonly<{ row: PortfolioRowWire }>) =>
  status === 'ended' ? <span className="third">ended {dateText(until)}</span> : <span className="whole">{dateText(until)}</span>

type When = Readonly<{ on: string; known: string | undefined }>

const ToRegister = ({ amount, agreement, name, on, known }: When & Readonly<{ amount: string; agreement: string; name: string }>) =>
  isZero(amount) ? (
    <Absent kind="zero" />
  ) : (
    <Link
      className="explainable"
      to="/register"
      search={{ agreement, on, known }}
      aria-label={`${amountText(amount)}, ${name}: instruments`}
    >
      {amountText(amount)}
    </Link>
  )

type Opens = OpensLines & When & Readonly<{ currency: string }>

/** An amount that opens statement lines, one that opens instruments. */
const linesColumn = (
  { currency, ...opens }: Opens,
  id: 'paid' | 'share' | 'paidBehind' | 'shareBehind',
  head: string,
  spare = false,
): Column<PortfolioRowWire> => {
  const of = id.startsWith('paid') ? 'paid' : 'share'
  const month = id.endsWith('Behind') ? '12m' : undefined
  return {
    id,
    head,
    unit: currency,
    kind: 'amount',
    of: (row) => row[id],
    total: 'sum',
    spare,
    show: (row) => (
      <WhyLines
        amount={row[id]}
        lines={{ of, agreement: row.agreement, month }}
        name={`${head}, ${row.title}`}
        opened={opens.opened}
        onOpen={opens.onOpen}
      />
    ),
  }
}
const registerColumn = (
  { currency, on, known }: Opens,
  id: 'gross' | 'covered' | 'net' | 'amortised' | 'called' | 'recovered',
  head: string,
  spare = false,
): Column<PortfolioRowWire> => ({
  id,
  head,
  unit: currency,
  kind: 'amount',
  of: (row) => row[id],
  total: 'sum',
  spare,
  show: (row) => <ToRegister amount={row[id]} agreement={row.agreement} name={`${head}, ${row.title}`} on={on} known={known} />,
})

/** Of a share of one: tenths of a per cent. */
const soldDigits = 3
const soldOf = ({ sold }: PortfolioRowWire): string | null =>
  sold === null ? null : toFixed(over(fromText(sold.sold), fromText(sold.accepted)), soldDigits)

const columnsOf = (opens: Opens): Column<PortfolioRowWire>[] => [
  { id: 'agreement', head: 'Agreement', kind: 'text', of: ({ title }) => title, show: (row) => <Name row={row} known={opens.known} /> },
  { id: 'counterparty', head: 'Counterparty', kind: 'text', of: ({ counterparty }) => counterparty.name, spare: true },
  { id: 'rating', head: 'Rating', kind: 'text', of: ({ rating }) => rating, absent: () => 'not-disclosed', spare: true },
  { id: 'kind', head: 'Kind', kind: 'text', of: kindsOf, spare: true },
  { id: 'region', head: 'Region', kind: 'text', of: regionsOf, spare: true },
  { id: 'until', head: 'Until', kind: 'date', of: ({ until }) => until, show: (row) => <Until row={row} /> },
  linesColumn(opens, 'paid', 'Paid to date'),
  registerColumn(opens, 'gross', 'Gross'),
  registerColumn(opens, 'covered', 'Covered'),
  registerColumn(opens, 'net', 'Net'),
  registerColumn(opens, 'amortised', 'Amortised', true),
  registerColumn(opens, 'called', 'Called', true),
  registerColumn(opens, 'recovered', 'Recovered', true),
  linesColumn(opens, 'paidBehind', 'Calls 12 m'),
  linesColumn(opens, 'share', 'Share to date', true),
  linesColumn(opens, 'shareBehind', 'Share 12 m'),
  { id: 'sold', head: 'Sold', kind: 'percent', of: soldOf },
  {
    id: 'lastMonth',
    head: 'Last close',
    kind: 'month',
    of: ({ lastMonth }) => lastMonth,
    to: ({ agreement, lastMonth }) => `/agreements/${agreement}/periods/${lastMonth}`,
    absent: () => 'not-yet',
  },
]

type Props = OpensLines &
  When &
  Readonly<{
    book: PortfolioBookWire
    inTalks: readonly Readonly<{ agreement: string; title: string; note: string | null }>[]
    several: boolean
  }>

/** The totals of the page, each opening all of its lines. They are those of the table as long as nothing is filtered. */
const WholeSums = ({ book, ...opens }: OpensLines & Readonly<{ book: PortfolioBookWire }>) => {
  const { currency } = book
  const sums: readonly (readonly [word: string, amount: string, lines: LinesView])[] = [
    ['paid to date', book.total.paid, { of: 'paid', agreement: undefined, month: undefined, currency }],
    ['share to date', book.total.share, { of: 'share', agreement: undefined, month: undefined, currency }],
    ['calls, last 12 months', book.total.paidBehind, { of: 'paid', agreement: undefined, month: '12m', currency }],
    ['share, last 12 months', book.total.shareBehind, { of: 'share', agreement: undefined, month: '12m', currency }],
  ]
  return (
    <p className="inside whole-sums">
      All agreements, line by line:{' '}
      {sums.map(([word, amount, lines]) => (
        <span key={word} className="whole">
          {word} <WhyLines amount={amount} lines={lines} name={`${word}, all agreements`} {...opens} />
        </span>
      ))}
    </p>
  )
}

/** Agreements in rows, to the cent; what is in talks is listed below them and counted nowhere. */
export const PortfolioTable = ({ book, inTalks, on, known, several, opened, onOpen }: Props) => {
  const { currency } = book
  const columns = useMemo(() => columnsOf({ opened, onOpen, on, known, currency }), [opened, onOpen, on, known, currency])
  return (
    <div className="portfolio">
      <DataTable
        caption={several ? `Agreements in ${currency}` : 'Agreements'}
        rows={book.rows}
        columns={columns}
        keyOf={({ agreement }) => agreement}
        name={`portfolio-${on}-${currency.toLowerCase()}`}
        at={several ? `t${currency}.` : 't.'}
      />
      <WholeSums book={book} opened={opened} onOpen={onOpen} />
      {inTalks.map(({ agreement, title, note }) => (
        <p key={agreement} className="inside">
          <Link className="strong-link" to="/agreements/$id" params={{ id: agreement }}>
            {title}
          </Link>
          <Assumed note={note} /> <span className="third">in talks: listed, and counted nowhere on this page</span>
        </p>
      ))}
    </div>
  )
}
