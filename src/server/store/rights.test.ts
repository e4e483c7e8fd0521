import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { testDatabase } from '../../../test/database.ts'
import { asParty, asSystem, closeDatabase, openDatabase } from './database.ts'
import { everything, inReach } from './reach.ts'
import { inTransaction, RolledBack } from './transaction.ts'

const { database, pool, url, close } = await testDatabase()
after(close)

const hash = (digit: string) => digit.repeat(64)
const recorded_at = '2026-11-05T00:00:00Z'
const appendOnly = [
  'agreement_version',
  'agreement_party',
  'pool',
  'block',
  'clause',
  'audit_log',
  'import_batch',
  'reading',
  'statement',
  'journal',
  'entry',
]

/** Two agreements of one guarantor: `maker` with `sharon` and with `firmus`. */
const fill = (operator: string, digit: string) =>
  asSystem(database, async (tx) => {
    const agreement = `deal-${operator}`
    const words = { title: agreement, zone: 'UTC', currency: 'USD', document: '', canonical: '{}' }
    await tx
      .insertInto('agreement_version')
      .values({ agreement, version: 1, effective: '2026-08-01', ...words, hash: hash(digit), previous: null, recorded_at })
      .execute()
    for (const [party, role] of [
      ['maker', 'guarantor'],
      [operator, 'operator'],
    ] as const)
      await tx.insertInto('agreement_party').values({ agreement, party, role, recorded_at }).execute()
    await tx
      .insertInto('pool')
      .values({ pool: `pool-${operator}`, agreement, recorded_at })
      .execute()
    await tx
      .insertInto('block')
      .values({ block: `block-${operator}`, agreement, pool: `pool-${operator}`, recorded_at })
      .execute()
    await tx.insertInto('clause').values({ agreement, clause: 'share', recorded_at }).execute()
    const month = { agreement, month: '2026-08', starts_at: 0n, ends_at: 10n }
    const paper = { document: '{}', hash: hash(digit), facts_hash: hash(digit), closing: '{}', recorded_at }
    await tx
      .insertInto('statement')
      .values({ id: `stm-${operator}`, version: 1, status: 'final', ...month, ...paper })
      .execute()
    for (const book of ['maker', operator]) {
      const id = `jrn-${operator}-${book}`
      const source = { agreement, month: '2026-08', statement_version: 1, step: 'accrual' }
      const head = { id, book, statement: `stm-${operator}`, ...source, posted_on: '2026-09-05', narration: '' }
      await tx
        .insertInto('journal')
        .values({ ...head, entries: 2, recorded_at })
        .execute()
      for (const [position, amount] of [
        [1, '5.00'],
        [2, '-5.00'],
      ] as const)
        await tx
          .insertInto('entry')
          .values({ journal: id, position, account: `a${position}`, amount, currency: 'USD', line: null, text: '' })
          .execute()
    }
    await tx.insertInto('audit_log').values({ recorded_at, actor: 'test', action: 'load', subject: agreement, detail: '{}' }).execute()
    const counts = { accepted: 0n, repeats: 0n, refused: 0n, late: 0n, refusals: '[]' }
    await tx
      .insertInto('import_batch')
      .values({ batch: BigInt(digit), key: digit, mode: 'all-or-nothing', file: 'f', content_hash: '', ...counts, recorded_at })
      .execute()
    await sql`insert into reading (batch, recorded_at, kind, source, id, digest) values (1, 0, 'withdrawal', 's', ${digit}, '\\x00')`.execute(
      tx,
    )
  })

before(async () => {
  await fill('sharon', '1')
  await fill('firmus', '2')
})

test('P1 a party sees the agreements and statements it is a party to, and nothing else', async () => {
  const seen = (party: string) =>
    asParty(database, party, async (tx) => ({
      statements: (await tx.selectFrom('statement').select('agreement').orderBy('agreement').execute()).map((row) => row.agreement),
      versions: (await tx.selectFrom('agreement_version').select('agreement').orderBy('agreement').execute()).map((row) => row.agreement),
    }))
  assert.deepEqual(await seen('sharon'), { statements: ['deal-sharon'], versions: ['deal-sharon'] })
  assert.deepEqual(await seen('maker'), { statements: ['deal-firmus', 'deal-sharon'], versions: ['deal-firmus', 'deal-sharon'] })
  assert.deepEqual(await seen('nobody'), { statements: [], versions: [] })
  assert.deepEqual(await seen(''), { statements: [], versions: [] })
})

test('P1 a party can write none of them, nor read what is not for parties', async () => {
  for (const table of ['agreement_version', 'agreement_party', 'statement', 'journal', 'entry'])
    await assert.rejects(
      asParty(database, 'sharon', (tx) => sql`insert into ${sql.table(table)} default values`.execute(tx)),
      /permission denied/,
      table,
    )
  for (const table of ['progress', 'sandbox_clock'])
    await assert.rejects(
      asParty(database, 'sharon', (tx) => sql`select * from ${sql.table(table)}`.execute(tx)),
      /permission denied/,
      table,
    )
})

test('P2 a book is its party’s alone', async () => {
  const books = (party: string) =>
    asParty(database, party, async (tx) => [
      ...(await tx.selectFrom('journal').select('id').orderBy('id').execute()).map(({ id }) => id),
      (await tx.selectFrom('entry').select('journal').execute()).length,
    ])
  assert.deepEqual(await books('sharon'), ['jrn-sharon-sharon', 2])
  assert.deepEqual(await books('maker'), ['jrn-firmus-maker', 'jrn-sharon-maker', 4])
})

