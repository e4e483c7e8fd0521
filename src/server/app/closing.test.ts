import assert from 'node:assert/strict'
import { after, before as beforeAll, test } from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import { august, bringIn, closingNow, july, openAgreement, partiesOf, smallAgreement, soldIn } from '../../../test/closing-world.ts'
import { testDatabase } from '../../../test/database.ts'
import type { Reading } from '../../core/meter/reading.ts'
import type { Side } from '../../core/statements/closing.ts'
import type { Statement } from '../../core/statements/statement.ts'
import { closeWhatIsApproved } from '../jobs/approved-job.ts'
import { migrateJobs, startWorkers } from '../jobs/workers.ts'
import type { Actor } from '../store/audit.ts'
import { asSystem } from '../store/database.ts'
import { findDraftStatement, type DraftRecord } from '../store/drafts.ts'
import type { ApprovedJob } from '../store/jobs.ts'
import { findStatement } from '../store/statements.ts'
import { inTransaction } from '../store/transaction.ts'
import { approveDraft, returnDraft } from './approve-draft.ts'
import { closeApproved } from './close-approved.ts'
import { closePeriod } from './close-period.ts'
import type { Decider } from './closing-of.ts'
import { loadAgreement } from './load-agreement.ts'
import { prepareDraft } from './prepare-draft.ts'
import { sinceDraft } from './since-draft.ts'

const { close, ...store } = await testDatabase()
after(close)
beforeAll(() => migrateJobs(store))

const actorOf = (id: string, party: string | null, role: string | null): Actor => ({
  id,
  name: id,
  party,
  role,
  origin: null,
  request: null,
})
const decider = (agreement: string, id: string, side: Side): Decider => ({
  actor: actorOf(id, partiesOf(agreement)[side], side),
  isPerson: true,
  side,
})
const prepare = async (agreement: string, by = 'ann', month = july) => {
  const answer = await prepareDraft(store, { agreement, month, by: decider(agreement, by, 'operator').actor, now: closingNow })
  assert.ok(answer.kind === 'prepared', JSON.stringify(answer))
  return answer
}
const approve = (
  agreement: string,
  by: string,
  side: Side,
  { version, net, hash }: Pick<DraftRecord, 'version' | 'net' | 'hash'>,
  despiteNews = false,
) => approveDraft(store, { agreement, month: july, version, net, hash, despiteNews, by: decider(agreement, by, side), now: closingNow })
const done = async (answer: Promise<Readonly<{ kind: string }>>) => assert.equal((await answer).kind, 'done', JSON.stringify(await answer))
const whyNot = async (answer: Promise<Readonly<{ kind: string }>>): Promise<string> => {
  const said = (await answer) as Readonly<{ kind: string; refusal?: { kind: string } }>
  assert.equal(said.kind, 'refused')
  return said.refusal!.kind
}
const finalOf = (agreement: string) => asSystem(store.database, (tx) => findStatement(tx, agreement, july))
const jobsOf = async (agreement: string): Promise<ApprovedJob[]> => {
  const { rows } = await store.pool.query<{ payload: ApprovedJob }>(
    `select payload from graphile_worker._private_jobs where payload ->> 'agreement' = $1`,
    [agreement],
  )
  return rows.map(({ payload }) => payload)
}
/** What of a statement the parties agree on: lines with their amounts, and the totals. */
const agreed = ({ lines, totals, factsHash }: Statement) => ({ lines, totals, factsHash })

