import { toMoney, toRational } from '../base/money.ts'
import { greatest, isZero, least, minus, nought, plus, total, type Rational } from '../base/rational.ts'
import type { Instant } from '../base/time.ts'
import type { Facts } from '../meter/facts.ts'
import { accrue, indexAt, type Accrual } from './accrue.ts'
import { principalDue } from './amortise.ts'
import { figureIn, readsCash, stepOf, useCash, type CashUse } from './cash.ts'
import type { ClauseSettled, ClauseWork } from './clause-kind.ts'
import { breachesOf, coverOf, type Breach, type Cover } from './cover.ts'
import { debtLines, debtPositions } from './debt-lines.ts'
import { balanceOf, carriedDebt, debtState, type DebtState } from './debt-state.ts'
import { cashSteps, type CashStepName, type ResolvedDebt } from './debt-terms.ts'
import { isLastPart } from './last-part.ts'
import type { Input } from './line.ts'
import { monthsOf, type Part } from './period.ts'
import { project, reserveTarget } from './project.ts'

/** Money that the lender paid out. */
export type Draw = Readonly<{ id: string; at: Instant; exact: Rational; amount: Rational }>

/** A period of a loan, worked out: what its lines and positions are made of. */
export type DebtPeriod = Readonly<{
  opening: DebtState
  closing: DebtState
  draws: readonly Draw[]
  accruals: readonly Accrual[]
  interest: Rational
  principal: Readonly<{ due: Rational; reasons: readonly Input[] }>
  use: CashUse
  target: Rational
  cfads: Rational | undefined
  cover: Cover
  breaches: readonly Breach[]
}>

/** What the lender paid out in a period, in the order of the facts; `amount` as its line is rounded. */
const drawsIn = ({ clause, part, facts, schedule }: ClauseWork<ResolvedDebt>): Draw[] =>
  facts.events
    .filter(({ clause: of, event, at }) => of === clause.id && event === 'draw' && at >= part.from && at < part.to)
    .map(({ of = '', at, amount: exact = nought }) => ({ id: of, at, exact, amount: toRational(toMoney(exact, schedule.currency)) }))

/** When the whole period of a part begins: its index is read then, however the period is cut. */
export const resetAt = (clause: ResolvedDebt, part: Part): Instant => Math.max(clause.begins, part.periodEnd - part.fullSeconds)

const indexOf = ({ clause, part, facts, schedule }: ClauseWork<ResolvedDebt>): Rational | undefined => {
  const index = indexAt(clause, facts.indices, { at: resetAt(clause, part), zone: schedule.zone })
  if (index === undefined && clause.rate.index !== undefined)
    throw new RangeError(`clause ${clause.id} has no value of ${clause.rate.index.name} for ${part.label}`)
  return index
}

const cashOf = (clause: ResolvedDebt, part: Part, facts: Facts): Rational | undefined => {
  const cfads = figureIn(facts, clause, 'cfads', part)
  if (cfads === undefined && readsCash(clause)) throw new RangeError(`clause ${clause.id} has no figure cfads for ${part.label}`)
  return cfads
}

/** Arrears of others than the reserve account, whose due is worked out anew, and of distributions, which are never due. */
const arrearsOf = ({ steps }: CashUse, balance: Rational): DebtState['arrears'] => {
  const carried: readonly CashStepName[] = cashSteps.filter((step) => step !== 'dsra' && step !== 'distributions')
  // A line that rounds up can repay what is, by less than a minor unit, still in arrears: no more is owed than the balance.
  const left = (step: CashStepName) => (step === 'principal' ? least(stepOf({ steps }, step).left, balance) : stepOf({ steps }, step).left)
  return Object.fromEntries(carried.filter((step) => !isZero(left(step))).map((step) => [step, left(step)]))
}

/** One period of a loan: draws, interest on the balance by day, principal, cash in its order, cover, and what is carried on. */
export const workOutDebt = (work: ClauseWork<ResolvedDebt>): DebtPeriod => {
  const { clause, part, facts, schedule } = work
  const { zone, currency } = schedule
  const opening = debtState(work.opening)
  const [draws, index, cfads] = [drawsIn(work), indexOf(work), cashOf(clause, part, facts)]
  const drawn = total([opening.drawn, ...draws.map(({ amount }) => amount)])
  const { principal: unpaid = nought, interest: unpaidInterest = nought } = opening.arrears
  const bearing = clause.compounding ? plus(balanceOf(opening), unpaidInterest) : balanceOf(opening)
  const accruals = accrue(clause, part, { balance: bearing, draws }, { zone, index })
  const interest = total(accruals.map((each) => each.interest))
  const balance = minus(drawn, opening.repaid)
  const principal = principalDue(clause, part, { outstanding: minus(balance, unpaid), drawn, interest, ends: isLastPart(work) })
  const ahead = { balance: greatest(nought, minus(balance, plus(unpaid, toRational(toMoney(principal.due, currency))))), drawn, index }
  const target =
    clause.dsra === undefined ? nought : reserveTarget(clause, project(clause, part.to, ahead, { zone, currency }), monthsOf[clause.period])
  const use = useCash(clause, opening, { interest, principal: principal.due, target }, part, facts)
  const repaid = plus(opening.repaid, toRational(toMoney(stepOf(use, 'principal').paid, currency)))
  const owed = minus(drawn, repaid)
  const cover = coverOf(clause, { period: part, cfads, interest, principal: principal.due, balance: owed, index, zone })
  const breaches = breachesOf(clause, cover)
  const locked = breaches.length === 0 ? nought : stepOf(use, 'distributions').paid
  const closing = { drawn, repaid, arrears: arrearsOf(use, owed), reserve: use.reserve, locked, index }
  return { opening, closing, draws, accruals, interest, principal, use, target, cfads, cover, breaches }
}

/** `debt-facility`: one part of its time. */
export const settleDebt = (work: ClauseWork<ResolvedDebt>): ClauseSettled => {
  const period = workOutDebt(work)
  return { lines: debtLines(work, period), positions: debtPositions(work, period), closing: carriedDebt(period.closing) }
}
