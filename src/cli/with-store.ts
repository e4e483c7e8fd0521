import type { Instant } from '../core/base/time.ts'
import { openStore } from '../server/open-store.ts'
import { asSystem, type Store } from '../server/store/database.ts'
import { findSandboxNow } from '../server/store/sandbox.ts'
import type { Context } from './context.ts'

/** The database went away under the work; what was not acknowledged was not done. */
class Lost extends Error {}

/**
 * Opens the database for one command: joins the embedded one that runs, else starts it. Where it was joined and its owner ends meanwhile, the
 * command says so and does its work again on its own: commands may be repeated, unless one has `once` read what cannot be read again. `now` is
 * the clock of a sandbox where the database is one and `--now` says nothing else.
 */
export const withStore = async <T>(
  context: Context,
  work: (store: Store, now: () => Instant) => Promise<T>,
  { once = false } = {},
): Promise<T> => {
  const { url, home, say } = context
  for (let attempt = 1; ; attempt++) {
    const open = await openStore({ url, home, jobs: false })
    const lost = open.lost.then((why): never => {
      throw new Lost(why)
    })
    lost.catch(() => {})
    try {
      const done = clockOf(open.store, context).then((now) => work(open.store, now))
      done.catch(() => {})
      return await Promise.race([done, lost])
    } catch (error) {
      // The connection notices first; why it broke is known a moment later.
      const told = error instanceof Lost ? error : await Promise.race([lost.catch((why: Lost) => why), moment()])
      if (!(told instanceof Lost)) throw error
      if (attempt > 1 || once) throw told
      say(`the server stopped: ${told.message}; going on without it`)
    } finally {
      await open.stop().catch(() => {})
    }
  }
}

/** What time it is: as `--now` says, else in the sandbox that the database is, else in the world. */
export const clockOf = async (store: Store, { now, isNowGiven }: Pick<Context, 'now' | 'isNowGiven'>): Promise<() => Instant> => {
  const there = isNowGiven ? undefined : await asSystem(store.database, (tx) => findSandboxNow(tx))
  return there === undefined ? now : () => there
}

const moment = (): Promise<void> => new Promise((done) => setTimeout(done, 200))
