import type { Instant } from '../base/time.ts'
import { isApprovedByBoth, isLive, type Closing, type DraftState, type Side } from './closing.ts'

/** What a month goes through until it is final, in order. */
export const steps = ['over', 'feeds', 'reconciled', 'claim', 'operator', 'guarantor', 'final'] as const
export type StepName = (typeof steps)[number]

/** `attention`: it can go on, and somebody should look first. `current`: this is what is to be done now. */
export type StepState = 'done' | 'current' | 'attention' | 'waiting'

export type Step = Readonly<{
  step: StepName
  state: StepState
  /** How many of how many: sources that are in, differences, findings that nobody decided about. */
  count?: number | undefined
  of?: number | undefined
  /** What is left to do, in a sentence; undefined where nothing is. Of a step that is done: what it was done without. */
  left: string | undefined
}>

/** A source of the month, and whether what the agreement needs of it is there. */
export type FeedState = Readonly<{ source: string; isNeeded: boolean; isIn: boolean }>

export type MonthKnown = Readonly<{
  closing: Closing
  isOver: boolean
  /** The month before, where it is open: months close in order. */
  openBefore: string | undefined
  feeds: readonly FeedState[]
  /** Null where they could not be worked out; undefined where nobody has yet. */
  differences: number | null | undefined
  /** Undefined where the agreement has nothing to claim. */
  claim: Readonly<{ isVerified: boolean; findings: number; undecided: number }> | undefined
}>

const done = (step: StepName, more: Partial<Step> = {}): Step => ({ left: undefined, ...more, step, state: 'done' })

const over = ({ isOver, openBefore, closing: { isFinal } }: MonthKnown): Step => {
  if (isFinal || (isOver && openBefore === undefined)) return done('over')
  if (!isOver) return { step: 'over', state: 'current', left: 'The month is not over.' }
  return { step: 'over', state: 'current', left: `${openBefore} is open, and months close in order.` }
}

const feeds = ({ feeds: all, claim: claimed, isOver, closing: { isFinal } }: MonthKnown): Step => {
  const needed = all.filter(({ isNeeded }) => isNeeded)
  const missing = needed.filter(({ isIn }) => !isIn).map(({ source }) => source)
  const counted = { count: needed.length - missing.length, of: needed.length }
  if (needed.length > 0 && missing.length === 0) return done('feeds', counted)
  // What has nothing to claim and names no source does without.
  if (isFinal && needed.length === 0 && claimed === undefined) return done('feeds', counted)
  if (isFinal) {
    const left = needed.length === 0 ? 'No source had told of this month.' : `Not told to the end of the month: ${missing.join(', ')}.`
    return done('feeds', { left: `${left} It became final all the same.`, ...counted })
  }
  if (!isOver) return { step: 'feeds', state: 'waiting', left: undefined, ...counted }
  const left =
    all.length === 0
      ? 'No source has told of this month: everything would count as unsold, or as without evidence.'
      : needed.length === 0
        ? `No source has told of sales in this month, only ${all.map(({ source }) => source).join(', ')} of other things: all accepted capacity would count as unsold.`
        : `Not told to the end of the month: ${missing.join(', ')}. What is missing counts as it is known.`
  return { step: 'feeds', state: 'attention', left, ...counted }
}

const reconciled = ({ differences, closing: { isFinal } }: MonthKnown): Step => {
  if (differences === undefined)
    return isFinal
      ? done('reconciled', { left: 'Sources were not compared before it became final.' })
      : { step: 'reconciled', state: 'waiting', left: undefined }
  if (differences === null)
    return { step: 'reconciled', state: 'attention', left: 'Readings contradict each other, so sources cannot be compared.' }
  return done('reconciled', { count: differences })
}

const claim = ({ claim: known, isOver, closing: { isFinal } }: MonthKnown): Step => {
  if (known === undefined) return done('claim', { count: 0, of: 0 })
  if (!known.isVerified) {
    if (isFinal) return done('claim', { left: 'The claim was not held against its evidence before it became final.' })
    return { step: 'claim', state: isOver ? 'attention' : 'waiting', left: 'The claim was not held against its evidence.' }
  }
  const counted = { count: known.undecided, of: known.findings }
  if (known.undecided === 0) return done('claim', counted)
  const left = 'Nobody has decided about every finding.'
  return isFinal ? done('claim', { left, ...counted }) : { step: 'claim', state: 'attention', left, ...counted }
}

const side = (which: Side, { closing, isOver, openBefore }: MonthKnown): Step => {
  const { latest, isFinal } = closing
  const approved = latest?.approvals.some((each) => each.side === which) === true
  const ready = isOver && openBefore === undefined
  if (isFinal || (approved && isLive(latest))) return done(which)
  if (which === 'guarantor') {
    const isNext = isLive(latest) && latest.approvals.length > 0
    return {
      step: which,
      state: isNext ? 'current' : 'waiting',
      left: isNext ? `The guarantor approves version ${latest.version}.` : undefined,
    }
  }
  return { step: which, state: ready ? 'current' : 'waiting', left: ready ? leftForOperator(latest) : undefined }
}

const leftForOperator = (latest: DraftState | undefined): string => {
  if (latest === undefined) return 'The operator prepares the statement.'
  if (latest.isReturned) return `Version ${latest.version} was sent back: the operator prepares it anew.`
  if (latest.isOvertaken) return `Version ${latest.version} was overtaken by what came since: the operator prepares it anew.`
  return `Another person of the operator approves version ${latest.version}.`
}

const final = ({ closing: { latest, isFinal } }: MonthKnown): Step => {
  if (isFinal) return done('final')
  const closing = isLive(latest) && isApprovedByBoth(latest)
  return { step: 'final', state: closing ? 'current' : 'waiting', left: closing ? 'It is being closed.' : undefined }
}

/** The seven steps of a month; of a month that is not final exactly one is current. */
export const stepsOf = (known: MonthKnown): readonly Step[] => [
  over(known),
  feeds(known),
  reconciled(known),
  claim(known),
  side('operator', known),
  side('guarantor', known),
  final(known),
]

/** When a source has told of all of a month that it can: what it says reaches the end, or it spoke after the end. */
export const isIn = (end: Instant, { lastEnd, lastRecorded }: Readonly<{ lastEnd: Instant | undefined; lastRecorded: Instant }>): boolean =>
  lastRecorded >= end || (lastEnd ?? -Infinity) >= end
