import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import { join } from 'node:path'
import type pg from 'pg'

/** One lock for the whole database, chosen once: the first eight bytes of sha256('offtake migrations'). */
const lockKey = createHash('sha256').update('offtake migrations').digest().readBigInt64BE(0)

/** Does work that must not be done by two processes at once: whoever comes second waits. */
export const lockWhole = async (pool: pg.Pool, work: () => Promise<void>): Promise<void> => {
  const client = await pool.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [lockKey.toString()])
    try {
      await work()
    } finally {
      await client.query('select pg_advisory_unlock($1)', [lockKey.toString()])
    }
  } finally {
    client.release()
  }
}

type Migration = Readonly<{ name: string; sql: string; checksum: string }>

const readMigrations = (folder: string): Migration[] =>
  fs
    .readdirSync(folder)
    .filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name))
    .toSorted()
    .map((name) => {
      const sql = fs.readFileSync(join(folder, name), 'utf8')
      return { name, sql, checksum: createHash('sha256').update(sql.replaceAll('\r\n', '\n')).digest('hex') }
    })

const assertHistory = (applied: readonly { name: string; checksum: string }[], migrations: readonly Migration[]): void => {
  for (const [i, row] of applied.entries()) {
    const file = migrations[i]
    if (!file) throw new Error(`the database has ${row.name}, which this version does not know: it was made by a newer offtake`)
    if (file.name !== row.name)
      throw new Error(`the database has ${row.name} where this version has ${file.name}: migrations are only ever added at the end`)
    if (file.checksum !== row.checksum) throw new Error(`${row.name} was edited after it was applied: add a new file instead`)
  }
}

/** Brings the database to this version. Forward only; each file in its own transaction; safe to call from many processes at once. */
export const migrate = async (client: pg.Client | pg.PoolClient, folder: string): Promise<string[]> => {
  const done: string[] = []
  await client.query('select pg_advisory_lock($1)', [lockKey.toString()])
  try {
    await client.query(
      'create table if not exists migration (name text primary key, checksum text not null, applied_at timestamptz not null default now())',
    )
    const migrations = readMigrations(folder)
    const { rows } = await client.query<{ name: string; checksum: string }>('select name, checksum from migration order by name')
    assertHistory(rows, migrations)
    for (const migration of migrations.slice(rows.length)) {
      await client.query('begin')
      try {
        await client.query(migration.sql)
        await client.query('insert into migration (name, checksum) values ($1, $2)', [migration.name, migration.checksum])
        await client.query('commit')
      } catch (error) {
        await client.query('rollback')
        throw new Error(`${migration.name}: ${(error as Error).message}`, { cause: error })
      }
      done.push(migration.name)
    }
  } finally {
    await client.query('select pg_advisory_unlock($1)', [lockKey.toString()])
  }
  return done
}
