import { decimal, greatest, isZero, minus, nought, plus, total } from '../base/rational.ts'
import { addDays, dateOf, endOfDate, monthOf, startOfDate } from '../base/time.ts'
import type { Slice } from '../terms/kind.ts'
import { readerOf } from '../terms/resolve-clause.ts'
import { steppedNumber, within } from '../terms/stepped.ts'
import { debtFigures } from './cash.ts'
import { checkDebt } from './check-debt.ts'
import { checkDebtFacts } from './check-debt-facts.ts'
import { clauseKind, type Commitment, type KindOf } from './clause-kind.ts'
import { debtFormulas } from './debt-lines.ts'
import { debtShape, debtShapes } from './debt-shape.ts'
import { balanceOf, debtState } from './debt-state.ts'
import { coverRatios, type DebtFacility, type Levels, type LevelTerms, type ResolvedDebt } from './debt-terms.ts'
import { periodOf } from './period.ts'
import { project } from './project.ts'
import { sayDebt } from './say-debt.ts'
import { settleDebt } from './settle-debt.ts'

const levelsOf = (levels: LevelTerms | undefined, pointer: string): Levels =>
  coverRatios.flatMap((ratio) => {
    const level = levels?.[ratio]
    return level === undefined ? [] : [{ ratio, level: decimal(level), pointer: `${pointer}/${ratio}` }]
  })

const resolveRate = ({ interest }: DebtFacility, slice: Slice): ResolvedDebt['rate'] => {
  const { agreement } = slice.signed
  const read = readerOf(slice, agreement.commencement)
  const { index, floor = '0', lagDays = 0, dayCount } = interest
  const step =
    interest.fixed === undefined
      ? steppedNumber(interest.margin ?? '0', read('interest/margin'))
      : steppedNumber(interest.fixed, read('interest/fixed'))
  return {
    step: within(step, slice.slice),
    index: index === undefined ? undefined : { name: index, floor: decimal(floor), lagDays },
    dayCount,
  }
}

const resolveAmortisation = ({ amortisation }: DebtFacility, { pointer, signed }: Slice): ResolvedDebt['amortisation'] => {
  if (amortisation === 'bullet') return { kind: 'bullet' }
  if ('sculpted' in amortisation) return { kind: 'sculpted', dscr: decimal(amortisation.sculpted.dscr) }
  const repayments = amortisation.scheduled.map(({ date, amount, share }, i) => {
    const at = endOfDate(date, signed.agreement.zone)
    const here = `${pointer}/amortisation/scheduled/${i}`
    return amount === undefined
      ? { at, unit: 'share' as const, value: decimal(share!), pointer: `${here}/share` }
      : { at, unit: 'major' as const, value: decimal(amount), pointer: `${here}/amount` }
  })
  return { kind: 'scheduled', repayments }
}

const resolve: KindOf<DebtFacility, ResolvedDebt>['resolve'] = (clause, slice) => {
  const { zone } = slice.signed.agreement
  const { pointer, span } = slice
  const { dsra, availableFrom, availableThrough } = clause
  const rate = resolveRate(clause, slice)
  return {
    begins: span.from,
    matures: span.to,
    commitment: decimal(clause.commitment),
    availability: {
      from: availableFrom === undefined ? span.from : startOfDate(availableFrom, zone),
      to: availableThrough === undefined ? span.to : endOfDate(availableThrough, zone),
    },
    rate,
    compounding: clause.compounding,
    amortisation: resolveAmortisation(clause, slice),
    forecast: clause.forecast.map(({ from, through, amount }, i) => ({
      from: startOfDate(from, zone),
      to: endOfDate(through, zone),
      value: decimal(amount),
      pointer: `${pointer}/forecast/${i}/amount`,
    })),
    waterfall: clause.waterfall,
    dsra: dsra === undefined ? undefined : { share: decimal(dsra.share), months: dsra.months },
    lockUp: levelsOf(clause.lockUp, `${pointer}/lockUp`),
    defaultTest: levelsOf(clause.defaultTest, `${pointer}/defaultTest`),
    figures: debtFigures,
    events: ['draw'],
    indices: rate.index === undefined ? [] : [rate.index.name],
  }
}

/** The borrower's debt service, period by period, on what is drawn; and what the lender still has to lend, as long as it may be drawn. */
const commitments: NonNullable<KindOf<DebtFacility, ResolvedDebt>['commitments']> = (clause, { schedule, from, state: carried }) => {
  const { zone, currency } = schedule
  const state = debtState(carried)
  const at = startOfDate(from, zone)
  const slices = schedule.clauses.filter(({ id }) => id === clause.id)
  // A period that is not over has not settled, but for parts of it that ended before.
  const settled = slices.filter(({ to }) => to <= at).map(({ to }) => to)
  const opens = Math.max(clause.begins, periodOf(clause.period, monthOf(at, zone), zone).from, ...settled)
  const ends = Math.min(clause.matures, slices.at(-1)!.to)
  const { interest = nought, principal = nought } = state.arrears
  const standing = { balance: minus(balanceOf(state), principal), drawn: state.drawn, index: state.index }
  const unpaid = plus(interest, principal)
  const due = project({ ...clause, matures: ends }, opens, standing, { zone, currency })
    .map((each, i) => ({ ...each, amount: total([each.interest, each.principal, i === 0 ? unpaid : nought]) }))
    .filter(({ to, amount }) => to > clause.from && to <= clause.to && !isZero(amount))
  const undrawn = greatest(nought, minus(clause.commitment, state.drawn))
  const open = { from: Math.max(at, clause.availability.from, clause.from), to: Math.min(clause.availability.to, clause.to) }
  const dates = (span: Readonly<{ from: number; to: number }>) => ({
    from: dateOf(span.from, zone),
    through: addDays(dateOf(span.to, zone), -1),
  })
  const service = due.map((each): Commitment => ({
    clause: clause.id,
    payer: clause.payer,
    payee: clause.payee,
    ...dates({ from: Math.max(each.from, at), to: each.to }),
    amount: each.amount,
    nature: 'firm',
  }))
  if (open.from >= open.to || isZero(undrawn)) return service
  return [
    ...service,
    { clause: clause.id, payer: clause.payee, payee: clause.payer, ...dates(open), amount: undrawn, nature: 'contingent' },
  ]
}

/** `debt-facility`: the operator borrows, and pays interest and principal, out of its cash in an agreed order. */
export const debtFacility = clauseKind<DebtFacility, ResolvedDebt>({
  kind: 'debt-facility',
  shape: debtShape,
  shapes: debtShapes,
  payer: ['operator'],
  payee: ['lender'],
  check: checkDebt,
  resolve,
  say: sayDebt,
  formulas: debtFormulas,
  stages: {
    support: (work) => {
      const refusals = checkDebtFacts(work.clause, work.facts, work.schedule)
      return refusals.length > 0 ? { refusals, closing: work.opening } : settleDebt(work)
    },
  },
  commitments,
})
