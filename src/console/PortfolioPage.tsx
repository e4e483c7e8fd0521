import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useCallback, useEffect, useMemo } from 'react'
import type { PortfolioWire } from '../wire/portfolio.ts'
import { isTable } from './address.ts'
import { Answer, Notice, TableSkeleton } from './Answer.tsx'
import { AsOfControls } from './AsOfControls.tsx'
import { ComparedTable } from './ComparedTable.tsx'
import { monthText } from './dates.ts'
import { amountText } from './format.ts'
import { useKeys } from './keys.ts'
import { KnownOn } from './KnownOn.tsx'
import { MovedPanel } from './MovedLines.tsx'
import { writeLines, type LinesView, type PortfolioView } from './portfolio-address.ts'
import { linesAmount, linesName, openLines } from './portfolio-lines.ts'
import { portfolio } from './portfolio-queries.ts'
import { PortfolioBook } from './PortfolioBook.tsx'
import { linesTitle } from './PortfolioPictures.tsx'
import { portfolioHeads } from './PortfolioTable.tsx'

const route = getRouteApi('/portfolio')

/** What needs the guarantor, in one sentence with one act; nothing where nothing does. */
const Attention = ({ toApprove }: Pick<PortfolioWire, 'toApprove'>) => {
  const [first, ...others] = toApprove
  if (first === undefined) return null
  return (
    <section className="attention-box" aria-label="To approve">
      <span className="pill attention">{toApprove.length} to approve</span>
      <p>
        <b>
          {first.title}, {monthText(first.month)}.
        </b>{' '}
        {first.approvedBy} approved version {first.version} for the operator:{' '}
        {first.payer === null ? 'nothing is owed' : `${first.payer.name} pays ${amountText(first.net)} ${first.currency}`}.
        {others.length === 0 ? '' : ` Then ${others.map(({ title, month }) => `${title}, ${monthText(month)}`).join('; ')}.`}
      </p>
      <Link className="act" to="/agreements/$id/periods/$month" params={{ id: first.agreement, month: first.month }}>
        Review
      </Link>
    </section>
  )
}

const Compared = ({ data, view }: Readonly<{ data: PortfolioWire; view: PortfolioView }>) => {
  const query = useQuery({ ...portfolio({ ...view, on: view.against }), enabled: view.against !== undefined })
  if (view.against === undefined) return null
  return (
    <Answer
      what="The portfolio that is compared with"
      query={query}
      skeleton={
        <section className="panel">
          <TableSkeleton caption="Compared" heads={['Agreement', 'Gross', 'Net', 'Paid', 'Share']} rows={5} />
        </section>
      }
    >
      {(then) => <ComparedTable now={data} then={then} />}
    </Answer>
  )
}

const Foot = ({ data }: Readonly<{ data: PortfolioWire }>) => (
  <p className="third">
    <sup className="assumed">a</sup> rests on an assumption (hover names it). Gross is the most that can still be asked for, undiscounted.
    Fiscal years are {data.fiscalYear}. Expected calls and quantiles need a model of risk, which is not part of this server: nothing here is
    a forecast.
    {data.books.length > 1 ? ' Amounts in different currencies are never summed.' : ''}
  </p>
)

const Skeleton = () => (
  <div className="page">
    <header className="page-head">
      <h1>Portfolio</h1>
    </header>
    <div className="pair">
      {['Commitment by agreement', 'Cash calls and revenue share'].map((title) => (
        <section key={title} className="panel picture">
          <header>
            <h2>{title}</h2>
          </header>
          <div className="blank" style={{ height: 220 }} />
        </section>
      ))}
    </div>
    <section className="panel">
      <TableSkeleton caption="Agreements" heads={portfolioHeads} rows={6} />
    </section>
  </div>
)

const None = () => (
  <Notice title="Nothing is promised yet">
    A portfolio appears here as soon as an agreement with its guarantor is on record: <code>offtake load agreement.yaml</code>
  </Notice>
)

type BodyProps = Readonly<{ data: PortfolioWire; view: PortfolioView; setView: (view: PortfolioView) => void }>

/** Whose portfolio, at the end of which month, as known when. */
const Head = ({ data, view, setView }: BodyProps) => (
  <>
    <header className="page-head">
      <h1>Portfolio</h1>
      <span className="second grow">
        {data.document?.title ?? data.guarantor?.name ?? ''}: what was promised, may be asked for, and was earned
      </span>
      <AsOfControls
        asOf={data.asOf}
        months={data.months}
        view={view}
        setView={setView}
        againstWord="Compare with"
        guarantors={data.guarantors}
      />
    </header>
    <KnownOn date={data.knownOn?.slice(0, 10)} />
  </>
)

const Body = ({ data, view, setView }: BodyProps) => {
  const navigate = route.useNavigate()
  const names = useMemo(() => new Map(data.books.flatMap(({ rows }) => rows.map(({ agreement, title }) => [agreement, title]))), [data])
  const lines = useMemo(() => openLines(view.lines, data), [view.lines, data])
  const open = useMemo(() => (lines === undefined ? undefined : writeLines(lines)), [lines])
  // The same function while the same lines are open: the table is not made anew for it.
  const onOpen = useCallback(
    (each: LinesView) => setView({ lines: open === writeLines(each) ? undefined : writeLines(each) }),
    [open, setView],
  )
  const close = () => {
    const opener = document.querySelector<HTMLElement>('.explainable[aria-expanded=true]')
    setView({ lines: undefined })
    opener?.focus()
  }
  useKeys(lines === undefined ? {} : { Escape: close })
  return (
    <div className={lines === undefined ? 'with-panel' : 'with-panel panel-open'}>
      <div className="page">
        <Head data={data} view={view} setView={setView} />
        <Attention toApprove={data.toApprove} />
        {data.books.map((book) => (
          <PortfolioBook
            key={book.currency}
            book={book}
            data={data}
            view={view}
            opened={open}
            setView={setView}
            onOpen={onOpen}
            onAgreement={(agreement) =>
              void navigate({ to: '/register', search: { agreement, on: data.asOf ?? undefined, known: view.known } })
            }
          />
        ))}
        <Compared data={data} view={view} />
        <Foot data={data} />
      </div>
      {lines === undefined ? null : (
        <MovedPanel
          key={open}
          title={linesTitle(lines, names)}
          {...linesAmount(lines, data)}
          name={linesName(lines, data, view)}
          names={names}
          onClose={close}
        />
      )}
    </div>
  )
}

/** What a guarantor has promised over all its agreements, what it may cost at most, and what it earned. */
export const PortfolioPage = () => {
  const view = route.useSearch()
  const navigate = route.useNavigate()
  const query = useQuery(portfolio(view))
  const setView = useCallback(
    (next: PortfolioView) =>
      void navigate({ search: (before: PortfolioView) => ({ ...before, ...next }), replace: true, resetScroll: false }),
    [navigate],
  )
  const asTables = isTable(view.table, 'exposure') && isTable(view.table, 'cash')
  useKeys({ x: () => setView({ table: asTables ? undefined : 'exposure.cash' }) })
  const asOf = query.data?.asOf
  useEffect(() => {
    document.title = `Portfolio${asOf == null ? '' : `, ${monthText(asOf)}`} · Offtake`
  }, [asOf])
  return (
    <Answer what="The portfolio" query={query} skeleton={<Skeleton />}>
      {(data) => (data.books.length === 0 && data.inTalks.length === 0 ? <None /> : <Body data={data} view={view} setView={setView} />)}
    </Answer>
  )
}
