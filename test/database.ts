import { createHash, randomBytes } from 'node:crypto'
import * as fs from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { closeDatabase, openDatabase } from '../src/server/store/database.ts'
import { startEmbedded } from '../src/server/store/embedded.ts'
import { migrate } from '../src/server/store/migrate.ts'

const root = join(import.meta.dirname, '..')
const migrations = join(root, 'src/server/store/migrations')
const templateLock = 7_420_001
/** Named by the migrations' content: a changed file gets a template of its own. */
export const templateName = () => {
  const hash = createHash('sha256')
  for (const name of fs.readdirSync(migrations).toSorted()) hash.update(name).update(fs.readFileSync(join(migrations, name)))
  return `offtake_template_${hash.digest('hex').slice(0, 12)}`
}

/** A database of this test file's own, cloned from a migrated template. */
export const testDatabase = async () => {
  const started = performance.now()
  const given = process.env['TEST_DATABASE_URL']
  const server = given === undefined ? await startEmbedded(join(root, '.cache/test')) : undefined
  const url = (name: string) => server?.url(name) ?? given!.replace(/^(postgres(?:ql)?:\/\/[^/]*\/)[^?]*/, `$1${name}`)
  const admin = new pg.Client({ connectionString: url('postgres') })
  await admin.connect()
  await admin.query('select pg_advisory_lock($1)', [templateLock])
  const templateOf = templateName()
  const { rows } = await admin.query('select 1 from pg_database where datname = $1', [templateOf])
  if (rows.length === 0) await admin.query(`create database ${templateOf}`)
  const template = new pg.Client({ connectionString: url(templateOf) })
  await template.connect()
  await migrate(template, migrations)
  await template.end()
  const name = `test_${randomBytes(6).toString('hex')}`
  const cloning = performance.now()
  await admin.query(`create database ${name} template ${templateOf} strategy file_copy`)
  const cloned = performance.now()
  await admin.query('select pg_advisory_unlock($1)', [templateLock])
  process.stderr.write(`database ready: ${Math.round(cloned - started)} ms, clone ${Math.round(cloned - cloning)} ms\n`)
  const opened = openDatabase(url(name), 4)
  const close = async () => {
    await closeDatabase(opened)
    await admin.query(`drop database ${name} with (force)`)
    await admin.end()
    await server?.stop()
  }
  return { ...opened, url: url(name), close }
}
