import * as fs from 'node:fs'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import pg from 'pg'
import { closeDatabase, openDatabase, type Store } from '../src/server/store/database.ts'
import { migrate } from '../src/server/store/migrate.ts'

const all = join(import.meta.dirname, '../src/server/store/migrations')

/** A database as it was before a migration, beside another on the same server; `forward` brings it to this version. */
export const oldDatabase = async (beside: Store, before: string) => {
  const folder = fs.mkdtempSync(join(import.meta.dirname, '../.cache/migrations-'))
  const name = `test_${randomUUID().replaceAll('-', '').slice(0, 12)}`
  const admin = new pg.Client({ connectionString: beside.pool.options.connectionString! })
  await admin.connect()
  await admin.query(`create database ${name}`)
  const old = openDatabase(beside.pool.options.connectionString!.replace(/^(postgres(?:ql)?:\/\/[^/]*\/)[^?]*/, `$1${name}`), 2)
  const through = async (includes: (file: string) => boolean): Promise<void> => {
    for (const file of fs.readdirSync(all)) if (includes(file)) fs.copyFileSync(join(all, file), join(folder, file))
    const client = await old.pool.connect()
    await migrate(client, folder).finally(() => client.release())
  }
  const close = async (): Promise<void> => {
    await closeDatabase(old)
    await admin.query(`drop database ${name} with (force)`)
    await admin.end()
    fs.rmSync(folder, { recursive: true, force: true })
  }
  await through((file) => file < before)
  return { old, forward: () => through(() => true), close }
}
