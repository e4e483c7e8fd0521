import { monthInterval, monthOf, nextMonth, type Instant, type Interval } from '../../core/base/time.ts'
import { isIn, stepsOf, type FeedState, type MonthKnown, type Step } from '../../core/statements/progress.ts'
import type { Closing } from '../../core/statements/closing.ts'
import { inForce, isBackstop, type Schedule } from '../../core/terms/schedule.ts'
import { countUndecided, findRun } from '../store/claims.ts'
import type { DraftRecord } from '../store/drafts.ts'
import { listSources, type SourceRow } from '../store/rack-rows.ts'
import { findFinalMonths } from '../store/statements.ts'
import type { Work } from '../store/transaction.ts'
import { findClosing, type MonthName } from './closing-of.ts'
import { findSchedule } from './find-schedule.ts'

export type SourceState = FeedState &
  Readonly<{ kinds: readonly string[]; readings: number; lastEnd: Instant | undefined; lastRecorded: Instant }>

/** How far the close of a month is, and what it rests on. */
export type PeriodProgress = Readonly<{
  schedule: Schedule
  window: Interval
  closing: Closing
  draft: DraftRecord | undefined
  steps: readonly Step[]
  sources: readonly SourceState[]
  /** GPU-seconds of the differences when the latest draft was prepared. */
  differences: number | undefined
}>

const neededOf = (schedule: Schedule, { to }: Interval): ReadonlySet<string> => {
  const { allocations, reservations, health } = inForce(schedule.metering, to - 1).value
  return new Set([...(allocations ?? []), ...(reservations ?? []), ...(health ?? [])])
}

/** What tells of sales: where the agreement names no source, these are what it cannot do without. */
const salesKinds = new Set(['allocation', 'reservation'])

const stateOf = (row: SourceRow, needed: ReadonlySet<string>, { to }: Interval): SourceState => ({
  source: row.source,
  kinds: row.kinds,
  readings: row.readings,
  lastEnd: row.lastEnd,
  lastRecorded: row.lastRecorded,
  isNeeded: needed.size === 0 ? row.kinds.some((kind) => salesKinds.has(kind)) : needed.has(row.source),
  isIn: isIn(to, row),
})

/** Reads it as these queries may: undefined where there is no such agreement for them. Nothing is worked out anew, so it is quick at any size. */
export const findProgress = async (
  tx: Work,
  { agreement, month, now }: MonthName & Readonly<{ now: Instant }>,
): Promise<PeriodProgress | undefined> => {
  const schedule = await findSchedule(tx.queries, agreement)
  if (schedule === undefined) return undefined
  const window = monthInterval(month, schedule.zone)
  const { closing, draft } = await findClosing(tx, { agreement, month })
  const of = { pools: schedule.pools.map(({ id }) => id), blocks: schedule.blocks.map(({ id }) => id) }
  const needed = neededOf(schedule, window)
  const heard = (await listSources(tx, { ...of, window, by: now })).map((row) => stateOf(row, needed, window))
  const silent = [...needed].filter((name) => heard.every(({ source }) => source !== name))
  const known: MonthKnown = {
    closing,
    isOver: window.to <= now,
    openBefore: await openBefore(tx, schedule, month),
    feeds: [...heard, ...silent.map((source) => ({ source, isNeeded: true, isIn: false }))],
    differences: draft?.checks.differences === null ? null : draft?.checks.differences.count,
    claim: await claimOf(tx, schedule, month),
  }
  return { schedule, window, closing, draft, steps: stepsOf(known), sources: heard, differences: draft?.checks.differences?.gpuSeconds }
}

const openBefore = async (tx: Work, { agreement, from, zone }: Schedule, month: string): Promise<string | undefined> => {
  const before = nextMonth(month, -1)
  if (before < monthOf(from, zone)) return undefined
  const final = await findFinalMonths(tx.queries, agreement)
  return final.some((each) => each.month === before) ? undefined : before
}

const claimOf = async (tx: Work, schedule: Schedule, month: string): Promise<MonthKnown['claim']> => {
  if (!schedule.clauses.some(isBackstop)) return undefined
  const run = await findRun(tx.queries, schedule.agreement, month)
  if (run === undefined) return { isVerified: false, findings: 0, undecided: 0 }
  return { isVerified: true, findings: run.findings, undecided: await countUndecided(tx.queries, run) }
}
