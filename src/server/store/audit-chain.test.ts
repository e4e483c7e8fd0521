import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import pg from 'pg'
import { testDatabase } from '../../../test/database.ts'
import { appendDeed } from './audit.ts'
import { checkChain, findHead, isLink } from './audit-chain.ts'
import { asParty, asSystem, closeDatabase, openDatabase, type Store } from './database.ts'
import { migrate } from './migrate.ts'
import { inTransaction, RolledBack } from './transaction.ts'

const { close, ...store } = await testDatabase()
after(close)

const at = 1_793_836_800
const actor = { id: 'usr_1', name: 'Ada', party: 'sharon-ai', role: 'operator', origin: '127.0.0.1', request: 'req_1' }
const write = (subject: string, more: Readonly<{ detail?: string; before?: string }> = {}, to: Store = store) =>
  inTransaction(to, ({ queries }) =>
    appendDeed(queries, {
      at,
      by: actor,
      action: 'close',
      subject,
      agreement: 'deal',
      detail: { said: more.detail ?? 'so' },
      before: more.before ?? null,
      after: { amount: '1.00', small: 1e-7, big: 1e21, nested: [true, null, { b: 1, a: -0.5 }] },
    }),
  )
const check = (of: Store = store) => inTransaction(of, (tx) => checkChain(tx))

/** Every column of the log and of its chain, and another value for it. */
const columns: readonly (readonly [table: 'audit_log' | 'audit_chain', column: string, other: string])[] = [
  ['audit_log', 'recorded_at', `recorded_at + interval '1 microsecond'`],
  ...['actor', 'action', 'subject', 'actor_name', 'party', 'role', 'origin', 'agreement', 'request'].map(
    (column) => ['audit_log', column, `${column} || 'x'`] as const,
  ),
  ...['party', 'role', 'origin', 'agreement', 'request', 'before', 'after'].map((column) => ['audit_log', column, 'null'] as const),
  ...['detail', 'before', 'after'].map((column) => ['audit_log', column, `'{"said":"other"}'::jsonb`] as const),
  ['audit_log', 'entry', 'entry + 100000'],
  ['audit_chain', 'entry', 'entry + 100000'],
  ['audit_chain', 'position', 'position + 100000'],
  ...['digest', 'hash', 'previous'].map((column) => ['audit_chain', column, `encode(sha256(${column}::bytea), 'hex')`] as const),
  ['audit_chain', 'sealed_at', `sealed_at + interval '1 second'`],
]

/** As somebody does it who owns the server and turns every trigger off; taken back afterwards. */
const tampered = async (statements: readonly string[]): Promise<Awaited<ReturnType<typeof checkChain>>> => {
  const client = await store.pool.connect()
  try {
    await client.query('begin; set local session_replication_role = replica; alter table audit_chain drop constraint audit_chain_check')
    await client.query('alter table audit_log alter entry drop identity')
    let changed = 0
    for (const statement of statements) changed += (await client.query(statement)).rowCount ?? 0
    assert.ok(changed > 0, statements.join('; '))
    return await checkChain({ client, queries: undefined as never })
  } finally {
    await client.query('rollback')
    client.release()
  }
}

