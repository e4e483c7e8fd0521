import { setTimeout as sleep } from 'node:timers/promises'
import { describeProblem } from '../core/base/problem.ts'
import type { Month } from '../core/base/time.ts'
import type { Reading } from '../core/meter/reading.ts'
import type { Statement } from '../core/statements/statement.ts'
import type { Schedule } from '../core/terms/schedule.ts'
import { closedAt } from './app/closed-at.ts'
import { findSchedule } from './app/find-schedule.ts'
import { importReadings, type ReadingBatch } from './app/import-readings.ts'
import { loadAgreement } from './app/load-agreement.ts'
import type { Demo, DemoPart } from './demo.ts'
import { digestOf } from './fleet/digest.ts'
import { progressOf } from './jobs/close-job.ts'
import { findBatch } from './store/batches.ts'
import { asSystem, type Store } from './store/database.ts'
import { enqueueClose, findJobError } from './store/jobs.ts'
import { findProgress } from './store/progress.ts'
import { findFinalMonths, findStatement } from './store/statements.ts'
import { inTransaction } from './store/transaction.ts'

type Told = Readonly<{ say: (text: string) => void; signal: AbortSignal }>
const actor = 'demo'
/** Milliseconds between two looks at what the workers have done. */
const pollMs = 100
/** Looks between two words about it. */
const looksPerWord = 20

/**
 * Loads the demo: agreements, readings, closed months. Every step is taken once, whoever takes it and however often this is called; a start
 * that was broken off is taken up where it ended. Answers with the statements, in order.
 */
export const loadDemo = async (store: Store, demo: Demo, told: Told): Promise<Statement[]> => {
  const parts: { schedule: Schedule; months: Month[] }[] = []
  for (const part of demo.parts) {
    told.signal.throwIfAborted()
    const schedule = await loadTerms(store, part, demo)
    const months = part.months(schedule)
    await bringReadings(store, part, { schedule, months, demo }, told)
    parts.push({ schedule, months })
  }
  const statements: Statement[] = []
  for (const { schedule, months } of parts) statements.push(...(await closedMonths(store, schedule, months, told)))
  return statements
}

const loadTerms = async (store: Store, part: DemoPart, demo: Demo): Promise<Schedule> => {
  const loaded = await loadAgreement(store, { document: part.document, now: demo.now, by: actor })
  if (loaded.kind === 'refused') throw new Error(loaded.problems.map((problem) => describeProblem('example', problem)).join('\n'))
  const schedule = await asSystem(store.database, (tx) => findSchedule(tx, loaded.agreement.agreement))
  return schedule!
}

async function* asBatches(readings: ReturnType<DemoPart['readings']>): AsyncGenerator<ReadingBatch> {
  let line = 0
  for await (const batch of readings) {
    const rows = batch.map((reading: Reading) => ({ line: (line += 1), reading, digest: digestOf(reading) }))
    yield { rows, refusals: [], bytesRead: line, bytesTotal: undefined }
  }
}

type Bring = Readonly<{ schedule: Schedule; months: readonly Month[]; demo: Demo }>

const bringReadings = async (store: Store, part: DemoPart, { schedule, months, demo }: Bring, { say, signal }: Told): Promise<void> => {
  const key = part.key(schedule)
  const { agreement } = schedule
  const job = { agreement, months: months.map((month) => ({ month, now: closedAt(month) })) }
  if (await asSystem(store.database, (tx) => findBatch(tx, key))) {
    const final = await asSystem(store.database, (tx) => findFinalMonths(tx, agreement))
    if (months.some((month) => final.every((each) => each.month !== month))) await inTransaction(store, (tx) => enqueueClose(tx, job))
    return
  }
  const onProgress = ({ rows }: { rows: number }) =>
    void (rows % 20_000 === 0 && say(`${agreement}: ${rows.toLocaleString('en')} readings`))
  const answer = await importReadings(store, {
    rows: asBatches(part.readings(schedule)),
    file: key,
    key,
    agreement,
    mode: 'all-or-nothing',
    now: demo.now,
    by: actor,
    signal,
    onProgress,
    also: (tx) => enqueueClose(tx, job),
  })
  if (answer.kind !== 'imported')
    throw new Error(`${key}: ${answer.kind === 'refused' ? JSON.stringify(answer.record.refusals[0]) : answer.kind}`)
  say(`${agreement}: ${answer.record.accepted.toLocaleString('en')} readings imported`)
}

/** Waits for the rows that closing leaves, whichever process does it. */
const closedMonths = async (
  store: Store,
  { agreement }: Schedule,
  months: readonly Month[],
  { say, signal }: Told,
): Promise<Statement[]> => {
  let closed = -1
  for (let look = 0; ; look++) {
    signal.throwIfAborted()
    const final = new Set((await asSystem(store.database, (tx) => findFinalMonths(tx, agreement))).map(({ month }) => month))
    const done = months.filter((month) => final.has(month)).length
    if (closed >= 0 && done > closed) say(`${agreement}: closed and posted ${months.slice(closed, done).join(', ')}`)
    closed = done
    if (done === months.length) break
    const error = await findJobError(store, agreement)
    if (error !== undefined) throw new Error(`${agreement} cannot be closed: ${error}`)
    const progress = look % looksPerWord === looksPerWord - 1 ? await findProgress(store, progressOf(agreement)) : undefined
    if (progress !== undefined) say(`${agreement}: closing ${progress.message}, ${progress.done.toLocaleString('en')} readings`)
    await sleep(pollMs, undefined, { signal })
  }
  return Promise.all(
    months.map(async (month) => {
      const found = await asSystem(store.database, (tx) => findStatement(tx, agreement, month))
      return found!.statement
    }),
  )
}