test('AP20 with both approvals the close is enqueued, and what becomes final is what was approved', async () => {
  await openAgreement(store, 'plain')
  const { draft } = await prepare('plain')
  await done(approve('plain', 'bob', 'operator', draft))
  assert.deepEqual(await jobsOf('plain'), [])
  await done(approve('plain', 'gil', 'guarantor', draft))
  const [job] = await jobsOf('plain')
  assert.deepEqual(job, { agreement: 'plain', month: july, version: 1, at: closingNow })
  assert.equal(await finalOf('plain'), undefined)
  await closeWhatIsApproved(store, job)
  const final = (await finalOf('plain'))!
  const approved = (await asSystem(store.database, (tx) => findDraftStatement(tx, { agreement: 'plain', month: july, version: 1 })))!
  assert.deepEqual(agreed(final.statement), agreed(approved))
  // 74,400 GPU-hours less 10 that were sold, at 2.00.
  assert.equal(final.statement.totals.net.amount, '148780.00')
  assert.equal(final.statement.version, 2)
  assert.equal(final.statement.finalOn, '2026-09-05')
  assert.equal((await store.pool.query(`select from journal where agreement = 'plain'`)).rowCount! > 0, true)
})

test('AP20 a month is final on the day on which the second party approved it, however long after that it is closed', async () => {
  await openAgreement(store, 'days')
  const { draft } = await prepare('days')
  const [first, second] = [closingNow + 86_400, closingNow + 4 * 86_400]
  const on = (by: string, side: Side, now: number) =>
    approveDraft(store, { ...draft, agreement: 'days', month: july, by: decider('days', by, side), now })
  await done(on('bob', 'operator', first))
  await done(on('gil', 'guarantor', second))
  const [job] = await jobsOf('days')
  assert.equal(job!.at, second)
  await closeWhatIsApproved(store, job!)
  assert.equal((await finalOf('days'))!.statement.finalOn, '2026-09-09')
})

test('AP20 a worker that finds the job makes it final', async () => {
  await openAgreement(store, 'worked')
  const { draft } = await prepare('worked')
  await done(approve('worked', 'bob', 'operator', draft))
  await done(approve('worked', 'gil', 'guarantor', draft))
  const workers = await startWorkers(store, () => {})
  try {
    for (let tries = 0; tries < 200 && (await finalOf('worked')) === undefined; tries++) await new Promise((go) => setTimeout(go, 50))
  } finally {
    await workers.stop()
  }
  assert.ok(await finalOf('worked'))
})

test('AP21 nobody approves their own, none approves for both sides, the operator goes first, and the net is typed', async () => {
  await openAgreement(store, 'own')
  const { draft } = await prepare('own')
  assert.equal(await whyNot(approve('own', 'gil', 'guarantor', draft)), 'operator-first')
  assert.equal(await whyNot(approve('own', 'ann', 'operator', draft)), 'own-work')
  assert.equal(await whyNot(approve('own', 'bob', 'operator', { ...draft, net: '148780.01' })), 'net-differs')
  assert.equal(await whyNot(approve('own', 'bob', 'operator', { ...draft, hash: '0'.repeat(64) })), 'overtaken')
  assert.equal(await whyNot(approve('own', 'bob', 'operator', { ...draft, version: 2 })), 'no-draft')
  const robot = { ...decider('own', 'key', 'operator'), isPerson: false }
  assert.equal(await whyNot(approveDraft(store, { ...draft, agreement: 'own', month: july, by: robot, now: closingNow })), 'no-person')
  await done(approve('own', 'bob', 'operator', { ...draft, net: ' 148,780.00 ' }))
  // Asked again it is answered and not done again.
  await done(approve('own', 'bob', 'operator', draft))
  assert.equal(await whyNot(approve('own', 'cat', 'operator', draft)), 'approved')
  for (const person of ['ann', 'bob']) assert.equal(await whyNot(approve('own', person, 'guarantor', draft)), 'own-work')
  const count = await store.pool.query(`select from statement_approval where agreement = 'own'`)
  assert.equal(count.rowCount, 1)
})

