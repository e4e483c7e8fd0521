import type { AgreementId } from '../../core/base/id.ts'
import { describeProblem } from '../../core/base/problem.ts'
import { monthOf, nextMonth, startOfDate, type LocalDate, type Month } from '../../core/base/time.ts'
import type { Statement } from '../../core/statements/statement.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import { digestOf } from '../fleet/digest.ts'
import { readingsWith, type Detail } from '../history/month-facts.ts'
import type { ParsedStory } from '../history/story.ts'
import type { Asked } from '../history/tell-story.ts'
import { asSystem, type Store } from '../store/database.ts'
import { appendTick, findTicks, foundSandbox, tendReadings } from '../store/sandbox.ts'
import { findStatement } from '../store/statements.ts'
import { inTransaction, RolledBack, type Work } from '../store/transaction.ts'
import type { By } from '../store/audit.ts'
import { closedAt } from './closed-at.ts'
import { closePeriod } from './close-period.ts'
import { findSchedule } from './find-schedule.ts'
import { importReadings, type ReadingBatch } from './import-readings.ts'
import { loadAgreement } from './load-agreement.ts'

/** What an agreement's months are made up from. Same source, same statements. */
export type AdvanceSource = Readonly<{
  agreement: AgreementId
  seed: number
  detail: Detail
  story: ParsedStory | undefined
  /** The documents that the story names, each loaded when the clock reaches its date. */
  amendments: readonly Readonly<{ at: LocalDate; document: string; file: string }>[]
}>

export type AdvanceRequest = Readonly<{
  sources: readonly AdvanceSource[]
  /** How many months each agreement is to have behind it, from the first of its term; the month after the term is the last there is. */
  months: number
  /** The last month that any is to pass, if that comes first. Default none. */
  through?: Month | undefined
  by: By
  /** Aborting takes back the step under way, or lets it be completed: never half of one. */
  signal?: AbortSignal | undefined
  onStep?: ((step: Readonly<{ agreement: string; month: Month; doing: string }>) => void) | undefined
}>

/** One month of one agreement that the clock has passed. */
export type Advanced = Readonly<{
  agreement: string
  month: Month
  /** It had passed before. */
  again: boolean
  /** Undefined for the month after the term, in which nothing is settled and what comes late comes in. */
  statement: Statement | undefined
  readings: number
}>

/** Why the clock stands still, in sentences. What had been done before is done. */
export class AdvanceRefused extends Error {
  readonly messages: readonly string[]
  constructor(messages: readonly string[]) {
    super(messages.join('\n'))
    this.messages = messages
  }
}

/** Makes a database a sandbox. Throws `AdvanceRefused` where anything real is on record. */
export const openSandbox = async (store: Store): Promise<void> => {
  const there = await inTransaction<string | undefined>(store, async (tx) => {
    const found = await foundSandbox(tx)
    return found === undefined ? undefined : new RolledBack(found)
  })
  if (there !== undefined)
    throw new AdvanceRefused([
      `this database is no sandbox, and something real is on record in it (${there}): its clock is that of the world. --home FOLDER names another`,
    ])
}

type Course = { source: AdvanceSource; schedule: Schedule; asked: Asked[]; next: Month }

/**
 * Advances agreements through their terms by the use cases that anybody has: readings come in, a month is closed, each in one transaction;
 * all agreements month by month, so that the clock only moves forward. What is done is passed over, so that a run which was broken off is taken
 * up where it ended, and a second run changes nothing. Throws `AdvanceRefused` where a month cannot be closed, and the signal's reason.
 */
export async function* advance(store: Store, request: AdvanceRequest): AsyncGenerator<Advanced> {
  const courses: Course[] = []
  for (const source of request.sources) courses.push(await openCourse(store, source))
  const tend = makeTending(store)
  const isDone = ({ schedule, next }: Course): boolean => {
    const { from, to, zone } = schedule
    if (request.through !== undefined && next > request.through) return true
    return next > nextMonth(monthOf(to - 1, zone)) || next >= nextMonth(monthOf(from, zone), request.months)
  }
  for (;;) {
    const ahead = courses.filter((course) => !isDone(course))
    if (ahead.length === 0) return
    const month = ahead.map(({ next }) => next).reduce((first, each) => (each < first ? each : first))
    for (const course of ahead.filter(({ next }) => next === month)) {
      request.signal?.throwIfAborted()
      const done = await passMonth(store, course, request)
      if (!done.again) await tend(done.readings)
      yield done
      course.next = nextMonth(month)
    }
  }
}

const scheduleOf = async (store: Store, agreement: string): Promise<Schedule> => {
  const schedule = await asSystem(store.database, (tx) => findSchedule(tx, agreement))
  if (schedule === undefined) throw new AdvanceRefused([`no agreement ${agreement} is loaded`])
  return schedule
}

