import { greatest, least, minus, nought, plus, total, type Rational } from '../base/rational.ts'
import type { Interval } from '../base/time.ts'
import type { Facts } from '../meter/facts.ts'
import type { DebtState } from './debt-state.ts'
import type { CashStepName, ResolvedDebt } from './debt-terms.ts'
import { spreadIn } from './spread.ts'
import { noStep, payInOrder, type CashPaid, type CashStep } from './waterfall.ts'

/** Figures that readings report of a loan, all in major units over a period: CFADS, and what is due to others than the lender. */
export const debtFigures = ['cfads', 'opex', 'fees', 'subordinated'] as const
type DebtFigure = (typeof debtFigures)[number]

/** A figure over an interval; undefined where none was told. */
export const figureIn = (facts: Facts, clause: ResolvedDebt, figure: DebtFigure, period: Interval): Rational | undefined => {
  const told = facts.figures.filter(
    (each) =>
      each.clause === clause.id &&
      each.figure === figure &&
      (each.from === each.to ? each.from >= period.from && each.from < period.to : each.from < period.to && each.to > period.from),
  )
  return told.length === 0 ? undefined : spreadIn(told, period)
}

/** Whether it cannot settle without knowing the cash of a period. */
export const readsCash = ({ waterfall, lockUp, defaultTest }: ResolvedDebt): boolean =>
  waterfall !== undefined || [...lockUp, ...defaultTest].some(({ ratio }) => ratio === 'dscr')

/** What falls due to the lender in a period, and what the reserve account should hold after it. */
export type Dues = Readonly<{ interest: Rational; principal: Rational; target: Rational }>

/** How a period's cash was used. */
export type CashUse = Readonly<{
  steps: readonly CashPaid<CashStepName>[]
  /** Undefined where all that is due is payable, whatever the cash. */
  cash: Rational | undefined
  /** Of `cash`: let go by the reserve account, and locked up before. */
  released: Rational
  unlocked: Rational
  /** Paid out of the reserve account, beyond the cash. */
  fromReserve: Readonly<{ interest: Rational; principal: Rational }>
  reserve: Rational
}>

/** The step of that name. */
export const stepOf = ({ steps }: Pick<CashUse, 'steps'>, name: CashStepName): CashPaid<CashStepName> =>
  steps.find(({ step }) => step === name) ?? noStep(name)

const owedAt = (state: DebtState, dues: Dues, held: Rational, told: (figure: DebtFigure) => Rational) => {
  const due = (step: CashStepName): Rational => {
    switch (step) {
      case 'interest':
      case 'principal':
        return dues[step]
      case 'dsra':
        return greatest(nought, minus(dues.target, held))
      case 'distributions':
        return nought
      case 'opex':
      case 'fees':
      case 'subordinated':
        return told(step)
    }
  }
  return (step: CashStepName): CashStep<CashStepName> => ({ step, arrears: state.arrears[step] ?? nought, due: due(step) })
}

/**
 * The cash waterfall of a period. What enters is CFADS, before operating costs where a step pays these, with what the reserve account holds too
 * much and what was locked up before. Where it does not pay interest or principal in full, the reserve account does, as far as it goes.
 */
export const useCash = (clause: ResolvedDebt, state: DebtState, dues: Dues, period: Interval, facts: Facts): CashUse => {
  const { waterfall } = clause
  const told = (figure: DebtFigure) => figureIn(facts, clause, figure, period) ?? nought
  if (waterfall === undefined) {
    const owed = owedAt(state, dues, nought, told)
    const steps = (['interest', 'principal'] as const)
      .map(owed)
      .map((each) => ({ ...each, paid: plus(each.arrears, each.due), left: nought }))
    const fromReserve = { interest: nought, principal: nought }
    return { steps, cash: undefined, released: nought, unlocked: nought, fromReserve, reserve: nought }
  }
  const released = greatest(nought, minus(state.reserve, dues.target))
  const held = minus(state.reserve, released)
  const earned = total([told('cfads'), waterfall.includes('opex') ? told('opex') : nought])
  const cash = greatest(nought, total([earned, released, state.locked]))
  const paid = payInOrder(cash, waterfall.map(owedAt(state, dues, held, told)))
  return { ...drawReserve(paid, plus(held, stepOf({ steps: paid }, 'dsra').paid)), cash, released, unlocked: state.locked }
}

const drawReserve = (paid: readonly CashPaid<CashStepName>[], reserve: Rational) => {
  const interest = least(reserve, stepOf({ steps: paid }, 'interest').left)
  const principal = least(minus(reserve, interest), stepOf({ steps: paid }, 'principal').left)
  const fromReserve = { interest, principal }
  const steps = paid.map((each) => {
    if (each.step !== 'interest' && each.step !== 'principal') return each
    const more = fromReserve[each.step]
    return { ...each, paid: plus(each.paid, more), left: minus(each.left, more) }
  })
  return { steps, fromReserve, reserve: minus(reserve, plus(interest, principal)) }
}
