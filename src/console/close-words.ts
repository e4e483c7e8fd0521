import type { ProgressWire, StepWire } from '../wire/close.ts'
import type { DisputeWire } from '../wire/dispute.ts'
import { dateText, localTime, shortDay } from './dates.ts'
import { countText } from './format.ts'

export const stepNames: Readonly<Record<StepWire['step'], string>> = {
  over: 'Over',
  feeds: 'Feeds',
  reconciled: 'Reconciled',
  claim: 'Claim',
  operator: 'Operator',
  guarantor: 'Guarantor',
  final: 'Final',
}

/** `4 Oct`, on the clock of the agreement. */
const dayOf = (at: string, zone: string): string => shortDay(localTime(at, zone).date)

const counted = (count: number, word: string): string => `${countText(count)} ${word}${count === 1 ? '' : 's'}`

const endOf = (to: string, zone: string): string => {
  const { date, time } = localTime(Math.floor(Date.parse(to) / 1000) - 1, zone)
  return time === '23:59' ? `${shortDay(date)} 24:00` : `${shortDay(date)} ${time}`
}

/** What whoever has to act next does about a draft, in a word or two. */
const waitingFor = (step: StepWire, { draft, side, status, acts }: ProgressWire): string => {
  if (step.state === 'waiting') return 'not yet'
  const mayAct = acts.some(({ act, may }) => may && act !== 'return')
  const you = side === step.step && mayAct ? 'you, ' : ''
  if (draft === null || status === 'returned' || status === 'overtaken') return `${you}to prepare`
  const own = side === step.step && !acts.some(({ act, may }) => may && act === 'approve')
  return own ? `another, version ${draft.version}` : `${you}version ${draft.version}`
}

const differencesText = ({ count, state }: StepWire): string => {
  if (count === null) return state === 'attention' ? 'cannot be' : state === 'done' ? 'not compared' : 'when prepared'
  return count === 0 ? 'all agree' : counted(count, 'difference')
}

/** The second line of a step: what there is, or what is wanted. */
export const stepText = (step: StepWire, progress: ProgressWire): string => {
  const { zone } = progress
  switch (step.step) {
    case 'over':
      return `${step.state === 'done' ? '' : 'ends '}${endOf(progress.to, zone)}`
    case 'feeds':
      return step.of === 0 ? (step.state === 'done' ? 'none' : 'none yet') : `${step.count ?? 0} of ${step.of ?? 0} in`
    case 'reconciled':
      return differencesText(step)
    case 'claim':
      if (step.of === null) return 'not verified'
      if (step.of === 0) return 'no findings'
      return step.count === 0 ? counted(step.of, 'finding') : `${countText(step.count ?? 0)} of ${counted(step.of, 'finding')} open`
    case 'operator':
    case 'guarantor':
      return step.by === null || step.at === null
        ? step.state === 'done'
          ? 'at once'
          : waitingFor(step, progress)
        : `${step.by.name}, ${dayOf(step.at, zone)}`
    case 'final':
      return step.state === 'done' ? 'facts frozen' : step.state === 'current' ? 'being closed' : 'facts freeze'
  }
}

/** What came since a draft was prepared, as the beginning of a sentence; undefined where nothing did. */
export const sinceText = (draft: ProgressWire['draft']): string | undefined => {
  if (draft?.since == null) return undefined
  const { readings, terms } = draft.since
  const what = [...(readings === 0 ? [] : [counted(readings, 'reading')]), ...(terms ? ['another version of the terms'] : [])]
  return what.length === 0 ? undefined : `${what.join(' and ')} came since version ${draft.version} was prepared`
}

/** How a step looks: as its state, but a step that was done without something is no tick. */
export type StepLook = StepWire['state'] | 'warned'
export const lookOf = ({ state, left }: StepWire): StepLook => (state === 'done' && left !== null ? 'warned' : state)

export const stateWords: Readonly<Record<StepLook, string>> = {
  done: 'done',
  warned: 'done, look at how',
  current: 'to do now',
  attention: 'look first',
  waiting: 'later',
}
export const stateMarks: Readonly<Record<StepLook, string>> = { done: '✓', warned: '!', current: '!', attention: '!', waiting: '' }

export const reasonWords: Readonly<Record<DisputeWire['reason'], string>> = {
  quantity: 'The quantity is another',
  evidence: 'The evidence does not bear it out',
  rate: 'The price or rate is another',
  condition: 'A condition did not hold',
  terms: 'The terms do not say so',
  other: 'Something else',
}

export const disputeStatus: Readonly<Record<DisputeWire['status'], string>> = {
  open: 'Open',
  accepted: 'Accepted',
  partly: 'Accepted in part',
  rejected: 'Rejected',
}

/** `4 Oct 2027 09:12 AEDT`. */
export const whenText = (at: string, zone: string): string => {
  const { date, time, zoneName } = localTime(at, zone)
  return `${dateText(date)} ${time} ${zoneName}`
}
