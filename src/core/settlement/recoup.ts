import { toMoney, toRational } from '../base/money.ts'
import { fromText, greatest, least, minus, nought, plus, rational, times, toText, total } from '../base/rational.ts'
import type { ResolvedBackstop } from '../terms/schedule.ts'
import type { ClauseSettled, ClauseWork } from './clause-kind.ts'
import { runningState, type Line } from './line.ts'
import { daysOf, yearAt } from './period.ts'
import { fact, state, sum, term } from './reasons.ts'
import { makeRevenue } from './revenue.ts'

/**
 * Recoupment: accrue on the opening balance, then take κ of revenue above θ until it is repaid, accrual first. What the backstop states this
 * period is added afterwards, by `carry`: a payment is never recouped from the revenue of its own period. The balance stays exact; only
 * the line is rounded.
 */
export const recoup = ({ schedule, clause, part, facts, reductions, opening: carried }: ClauseWork<ResolvedBackstop>): ClauseSettled => {
  const terms = clause.recoupment
  if (terms === undefined) return { closing: carried }
  const opening = runningState(carried)
  const balance = fromText(opening.recoupable)
  const accrued = times(times(balance, terms.accrual), rational(daysOf(part, schedule.zone), terms.yearDays))
  const owed = plus(balance, accrued)
  const revenueOf = makeRevenue(facts, reductions)
  const revenue = total(clause.covers.map(({ block }) => revenueOf(block, part.from, part.to).sum))
  const threshold = times(terms.threshold, rational(part.to - part.from, part.fullSeconds))
  const above = greatest(nought, minus(revenue, threshold))
  const share = times(terms.share, above)
  const exact = least(owed, share)
  const minor = toMoney(exact, schedule.currency)
  const closing = minus(owed, toRational(minor))
  const after = { ...opening, recoupable: toText(closing) }
  if (owed.n === 0n) return { lines: [], closing: after }
  const written = (key: string) => term(clause.origin, `${clause.origin.pointer}/recoupment/${key}`, key === 'share' ? 'rate' : 'major')
  const subject = clause.covers.map(({ block }) => block).join(' ')
  const line: Line = {
    key: [clause.id, 'recoupment', '', part.label, '', ''].join('/'),
    clause: clause.id,
    formula: 'recoupment',
    block: undefined,
    from: part.from,
    to: part.to,
    version: clause.origin.version,
    contractYear: yearAt(clause.covers[0]!.years, part.from),
    payer: clause.payee,
    payee: clause.payer,
    reason: undefined,
    quantity: toText(above),
    quantityUnit: 'major',
    rate: toText(terms.share),
    rateUnit: 'share',
    exact: toText(exact),
    minor: minor.minor,
    reasons: [
      sum('+', 'Share of revenue above the threshold', share, 'major', [
        sum('+', 'Revenue above the threshold', above, 'major', [
          fact(subject, ['charge', 'credit', 'refund', 'fx'], 'major')('+', 'Eligible net revenue', revenue, 'R'),
          written('threshold')('-', 'Threshold', threshold, 'θ'),
          sum('+', 'Below the threshold, which counts as none', minus(above, minus(revenue, threshold)), 'major', []),
        ]),
        written('share')('×', 'Share', terms.share, 'κ'),
      ]),
      sum('-', 'More than is owed back', minus(share, exact), 'major', []),
      { ...state(`${clause.id}: owed back when the period opened`, 'major')('note', 'Opening balance', balance) },
      { ...sum('note', 'Accrual on it', accrued, 'major', []) },
    ],
  }
  return { lines: [line], closing: after }
}

/** What the part stated as backstop is owed back from the next period on. */
export const carryStated = ({ schedule, clause, part, opening, lines }: ClauseWork<ResolvedBackstop>): ClauseSettled => {
  if (clause.recoupment === undefined) return { closing: opening }
  const minor = lines
    .filter((line) => line.clause === clause.id && line.formula === 'backstop' && line.from >= part.from && line.to <= part.to)
    .reduce((all, line) => all + line.minor, 0n)
  const running = runningState(opening)
  const recoupable = plus(fromText(running.recoupable), toRational({ minor, currency: schedule.currency }))
  return { closing: { ...running, recoupable: toText(recoupable) } }
}
