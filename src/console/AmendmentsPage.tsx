import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { AgreementWire } from '../wire/agreement.ts'
import type { ProposalRowWire } from '../wire/amendment.ts'
import { Answer, TableSkeleton } from './Answer.tsx'
import { amendments, documentText } from './compare-queries.ts'
import { dateText, localTime } from './dates.ts'
import { nextVersionText } from './draft.ts'
import { ProposalView } from './ProposalView.tsx'
import { agreement } from './queries.ts'
import { useMay } from './session.ts'
import { TermsEditor } from './TermsEditor.tsx'

const route = getRouteApi('/agreements/$id/amendments')

const heads = ['Version', 'State', 'Proposed', 'By', 'For', 'Waits for', 'Note']

type RowProps = Readonly<{ row: ProposalRowWire; terms: AgreementWire; opened: boolean }>

const Row = ({ row, terms, opened }: RowProps) => {
  const nameOf = (id: string | null) => terms.parties.find((party) => party.id === id)?.name ?? '–'
  return (
    <tr className={opened ? 'selected' : undefined}>
      <th scope="row">
        <Link className="strong-link" to="/agreements/$id/amendments" params={{ id: terms.id }} search={{ proposal: row.id }}>
          Version {row.version}
        </Link>
      </th>
      <td>{row.state}</td>
      <td className="whole">{dateText(localTime(row.proposedAt, terms.zone).date)}</td>
      <td>{row.proposedBy}</td>
      <td>{nameOf(row.party)}</td>
      <td>{nameOf(row.awaits)}</td>
      <td className="second">{row.note}</td>
    </tr>
  )
}

const List = ({ terms, opened }: Readonly<{ terms: AgreementWire; opened: string | undefined }>) => {
  const query = useQuery(amendments(terms.id))
  return (
    <section className="panel scroll-x">
      <Answer what="The list of amendments" query={query} skeleton={<TableSkeleton caption="Proposals" heads={heads} rows={2} />}>
        {({ proposals }) =>
          proposals.length === 0 ? (
            <p className="inside">Nothing has been proposed here yet. What one party proposes appears here, for the other to sign.</p>
          ) : (
            <table className="table">
              <caption>
                <h2>Proposals</h2>
              </caption>
              <thead>
                <tr>
                  {heads.map((head) => (
                    <th key={head} scope="col">
                      {head}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {proposals.map((row) => (
                  <Row key={row.id} row={row} terms={terms} opened={row.id === opened} />
                ))}
              </tbody>
            </table>
          )
        }
      </Answer>
    </section>
  )
}

const Next = ({ terms }: Readonly<{ terms: AgreementWire }>) => {
  const latest = terms.versions.at(-1)!
  const navigate = route.useNavigate()
  const query = useQuery(documentText(terms.id, latest.version))
  const effective = localTime(terms.now, terms.zone).date
  return (
    <Answer what="The document" query={query} skeleton={<section className="panel editor" />}>
      {(signed) => (
        <TermsEditor
          amends={terms.id}
          initial={nextVersionText(signed, { version: latest.version + 1, previous: latest.hash, effective })}
          onProposed={({ id }) => void navigate({ search: { proposal: id } })}
        />
      )}
    </Answer>
  )
}

/** The next version of an agreement: proposed by one party, read back as sentences, signed by the other. */
export const AmendmentsPage = () => {
  const { id } = route.useParams()
  const { proposal } = route.useSearch()
  const query = useQuery(agreement(id))
  const may = useMay('agreements:amend')
  const title = query.data?.title
  useEffect(() => {
    document.title = `Amendments, ${title ?? id} · Offtake`
  }, [title, id])
  return (
    <Answer what="The agreement" query={query} skeleton={<div className="page" />}>
      {(terms) => (
        <div className="page">
          <header className="page-head">
            <h1>Amendments</h1>
            <span className="second">{terms.title}</span>
            <span className="spring" />
            {may && proposal !== 'new' ? (
              <Button component={Link} to="/agreements/$id/amendments" params={{ id } as never} search={{ proposal: 'new' } as never}>
                Propose version {terms.versions.length + 1}
              </Button>
            ) : null}
          </header>
          <List terms={terms} opened={proposal} />
          {proposal === 'new' ? <Next terms={terms} /> : null}
          {proposal === undefined || proposal === 'new' ? null : <ProposalView id={proposal} zone={terms.zone} />}
        </div>
      )}
    </Answer>
  )
}