test('AP22 a draft is answered again until something changes; one that was sent back is prepared anew', async () => {
  await openAgreement(store, 'anew')
  const first = await prepare('anew')
  const again = await prepare('anew', 'bob')
  assert.deepEqual([again.again, again.draft], [true, first.draft])
  await bringIn(store, [soldIn('anew', 'more', { day: 11 })])
  const second = await prepare('anew', 'bob')
  assert.deepEqual([second.again, second.draft.version, second.draft.net], [false, 2, '148760.00'])
  const refused = await approve('anew', 'cat', 'operator', first.draft)
  assert.equal(
    refused.kind === 'refused' && refused.refusal.message,
    'This was prepared anew as version 2 while you read version 1. See what changed, then decide.',
  )
  const by = decider('anew', 'gil', 'guarantor')
  await done(returnDraft(store, { agreement: 'anew', month: july, version: 2, by, reason: 'Hall 2', now: closingNow }))
  assert.equal(await whyNot(approve('anew', 'cat', 'operator', second.draft)), 'returned')
  const third = await prepare('anew', 'bob')
  assert.deepEqual([third.again, third.draft.version, third.draft.net], [false, 3, '148760.00'])
})

test('AP23 what came between approval and close holds the close back, and the month says what', async () => {
  await openAgreement(store, 'held')
  const { draft } = await prepare('held')
  await done(approve('held', 'bob', 'operator', draft))
  await done(approve('held', 'gil', 'guarantor', draft))
  await bringIn(store, [soldIn('held', 'a', { day: 12 }), soldIn('held', 'b', { day: 13 })])
  const by = decider('held', 'gil', 'guarantor')
  assert.equal(
    await whyNot(returnDraft(store, { agreement: 'held', month: july, version: 1, by, reason: 'x', now: closingNow })),
    'being-closed',
  )
  const [job] = await jobsOf('held')
  await closeWhatIsApproved(store, job!)
  await closeWhatIsApproved(store, job!)
  assert.equal(await finalOf('held'), undefined)
  const { rows } = await store.pool.query<{ readings: number; reasons: string[] }>(
    `select readings, reasons from statement_overtaken where agreement = 'held'`,
  )
  assert.equal(rows.length, 1)
  assert.equal(rows[0]!.readings, 2)
  assert.match(rows[0]!.reasons[0]!, /^2 readings came since version 1 was prepared: 2 of allocation held/)
  assert.match(rows[0]!.reasons.at(-1)!, /would be 148,740\.00 instead of 148,780\.00 USD/)
  // What was approved stays on record; the next version wants approvals of its own.
  assert.equal(await whyNot(approve('held', 'cat', 'operator', draft)), 'overtaken')
  const next = await prepare('held')
  await done(approve('held', 'bob', 'operator', next.draft))
  await done(approve('held', 'gil', 'guarantor', next.draft))
  await closeWhatIsApproved(store, (await jobsOf('held'))[0]!)
  assert.equal((await finalOf('held'))!.statement.totals.net.amount, '148740.00')
})

