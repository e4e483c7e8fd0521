import type { Instant } from '../../core/base/time.ts'
import type { SinceDraft } from '../../core/statements/closing.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import type { Store } from '../store/database.ts'
import { inReach, type Reach } from '../store/reach.ts'
import { inTransaction } from '../store/transaction.ts'
import { approveDraft, returnDraft, type ApproveDraft, type DecideDraft, type DraftAnswer } from './approve-draft.ts'
import type { MonthName } from './closing-of.ts'
import { makeDisputes } from './disputes.ts'
import { findSchedule } from './find-schedule.ts'
import { findProgress, type PeriodProgress } from './period-progress.ts'
import { prepareDraft, type PrepareAnswer, type PrepareRequest } from './prepare-draft.ts'
import { sinceDraft } from './since-draft.ts'

/** How a month is closed by two parties: what they read within their reach, and what they do. Whether somebody may is asked before. */
export const makeClosing = (store: Store, now: () => Instant) => (reach: Reach) => ({
  now,
  findSchedule: (agreement: string): Promise<Schedule | undefined> => inReach(store, reach, (tx) => findSchedule(tx.queries, agreement)),
  findProgress: (name: MonthName): Promise<PeriodProgress | undefined> =>
    inReach(store, reach, (tx) => findProgress(tx, { ...name, now: now() })),
  prepare: (request: Omit<PrepareRequest, 'now'>): Promise<PrepareAnswer> => prepareDraft(store, { ...request, now: now() }),
  /** Of a draft that can still be approved: what came since. As the system reads it: an import is of whoever brought it, and bears on both parties. */
  findSince: (name: MonthName & Readonly<{ draft: string }>): Promise<SinceDraft> =>
    inTransaction<SinceDraft>(store, (tx) => sinceDraft(tx, name)),
  approve: (request: Omit<ApproveDraft, 'now'>): Promise<DraftAnswer> => approveDraft(store, { ...request, now: now() }),
  sendBack: (request: Omit<DecideDraft, 'now'> & Readonly<{ reason: string }>): Promise<DraftAnswer> =>
    returnDraft(store, { ...request, now: now() }),
  ...makeDisputes(store, now)(reach),
})
