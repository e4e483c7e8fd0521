import type { Instant, Month } from '../../core/base/time.ts'
import { monthInterval } from '../../core/base/time.ts'
import { claimsSource } from '../../core/meter/authority.ts'
import { causesOf, type Cause } from '../../core/statements/cause.ts'
import { compareLines, type LineChange, type StatementComparison } from '../../core/statements/compare.ts'
import type { Statement } from '../../core/statements/statement.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import type { Store } from '../store/database.ts'
import { findSince, type Since } from '../store/since.ts'
import { inTransaction, type Work } from '../store/transaction.ts'
import { correctedSide, nowSide, statedSide, type Side, type SideName, type Stored } from './compare-sides.ts'
import { findSchedule } from './find-schedule.ts'

/** A cause with what came in, where it is readings; `decision`: they say what somebody decided about a claim. */
export type ToldCause =
  | Exclude<Cause, { kind: 'facts' }>
  | (Extract<Cause, { kind: 'facts' }> & Readonly<{ since: Since; decision: boolean }>)

export type ComparedMonth = Readonly<{
  statement: Statement
  before: SideName
  after: SideName
  /** All lines; `same` ones too. */
  lines: readonly (LineChange & Readonly<{ causes: readonly ToldCause[] }>)[]
  nets: StatementComparison['nets']
}>

export type CompareAnswer =
  | Readonly<{ kind: 'compared'; compared: ComparedMonth }>
  | Readonly<{ kind: 'refused'; messages: readonly string[] }>

export type CompareRequest = Readonly<{
  /** The id of the version that is looked at. */
  statement: string
  /** The id of another version of its month, or what became of the month. */
  against: Readonly<{ id: string }> | 'corrected' | 'now'
  now: Instant
  signal?: AbortSignal | undefined
}>

const findStored = async ({ client }: Work, id: string): Promise<Stored> => {
  const { rows } = await client.query<{ document: string }>(
    'select document from statement where id = $1 union all select document from statement_draft where id = $1',
    [id],
  )
  return { id, statement: JSON.parse(rows[0]!.document) as Statement }
}

type Around = Readonly<{ schedule: Schedule; month: Month; before: Side; after: Side }>

const tellCause = async (tx: Work, cause: Cause, { schedule, month, before, after }: Around): Promise<ToldCause> => {
  if (cause.kind !== 'facts') return cause
  const since =
    before.known === undefined
      ? { readings: 0, first: 0, last: 0, sources: [], named: [] }
      : await findSince(tx, {
          agreement: schedule.agreement,
          subject: cause.subject,
          kind: cause.reading,
          pools: schedule.pools.map(({ id }) => id),
          blocks: schedule.blocks.map(({ id }) => id),
          window: monthInterval(month, schedule.zone),
          before: before.known.batches,
          after: after.known?.batches,
        })
  const own = claimsSource(schedule.agreement)
  return { ...cause, since, decision: since.sources.length > 0 && since.sources.every((source) => source === own) }
}

const tellLine = async (tx: Work, line: LineChange, around: Around) => {
  const { before, after } = around
  const on = line.after === null ? [] : (after.on.get(line.after) ?? [])
  const found: Cause[] =
    after.name === 'corrected'
      ? on.map((month) => ({ kind: 'correction', on: month }))
      : causesOf(line, { before: before.basis, after: after.basis })
  const causes: ToldCause[] = []
  for (const cause of line.kind === 'same' ? [] : found) causes.push(await tellCause(tx, cause, around))
  return { ...line, causes }
}

const otherSide = async (tx: Work, stored: Stored, schedule: Schedule, { against, now, signal }: CompareRequest) => {
  if (against === 'corrected') return correctedSide(tx, stored)
  if (against === 'now') return nowSide(tx, { schedule, stored, now, signal })
  return statedSide(tx, await findStored(tx, against.id))
}

/**
 * A month on two sides: line by line with both values, the reasons where they part, why, and the nets. The earlier side comes first: of two versions the
 * lower, and what became of a month after what was stated. Nothing is written.
 */
export const compareMonth = (store: Store, request: CompareRequest): Promise<CompareAnswer> =>
  inTransaction<CompareAnswer>(store, async (tx) => {
    const stored = await findStored(tx, request.statement)
    const { agreement, month, currency } = stored.statement
    const schedule = (await findSchedule(tx.queries, agreement))!
    const own = await statedSide(tx, stored)
    const other = await otherSide(tx, stored, schedule, request)
    if (!('name' in other)) return { kind: 'refused', messages: other }
    const otherFirst = typeof other.name === 'number' && typeof own.name === 'number' && other.name < own.name
    const [before, after] = otherFirst ? [other, own] : [own, other]
    const { lines, nets } = compareLines({ before: before.lines, after: after.lines, currency })
    const told = []
    for (const line of lines) told.push(await tellLine(tx, line, { schedule, month, before, after }))
    return { kind: 'compared', compared: { statement: stored.statement, before: before.name, after: after.name, lines: told, nets } }
  })
