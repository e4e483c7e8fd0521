import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { after, before as beforeAll, test } from 'node:test'
import { testDatabase } from '../../../test/database.ts'
import { loadAgreement } from '../app/load-agreement.ts'
import { closePeriod } from '../app/close-period.ts'
import { enqueueClose, findJobError, type CloseJob } from '../store/jobs.ts'
import { inTransaction, RolledBack } from '../store/transaction.ts'
import { closedAt } from '../app/closed-at.ts'
import { migrateJobs, startWorkers } from './workers.ts'

const { close, ...store } = await testDatabase()
after(close)
const example = (name: string) => fs.readFileSync(join(import.meta.dirname, `../../../examples/${name}.yaml`), 'utf8')

beforeAll(async () => {
  await migrateJobs(store)
  for (const name of ['philly-block', 'helios-block'])
    assert.equal((await loadAgreement(store, { document: example(name), now: 0, by: 'test' })).kind, 'loaded')
})

const job = (agreement: string, ...months: string[]): CloseJob => ({
  agreement,
  months: months.map((month) => ({ month, now: closedAt(month) })),
})
const jobs = async () =>
  (await store.pool.query<{ key: string }>('select key from graphile_worker.jobs order by key')).rows.map(({ key }) => key)
const final = async (agreement: string) =>
  (await store.pool.query<{ month: string }>('select month from statement where agreement = $1 order by month', [agreement])).rows.map(
    ({ month }) => month,
  )
/** Works on jobs until something holds; the workers stop in any case. */
const workUntil = async (holds: () => Promise<boolean>): Promise<string[]> => {
  const reports: string[] = []
  const workers = await startWorkers(store, (text) => void reports.push(text))
  try {
    await until(holds)
  } finally {
    await workers.stop()
  }
  return reports
}
const until = async (holds: () => Promise<boolean>) => {
  for (let tries = 0; tries < 400; tries++) {
    if (await holds()) return
    await new Promise((done) => setTimeout(done, 50))
  }
  throw new Error('it did not come')
}

test('Q1 a job is there exactly if the transaction that enqueues it is', async () => {
  await inTransaction(store, async (tx) => {
    await enqueueClose(tx, job('philly-block', '2017-10'))
    return new RolledBack(undefined)
  })
  assert.deepEqual(await jobs(), [])
})

test('Q1 Q2 months close one after the other, and a job that a dead process held does not stand in the way', async () => {
  const all = job('philly-block', '2017-10', '2017-11', '2017-12')
  await inTransaction(store, (tx) => enqueueClose(tx, all))
  // As a process leaves it that is killed at work: held by a worker that will never come back.
  await store.pool.query(`update graphile_worker._private_jobs set locked_at = now(), locked_by = 'worker-dead', attempts = 1`)
  // It got as far as the first month.
  assert.equal(
    (await closePeriod(store, { agreement: 'philly-block', month: '2017-10', now: closedAt('2017-10'), by: 'test' })).kind,
    'closed',
  )
  const first = (await store.pool.query(`select id from statement where month = '2017-10'`)).rows
  await inTransaction(store, (tx) => enqueueClose(tx, all))
  const reports = await workUntil(async () => (await final('philly-block')).length === 3)
  assert.deepEqual(await final('philly-block'), ['2017-10', '2017-11', '2017-12'])
  assert.deepEqual((await store.pool.query(`select id from statement where month = '2017-10'`)).rows, first)
  assert.deepEqual(reports, [])
})

test('Q3 a job that is refused says why', async () => {
  assert.equal(await findJobError(store, 'helios-block'), undefined)
  await inTransaction(store, (tx) => enqueueClose(tx, job('helios-block', '2020-06')))
  await workUntil(async () => (await findJobError(store, 'helios-block')) !== undefined)
  assert.match((await findJobError(store, 'helios-block'))!, /2020-05 of helios-block is open, and months close in order/)
  assert.deepEqual(await final('helios-block'), [])
  // Asked for again, the old complaint is gone.
  await inTransaction(store, (tx) => enqueueClose(tx, job('helios-block', '2020-05')))
  assert.equal(await findJobError(store, 'helios-block'), undefined)
})