test('P25 any one change to any entry of the audit log is found, whatever is changed: altered, taken out, or put in the place of another', async () => {
  for (let i = 0; i < 12; i++) await write(`deal 2026-${i}`)
  const whole = await check()
  assert.deepEqual([whole.checked, whole.verified, whole.faults], [12, whole.head, []])
  const entries = (await store.pool.query<{ entry: bigint }>('select entry from audit_log order by entry')).rows.map(({ entry }) => entry)
  const anyEntry = fc.nat({ max: entries.length - 1 })
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...columns), anyEntry, async ([table, column, other], i) => {
      // The first link has none before it: to change that is to give it one.
      const value = column === 'previous' && i === 0 ? `repeat('a', 64)` : other
      const found = await tampered([`update ${table} set ${column} = ${value} where entry = ${entries[i]}`])
      assert.notDeepEqual(found.faults, [], `${table}.${column} of entry ${i}`)
      assert.equal(found.verified?.position ?? 0, i, `${table}.${column} of entry ${i}: everything before it still holds`)
    }),
    { numRuns: 150 },
  )
  for (const [i, entry] of entries.entries()) {
    const gone = await tampered([`delete from audit_log where entry = ${entry}`])
    assert.deepEqual([gone.verified?.position ?? 0, gone.faults[0]?.kind], [i, 'removed'])
    const unlinked = await tampered([`delete from audit_chain where entry = ${entry}`])
    assert.notDeepEqual(unlinked.faults, [])
  }
  await fc.assert(
    fc.asyncProperty(anyEntry, anyEntry, async (i, j) => {
      fc.pre(i !== j)
      const swap = (table: string, column: string, a: bigint | number, b: bigint | number) => [
        `update ${table} set ${column} = -1 - ${column} where ${column} = ${a}`,
        `update ${table} set ${column} = ${a} where ${column} = ${b}`,
        `update ${table} set ${column} = ${b} where ${column} = -1 - ${a}`,
      ]
      const entriesMoved = await tampered(swap('audit_log', 'entry', entries[i]!, entries[j]!))
      assert.equal(entriesMoved.verified?.position ?? 0, Math.min(i, j))
      const dropped = 'alter table audit_chain drop constraint audit_chain_position_check'
      const linksMoved = await tampered([dropped, ...swap('audit_chain', 'position', i + 1, j + 1)])
      assert.notDeepEqual(linksMoved.faults, [])
    }),
    { numRuns: 20 },
  )
  // What was never sealed is found too.
  const added = await tampered([
    `insert into audit_log (entry, recorded_at, actor, action, subject, detail) values (999999, now(), 'nobody', 'close', 'deal', '{}')`,
  ])
  assert.deepEqual(
    added.faults.map(({ kind }) => kind),
    ['added'],
  )
  assert.deepEqual(await check(), whole, 'nothing of this stayed')
})

/** Seals the link of an entry anew, as whoever owns the server can: what the database does when it seals, after the fact. */
const sealedAnew = (entry: bigint): readonly string[] => [
  `update audit_chain c set digest = encode(sha256(convert_to(audit_content(l), 'UTF8')), 'hex') from audit_log l
    where l.entry = c.entry and c.entry = ${entry}`,
  `update audit_chain set hash = encode(sha256(convert_to('{"digest":"' || digest || '","entry":' || entry || ',"position":' || position
      || ',"previous":' || coalesce('"' || previous || '"', 'null')
      || ',"sealedAt":"' || to_char(sealed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"}', 'UTF8')), 'hex')
    where entry = ${entry}`,
]

test('P25 an entry that was changed and its link sealed anew is found at the next link, which follows another; the last by its head', async () => {
  for (let i = 0; i < 4; i++) await write(`anew 2026-${i}`)
  const whole = await check()
  const { rows } = await store.pool.query<{ entry: bigint }>('select entry from audit_chain order by position')
  const untouched = await tampered([
    `update audit_log set subject = subject where entry = ${rows[0]!.entry}`,
    ...sealedAnew(rows[0]!.entry),
  ])
  assert.deepEqual(untouched, whole, 'sealed as it was, it is as it was')
  for (const [i, { entry }] of rows.entries()) {
    const found = await tampered([`update audit_log set detail = '{"said":"other"}' where entry = ${entry}`, ...sealedAnew(entry)])
    assert.equal(found.verified?.position, i + 1, 'the link itself is sound')
    assert.deepEqual(
      found.faults.map(({ kind, position }) => [kind, position]),
      i === rows.length - 1 ? [] : [['moved', i + 2]],
    )
    if (i === rows.length - 1) assert.notEqual(found.head!.hash, whole.head!.hash)
  }
})

test('P25 a log cut short at its end is found by a head that was kept elsewhere', async () => {
  const head = (await inTransaction(store, (tx) => findHead(tx)))!
  assert.equal(await inTransaction(store, (tx) => isLink(tx, head.hash)), true)
  const client = await store.pool.connect()
  try {
    await client.query('begin; set local session_replication_role = replica')
    await client.query('delete from audit_log where entry = $1', [head.entry])
    await client.query('delete from audit_chain where entry = $1', [head.entry])
    const tx = { client, queries: undefined as never }
    assert.deepEqual((await checkChain(tx)).faults, [], 'by itself the rest is whole')
    assert.equal(await isLink(tx, head.hash), false)
  } finally {
    await client.query('rollback')
    client.release()
  }
})

test('P25 whatever text an entry holds, the database and RFC 8785 make the same of it', async () => {
  const text = fc.string({ unit: 'binary', maxLength: 30 }).filter((each) => !each.includes('\0'))
  await fc.assert(
    fc.asyncProperty(text, text, async (subject, detail) => {
      fc.pre(subject.isWellFormed() && detail.isWellFormed())
      await write(subject, { detail, before: subject })
    }),
    { numRuns: 60, examples: [['\u0001\u001f"\\/\b\f\n\r\t\u007f\u2028\u2029é😀', '0']] },
  )
  const { faults, head, verified } = await check()
  assert.deepEqual(faults, [])
  assert.deepEqual(verified, head)
})

