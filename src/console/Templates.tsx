import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Answer, TableSkeleton } from './Answer.tsx'
import { templates } from './compare-queries.ts'
import { countText } from './format.ts'

const heads = ['Template', 'Guarantor', 'Operator', 'Clauses', 'GPUs']

/** Agreements to begin from: the examples, whose undisclosed terms are assumptions. */
export const Templates = () => {
  const query = useQuery(templates)
  return (
    <section className="panel scroll-x">
      <Answer what="The list of templates" query={query} skeleton={<TableSkeleton caption="Templates" heads={heads} rows={4} />}>
        {(data) => (
          <table className="table">
            <caption>
              <h2>Start from a template</h2> <span className="third">name, parties and terms are then yours</span>
            </caption>
            <thead>
              <tr>
                {heads.map((head) => (
                  <th key={head} scope="col" className={head === 'GPUs' ? 'number' : undefined}>
                    {head}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {data.templates.map(({ name, title, guarantor, operator, clauses, gpus }) => (
                <tr key={name}>
                  <th scope="row">
                    <Link className="strong-link" to="/new-agreement" search={{ template: name }}>
                      {title}
                    </Link>
                  </th>
                  <td>{guarantor}</td>
                  <td>{operator}</td>
                  <td className="second">{clauses.map((kind) => kind.replaceAll('-', ' ')).join(', ')}</td>
                  <td className="number">{gpus === 0 ? '–' : countText(gpus)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Answer>
    </section>
  )
}
