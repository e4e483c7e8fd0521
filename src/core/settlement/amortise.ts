import { greatest, least, minus, nought, over, times, total, type Rational } from '../base/rational.ts'
import type { Interval } from '../base/time.ts'
import type { ResolvedDebt } from './debt-terms.ts'
import type { Input } from './line.ts'
import { state, sum, term } from './reasons.ts'
import { spreadIn } from './spread.ts'

/**
 * `outstanding` is the balance that is not yet due, `drawn` all that was ever drawn, `interest` that of the period. `ends`: the clause ends with
 * it, before the loan was to mature.
 */
export type Amortising = Readonly<{ outstanding: Rational; drawn: Rational; interest: Rational; ends?: boolean }>

type Due = Readonly<{ due: Rational; reasons: readonly Input[] }>

/** What the terms say of a period, which may be more or less than can fall due. */
const agreed = ({ id, amortisation, forecast, origin }: ResolvedDebt, { from, to }: Interval, { drawn, interest }: Amortising): Due => {
  switch (amortisation.kind) {
    case 'bullet':
      return { due: nought, reasons: [] }
    case 'scheduled': {
      const dated = amortisation.repayments.filter(({ at }) => at > from && at <= to)
      const amounts = dated.map(({ unit, value }) => (unit === 'major' ? value : times(drawn, value)))
      return {
        due: total(amounts),
        reasons: dated.map(({ unit, value, pointer }, i) =>
          unit === 'major'
            ? term(origin, pointer, 'major')('+', 'Repayment', value)
            : sum('+', 'Repayment', amounts[i]!, 'major', [
                state(`${id}: drawn so far`, 'major')('+', 'Drawn so far', drawn),
                term(origin, pointer, 'rate')('×', 'Share', value),
              ]),
        ),
      }
    }
    case 'sculpted': {
      const cash = spreadIn(forecast, { from, to })
      const service = over(cash, amortisation.dscr)
      return {
        due: minus(service, interest),
        reasons: [
          sum('+', 'Debt service that the forecast bears', service, 'major', [
            term(origin, `${origin.pointer}/forecast`, 'major')('+', 'CFADS, forecast', cash),
            term(origin, `${origin.pointer}/amortisation/sculpted/dscr`, 'rate')('÷', 'DSCR', amortisation.dscr),
          ]),
          sum('-', 'Interest of the period', interest, 'major', []),
        ],
      }
    }
  }
}

/**
 * Principal that falls due at the end of a period: repayments dated in it, or P = CFADS/DSCR − interest, never below zero and never more than is
 * outstanding; all of that when the loan matures, or an amendment ends it.
 */
export const principalDue = (clause: ResolvedDebt, period: Interval, amortising: Amortising): Due => {
  const { outstanding } = amortising
  if (period.to === clause.matures || amortising.ends === true)
    return { due: outstanding, reasons: [sum('+', 'Outstanding when it matures', outstanding, 'major', [])] }
  const { due: wished, reasons } = agreed(clause, period, amortising)
  const due = greatest(nought, least(wished, outstanding))
  const more = minus(due, wished)
  if (more.n === 0n) return { due, reasons }
  const word = more.n > 0n ? 'Less than nothing, which counts as none' : 'More than is outstanding'
  return { due, reasons: [...reasons, sum(more.n > 0n ? '+' : '-', word, more.n > 0n ? more : minus(nought, more), 'major', [])] }
}