test('AP27 what came since a draft is counted once each, and wants to be known by who approves; prepared again it holds nothing up', async () => {
  await openAgreement(store, 'since')
  await openAgreement(store, 'other')
  const { draft } = await prepare('since')
  const name = { agreement: 'since', month: july, draft: draft.id }
  const since = () => inTransaction(store, (tx) => sinceDraft(tx, name))
  assert.deepEqual(await since(), { readings: [], terms: false })
  // What bears on another agreement or another month, and racks, on which no statement rests, are nothing to it.
  const rack = { kind: 'rack', source: 'since-site', id: 'r1', from: 0, block: 'since-block', unit: 'r1', nodes: 'n[1-2]', gpus: 4 }
  await bringIn(store, [soldIn('other', 'x', {}), soldIn('since', 'later', { month: august }), rack as unknown as Reading])
  assert.deepEqual(await since(), { readings: [], terms: false })
  await done(approve('since', 'bob', 'operator', draft))
  // One that is new, one that takes the place of another, one that takes back, and one that is moved out of the month: four.
  await bringIn(store, [
    soldIn('since', 'new', { day: 12 }),
    { ...soldIn('since', 'first-b', { gpus: 3 }), replaces: 'first', revision: 1 },
    { kind: 'withdrawal', source: 'since-slurm', id: 'new-x', replaces: 'new', revision: 1 } as unknown as Reading,
    { ...soldIn('since', 'first-c', { month: august }), replaces: 'first', revision: 2 },
  ])
  assert.deepEqual(await since(), { readings: [{ kind: 'allocation', subject: 'since', readings: 4 }], terms: false })
  const refused = await approve('since', 'gil', 'guarantor', draft)
  assert.equal(refused.kind === 'refused' && refused.refusal.kind, 'overtaken')
  assert.match(
    refused.kind === 'refused' ? refused.refusal.message : '',
    /^4 readings came since version 1 was prepared: 4 of allocation since\./,
  )
  await done(approve('since', 'gil', 'guarantor', draft, true))
  await closeWhatIsApproved(store, (await jobsOf('since'))[0]!)
  assert.equal(await finalOf('since'), undefined)
  const { rows } = await store.pool.query<{ readings: number }>(`select readings from statement_overtaken where agreement = 'since'`)
  assert.deepEqual(rows, [{ readings: 4 }])
})

test('AP27 what came and changes nothing of a draft holds up no more once it was prepared again, under the same number', async () => {
  await openAgreement(store, 'same')
  const { draft } = await prepare('same')
  // GPUs that are sold no longer than they were: the same content, and nothing of the statement changes.
  await bringIn(store, [soldIn('same', 'gone', { day: 20 })])
  await bringIn(store, [{ kind: 'withdrawal', source: 'same-slurm', id: 'gone-x', replaces: 'gone', revision: 1 } as unknown as Reading])
  assert.equal(await whyNot(approve('same', 'bob', 'operator', draft)), 'overtaken')
  const again = await prepare('same', 'bob')
  assert.deepEqual([again.again, again.draft.version], [true, 1])
  await done(approve('same', 'cat', 'operator', draft))
  await done(approve('same', 'gil', 'guarantor', draft))
  await closeWhatIsApproved(store, (await jobsOf('same'))[0]!)
  assert.equal((await finalOf('same'))!.statement.version, 2)
})

test('AP24 a month that is not over, or follows an open one, is not prepared; a final one is prepared no more', async () => {
  await openAgreement(store, 'early')
  const at = (agreement: string, month: string) =>
    prepareDraft(store, { agreement, month, by: actorOf('ann', 'early-cloud', 'operator'), now: closingNow })
  const [running, later, unknown] = [await at('early', '2026-09'), await at('early', august), await at('nobody', july)]
  assert.match(running.kind === 'refused' ? running.refusal.message : '', /2026-09 is not over: it ends 2026-10-01 00:00/)
  assert.match(later.kind === 'refused' ? later.refusal.message : '', /2026-07 is open, and months close in order/)
  assert.equal(unknown.kind === 'refused' && unknown.refusal.kind, 'unknown agreement')
  await prepare('early')
  // Whoever owns the database closes it: the number after the draft's.
  const closed = await closePeriod(store, { agreement: 'early', month: july, now: closingNow, by: 'test' })
  assert.equal(closed.kind === 'closed' && closed.stored.statement.version, 2)
  assert.equal(await whyNot(at('early', july)), 'final')
  assert.equal((await prepare('early', 'ann', august)).draft.version, 1)
})

