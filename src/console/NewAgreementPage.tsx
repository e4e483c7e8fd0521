import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect } from 'react'
import { Answer } from './Answer.tsx'
import { templateText } from './compare-queries.ts'
import { OpenProposals } from './OpenProposals.tsx'
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
      <OpenProposals />
      {proposal === undefined ? null : <ProposalView id={proposal} zone="UTC" />}
      {template === undefined ? <Templates /> : <Begun key={template} template={template} />}
    </div>
  )
}
