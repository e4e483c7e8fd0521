import { fromText, isZero, minus, nought, toText, type Rational } from '../base/rational.ts'
import { cashSteps, type CashStepName } from './debt-terms.ts'
import type { ClauseState } from './line.ts'

/** What a loan carries from one period to the next. Money in major units, exact, never negative. */
export type DebtState = Readonly<{
  /** Sums of rounded lines: the balance is their difference. */
  drawn: Rational
  repaid: Rational
  /** Due in earlier periods and not paid, by step. */
  arrears: Readonly<Partial<Record<CashStepName, Rational>>>
  /** In the debt service reserve account. */
  reserve: Rational
  /** Not distributed: it enters the next waterfall. */
  locked: Rational
  /** The index value of the last period; for what is promised ahead. */
  index: Rational | undefined
}>

type Carried = Readonly<{
  arrears: Readonly<Record<string, string>>
  drawn: string
  index: string | null
  locked: string
  repaid: string
  reserve: string
}>

export const debtState = (carried: ClauseState): DebtState => {
  const { arrears = {}, drawn = '0', index = null, locked = '0', repaid = '0', reserve = '0' } = carried as Partial<Carried>
  return {
    drawn: fromText(drawn),
    repaid: fromText(repaid),
    arrears: Object.fromEntries(Object.entries(arrears).map(([step, text]) => [step, fromText(text)])),
    reserve: fromText(reserve),
    locked: fromText(locked),
    index: index === null ? undefined : fromText(index),
  }
}

export const carriedDebt = ({ drawn, repaid, arrears, reserve, locked, index }: DebtState): ClauseState => ({
  arrears: Object.fromEntries(
    cashSteps
      .toSorted()
      .filter((step) => !isZero(arrears[step] ?? nought))
      .map((step) => [step, toText(arrears[step]!)]),
  ),
  drawn: toText(drawn),
  index: index === undefined ? null : toText(index),
  locked: toText(locked),
  repaid: toText(repaid),
  reserve: toText(reserve),
})

export const balanceOf = ({ drawn, repaid }: DebtState): Rational => minus(drawn, repaid)
