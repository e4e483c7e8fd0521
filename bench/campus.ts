import { createReadStream, createWriteStream } from 'node:fs'
import * as fs from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from, to } from 'pg-copy-streams'
import { monthInterval } from '../src/core/base/time.ts'
import type { Statement } from '../src/core/statements/statement.ts'
import { openDatabase, closeDatabase } from '../src/server/store/database.ts'
import { startEmbedded, type Embedded } from '../src/server/store/embedded.ts'
import { migrate } from '../src/server/store/migrate.ts'
import { columnsIn } from '../src/server/store/reading-rows.ts'
import { measureOfftake } from './parts/measured-process.ts'
import { sampleMinutes, settleSamples, writeSamples } from './parts/minute-samples.ts'
import type { Print } from './run.ts'

export const name = 'campus'
export const claim =
  'a month of a campus (`offtake simulate fleet`), imported and closed on PostgreSQL by the command line: at least 16 million events of 170,000 GPUs; close in 60 s and 2 GB; events/s against raw COPY of the same rows; linear in events; the same month from samples of every minute in SQL at least 20 times slower, and less exact'

const month = '2026-10'
const sizes = [10_000, 40_000, 170_000] as const
/** GPUs whose month is settled from samples too: a row for each GPU and minute is more than four hundred million. */
const sampledGpus = 10_000
const goals = { events: 16_000_000, seconds: 60, peakMiB: 2048, times: 20, perEvent: 1.5 } as const
const root = join(import.meta.dirname, '..')
const example = join(root, 'examples/firmus-batam.yaml')

type Bench = Readonly<{ print: Print; server: Embedded; admin: pg.Client; folder: string; postmaster: number }>

/** A new, migrated database, and its end. */
const withDatabase = async <T>({ server, admin }: Bench, work: (url: string) => Promise<T>): Promise<T> => {
  const database = `bench_${process.pid}`
  await admin.query(`create database ${database}`)
  try {
    const store = openDatabase(server.url(database), 1)
    const client = await store.pool.connect()
    await migrate(client, join(root, 'src/server/store/migrations')).finally(() => client.release())
    await closeDatabase(store)
    return await work(server.url(database))
  } finally {
    await admin.query(`drop database ${database} with (force)`)
    await admin.query('checkpoint')
  }
}

const ask = async <T extends object>(url: string, query: string): Promise<T> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<T>(query)
  await client.end()
  return rows[0]!
}

type Size = Readonly<{
  gpus: number
  readings: number
  events: number
  importSeconds: number
  closeSeconds: number
  peakMiB: number
  peakOwnMiB: number
  statement: Statement
}>

const counted = `select count(*)::int as readings, (2 * count(*) filter (where kind in ('allocation', 'reservation', 'outage', 'maintenance')))::int as events,
  (select sum(gpus) from reading where kind = 'rack')::int as gpus from reading`

/** Makes up, imports and closes a month of a campus, each as a process; then whatever else is to be done with it. */
const passMonth = (bench: Bench, gpus: number, more?: (url: string, size: Size, file: string) => Promise<void>): Promise<Size> =>
  withDatabase(bench, async (url) => {
    const file = join(bench.folder, 'campus.ndjson')
    const made = await measureOfftake(['simulate', 'fleet', '--gpus', `${gpus}`, '--month', month], { file })
    await measureOfftake(['load', example], { url })
    await bench.admin.query('checkpoint')
    const imported = await measureOfftake(['import', file], { url })
    await measureOfftake(['close', 'firmus-batam', '2026-09', '--through'], { url })
    const closed = await measureOfftake(['close', 'firmus-batam', month, '--json'], { url, also: bench.postmaster })
    const { peakMiB, peakOwnMiB } = closed
    const told = await ask<{ readings: number; events: number; gpus: number }>(url, counted)
    const size = {
      ...told,
      importSeconds: imported.seconds,
      closeSeconds: closed.seconds,
      peakMiB,
      peakOwnMiB,
      statement: JSON.parse(closed.out) as Statement,
    }
    bench.print(
      `${size.gpus.toLocaleString('en').padStart(7)} GPUs: ${size.events.toLocaleString('en').padStart(10)} events in ${size.readings.toLocaleString('en')} readings; made up in ${made.seconds.toFixed(1)} s; ` +
        `import ${imported.seconds.toFixed(1)} s (${perSecond(size.events, imported.seconds)} events/s); close ${closed.seconds.toFixed(1)} s, ` +
        `peak ${peakMiB.toFixed(0)} MiB (Node ${peakOwnMiB.toFixed(0)})`,
    )
    await more?.(url, size, file)
    fs.rmSync(file)
    return size
  })

const perSecond = (count: number, seconds: number): string => Math.round(count / seconds).toLocaleString('en')

const contentOf = `select count(*)::text as rows, sum(gpus)::text as gpus, sum(starts_at)::text as starts, sum(hashtext(encode(digest, 'hex')))::text as digests from reading`

/** Seconds that raw COPY takes for the rows that an import left, ready-made in a file. */
const rawCopy = async (bench: Bench, file: string, left: string): Promise<number> =>
  withDatabase(bench, async (url) => {
    await bench.admin.query('checkpoint')
    const client = new pg.Client({ connectionString: url })
    const started = performance.now()
    await client.connect()
    await client.query('begin')
    await pipeline(createReadStream(file, { highWaterMark: 2 ** 19 }), client.query(from(`copy reading (${columnsIn}) from stdin`)))
    await client.query('commit')
    await client.end()
    const seconds = (performance.now() - started) / 1000
    const there = JSON.stringify(await ask(url, contentOf))
    if (there !== left) throw new Error(`COPY left ${there}, the import ${left}`)
    return seconds
  })

