import { createHash } from 'node:crypto'
import { canonical } from '../../core/base/canonical.ts'
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
import { post } from '../../core/posting/post.ts'
import type { State } from '../../core/settlement/line.ts'
import { settlementWindow } from '../../core/settlement/period.ts'
import { settle } from '../../core/settlement/settle.ts'
import { drawUp } from '../../core/statements/draw-up.ts'
import type { Statement } from '../../core/statements/statement.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import { appendDeed } from '../store/audit.ts'
import type { Store } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import { appendJournals } from '../store/journals.ts'
import { appendStatement, findClosing, findFinalMonths, findStatement, type StoredStatement } from '../store/statements.ts'
import { inTransaction, lockName, type Work } from '../store/transaction.ts'
import { factsOf } from './facts-of.ts'
import { findSchedule } from './find-schedule.ts'

/** Why a month cannot be settled now, in sentences. Nothing was written. */
export type CloseRefusal = Readonly<{
  kind: 'unknown agreement' | 'outside the term' | 'not over' | 'month before is open' | 'readings'
  messages: readonly string[]
}>

export type CloseAnswer =
  | Readonly<{ kind: 'closed'; /** It was final before. */ again: boolean; stored: StoredStatement }>
  | Readonly<{ kind: 'refused'; refusal: CloseRefusal }>

export type CloseRequest = Readonly<{
  agreement: string
  month: Month
  now: Instant
  by: string
  onRead?: ((readings: number) => void) | undefined
  /** Something that is to happen exactly if the month is closed by this call: done in the same transaction. */
  also?: ((tx: Work) => Promise<void>) | undefined
}>

/**
 * Settles one month of an agreement for good, and posts it to both books: statement, journals and audit entry in one transaction, or none.
 * Months close in order. Safe to call twice: a month that is final is answered with its statement.
 */
export const closePeriod = (store: Store, request: CloseRequest): Promise<CloseAnswer> =>
  inTransaction<CloseAnswer>(store, async (tx) => {
    const { agreement, month, now, by } = request
    // Imports hold the same lock shared: while a month closes, no reading of it is on its way.
    await lockName(tx, `agreement ${agreement}`, 'exclusive')
    const final = await findStatement(tx.queries, agreement, month)
    if (final !== undefined) return { kind: 'closed', again: true, stored: final }
    const drawn = await drawMonth(tx, { ...request, isFinal: true })
    if ('refusal' in drawn) return { kind: 'refused', refusal: drawn.refusal }
    const { statement, interval } = drawn
    const document = canonical(statement)
    const stored = { id: newId('stm'), hash: createHash('sha256').update(document).digest('hex'), statement }
    await appendStatement(tx.queries, { ...stored, interval, document, now })
    await appendJournals(tx.queries, stored.id, post(statement), now)
    const detail = { statement: stored.id, hash: stored.hash, factsHash: statement.factsHash }
    await appendDeed(tx.queries, { at: now, by, action: 'close', subject: `${agreement} ${month}`, detail })
    await request.also?.(tx)
    return { kind: 'closed', again: false, stored }
  })

export type ProvisionalAnswer = Readonly<{
  statement: Statement
  /** The month is not over: what is not read yet counts as unsold. */ running: boolean
}>

/** The statement of a month as it would be on what is known now. Nothing is written. */
export const provisionalStatement = (
  store: Store,
  request: Pick<CloseRequest, 'agreement' | 'month' | 'now' | 'onRead'>,
): Promise<ProvisionalAnswer | Readonly<{ refusal: CloseRefusal }>> =>
  inTransaction<ProvisionalAnswer | Readonly<{ refusal: CloseRefusal }>>(store, async (tx) => {
    const drawn = await drawMonth(tx, { ...request, isFinal: false })
    return 'refusal' in drawn ? drawn : { statement: drawn.statement, running: drawn.interval.to > request.now }
  })

type Drawn = Readonly<{ statement: Statement; interval: Interval }>
type Refused = Readonly<{ refusal: CloseRefusal }>
const refused = (kind: CloseRefusal['kind'], ...messages: string[]): Refused => ({ refusal: { kind, messages } })

const drawMonth = async (
  tx: Work,
  { agreement, month, now, onRead, isFinal }: Pick<CloseRequest, 'agreement' | 'month' | 'now' | 'onRead'> & Readonly<{ isFinal: boolean }>,
): Promise<Drawn | Refused> => {
  const schedule = await findSchedule(tx.queries, agreement)
  if (schedule === undefined) return refused('unknown agreement', `no agreement ${agreement} is loaded; offtake load FILE loads one`)
  const outside = outsideTerm(schedule, month)
  if (outside !== undefined) return outside
  const interval = monthInterval(month, schedule.zone)
  if (isFinal && interval.to > now) return notOver(schedule, month, now)
  const opening = await openingOf(tx, schedule, month)
  if ('refusal' in opening) return opening
  const facts = await factsOf(tx, { schedule, window: settlementWindow(schedule, month), onRead })
  if ('refusals' in facts) return refused('readings', ...facts.refusals.map(({ message }) => message))
  const settlement = settle({ schedule, facts, month, opening: opening.state })
  if (settlement.refusals.length > 0) return refused('readings', ...settlement.refusals)
  const finalOn = isFinal ? dateOf(now, schedule.zone) : undefined
  return { statement: drawUp({ schedule, facts, month, opening: opening.state, settlement, version: 1, finalOn }), interval }
}

const outsideTerm = ({ agreement, from, to, zone }: Schedule, month: Month): Refused | undefined => {
  if (!isMonth(month)) return refused('outside the term', `${month} is no month; write it as 2026-10`)
  const [first, last] = [monthOf(from, zone), monthOf(to - 1, zone)]
  return month >= first && month <= last
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

/** What the month before left; nothing before the first month of the term. */
const openingOf = async (tx: Work, schedule: Schedule, month: Month): Promise<Readonly<{ state: State }> | Refused> => {
  const { agreement, from, zone } = schedule
  const first = monthOf(from, zone)
  if (month === first) return { state: {} }
  const left = await findClosing(tx.queries, agreement, nextMonth(month, -1))
  if (left !== undefined) return { state: left }
  const final = await findFinalMonths(tx.queries, agreement)
  const open = final.length === 0 ? first : nextMonth(final.at(-1)!.month)
  return refused(
    'month before is open',
    `${nextMonth(month, -1)} of ${agreement} is open, and months close in order: the next to close is ${open}`,
  )
}
