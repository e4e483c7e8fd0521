import { toMoney } from '../base/money.ts'
import {
  compare,
  floor,
  fromText,
  greatest,
  minus,
  nought,
  over,
  plus,
  rational,
  times,
  toDecimal,
  toText,
  type Rational,
} from '../base/rational.ts'
import { dateOf, type Instant } from '../base/time.ts'
import type { EventFact, Facts } from '../meter/facts.ts'
import type { Said } from '../terms/kind.ts'
import { grouped, major, percent } from '../terms/phrase.ts'
import { datesOf, party } from '../terms/say.ts'
import type { Schedule } from '../terms/schedule.ts'
import { clauseKind, type ClauseSettled, type ClauseWork } from './clause-kind.ts'
import { eventsIn, holding, latestFigure, toldOf } from './holding.ts'
import type { InputUnit, Line, Position } from './line.ts'
import { yearAt } from './period.ts'
import { fact, state, sum, term } from './reasons.ts'
import {
  checkStockRight,
  resolveStockRight,
  stockRightShape,
  type ResolvedStockRight,
  type StockPurchaseRight,
} from './stock-right-terms.ts'

/** The running fraction of all that vested before an instant. */
const vestedPart = ({ id, vesting }: ResolvedStockRight, { events }: Facts, before: Instant): Rational =>
  vesting
    .filter(({ on, after }) =>
      on === undefined ? events.some((each) => each.clause === id && each.event === after && each.at < before) : on < before,
    )
    .reduce((all, { fraction }) => plus(all, fraction), nought)

/**
 * Shares vested before an instant: ⌊n·running fraction⌋. A tranche vests that less what has vested, so what is cut off a tranche comes with a
 * later one, and all of it vests when the fractions make 1.
 */
export const vestedShares = (clause: ResolvedStockRight, facts: Facts, before: Instant): Rational =>
  rational(floor(times(clause.shares, vestedPart(clause, facts, before))))

/** Why so many shares cannot be exercised then; undefined where they can. */
const whyNot = (work: ClauseWork<ResolvedStockRight>, { at, amount }: EventFact, before: Rational): string | undefined => {
  const { clause, facts } = work
  if (amount === undefined || amount.d !== 1n || amount.n === 0n) return 'is of no whole number of shares'
  if (at >= clause.expired) return `comes after the right expired on ${clause.expires}`
  // What vests at the very instant may be exercised at it.
  const free = minus(vestedShares(clause, facts, at + 1), before)
  return compare(amount, free) > 0
    ? `is of ${grouped(toText(amount))} shares, and ${grouped(toText(free))} are vested and not exercised`
    : undefined
}

const exerciseLine = ({ clause, part, schedule }: ClauseWork<ResolvedStockRight>, events: readonly EventFact[]): Line => {
  const told = fact(clause.id, ['event'], 'shares')
  const quantity = events.reduce((all, { amount }) => plus(all, amount!), nought)
  const exact = times(quantity, clause.exercisePrice)
  return {
    key: [clause.id, 'exercise', '', part.label, '', ''].join('/'),
    clause: clause.id,
    formula: 'exercise',
    block: undefined,
    from: part.from,
    to: part.to,
    version: clause.origin.version,
    contractYear: yearAt(clause.years, part.from),
    payer: clause.payee,
    payee: clause.payer,
    reason: undefined,
    quantity: toText(quantity),
    quantityUnit: 'shares',
    rate: toText(clause.exercisePrice),
    rateUnit: 'per-share',
    exact: toText(exact),
    minor: toMoney(exact, schedule.currency).minor,
    reasons: [
      sum(
        '+',
        'Shares exercised',
        quantity,
        'shares',
        events.map(({ amount, at }) => told('+', `On ${dateOf(at, schedule.zone)}`, amount!)),
      ),
      term(clause.origin, `${clause.origin.pointer}/exercisePrice`, 'per-share')('×', 'Exercise price', clause.exercisePrice),
    ],
  }
}

