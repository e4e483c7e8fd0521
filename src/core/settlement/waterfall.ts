import { least, minus, nought, plus, type Rational } from '../base/rational.ts'

/** One step of a cash waterfall: what earlier periods left unpaid, and what this period adds. Neither is negative. */
export type CashStep<Name extends string = string> = Readonly<{ step: Name; arrears: Rational; due: Rational }>

/** What a step was paid; `left` of it stays unpaid and is carried on. */
export type CashPaid<Name extends string = string> = CashStep<Name> & Readonly<{ paid: Rational; left: Rational }>

/**
 * Cash through steps in their order: pay_i = min(cash left, due + arrears), and the last step takes the rest, whatever it is due. So no step is
 * paid before the one above it is paid in full, and what is paid is the cash, exactly. Within a step, arrears come first.
 */
export const payInOrder = <Name extends string>(cash: Rational, steps: readonly CashStep<Name>[]): CashPaid<Name>[] => {
  let rest = cash
  return steps.map((each, i): CashPaid<Name> => {
    const owed = i === steps.length - 1 ? rest : plus(each.arrears, each.due)
    const paid = least(rest, owed)
    rest = minus(rest, paid)
    return { ...each, due: i === steps.length - 1 ? minus(owed, each.arrears) : each.due, paid, left: minus(owed, paid) }
  })
}

/** How much of a payment went to arrears. */
export const arrearsPaid = ({ arrears, paid }: CashPaid): Rational => least(arrears, paid)

/** Nothing paid, nothing owed. */
export const noStep = <Name extends string>(step: Name): CashPaid<Name> => ({
  step,
  arrears: nought,
  due: nought,
  paid: nought,
  left: nought,
})
