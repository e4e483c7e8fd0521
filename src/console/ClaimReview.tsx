import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { rational } from '../core/base/rational.ts'
import type { ClaimWire, FindingWire } from '../wire/claim.ts'
import type { ClaimView } from './address.ts'
import { claim as claimQuery, findingsOf, type ClaimName } from './claim-queries.ts'
import { claimSums } from './claim-sums.ts'
import { decisionNames, kindNames, kindSentences, placeOf, verdictNames } from './claim-words.ts'
import { instantText } from './dates.ts'
import { FindingDetail } from './FindingDetail.tsx'
import { amountText, countText, gpuHours, partText } from './format.ts'

type SetView = (more: ClaimView) => void

const sumNames = [
  ['claimed', 'Claimed'],
  ['eligible', 'Eligible'],
  ['rejected', 'Rejected'],
  ['unproven', 'Unproven'],
] as const

/** The four sums: claimed = eligible + rejected + unproven, as they are read. */
export const ClaimSums = ({ claim }: Readonly<{ claim: ClaimWire }>) => {
  const { all } = claimSums(claim)
  return (
    <table className="side-table claim-sums">
      <caption className="hidden">The claim in GPU-hours</caption>
      <thead className="hidden">
        <tr>
          <th scope="col">Sum</th>
          <th scope="col">GPU-hours</th>
          <th scope="col">Part</th>
        </tr>
      </thead>
      <tbody>
        {sumNames.map(([key, name]) => (
          <tr key={key} className={key === 'eligible' ? 'total' : undefined}>
            <th scope="row">{name}</th>
            <td className="number" data-sum={key}>
              {all[key]}
            </td>
            <td className="number third">{key === 'claimed' ? 'GPU-h' : partText(rational(claim[key]), rational(claim.claimed))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const DecisionPill = ({ finding }: Readonly<{ finding: FindingWire }>) =>
  finding.decision === null ? null : (
    <span className={`pill ${finding.decision.decision === 'confirm' ? 'done' : 'attention'}`}>
      {decisionNames[finding.decision.decision][1]}
    </span>
  )

type ListProps = Readonly<{ name: ClaimName; claim: ClaimWire; kind: ClaimWire['kinds'][number]; view: ClaimView; setView: SetView }>

const FindingRow = ({ name, claim, finding, view, setView }: Omit<ListProps, 'kind'> & Readonly<{ finding: FindingWire }>) => {
  const isOpen = view.finding === finding.id
  return (
    <li className={isOpen ? 'finding finding-open' : 'finding'}>
      <button
        type="button"
        className="finding-head"
        aria-expanded={isOpen}
        data-finding={finding.id}
        onClick={() => setView({ finding: isOpen ? undefined : finding.id })}
      >
        <span>
          {placeOf(finding)} <DecisionPill finding={finding} />
        </span>
        <span className="number">{gpuHours(String(finding.gpuSeconds))}</span>
        <span className="third">
          {instantText(finding.from, claim.zone)} to {instantText(finding.to, claim.zone)}
        </span>
        <span className="number third">{finding.amount === null ? '–' : `${amountText(finding.amount)} ${claim.currency}`}</span>
      </button>
      {isOpen ? <FindingDetail name={name} id={finding.id} /> : null}
    </li>
  )
}

const FindingList = ({ name, claim, kind, view, setView }: ListProps) => {
  const query = useInfiniteQuery(findingsOf(name, `${kind.verdict}.${kind.kind}`))
  const rows = query.data?.pages.flatMap((page) => page.findings) ?? []
  if (query.error !== null && query.data === undefined)
    return <p className="second">The findings could not be read: {query.error.message}</p>
  if (query.isPending) return <p className="third skeleton-later">Reading …</p>
  // A finding that the address names may lie beyond the first page, or be of an earlier run.
  const beyond = rows.some(({ id }) => id === view.finding) ? undefined : view.finding
  return (
    <>
      {beyond === undefined ? null : <FindingDetail name={name} id={beyond} />}
      <ul>
        {rows.map((finding) => (
          <FindingRow key={finding.id} {...{ name, claim, finding, view, setView }} />
        ))}
      </ul>
      {query.hasNextPage ? (
        <button type="button" className="quiet" disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {rows.length} of {countText(kind.findings)}: show more
        </button>
      ) : null}
    </>
  )
}

const KindSection = ({ name, claim, kind, view, setView }: ListProps) => {
  const key = `${kind.verdict}.${kind.kind}`
  const isOpen = view.kind === key
  return (
    <section className="kind" aria-label={kindNames[kind.kind]}>
      <button
        type="button"
        className="finding-head kind-head"
        aria-expanded={isOpen}
        data-kind={key}
        onClick={() => setView(isOpen ? { kind: undefined, finding: undefined } : { kind: key, finding: undefined })}
      >
        <b>
          {kindNames[kind.kind]}, {countText(kind.findings)}
        </b>
        <b className="number">{gpuHours(String(kind.gpuSeconds))}</b>
        <span className="third">{verdictNames[kind.verdict]}</span>
        <span className="number third">
          {amountText(kind.amount)} {claim.currency}
        </span>
      </button>
      <p className="second">{kindSentences[kind.kind]}</p>
      {isOpen ? <FindingList {...{ name, claim, kind, view, setView }} /> : null}
    </section>
  )
}

/** In place of a review of a month that nobody has verified. */
export const NoReview = ({ name }: Readonly<{ name: ClaimName }>) => (
  <section className="claim" aria-label="Claim review">
    <header>
      <h2>Claim review</h2>
    </header>
    <p className="second">
      The claim of this month has not been held against its evidence yet:{' '}
      <code>
        offtake claims {name.agreement} {name.month}
      </code>
    </p>
  </section>
)

/** Which claimed hours stand, and what was found against the others. */
export const ClaimReview = ({ name, view, setView }: Readonly<{ name: ClaimName; view: ClaimView; setView: SetView }>) => {
  const { data, error } = useQuery(claimQuery(name))
  return (
    <section className="claim" aria-label="Claim review">
      <header>
        <h2>Claim review</h2>
        {data === undefined || data.findings === 0 ? null : (
          <span className="pill attention">
            {countText(data.findings)} {data.findings === 1 ? 'finding' : 'findings'}
          </span>
        )}
      </header>
      {error !== null && data === undefined ? (
        <p className="second">The claim could not be read: {error.message}</p>
      ) : data === undefined ? (
        <p className="third skeleton-later">Reading …</p>
      ) : (
        <>
          <ClaimSums claim={data} />
          {data.kinds.length === 0 ? (
            <p className="second">Nothing was found against it: every claimed hour stands.</p>
          ) : (
            data.kinds.map((kind) => <KindSection key={`${kind.verdict} ${kind.kind}`} {...{ name, claim: data, kind, view, setView }} />)
          )}
          {data.silent === 0 ? null : (
            <p className="third">
              {countText(data.silent)} of {countText(data.nodes)} nodes have no telemetry.
            </p>
          )}
        </>
      )}
    </section>
  )
}
