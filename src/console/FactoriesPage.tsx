import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import { Answer, Notice, TableSkeleton } from './Answer.tsx'
import type { FactoryRowWire } from '../wire/factory.ts'
import { factories } from './factory-queries.ts'
import { monthText } from './dates.ts'
import { countText } from './format.ts'

const heads = ['Factory', 'Region', 'Agreement', 'Halls', 'Racks', 'GPUs', 'Latest month'] as const

const FactoriesTable = ({ rows }: Readonly<{ rows: readonly FactoryRowWire[] }>) => (
  <div className="page">
    <h1>Factories</h1>
    <section className="panel scroll-x">
      <table className="table">
        <caption className="hidden">Factories with racks on record</caption>
        <thead>
          <tr>
            {heads.map((head, i) => (
              <th key={head} scope="col" className={i >= 3 && i <= 5 ? 'number' : undefined}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.id} ${row.agreement}`}>
              <th scope="row">
                <Link className="strong-link" to="/factories/$factory" params={{ factory: row.id }} search={{ of: row.agreement }}>
                  {row.id}
                </Link>
              </th>
              <td>{row.region}</td>
              <td>
                <Link className="link" to="/agreements/$id" params={{ id: row.agreement }}>
                  {row.title}
                </Link>
              </td>
              <td className="number">{countText(row.halls)}</td>
              <td className="number">{countText(row.racks)}</td>
              <td className="number">{countText(row.gpus)}</td>
              <td>{monthText(row.month)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  </div>
)

/** Where GPUs stand, as far as racks are on record. */
export const FactoriesPage = () => {
  const query = useQuery(factories)
  useEffect(() => {
    document.title = 'Factories · Offtake'
  }, [])
  const skeleton = (
    <div className="page">
      <h1>Factories</h1>
      <section className="panel">
        <TableSkeleton caption="Factories" heads={heads} rows={3} />
      </section>
    </div>
  )
  return (
    <Answer what="The list of factories" query={query} skeleton={skeleton}>
      {(data) =>
        data.factories.length === 0 ? (
          <Notice title="No rack is on record yet">
            A factory shows here with its racks: readings of kind <code>rack</code> name each with its hall and nodes.{' '}
            <code>offtake import</code> brings them.
          </Notice>
        ) : (
          <FactoriesTable rows={data.factories} />
        )
      }
    </Answer>
  )
}
