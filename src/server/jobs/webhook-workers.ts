import { Logger, run } from 'graphile-worker'
import { openPlainPool, type Store } from '../store/database.ts'
import { webhookJobName } from '../store/tell-event.ts'
import { deliver, holdMessage, takeUpStranded, type Delivering } from './webhook-job.ts'

/** Messages on their way at once from one process: they wait for others, so they do not stand in the way of settling. */
const concurrency = 4
/** Milliseconds between two looks for messages that nobody takes up. */
const lookEveryMs = 60_000
/** A connection for each message that is held, and those of the queue. */
const poolMax = concurrency * 2 + 2

/** Starts delivering messages in this process. */
export const startWebhookWorkers = async (
  store: Store,
  report: (text: string) => void,
  how: Delivering,
): Promise<{ stop: () => Promise<void> }> => {
  const pgPool = openPlainPool(store, poolMax)
  const look = (): Promise<unknown> =>
    takeUpStranded(store, pgPool).catch((error: Error) => report(`messages that nobody takes up: ${error.message}`))
  const runner = await run({
    pgPool,
    concurrency,
    noHandleSignals: true,
    parsedCronItems: [],
    pollInterval: 1000,
    logger: new Logger(() => (level, message) => void (level === 'error' && report(message))),
    taskList: {
      [webhookJobName]: async (payload) => {
        const { message } = payload as { message: string }
        await holdMessage(pgPool, message, 'wait', () => deliver(store, message, how))
      },
    },
  })
  const looking = setInterval(() => void look(), lookEveryMs)
  await look()
  const stop = async () => {
    clearInterval(looking)
    try {
      await runner.stop()
    } finally {
      await pgPool.end()
    }
  }
  return { stop }
}
