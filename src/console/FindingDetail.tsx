import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useId, useState } from 'react'
import type { DecideWire, FindingDetailWire } from '../wire/claim.ts'
import { announce } from './announce.ts'
import { ReadingItem } from './CellReadings.tsx'
import { decide, finding as findingQuery, type ClaimName } from './claim-queries.ts'
import { decisionNames } from './claim-words.ts'
import { instantText } from './dates.ts'
import { FindingPicture } from './FindingPicture.tsx'
import { countText, gpuHours } from './format.ts'
import { useOnce } from './once.ts'
import { useMay } from './session.ts'

const Decisions = ({ finding: { decisions, zone } }: Readonly<{ finding: FindingDetailWire }>) =>
  decisions.length === 0 ? null : (
    <ul className="cell-readings">
      {decisions.map(({ decision, reason, by, at, readings, gpuSeconds }) => (
        <li key={`${at} ${decision} ${reason}`}>
          <b>{decisionNames[decision][1]}</b> by {by}: {reason}
          <span className="third">
            {instantText(at, zone)}
            {readings === 0 ? '' : `, ${countText(readings)} readings of ${gpuHours(String(gpuSeconds))} GPU-h`}
          </span>
        </li>
      ))}
    </ul>
  )

const Figures = ({ finding: { figures, hours, zone, tolerances } }: Readonly<{ finding: FindingDetailWire }>) => (
  <div className="scroll-x figures" {...{ tabIndex: 0, role: 'group', 'aria-label': 'Telemetry by hour' }}>
    <table className="table">
      <caption className="hidden">Telemetry by hour; above means above {tolerances.idleWatts} W</caption>
      <thead>
        <tr>
          {['Hour', 'Found', 'Kernels', `> ${tolerances.idleWatts} W`, 'Covered', 'Most W'].map((head, i) => (
            <th key={head} scope="col" className={i === 0 ? undefined : 'number'}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {figures.map(({ at, gpuSeconds, active, powered, covered, watts }) => (
          <tr key={at}>
            <th scope="row">{instantText(at, zone)}</th>
            {[gpuSeconds, active, powered, covered].map((value, i) => (
              // oxlint-disable-next-line react/no-array-index-key -- Columns do not move.
              <td key={i} className="number">
                {countText(value)}
              </td>
            ))}
            <td className="number">{countText(watts)}</td>
          </tr>
        ))}
      </tbody>
    </table>
    <p className="third">GPU-seconds. {hours > figures.length ? `The first ${figures.length} of ${hours} hours.` : ''}</p>
  </div>
)

/** Readings by source, id and digest; telemetry by hour. */
const EvidenceOf = ({ finding }: Readonly<{ finding: FindingDetailWire }>) => (
  <div className="evidence">
    {finding.figures.some(({ covered, watts }) => covered > 0 || watts > 0) ? <Figures finding={finding} /> : null}
    {finding.readings.length === 0 ? (
      <p className="third">
        {finding.readingCount === 0
          ? 'It rests on no reading: what is missing is the evidence.'
          : `${finding.readingCount} readings bear on it.`}
      </p>
    ) : (
      <ul className="cell-readings">
        {finding.readings.map((reading) => (
          <ReadingItem key={`${reading.source} ${reading.id}`} reading={reading} zone={finding.zone} />
        ))}
        {finding.readingCount > finding.readings.length ? (
          <li className="third">
            the first {finding.readings.length} of {finding.readingCount}
          </li>
        ) : null}
      </ul>
    )}
  </div>
)

/** Acts on a finding. Each wants a reason; the effect stands on its button. */
const Acts = ({ name, finding }: Readonly<{ name: ClaimName; finding: FindingDetailWire }>) => {
  const [act, setAct] = useState<DecideWire['decision']>()
  const [reason, setReason] = useState('')
  const once = useOnce()
  const field = useId()
  const client = useQueryClient()
  const { mutate, error, data, isPending } = useMutation({
    // Another decision about one finding is another act.
    mutationFn: (body: DecideWire) => once((key) => decide(name, finding.id, body, `${key} ${body.decision}`)),
    onSuccess: ({ decision }) => {
      setAct(undefined)
      setReason('')
      announce(`${decisionNames[decision.decision][1]}: ${finding.text}`)
      return client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'health' && queryKey[0] !== 'agreements' })
    },
  })
  const standing = finding.decision?.decision
  const offered = (['confirm', 'restore', 'ask'] as const).filter((each) => each !== standing || each === 'ask')
  const choose = (each: DecideWire['decision']) => setAct(each === act ? undefined : each)
  return (
    <div className="acts-of">
      <div className="acts-row">
        {offered.map((each) => (
          <Button key={each} size="xs" aria-expanded={act === each} onClick={() => choose(each)}>
            {decisionNames[each][0]}
          </Button>
        ))}
      </div>
      {act === undefined ? null : (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            mutate({ decision: act, reason: reason.trim() })
          }}
        >
          <label htmlFor={field} className="third">
            {act === 'confirm'
              ? 'Why it does not stand. Readings that say so are written, and settlement follows.'
              : act === 'restore'
                ? 'Why it stands after all. What a confirmation wrote is taken back.'
                : 'What the operator should answer. Nothing is changed.'}
          </label>
          <textarea id={field} value={reason} maxLength={500} rows={2} required onChange={({ target }) => setReason(target.value)} />
          <Button type="submit" size="xs" disabled={isPending || reason.trim() === ''}>
            {isPending ? 'Writing …' : `${decisionNames[act][0]} ${gpuHours(String(finding.gpuSeconds))} GPU-h`}
          </Button>
        </form>
      )}
      {error === null ? null : (
        <p className="breach-text" role="alert">
          {error.message}
        </p>
      )}
      {data?.notes.map((note) => (
        <p key={note} className="third">
          {note}
        </p>
      ))}
    </div>
  )
}

/** In place of the acts, for who may do none of them: who decides, and what brings an answer to what the operator was asked. */
const WhoDecides = ({ finding: { decision } }: Readonly<{ finding: FindingDetailWire }>) => (
  <p className="third">
    {decision?.decision === 'ask'
      ? 'The guarantor asked about it. What answers is evidence: readings or telemetry of these hours, brought in before the claim is verified again. Then the guarantor decides.'
      : 'The guarantor decides about it.'}
  </p>
)

/** One finding: its sentence, its picture, its acts; and its evidence, one press away. */
export const FindingDetail = ({ name, id }: Readonly<{ name: ClaimName; id: string }>) => {
  const { data, error } = useQuery(findingQuery(name, id))
  const [shown, setShown] = useState(false)
  const mayDecide = useMay('claims:decide')
  if (error !== null && data === undefined) return <p className="second">The finding could not be read: {error.message}</p>
  if (data === undefined) return <p className="third skeleton-later">Reading …</p>
  return (
    <div className="finding-body" id={`finding-${data.id}`}>
      <p className="second">{data.text}.</p>
      <FindingPicture finding={data} />
      {mayDecide ? <Acts name={name} finding={data} /> : <WhoDecides finding={data} />}
      <button type="button" className="quiet" aria-pressed={shown} onClick={() => setShown(!shown)}>
        Evidence: {countText(data.readingCount)} {data.readingCount === 1 ? 'reading' : 'readings'}, {countText(data.hours)} h
      </button>
      {shown ? <EvidenceOf finding={data} /> : null}
      <Decisions finding={data} />
    </div>
  )
}