const openCourse = async (store: Store, source: AdvanceSource): Promise<Course> => {
  const schedule = await scheduleOf(store, source.agreement)
  const ticks = await asSystem(store.database, (tx) => findTicks(tx, source.agreement))
  const other = ticks.find(({ seed, detail }) => seed !== source.seed || detail !== source.detail)
  if (other !== undefined)
    throw new AdvanceRefused([
      `${source.agreement} was advanced with --seed ${other.seed} --detail ${other.detail}, and goes on with these, not with --seed ${source.seed} --detail ${source.detail}`,
    ])
  return { source, schedule, asked: [], next: monthOf(schedule.from, schedule.zone) }
}

const passMonth = async (store: Store, course: Course, request: AdvanceRequest): Promise<Advanced> => {
  const { source, next: month } = course
  const { agreement } = source
  const before = await passedBefore(store, course)
  if (before !== undefined) return before
  await loadAmendments(store, course, request)
  const isOver = month > monthOf(course.schedule.to - 1, course.schedule.zone)
  const tick = (tx: Work) => appendTick(tx.queries, { agreement, month, now: closedAt(month), ...madeFrom(source) })
  const readings = await bringReadings(store, course, request, isOver ? tick : undefined)
  if (isOver) return { agreement, month, again: false, statement: undefined, readings }
  request.signal?.throwIfAborted()
  request.onStep?.({ agreement, month, doing: 'closing' })
  const answer = await closePeriod(store, { agreement, month, now: closedAt(month), by: request.by, also: tick })
  if (answer.kind === 'refused') throw new AdvanceRefused(answer.refusal.messages)
  const { statement } = answer.stored
  course.asked.push(askedOf(statement))
  return { agreement, month, again: answer.again, statement, readings }
}

const madeFrom = ({ seed, detail, story }: AdvanceSource) => ({ seed, detail, story: story?.hash })

const askedOf = ({ month, dueOn, totals: { net } }: Statement): Asked => ({ month, dueOn: dueOn!, payer: net.payer, amount: net.amount })

const passedBefore = async (store: Store, course: Course): Promise<Advanced | undefined> => {
  const { source, next: month, asked } = course
  const { agreement } = source
  const found = await asSystem(store.database, (tx) => findStatement(tx, agreement, month))
  if (found !== undefined) {
    asked.push(askedOf(found.statement))
    return { agreement, month, again: true, statement: found.statement, readings: 0 }
  }
  const ticks = await asSystem(store.database, (tx) => findTicks(tx, agreement))
  return ticks.some((each) => each.month === month) ? { agreement, month, again: true, statement: undefined, readings: 0 } : undefined
}

/** Loads the versions whose date the month has; one that is on record is passed over. */
const loadAmendments = async (store: Store, course: Course, { by, onStep }: AdvanceRequest): Promise<void> => {
  const { source, next: month } = course
  for (const { at, document, file } of source.amendments.filter((each) => each.at.slice(0, 7) <= month)) {
    onStep?.({ agreement: source.agreement, month, doing: `loading ${file}` })
    const answer = await loadAgreement(store, { document, now: startOfDate(at, 'UTC'), by })
    if (answer.kind === 'refused') throw new AdvanceRefused(answer.problems.map((problem) => describeProblem(file, problem)))
  }
  course.schedule = await scheduleOf(store, source.agreement)
}

const bringReadings = async (
  store: Store,
  { source, schedule, asked, next: month }: Course,
  { by, signal, onStep }: AdvanceRequest,
  also: ((tx: Work) => Promise<void>) | undefined,
): Promise<number> => {
  const { agreement, seed, detail, story } = source
  const readings = readingsWith({ schedule, month, seed, detail, story: story?.story, asked })
  onStep?.({ agreement, month, doing: `bringing in ${readings.length.toLocaleString('en')} readings` })
  const rows = readings.map((reading, i) => ({ line: i + 1, reading, digest: digestOf(reading) }))
  const name = `${agreement} ${month}, seed ${seed}, ${detail}, ${story === undefined ? 'no story' : `story ${story.hash}`}`
  const answer = await importReadings(store, {
    rows: inBatches(rows),
    file: name,
    key: `sandbox ${name}`,
    agreement,
    mode: 'all-or-nothing',
    now: closedAt(month),
    by,
    signal,
    also,
  })
  if (answer.kind === 'imported') return readings.length
  const why = answer.kind === 'refused' ? answer.record.refusals.flatMap(({ problems }) => problems) : []
  throw new AdvanceRefused([
    `${agreement} ${month}: its readings cannot come in`,
    ...why.map((problem) => describeProblem(agreement, problem)),
  ])
}

/** Rows of a batch. */
const batchRows = 5000

async function* inBatches(rows: ReadingBatch['rows']): AsyncGenerator<ReadingBatch> {
  for (let from = 0; from < rows.length; from += batchRows)
    yield { rows: rows.slice(from, from + batchRows), refusals: [], bytesRead: from, bytesTotal: rows.length }
}

/** Tends the table of readings whenever it has grown by a quarter and more. */
const makeTending = (store: Store) => {
  let [fresh, all] = [0, 0]
  return async (readings: number): Promise<void> => {
    fresh += readings
    all += readings
    if (fresh < 500 + all / 4) return
    fresh = 0
    await tendReadings(store)
  }
}
