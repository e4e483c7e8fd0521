import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import type { ProgressWire, StepWire } from '../wire/close.ts'
import type { PeriodWire } from '../wire/statement.ts'
import { announce } from './announce.ts'
import { ApproveDialogue } from './ApproveDialogue.tsx'
import { prepare, progress as progressQuery, useMonthChanged, type MonthName } from './close-queries.ts'
import { sinceText, whenText } from './close-words.ts'
import { CloseSteps } from './CloseSteps.tsx'
import { monthText } from './dates.ts'
import { amountText } from './format.ts'
import { ReturnDialogue } from './ReturnDialogue.tsx'

/** What is being decided: an approval, or that a version goes back, about a line or not. Of what was read when it was begun, whatever comes meanwhile. */
type Deciding = Readonly<{ kind: 'approve'; period: PeriodWire }> | Readonly<{ kind: 'return'; version: number; about: string }> | undefined

const mayOf = (progress: ProgressWire, act: ProgressWire['acts'][number]['act']) => progress.acts.find((each) => each.act === act)

/** How the close of a month stands on this page, and what can be done about it: the buttons, the keys, the dialogues. */
export const useClosing = (name: MonthName, period: PeriodWire | undefined) => {
  const { data: progress } = useQuery(progressQuery(name))
  const [deciding, decide] = useState<Deciding>(undefined)
  const changed = useMonthChanged(name)
  const preparing = useMutation({
    mutationFn: () => prepare(name),
    onSuccess: async ({ again, draft }) => {
      announce(
        again
          ? `Nothing has changed since version ${draft.version}`
          : `Version ${draft.version} prepared, net ${amountText(draft.net.amount)}`,
      )
      await changed()
    },
  })
  const before = useRef<ProgressWire['status']>(undefined)
  const status = progress?.status
  useEffect(() => {
    // The job that closes it works elsewhere: what it came to is read once it is there.
    if (before.current === 'closing' && status !== undefined && status !== 'closing') {
      announce(
        status === 'final' ? `${monthText(name.month)} is final` : `${monthText(name.month)} was not closed: what is known had changed`,
      )
      void changed()
    }
    before.current = status
  })
  const latest = progress?.draft ?? undefined
  const isLatest = period !== undefined && latest !== undefined && period.statement.version === latest.version
  const may = (act: 'prepare' | 'approve' | 'return'): boolean =>
    progress !== undefined && mayOf(progress, act)?.may === true && (act === 'prepare' || isLatest)
  const wantsPreparing = may('prepare') && ['open', 'returned', 'overtaken'].includes(status ?? '')
  const next =
    may('approve') && period !== undefined
      ? () => decide({ kind: 'approve', period })
      : wantsPreparing
        ? () => preparing.mutate()
        : undefined
  return { name, period, progress, deciding, decide, preparing, may, isLatest, changed, wantsPreparing, /** What `a` does. */ next }
}

export type ClosingState = ReturnType<typeof useClosing>

/** Why one who acts for a side cannot approve now, and who can. */
const WhyNot = ({ closing: { progress, isLatest } }: Readonly<{ closing: ClosingState }>) => {
  if (progress === undefined || progress.side === null || !isLatest || !['prepared', 'approved-by-operator'].includes(progress.status))
    return null
  const why = mayOf(progress, 'approve')?.why
  return why === null || why === undefined ? null : <p className="second">{why}</p>
}

/** The buttons of what one may do now. */
export const CloseActs = ({ closing }: Readonly<{ closing: ClosingState }>) => {
  const { period, progress, may, decide, preparing, wantsPreparing } = closing
  if (progress === undefined || progress.status === 'final') return null
  return (
    <>
      {progress.status === 'closing' ? <span className="third">Both approved it; it is being closed …</span> : null}
      {may('return') && period !== undefined ? (
        <Button onClick={() => decide({ kind: 'return', version: period.statement.version, about: '' })}>Send back</Button>
      ) : null}
      {may('prepare') ? (
        <Button className={wantsPreparing ? 'primary' : 'prepare-again'} disabled={preparing.isPending} onClick={() => preparing.mutate()}>
          {preparing.isPending ? 'Preparing …' : progress.draft === null ? 'Prepare' : 'Prepare again'}
        </Button>
      ) : null}
      {may('approve') && period !== undefined ? (
        <Button className="primary" onClick={() => decide({ kind: 'approve', period })}>
          Approve {amountText(period.statement.totals.net.amount)} {period.statement.currency}
        </Button>
      ) : null}
    </>
  )
}

/** What became of the latest version, where that wants somebody: it was sent back, it was overtaken, or it is not the one that is shown. */
const DraftNote = ({ closing: { progress, period, preparing }, onLatest }: Readonly<{ closing: ClosingState; onLatest: () => void }>) => {
  const draft = progress?.draft
  if (progress === undefined || progress.status === 'final' || draft === null || draft === undefined)
    return preparing.error === null ? null : <Refused error={preparing.error} />
  const { version, returned, overtaken } = draft
  const shown = period?.statement.version
  const since = sinceText(draft)
  return (
    <>
      {preparing.error === null ? null : <Refused error={preparing.error} />}
      {shown !== undefined && shown < version ? (
        <p className="close-note">
          This was prepared anew as version {version} while you read version {shown}. See what changed, then decide.{' '}
          <button type="button" className="link" onClick={onLatest}>
            Show version {version}
          </button>
        </p>
      ) : null}
      {since === undefined ? null : <p className="close-note">{since}. Prepared again, it says what it comes to now.</p>}
      {returned === null ? null : (
        <p className="close-note">
          Version {version} was sent back by {returned.by.name} for the {returned.side}, {whenText(returned.at, progress.zone)}: “
          {returned.reason}”
        </p>
      )}
      {overtaken === null ? null : (
        <p className="close-note">
          Version {version} was not closed. Readings came since: {overtaken.readings}; prepare it again. {overtaken.reasons.join(' ')}
        </p>
      )}
    </>
  )
}

const Refused = ({ error }: Readonly<{ error: Error }>) => (
  <p className="close-note" role="alert">
    It was not prepared: {error.message}
  </p>
)

type ClosingProps = Readonly<{
  closing: ClosingState
  step: StepWire['step'] | undefined
  onStep: (step: StepWire['step'] | undefined) => void
  /** Shows the latest version. */
  onLatest: () => void
}>

/** The checklist of a month with its notes and its dialogues. */
export const Closing = ({ closing, step, onStep, onLatest }: ClosingProps) => {
  const { name, progress, deciding, decide } = closing
  if (progress === undefined) return null
  return (
    <>
      <DraftNote closing={closing} onLatest={onLatest} />
      <WhyNot closing={closing} />
      <CloseSteps
        progress={progress}
        opened={step}
        onOpen={onStep}
        acts={
          <p className="decision-acts">
            <CloseActs closing={closing} />
          </p>
        }
      />
      {deciding?.kind === 'approve' ? (
        <ApproveDialogue name={name} period={deciding.period} progress={progress} onClose={() => decide(undefined)} />
      ) : null}
      {deciding?.kind === 'return' ? (
        <ReturnDialogue name={name} version={deciding.version} about={deciding.about} onClose={() => decide(undefined)} />
      ) : null}
    </>
  )
}
