import { compare, minus, nought, plus, toDecimal, type Rational } from '../base/rational.ts'
import { addDays, dateOf, formatLocal, monthOf } from '../base/time.ts'
import type { EventFact, Facts } from '../meter/facts.ts'
import { grouped } from '../terms/phrase.ts'
import type { Schedule } from '../terms/schedule.ts'
import { indexAt } from './accrue.ts'
import { readsCash } from './cash.ts'
import type { ResolvedDebt } from './debt-terms.ts'
import { partOf } from './period.ts'
import { resetAt } from './settle-debt.ts'

/** A draw with all that was drawn up to it and with it. */
type Running = Readonly<{ draw: EventFact; sum: Rational }>

const runningDraws = ({ events }: Facts, clause: ResolvedDebt): Running[] => {
  let sum = nought
  return events
    .filter((each) => each.clause === clause.id && each.event === 'draw')
    .toSorted((a, b) => a.at - b.at || ((a.of ?? '') < (b.of ?? '') ? -1 : 1))
    .map((draw) => ({ draw, sum: (sum = plus(sum, draw.amount ?? nought)) }))
}

/** Which slice of a clause answers for an instant: the one it lies in, the first for what is before all, the last for what is after. */
const answersFor = (clause: ResolvedDebt, { clauses }: Schedule, at: number): boolean => {
  const slices = clauses.filter(({ id }) => id === clause.id)
  const own = slices.findLast(({ from }) => from <= at) ?? slices[0]!
  return own.from === clause.from
}

/** Draws that the lender never promised: without a name or an amount, named twice, too early or late, or beyond the commitment. */
const checkDraws = (clause: ResolvedDebt, facts: Facts, schedule: Schedule): string[] => {
  const { zone, currency } = schedule
  const { availability, commitment, id } = clause
  const running = runningDraws(facts, clause)
  const [first, last] = [dateOf(availability.from, zone), addDays(dateOf(availability.to, zone), -1)]
  return running.flatMap(({ draw, sum }, i): string[] => {
    if (!answersFor(clause, schedule, draw.at)) return []
    const refuse = (why: string): string[] => [
      `The draw ${draw.of ?? 'without a name'} on clause ${id}, ${formatLocal(draw.at, zone)}, ${why}`,
    ]
    if (draw.of === undefined) return refuse('names itself by no `of`: give it one.')
    if (running.slice(0, i).some((each) => each.draw.of === draw.of)) return refuse('has the name of an earlier one: give each its own.')
    if (draw.amount === undefined || compare(draw.amount, nought) <= 0) return refuse('has no amount above zero: say how much was drawn.')
    if (draw.at < availability.from || draw.at >= availability.to)
      return refuse(`is outside the availability period, ${first} through ${last}.`)
    if (compare(sum, commitment) <= 0) return []
    const [amount, left, whole] = [draw.amount, minus(commitment, minus(sum, draw.amount)), commitment].map((each) =>
      grouped(toDecimal(each)),
    )
    return refuse(`is of ${amount} ${currency}, but of the commitment of ${whole} ${currency} ${left} is left.`)
  })
}

/** The stretches of a period that nobody told its CFADS of, or two told. */
const checkCash = (clause: ResolvedDebt, facts: Facts, { zone }: Schedule): string[] => {
  const part = partOf(clause, monthOf(facts.window.to - 1, zone), zone)
  if (part === undefined || !readsCash(clause)) return []
  const told = facts.figures
    .filter(
      ({ clause: of, figure, from, to }) =>
        of === clause.id && figure === 'cfads' && from < part.to && (to > part.from || from === part.from),
    )
    .toSorted((a, b) => a.from - b.from || a.to - b.to)
  if (told.some(({ from, to }) => from === to)) return []
  let covered = part.from
  for (const [i, { from, to }] of told.entries()) {
    const message = `Two figures cfads of clause ${clause.id} speak of ${formatLocal(from, zone)}: let one replace the other.`
    if (i > 0 && from < told[i - 1]!.to) return [message]
    if (from > covered) break
    covered = Math.max(covered, to)
  }
  if (covered >= part.to) return []
  const message = `Clause ${clause.id} settles ${part.label} on cash, but no figure cfads speaks of ${formatLocal(covered, zone)}: report it up to ${formatLocal(part.to, zone)}.`
  return [message]
}

const checkIndex = (clause: ResolvedDebt, facts: Facts, { zone }: Schedule): string[] => {
  const part = partOf(clause, monthOf(facts.window.to - 1, zone), zone)
  const { index } = clause.rate
  if (part === undefined || index === undefined) return []
  const at = resetAt(clause, part)
  if (indexAt(clause, facts.indices, { at, zone }) !== undefined) return []
  const day = addDays(dateOf(at, zone), -index.lagDays)
  const message = `Clause ${clause.id} reads the index ${index.name} on ${day} for ${part.label}, and no value is of that date or before.`
  return [message]
}

/** What a loan cannot settle on: draws that were not promised, a period's cash that nobody told, an index without a value. */
export const checkDebtFacts = (clause: ResolvedDebt, facts: Facts, schedule: Schedule): string[] => [
  ...checkDraws(clause, facts, schedule),
  ...checkCash(clause, facts, schedule),
  ...checkIndex(clause, facts, schedule),
]
