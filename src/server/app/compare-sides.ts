import { nextMonth, type Instant, type Month } from '../../core/base/time.ts'
import { closedForGood } from '../../core/settlement/correct.ts'
import { isRuled } from '../../core/settlement/disputes.ts'
import type { Line } from '../../core/settlement/line.ts'
import type { Basis } from '../../core/statements/cause.ts'
import { settledToCompared, toCompared, type ComparedLine } from '../../core/statements/compare.ts'
import { withCorrections } from '../../core/statements/corrected.ts'
import type { Statement } from '../../core/statements/statement.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import { findHistory } from '../store/history.ts'
import { findKnown, type Known } from '../store/known.ts'
import { findCorrectionLines } from '../store/since.ts'
import type { Work } from '../store/transaction.ts'
import { drawMonth } from './draw-month.ts'
import { settleMonths, termsOf } from './settle-again.ts'

/** One side of a comparison: a version as it was stated; a month with all that later statements correct of it; a month as it would be settled now. */
export type SideName = number | 'corrected' | 'now'

export type Side = Readonly<{
  name: SideName
  lines: readonly ComparedLine[]
  basis: Basis
  /** What was known; undefined: all that is known now. */
  known: Known | undefined
  /** Of a corrected month: the statements that its lines are corrected on. */
  on: ReadonlyMap<ComparedLine, readonly Month[]>
}>

/** A stored version: what was stated. */
export type Stored = Readonly<{ id: string; statement: Statement }>

const nowhere: Side['on'] = new Map()

export const statedSide = async (tx: Work, { id, statement }: Stored): Promise<Side> => {
  const { version, lines, terms, evidence, opening } = statement
  const known = await findKnown(tx, id)
  return { name: version, lines: lines.map(toCompared), basis: { terms, evidence, opening }, known, on: nowhere }
}

/** What later statements state of it counts where it belongs. It rests on what the statement rests on, and on those. */
export const correctedSide = async (tx: Work, { statement }: Stored): Promise<Side> => {
  const { agreement, month, lines, currency, terms, evidence, opening } = statement
  const corrections = await findCorrectionLines(tx, agreement, month)
  const corrected = withCorrections(lines, corrections, currency)
  return { name: 'corrected', lines: corrected.lines, basis: { terms, evidence, opening }, known: undefined, on: corrected.on }
}

/** The lines of a month that settling it again does not make: corrections of other months, and what rulings took off. */
const besides = ({ lines }: Statement): ComparedLine[] =>
  lines.filter((line) => line.corrects !== undefined || isRuled(line)).map(toCompared)

/** Most months that are settled again to know how one stands now. */
export const chainMonthsMax = 60

export type NowRequest = Readonly<{ schedule: Schedule; stored: Stored; now: Instant; signal?: AbortSignal | undefined }>

/** A month that is not final yet: what would be prepared now. */
const preparedNow = async (tx: Work, agreement: string, month: Month, now: Instant): Promise<Side | readonly string[]> => {
  const drawn = await drawMonth(tx, { agreement, month, now, isFinal: false })
  if ('refusal' in drawn) return drawn.refusal.messages
  const { lines, terms, evidence, opening } = drawn.statement
  return { name: 'now', lines: lines.map(toCompared), basis: { terms, evidence, opening }, known: undefined, on: nowhere }
}

/**
 * What the month would be, were it settled on all that is known now: as the next statement will correct it. The months before are settled again too, as
 * far back as they are corrected. Refused in sentences where what is known cannot be settled.
 */
export const nowSide = async (tx: Work, { schedule, stored, now, signal }: NowRequest): Promise<Side | readonly string[]> => {
  const { statement } = stored
  const { agreement, month } = statement
  if (statement.status === 'provisional') return preparedNow(tx, agreement, month, now)
  const history = await findHistory(tx, schedule, '9999-12')
  const stated = history.map((each) => each.stated)
  const kept = closedForGood(schedule, stated, nextMonth(stated.at(-1)!.month))
  const last = stated.findIndex((each) => each.month === month)
  if (last < kept) return [`${month} is closed for good: nothing that comes now changes it`]
  const months = stated.slice(kept, last + 1).map((each) => each.month)
  if (months.length > chainMonthsMax) return [`${months.length} months would have to be settled again, and ${chainMonthsMax} are the most`]
  const opening = history[kept - 1]?.closing ?? {}
  let lines: readonly Line[] = []
  let basis: Basis | undefined
  for await (const step of settleMonths(tx, { schedule, months, stated, opening, now, signal })) {
    if ('refusals' in step) return step.refusals
    const { settled } = step
    lines = settled.lines
    basis = { terms: termsOf(schedule, settled.month), evidence: settled.evidence, opening: settled.opening }
  }
  const own = lines.map((line) => settledToCompared(schedule, line))
  return { name: 'now', lines: [...own, ...besides(statement)], basis: basis!, known: undefined, on: nowhere }
}
