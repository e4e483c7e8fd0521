import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Navigate } from '@tanstack/react-router'
import { useEffect } from 'react'
import { isTable, withTable, type FactoryView } from './address.ts'
import { Answer } from './Answer.tsx'
import { CampusMap } from './CampusMap.tsx'
import { monthText } from './dates.ts'
import { explainFactory } from './explain-factory.tsx'
import { factories, factoryMonth } from './factory-queries.ts'
import { FactorySkeleton } from './FactorySkeleton.tsx'
import { thumbsMax } from './HallHead.tsx'
import { TiesTable } from './HoursTable.tsx'
import { useKeys } from './keys.ts'
import { Reconciliation } from './Reconciliation.tsx'
import { Sources } from './Sources.tsx'

const route = getRouteApi('/factories/$factory')

/** A campus opens on its halls day by day; a factory of few halls on the first of them. */
export const FactoryPage = () => {
  const { factory } = route.useParams()
  const view = route.useSearch()
  const navigate = route.useNavigate()
  const list = useQuery(factories)
  const row = list.data?.factories.find((each) => each.id === factory && (view.of === undefined || each.agreement === view.of))
  const month = view.month ?? row?.month
  const name = { factory, month: month ?? '', of: view.of }
  const query = useQuery({ ...factoryMonth(name), enabled: month !== undefined })
  const setView = (more: FactoryView) => void navigate({ search: (now) => ({ ...now, ...more }), replace: true, resetScroll: false })
  const shown = isTable(view.table, 'campus') ? 'table' : 'chart'
  const show = (kind: 'chart' | 'table') => setView({ table: withTable(view.table, 'campus', kind === 'table') })
  useKeys({ x: () => show(shown === 'chart' ? 'table' : 'chart') })
  useEffect(() => {
    document.title = `${factory}${month === undefined ? '' : `, ${month}`} · Offtake`
  }, [factory, month])
  const explain = explainFactory({ factory, month: month === undefined ? '' : monthText(month) })
  if (list.data !== undefined && month === undefined) return explain.none
  return (
    <Answer
      what="The factory"
      query={query}
      skeleton={<FactorySkeleton title={row?.region ?? factory} hall={undefined} />}
      explain={explain.failure}
    >
      {(data) =>
        data.halls.length <= thumbsMax ? (
          <Navigate to="/factories/$factory/$hall" params={{ factory, hall: data.halls[0]!.hall }} search={view} replace />
        ) : (
          <div className="factory">
            <div className="page">
              <CampusMap month={data} row={row} view={view} shown={shown} onShow={show} />
              <TiesTable month={data} />
            </div>
            <aside className="factory-side" aria-label="Evidence">
              <Sources name={name} zone={data.zone} />
              <Reconciliation name={name} zone={data.zone} />
            </aside>
          </div>
        )
      }
    </Answer>
  )
}
