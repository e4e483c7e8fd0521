import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { after, before as beforeAll, test } from 'node:test'
import pg from 'pg'
import { testDatabase } from '../../../test/database.ts'
import { closedAt } from '../app/closed-at.ts'
import { loadAgreement } from '../app/load-agreement.ts'
import { askToStop, findJob, jobEnds, listJobEvents, type JobEvent } from '../store/job-events.ts'
import { startClose, type CloseJob } from '../store/jobs.ts'
import { inReach, type Reach } from '../store/reach.ts'
import { inTransaction, RolledBack } from '../store/transaction.ts'
import { freeJobsOfDead } from './dead-workers.ts'
import { migrateJobs, startWorkers } from './workers.ts'

const { close, url, ...store } = await testDatabase()
after(close)

beforeAll(async () => {
  await migrateJobs(store)
  for (const name of ['philly-block', 'helios-block']) {
    const document = fs.readFileSync(join(import.meta.dirname, `../../../examples/${name}.yaml`), 'utf8')
    assert.equal((await loadAgreement(store, { document, now: 0, by: 'test' })).kind, 'loaded')
  }
})

const closing = (agreement: string, ...months: string[]): CloseJob => ({
  agreement,
  months: months.map((month) => ({ month, now: closedAt(month) })),
})
const start = (job: CloseJob) => inTransaction<string>(store, (tx) => startClose(tx, job, 'anna'))
const eventsOf = (job: string, reach?: Reach): Promise<readonly JobEvent[]> =>
  reach === undefined
    ? inTransaction<readonly JobEvent[]>(store, (tx) => listJobEvents(tx, [{ job, number: 0 }], 1_000))
    : inReach<readonly JobEvent[]>(store, reach, (tx) => listJobEvents(tx, [{ job, number: 0 }], 1_000))
const ended = async (job: string): Promise<boolean> => (await eventsOf(job)).some(({ kind }) => jobEnds.some((end) => end === kind))
const until = async (holds: () => Promise<boolean>) => {
  for (let tries = 0; tries < 600; tries++) {
    if (await holds()) return
    await new Promise((done) => setTimeout(done, 50))
  }
  throw new Error('it did not come')
}
const workUntil = async (holds: () => Promise<boolean>) => {
  const workers = await startWorkers(store, () => {})
  try {
    await until(holds)
  } finally {
    await workers.stop()
  }
}
const numbered = (events: readonly JobEvent[]) =>
  assert.deepEqual(
    events.map(({ number }) => number),
    events.map((_, i) => i + 1),
  )

test('Q6 a close tells how far it is, month by month, and that it is done in the transaction that closes the last', async () => {
  const job = await start(closing('philly-block', '2017-10', '2017-11'))
  assert.deepEqual(
    (await eventsOf(job)).map(({ kind }) => kind),
    ['queued'],
  )
  await workUntil(() => ended(job))
  const events = await eventsOf(job)
  numbered(events)
  assert.deepEqual([events[0]!.kind, events.at(-1)!.kind], ['queued', 'done'])
  assert.deepEqual(
    events.filter(({ message }) => message === 'closed a month').map(({ done, total }) => [done, total]),
    [[1, 2]],
  )
  assert.deepEqual([events.at(-1)!.done, events.at(-1)!.total], [2, 2])
  const found = (await inTransaction<unknown>(store, (tx) => findJob(tx, job))) as { subject: string; actorName: string }
  assert.equal(found.subject, 'philly-block 2017-10 to 2017-11')
  assert.equal(found.actorName, 'anna')
})

test('Q6 a job that is refused tells each attempt', async () => {
  const job = await start(closing('helios-block', '2020-06'))
  await workUntil(async () => (await eventsOf(job)).some(({ kind }) => kind === 'retry'))
  assert.match(
    (await eventsOf(job)).find(({ kind }) => kind === 'retry')!.message,
    /attempt 1 of 5 failed: .*2020-05 of helios-block is open/,
  )
  // Another takes its place under the agreement's name, and the older one says so.
  const next = await start(closing('helios-block', '2020-05'))
  const last = (await eventsOf(job)).at(-1)!
  assert.equal(last.kind, 'cancelled')
  assert.match(last.message, new RegExp(next))
  await workUntil(() => ended(next))
  assert.equal((await eventsOf(next)).at(-1)!.kind, 'done')
})

test('Q6 a job that is asked to stop stops before the next month, and what it did stays', async () => {
  const job = await start(closing('philly-block', '2017-10', '2017-11', '2017-12'))
  assert.equal(await inTransaction<boolean>(store, (tx) => askToStop(tx, job, 'anna asked to stop it')), true)
  await workUntil(() => ended(job))
  assert.deepEqual(
    (await eventsOf(job)).map(({ kind }) => kind),
    ['queued', 'cancelling', 'cancelled'],
  )
  const { rows } = await store.pool.query<{ month: string }>(`select month from statement where agreement = 'philly-block' order by month`)
  assert.deepEqual(
    rows.map(({ month }) => month),
    ['2017-10', '2017-11'],
  )
  assert.equal(await inTransaction<boolean>(store, (tx) => askToStop(tx, job, 'again')), false)
})

test('Q6 a job that is not committed was never there', async () => {
  let job = ''
  await inTransaction(store, async (tx) => {
    job = await startClose(tx, closing('philly-block', '2017-12'), 'anna')
    return new RolledBack(undefined)
  })
  assert.equal(await inTransaction<unknown>(store, (tx) => findJob(tx, job)), undefined)
})

test('Q7 a job whose worker was killed is taken up again as soon as nobody holds it, and not before', async () => {
  const job = await start(closing('philly-block', '2017-12'))
  const worker = new pg.Client({ connectionString: url })
  await worker.connect()
  worker.on('error', () => {})
  await worker.query(`select pg_advisory_lock_shared(hashtextextended('offtake worker worker-held', 0))`)
  const hold = `update graphile_worker._private_jobs set locked_at = now() - interval '1 minute', locked_by = 'worker-held', attempts = 1`
  await store.pool.query(hold)
  const watcher = await store.pool.connect()
  try {
    assert.deepEqual(await freeJobsOfDead(store, watcher), [])
    // As the process is killed: PostgreSQL sees its connection end.
    const { rows } = await worker.query<{ pid: number }>('select pg_backend_pid() as pid')
    await store.pool.query('select pg_terminate_backend($1)', [rows[0]!.pid])
    await until(async () => (await freeJobsOfDead(store, watcher)).includes('worker-held'))
  } finally {
    watcher.release()
    await worker.end().catch(() => {})
  }
  await workUntil(() => ended(job))
  assert.equal((await eventsOf(job)).at(-1)!.kind, 'done')
})

test('Q7 a job that has killed its worker at every attempt ends as failed', async () => {
  const job = await start(closing('helios-block', '2020-06'))
  await store.pool.query(
    `update graphile_worker._private_jobs set locked_at = now() - interval '1 minute', locked_by = 'worker-gone', attempts = max_attempts`,
  )
  const watcher = await store.pool.connect()
  await freeJobsOfDead(store, watcher).finally(() => watcher.release())
  const last = (await eventsOf(job)).at(-1)!
  assert.equal(last.kind, 'failed')
  assert.match(last.message, /at each of 5 attempts/)
})
