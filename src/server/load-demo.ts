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
import { loadPortfolio } from './app/load-portfolio.ts'
import type { Demo, DemoPart, DemoUse } from './demo.ts'
import { digestOf } from './fleet/digest.ts'
import { progressOf } from './jobs/close-job.ts'
import { findBatch } from './store/batches.ts'
import { asSystem, type Store } from './store/database.ts'
import { enqueueClose, findJobError } from './store/jobs.ts'
import { hasPortfolio } from './store/portfolios.ts'
import { findProgress } from './store/progress.ts'
import { findFinalMonths, findStatement } from './store/statements.ts'
import { inTransaction, type Work } from './store/transaction.ts'

type Told = Readonly<{ say: (text: string) => void; signal: AbortSignal }>
const actor = 'demo'
/** Milliseconds between two looks at what the workers have done. */
const pollMs = 100
/** Looks between two words about it. */
const looksPerWord = 20

/**
 * Loads the demo: agreements, portfolio, readings, closed months, and what was told of the month that is left open. Every step is taken once, whoever
 * takes it and however often this is called; a start that was broken off is taken up where it ended. Answers with the statements of the closed months,
 * in order.
 */
export const loadDemo = async (store: Store, demo: Demo, told: Told): Promise<Statement[]> => {
  const parts: { part: DemoPart; schedule: Schedule; months: Month[] }[] = []
  for (const part of demo.parts) {
    told.signal.throwIfAborted()
    const schedule = await loadTerms(store, part, demo)
    const months = part.months(schedule)
    await bringClosed(store, part, { schedule, months, demo }, told)
    parts.push({ part, schedule, months })
  }
  await loadHeld(store, demo)
  const statements: Statement[] = []
  for (const { part, schedule, months } of parts) {
    statements.push(...(await closedMonths(store, schedule, months, told)))
    // After the close, so that what was known when a month was closed is the same in every demo.
    if (part.open !== undefined) await bringReadings(store, part.open, { schedule, demo }, told)
  }
  return statements
}

const loadTerms = async (store: Store, part: DemoPart, demo: Demo): Promise<Schedule> => {
  const loaded = await loadAgreement(store, { document: part.document, now: demo.now, by: actor })
  if (loaded.kind === 'refused') throw new Error(loaded.problems.map((problem) => describeProblem('example', problem)).join('\n'))
  const schedule = await asSystem(store.database, (tx) => findSchedule(tx, loaded.agreement.agreement))
  return schedule!
}

/** The demo's portfolio, where no portfolio is on record: one that somebody loaded is theirs, and another version of it would take its place. */
const loadHeld = async (store: Store, { portfolio, now }: Demo): Promise<void> => {
  if (portfolio === undefined || (await inTransaction(store, hasPortfolio))) return
  const loaded = await loadPortfolio(store, { document: portfolio, now, by: actor })
  if (loaded.kind === 'refused') throw new Error(loaded.problems.map((problem) => describeProblem('portfolio', problem)).join('\n'))
}

async function* asBatches(readings: ReturnType<DemoUse['readings']>): AsyncGenerator<ReadingBatch> {
  let line = 0
  for await (const batch of readings) {
    const rows = batch.map((reading: Reading) => ({ line: (line += 1), reading, digest: digestOf(reading) }))
    yield { rows, refusals: [], bytesRead: line, bytesTotal: undefined }
  }
}

type Bring = Readonly<{ schedule: Schedule; demo: Demo; also?: ((tx: Work) => Promise<void>) | undefined }>

/** Brings the readings of a part in, and has its months closed: in one transaction. */
const bringClosed = async (
  store: Store,
  part: DemoPart,
  { schedule, months, demo }: Bring & Readonly<{ months: readonly Month[] }>,
  told: Told,
): Promise<void> => {
  const { agreement } = schedule
  const job = { agreement, months: months.map((month) => ({ month, now: closedAt(month) })) }
  if (await bringReadings(store, part, { schedule, demo, also: (tx) => enqueueClose(tx, job) }, told)) return
  const final = await asSystem(store.database, (tx) => findFinalMonths(tx, agreement))
  if (months.some((month) => final.every((each) => each.month !== month))) await inTransaction(store, (tx) => enqueueClose(tx, job))
}

/** Brings readings in, with what else their transaction is to do; false where they were brought before. */
const bringReadings = async (store: Store, use: DemoUse, { schedule, demo, also }: Bring, { say, signal }: Told): Promise<boolean> => {
  const key = use.key(schedule)
  const { agreement } = schedule
  if (await asSystem(store.database, (tx) => findBatch(tx, key))) return false
  const onProgress = ({ rows }: { rows: number }) =>
    void (rows % 20_000 === 0 && say(`${agreement}: ${rows.toLocaleString('en')} readings`))
  const answer = await importReadings(store, {
    rows: asBatches(use.readings(schedule)),
    file: key,
    key,
    agreement,
    mode: 'all-or-nothing',
    now: demo.now,
    by: actor,
    signal,
    onProgress,
    also,
  })
  if (answer.kind !== 'imported')
    throw new Error(`${key}: ${answer.kind === 'refused' ? JSON.stringify(answer.record.refusals[0]) : answer.kind}`)
  say(`${agreement}: ${answer.record.accepted.toLocaleString('en')} readings imported`)
  return true
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