test('AP25 a process that dies between approval and close, or while it closes, leaves all or nothing', async () => {
  await openAgreement(store, 'dies')
  const { draft } = await prepare('dies')
  await done(approve('dies', 'bob', 'operator', draft))
  await done(approve('dies', 'gil', 'guarantor', draft))
  // As a process leaves it that is killed at work.
  await store.pool.query(`update graphile_worker._private_jobs set locked_at = now(), locked_by = 'worker-dead', attempts = 1`)
  const [job] = await jobsOf('dies')
  await assert.rejects(
    closeApproved(store, {
      ...job!,
      by: 'test',
      onRead: () => {
        throw new Error('killed')
      },
    }),
    /killed/,
  )
  assert.equal(await finalOf('dies'), undefined)
  assert.equal((await store.pool.query(`select from journal where agreement = 'dies'`)).rowCount, 0)
  // The second party asks again: the job that a dead worker holds does not stand in the way.
  await done(approve('dies', 'gil', 'guarantor', draft))
  const free = await store.pool.query(
    `select from graphile_worker._private_jobs where payload ->> 'agreement' = 'dies' and locked_at is null`,
  )
  assert.equal(free.rowCount, 1)
  const workers = await startWorkers(store, () => {})
  try {
    for (let tries = 0; tries < 200 && (await finalOf('dies')) === undefined; tries++) await new Promise((go) => setTimeout(go, 50))
  } finally {
    await workers.stop()
  }
  const first = (await finalOf('dies'))!
  await Promise.all([closeWhatIsApproved(store, job!), closeWhatIsApproved(store, job!)])
  assert.deepEqual(await finalOf('dies'), first)
  const { rows } = await store.pool.query(
    `select action from audit_log where subject = 'dies ${july}' and action <> 'import' order by entry`,
  )
  assert.deepEqual(
    rows.map(({ action }: { action: string }) => action),
    ['prepare', 'approve', 'approve', 'close'],
  )
})

test('AP21 what a key prepares its maker prepared, who then cannot approve it', async () => {
  await openAgreement(store, 'keyed')
  await asSystem(store.database, async (tx) => {
    await sql`insert into person (person, name, recorded_at) values ('usr_maker', 'Maker', now())`.execute(tx)
    await sql`insert into api_key (key, person, party, role, name, scopes, secret_hash, expires_at, recorded_at)
      values ('key_1', 'usr_maker', 'keyed-cloud', 'operator', 'robot', '{}', ${Buffer.alloc(32)}, now(), now())`.execute(tx)
  })
  const { draft } = await prepare('keyed', 'key_1')
  assert.deepEqual(draft.preparedBy, { id: 'usr_maker', name: 'key_1' })
  assert.equal(await whyNot(approve('keyed', 'usr_maker', 'operator', draft)), 'own-work')
  await done(approve('keyed', 'bob', 'operator', draft))
})

type Act =
  | Readonly<{ kind: 'prepare'; by: string }>
  | Readonly<{ kind: 'approve'; by: string; side: Side; back: number; wrong: boolean; knowing: boolean }>
  | Readonly<{ kind: 'return'; by: string; side: Side; back: number }>
  | Readonly<{ kind: 'reading' }>
  | Readonly<{ kind: 'job'; back: number }>

const people = fc.constantFrom('ann', 'bob', 'cat', 'gil', 'hal')
const side = fc.constantFrom<Side>('operator', 'guarantor')
const back = fc.constantFrom(0, 0, 0, 1)
const anyAct: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('prepare' as const), by: people }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('approve' as const),
      by: people,
      side,
      back,
      wrong: fc.constantFrom(false, false, false, true),
      knowing: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('return' as const), by: people, side, back }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reading' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('job' as const), back }) },
)

