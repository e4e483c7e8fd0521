import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { AgreementWire } from '../wire/agreement.ts'
import { isTable, withTable } from './address.ts'
import { CapsTable, ClausesTable, PeriodsTable, VersionsTable } from './AgreementTables.tsx'
import { Answer, TableSkeleton } from './Answer.tsx'
import { dateText } from './dates.ts'
import { countText } from './format.ts'
import { useKeys } from './keys.ts'
import { agreement, periods } from './queries.ts'
import { TermPicture } from './TermPicture.tsx'
import { TermsTable } from './TermsTable.tsx'

const route = getRouteApi('/agreements/$id')

const Head = ({ agreement: { title, operator, guarantor, term, zone, currency, blocks } }: Readonly<{ agreement: AgreementWire }>) => {
  const supported = blocks.filter((block) => block.supported)
  const gpus = supported.reduce((sum, block) => sum + block.gpus, 0)
  return (
    <header className="period-head">
      <div className="page-head">
        <h1>{title}</h1>
        <span className="second">
          {operator.name} ↔ {guarantor.name}
        </span>
      </div>
      <p className="opening">
        {gpus === 0
          ? 'No capacity'
          : `${countText(gpus)} ${[...new Set(supported.map(({ sku }) => sku))].join(' and ')} in ${[...new Set(supported.map(({ region }) => region))].join(', ')}`}
        , from {dateText(term.from)} through {dateText(term.through)}.
      </p>
      <p className="third">
        Local dates of {zone}; amounts in {currency}.
      </p>
    </header>
  )
}

const Periods = ({ terms }: Readonly<{ terms: AgreementWire }>) => {
  const query = useQuery(periods(terms.id))
  return (
    <Answer
      what="The list of periods"
      query={query}
      skeleton={
        <section className="panel">
          <TableSkeleton caption="Periods" heads={['Month', 'State', 'Net']} rows={6} />
        </section>
      }
    >
      {(data) => <PeriodsTable agreement={terms} periods={data} />}
    </Answer>
  )
}

const Skeleton = () => (
  <div className="page">
    <header className="period-head">
      <div className="page-head">
        <h1>
          <span className="bar" style={{ width: 220 }} />
        </h1>
      </div>
      <p className="opening">
        <span className="bar" style={{ width: 420 }} />
      </p>
    </header>
    <section className="panel picture">
      <header>
        <h2>Through the term</h2>
      </header>
      <div className="blank" style={{ height: 300 }} />
    </section>
    <section className="panel">
      <TableSkeleton caption="Clauses" heads={['Clause', 'Kind', 'Payer', 'Payee', 'Covers', 'From', 'Through', 'Settled']} rows={2} />
    </section>
  </div>
)

/** What was promised. */
export const AgreementPage = () => {
  const { id } = route.useParams()
  const view = route.useSearch()
  const navigate = route.useNavigate()
  const query = useQuery(agreement(id))
  const show = (shown: 'chart' | 'table') =>
    void navigate({ search: { table: withTable(view.table, 'term', shown === 'table') }, replace: true, resetScroll: false, hash: true })
  const shown = isTable(view.table, 'term') ? 'table' : 'chart'
  useKeys({ x: () => show(shown === 'chart' ? 'table' : 'chart') })
  const title = query.data?.title
  useEffect(() => {
    document.title = `${title ?? id} · Offtake`
  }, [title, id])
  return (
    <Answer what="The agreement" query={query} skeleton={<Skeleton />}>
      {(data) => (
        <div className="page">
          <Head agreement={data} />
          <div className="columns">
            <div className="column">
              {data.blocks.length === 0 ? <TermsTable agreement={data} /> : <TermPicture agreement={data} shown={shown} onShow={show} />}
              <CapsTable agreement={data} />
            </div>
            <div className="column side">
              <Periods terms={data} />
              <VersionsTable agreement={data} />
            </div>
          </div>
          <ClausesTable agreement={data} />
          {data.blocks.length === 0 ? null : <TermsTable agreement={data} />}
        </div>
      )}
    </Answer>
  )
}
