import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { makeRng } from '../src/server/history/rng.ts'
import { openDatabase, closeDatabase } from '../src/server/store/database.ts'
import { startEmbedded } from '../src/server/store/embedded.ts'
import { migrate } from '../src/server/store/migrate.ts'
import { testDatabase } from './database.ts'
import { temporaryFolder } from './offtake.ts'
import { startServing } from './serving.ts'
import { load, ndjson, sales, smallAgreement, until } from './ways-in.ts'

const seed = Number(process.env['OFFTAKE_SEED'] ?? Date.now() % 1_000_000)
process.stderr.write(`crash tests of the ways in: OFFTAKE_SEED=${seed} kills at the same instants again\n`)
const rng = makeRng(seed, 'kills of the ways in')
const kills = 20
const clients = 2
const readingsPerFile = 1500
const now = ['--now', '2027-03-05T12:00:00Z']

const { folder, remove } = temporaryFolder()
after(remove)

/** Clients that upload files under keys, one after the other, and send each again until it is acknowledged. */
const startClients = (address: string, name: string) => {
  const acknowledged: string[] = []
  const stopping = new AbortController()
  let tries = 0
  const upload = async (key: string): Promise<boolean> => {
    tries += 1
    try {
      const response = await fetch(`${address}/api/ingest/readings?file=${key}`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson', 'idempotency-key': key },
        body: ndjson(sales(key, readingsPerFile)),
        signal: AbortSignal.timeout(20_000),
      })
      const text = await response.text()
      if (response.status === 200) return true
      assert.ok(response.status >= 429, `${key}: ${response.status} ${text}`)
    } catch (error) {
      // Whoever was to answer has died; a wrong answer is no such thing.
      if (error instanceof assert.AssertionError) throw error
    }
    await sleep(20)
    return false
  }
  const client = async (number: number): Promise<void> => {
    for (let file = 0; !stopping.signal.aborted; file++) {
      const key = `${name}-${number}-${file}`
      while (!(await upload(key))) if (stopping.signal.aborted) return
      acknowledged.push(key)
    }
  }
  const ended = Promise.all(Array.from({ length: clients }, (_, number) => client(number)))
  const stop = async (): Promise<{ acknowledged: string[]; tries: number }> => {
    stopping.abort()
    await ended
    return { acknowledged, tries }
  }
  return { acknowledged, stop }
}

/** Of every file there is all or nothing; all of each that was acknowledged; and every key has one import. */
const check = async (pool: Pick<pg.Pool, 'query'>, acknowledged: readonly string[]): Promise<number> => {
  const { rows } = await pool.query<{ source: string; readings: bigint; batches: bigint }>(
    'select source, count(*) as readings, count(distinct batch) as batches from reading group by source',
  )
  for (const { source, readings, batches } of rows) assert.equal(`${source} ${readings} ${batches}`, `${source} ${readingsPerFile} 1`)
  const there = new Set(rows.map(({ source }) => source))
  assert.deepEqual(
    acknowledged.filter((key) => !there.has(key)),
    [],
  )
  const imports = await pool.query<{ key: string; accepted: bigint }>('select key, accepted from import_batch')
  assert.deepEqual(new Set(imports.rows.map(({ key }) => key)), there)
  assert.ok(imports.rows.every(({ accepted }) => Number(accepted) === readingsPerFile))
  return rows.length
}

test('API20 the server is killed at any instant while clients upload and retry: nothing acknowledged is lost, nothing is doubled', async () => {
  const { close, url, ...store } = await testDatabase()
  await load(store, smallAgreement())
  const env = { DATABASE_URL: url }
  let server = await startServing(env, [], now)
  const { port } = new URL(server.address)
  const running = startClients(server.address, 'server')
  try {
    for (let killed = 0; killed < kills; killed++) {
      // At least one file comes through between two kills now and then, and some kills come while the first is under way.
      await sleep(20 + 500 * rng())
      server.child.kill('SIGKILL')
      await server.ended
      server = await startServing(env, ['--port', port], now)
    }
    await until('files come through', () => running.acknowledged.length > 5, 60)
    const { acknowledged, tries } = await running.stop()
    const there = await check(store.pool, acknowledged)
    process.stderr.write(`server: ${kills} kills, ${tries} uploads tried, ${acknowledged.length} acknowledged, ${there} there\n`)
    assert.ok(acknowledged.length > 5 && tries > acknowledged.length)
  } finally {
    await running.stop()
    server.child.kill('SIGKILL')
    await server.ended
    await close()
  }
})

const migrations = fileURLToPath(new URL('../src/server/store/migrations', import.meta.url))

test('API20 PostgreSQL is killed at any instant while the server takes uploads: it stays up, nothing acknowledged is lost, nothing is doubled', async () => {
  const home = join(folder, 'database')
  let database = await startEmbedded(home)
  const url = database.url('postgres')
  const postmaster = (): number => {
    // The folder of the data lies beside that of the socket, wherever this machine lets the account of the database get to.
    const run = decodeURIComponent(/host=([^&]+)/.exec(url)![1]!)
    return Number(fs.readFileSync(join(run, '..', 'postgresql', 'postmaster.pid'), 'utf8').split('\n')[0])
  }
  const opened = openDatabase(url, 2)
  const client = await opened.pool.connect()
  await migrate(client, migrations).finally(() => client.release())
  await load(opened, smallAgreement())
  const server = await startServing({ DATABASE_URL: url }, [], now)
  const running = startClients(server.address, 'database')
  try {
    for (let killed = 0; killed < kills; killed++) {
      await sleep(20 + 500 * rng())
      process.kill(postmaster(), 'SIGKILL')
      await database.lost
      database = await startEmbedded(home)
    }
    await until('files come through', () => running.acknowledged.length > 5, 60)
    const { acknowledged, tries } = await running.stop()
    const there = await check(opened.pool, acknowledged)
    assert.equal(server.child.exitCode, null, server.err())
    process.stderr.write(`database: ${kills} kills, ${tries} uploads tried, ${acknowledged.length} acknowledged, ${there} there\n`)
    assert.ok(acknowledged.length > 5 && tries > acknowledged.length)
  } finally {
    await running.stop()
    server.child.kill('SIGKILL')
    await server.ended
    await closeDatabase(opened).catch(() => {})
    await database.stop()
  }
})
