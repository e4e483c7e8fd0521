import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { ClaimWire } from '../wire/claim.ts'
import type { ClaimView } from './address.ts'
import { Answer, Notice, TableSkeleton } from './Answer.tsx'
import { claim as claimQuery } from './claim-queries.ts'
import { ClaimReview } from './ClaimReview.tsx'
import { claimSums } from './claim-sums.ts'
import { endText, isMonth, monthText } from './dates.ts'
import type { Failure } from './fetch.ts'

const route = getRouteApi('/claims/$agreement/$claimed')

const heads = ['Block', 'Factory', 'Claimed', 'Eligible', 'Rejected', 'Unproven'] as const
const sums = ['claimed', 'eligible', 'rejected', 'unproven'] as const

const BlocksTable = ({ claim }: Readonly<{ claim: ClaimWire }>) => {
  const { blocks, all } = claimSums(claim)
  return (
    <section className="panel scroll-x">
      <table className="table">
        <caption className="hidden">The claim by block, in GPU-hours</caption>
        <thead>
          <tr>
            {heads.map((head, i) => (
              <th key={head} scope="col" className={i < 2 ? undefined : 'number'}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {claim.blocks.map((block, i) => (
            <tr key={block.block}>
              <th scope="row">
                {block.block}
                <span className="third">{block.basis === 'claims' ? ', as claimed' : ', as what is unsold'}</span>
              </th>
              <td>
                {block.factory === '' ? null : (
                  <Link
                    className="link"
                    to="/factories/$factory"
                    params={{ factory: block.factory }}
                    search={{ month: claim.month, of: claim.agreement }}
                  >
                    {block.factory}
                  </Link>
                )}
              </td>
              {sums.map((sum) => (
                <td key={sum} className="number">
                  {blocks[i]![sum]}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row" colSpan={2}>
              All, GPU-h
            </th>
            {sums.map((sum) => (
              <td key={sum} className="number">
                {all[sum]}
              </td>
            ))}
          </tr>
        </tfoot>
      </table>
    </section>
  )
}

const explain = (name: Readonly<{ agreement: string; month: string }>) => (failure: Failure) => {
  const kind = failure.problem.type.replace('urn:offtake:problem:', '')
  if (kind === 'not-verified')
    return (
      <Notice title={`The claim of ${isMonth(name.month) ? monthText(name.month) : name.month} is not verified yet`}>
        It shows here once it has been held against readings and telemetry:{' '}
        <code>
          offtake claims {name.agreement} {name.month}
        </code>
      </Notice>
    )
  if (kind === 'invalid-request') return <Notice title={`${name.month} is no month`}>A month is written as 2027-09.</Notice>
  return undefined
}

/** Which claimed hours stand. */
export const ClaimPage = () => {
  const { agreement, claimed: month } = route.useParams()
  const view = route.useSearch()
  const navigate = route.useNavigate()
  const name = { agreement, month }
  const query = useQuery(claimQuery(name))
  const setView = (more: ClaimView) => void navigate({ search: (now) => ({ ...now, ...more }), replace: true, resetScroll: false })
  useEffect(() => {
    document.title = `Claim of ${agreement}, ${month} · Offtake`
  }, [agreement, month])
  const skeleton = (
    <div className="page">
      <h1>Claim review</h1>
      <section className="panel">
        <TableSkeleton caption="Claim" heads={heads} rows={2} />
      </section>
    </div>
  )
  return (
    <Answer what="The claim" query={query} skeleton={skeleton} explain={explain(name)}>
      {(data) => (
        <div className="page claim-page">
          <header className="period-head">
            <div className="page-head">
              <h1>Claim of {monthText(data.month)}</h1>
              <span className="second">{data.title}</span>
              <span className="spring" />
              <Link className="link" to="/agreements/$id/periods/$month" params={{ id: agreement, month }}>
                Statement
              </Link>
            </div>
            <p className="third">
              Verified to {endText(data.to, data.zone)}, {data.zone}, by {data.by}; money at the price of the backstop, in {data.currency}.
            </p>
          </header>
          <BlocksTable claim={data} />
          <div className="panel">
            <ClaimReview name={name} view={view} setView={setView} />
          </div>
          {data.sentences.length === 0 ? null : (
            <section className="panel inside" aria-label="Not located">
              <h2>Not located</h2>
              <ul>
                {data.sentences.map((sentence) => (
                  <li key={sentence}>{sentence}</li>
                ))}
              </ul>
            </section>
          )}
        </div>
      )}
    </Answer>
  )
}
