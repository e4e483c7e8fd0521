import type { Instant } from '../../core/base/time.ts'
import { isApprovedByBoth, isLive } from '../../core/statements/closing.ts'
import { newsSince, type News } from '../../core/statements/news.ts'
import { appendDeed, type By } from '../store/audit.ts'
import type { Store } from '../store/database.ts'
import { appendOvertaken, findDraftStatement, type DraftRecord } from '../store/drafts.ts'
import type { StoredStatement } from '../store/statements.ts'
import { tellEvent } from '../store/tell-event.ts'
import { inTransaction, lockName, type Work } from '../store/transaction.ts'
import { keepFinal } from './close-period.ts'
import { findClosing, lockMonth, type MonthName } from './closing-of.ts'
import { drawMonth } from './draw-month.ts'
import { sinceDraft } from './since-draft.ts'

export type CloseApproved = MonthName &
  Readonly<{
    version: number
    /** When the second party approved it: the day on which it is final follows from it, whenever this is called. */
    at: Instant
    by: By
    onRead?: ((readings: number) => void) | undefined
  }>
export type CloseApprovedAnswer =
  | Readonly<{ kind: 'closed'; stored: StoredStatement }>
  /** What is known had changed: it is said with the draft, and nothing is closed. */
  | Readonly<{ kind: 'overtaken'; news: News }>
  /** It is final already, was said to be overtaken, or is no version that both approved. */
  | Readonly<{ kind: 'nothing to do' }>

/**
 * Makes final what both parties approved, and nothing else: it is drawn again, and becomes final if it is the draft, line by line and byte by byte; else
 * the month says what came in between. All in one transaction; safe to call twice.
 */
export const closeApproved = (store: Store, request: CloseApproved): Promise<CloseApprovedAnswer> =>
  inTransaction<CloseApprovedAnswer>(store, async (tx) => {
    const { agreement, month, version, at, by, onRead } = request
    await lockMonth(tx, request)
    await lockName(tx, `agreement ${agreement}`, 'exclusive')
    const { closing, draft } = await findClosing(tx, request)
    const { latest, isFinal } = closing
    if (isFinal || !isLive(latest) || latest.version !== version || !isApprovedByBoth(latest)) return { kind: 'nothing to do' }
    const approved = (await findDraftStatement(tx.queries, { agreement, month, version }))!
    const drawn = await drawMonth(tx, { agreement, month, now: at, isFinal: true, version: version + 1, onRead })
    if ('refusal' in drawn) return overtake(tx, request, { readings: 0, reasons: drawn.refusal.messages })
    const { readings } = await sinceDraft(tx, { agreement, month, draft: draft!.id })
    const news = newsSince(approved, drawn.statement, readings)
    if (news !== undefined) return overtake(tx, request, news)
    return { kind: 'closed', stored: await keepFinal(tx, drawn, { now: at, by, approved: whatWasApproved(draft!) }) }
  })

const whatWasApproved = ({ id, version, hash, preparedBy, approvals }: DraftRecord) => ({
  draft: id,
  version,
  hash,
  preparedBy: preparedBy.id,
  by: approvals.map(({ side, id: person, party }) => ({ side, person, party })),
})

const overtake = async (tx: Work, { agreement, month, version, at, by }: CloseApproved, news: News): Promise<CloseApprovedAnswer> => {
  await appendOvertaken(tx.queries, { agreement, month, version }, { ...news, at })
  const detail = { version, ...news }
  await appendDeed(tx.queries, { at, by, action: 'hold', subject: `${agreement} ${month}`, agreement, detail })
  // Nobody sent it back, and it goes back all the same: to who prepares it.
  await tellEvent(tx, {
    type: 'statement.returned',
    agreement,
    at,
    data: { month, version, readings: news.readings, reason: news.reasons.join(' ') },
  })
  return { kind: 'overtaken', news }
}
