import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useEffect, useMemo } from 'react'
import type { FacilityPageWire } from '../wire/lender.ts'
import { isTable, withTable } from './address.ts'
import { Absent } from './Absent.tsx'
import { Answer, TableSkeleton } from './Answer.tsx'
import { coverChart } from './cover-chart.ts'
import { dateText, monthText, shortMonth } from './dates.ts'
import { amountText, ratioText } from './format.ts'
import { useKeys } from './keys.ts'
import { KnownOn } from './KnownOn.tsx'
import { Picture } from './Picture.tsx'
import type { PortfolioView } from './portfolio-address.ts'
import { facility } from './portfolio-queries.ts'
import { Assumed } from './Assumed.tsx'
import { Scrolls } from './Scrolls.tsx'

const route = getRouteApi('/lender/$holder/$clause')

const definitions: Readonly<Record<FacilityPageWire['tests'][number]['ratio'], string>> = {
  dscr: 'cash available for debt service ÷ debt service of the period',
  llcr: 'present value of cash to maturity ÷ balance',
  plcr: 'present value of cash to the end of the project ÷ balance',
}

const headsOf = (currency: string) =>
  ['Test', 'Definition', 'Actual', 'Required', 'Headroom', `Headroom, ${currency} of CFADS`, ''] as const

