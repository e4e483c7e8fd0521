import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { ProgressWire, StepWire } from '../wire/close.ts'
import { lookOf, stateMarks, stateWords, stepNames, stepText, whenText } from './close-words.ts'
import { endText } from './dates.ts'
import { countText, gpuHours } from './format.ts'

const Sources = ({ progress: { sources, zone } }: Readonly<{ progress: ProgressWire }>) =>
  sources.length === 0 ? null : (
    <table className="table">
      <caption className="hidden">Sources of this month, and up to when each has told</caption>
      <thead>
        <tr>
          <th scope="col">Source</th>
          <th scope="col">Tells</th>
          <th scope="col" className="number">
            Readings
          </th>
          <th scope="col">Through</th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {sources.map((row) => (
          <tr key={row.source}>
            <th scope="row">{row.source}</th>
            <td className="second">{row.kinds.join(', ')}</td>
            <td className="number">{countText(row.readings)}</td>
            <td>{row.through === null ? '' : endText(row.through, zone)}</td>
            <td className="second">
              {row.in ? 'in' : 'not to the end'}
              {row.needed ? ', needed' : ''}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )

const Claim = ({ step, progress: { agreement, month } }: Readonly<{ step: StepWire; progress: ProgressWire }>) =>
  step.of === null ? (
    <p className="second">
      <code>
        offtake claims {agreement} {month}
      </code>{' '}
      holds it against the evidence.
    </p>
  ) : (
    <p>
      <Link className="link" to="/claims/$agreement/$claimed" params={{ agreement, claimed: month }}>
        Review the claim
      </Link>
    </p>
  )

const Decisions = ({ step, progress: { draft, zone } }: Readonly<{ step: StepWire; progress: ProgressWire }>) => {
  if (draft === null) return null
  const own = draft.approvals.find(({ side }) => side === step.step)
  return (
    <>
      <p className="second">
        Version {draft.version} was prepared by {draft.preparedBy.name}, {whenText(draft.at, zone)}.
      </p>
      {own === undefined ? null : (
        <p className="second">
          Approved by {own.by.name} for the {own.side}, {whenText(own.at, zone)}.
        </p>
      )}
    </>
  )
}

/** What there is behind a step. */
const Work = ({ step, progress, children }: Readonly<{ step: StepWire; progress: ProgressWire; children: ReactNode }>) => (
  <div className="step-work" id="step-work">
    {step.left === null ? null : <p>{step.left}</p>}
    {step.step === 'over' ? (
      <p className="second">
        The month ends {whenText(progress.to, progress.zone)}, in {progress.zone}.
      </p>
    ) : null}
    {step.step === 'feeds' ? <Sources progress={progress} /> : null}
    {step.step === 'reconciled' ? (
      <p className="second">
        {step.count === null
          ? step.state === 'done'
            ? 'A month that is closed at once is closed without the comparison.'
            : 'Sources are compared when the statement is prepared.'
          : `${countText(step.count)} differences between sources, ${gpuHours(String(progress.differences ?? 0))} GPU-h in all; none is settled by being listed.`}
      </p>
    ) : null}
    {step.step === 'claim' ? <Claim step={step} progress={progress} /> : null}
    {step.step === 'operator' || step.step === 'guarantor' ? <Decisions step={step} progress={progress} /> : null}
    {children}
  </div>
)

type Props = Readonly<{
  progress: ProgressWire
  opened: StepWire['step'] | undefined
  onOpen: (step: StepWire['step'] | undefined) => void
  /** What can be done about the step that is open. */
  acts: ReactNode
}>

/** The close as a checklist: seven steps, the current one tinted, each opening its work. */
export const CloseSteps = ({ progress, opened, onOpen, acts }: Props) => {
  const open = progress.steps.find(({ step }) => step === opened)
  return (
    <section className="panel close" aria-label="Close of the month">
      <ol className="close-steps">
        {progress.steps.map((step) => (
          <li key={step.step} className={`close-step close-${lookOf(step)}`} aria-current={step.state === 'current' ? 'step' : undefined}>
            <button
              type="button"
              aria-expanded={opened === step.step}
              aria-controls={opened === step.step ? 'step-work' : undefined}
              onClick={() => onOpen(opened === step.step ? undefined : step.step)}
            >
              <i aria-hidden="true">{stateMarks[lookOf(step)]}</i>
              <b>{stepNames[step.step]}</b>
              <span className="hidden">, {stateWords[lookOf(step)]}:</span>
              <small>{stepText(step, progress)}</small>
            </button>
          </li>
        ))}
      </ol>
      {open === undefined ? null : (
        <Work step={open} progress={progress}>
          {['operator', 'guarantor', 'final'].includes(open.step) ? acts : null}
        </Work>
      )}
    </section>
  )
}
