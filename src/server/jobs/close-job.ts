import type { TaskList } from 'graphile-worker'
import { closePeriod } from '../app/close-period.ts'
import type { Store } from '../store/database.ts'
import { appendJobEvent, noteJob } from '../store/job-events.ts'
import { approvedJobName, closeJobName, enqueueClose, type ApprovedJob, type CloseJob } from '../store/jobs.ts'
import { clearProgress, noteProgress } from '../store/progress.ts'
import type { Work } from '../store/transaction.ts'
import { closeWhatIsApproved } from './approved-job.ts'
import { telling, type Telling } from './telling.ts'

/** Readings between two notes of progress. */
const noteEvery = 100_000

/** Whom the audit log names for what a job does. */
const actor = 'offtake'

export const progressOf = (agreement: string): string => `close ${agreement}`

const finished = ({ agreement, total = 0 }: CloseJob) => ({ kind: 'done', done: total, total, message: `${agreement} is closed` }) as const

/**
 * What follows a month, in the transaction that closes it: the next, or the end. Where another job took this one's place, that one goes on, and what is in
 * the queue under the agreement's name is its own.
 */
const goOn = async (tx: Work, after: CloseJob, was: CloseJob): Promise<void> => {
  const { job } = was
  if (after.months.length === 0) return void (job !== undefined && (await appendJobEvent(tx, job, finished(was))))
  const going = { kind: 'progress', done: (was.total ?? 0) - after.months.length, total: was.total, message: 'closed a month' } as const
  if (job !== undefined && !(await appendJobEvent(tx, job, going))) return
  await enqueueClose(tx, after)
}

/** Closes the first of the job's months; the others become the next job, in the transaction that closes the first. */
const closeFirst = async (store: Store, was: CloseJob, told: Telling): Promise<void> => {
  const { agreement, months, job, total } = was
  const [first, ...rest] = months
  const end = (): Promise<unknown> => (job === undefined ? Promise.resolve() : noteJob(store, job, finished(was)))
  if (first === undefined) return void (await end())
  if (job !== undefined && (await told.isToStop()))
    return void (await noteJob(store, job, { kind: 'cancelled', message: `stopped before ${first.month}` }))
  const { month, now } = first
  const done = total === undefined ? undefined : total - months.length
  const far = { ...(done === undefined ? {} : { done }), ...(total === undefined ? {} : { total }) }
  told.progress({ ...far, message: `closing ${month}` })
  let noted = 0
  const onRead = (readings: number): void => {
    if (readings - noted < noteEvery) return
    noted = readings
    // Progress is for people; work does not fail for it.
    noteProgress(store, progressOf(agreement), { done: readings, message: month }).catch(() => {})
    told.progress({ ...far, message: `closing ${month}: ${readings.toLocaleString('en')} readings` })
  }
  const also = (tx: Work): Promise<void> => goOn(tx, { ...was, months: rest }, was)
  const answer = await closePeriod(store, { agreement, month, now, by: actor, onRead, also })
  await clearProgress(store, progressOf(agreement))
  if (answer.kind === 'refused') throw new Error(answer.refusal.messages.join('\n'))
  // It was final before, so nothing was enqueued with it: go on with the next.
  if (answer.again) await closeFirst(store, { ...was, months: rest }, told)
}

/** What the workers can do. Any process may take any job: wait for the rows that the work leaves, never for a callback. */
export const makeTasks = (store: Store): TaskList => ({
  [closeJobName]: telling<CloseJob>(store, (payload, told) => closeFirst(store, payload, told)),
  [approvedJobName]: (payload) => closeWhatIsApproved(store, payload as ApprovedJob),
})
