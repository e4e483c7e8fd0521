import { appendDeed, type Actor } from '../store/audit.ts'
import type { Store } from '../store/database.ts'
import { formatInstant, type Instant } from '../../core/base/time.ts'
import { askToStop, findJob, hasEnded, listJobEvents, listJobs, type JobEvent, type JobRecord, type JobsPage } from '../store/job-events.ts'
import { inReach, type Reach } from '../store/reach.ts'
import { inTransaction } from '../store/transaction.ts'

export type StopAnswer = Readonly<{ kind: 'asked' | 'ended' | 'cannot'; job: JobRecord }> | Readonly<{ kind: 'not found' }>

/** Milliseconds between two looks for what became of the jobs that somebody follows, and events that one look takes. */
const lookEveryMs = 250
const eventsAtOnceMax = 1_000

type Follower = { job: string; number: number; hear: (events: readonly JobEvent[]) => void }

/** One question for all who follow a job here, as long as somebody does. */
export const makeFollowing = (store: Store, report: (text: string) => void) => {
  const followers = new Set<Follower>()
  let timer: NodeJS.Timeout | undefined
  const look = async (): Promise<void> => {
    const all = [...followers]
    const events = await inTransaction(store, (tx) => listJobEvents(tx, all, eventsAtOnceMax))
    for (const follower of all) {
      const fresh = events.filter(({ job, number }) => job === follower.job && number > follower.number)
      if (fresh.length === 0) continue
      follower.number = fresh.at(-1)!.number
      follower.hear(fresh)
    }
  }
  const goOn = (): void => {
    timer = undefined
    if (followers.size === 0) return
    look()
      .catch((error: Error) => report(`following jobs: ${error.message}`))
      .finally(() => (timer ??= setTimeout(goOn, lookEveryMs)))
      .catch(() => {})
  }
  /** Hears every event of a job after a number, in order, until it is left. */
  const follow = (job: string, number: number, hear: Follower['hear']): (() => void) => {
    const follower = { job, number, hear }
    followers.add(follower)
    timer ??= setTimeout(goOn, 0)
    return () => void followers.delete(follower)
  }
  return { follow, count: () => followers.size }
}

/** Jobs as one party may see them: those it asked for, and those of its agreements. */
export const makeJobs = (store: Store, now: () => Instant) => (reach: Reach) => ({
  list: (page: JobsPage) => inReach<readonly JobRecord[]>(store, reach, (tx) => listJobs(tx, page)),
  find: (id: string) => inReach<JobRecord | undefined>(store, reach, (tx) => findJob(tx, id)),
  /** Asks it to stop at its next safe place. Asked twice, it was asked once. */
  stop: async (id: string, by: Actor): Promise<StopAnswer> => {
    const job = await inReach<JobRecord | undefined>(store, reach, (tx) => findJob(tx, id))
    if (job === undefined) return { kind: 'not found' }
    if (hasEnded(job)) return { kind: 'ended', job }
    if (!job.cancellable) return { kind: 'cannot', job }
    if (job.cancelling) return { kind: 'asked', job }
    return inTransaction<StopAnswer>(store, async (tx) => {
      const asked = await askToStop(tx, id, `${by.name} asked to stop it`)
      const latest = (await findJob(tx, id))!
      if (!asked) return { kind: 'ended', job: latest }
      const detail = { job: id, asked: formatInstant(now()) }
      await appendDeed(tx.queries, { at: now(), by, action: 'stop', subject: job.subject, agreement: job.agreement ?? undefined, detail })
      return { kind: 'asked', job: latest }
    })
  },
})
