import {
  dateOf,
  formatInstant,
  formatLocal,
  isMonth,
  monthInterval,
  monthOf,
  nextMonth,
  type Instant,
  type Interval,
  type Month,
} from '../../core/base/time.ts'
import type { Facts } from '../../core/meter/facts.ts'
import { closedForGood, settleAgain, settleOpen, type Chain } from '../../core/settlement/correct.ts'
import { settlementWindow } from '../../core/settlement/period.ts'
import { drawUp } from '../../core/statements/draw-up.ts'
import type { Statement } from '../../core/statements/statement.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import { countLate, findHistory, findUnsettled, type PastMonth } from '../store/history.ts'
import type { Known } from '../store/known.ts'
import type { Work } from '../store/transaction.ts'
import { factsOf } from './facts-of.ts'
import { findSchedule } from './find-schedule.ts'

/** Why a month cannot be settled now, in sentences. Nothing was written. */
export type CloseRefusal = Readonly<{
  kind: 'unknown agreement' | 'outside the term' | 'not over' | 'month before is open' | 'readings'
  messages: readonly string[]
}>
export type Refused = Readonly<{ refusal: CloseRefusal }>

export type DrawRequest = Readonly<{
  agreement: string
  month: Month
  now: Instant
  onRead?: ((readings: number) => void) | undefined
  isFinal: boolean
  /** The number of the statement within its month: 1 unless said. */
  version?: number
  /** As things were known once: the month is settled as it would have been then. Without it, on all that is known now. */
  known?: Known | undefined
}>

/** A month as it is settled on what is known now. */
export type Drawn = Readonly<{
  statement: Statement
  interval: Interval
  /** Readings that have come late for final months, and rulings: all of them are settled by this. */
  lateKnown: number
  /** What came for months that are closed for good, and so is not settled: in sentences. */
  listed: readonly string[]
}>

const refused = (kind: CloseRefusal['kind'], ...messages: string[]): Refused => ({ refusal: { kind, messages } })

/**
 * The statement of a month on what is known now: its own lines, and what final months lack because something new bears on them. Refused where
 * it cannot be settled yet.
 */
export const drawMonth = async (tx: Work, request: DrawRequest): Promise<Drawn | Refused> => {
  const { agreement, month, now, isFinal, version = 1 } = request
  const schedule = await findSchedule(tx.queries, agreement, request.known?.versions)
  if (schedule === undefined) return refused('unknown agreement', `no agreement ${agreement} is loaded; offtake load FILE loads one`)
  const outside = outsideTerm(schedule, month)
  if (outside !== undefined) return outside
  const interval = monthInterval(month, schedule.zone)
  if (isFinal && interval.to > now) return notOver(schedule, month, now)
  const past = await findHistory(tx, schedule, month)
  const open = openBefore(schedule, past, month)
  if (open !== undefined) return open
  const lateKnown = request.known?.late ?? (await countLate(tx, schedule, request.known?.batches))
  const run = await correct(tx, { schedule, past, lateKnown, request })
  if ('refusal' in run) return run
  const facts = await readFacts(tx, schedule, month, request)
  if ('refusal' in facts) return facts
  const { settlement, corrections, refusals } = settleOpen(run.chain, month, facts)
  if (refusals.length > 0) return refused('readings', ...refusals)
  const finalOn = isFinal ? dateOf(now, schedule.zone) : undefined
  const drawing = { schedule, facts, month, opening: run.chain.closing, settlement, version, finalOn }
  const statement = drawUp({ ...drawing, run: { settled: run.chain.settled, corrections } })
  return { statement, interval, lateKnown, listed: run.listed }
}

const readFacts = async (tx: Work, schedule: Schedule, month: Month, { now, onRead, known }: DrawRequest): Promise<Facts | Refused> => {
  const window = settlementWindow(schedule, month)
  const facts = await factsOf(tx, { schedule, window, lifeUntil: now + 1, onRead, known: known?.batches })
  return 'refusals' in facts ? refused('readings', ...facts.refusals.map(({ message }) => message)) : facts
}

