import { closeApproved } from '../app/close-approved.ts'
import type { Store } from '../store/database.ts'
import type { ApprovedJob } from '../store/jobs.ts'
import { clearProgress, noteProgress } from '../store/progress.ts'

/** Readings between two notes of progress. */
const noteEvery = 100_000

/** Whom the audit log names for what a job does. */
const actor = 'offtake'

export const approvedProgressOf = ({ agreement, month }: ApprovedJob): string => `close-approved ${agreement} ${month}`

/** Closes what both parties approved, or says with the month why not. Done twice it leaves what doing it once leaves. */
export const closeWhatIsApproved = async (store: Store, job: ApprovedJob): Promise<void> => {
  let noted = 0
  const onRead = (readings: number): void => {
    if (readings - noted < noteEvery) return
    noted = readings
    noteProgress(store, approvedProgressOf(job), { done: readings, message: job.month }).catch(() => {})
  }
  await closeApproved(store, { ...job, by: actor, onRead })
  await clearProgress(store, approvedProgressOf(job))
}