test('P3 the owner who is not a superuser sees nothing, and all once it takes on the system role', async () => {
  const owner = `plain_owner_${process.pid}`
  const client = await pool.connect()
  await client.query(`create role ${owner}; grant all on schema public to ${owner}; grant offtake_system to ${owner}`)
  try {
    await client.query(`alter table statement owner to ${owner}`)
    const count = async () => (await client.query('select * from statement')).rows.length
    await client.query(`set role ${owner}`)
    assert.equal(await count(), 0)
    await client.query('begin; set local role offtake_system')
    assert.equal(await count(), 2)
    await client.query('rollback')
    await client.query('alter table statement no force row level security')
    assert.equal(await count(), 2, 'without FORCE the owner sees all')
    await client.query('alter table statement force row level security; reset role')
    assert.equal(await count(), 2, 'a superuser always sees all')
  } finally {
    await client.query('reset role')
    await client.query(`reassign owned by ${owner} to current_user; drop owned by ${owner}; drop role ${owner}`)
    client.release()
  }
})

test('P4 neither role nor party stays on a pooled connection', async () => {
  // One connection: whoever comes next is given the same.
  const one = openDatabase(url, 1)
  const left = async () =>
    (await one.pool.query(`select current_user = session_user as same, coalesce(current_setting('offtake.party', true), '') as party`)).rows
  const fails = () => Promise.reject(new Error('as it was told to'))
  const works: readonly (() => Promise<unknown>)[] = [
    () => asParty(one.database, 'sharon', (tx) => sql`select 1`.execute(tx)),
    () => asSystem(one.database, (tx) => sql`select 1`.execute(tx)),
    () => inReach(one, { kind: 'party', party: 'sharon' }, ({ client }) => client.query('select 1')),
    () => inReach(one, { kind: 'party', party: 'sharon' }, async () => new RolledBack(1)),
    () => inReach(one, everything, ({ client }) => client.query('select 1')),
    () => inTransaction(one, ({ client }) => client.query('select 1')),
    () => asParty(one.database, 'sharon', fails).catch(() => {}),
    () => inReach(one, { kind: 'party', party: 'sharon' }, fails).catch(() => {}),
  ]
  for (const work of works) {
    await work()
    assert.deepEqual(await left(), [{ same: true, party: '' }], String(work))
  }
  await closeDatabase(one)
})

test('P5 nothing on record can be edited, deleted or emptied, not even by a superuser', async () => {
  for (const table of appendOnly) {
    const { rows } = await pool.query<{ name: string }>(
      `select attname as name from pg_attribute where attrelid = $1::regclass and attnum > 0 and attidentity = '' limit 1`,
      [table],
    )
    assert.ok((await pool.query(`select from ${table}`)).rowCount! > 0, `${table} has rows`)
    await assert.rejects(pool.query(`update ${table} set ${rows[0]!.name} = ${rows[0]!.name}`), /append-only/, table)
    await assert.rejects(pool.query(`delete from ${table}`), /append-only/, table)
    await assert.rejects(pool.query(`truncate ${table} cascade`), /append-only/, table)
    await assert.rejects(
      asSystem(database, (tx) => sql`delete from ${sql.table(table)}`.execute(tx)),
      /permission denied/,
      table,
    )
  }
})

test('P5 every table but those of state is append-only', async () => {
  const { rows } = await pool.query<{ name: string }>(
    `select relname as name from pg_class c where relkind = 'r' and relnamespace = 'public'::regnamespace
      and not exists (select from pg_trigger t where t.tgrelid = c.oid and t.tgname = 'append_only') order by 1`,
  )
  assert.deepEqual(
    rows.map(({ name }) => name),
    ['api_key_use', 'migration', 'progress', 'request_answer', 'session'],
  )
})

const journal = (entries: readonly (readonly [amount: string, currency: string])[], says = entries.length) =>
  inTransaction({ database, pool }, async ({ queries }) => {
    const id = `jrn-${Math.random()}`
    const source = { agreement: 'deal-sharon', month: '2026-08', statement_version: 1, step: id }
    const head = { id, book: 'maker', statement: 'stm-sharon', ...source, posted_on: '2026-09-05', narration: '' }
    await queries
      .insertInto('journal')
      .values({ ...head, entries: says, recorded_at })
      .execute()
    for (const [i, [amount, currency]] of entries.entries())
      await queries
        .insertInto('entry')
        .values({ journal: id, position: i + 1, account: 'a', amount, currency, line: null, text: '' })
        .execute()
    return id
  })

test('P6 a journal that does not balance is not committed', async () => {
  await assert.rejects(
    journal([
      ['5.00', 'USD'],
      ['-4.99', 'USD'],
    ]),
    /does not balance: 0.01 USD/,
  )
  await assert.rejects(
    journal([
      ['5.00', 'USD'],
      ['-5.00', 'AUD'],
    ]),
    /does not balance/,
  )
  await assert.rejects(
    journal(
      [
        ['5.00', 'USD'],
        ['-5.00', 'USD'],
      ],
      3,
    ),
    /has 2 entries, not the 3/,
  )
  await assert.rejects(journal([], 2), /has 0 entries/)
})

test('P6 nothing can be added to a journal later', async () => {
  const id = await journal([
    ['5.00', 'USD'],
    ['-5.00', 'USD'],
  ])
  const add = inTransaction({ database, pool }, ({ queries }) =>
    queries
      .insertInto('entry')
      .values(
        [3, 4].map((position) => ({
          journal: id,
          position,
          account: 'a',
          amount: position === 3 ? '1' : '-1',
          currency: 'USD',
          line: null,
          text: '',
        })),
      )
      .execute(),
  )
  await assert.rejects(add, /has 4 entries, not the 2/)
})