let world = 0
let [finals, overtaken] = [0, 0]
test('AP26 whatever is prepared, approved, sent back and read by whomever: never final without both approvals of three persons, never other amounts', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyAct, { minLength: 6, maxLength: 24 }), async (acts) => {
      const agreement = `law-${(world += 1)}`
      await openAgreement(store, agreement)
      const drafts: DraftRecord[] = []
      for (const [i, act] of acts.entries()) {
        const draft = 'back' in act ? drafts.at(-1 - act.back) : undefined
        const name = { agreement, month: july, now: closingNow }
        if (act.kind === 'prepare') {
          const answer = await prepareDraft(store, { ...name, by: decider(agreement, act.by, 'operator').actor })
          if (answer.kind === 'prepared' && !answer.again) drafts.push(answer.draft)
        } else if (act.kind === 'reading') await bringIn(store, [soldIn(agreement, `r${i}`, { day: 1 + (i % 30) })])
        else if (draft === undefined) continue
        else if (act.kind === 'approve')
          await approve(agreement, act.by, act.side, act.wrong ? { ...draft, net: '1.00' } : draft, act.knowing)
        else if (act.kind === 'return')
          await returnDraft(store, { ...name, version: draft.version, reason: 'no', by: decider(agreement, act.by, act.side) })
        // Also jobs that nobody enqueued: what is not approved by both is not closed.
        else await closeWhatIsApproved(store, { agreement, month: july, version: draft.version, at: closingNow })
      }
      for (const job of await jobsOf(agreement)) await closeWhatIsApproved(store, job)
      await holds(agreement, drafts)
    }),
    { numRuns: 40 },
  )
  assert.ok(finals > 0 && overtaken > 0, `${finals} final, ${overtaken} overtaken`)
})

/** What must be so of a month, read from the tables by another way than the use cases do. */
const holds = async (agreement: string, drafts: readonly DraftRecord[]): Promise<void> => {
  const { rows: approvals } = await store.pool.query<{ version: number; side: Side; actor: string; net: string }>(
    `select version, side, actor, net from statement_approval where agreement = $1`,
    [agreement],
  )
  const { rows: stopped } = await store.pool.query<{ version: number }>(
    `select version from statement_overtaken where agreement = $1 union all select version from statement_return where agreement = $1`,
    [agreement],
  )
  const both = drafts.filter(({ version }) => approvals.filter((each) => each.version === version).length === 2)
  for (const { version, preparedBy, net } of drafts) {
    const own = approvals.filter((each) => each.version === version)
    assert.equal(new Set([preparedBy.id, ...own.map(({ actor }) => actor)]).size, 1 + own.length)
    for (const each of own) assert.equal(each.net, net)
  }
  const final = await finalOf(agreement)
  overtaken += stopped.length
  if (final === undefined) {
    // Nothing that both approved is left lying: it was overtaken, and says so.
    for (const { version } of both) assert.ok(stopped.some((each) => each.version === version))
    return
  }
  finals += 1
  const approved = both.find(({ version }) => version === final.statement.version - 1)
  assert.ok(approved, 'final without two approvals')
  assert.equal(final.statement.totals.net.amount, approved.net)
  const name = { agreement, month: july, version: approved.version }
  assert.deepEqual(agreed(final.statement), agreed((await asSystem(store.database, (tx) => findDraftStatement(tx, name)))!))
}

test('AP24 an amendment after the second approval holds the close back too', async () => {
  await openAgreement(store, 'amends')
  const { draft } = await prepare('amends')
  await done(approve('amends', 'bob', 'operator', draft))
  await done(approve('amends', 'gil', 'guarantor', draft))
  const { rows } = await store.pool.query<{ hash: string }>(`select hash from agreement_version where agreement = 'amends'`)
  const amended = smallAgreement('amends')
    .replace('term:', `version: 2\neffective: 2026-07-16\nprevious: ${rows[0]!.hash}\nterm:`)
    .replace("'2.00'", "'3.00'")
  assert.equal((await loadAgreement(store, { document: amended, now: closingNow, by: 'test' })).kind, 'loaded')
  await closeWhatIsApproved(store, (await jobsOf('amends'))[0]!)
  assert.equal(await finalOf('amends'), undefined)
  const said = await store.pool.query<{ reasons: string[] }>(`select reasons from statement_overtaken where agreement = 'amends'`)
  assert.match(said.rows[0]!.reasons.join(' '), /Another version of the terms counts/)
})