const rowsTo = async (url: string, file: string): Promise<string> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await pipeline(client.query(to(`copy (select ${columnsIn} from reading) to stdout`)), createWriteStream(file))
  await client.end()
  return JSON.stringify(await ask(url, contentOf))
}

/** Exact GPU-hours sold and claimed, and what is paid for these, of a statement. */
const exactOf = ({ lines, waterfall }: Statement) => {
  const backstop = lines.filter(({ clause }) => clause === 'backstop')
  return {
    sold: Number(waterfall.sold) / 3600,
    claimed: backstop.reduce((sum, { quantity }) => sum + Number(quantity), 0) / 3600,
    amount: backstop.reduce((sum, { amount }) => sum + Number(amount), 0),
  }
}

const fromSamples = async ({ print }: Bench, url: string, size: Size, file: string): Promise<number> => {
  const started = performance.now()
  const rows = await writeSamples(url, await sampleMinutes(file, monthInterval(month, 'Asia/Jakarta')))
  const making = (performance.now() - started) / 1000
  const sql = await settleSamples(url)
  const exact = exactOf(size.statement)
  const times = sql.seconds / size.closeSeconds
  print(
    `${size.gpus.toLocaleString('en')} GPUs from samples in SQL: ${rows.toLocaleString('en')} rows, one for each GPU and minute (made in ${making.toFixed(0)} s, not counted); ` +
      `the query alone ${sql.seconds.toFixed(1)} s, ${times.toFixed(1)} times what the whole close takes (${size.closeSeconds.toFixed(2)} s, from the start of the process to its books)`,
  )
  const off = (word: keyof typeof exact, digits: number) =>
    (sql[word] - exact[word]).toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
  print(
    `   its error: ${off('sold', 2)} GPU-hours of ${exact.sold.toLocaleString('en')} sold, ${off('claimed', 2)} of ${exact.claimed.toLocaleString('en')} claimed, ` +
      `${off('amount', 2)} USD of ${exact.amount.toLocaleString('en')}; ours is exact to the GPU-second and the cent`,
  )
  return times
}

const judge = (print: Print, all: readonly Size[], times: number): boolean => {
  const [small, large] = [all[0]!, all.at(-1)!]
  const growth = (of: (size: Size) => number) => of(large) / large.events / (of(small) / small.events)
  const exponent = (of: (size: Size) => number) => Math.log(of(large) / of(small)) / Math.log(large.events / small.events)
  const [importing, closing] = [(size: Size) => size.importSeconds, (size: Size) => size.closeSeconds]
  print(
    `from ${small.gpus.toLocaleString('en')} to ${large.gpus.toLocaleString('en')} GPUs: events × ${(large.events / small.events).toFixed(1)}; ` +
      `time per event × ${growth(importing).toFixed(2)} to import, × ${growth(closing).toFixed(2)} to close (exponents ${exponent(importing).toFixed(2)}, ${exponent(closing).toFixed(2)})`,
  )
  return (
    large.events >= goals.events &&
    large.closeSeconds <= goals.seconds &&
    large.peakMiB <= goals.peakMiB &&
    times >= goals.times &&
    growth(importing) <= goals.perEvent &&
    growth(closing) <= goals.perEvent
  )
}

export const run = async (print: Print): Promise<boolean> => {
  const folder = fs.mkdtempSync(join(tmpdir(), 'offtake-bench-'))
  const server = await startEmbedded(join(root, '.cache/bench'))
  const admin = new pg.Client({ connectionString: server.url('postgres') })
  try {
    await admin.connect()
    const { data } = await ask<{ data: string }>(server.url('postgres'), `select current_setting('data_directory') as data`)
    const postmaster = Number(fs.readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0])
    const bench: Bench = { print, server, admin, folder, postmaster }
    print(`${loadavg()[0]!.toFixed(1)} programs wanted a processor in the last minute: figures are only as good as the machine is quiet`)
    print('memory is the proportional set size of the command and of every process of its PostgreSQL together, looked at every 200 ms')
    const all: Size[] = []
    const rows = join(folder, 'rows.copy')
    let left = ''
    for (const gpus of sizes)
      all.push(await passMonth(bench, gpus, gpus === sizes.at(-1) ? async (url) => void (left = await rowsTo(url, rows)) : undefined))
    const large = all.at(-1)!
    const seconds = await rawCopy(bench, rows, left)
    fs.rmSync(rows)
    print(
      `raw COPY of the same ${large.readings.toLocaleString('en')} rows, ready-made: ${seconds.toFixed(1)} s (${perSecond(large.events, seconds)} events/s); import is ${(seconds / large.importSeconds).toFixed(2)} of it`,
    )
    let times = 0
    await passMonth(bench, sampledGpus, async (url, size, file) => void (times = await fromSamples(bench, url, size, file)))
    return judge(print, all, times)
  } finally {
    await admin.end()
    await server.stop()
    fs.rmSync(folder, { recursive: true, force: true })
    fs.rmSync(join(root, '.cache/bench'), { recursive: true, force: true })
  }
}
