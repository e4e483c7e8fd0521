import { fromText, nought, plus, toText, type Rational } from '../base/rational.ts'
import type { Month } from '../base/time.ts'
import type { Facts } from '../meter/facts.ts'
import type { ResolvedClause, Schedule } from '../terms/schedule.ts'
import { settleBackstop } from './backstop.ts'
import type { ClauseState, Line, Settlement, State } from './line.ts'
import { partOf, type Part } from './period.ts'
import { recoup } from './recoup.ts'
import { emptyState, settleShare } from './share.ts'

export type SettleInput = Readonly<{
  schedule: Schedule
  /** Cover at least `settlementWindow(schedule, month)`. */
  facts: Facts
  /** The month whose statement this is; a clause of longer periods settles with the month in which its period ends. */
  month: Month
  /** What the statement of the month before left; `{}` at the start. */
  opening: State
}>

type Due = Readonly<{ clause: ResolvedClause; part: Part }>

/**
 * Settles one month of one agreement. Same terms, same facts, same opening state: the same answer, byte for byte. Order in a period:
 * backstops, then revenue shares, then recoupment (so a payment is never recouped from the revenue of its own period).
 */
export const settle = ({ schedule, facts, month, opening }: SettleInput): Settlement => {
  const due = schedule.clauses.flatMap((clause): Due[] => {
    const part = partOf(clause, month, schedule.zone)
    return part === undefined ? [] : [{ clause, part }]
  })
  const inTime = due.toSorted((a, b) => a.part.from - b.part.from)
  const closing = new Map<string, ClauseState>(Object.entries(opening))
  const stateOf = (id: string) => closing.get(id) ?? emptyState
  const backstops: Line[] = []
  const shares: Line[] = []
  const recouped: Line[] = []
  const stated = new Map<string, Rational>()
  for (const { clause, part } of inTime) {
    if (clause.kind !== 'capacity-backstop') continue
    const settled = settleBackstop(schedule, clause, part, facts, stateOf(clause.id))
    backstops.push(...settled.lines)
    closing.set(clause.id, settled.closing)
    stated.set(clause.id, plus(stated.get(clause.id) ?? nought, settled.stated))
  }
  for (const { clause, part } of inTime) {
    if (clause.kind !== 'revenue-share') continue
    const settled = settleShare(schedule, clause, part, facts, stateOf(clause.id))
    shares.push(...settled.lines)
    closing.set(clause.id, settled.closing)
  }
  for (const { clause, part } of inTime) {
    if (clause.kind !== 'capacity-backstop' || clause.recoupment === undefined) continue
    const settled = recoup(schedule, clause, part, facts, stateOf(clause.id))
    recouped.push(...settled.lines)
    closing.set(clause.id, settled.closing)
  }
  for (const [id, amount] of stated) {
    const state = stateOf(id)
    if (inTime.some(({ clause }) => clause.id === id && clause.kind === 'capacity-backstop' && clause.recoupment !== undefined))
      closing.set(id, { ...state, recoupable: toText(plus(fromText(state.recoupable), amount)) })
  }
  const sorted = [...closing].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return { lines: [...backstops, ...shares, ...recouped], closing: Object.fromEntries(sorted) }
}
