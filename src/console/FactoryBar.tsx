import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import type { FactoryRowWire } from '../wire/factory.ts'
import type { FactoryView } from './address.ts'
import { isMonth, monthPlus, monthText, shortMonth } from './dates.ts'
import { factories } from './factory-queries.ts'
import { useKeys } from './keys.ts'

const useView = (): FactoryView => useSearch({ strict: false })

/** The factory that the address names, once the list of them is here. */
export const useFactoryRow = (factory: string | undefined): FactoryRowWire | undefined => {
  const { of } = useView()
  const { data } = useQuery({ ...factories, enabled: factory !== undefined })
  return factory === undefined ? undefined : data?.factories.find((row) => row.id === factory && (of === undefined || row.agreement === of))
}

export const FactoryCrumbs = ({ factory, hall }: Readonly<{ factory: string | undefined; hall: string | undefined }>) => {
  const { month, of } = useView()
  return (
    <nav className="crumbs" aria-label="Path">
      {factory === undefined ? (
        <b>Factories</b>
      ) : (
        <>
          <Link to="/factories" activeOptions={{ exact: true }}>
            Factories
          </Link>
          <span aria-hidden="true">/</span>
          {hall === undefined ? (
            <b>{factory}</b>
          ) : (
            <>
              <Link to="/factories/$factory" params={{ factory }} search={{ month, of }} activeOptions={{ exact: true }}>
                {factory}
              </Link>
              <span aria-hidden="true">/</span>
              <b>{hall}</b>
            </>
          )}
        </>
      )}
    </nav>
  )
}

/** Where a claim is: its agreement, and the month. */
export const ClaimCrumbs = ({ agreement = '', month = '' }: Readonly<{ agreement: string | undefined; month: string | undefined }>) => (
  <nav className="crumbs" aria-label="Path">
    <Link to="/agreements/$id" params={{ id: agreement }}>
      {agreement}
    </Link>
    <span aria-hidden="true">/</span>
    <b>Claim of {isMonth(month) ? monthText(month) : month}</b>
  </nav>
)

const monthsOf = ({ first, last }: FactoryRowWire['months']): string[] => {
  const all: string[] = []
  for (let month = last; month >= first; month = monthPlus(month, -1)) all.push(month)
  return all
}

/** The month of a factory, and its zone: always the agreement's. */
export const FactoryPicker = ({ row }: Readonly<{ row: FactoryRowWire }>) => {
  const view = useView()
  const navigate = useNavigate()
  const month = view.month ?? row.month
  const months = monthsOf(row.months)
  const go = (to: string) =>
    void navigate({
      to: '.',
      search: (now: FactoryView) => ({ ...now, month: to, day: undefined, cell: undefined, finding: undefined }),
    })
  const [before, next] = [monthPlus(month, -1), monthPlus(month, 1)].map((each) => (months.includes(each) ? each : undefined))
  useKeys({ '[': () => before !== undefined && go(before), ']': () => next !== undefined && go(next) })
  const step = (to: string | undefined, mark: string, name: string) =>
    to === undefined ? (
      <span className="step" aria-hidden="true">
        {mark}
      </span>
    ) : (
      <button type="button" className="step" onClick={() => go(to)} aria-label={`${name}, ${shortMonth(to)}`}>
        {mark}
      </button>
    )
  return (
    <div className="control period-picker" role="group" aria-label="Period">
      {step(before, '‹', 'Period before')}
      <select aria-label="Month" value={month} onChange={(event) => go(event.target.value)}>
        {(months.includes(month) ? months : [month, ...months]).map((each) => (
          <option key={each} value={each}>
            {shortMonth(each)}
          </option>
        ))}
      </select>
      <small>{row.zone}</small>
      {step(next, '›', 'Period after')}
    </div>
  )
}
