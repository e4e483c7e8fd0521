import { createReadStream, createWriteStream } from 'node:fs'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from } from 'pg-copy-streams'
import type { OrderId, PoolId, TenantId } from '../src/core/base/id.ts'
import { formatReading } from '../src/core/meter/parse.ts'
import type { Allocation } from '../src/core/meter/reading.ts'
import { importBatchRows, importReadings } from '../src/server/app/import-readings.ts'
import { digestOf } from '../src/server/fleet/digest.ts'
import { readReadings } from '../src/server/fleet/readings-file.ts'
import { closeDatabase, openDatabase } from '../src/server/store/database.ts'
import { startEmbedded } from '../src/server/store/embedded.ts'
import { migrate } from '../src/server/store/migrate.ts'
import { columnsIn, toRow } from '../src/server/store/reading-rows.ts'
import { register } from '../test/rows.ts'
import type { Print } from './run.ts'

export const name = 'import'
export const claim =
  'rows per second of `offtake import` from an NDJSON file (read, checked, hashed, deduplicated, committed) against raw COPY of the same rows, ready-made, into the same table; goal: at least half'

const rowsInFile = 500_000
const rounds = 5
const root = join(import.meta.dirname, '..')
const now = 1_793_836_800
const start = 1_785_542_400

/** Allocations as a scheduler reports them: a new one every 5 s. */
const allocationAt = (i: number): Allocation => ({
  kind: 'allocation',
  source: 'slurm-batam',
  id: `job-${1_000_000 + i}`,
  pool: 'batam' as PoolId,
  gpus: 8 * (1 + (i % 9)),
  tenant: `tenant-${i % 17}` as TenantId,
  ...(i % 3 === 0 ? { order: `ord-${i % 40}` as OrderId } : {}),
  from: start + 5 * i,
  to: start + 5 * i + 600 + ((i * 7919) % 86_400),
})

const writeFiles = async (folder: string): Promise<{ ndjson: string; copy: string }> => {
  const files = { ndjson: join(folder, 'readings.ndjson'), copy: join(folder, 'readings.copy') }
  const [ndjson, copy] = [createWriteStream(files.ndjson), createWriteStream(files.copy)]
  for (let i = 0; i < rowsInFile; i++) {
    const reading = allocationAt(i)
    ndjson.write(`${JSON.stringify(formatReading(reading))}\n`)
    copy.write(toRow({ line: i + 1, reading, digest: digestOf(reading) }, 1n, now))
    if (i % 10_000 === 0) await new Promise((done) => setImmediate(done))
  }
  await Promise.all([ndjson, copy].map((stream) => new Promise<void>((done) => stream.end(done))))
  return files
}

/** Seconds that `work` takes on a new database, and what it left there. */
const timed = async (admin: pg.Client, url: (database: string) => string, work: (url: string) => Promise<void>) => {
  const database = `bench_${process.pid}`
  await admin.query(`create database ${database}`)
  try {
    const store = openDatabase(url(database), 3)
    const client = await store.pool.connect()
    await migrate(client, join(root, 'src/server/store/migrations'))
    client.release()
    await register(store, 'bench', { pools: ['batam'] })
    await admin.query('checkpoint')
    const started = performance.now()
    await work(url(database))
    const seconds = (performance.now() - started) / 1000
    const { rows } = await store.pool.query(
      `select count(*)::text as rows, md5(string_agg(encode(digest, 'hex') || starts_at || ends_at || gpus, '' order by id)) as content from reading`,
    )
    await closeDatabase(store)
    return { seconds, left: JSON.stringify(rows[0]) }
  } finally {
    await admin.query(`drop database ${database} with (force)`)
  }
}

const byCopy = (file: string) => async (url: string) => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query('begin')
  await pipeline(createReadStream(file, { highWaterMark: 2 ** 19 }), client.query(from(`copy reading (${columnsIn}) from stdin`)))
  await client.query('commit')
  await client.end()
}

const byImport = (file: string) => async (url: string) => {
  const store = openDatabase(url, 1)
  const rows = readReadings({ path: file }, { zone: 'UTC', batchRows: importBatchRows })
  const answer = await importReadings(store, { rows, file, mode: 'all-or-nothing', now, by: 'bench' })
  if (answer.kind !== 'imported' || answer.record.accepted !== rowsInFile) throw new Error(`the import gave ${JSON.stringify(answer)}`)
  await closeDatabase(store)
}

const median = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)]!

export const run = async (print: Print): Promise<boolean> => {
  const folder = fs.mkdtempSync(join(tmpdir(), 'offtake-bench-'))
  const server = await startEmbedded(join(root, '.cache/bench'))
  const admin = new pg.Client({ connectionString: server.url('postgres') })
  try {
    await admin.connect()
    const { rows } = await admin.query<{ fsync: string; commit: string }>(
      `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit, current_setting('server_version') as version`,
    )
    print(`PostgreSQL ${JSON.stringify(rows[0])}, ${rowsInFile} allocations, median of ${rounds}, one after the other in turn`)
    const files = await writeFiles(folder)
    const [copy, ours]: [number[], number[]] = [[], []]
    for (let round = 0; round < rounds; round++) {
      const peer = await timed(admin, server.url, byCopy(files.copy))
      const own = await timed(admin, server.url, byImport(files.ndjson))
      if (peer.left !== own.left) throw new Error(`COPY left ${peer.left}, the import ${own.left}`)
      copy.push(rowsInFile / peer.seconds)
      ours.push(rowsInFile / own.seconds)
    }
    const size = (file: string) => `${(fs.statSync(file).size / 2 ** 20).toFixed(0)} MiB`
    print(`raw COPY        ${median(copy).toFixed(0).padStart(8)} rows/s (${size(files.copy)} of ready-made rows)`)
    print(`offtake import  ${median(ours).toFixed(0).padStart(8)} rows/s (${size(files.ndjson)} of NDJSON)`)
    // Pair by pair: what else the machine does changes slowly, and burdens both of a pair.
    const ratios = ours.map((rate, i) => rate / copy[i]!)
    const ratio = median(ratios)
    print(`ratio           ${ratio.toFixed(2).padStart(8)} (${ratios.map((each) => each.toFixed(2)).join(', ')})`)
    return ratio >= 0.5
  } finally {
    await admin.end()
    await server.stop()
    fs.rmSync(folder, { recursive: true, force: true })
    fs.rmSync(join(root, '.cache/bench'), { recursive: true, force: true })
  }
}