type Correcting = Readonly<{ schedule: Schedule; past: readonly PastMonth[]; lateKnown: number; request: DrawRequest }>
type Run = Readonly<{ chain: Chain; listed: readonly string[] }>

/** Settles final months again, where something new bears on any of them; else the month opens with what the last one left. */
const correct = async (tx: Work, { schedule, past, lateKnown, request }: Correcting): Promise<Run | Refused> => {
  const stated = past.map((each) => each.stated)
  const last = past.at(-1)
  const versions = newVersions(schedule, past, request.month)
  if (last === undefined || (lateKnown === last.lateKnown && versions.length === 0))
    return { chain: { schedule, stated, settled: [], closing: last?.closing ?? {}, refusals: [] }, listed: [] }
  const kept = closedForGood(schedule, stated, request.month)
  let chain: Chain = { schedule, stated, settled: [], closing: past[kept - 1]?.closing ?? {}, refusals: [] }
  for (const { month } of stated.slice(kept)) {
    const facts = await readFacts(tx, schedule, month, request)
    if ('refusal' in facts) return facts
    chain = settleAgain(chain, month, facts)
  }
  return { chain, listed: kept === 0 ? [] : await listKept(tx, schedule, stated[kept - 1]!.month, versions) }
}

/** Versions that count from before the month and that the last final month did not know. */
const newVersions = ({ versions, zone }: Schedule, past: readonly PastMonth[], month: Month): Schedule['versions'] => {
  const { from } = monthInterval(month, zone)
  const known = new Set(past.at(-1)?.terms.map(({ version }) => version))
  return versions.filter(({ version, effective }) => effective < from && !known.has(version))
}

const listKept = async (tx: Work, schedule: Schedule, through: Month, versions: Schedule['versions']): Promise<string[]> => {
  const end = monthInterval(through, schedule.zone).to
  const kept = `months through ${through} are closed for good`
  return [
    ...(await findUnsettled(tx, schedule, through)).map(
      ({ month, readings }) => `${readings} readings came for ${month} and are not settled there: ${kept}`,
    ),
    ...versions
      .filter(({ effective }) => effective < end)
      .map(
        ({ version, effective }) =>
          `version ${version} counts from ${dateOf(effective, schedule.zone)} and changes none of what is closed for good: ${kept}`,
      ),
  ]
}

/** After the term a month has corrections and what is paid late: it closes like any other. */
export const outsideTerm = ({ agreement, from, to, zone }: Schedule, month: Month): Refused | undefined => {
  if (!isMonth(month)) return refused('outside the term', `${month} is no month; write it as 2026-10`)
  const [first, last] = [monthOf(from, zone), monthOf(to - 1, zone)]
  return month >= first
    ? undefined
    : refused('outside the term', `${month} is outside the term of ${agreement}, which is settled from ${first} through ${last}`)
}

const notOver = ({ agreement, zone }: Schedule, month: Month, now: Instant): Refused => {
  const { to } = monthInterval(month, zone)
  return refused(
    'not over',
    `${month} of ${agreement} is not over: it ends at ${formatInstant(to)} (${formatLocal(to, zone)} in ${zone}), and it is ${formatInstant(now)}. --provisional shows it as it stands`,
  )
}

/** Months close in order: refused where the one before is open. */
const openBefore = ({ agreement, from, zone }: Schedule, past: readonly PastMonth[], month: Month): Refused | undefined => {
  const first = monthOf(from, zone)
  const before = nextMonth(month, -1)
  if (month === first || past.at(-1)?.stated.month === before) return undefined
  const open = past.length === 0 ? first : nextMonth(past.at(-1)!.stated.month)
  return refused(
    'month before is open',
    `${before} of ${agreement} is open, and months close in order: the next to close is ${open}; offtake close --through closes them one after the other`,
  )
}
