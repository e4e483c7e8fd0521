import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { FactoryView } from './address.ts'
import { Answer } from './Answer.tsx'
import { monthText } from './dates.ts'
import { explainFactory } from './explain-factory.tsx'
import { factories, factoryMonth, hall as hallQuery } from './factory-queries.ts'
import { HallBody } from './HallBody.tsx'
import { FactorySkeleton } from './FactorySkeleton.tsx'

const route = getRouteApi('/factories/$factory/$hall')

export type SetFactoryView = (more: FactoryView) => void

/** What every rack of a hall was doing. */
export const HallPage = () => {
  const { factory, hall } = route.useParams()
  const view = route.useSearch()
  const navigate = route.useNavigate()
  const list = useQuery(factories)
  const row = list.data?.factories.find((each) => each.id === factory && (view.of === undefined || each.agreement === view.of))
  const month = view.month ?? row?.month
  const name = { factory, month: month ?? '', of: view.of }
  const enabled = month !== undefined
  const summary = useQuery({ ...factoryMonth(name), enabled })
  const shown = useQuery({ ...hallQuery({ ...name, hall, day: view.day, rack: view.rack }), enabled })
  const setView: SetFactoryView = (more) => void navigate({ search: (now) => ({ ...now, ...more }), replace: true, resetScroll: false })
  useEffect(() => {
    document.title = `${hall}, ${factory}${month === undefined ? '' : `, ${month}`} · Offtake`
  }, [hall, factory, month])
  const explain = explainFactory({ factory, month: month === undefined ? '' : monthText(month) })
  const skeleton = <FactorySkeleton title={row?.region ?? factory} hall={hall} />
  if (list.data !== undefined && month === undefined) return explain.none
  return (
    <Answer what="The hall" query={shown} skeleton={skeleton} explain={explain.failure}>
      {(data) => <HallBody name={name} hall={data} summary={summary} row={row} view={view} setView={setView} />}
    </Answer>
  )
}
