import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { closeDatabase, openDatabase, type Store } from './store/database.ts'
import { startEmbedded, type Embedded } from './store/embedded.ts'
import { migrate } from './store/migrate.ts'

/** Where the embedded database lives when nothing else is said: in the folder of this clone. */
export const homeUsual = join(import.meta.dirname, '../../.offtake')

export type OpenStore = Readonly<{
  store: Store
  /** What was opened, in words. */
  word: string
  /** Resolves with a sentence when the embedded database has ended by itself. Never for a server given by URL: that one may come back. */
  lost: Promise<string>
  stop: () => Promise<void>
}>

/** Where the database is: a server, or a folder; and whether this process is to work on jobs. */
export type Whereabouts = Readonly<{ url: string | undefined; home: string; jobs: boolean }>

const openingsMax = 5

/** Opens the database that `url` names, else the embedded one at `home`, starting it where nobody has; and brings it to this version. */
export const openStore = async (where: Whereabouts): Promise<OpenStore> => {
  for (let opening = 1; ; opening++) {
    const embedded = where.url === undefined ? await startEmbedded(where.home) : undefined
    try {
      return await openAt(where, embedded)
    } catch (error) {
      await embedded?.stop()
      // One that was joined may have been about to end with the process that runs it: then it is started anew.
      if (embedded === undefined || embedded.owned || opening === openingsMax) throw error
      await sleep(200 * opening)
    }
  }
}

const openAt = async ({ url, jobs }: Whereabouts, embedded: Embedded | undefined): Promise<OpenStore> => {
  const store = openDatabase(url ?? embedded!.url('postgres'))
  try {
    const client = await store.pool.connect()
    await migrate(client, join(import.meta.dirname, 'store/migrations')).finally(() => client.release())
    if (jobs) await (await import('./jobs/workers.ts')).migrateJobs(store)
  } catch (error) {
    await closeDatabase(store)
    throw error
  }
  const word =
    embedded === undefined ? 'PostgreSQL by DATABASE_URL' : embedded.owned ? 'PostgreSQL started' : 'PostgreSQL joined, it runs already'
  const stop = async () => {
    await closeDatabase(store)
    await embedded?.stop()
  }
  return { store, word, lost: embedded?.lost ?? new Promise<never>(() => {}), stop }
}
