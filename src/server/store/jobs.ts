import type { Instant, Month } from '../../core/base/time.ts'
import type { By } from './audit.ts'
import type { Store } from './database.ts'
import { startJob } from './job-events.ts'
import type { Work } from './transaction.ts'

/** Months of one agreement to be closed one after the other, each as of an instant. */
export type CloseJob = Readonly<{
  agreement: string
  months: readonly Readonly<{ month: Month; now: Instant }>[]
  /** `job_…`, under which its progress is told; and how many months it had when it began. */
  job?: string | undefined
  total?: number | undefined
}>

export const closeJobName = 'close'
const keyOf = ({ agreement }: Pick<CloseJob, 'agreement'>): string => `close ${agreement}`
/** Tries before a job is given up; between them it waits longer and longer. */
const attemptsMax = 5

/**
 * Enqueues within the transaction: the job is there exactly if the work is. An agreement has one job at a time. One that a dead process
 * still seems to hold does not stand in the way: closing twice is safe.
 */
export const enqueueClose = async (tx: Work, job: CloseJob): Promise<void> => {
  if (job.job === undefined) return void (await startClose(tx, job, 'offtake'))
  const { client } = tx
  // The queue's tables are the connection's own, not those of the role that settles.
  await client.query('set local role none')
  await client.query(`select graphile_worker.add_job($1, payload := $2::json, job_key := $3, max_attempts := $4)`, [
    closeJobName,
    JSON.stringify(job),
    keyOf(job),
    attemptsMax,
  ])
  await client.query('set local role offtake_system')
}

/** The same for somebody, who may follow it by the id that this answers with. */
export const startClose = async (tx: Work, { agreement, months }: CloseJob, by: By): Promise<string> => {
  const subject = months.length === 1 ? `${agreement} ${months[0]!.month}` : `${agreement} ${months[0]?.month} to ${months.at(-1)?.month}`
  const job = await startJob(tx, { kind: closeJobName, subject, agreement, queueKey: keyOf({ agreement }), cancellable: true, by })
  await enqueueClose(tx, { agreement, months, job, total: months.length })
  return job
}

/** The close of a month that both parties approved. */
export type ApprovedJob = Readonly<{ agreement: string; month: Month; version: number; at: Instant }>

export const approvedJobName = 'close-approved'
/** Between tries it waits longer and longer: these are some days. */
const approvedAttemptsMax = 25

/** Enqueues within the transaction of the second approval: the one is there exactly if the other is. */
export const enqueueApproved = async ({ client }: Work, job: ApprovedJob): Promise<void> => {
  await client.query('set local role none')
  await client.query(`select graphile_worker.add_job($1, payload := $2::json, job_key := $3, max_attempts := $4)`, [
    approvedJobName,
    JSON.stringify(job),
    `${approvedJobName} ${job.agreement} ${job.month}`,
    approvedAttemptsMax,
  ])
  await client.query('set local role offtake_system')
}

/** What went wrong the last time with the job of an agreement, if anything did. */
export const findJobError = async ({ pool }: Store, agreement: string): Promise<string | undefined> => {
  const { rows } = await pool.query<{ last_error: string }>(
    `select last_error from graphile_worker.jobs where key = $1 and last_error is not null order by id desc limit 1`,
    [keyOf({ agreement })],
  )
  return rows[0]?.last_error
}
