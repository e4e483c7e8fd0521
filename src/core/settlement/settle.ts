import type { Json } from '../base/canonical.ts'
import { toRational } from '../base/money.ts'
import { fromText, toText } from '../base/rational.ts'
import { monthInterval, type Instant, type Month } from '../base/time.ts'
import type { Facts } from '../meter/facts.ts'
import type { ResolvedClause, Schedule } from '../terms/schedule.ts'
import { stages, type Factor, type Reduction } from './clause-kind.ts'
import { formulas, kindNamed } from './kinds.ts'
import type { ClauseState, Line, Position, Settlement, State } from './line.ts'
import { partOf, periodOf, type Part } from './period.ts'
import type { Stated } from './stated.ts'

export type SettleInput = Readonly<{
  schedule: Schedule
  /** Cover at least `settlementWindow(schedule, month)`. */
  facts: Facts
  /** The month whose statement this is; a clause of longer periods settles with the month in which its period ends. */
  month: Month
  /** What the statement of the month before left; `{}` at the start. */
  opening: State
  /** Final statements of earlier months, for what is owed on their payment. */
  stated?: readonly Stated[]
}>

const reductionsOf = (lines: readonly Line[], { orders }: ResolvedClause, currency: string): Reduction[] =>
  lines
    .filter(({ formula, minor }) => minor !== 0n && formulas.get(formula)?.reducesRevenue === true)
    .map(({ key, from, to, minor }) => ({ line: key, orders, from, to, amount: toRational({ minor, currency }) }))

type Credits = ReadonlyMap<string, readonly Reduction[]>
type Written = Readonly<{ line: string; orders: readonly string[]; from: Instant; to: Instant; amount: string }>

/** Credits of earlier months that quarters and years take off their revenue too, by the clause that gave them. */
const creditsIn = (opening: State): Credits =>
  new Map(
    Object.entries(opening).map(([id, { credits = [] }]) => [
      id,
      (credits as readonly Written[]).map((each) => ({ ...each, amount: fromText(each.amount) })),
    ]),
  )

/** Whether some clause has yet to settle a period that a credit of this month or before falls into. */
const isOpenAfter = ({ clauses, zone }: Schedule, month: Month, { to }: Reduction): boolean =>
  clauses.some((clause) => {
    const [period, end] = [periodOf(clause.period, month, zone), monthInterval(month, zone).to]
    return clause.covers.length > 0 && period.to > end && clause.to > end && Math.max(clause.from, period.from) < to
  })

/** What clauses carry, in order of their ids, with such of their credits as are not done with. */
const withCredits = (closing: ReadonlyMap<string, ClauseState>, credits: Credits, isOpen: (credit: Reduction) => boolean): State => {
  const all = [...closing].map(([id, before]): [string, ClauseState] => {
    const { credits: _, ...state } = before
    const open = (credits.get(id) ?? []).filter(isOpen)
    const written = open.map((each): Json => ({ ...each, orders: [...each.orders], amount: toText(each.amount) }))
    return [id, written.length === 0 ? state : { ...state, credits: written }]
  })
  return Object.fromEntries(all.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

type Due = Readonly<{ clause: ResolvedClause; part: Part }>

const dueIn = (clauses: readonly ResolvedClause[], month: Month, zone: string): Due[] =>
  clauses
    .flatMap((clause): Due[] => {
      const part = partOf(clause, month, zone)
      return part === undefined ? [] : [{ clause, part }]
    })
    .toSorted((a, b) => a.part.from - b.part.from)

/** A clause that ends with the term lasts on for the stage `late`: what was stated may be paid late after it, too. */
const lasting = (schedule: Schedule, month: Month): ResolvedClause[] => {
  const { to } = monthInterval(month, schedule.zone)
  return schedule.clauses.map((clause) => (clause.to === schedule.to && clause.to < to ? { ...clause, to } : clause))
}

/**
 * Settles one month of one agreement. Same terms, same facts, same opening state: the same answer, byte for byte. Every stage goes over all
 * clauses in order of time, and then the next stage does: so a payment is never recouped from the revenue of its own period. A month after
 * the term has nothing but what is late.
 */
export const settle = ({ schedule, facts, month, opening, stated = [] }: SettleInput): Settlement => {
  const due = dueIn(schedule.clauses, month, schedule.zone)
  const late = dueIn(lasting(schedule, month), month, schedule.zone)
  // Of a clause that an amendment cuts, where the last part leaves it is where it stands.
  const lastPart = new Map([...due, ...late].map(({ clause, part }) => [clause.id, part.to]))
  const closing = new Map<string, ClauseState>(Object.entries(opening))
  const [lines, positions, factors]: [Line[], Position[], Factor[]] = [[], [], []]
  const credits = new Map(creditsIn(opening))
  const [reductions, refusals]: [Reduction[], string[]] = [[...credits.values()].flat(), []]
  for (const stage of stages)
    for (const { clause, part } of stage === 'late' ? late : due) {
      const step = kindNamed(clause.kind).stages[stage]
      if (step === undefined) continue
      const before = closing.get(clause.id) ?? {}
      const settled = step({ schedule, clause, part, facts, month, opening: before, lines, factors, reductions, stated })
      lines.push(...(settled.lines ?? []))
      if (lastPart.get(clause.id) === part.to) positions.push(...(settled.positions ?? []))
      factors.push(...(settled.factors ?? []))
      const given = reductionsOf(settled.lines ?? [], clause, schedule.currency)
      reductions.push(...given)
      credits.set(clause.id, [...(credits.get(clause.id) ?? []), ...given])
      refusals.push(...(settled.refusals ?? []))
      closing.set(clause.id, settled.closing)
    }
  const carried = withCredits(closing, credits, (credit) => isOpenAfter(schedule, month, credit))
  return { lines, positions, closing: carried, refusals }
}
