import * as fs from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { canonical } from '../src/core/base/canonical.ts'
import type { AgreementId } from '../src/core/base/id.ts'
import { dateOf, monthOf, nextMonth, startOfDate } from '../src/core/base/time.ts'
import { makeMeter } from '../src/core/meter/meter.ts'
import type { Reading } from '../src/core/meter/reading.ts'
import { clauseKinds } from '../src/core/settlement/kinds.ts'
import type { State } from '../src/core/settlement/line.ts'
import { settlementWindow } from '../src/core/settlement/period.ts'
import { settle } from '../src/core/settlement/settle.ts'
import { drawUp } from '../src/core/statements/draw-up.ts'
import { parseAgreement, type ParsedAgreement } from '../src/core/terms/parse.ts'
import { resolve } from '../src/core/terms/resolve.ts'
import type { Schedule } from '../src/core/terms/schedule.ts'
import { advance, openSandbox, type AdvanceSource } from '../src/server/app/advance.ts'
import { closedAt } from '../src/server/app/closed-at.ts'
import { loadAgreement } from '../src/server/app/load-agreement.ts'
import { digestOf } from '../src/server/fleet/digest.ts'
import { readingsWith } from '../src/server/fleet/month-facts.ts'
import { parseStory } from '../src/server/fleet/story.ts'
import type { Asked } from '../src/server/fleet/tell-story.ts'
import { closeDatabase, openDatabase, type Store } from '../src/server/store/database.ts'
import { startEmbedded } from '../src/server/store/embedded.ts'
import { migrate } from '../src/server/store/migrate.ts'
import type { Print } from './run.ts'

export const name = 'advance'
export const claim =
  'seven years of every example that has a story, made up, imported, closed and posted on PostgreSQL month by month, against the same months settled in memory by core alone; the same statements, byte for byte; goal: within ten times'

const monthsMost = 84
const timesMost = 10
const root = join(import.meta.dirname, '..')
const examples = join(root, 'examples')

type Part = Readonly<{ document: string; source: AdvanceSource }>

const read = (file: string): string => fs.readFileSync(join(examples, file), 'utf8')
const parsed = (document: string): ParsedAgreement => {
  const agreement = parseAgreement(document, clauseKinds)
  if ('problems' in agreement) throw new Error(JSON.stringify(agreement.problems))
  return agreement
}

const partOf = (agreement: string): Part => {
  const story = parseStory(read(`${agreement}.story.yaml`))
  if ('problems' in story) throw new Error(JSON.stringify(story.problems))
  const amendments = (story.story.amendments ?? []).map(({ at, document: file }) => ({ at, file, document: read(file) }))
  return {
    document: read(`${agreement}.yaml`),
    source: { agreement: agreement as AgreementId, seed: 7, detail: 'coarse', story, amendments },
  }
}

const scheduleAt = ({ document, source }: Part, month: string): Schedule => {
  const later = source.amendments.filter(({ at }) => at.slice(0, 7) <= month).map((each) => each.document)
  const schedule = resolve([document, ...later].map(parsed), clauseKinds)
  if ('problems' in schedule) throw new Error(JSON.stringify(schedule.problems))
  return schedule
}

/** Readings that a later month may look back to, however long ago they were. */
const lasting = new Set<Reading['kind']>(['acceptance', 'figure', 'event', 'index', 'payment', 'dispute', 'ruling', 'fx'])
/** Months of other readings that are kept: maintenance counts from the start of its contract year. */
const monthsKept = 14

type Settled = Readonly<{ seconds: number; readings: number; statements: readonly string[] }>

/** The same months without a database: readings are made up, metered and settled, and the statement is written out. */
const inMemory = (part: Part, months: number): Settled => {
  const started = performance.now()
  const { seed, detail, story } = part.source
  const statements: string[] = []
  const asked: Asked[] = []
  let [schedule, readings, opening] = [scheduleAt(part, '0000-00'), 0, {} as State]
  const changes = new Set(part.source.amendments.map(({ at }) => at.slice(0, 7)))
  let known: (readonly Readonly<{ reading: Reading; digest: string }>[])[] = []
  let month = monthOf(schedule.from, schedule.zone)
  for (let i = 0; i < months && startOfDate(`${month}-01`, schedule.zone) < schedule.to; i++, month = nextMonth(month)) {
    if (changes.has(month)) schedule = scheduleAt(part, month)
    const fresh = readingsWith({ schedule, month, seed, detail, story: story?.story, asked }).map((reading) => ({
      reading,
      digest: digestOf(reading),
    }))
    readings += fresh.length
    known = [
      ...known.slice(0, -monthsKept).map((all) => all.filter(({ reading }) => lasting.has(reading.kind))),
      ...known.slice(-monthsKept),
      fresh,
    ]
    const meter = makeMeter(schedule, settlementWindow(schedule, month))
    for (const { reading, digest } of known.flat()) meter.add(reading, digest)
    const facts = meter.facts()
    if ('refusals' in facts) throw new Error(facts.refusals[0]!.message)
    const settlement = settle({ schedule, facts, month, opening })
    const finalOn = dateOf(closedAt(month), schedule.zone)
    const statement = drawUp({ schedule, facts, month, opening, settlement, version: 1, finalOn })
    statements.push(canonical(statement))
    asked.push({ month, dueOn: statement.dueOn!, payer: statement.totals.net.payer, amount: statement.totals.net.amount })
    opening = statement.closing
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
  const parts = fs
    .readdirSync(examples)
    .filter((file) => file.endsWith('.story.yaml'))
    .map((file) => partOf(file.slice(0, -'.story.yaml'.length)))
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
    inMemory(parts[0]!, 6)
    const totals = { months: 0, readings: 0, ours: 0, peer: 0 }
    for (const part of parts) {
      const peer = inMemory(part, monthsMost)
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
