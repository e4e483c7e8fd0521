import { Logger, run, runMigrations } from 'graphile-worker'
import { openPlainPool, type Store } from '../store/database.ts'
import { lockWhole } from '../store/migrate.ts'
import { takeUpAdvance } from '../app/advance-run.ts'
import { advanceTasks } from './advance-job.ts'
import { makeTasks } from './close-job.ts'
import { watchWorkers } from './dead-workers.ts'
import type { Delivering } from './webhook-job.ts'
import { startWebhookWorkers } from './webhook-workers.ts'

/** Jobs at once in one process: settling keeps a core busy. */
const concurrency = 2

/** Everything but errors is its own affair. */
const quiet = (report: (text: string) => void): Logger => new Logger(() => (level, message) => void (level === 'error' && report(message)))

/** Connections that the queue takes: one for each worker, one to listen on, one that says that they live, one to spare. */
const poolMax = concurrency + 3

/** Brings the queue's own tables to its version. It takes no lock, so two starts at once would trip over each other: ours is held meanwhile. */
export const migrateJobs = async (store: Store): Promise<void> => {
  const pgPool = openPlainPool(store, 1)
  try {
    await lockWhole(store.pool, () => runMigrations({ pgPool, logger: quiet(() => {}) }))
  } finally {
    await pgPool.end()
  }
}

/** Starts working on jobs in this process; on what webhooks tell only where it is said how. */
export const startWorkers = async (
  store: Store,
  report: (text: string) => void,
  webhooks?: Delivering,
): Promise<{ stop: () => Promise<void> }> => {
  const pgPool = openPlainPool(store, poolMax)
  await takeUpAdvance(store)
  const watch = await watchWorkers(store, pgPool, report)
  const runner = await run({
    pgPool,
    concurrency,
    noHandleSignals: true,
    parsedCronItems: [],
    pollInterval: 1000,
    logger: quiet(report),
    events: watch.events,
    taskList: { ...makeTasks(store), ...advanceTasks(store) },
  })
  const telling = webhooks === undefined ? undefined : await startWebhookWorkers(store, report, webhooks)
  const stop = async () => {
    try {
      await telling?.stop()
      await runner.stop()
    } finally {
      await watch.stop()
      await pgPool.end()
    }
  }
  return { stop }
}
