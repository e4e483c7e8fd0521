import * as fs from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { canonical } from '../src/core/base/canonical.ts'
import { advance, openSandbox } from '../src/server/app/advance.ts'
import { loadAgreement } from '../src/server/app/load-agreement.ts'
import { closeDatabase, openDatabase, type Store } from '../src/server/store/database.ts'
import { startEmbedded } from '../src/server/store/embedded.ts'
import { migrate } from '../src/server/store/migrate.ts'
import { inMemory, partOf, storied, type Part } from '../test/in-memory.ts'
import type { Print } from './run.ts'

export const name = 'advance'
export const claim =
  'seven years of every example that has a story, made up, imported, closed and posted on PostgreSQL month by month, against the same months settled in memory by core alone; the same statements, byte for byte; goal: within ten times'

const monthsMost = 84
const timesMost = 10
const root = join(import.meta.dirname, '..')

type Settled = Readonly<{ seconds: number; readings: number; statements: readonly string[] }>

/** The same months without a database: readings are made up, metered and settled, and the statement is written out. */
const timedInMemory = (part: Part, months: number): Settled => {
  const started = performance.now()
  const statements: string[] = []
  let readings = 0
  for (const done of inMemory(part, months)) {
    readings += done.readings
    statements.push(canonical(done.statement))
  }
  return { seconds: (performance.now() - started) / 1000, readings, statements }
}

const onDatabase = async (store: Store, { source, document }: Part, months: number): Promise<Settled> => {
  const loaded = await loadAgreement(store, { document, now: 0, by: 'bench' })
  if (loaded.kind === 'refused') throw new Error(JSON.stringify(loaded.problems))
  const started = performance.now()
  const statements: string[] = []
  let readings = 0
  for await (const done of advance(store, { sources: [source], months, by: 'bench' })) {
    readings += done.readings
    if (done.statement !== undefined) statements.push(canonical(done.statement))
  }
  return { seconds: (performance.now() - started) / 1000, readings, statements }
}

export const run = async (print: Print): Promise<boolean> => {
  const parts = storied().map(partOf)
  const server = await startEmbedded(join(root, '.cache/bench'))
  const admin = new pg.Client({ connectionString: server.url('postgres') })
  const database = `bench_${process.pid}`
  let store: Store | undefined
  try {
    await admin.connect()
    await admin.query(`create database ${database}`)
    store = openDatabase(server.url(database), 3)
    const client = await store.pool.connect()
    await migrate(client, join(root, 'src/server/store/migrations')).finally(() => client.release())
    await openSandbox(store)
    // Code that has run is compiled, on both sides.
    timedInMemory(parts[0]!, 6)
    const totals = { months: 0, readings: 0, ours: 0, peer: 0 }
    for (const part of parts) {
      const peer = timedInMemory(part, monthsMost)
      const ours = await onDatabase(store, part, monthsMost)
      const months = ours.statements.length
      if (ours.statements.some((statement, i) => statement !== peer.statements[i]) || months !== peer.statements.length)
        throw new Error(`${part.source.agreement}: the database and the memory settle differently`)
      print(
        `${part.source.agreement.padEnd(20)} ${String(months).padStart(3)} months ${String(ours.readings).padStart(6)} readings  ${ours.seconds.toFixed(2).padStart(6)} s` +
          ` (${((1000 * ours.seconds) / months).toFixed(0)} ms a month), in memory ${peer.seconds.toFixed(2)} s, ratio ${(ours.seconds / peer.seconds).toFixed(1)}`,
      )
      totals.months += months
      totals.readings += ours.readings
      totals.ours += ours.seconds
      totals.peer += peer.seconds
    }
    const ratio = totals.ours / totals.peer
    print(
      `${'all'.padEnd(20)} ${String(totals.months).padStart(3)} months ${String(totals.readings).padStart(6)} readings  ${totals.ours.toFixed(2).padStart(6)} s` +
        ` (${((1000 * totals.ours) / totals.months).toFixed(0)} ms a month), in memory ${totals.peer.toFixed(2)} s, ratio ${ratio.toFixed(1)}`,
    )
    return ratio <= timesMost
  } finally {
    if (store !== undefined) await closeDatabase(store)
    await admin.query(`drop database if exists ${database} with (force)`).catch(() => {})
    await admin.end()
    await server.stop()
    fs.rmSync(join(root, '.cache/bench'), { recursive: true, force: true })
  }
}
