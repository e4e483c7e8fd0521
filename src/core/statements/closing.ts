import type { Month } from '../base/time.ts'
import { grouped } from './figures.ts'
import { cameInWords, countOf, type Came } from './news.ts'

/** The two parties that close a month. */
export const sides = ['operator', 'guarantor'] as const
export type Side = (typeof sides)[number]

/** A provisional statement that was put before both parties, and what became of it. */
export type DraftState = Readonly<{
  version: number
  hash: string
  /** The amount of its net, at the currency's minor unit. */
  net: string
  /** Who prepared it, by id. */
  preparedBy: string
  approvals: readonly Readonly<{ side: Side; by: string }>[]
  isReturned: boolean
  /** Both approved it, and what is known had changed by the time it was to be closed. */
  isOvertaken: boolean
}>

/** How far the close of a month is. */
export type Closing = Readonly<{ agreement: string; month: Month; latest: DraftState | undefined; isFinal: boolean }>

/** Who wants to do something, and for which side. */
export type ForSide = Readonly<{ by: string; isPerson: boolean; side: Side | undefined }>

export type ClosingRefusal = Readonly<{
  kind:
    | 'final'
    | 'being-closed'
    | 'no-draft'
    | 'overtaken'
    | 'returned'
    | 'approved'
    | 'operator-first'
    | 'own-work'
    | 'no-person'
    | 'net-differs'
  message: string
}>

const refusal = (kind: ClosingRefusal['kind'], message: string): ClosingRefusal => ({ kind, message })

export const isApprovedByBoth = ({ approvals }: DraftState): boolean => sides.every((side) => approvals.some((each) => each.side === side))

/** Approved by both, and on its way to be final. */
const isBeingClosed = (draft: DraftState): boolean => isApprovedByBoth(draft) && !draft.isOvertaken

/** How far a month that is over and not final is. */
export type Stage = 'open' | 'prepared' | 'approved-by-operator' | 'returned' | 'overtaken' | 'closing'

/** How far a month is by its latest draft. */
export const stageOf = (latest: DraftState | undefined): Stage => {
  if (latest === undefined) return 'open'
  if (latest.isReturned) return 'returned'
  if (latest.isOvertaken) return 'overtaken'
  if (isApprovedByBoth(latest)) return 'closing'
  return latest.approvals.length > 0 ? 'approved-by-operator' : 'prepared'
}

/** Whether a draft may still be approved: it was neither sent back nor overtaken. */
export const isLive = (draft: DraftState | undefined): draft is DraftState => draft !== undefined && !draft.isReturned && !draft.isOvertaken

const finalRefusal = ({ agreement, month }: Closing): ClosingRefusal =>
  refusal('final', `${month} of ${agreement} is final: what changes it now is a dispute or a correction.`)

const closingRefusal = ({ version }: DraftState): ClosingRefusal =>
  refusal('being-closed', `Both parties approved version ${version}, and it is being closed.`)

/** Why no further draft can be prepared; undefined where one can. */
export const prepareRefusal = (closing: Closing): ClosingRefusal | undefined => {
  if (closing.isFinal) return finalRefusal(closing)
  return closing.latest !== undefined && isBeingClosed(closing.latest) ? closingRefusal(closing.latest) : undefined
}

/** Why a version cannot be decided about at all, by whomever. */
const undecidable = (closing: Closing, version: number): ClosingRefusal | DraftState => {
  const { latest, isFinal, month } = closing
  if (isFinal) return finalRefusal(closing)
  if (latest === undefined || version > latest.version)
    return refusal(
      'no-draft',
      `${month} has no version ${version}: ${latest === undefined ? 'nobody has prepared it yet' : `the latest is ${latest.version}`}.`,
    )
  if (version < latest.version)
    return refusal(
      'overtaken',
      `This was prepared anew as version ${latest.version} while you read version ${version}. See what changed, then decide.`,
    )
  if (latest.isReturned) return refusal('returned', `Version ${version} was sent back. The operator prepares it anew.`)
  if (latest.isOvertaken)
    return refusal('overtaken', `Version ${version} was not closed, because what is known had changed. The operator prepares it anew.`)
  return latest
}

/** Why somebody cannot approve the latest draft, whatever they type; undefined where they can. */
export const approverRefusal = (draft: DraftState, { by, isPerson, side }: ForSide): ClosingRefusal | undefined => {
  const { version, preparedBy, approvals } = draft
  if (!isPerson || side === undefined)
    return refusal('no-person', 'Approving wants a person who acts for the operator or the guarantor: sign in as one.')
  if (preparedBy === by)
    return refusal(
      'own-work',
      `Approving needs a second person: you made version ${version}. Another person of the ${side} can approve it.`,
    )
  const other = approvals.find((each) => each.by === by && each.side !== side)
  if (other !== undefined)
    return refusal('own-work', `You approved version ${version} for the ${other.side}. Another person approves it for the ${side}.`)
  if (approvals.some((each) => each.side === side)) return refusal('approved', `Version ${version} has the approval of the ${side}.`)
  if (side === 'guarantor' && !approvals.some((each) => each.side === 'operator'))
    return refusal('operator-first', `The operator approves version ${version} first.`)
  return undefined
}

/** A net as people type it: with or without commas. */
const typed = (text: string): string => text.trim().replaceAll(',', '')

/** Why an approval is refused; undefined where it may be recorded. Of a net that was typed and a document that was read. */
export const approvalRefusal = (
  closing: Closing,
  who: ForSide,
  { version, net, hash }: Readonly<{ version: number; net: string; hash: string }>,
): ClosingRefusal | undefined => {
  const draft = undecidable(closing, version)
  if ('kind' in draft) return draft
  const refused = approverRefusal(draft, who)
  if (refused !== undefined) return refused
  if (hash !== draft.hash)
    return refusal('overtaken', `What you read is not version ${version}, whose hash is ${draft.hash}. Read it again, then decide.`)
  return typed(net) === draft.net
    ? undefined
    : refusal('net-differs', `You typed ${net}; version ${version} comes to ${grouped(draft.net)}. Look again.`)
}

/** What bears on a month and came on record since its draft was prepared: readings, and versions of the terms. */
export type SinceDraft = Readonly<{ readings: Came; terms: boolean }>

export const nothingSince: SinceDraft = { readings: [], terms: false }
export const isOutdated = ({ readings, terms }: SinceDraft): boolean => terms || countOf(readings) > 0

/**
 * Why a draft that later readings have overtaken is not approved; undefined where nothing came, or whoever approves says that they know. Where what came
 * changes the statement, it will not be closed.
 */
export const outdatedRefusal = (version: number, since: SinceDraft, despiteNews: boolean): ClosingRefusal | undefined => {
  if (despiteNews || !isOutdated(since)) return undefined
  const what = [
    ...(countOf(since.readings) > 0 ? [cameInWords(since.readings, version)] : []),
    ...(since.terms ? [`Another version of the terms came since version ${version} was prepared.`] : []),
  ]
  return refusal(
    'overtaken',
    `${what.join(' ')} It is closed only if they change nothing: prepare it again, or approve it all the same with "despiteNews": true.`,
  )
}

/** Why a draft cannot be sent back; undefined where it can. */
export const returnRefusal = (closing: Closing, { isPerson, side }: ForSide, version: number): ClosingRefusal | undefined => {
  const draft = undecidable(closing, version)
  if ('kind' in draft) return draft
  if (isBeingClosed(draft)) return closingRefusal(draft)
  return isPerson && side !== undefined
    ? undefined
    : refusal('no-person', 'Sending back wants a person who acts for the operator or the guarantor: sign in as one.')
}
