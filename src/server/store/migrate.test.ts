import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import pg from 'pg'
import { testDatabase } from '../../../test/database.ts'
import { migrate } from './migrate.ts'

const { pool, url, close } = await testDatabase()
const folder = fs.mkdtempSync(join(tmpdir(), 'offtake-migrations-'))
after(async () => {
  fs.rmSync(folder, { recursive: true })
  await close()
})

/** A schema of its own in the test's database, so that its history begins empty. */
const withSchema = async (name: string) => {
  await pool.query(`create schema if not exists ${name}`)
  const client = new pg.Client({ connectionString: url, options: `-c search_path=${name}` })
  await client.connect()
  return client
}
const write = (files: Record<string, string>) => {
  for (const name of fs.readdirSync(folder)) fs.rmSync(join(folder, name))
  for (const [name, sql] of Object.entries(files)) fs.writeFileSync(join(folder, name), sql)
}
const one = { '0001-one.sql': 'create table one (n integer);\n' }
const two = { ...one, '0002-two.sql': 'create table two (n integer);\n' }

test('P7 migrations go forward once, whatever the line ends, and history is checked by name', async () => {
  const client = await withSchema('history')
  write(one)
  assert.deepEqual(await migrate(client, folder), ['0001-one.sql'])
  write({ '0001-one.sql': one['0001-one.sql'].replaceAll('\n', '\r\n'), '0002-two.sql': two['0002-two.sql'] })
  assert.deepEqual(await migrate(client, folder), ['0002-two.sql'])
  assert.deepEqual(await migrate(client, folder), [])
  write(one)
  await assert.rejects(migrate(client, folder), /has 0002-two.sql, which this version does not know: it was made by a newer offtake/)
  write({ ...two, '0001-one.sql': 'create table other (n integer);\n' })
  await assert.rejects(migrate(client, folder), /0001-one.sql was edited after it was applied/)
  write({ '0002-two.sql': two['0002-two.sql'] })
  await assert.rejects(migrate(client, folder), /has 0001-one.sql where this version has 0002-two.sql/)
  await client.end()
})

test('P7 a migration that fails leaves nothing of itself', async () => {
  const client = await withSchema('failing')
  write({ ...one, '0002-bad.sql': 'create table half (n integer); select 1 / 0;' })
  await assert.rejects(migrate(client, folder), /0002-bad.sql: division by zero/)
  write(two)
  assert.deepEqual(await migrate(client, folder), ['0002-two.sql'])
  await client.end()
})

test('P7 many at once: each file is applied by one of them', async () => {
  write(two)
  const clients = await Promise.all(Array.from({ length: 5 }, () => withSchema('racing').catch(() => withSchema('racing'))))
  const done = await Promise.all(clients.map((client) => migrate(client, folder)))
  assert.deepEqual(done.flat().toSorted(), ['0001-one.sql', '0002-two.sql'])
  await Promise.all(clients.map((client) => client.end()))
})
