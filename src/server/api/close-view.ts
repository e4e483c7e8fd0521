import { formatInstant } from '../../core/base/time.ts'
import {
  approverRefusal,
  isLive,
  prepareRefusal,
  returnRefusal,
  stageOf,
  type ClosingRefusal,
  type ForSide,
  type SinceDraft,
} from '../../core/statements/closing.ts'
import { countOf } from '../../core/statements/news.ts'
import type { Step } from '../../core/statements/progress.ts'
import type { DraftWire, ProgressWire, StepWire } from '../../wire/close.ts'
import type { PeriodProgress } from '../app/period-progress.ts'
import type { DraftRecord } from '../store/drafts.ts'

type Named = Readonly<{ agreement: string; month: string; currency: string }>

const doneOf = ({ id, name, party, side, at }: DraftRecord['approvals'][number]) => ({
  by: { id, name },
  party,
  side,
  at: formatInstant(at),
})

export const toDraft = (draft: DraftRecord, { agreement, month, currency }: Named, since: SinceDraft | undefined): DraftWire => {
  const { id, version, hash, totals, preparedBy, at, approvals, returned, overtaken } = draft
  return {
    id,
    agreement,
    month,
    version,
    hash,
    currency,
    net: totals.net,
    preparedBy,
    at: formatInstant(at),
    approvals: approvals.map(doneOf),
    since: since === undefined ? null : { readings: countOf(since.readings), terms: since.terms },
    returned: returned === undefined ? null : { ...doneOf(returned), reason: returned.reason },
    overtaken: overtaken === undefined ? null : { ...overtaken, at: formatInstant(overtaken.at) },
  }
}

const statusOf = ({ closing: { latest, isFinal }, steps }: PeriodProgress): ProgressWire['status'] => {
  if (isFinal) return 'final'
  return latest === undefined && steps[0]!.state !== 'done' ? 'running' : stageOf(latest)
}

/** Who did a step and when, as far as it is on record. */
const doneBy = ({ step, state }: Step, { draft, window }: PeriodProgress): Pick<StepWire, 'by' | 'at'> => {
  if (step === 'over') return { by: null, at: formatInstant(window.to) }
  const approval = state === 'done' ? draft?.approvals.find(({ side }) => side === step) : undefined
  return approval === undefined ? { by: null, at: null } : { by: { id: approval.id, name: approval.name }, at: formatInstant(approval.at) }
}

const toStep = (each: Step, progress: PeriodProgress): StepWire => ({
  step: each.step,
  state: each.state,
  count: each.count ?? null,
  of: each.of ?? null,
  ...doneBy(each, progress),
  left: each.left ?? null,
})

type Act = ProgressWire['acts'][number]
const toAct = (act: Act['act'], refusal: Pick<ClosingRefusal, 'message'> | undefined): Act => ({
  act,
  may: refusal === undefined,
  why: refusal?.message ?? null,
})

const notFor = (message: string) => ({ message })

/** What somebody can do now with a month; for what they cannot, why, and who can. */
const actsOf = ({ closing, steps }: PeriodProgress, who: ForSide, owner: boolean): Act[] => {
  const { latest } = closing
  const early = steps[0]!.state === 'done' ? undefined : notFor(steps[0]!.left ?? 'The month is not over.')
  const operators = who.side === 'operator' || owner ? undefined : notFor('The operator prepares the statement.')
  const undecided =
    latest === undefined
      ? notFor('Nobody has prepared it yet.')
      : returnRefusal(closing, { ...who, isPerson: true, side: 'operator' }, latest.version)
  return [
    toAct('prepare', operators ?? prepareRefusal(closing) ?? early),
    toAct('approve', undecided ?? (isLive(latest) ? approverRefusal(latest, who) : undefined)),
    toAct('return', latest === undefined ? undecided : returnRefusal(closing, who, latest.version)),
  ]
}

export const toProgress = (
  progress: PeriodProgress & Readonly<{ since: SinceDraft | undefined }>,
  who: ForSide,
  owner: boolean,
): ProgressWire => {
  const { schedule, window, closing, draft, sources, differences } = progress
  const { agreement, currency, zone } = schedule
  return {
    agreement,
    month: closing.month,
    zone,
    currency,
    to: formatInstant(window.to),
    status: statusOf(progress),
    draft: draft === undefined ? null : toDraft(draft, { agreement, month: closing.month, currency }, progress.since),
    steps: progress.steps.map((each) => toStep(each, progress)),
    sources: sources.map(({ source, kinds, readings, isNeeded, isIn, lastEnd, lastRecorded }) => ({
      source,
      kinds,
      readings,
      needed: isNeeded,
      in: isIn,
      through: lastEnd === undefined ? null : formatInstant(Math.min(lastEnd, window.to)),
      lastRecorded: formatInstant(lastRecorded),
    })),
    differences: differences ?? null,
    acts: actsOf(progress, who, owner),
    side: who.side ?? null,
  }
}
