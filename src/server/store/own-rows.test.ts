import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { closeWorld } from '../../../test/closed-world.ts'
import { testDatabase } from '../../../test/database.ts'
import { asParty, asSystem } from './database.ts'
import { inReach } from './reach.ts'

// Plain SQL by the role that answers HTTP, over every table there is: those of later migrations too.
const { close, ...store } = await testDatabase()
after(close)
const { database } = store

/** The operator of `firmus-batam`, which has no part in `sharon-ai`; its guarantor, which has; and nobody. */
const [outsider, insider, nobody] = ['firmus', 'nvidia', 'nobody-at-all']
/** Words that stand in what belongs to `sharon-ai`, and nowhere else. */
const foreign = /sharon|syd-a|mel-a|anchor-tenant/

type TableRow = { name: string; owner: string; secured: boolean; forced: boolean; readable: boolean }
const tables = async (): Promise<TableRow[]> =>
  (
    await sql<TableRow>`
      select c.relname as name, pg_get_userbyid(c.relowner) as owner, c.relrowsecurity as secured, c.relforcerowsecurity as forced,
             has_table_privilege('offtake_app', c.oid, 'select') as readable
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = current_schema() and c.relkind in ('r', 'p', 'v', 'm') order by 1`.execute(database)
  ).rows

const rowsAs = (party: string, table: string): Promise<string[]> =>
  asParty(database, party, async (tx) =>
    (await sql<{ row: string }>`select to_jsonb(t)::text as row from ${sql.table(table)} t`.execute(tx)).rows.map(({ row }) => row),
  )

before(async () => {
  await closeWorld(store)
  await asSystem(database, async (tx) => {
    await sql`insert into audit_log (recorded_at, actor, action, subject, agreement, detail) values (now(), 't', 'test', 'sharon-ai', 'sharon-ai', '{}')`.execute(
      tx,
    )
    await sql`insert into agreement_reader (agreement, party, role, given, actor, recorded_at)
              values ('sharon-ai', 'sharon-bank', 'lender', true, 't', now()), ('sharon-ai', 'sharon-past', 'auditor', true, 't', now()),
                     ('sharon-ai', 'sharon-past', 'auditor', false, 't', now())`.execute(tx)
    await sql`insert into import_batch (batch, key, mode, file, content_hash, accepted, repeats, refused, late, refusals, recorded_at, party)
              values (999, 'sharon', 'all-or-nothing', 'f', '', 0, 0, 0, 0, '[]', now(), 'sharon-ai')`.execute(tx)
  })
})

test('P10 every table that a party may read has row security, and its owner is bound by it too', async () => {
  const all = await tables()
  assert.ok(all.length > 15)
  for (const { name, owner, secured, forced, readable } of all.filter((table) => table.readable)) {
    assert.ok(secured, `${name} has no row security`)
    // COPY refuses forced tables, so that readings belong to the one role that may see all.
    assert.ok(forced || owner === 'offtake_system', `${name} does not bind its owner, ${owner}`)
    assert.ok(readable)
  }
})

test('P10 whatever table a party asks, no row names what is another’s', async () => {
  let [seen, held] = [0, 0]
  for (const { name, readable } of await tables()) {
    const all = await asSystem(database, async (tx) =>
      (await sql<{ row: string }>`select to_jsonb(t)::text as row from ${sql.table(name)} t`.execute(tx)).rows.map(({ row }) => row),
    ).catch(() => [])
    if (!readable) {
      await assert.rejects(rowsAs(outsider, name), /permission denied/, name)
      continue
    }
    held += all.filter((row) => foreign.test(row)).length
    for (const party of [outsider, nobody, '']) {
      const rows = await rowsAs(party, name)
      seen += rows.length
      assert.deepEqual(rows.filter((row) => foreign.test(row)).slice(0, 1), [], `${name} for ${party}`)
    }
  }
  // There was something to be seen, and something that was not hidden.
  assert.ok(held > 10_000, `${held} foreign rows`)
  assert.ok(seen > 5, `${seen} own rows`)
})

test('P10 who is a party sees its rows, a lender what it was given, and one from whom it was taken back nothing', async () => {
  const count = async (party: string, table: string) => (await rowsAs(party, table)).length
  for (const party of [insider, 'sharon-ai', 'sharon-bank']) {
    assert.equal(await count(party, 'statement'), 3, party)
    assert.ok((await count(party, 'reading')) > 1000, party)
  }
  for (const party of ['sharon-past', nobody])
    for (const table of ['statement', 'reading']) assert.equal(await count(party, table), 0, party)
})

test('P44 in a role a party sees the agreements in which it has that role, whatever table it asks, and in another role others', async () => {
  // The operator of the one is the lender of the other: a firm of two hats.
  await sql`insert into agreement_reader (agreement, party, role, given, actor, recorded_at)
            values ('firmus-batam', 'sharon-ai', 'lender', true, 't', now())`.execute(store.database)
  const inRole = (role: string | undefined, table: string) =>
    inReach<string[]>(store, { kind: 'party', party: 'sharon-ai', role }, async ({ queries }) =>
      (await sql<{ row: string }>`select to_jsonb(t)::text as row from ${sql.table(table)} t`.execute(queries)).rows.map(({ row }) => row),
    )
  const own = /firmus-batam/
  const seen = new Map<string, number>()
  for (const { name } of (await tables()).filter((table) => table.readable)) {
    const rowsIn = async (role: string | undefined) => new Set(await inRole(role, name))
    const [any, operator, lender, guarantor] = [
      await rowsIn(undefined),
      await rowsIn('operator'),
      await rowsIn('lender'),
      await rowsIn('guarantor'),
    ]
    for (const row of [operator, lender, guarantor].flatMap((rows) => [...rows])) assert.ok(any.has(row), name)
    // Who was given what to read is told to whom it was given, in any role.
    if (name === 'agreement_reader') continue
    assert.deepEqual([...operator, ...guarantor].filter((row) => own.test(row)).slice(0, 1), [], name)
    seen.set(name, [...lender].filter((row) => own.test(row)).length)
  }
  assert.ok(seen.get('agreement_version')! > 0)
  assert.equal((await inRole('operator', 'statement')).length, 3)
  assert.equal((await inRole('lender', 'statement')).length, 0)
  assert.equal((await inRole('guarantor', 'statement')).length, 0)
  assert.ok((await inRole('operator', 'reading')).length > 1000)
  const everybodys = (await inRole('lender', 'reading')).filter((row) => foreign.test(row))
  assert.deepEqual(everybodys, [])
})

test('P10 a tenant sees its own use and nothing else of the agreement', async () => {
  for (const table of ['statement', 'agreement_version', 'journal', 'claim_run']) assert.deepEqual(await rowsAs('anchor-tenant', table), [])
  for (const row of await rowsAs('anchor-tenant', 'reading')) assert.match(row, /"tenant": ?"anchor-tenant"/)
})
