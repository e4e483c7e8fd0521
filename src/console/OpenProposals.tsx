import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ProposalRowWire } from '../wire/amendment.ts'
import { proposals } from './compare-queries.ts'
import { useActing, useMay } from './session.ts'

const Where = ({ row: { id, agreement, version } }: Readonly<{ row: ProposalRowWire }>) =>
  version === 1 ? (
    <Link className="strong-link" to="/new-agreement" search={{ proposal: id }}>
      {agreement}
    </Link>
  ) : (
    <Link className="strong-link" to="/agreements/$id/amendments" params={{ id: agreement }} search={{ proposal: id }}>
      {agreement}, version {version}
    </Link>
  )

/** What is proposed and not in force yet, for who may sign; undefined until it is read. */
const useOpenProposals = (): readonly ProposalRowWire[] | undefined => {
  const may = useMay('agreements:amend')
  const { data } = useQuery({ ...proposals, enabled: may })
  return may ? data?.proposals.filter(({ state }) => state === 'open') : []
}

/** How many of them wait for the signature of whoever looks; undefined until that is read. */
export const useToSign = (): number | undefined => {
  const party = useActing()?.party
  return useOpenProposals()?.filter(({ awaits }) => awaits === party).length
}

/** Agreements and amendments that are proposed and not in force yet, and whose signature they wait for; nothing where there is none. */
export const OpenProposals = () => {
  const acting = useActing()
  const open = useOpenProposals() ?? []
  return open.length === 0 ? null : (
    <section className="panel">
      <table className="table">
        <caption>
          <h2>Proposed, and not signed by both</h2>
        </caption>
        <tbody>
          {open.map((row) => (
            <tr key={row.id}>
              <th scope="row">
                <Where row={row} />
              </th>
              <td>by {row.proposedBy}</td>
              <td>{row.awaits === acting?.party ? <b>waits for your signature</b> : `waits for ${row.awaits}`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