const positionsOf = (work: ClauseWork<ResolvedStockRight>, before: Rational, exercised: Rational): Position[] => {
  const { clause, part, facts } = work
  const at = holding(clause, { by: clause.payer, to: clause.payee })
  const written = (pointer: string, unit: InputUnit) => term(clause.origin, `${clause.origin.pointer}/${pointer}`, unit)
  const told = (unit: InputUnit) => fact(clause.id, ['figure'], unit)
  const vested = vestedShares(clause, facts, part.to)
  const fraction = vestedPart(clause, facts, part.to)
  const exact = times(clause.shares, fraction)
  const isOver = part.to >= clause.expired
  const free = isOver ? nought : minus(vested, exercised)
  const price = latestFigure(facts, clause, 'share-price', part.to)
  const outstanding = latestFigure(facts, clause, 'shares-outstanding', part.to)
  const gain = price === undefined ? nought : greatest(nought, minus(price, clause.exercisePrice))
  const shares = (word: string, operator: '+' | '-', value: Rational) => sum(operator, word, value, 'shares', [])
  return [
    at('vested', vested, 'shares', [
      written('shares', 'shares')('+', 'Shares', clause.shares),
      written('vesting', 'rate')('×', 'Fractions vested', fraction),
      shares('Part of a share, cut off', '-', minus(exact, vested)),
    ]),
    at('exercised', exercised, 'shares', [
      state(`${clause.id}: exercised`, 'shares')('+', 'Before', before),
      shares('In this period', '+', minus(exercised, before)),
    ]),
    ...(price === undefined
      ? []
      : [
          at('intrinsic', times(free, gain), 'major', [
            sum('+', isOver ? 'Expired' : 'Vested, not exercised', free, 'shares', []),
            sum('×', 'Gain', gain, 'per-share', [
              told('per-share')('+', 'Share price', price),
              written('exercisePrice', 'per-share')('-', 'Exercise price', clause.exercisePrice),
              sum('+', 'Below zero, which counts as none', minus(gain, minus(price, clause.exercisePrice)), 'per-share', []),
            ]),
          ]),
        ]),
    ...(outstanding === undefined
      ? []
      : [
          at('pro-forma', over(clause.shares, plus(clause.shares, outstanding)), 'rate', [
            written('shares', 'shares')('+', 'Shares', clause.shares),
            sum('÷', 'Shares with them', plus(clause.shares, outstanding), 'shares', [
              told('shares')('+', 'Shares outstanding without this right', outstanding),
              written('shares', 'shares')('+', 'Shares', clause.shares),
            ]),
          ]),
        ]),
  ]
}

/** `stock-purchase-right`: what was exercised is paid for; what has vested, and what it is worth, is a position. */
const settleStockRight = (work: ClauseWork<ResolvedStockRight>): ClauseSettled => {
  const { part, opening, schedule } = work
  const before = fromText(typeof opening['exercised'] === 'string' ? opening['exercised'] : '0')
  const [done, refusals]: [EventFact[], string[]] = [[], []]
  let exercised = before
  for (const event of eventsIn(work, 'exercised')) {
    const wrong = event.at < part.from ? 'comes before the right begins' : whyNot(work, event, exercised)
    if (wrong === undefined) {
      done.push(event)
      exercised = plus(exercised, event.amount!)
    } else refusals.push(`${toldOf(event, schedule)} ${wrong}.`)
  }
  return {
    lines: done.length === 0 ? [] : [exerciseLine(work, done)],
    positions: positionsOf(work, before, exercised),
    refusals,
    closing: { exercised: toText(exercised) },
  }
}

const say = (clause: ResolvedStockRight, schedule: Schedule): Said => {
  const at = clause.origin.pointer
  const { zone, currency } = schedule
  const [payer, payee] = [party(schedule, clause.payer), party(schedule, clause.payee)]
  return [
    [
      at,
      `${payee} may buy ${grouped(toDecimal(clause.shares))} new shares of ${payer} at ${major(clause.exercisePrice, currency)} ${currency} each, ${datesOf(clause, schedule)}.`,
    ],
    ...clause.vesting.map(({ fraction, on, after, pointer }) => {
      const when = on === undefined ? `with the first event ${after}` : `on ${dateOf(on, zone)}`
      return [pointer.replace(/\/fraction$/, ''), `${percent(fraction)} of them vest ${when}.`] as const
    }),
    [`${at}/expires`, `The right may be exercised through ${clause.expires}.`],
    ...(clause.pledge === undefined ? [] : [[`${at}/pledge`, `Pledge: ${clause.pledge}`] as const]),
  ]
}

/** `stock-purchase-right`: the guarantor may buy new shares of the operator at a fixed price. */
export const stockPurchaseRight = clauseKind<StockPurchaseRight, ResolvedStockRight>({
  kind: 'stock-purchase-right',
  shape: stockRightShape,
  shapes: {},
  payer: ['operator'],
  payee: ['guarantor'],
  check: checkStockRight,
  resolve: resolveStockRight,
  say,
  formulas: {
    exercise: { word: 'Shares bought under the right', posts: { payer: 'assets:shares', payee: 'equity:share-capital' } },
  },
  stages: { support: settleStockRight },
})