test('P26 places in the chain are given at commit: writers side by side make one chain, and who is slow or gives up holds nobody up', async () => {
  const before = (await check()).checked
  let go: () => void = () => {}
  const held = new Promise<void>((done) => (go = done))
  const slow = inTransaction(store, async ({ queries }) => {
    await appendDeed(queries, { at, by: 'slow', action: 'close', subject: 'slow', detail: {} })
    await held
  })
  // The slow one has written its entry and not committed: these neither wait for it nor leave a hole for it.
  await Promise.all(Array.from({ length: 12 }, (_, i) => write(`side by side ${i}`)))
  await inTransaction(store, async ({ queries }) => {
    await appendDeed(queries, { at, by: 'gone', action: 'close', subject: 'gone', detail: {} })
    return new RolledBack(undefined)
  })
  assert.equal((await check()).checked, before + 12)
  go()
  await slow
  const { checked, faults, head } = await check()
  assert.deepEqual([checked, faults], [before + 13, []])
  const { rows } = await store.pool.query<{ subject: string }>('select subject from audit_log where entry = $1', [head!.entry])
  assert.equal(rows[0]?.subject, 'slow', 'it committed last, so it is last')
})

test('P26 a chain can be appended to by the trigger alone, and read of only what one may read', async () => {
  const link = `insert into audit_chain (position, entry, digest, previous, hash) values (1, 1, repeat('0', 64), null, repeat('0', 64))`
  await assert.rejects(
    asParty(store.database, 'sharon-ai', (tx) => sql.raw(link).execute(tx)),
    /permission denied/,
  )
  await assert.rejects(store.pool.query('update audit_chain set position = position'), /append-only/)
  await assert.rejects(store.pool.query('delete from audit_chain'), /append-only/)
  const seen = (party: string) => asParty(store.database, party, (tx) => tx.selectFrom('audit_chain').select('entry').execute())
  const own = await asSystem(store.database, (tx) => tx.selectFrom('audit_log').select('entry').where('party', '=', 'sharon-ai').execute())
  assert.ok(own.length > 0)
  assert.equal((await seen('sharon-ai')).length, own.length)
  assert.deepEqual(await seen('somebody-else'), [])
})

test('P27 what was written before there was a chain is sealed by the migration, in its order, and the chain goes on from there', async () => {
  const folder = fs.mkdtempSync(join(import.meta.dirname, '../../../.cache/migrations-'))
  const name = `test_${createHash('sha256').update(folder).digest('hex').slice(0, 12)}`
  const admin = new pg.Client({ connectionString: store.pool.options.connectionString! })
  await admin.connect()
  await admin.query(`create database ${name}`)
  const url = store.pool.options.connectionString!.replace(/^(postgres(?:ql)?:\/\/[^/]*\/)[^?]*/, `$1${name}`)
  const fresh = openDatabase(url, 2)
  try {
    const all = join(import.meta.dirname, 'migrations')
    for (const file of fs.readdirSync(all)) if (file < '0013') fs.copyFileSync(join(all, file), join(folder, file))
    const client = await fresh.pool.connect()
    await migrate(client, folder)
    for (let i = 0; i < 3; i++) await write(`before ${i}`, {}, fresh)
    for (const file of fs.readdirSync(all)) fs.copyFileSync(join(all, file), join(folder, file))
    await migrate(client, folder).finally(() => client.release())
    await write('after', {}, fresh)
    const { checked, faults, head } = await check(fresh)
    assert.deepEqual([checked, faults], [4, []])
    const { rows } = await fresh.pool.query<{ subject: string; sealed: boolean }>(
      'select subject, sealed_at is not null as sealed from audit_chain join audit_log using (entry) order by position',
    )
    assert.deepEqual(
      rows.map(({ subject, sealed }) => [subject, sealed]),
      [
        ['before 0', false],
        ['before 1', false],
        ['before 2', false],
        ['after', true],
      ],
    )
    assert.equal(head?.position, 4)
  } finally {
    await closeDatabase(fresh)
    await admin.query(`drop database ${name} with (force)`)
    await admin.end()
    fs.rmSync(folder, { recursive: true, force: true })
  }
})
