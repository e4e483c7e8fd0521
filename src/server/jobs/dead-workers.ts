import { EventEmitter } from 'node:events'
import type pg from 'pg'
import type { WorkerEvents } from 'graphile-worker'
import type { Store } from '../store/database.ts'
import { noteJob } from '../store/job-events.ts'

/** Milliseconds between two looks for jobs that a dead worker holds, and how long ago it must have taken one: a new worker has not said yet that it lives. */
const lookEveryMs = 5_000
const heldSecondsMin = 10

const lockOf = (worker: string): string => `offtake worker ${worker}`

/** As long as this connection lives, so do the workers that hold locks on it: PostgreSQL lets go of them when a process dies, however it dies. */
const sayAlive = async (client: pg.PoolClient, worker: string): Promise<void> => {
  await client.query('select pg_advisory_lock_shared(hashtextextended($1, 0))', [lockOf(worker)])
}

type Held = Readonly<{ worker: string }>

/** The workers that hold a job and whose lock is free: nobody lives who could finish it. */
const findDead = async (client: pg.PoolClient): Promise<readonly string[]> => {
  const { rows } = await client.query<Held>(
    `select distinct locked_by as worker from graphile_worker.jobs where locked_at < now() - make_interval(secs => $1)`,
    [heldSecondsMin],
  )
  const dead: string[] = []
  for (const { worker } of rows) {
    const free = await client.query<{ free: boolean }>('select pg_try_advisory_lock(hashtextextended($1, 0)) as free', [lockOf(worker)])
    if (!free.rows[0]!.free) continue
    await client.query('select pg_advisory_unlock(hashtextextended($1, 0))', [lockOf(worker)])
    dead.push(worker)
  }
  return dead
}

/** Gives the jobs of dead workers back to the queue. One that has killed a worker at each of its attempts ends as failed. */
export const freeJobsOfDead = async (store: Store, client: pg.PoolClient): Promise<readonly string[]> => {
  const dead = await findDead(client)
  if (dead.length === 0) return dead
  const { rows } = await client.query<{ job: string | null; attempts: number }>(
    `select payload ->> 'job' as job, attempts from graphile_worker._private_jobs where locked_by = any ($1) and attempts >= max_attempts`,
    [dead],
  )
  await client.query('select graphile_worker.force_unlock_workers($1)', [dead])
  for (const { job, attempts } of rows)
    if (job !== null) await noteJob(store, job, { kind: 'failed', message: `its worker was stopped at each of ${attempts} attempts` })
  return dead
}

/** Watches over the workers of this process and of others. Its `events` go to the queue, which says there when it makes a worker. */
export const watchWorkers = async (store: Store, pool: pg.Pool, report: (text: string) => void) => {
  const client = await pool.connect()
  const events: WorkerEvents = new EventEmitter()
  // One statement at a time on one connection: whoever comes meanwhile waits.
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = (work: () => Promise<unknown>): void => {
    last = last.then(work).catch((error: Error) => report(`watching workers: ${error.message}`))
  }
  events.on('worker:create', ({ worker }) => inTurn(() => sayAlive(client, worker.workerId)))
  const timer = setInterval(() => inTurn(() => freeJobsOfDead(store, client)), lookEveryMs).unref()
  const stop = async (): Promise<void> => {
    clearInterval(timer)
    await last
    // The locks go with the connection.
    client.release(true)
  }
  return { events, stop }
}
