import { nameOf, type By } from './audit.ts'
import type { Store } from './database.ts'
import { newId } from './ids.ts'
import { inTransaction, lockName, type Work } from './transaction.ts'

export const jobEnds = ['done', 'failed', 'cancelled'] as const
export type JobEventKind = 'queued' | 'progress' | 'retry' | 'cancelling' | (typeof jobEnds)[number]

/** What became of a job; `done` of `total` are in the work's own units. */
export type JobEvent = Readonly<{
  job: string
  number: number
  kind: JobEventKind
  done: number | null
  total: number | null
  message: string
  at: Date
}>

/** Long work as it was asked for, with the latest that is known of it. */
export type JobRecord = Readonly<{
  id: string
  kind: string
  subject: string
  agreement: string | null
  cancellable: boolean
  actor: string
  actorName: string
  party: string | null
  at: Date
  latest: JobEvent
  cancelling: boolean
}>

export type JobStart = Readonly<{
  kind: string
  subject: string
  agreement: string | null
  /** Of the queue, which has one job under a key. */
  queueKey: string
  cancellable: boolean
  by: By
}>

type Told = Readonly<{ kind: JobEventKind; message: string; done?: number | undefined; total?: number | undefined }>

const isEnd = (kind: JobEventKind): boolean => (jobEnds as readonly string[]).includes(kind)

/** Appends what became of a job; false, and nothing, where it has ended. Its number follows the last, for whoever appends holds the job's lock. */
export const appendJobEvent = async (tx: Work, job: string, { kind, message, done, total }: Told): Promise<boolean> => {
  await lockName(tx, `job ${job}`, 'exclusive')
  const { rowCount } = await tx.client.query(
    `insert into job_event (job, number, kind, done, total, message)
     select $1, coalesce(max(number), 0) + 1, $2, $3, $4, $5 from job_event where job = $1
     having not coalesce(bool_or(kind = any ($6)), false)`,
    [job, kind, done ?? null, total ?? null, message, [...jobEnds]],
  )
  return rowCount === 1
}

/** Notes how far a job is, outside of its own transaction, so that it is seen while the work goes on. */
export const noteJob = (store: Store, job: string, told: Told): Promise<boolean> =>
  inTransaction(store, (tx) => appendJobEvent(tx, job, told))

/** Puts a job on record in the transaction that enqueues it. An older one under the same key of the queue ends: this one takes its place. */
export const startJob = async (tx: Work, { kind, subject, agreement, queueKey, cancellable, by }: JobStart): Promise<string> => {
  await lockName(tx, `job key ${queueKey}`, 'exclusive')
  const id = newId('job')
  const { rows } = await tx.client.query<{ id: string }>(
    `select id from job j where queue_key = $1 and not exists (select from job_event e where e.job = j.id and e.kind = any ($2))`,
    [queueKey, [...jobEnds]],
  )
  for (const older of rows) await appendJobEvent(tx, older.id, { kind: 'cancelled', message: `${id} took its place` })
  const actor = typeof by === 'string' ? by : by.id
  await tx.client.query(
    `insert into job (id, kind, subject, agreement, queue_key, cancellable, actor, actor_name, party) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [id, kind, subject, agreement, queueKey, cancellable, actor, nameOf(by), typeof by === 'string' ? null : by.party],
  )
  await appendJobEvent(tx, id, { kind: 'queued', message: 'waits for its turn' })
  return id
}

type EventRow = Omit<JobEvent, 'done' | 'total' | 'at'> & { done: bigint | null; total: bigint | null; recorded_at: Date }
const countOf = (count: bigint | null): number | null => (count === null ? null : Number(count))
const toEvent = ({ recorded_at, done, total, ...row }: EventRow): JobEvent => ({
  ...row,
  done: countOf(done),
  total: countOf(total),
  at: recorded_at,
})

type JobRow = Omit<JobRecord, 'latest' | 'at' | 'actorName'> & {
  actor_name: string
  recorded_at: Date
  number: number
  event: JobEventKind
  done: bigint | null
  total: bigint | null
  message: string
  event_at: Date
}

const toJob = ({ actor_name, recorded_at, number, event, done, total, message, event_at, ...row }: JobRow): JobRecord => ({
  ...row,
  actorName: actor_name,
  at: recorded_at,
  latest: { job: row.id, number, kind: event, done: countOf(done), total: countOf(total), message, at: event_at },
})

const jobsWhere = (condition: string) => `
  select j.id, j.kind, j.subject, j.agreement, j.cancellable, j.actor, j.actor_name, j.party, j.recorded_at,
         e.number, e.kind as event, e.done, e.total, e.message, e.recorded_at as event_at,
         exists (select from job_event c where c.job = j.id and c.kind = 'cancelling') as cancelling
    from job j cross join lateral (select * from job_event where job_event.job = j.id order by number desc limit 1) e where ${condition}`

export const findJob = async ({ client }: Work, id: string): Promise<JobRecord | undefined> => {
  const { rows } = await client.query<JobRow>(jobsWhere('j.id = $1'), [id])
  return rows[0] && toJob(rows[0])
}

export type JobsPage = Readonly<{ before: string | undefined; actor: string | undefined; limit: number }>

/** The latest first: ids sort by time. */
export const listJobs = async ({ client }: Work, { before, actor, limit }: JobsPage): Promise<readonly JobRecord[]> => {
  const { rows } = await client.query<JobRow>(
    `${jobsWhere('($1::text is null or j.id < $1) and ($2::text is null or j.actor = $2)')} order by j.id desc limit $3`,
    [before ?? null, actor ?? null, limit],
  )
  return rows.map(toJob)
}

/** What came of several jobs after the event that each has been heard up to, in order. */
export const listJobEvents = async (
  { client }: Work,
  heard: readonly Readonly<{ job: string; number: number }>[],
  limit: number,
): Promise<readonly JobEvent[]> => {
  const { rows } = await client.query<EventRow>(
    `select e.job, e.number, e.kind, e.done, e.total, e.message, e.recorded_at from job_event e
       join unnest($1::text[], $2::integer[]) as heard (job, number) on e.job = heard.job and e.number > heard.number
      order by e.job, e.number limit $3`,
    [heard.map(({ job }) => job), heard.map(({ number }) => number), limit],
  )
  return rows.map(toEvent)
}

/** Whether whoever works on it should stop: it was asked to, or has ended. */
export const isToStop = async ({ client }: Work, job: string): Promise<boolean> => {
  const { rows } = await client.query<{ kind: JobEventKind }>(
    `select kind from job_event where job = $1 and (kind = 'cancelling' or kind = any ($2)) limit 1`,
    [job, [...jobEnds]],
  )
  return rows.length > 0
}

export const hasEnded = ({ latest }: JobRecord): boolean => isEnd(latest.kind)

/** Asks a job to stop at its next safe place, and lets one that waits for its turn have it now, so that it sees this. */
export const askToStop = async (tx: Work, job: string, message: string): Promise<boolean> => {
  const asked = await appendJobEvent(tx, job, { kind: 'cancelling', message })
  if (!asked) return false
  const { rows } = await tx.client.query<{ queue_key: string }>('select queue_key from job where id = $1', [job])
  // The queue's tables are the connection's own, not those of the role that settles.
  await tx.client.query('set local role none')
  await tx.client.query(
    `select graphile_worker.reschedule_jobs(array(select w.id from graphile_worker.jobs w where w.locked_at is null and w.key = $1), run_at := now())`,
    [rows[0]!.queue_key],
  )
  await tx.client.query('set local role offtake_system')
  return true
}
