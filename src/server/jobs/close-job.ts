import type { TaskList } from 'graphile-worker'
import { closePeriod } from '../app/close-period.ts'
import type { Store } from '../store/database.ts'
import { approvedJobName, closeJobName, enqueueClose, type ApprovedJob, type CloseJob } from '../store/jobs.ts'
import { clearProgress, noteProgress } from '../store/progress.ts'
import { closeWhatIsApproved } from './approved-job.ts'

/** Readings between two notes of progress. */
const noteEvery = 100_000

/** Whom the audit log names for what a job does. */
const actor = 'offtake'

export const progressOf = (agreement: string): string => `close ${agreement}`

/** Closes the first of the job's months; the others become the next job, in the transaction that closes the first. */
const closeFirst = async (store: Store, { agreement, months }: CloseJob): Promise<void> => {
  const [first, ...rest] = months
  if (first === undefined) return
  const { month, now } = first
  let noted = 0
  const onRead = (readings: number): void => {
    if (readings - noted < noteEvery) return
    noted = readings
    // Progress is for people; work does not fail for it.
    noteProgress(store, progressOf(agreement), { done: readings, message: month }).catch(() => {})
  }
  const also = rest.length === 0 ? undefined : (tx: Parameters<typeof enqueueClose>[0]) => enqueueClose(tx, { agreement, months: rest })
  const answer = await closePeriod(store, { agreement, month, now, by: actor, onRead, also })
  await clearProgress(store, progressOf(agreement))
  if (answer.kind === 'refused') throw new Error(answer.refusal.messages.join('\n'))
  // It was final before, so nothing was enqueued with it: go on with the next.
  if (answer.again) await closeFirst(store, { agreement, months: rest })
}

/** What the workers can do. Any process may take any job: wait for the rows that the work leaves, never for a callback. */
export const makeTasks = (store: Store): TaskList => ({
  [closeJobName]: (payload) => closeFirst(store, payload as CloseJob),
  [approvedJobName]: (payload) => closeWhatIsApproved(store, payload as ApprovedJob),
})