const Tests = ({ page }: Readonly<{ page: FacilityPageWire }>) => {
  const { lastTest, currency } = page.facility
  const rows = page.tests.filter(({ month }) => month === lastTest)
  return (
    <section className="panel scroll-x" aria-label="Tests">
      <table className="table">
        <caption>
          <h2>Tests of {lastTest === null ? 'the facility' : monthText(lastTest)}</h2>{' '}
          <span className="third">{page.nextTest === null ? 'no later test' : `next: the statement of ${monthText(page.nextTest)}`}</span>
        </caption>
        <thead>
          <tr>
            {headsOf(currency).map((head, i) => (
              <th key={head} scope="col" className={i >= 2 && i <= 5 ? 'number' : undefined}>
                {head === '' ? <span className="hidden">State</span> : head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((test) => (
            <tr key={`${test.ratio} ${test.level} ${test.of ?? ''}`}>
              <th scope="row">
                {test.ratio.toUpperCase()}, {test.level}
              </th>
              <td className="second">{definitions[test.ratio]}</td>
              <td className="number">
                <Link
                  className="explainable"
                  to="/agreements/$id/periods/$month"
                  params={{ id: page.facility.agreement, month: test.month }}
                >
                  {ratioText(test.actual)}
                </Link>
              </td>
              <td className="number">{ratioText(test.required)}</td>
              <td className="number">{ratioText(test.headroom)}</td>
              <td className="number">{test.cashHeadroom === null ? <Absent kind="not-applicable" /> : amountText(test.cashHeadroom)}</td>
              <td>{test.met ? 'met' : <span className="breach-word">broken</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

const CoverTable = ({ page }: Readonly<{ page: FacilityPageWire }>) => {
  const money = (amount: string | null) => (amount === null ? <Absent kind="not-applicable" /> : amountText(amount))
  const ratio = (exact: string | null) => (exact === null ? <Absent kind="not-applicable" /> : ratioText(exact))
  const least = (level: 'lock-up' | 'default') => page.covenants.find((each) => each.ratio === 'dscr' && each.level === level)?.required
  return (
    <table className="table">
      <caption className="hidden">Ratios through time</caption>
      <thead>
        <tr>
          <th scope="col">Statement</th>
          {['CFADS', 'Debt service', 'DSCR', 'Lock-up', 'Default', 'LLCR', 'PLCR', 'Balance', 'Reserve'].map((head) => (
            <th key={head} scope="col" className="number">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {page.cover.toReversed().map((row) => (
          <tr key={`${row.month} ${row.of ?? ''}`}>
            <th scope="row">
              <Link className="link" to="/agreements/$id/periods/$month" params={{ id: page.facility.agreement, month: row.month }}>
                {shortMonth(row.month)}
              </Link>
              {row.of === null ? '' : `, ${row.of}`}
            </th>
            <td className="number">{money(row.cfads)}</td>
            <td className="number">{money(row.debtService)}</td>
            <td className="number">{ratio(row.dscr)}</td>
            <td className="number">{ratio(least('lock-up') ?? null)}</td>
            <td className="number">{ratio(least('default') ?? null)}</td>
            <td className="number">{ratio(row.llcr)}</td>
            <td className="number">{ratio(row.plcr)}</td>
            <td className="number">{money(row.balance)}</td>
            <td className="number">{money(row.reserve)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const saysOf = ({ cover, tests, facility: { lastTest } }: FacilityPageWire): string => {
  const broken = tests.filter(({ met, ratio }) => !met && ratio === 'dscr')
  const last = cover.findLast(({ dscr }) => dscr !== null)
  if (last === undefined || lastTest === null) return 'No statement has stated a ratio yet.'
  const months = [...new Set(broken.map(({ month }) => monthText(month)))]
  return `At the last test, ${monthText(lastTest)}, the DSCR was ${ratioText(last.dscr!)}. ${months.length === 0 ? 'No level of it was ever broken.' : `A level of it was broken in ${months.join(', ')}.`}`
}

type BodyProps = Readonly<{ page: FacilityPageWire; view: PortfolioView; setView: (view: PortfolioView) => void; isDimmed: boolean }>

const Body = ({ page, view, setView, isDimmed }: BodyProps) => {
  const { facility: found } = page
  const draw = useMemo(() => coverChart(page), [page])
  return (
    <div className={isDimmed ? 'page dimmed' : 'page'}>
      <header className="period-head">
        <div className="page-head">
          <h1>{found.title}</h1>
          <Assumed note={page.assumed} />
          <span className="second">
            {found.clause}: {found.lender.name} → {found.borrower.name}, through {dateText(found.through)}
          </span>
        </div>
        <p className="opening">{saysOf(page)}</p>
        <KnownOn date={view.known} />
      </header>
      <Tests page={page} />
      <Picture
        title="DSCR through time"
        subtitle="as statements state it; levels of the terms as dashed rules"
        says={saysOf(page)}
        height={260}
        shown={isTable(view.table, 'cover') ? 'table' : 'chart'}
        onShow={(shown) => setView({ table: withTable(view.table, 'cover', shown === 'table') })}
        draw={draw}
        table={
          <Scrolls name="Ratios through time, table">
            <CoverTable page={page} />
          </Scrolls>
        }
      />
      <p className="third">
        What statements state is shown as it is. No forecast: when a level would be crossed needs a model of risk, which is not part of this
        server.
      </p>
    </div>
  )
}

/** Whether the tests of one facility hold, and with how much room. */
export const FacilityPage = () => {
  const { holder, clause } = route.useParams()
  const view = route.useSearch()
  const navigate = route.useNavigate()
  const query = useQuery(facility(holder, clause, view))
  const setView = (next: PortfolioView) =>
    void navigate({ search: (before: PortfolioView) => ({ ...before, ...next }), replace: true, resetScroll: false })
  useKeys({ x: () => setView({ table: withTable(view.table, 'cover', !isTable(view.table, 'cover')) }) })
  const title = query.data?.facility.title
  useEffect(() => {
    document.title = `${title ?? holder}, lender · Offtake`
  }, [title, holder])
  return (
    <Answer
      what="The facility"
      query={query}
      skeleton={
        <div className="page">
          <section className="panel">
            <TableSkeleton caption="Tests" heads={headsOf('…')} rows={3} />
          </section>
        </div>
      }
    >
      {(page) => <Body page={page} view={view} setView={setView} isDimmed={query.isPlaceholderData} />}
    </Answer>
  )
}
