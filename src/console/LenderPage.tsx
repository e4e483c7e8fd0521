import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { FacilityWire } from '../wire/lender.ts'
import { Absent } from './Absent.tsx'
import { Answer, Notice, TableSkeleton } from './Answer.tsx'
import { dateText, monthText } from './dates.ts'
import { facilities } from './portfolio-queries.ts'

const heads = ['Facility', 'Borrower', 'Lender', 'Until', 'Last test', ''] as const

const Row = ({ row }: Readonly<{ row: FacilityWire }>) => (
  <tr>
    <th scope="row">
      <Link className="strong-link" to="/lender/$holder/$clause" params={{ holder: row.agreement, clause: row.clause }}>
        {row.title}
      </Link>{' '}
      <span className="third">{row.clause}</span>
    </th>
    <td>{row.borrower.name}</td>
    <td>{row.lender.name}</td>
    <td>{dateText(row.through)}</td>
    <td>{row.lastTest === null ? <Absent kind="not-yet" /> : monthText(row.lastTest)}</td>
    <td>{row.met === null ? '' : row.met ? 'every level met' : <span className="breach-word">a level is broken</span>}</td>
  </tr>
)

/** The debt facilities that one may see. */
export const LenderPage = () => {
  const query = useQuery(facilities)
  useEffect(() => void (document.title = 'Lender · Offtake'), [])
  return (
    <Answer
      what="The list of facilities"
      query={query}
      skeleton={
        <section className="panel">
          <TableSkeleton caption="Facilities" heads={heads} rows={2} />
        </section>
      }
    >
      {({ facilities: rows }) =>
        rows.length === 0 ? (
          <Notice title="No debt facility yet">
            A facility appears here as soon as an agreement with a clause of kind <code>debt-facility</code> is on record, and its tests
            with the first statement that states a ratio.
          </Notice>
        ) : (
          <div className="page">
            <header className="page-head">
              <h1>Lender</h1>
              <span className="second">Do the tests hold, and with how much room?</span>
            </header>
            <section className="panel scroll-x">
              <table className="table">
                <caption className="hidden">Debt facilities</caption>
                <thead>
                  <tr>
                    {heads.map((head) => (
                      <th key={head} scope="col">
                        {head === '' ? <span className="hidden">State</span> : head}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {rows.map((row) => (
                    <Row key={`${row.agreement}/${row.clause}`} row={row} />
                  ))}
                </tbody>
              </table>
            </section>
          </div>
        )
      }
    </Answer>
  )
}
