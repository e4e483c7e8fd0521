import type { Instant } from '../../core/base/time.ts'
import { approvalRefusal, isApprovedByBoth, outdatedRefusal, returnRefusal, type ClosingRefusal } from '../../core/statements/closing.ts'
import { appendDeed } from '../store/audit.ts'
import type { Store } from '../store/database.ts'
import { appendApproval, appendReturn, type DraftRecord } from '../store/drafts.ts'
import { enqueueApproved } from '../store/jobs.ts'
import { tellEvent } from '../store/tell-event.ts'
import { inTransaction, type Work } from '../store/transaction.ts'
import { doerOf, findClosing, forSide, lockMonth, type Decider, type MonthName } from './closing-of.ts'
import { sinceDraft } from './since-draft.ts'

export type DecideDraft = MonthName & Readonly<{ version: number; by: Decider; now: Instant }>
export type ApproveDraft = DecideDraft & Readonly<{ net: string; hash: string; despiteNews?: boolean | undefined }>
export type DraftAnswer =
  | Readonly<{ kind: 'done'; draft: DraftRecord; /** Both parties have approved it: its close is enqueued. */ isApproved: boolean }>
  | Readonly<{ kind: 'refused'; refusal: ClosingRefusal }>

/** Whether this person approved this version before: then that is answered, and its close is enqueued again where it did not come to pass. */
const didBefore = (draft: DraftRecord | undefined, { version, by }: DecideDraft, hash: string): draft is DraftRecord =>
  draft !== undefined &&
  draft.version === version &&
  draft.hash === hash &&
  draft.approvals.some(({ id, side }) => id === by.actor.id && side === by.side)

/**
 * Records the approval of a version by one side: of the net that was typed and of the document that was read. With both approvals the close is
 * enqueued in the same transaction, so that neither is there without the other. Where something came since it was prepared, whoever approves has to say
 * that they know: `despiteNews`.
 */
export const approveDraft = (store: Store, request: ApproveDraft): Promise<DraftAnswer> =>
  inTransaction<DraftAnswer>(store, async (tx) => {
    const { agreement, month, version, by, net, hash, now, despiteNews = false } = request
    await lockMonth(tx, request)
    const { closing, draft } = await findClosing(tx, request)
    if (didBefore(draft, request, hash)) {
      if (!closing.isFinal && draft.overtaken === undefined) await enqueueWhereApproved(tx, request)
      return { kind: 'done', draft, isApproved: isApprovedByBoth(closing.latest!) }
    }
    const refusal =
      approvalRefusal(closing, forSide(by), { version, net, hash }) ??
      outdatedRefusal(version, await sinceDraft(tx, { agreement, month, draft: draft!.id }), despiteNews)
    if (refusal !== undefined) return { kind: 'refused', refusal }
    const said = { net: closing.latest!.net, hash }
    await appendApproval(tx.queries, { agreement, month, version }, { by: doerOf(by), ...said, at: now })
    const detail = { draft: draft!.id, version, side: by.side!, ...said, ...(despiteNews ? { despiteNews } : {}) }
    await appendDeed(tx.queries, { at: now, by: by.actor, action: 'approve', subject: `${agreement} ${month}`, agreement, detail })
    const data = { month, version, side: by.side!, net: said.net, sha256: hash }
    await tellEvent(tx, { type: 'statement.approved', agreement, at: now, data })
    return { kind: 'done', draft: (await findClosing(tx, request)).draft!, isApproved: await enqueueWhereApproved(tx, request) }
  })

const enqueueWhereApproved = async (tx: Work, name: MonthName & Readonly<{ version: number }>): Promise<boolean> => {
  const { closing, draft } = await findClosing(tx, name)
  if (!isApprovedByBoth(closing.latest!)) return false
  // The day on which the second party approved is the day on which it becomes final, whenever the job gets to it.
  const at = Math.max(...draft!.approvals.map((each) => each.at))
  await enqueueApproved(tx, { agreement: name.agreement, month: name.month, version: name.version, at })
  return true
}

/** Sends a version back with a reason: it can be approved no more, and is prepared anew. */
export const returnDraft = (store: Store, request: DecideDraft & Readonly<{ reason: string }>): Promise<DraftAnswer> =>
  inTransaction<DraftAnswer>(store, async (tx) => {
    const { agreement, month, version, by, reason, now } = request
    await lockMonth(tx, request)
    const { closing, draft } = await findClosing(tx, request)
    const refusal = returnRefusal(closing, forSide(by), version)
    if (refusal !== undefined) return { kind: 'refused', refusal }
    await appendReturn(tx.queries, { agreement, month, version }, { by: doerOf(by), reason, at: now })
    const detail = { draft: draft!.id, version, side: by.side!, reason }
    await appendDeed(tx.queries, { at: now, by: by.actor, action: 'return', subject: `${agreement} ${month}`, agreement, detail })
    await tellEvent(tx, { type: 'statement.returned', agreement, at: now, data: { month, version, side: by.side!, reason } })
    return { kind: 'done', draft: (await findClosing(tx, request)).draft!, isApproved: false }
  })
