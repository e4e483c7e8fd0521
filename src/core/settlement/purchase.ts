import { toMoney } from '../base/money.ts'
import {
  greatest,
  isZero,
  least,
  minus,
  nought,
  over,
  plus,
  rational,
  times,
  toDecimal,
  total,
  toText,
  type Rational,
} from '../base/rational.ts'
import { addDays, dateOf, monthInterval, monthOf, nextMonth, startOfDate, type LocalDate } from '../base/time.ts'
import type { Schedule, Stepped, Tiers } from '../terms/schedule.ts'
import { isIndexed } from '../terms/indexed.ts'
import { lotThrough, readBank, settleBank, writeBank, type FromLot, type Lot } from './bank.ts'
import { plainly, type ClauseSettled, type ClauseWork, type Commitment, type FormulaTold } from './clause-kind.ts'
import { isLastPart } from './last-part.ts'
import type { ClauseState, Formula, Input, Line, Position } from './line.ts'
import { partOf, yearAt } from './period.ts'
import { priced, scaleOf, type ResolvedPurchase } from './purchase-terms.ts'
import { fact, quiet, secondsInAnHour, state, sum } from './reasons.ts'
import { figureIn, minimumOf, priceOf, takeOf, type Take } from './take.ts'

/** What the lines of such a clause are called; each kind has its own. */
export type PurchaseFormulas = Readonly<Record<'short' | 'makeUp' | 'refund' | 'expired', Formula>>

/** The formulas in words, and where they post. A credit and a refund take back what a shortfall posted. */
export const purchaseFormulas = (names: PurchaseFormulas, word: string): Readonly<Record<Formula, FormulaTold>> => {
  const { payer, payee } = plainly(names.short)
  const back = { payer: payee, payee: payer }
  return {
    [names.short]: { word, posts: { payer, payee } },
    [names.makeUp]: { word: `${word}, made up`, posts: back },
    [names.refund]: { word: `${word}, not made up in time, paid back`, posts: back },
    [names.expired]: { word: `${word}, not made up in time` },
  }
}

type Work = ClauseWork<ResolvedPurchase>

/** From the buyer, or back to it; of which lot, where it is of one. */
type Draft = Readonly<{
  formula: Formula
  back: boolean
  lot?: Lot
  quantity: Rational
  rate: Rational
  exact: Rational
  reasons: readonly Input[]
}>

const unitsOf = ({ unit }: ResolvedPurchase) =>
  unit === 'gpu-hours' ? (['gpu-seconds', 'per-gpu-hour'] as const) : (['units', 'per-unit'] as const)
const perHour = ({ unit }: ResolvedPurchase): Input[] => (unit === 'gpu-hours' ? [secondsInAnHour] : [])

const toLine = ({ schedule, clause, part }: Work, { formula, back, lot, quantity, rate, exact, reasons }: Draft): Line => {
  const year = yearAt(clause.years, part.from)
  const [quantityUnit, rateUnit] = unitsOf(clause)
  return {
    key: [clause.id, formula, '', part.label, year, lot?.paidFor ?? ''].join('/'),
    clause: clause.id,
    formula,
    block: undefined,
    from: part.from,
    to: part.to,
    version: clause.origin.version,
    contractYear: year,
    payer: back ? clause.payee : clause.payer,
    payee: back ? clause.payer : clause.payee,
    reason: undefined,
    quantity: toText(quantity),
    quantityUnit,
    rate: toText(rate),
    rateUnit: isZero(rate) && isZero(exact) && back ? 'none' : rateUnit,
    exact: toText(exact),
    minor: toMoney(exact, schedule.currency).minor,
    reasons,
  }
}

/** What was paid for units that were not taken, less what selling them on brought, which never makes it less than nothing. */
const shortDraft = (formula: Formula, { clause, facts, part }: Work, take: Take): Draft => {
  const gross = priced(clause, take.shortUnits, take.priceValue)
  const proceeds = clause.resale === 'credits' ? greatest(nought, figureIn(facts, clause.id, 'resold-proceeds', part)) : nought
  const cut = least(gross, proceeds)
  const brought = sum('-', 'Proceeds of resale', cut, 'major', [
    fact(clause.id, ['figure'], 'major')('+', 'Proceeds', proceeds),
    ...quiet([sum('-', 'More than is owed', minus(proceeds, cut), 'major', [])]).filter(({ value }) => value !== '0'),
  ])
  const payable = [take.short, take.price, ...perHour(clause)]
  return {
    formula,
    back: false,
    quantity: take.shortUnits,
    rate: take.priceValue,
    exact: minus(gross, cut),
    reasons: isZero(proceeds) ? payable : [sum('+', 'For what was not taken', gross, 'major', payable), brought],
  }
}

const ofLot = ({ id }: ResolvedPurchase, { paidFor }: Lot) => `${id}: paid for the period to ${paidFor}`

/** One credit for each lot that is drawn. `before` is what older lots took of the excess. */
const makeUpDraft = (formula: Formula, { clause }: Work, take: Take, { lot, units }: FromLot, before: Rational): Draft => {
  const [quantityUnit, rateUnit] = unitsOf(clause)
  const rate = least(lot.price, take.priceValue)
  const carried = (unit: Input['unit']) => state(ofLot(clause, lot), unit)
  const rest = minus(minus(take.excessUnits, before), units)
  return {
    formula,
    back: true,
    lot,
    quantity: units,
    rate,
    exact: priced(clause, units, rate),
    reasons: [
      sum('+', 'Made up', units, quantityUnit, [
        take.excess,
        ...[
          sum('-', 'Drawn from older lots', before, quantityUnit, []),
          sum('-', 'More than is left of this lot', rest, quantityUnit, []),
        ].filter(({ value }) => value !== '0'),
      ]),
      sum('×', 'The lower of the price paid and the price now', rate, rateUnit, [
        carried(rateUnit)('+', 'Price paid', lot.price),
        ...[sum('-', 'Fall of the price since, not given back', minus(lot.price, rate), rateUnit, [])].filter(({ value }) => value !== '0'),
        { ...take.price, operator: 'note' as const, word: 'Price now' },
      ]),
      ...perHour(clause),
      { ...carried(quantityUnit)('note', 'Left of the lot before', lot.units) },
    ],
  }
}

