import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { testDatabase } from '../../../test/database.ts'
import { advance, openSandbox } from '../app/advance.ts'
import { takeUpAdvance } from '../app/advance-run.ts'
import { findSources, loadFresh } from '../app/advance-sources.ts'
import { makeSandbox } from '../app/sandbox.ts'
import type { Actor } from '../store/audit.ts'
import type { Store } from '../store/database.ts'
import { migrateJobs, startWorkers } from './workers.ts'

const { close, ...store } = await testDatabase()
const { close: closeOther, ...other } = await testDatabase()
after(async () => {
  await close()
  await closeOther()
})
const by: Actor = { id: 'usr_mover', name: 'mover', party: 'nvidia', role: 'guarantor', origin: null, request: null }
const sandbox = makeSandbox(store)

/** A sandbox of one agreement whose first months have passed. */
const begin = async (of: Store, months: number): Promise<void> => {
  const said: string[] = []
  const found = await findSources(of, { agreement: 'firmus-batam', seed: 7, detail: 'coarse' }, { say: (text) => void said.push(text) })
  assert.ok(found !== undefined, said.join())
  await openSandbox(of)
  assert.ok(await loadFresh(of, found.fresh, { say: (text) => void said.push(text) }), said.join())
  for await (const done of advance(of, { sources: found.sources, months, by: 'test' })) assert.ok(done.month)
}
const documents = async ({ pool }: Store): Promise<string[]> =>
  (await pool.query<{ document: string }>('select document from statement order by agreement, month')).rows.map(({ document }) => document)

before(async () => {
  await migrateJobs(store)
  assert.equal((await sandbox.state()).sandbox, false)
  assert.deepEqual(await sandbox.start('month', by), { kind: 'no sandbox' })
  await begin(store, 2)
  await begin(other, 8)
})

const reports: string[] = []
/** Works on jobs until something holds; the workers stop in any case. */
const workUntil = async (holds: () => Promise<boolean>): Promise<void> => {
  const workers = await startWorkers(store, (text) => void reports.push(text))
  try {
    for (let tries = 0; tries < 1200; tries++) {
      if (await holds()) return
      await new Promise((done) => setTimeout(done, 50))
    }
    throw new Error('it did not come')
  } finally {
    await workers.stop()
  }
}
const isEnded = async (): Promise<boolean> => (await sandbox.state()).run?.end !== undefined

test('API103 a month is passed by a job, one run at a time, and the statements are those of the command', async () => {
  const started = await sandbox.start('month', by)
  assert.ok(started.kind === 'started')
  assert.equal(started.through, '2026-10')
  const second = await sandbox.start('year', by)
  assert.ok(second.kind === 'running')
  assert.equal(second.run.run, started.run)
  await workUntil(isEnded)
  const { run, now } = await sandbox.state()
  assert.deepEqual([run!.end!.outcome, run!.run], ['done', started.run])
  assert.equal(now, Date.UTC(2026, 10, 5) / 1000)
  assert.deepEqual(await documents(store), (await documents(other)).slice(0, 3))
  const { rows } = await store.pool.query(`select actor, party, role from audit_log where action = 'advance'`)
  assert.deepEqual(rows, [{ actor: 'usr_mover', party: 'nvidia', role: 'guarantor' }])
})

test('API103 a run whose process died is taken up when one starts, and ends with the same statements', async () => {
  const started = await sandbox.start('quarter', by)
  assert.ok(started.kind === 'started')
  // As a process leaves it that is killed at work: held by a worker that will never come back.
  await store.pool.query(`update graphile_worker._private_jobs set locked_at = now(), locked_by = 'worker-dead', attempts = 1`)
  await workUntil(isEnded)
  assert.equal((await sandbox.state()).run!.end!.outcome, 'done')
  assert.equal(await takeUpAdvance(store), false)
  assert.deepEqual(await documents(store), (await documents(other)).slice(0, 6))
})

test('API103 asked to stop, it ends after the month that it is at, whole, and goes on from there when asked again', async () => {
  const started = await sandbox.start('year', by)
  assert.ok(started.kind === 'started')
  assert.equal((await sandbox.stop(started.run, by))!.stopping, true)
  assert.equal((await sandbox.stop(started.run, by))!.stopping, true)
  await workUntil(isEnded)
  const { run, progress } = await sandbox.state()
  assert.equal(run!.end!.outcome, 'stopped')
  assert.equal(progress, undefined)
  assert.deepEqual(await documents(store), (await documents(other)).slice(0, 7))
  assert.equal((await sandbox.stop(started.run, by))!.end!.outcome, 'stopped')
  assert.equal(await sandbox.stop('adv_none', by), undefined)
  assert.ok((await sandbox.start('month', by)).kind === 'started')
  await workUntil(isEnded)
  assert.deepEqual(await documents(store), await documents(other))
  assert.deepEqual(reports, [])
})
