import type { JobHelpers, Task } from 'graphile-worker'
import type { Store } from '../store/database.ts'
import { isToStop, noteJob } from '../store/job-events.ts'
import { inTransaction } from '../store/transaction.ts'

/** How work tells of itself, and hears whether it should stop. */
export type Telling = Readonly<{
  /** How far it is. People look at it; work does not wait or fail for it. */
  progress: (told: Readonly<{ done?: number; total?: number; message: string }>) => void
  /** Asked at a safe place, where stopping leaves nothing half done. */
  isToStop: () => Promise<boolean>
}>

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

/** A task of the queue that tells what becomes of the job its payload names: each failed attempt, and the last one as the end. */
export const telling =
  <T extends Readonly<{ job?: string | undefined }>>(store: Store, work: (payload: T, telling: Telling) => Promise<void>): Task =>
  async (payload, { job: { attempts, max_attempts } }: JobHelpers) => {
    const { job } = payload as T
    // One that was enqueued before jobs had names has nobody to tell.
    if (job === undefined) return work(payload as T, { progress: () => {}, isToStop: async () => false })
    const isOver = (): Promise<boolean> => inTransaction(store, (tx) => isToStop(tx, job))
    try {
      await work(payload as T, {
        progress: (told) => void noteJob(store, job, { kind: 'progress', ...told }).catch(() => {}),
        isToStop: isOver,
      })
    } catch (error) {
      const last = attempts >= max_attempts
      const message = last ? messageOf(error) : `attempt ${attempts} of ${max_attempts} failed: ${messageOf(error)}`
      await noteJob(store, job, { kind: last ? 'failed' : 'retry', message }).catch(() => {})
      throw error
    }
  }
