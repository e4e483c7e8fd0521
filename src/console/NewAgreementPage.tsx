import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import { Answer } from './Answer.tsx'
import { proposals, templateText } from './compare-queries.ts'
import { ProposalView } from './ProposalView.tsx'
import { Templates } from './Templates.tsx'
import { TermsEditor } from './TermsEditor.tsx'

const route = getRouteApi('/new-agreement')
const Begun = ({ template }: Readonly<{ template: string }>) => {
  const navigate = route.useNavigate()
  const query = useQuery(templateText(template))
  return (
    <Answer what="The template" query={query} skeleton={<section className="panel editor" />}>
      {(text) => (
        <TermsEditor
          amends={undefined}
          initial={text}
          onProposed={({ id, state, agreement }) =>
            state === 'in force'
              ? void navigate({ to: '/agreements/$id', params: { id: agreement } })
              : void navigate({ search: { proposal: id } })
          }
        />
      )}
    </Answer>
  )
}

/** New agreements that are proposed and not in force yet. */
const Open = () => {
  const { data } = useQuery(proposals)
  const open = (data?.proposals ?? []).filter(({ state, version }) => state === 'open' && version === 1)
  return open.length === 0 ? null : (
    <section className="panel">
      <table className="table">
        <caption>
          <h2>Proposed, and not signed by both</h2>
        </caption>
        <tbody>
          {open.map(({ id, agreement, proposedBy, awaits }) => (
            <tr key={id}>
              <th scope="row">
                <Link className="strong-link" to="/new-agreement" search={{ proposal: id }}>
                  {agreement}
                </Link>
              </th>
              <td>by {proposedBy}</td>
              <td>waits for {awaits}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

/** A new agreement: begun from a template, proposed by one of its parties and signed by the other. */
export const NewAgreementPage = () => {
  const { template, proposal } = route.useSearch()
  useEffect(() => void (document.title = 'New agreement · Offtake'), [])
  return (
    <div className="page">
      <header className="page-head">
        <h1>New agreement</h1>
        <span className="second">Written as a document, read back as sentences, signed by both parties</span>
      </header>
      <Open />
      {proposal === undefined ? null : <ProposalView id={proposal} zone="UTC" />}
      {template === undefined ? <Templates /> : <Begun key={template} template={template} />}
    </div>
  )
}
