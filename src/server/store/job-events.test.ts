import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { testDatabase } from '../../../test/database.ts'
import { loadAgreement } from '../app/load-agreement.ts'
import type { By } from './audit.ts'
import { appendJobEvent, jobEnds, listJobEvents, listJobs, startJob, type JobEvent } from './job-events.ts'
import { inReach, nothing, type Reach } from './reach.ts'
import { inTransaction } from './transaction.ts'

const { close, ...store } = await testDatabase()
after(close)
before(async () => {
  for (const name of ['firmus-batam', 'lambda-leaseback']) {
    const document = fs.readFileSync(join(import.meta.dirname, `../../../examples/${name}.yaml`), 'utf8')
    assert.equal((await loadAgreement(store, { document, now: 0, by: 'test' })).kind, 'loaded')
  }
})

const start = (subject: string, agreement: string | null, by: By = 'anna') =>
  inTransaction<string>(store, (tx) => startJob(tx, { kind: 'try', subject, agreement, queueKey: subject, cancellable: false, by }))
const eventsOf = (job: string, reach?: Reach): Promise<readonly JobEvent[]> =>
  reach === undefined
    ? inTransaction<readonly JobEvent[]>(store, (tx) => listJobEvents(tx, [{ job, number: 0 }], 1_000))
    : inReach<readonly JobEvent[]>(store, reach, (tx) => listJobEvents(tx, [{ job, number: 0 }], 1_000))
const isEnd = ({ kind }: Readonly<{ kind: JobEvent['kind'] }>) => jobEnds.some((end) => end === kind)

const step = fc.record({
  kind: fc.constantFrom<JobEvent['kind']>('progress', 'progress', 'retry', 'cancelling', 'done', 'failed', 'cancelled'),
  waitMs: fc.nat(6),
})

test('P21 events of a job have numbers without a hole and one end, however many tell of it at once', async () => {
  let told = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
      const job = await start('law', null)
      const taken = await Promise.all(
        steps.map(async ({ kind, waitMs }) => {
          await sleep(waitMs)
          return inTransaction<boolean>(store, (tx) => appendJobEvent(tx, job, { kind, message: kind }))
        }),
      )
      const events = await eventsOf(job)
      assert.deepEqual(
        events.map(({ number }) => number),
        events.map((_, i) => i + 1),
      )
      assert.equal(events.length, 1 + taken.filter(Boolean).length)
      const ends = events.filter(isEnd)
      assert.equal(ends.length, steps.some(isEnd) ? 1 : 0)
      if (ends.length === 1) assert.equal(events.at(-1), ends[0])
      told += events.length
    }),
    { numRuns: 25 },
  )
  process.stderr.write(`${told} events\n`)
})

test('P22 a party sees the jobs it asked for and those of its agreements, with their events, and nobody else’s', async () => {
  const { rows } = await inTransaction(store, ({ client }) =>
    client.query<{ agreement: string; party: string }>('select agreement, party from agreement_party order by agreement, party'),
  )
  const parties = [...new Set(rows.map(({ party }) => party)), 'stranger']
  assert.deepEqual(parties, ['firmus', 'nvidia', 'lambda', 'stranger'])
  // Of each agreement a job that nobody of a party asked for, and of each party one about no agreement.
  const jobs: Readonly<{ id: string; seenBy: readonly string[] }>[] = []
  for (const agreement of new Set(rows.map((row) => row.agreement)))
    jobs.push({
      id: await start(`of ${agreement}`, agreement),
      seenBy: rows.filter((row) => row.agreement === agreement).map(({ party }) => party),
    })
  for (const party of parties)
    jobs.push({
      id: await start(`by ${party}`, null, { id: `usr_${party}`, name: party, party, role: 'operator', origin: null, request: null }),
      seenBy: [party],
    })
  for (const party of parties) {
    const reach: Reach = { kind: 'party', party }
    const seen = await inReach<readonly { id: string }[]>(store, reach, (tx) =>
      listJobs(tx, { before: undefined, actor: undefined, limit: 200 }),
    )
    assert.deepEqual(
      seen.map(({ id }) => id).toSorted(),
      jobs
        .filter(({ seenBy }) => seenBy.includes(party))
        .map(({ id }) => id)
        .toSorted(),
      party,
    )
    for (const { id, seenBy } of jobs) assert.equal((await eventsOf(id, reach)).length, seenBy.includes(party) ? 1 : 0, `${party} ${id}`)
  }
  const none = await inReach<readonly unknown[]>(store, nothing, (tx) => listJobs(tx, { before: undefined, actor: undefined, limit: 9 }))
  assert.deepEqual(none, [])
})
