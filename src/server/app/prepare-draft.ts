import { createHash } from 'node:crypto'
import { canonical } from '../../core/base/canonical.ts'
import { formatLocal, monthInterval, nextMonth, type Instant } from '../../core/base/time.ts'
import { isLive, isOutdated, prepareRefusal, type ClosingRefusal } from '../../core/statements/closing.ts'
import { saysTheSame } from '../../core/statements/news.ts'
import type { Statement } from '../../core/statements/statement.ts'
import { appendDeed, type Actor } from '../store/audit.ts'
import type { Store } from '../store/database.ts'
import { appendDraft, findDraftStatement, findLatestDraft, type DraftChecks, type DraftRecord } from '../store/drafts.ts'
import { newId } from '../store/ids.ts'
import { findPersonBehind } from '../store/keys.ts'
import { tellEvent } from '../store/tell-event.ts'
import { inTransaction, lockName, type Work } from '../store/transaction.ts'
import { nextVersion } from './close-period.ts'
import { findClosing, lockMonth, type MonthName } from './closing-of.ts'
import { drawMonth, type CloseRefusal } from './draw-month.ts'
import { findSchedule } from './find-schedule.ts'
import { reconcileMonth } from './reconcile.ts'
import { sinceDraft } from './since-draft.ts'

export type PrepareRequest = MonthName & Readonly<{ by: Actor; now: Instant }>
export type PrepareRefusal = Readonly<{ kind: ClosingRefusal['kind'] | CloseRefusal['kind']; message: string }>
export type PrepareAnswer =
  | Readonly<{ kind: 'prepared'; /** Nothing had changed since the latest draft. */ again: boolean; draft: DraftRecord }>
  | Readonly<{ kind: 'refused'; refusal: PrepareRefusal }>

const refused = (kind: PrepareRefusal['kind'], message: string): PrepareAnswer => ({ kind: 'refused', refusal: { kind, message } })

/**
 * Draws the statement of a month on what is known now, and keeps it as its next draft: draft and audit entry in one transaction, or none. Where nothing
 * has changed since the latest draft and nobody sent that back, it is answered again.
 */
export const prepareDraft = async (store: Store, request: PrepareRequest): Promise<PrepareAnswer> => {
  // Beside the transaction: it is told with the draft, and bears on no amount.
  const checks = await checksOf(store, request)
  return inTransaction<PrepareAnswer>(store, async (tx) => {
    const { agreement, month, now } = request
    await lockMonth(tx, request)
    const { closing, draft } = await findClosing(tx, request)
    const no = prepareRefusal(closing)
    if (no !== undefined) return { kind: 'refused', refusal: no }
    const early = await notOver(tx, request)
    if (early !== undefined) return refused('not over', early)
    // While it is drawn no reading is on its way: what is kept is of one instant.
    await lockName(tx, `agreement ${agreement}`, 'exclusive')
    const drawn = await drawMonth(tx, { agreement, month, now, isFinal: false, version: await nextVersion(tx, request) })
    if ('refusal' in drawn) return refused(drawn.refusal.kind, inWords(drawn.refusal, request))
    if (isLive(closing.latest)) {
      const before = (await findDraftStatement(tx.queries, { agreement, month, version: closing.latest.version }))!
      if (saysTheSame(before, drawn.statement)) return prepareAgain(tx, draft!, request)
    }
    return { kind: 'prepared', again: false, draft: await keep(tx, drawn.statement, checks, request) }
  })
}

/** The draft as it is, which was drawn again and is the same: what came since changes nothing of it, and from now on did not come since. */
const prepareAgain = async (tx: Work, draft: DraftRecord, { agreement, month, by, now }: PrepareRequest): Promise<PrepareAnswer> => {
  if (isOutdated(await sinceDraft(tx, { agreement, month, draft: draft.id }))) {
    const detail = { draft: draft.id, version: draft.version, hash: draft.hash, again: true }
    await appendDeed(tx.queries, { at: now, by, action: 'prepare', subject: `${agreement} ${month}`, agreement, detail })
  }
  return { kind: 'prepared', again: true, draft }
}

const keep = async (tx: Work, statement: Statement, checks: DraftChecks, { by, now }: PrepareRequest): Promise<DraftRecord> => {
  const { agreement, month, version, factsHash, totals } = statement
  const document = canonical(statement)
  const hash = createHash('sha256').update(document).digest('hex')
  const id = newId('dft')
  // What a key prepares its maker prepared: else one person could prepare with a key and approve by hand.
  const doer = { id: await findPersonBehind(tx, by.id), name: by.name }
  await appendDraft(tx.queries, { id, statement, document, hash, checks, by: doer, at: now })
  const after = { draft: id, version, hash, factsHash, net: { ...totals.net } }
  await appendDeed(tx.queries, { at: now, by, action: 'prepare', subject: `${agreement} ${month}`, agreement, detail: after })
  const data = { month, version, sha256: hash, net: totals.net, currency: statement.currency }
  await tellEvent(tx, { type: 'statement.prepared', agreement, at: now, data })
  return (await findLatestDraft(tx.queries, agreement, month))!
}

const checksOf = async (store: Store, { agreement, month }: MonthName): Promise<DraftChecks> => {
  const answer = await reconcileMonth(store, { agreement, month })
  if (answer.kind === 'refused') return { differences: null }
  const sizes = [...answer.disagreements.map(({ more, less }) => more + less), ...answer.soldButDown.map(({ gpuSeconds }) => gpuSeconds)]
  return { differences: { count: sizes.length, gpuSeconds: sizes.reduce((sum, size) => sum + size, 0) } }
}

const notOver = async (tx: Work, { agreement, month, now }: PrepareRequest): Promise<string | undefined> => {
  const schedule = await findSchedule(tx.queries, agreement)
  if (schedule === undefined) return undefined
  const { to } = monthInterval(month, schedule.zone)
  return to <= now
    ? undefined
    : `${month} is not over: it ends ${formatLocal(to, schedule.zone)} in ${schedule.zone}. Its statement can be prepared after that.`
}

/** A refusal of core's, without the commands of a terminal. */
const inWords = ({ kind, messages }: CloseRefusal, { month }: MonthName): string =>
  kind === 'month before is open'
    ? `${nextMonth(month, -1)} is open, and months close in order: prepare and approve it first.`
    : messages.join(' ')