const expiredDraft = (formulas: PurchaseFormulas, { clause }: Work, { lot, units }: FromLot): Draft => {
  const [quantityUnit, rateUnit] = unitsOf(clause)
  const rate = lot.refund ? lot.price : nought
  const carried = (unit: Input['unit']) => state(ofLot(clause, lot), unit)
  const left = sum('+', `Not made up by ${lot.through}`, units, quantityUnit, [
    carried(quantityUnit)('+', 'Left of the lot before', lot.units),
    ...[sum('-', 'Made up in this period', minus(lot.units, units), quantityUnit, [])].filter(({ value }) => value !== '0'),
  ])
  const paid = lot.refund ? carried(rateUnit)('×', 'Price paid', rate) : sum('×', 'Lost: nothing is paid back', nought, 'rate', [])
  return {
    formula: lot.refund ? formulas.refund : formulas.expired,
    back: true,
    lot,
    quantity: units,
    rate,
    exact: priced(clause, units, rate),
    reasons: [left, paid, ...(lot.refund ? perHour(clause) : [])],
  }
}

const bankPosition = ({ clause }: Work, lots: readonly Lot[]): Position => ({
  clause: clause.id,
  by: clause.payee,
  to: clause.payer,
  measure: 'bank',
  of: undefined,
  value: toText(total(lots.map(({ units }) => units))),
  unit: unitsOf(clause)[0],
  reasons: lots.map((lot) =>
    sum(
      '+',
      `Paid for the period to ${lot.paidFor} at ${toDecimal(lot.price)}, to be made up by ${lot.through}`,
      lot.units,
      unitsOf(clause)[0],
      [],
    ),
  ),
})

/** A shortfall that was paid adds a lot at what was paid for each unit: no credit ever gives back more than that. */
const newLot = ({ clause, part, schedule }: Work, { quantity, exact }: Draft): Lot[] =>
  clause.makeUp === undefined || isZero(exact)
    ? []
    : [
        {
          paidFor: addDays(dateOf(part.to, schedule.zone), -1),
          units: quantity,
          price: over(times(exact, rational(scaleOf(clause))), quantity),
          through: lotThrough(part.to, clause.makeUp.months, schedule.zone),
          refund: clause.makeUp.refund,
        },
      ]

/**
 * p·max(0, m·Q − taken − excused), and what the make-up bank gives back: what excess draws, oldest lot first, and what expires unrefunded or
 * refunded. Where the clause ends with this part, so does every lot, the one it pays for included: nothing can be taken for it any more.
 */
export const settlePurchase =
  (formulas: PurchaseFormulas) =>
  (work: Work): ClauseSettled => {
    const { clause, part, schedule, opening } = work
    const take = takeOf(work)
    const short = shortDraft(formulas.short, work, take)
    const isLast = isLastPart(work)
    const lots = [...readBank(opening), ...newLot(work, short)]
    const bank = settleBank(lots, { to: part.to, zone: schedule.zone, excess: take.excessUnits, isLast })
    let before = nought
    const made = bank.drawn.map((drawn) => {
      const draft = makeUpDraft(formulas.makeUp, work, take, drawn, before)
      before = plus(before, drawn.units)
      return draft
    })
    const expired = bank.expired.map((lot) => expiredDraft(formulas, work, lot))
    const hasBank = clause.makeUp !== undefined || lots.length > 0
    return {
      lines: [short, ...made, ...expired].map((draft) => toLine(work, draft)),
      positions: hasBank ? [bankPosition(work, bank.left)] : [],
      closing: hasBank ? writeBank(bank.left) : opening,
    }
  }

/** What is certain of a price: all of one that is agreed; of one that follows an index, its floor. */
const certainPrice = ({ price, from }: ResolvedPurchase): Stepped<Tiers> =>
  isIndexed(price) ? [{ from, value: [{ above: nought, value: price.floor ?? nought }], pointer: price.pointer }] : price

/** m·Q·p of every period from a date on, one for each, at what is certain of the price: to be taken and paid for, or paid for. */
export const purchaseCommitments = (
  clause: ResolvedPurchase,
  { schedule: { zone }, from }: Readonly<{ schedule: Schedule; from: LocalDate; state: ClauseState }>,
): Commitment[] => {
  const rest = { ...clause, from: Math.max(clause.from, startOfDate(from, zone)) }
  const commitments: Commitment[] = []
  for (let month = monthOf(rest.from, zone); monthInterval(month, zone).from < rest.to; month = nextMonth(month)) {
    const part = partOf(rest, month, zone)
    if (part === undefined) continue
    const [[quantity], [price]] = [minimumOf(clause, part), priceOf(clause, certainPrice(clause), part, [], zone)]
    commitments.push({
      clause: clause.id,
      payer: clause.payer,
      payee: clause.payee,
      from: dateOf(part.from, zone),
      through: addDays(dateOf(part.to, zone), -1),
      amount: priced(clause, quantity, price),
      nature: 'firm',
    })
  }
  return commitments
}
