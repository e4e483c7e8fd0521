import type { Problem } from '../base/problem.ts'
import { toMoney, toRational } from '../base/money.ts'
import {
  compare,
  decimal,
  fromText,
  minus,
  nought,
  over,
  plus,
  rational,
  times,
  toDecimal,
  toText,
  total,
  type Rational,
} from '../base/rational.ts'
import { dateOf } from '../base/time.ts'
import type { EventFact } from '../meter/facts.ts'
import type { Clause, Decimal } from '../terms/agreement.ts'
import { checkAmount } from '../terms/check-values.ts'
import { clauseShape } from '../terms/clause-shape.ts'
import { below } from '../terms/conform.ts'
import type { Said, Slice } from '../terms/kind.ts'
import { grouped, major } from '../terms/phrase.ts'
import { optional, yearsOf } from '../terms/resolve-clause.ts'
import { datesOf, party } from '../terms/say.ts'
import type { ContractYears, ResolvedOf, Schedule } from '../terms/schedule.ts'
import type { Sound, SoundAgreement } from '../terms/sound.ts'
import { object, value } from '../terms/value-shapes.ts'
import { clauseKind, type ClauseSettled, type ClauseWork } from './clause-kind.ts'
import { eventsIn, holding, latestFigure, toldOf } from './holding.ts'
import type { Line, Position } from './line.ts'
import { yearAt } from './period.ts'
import { fact, state, sum, term } from './reasons.ts'
import { sharesShape } from './stock-right-terms.ts'

type EquityStake = Clause &
  Readonly<{ kind: 'equity-stake'; held?: Readonly<{ shares: number; cost: Decimal }>; sharesMax?: number; price?: Decimal }>

type ResolvedStake = ResolvedOf<'equity-stake'> &
  Readonly<{
    /** Before the clause begins; cost in major units. */
    held: Readonly<{ shares: Rational; cost: Rational }>
    sharesMax: Rational | undefined
    /** Major units per share; undefined: the figure `price` when it was bought. */
    price: Rational | undefined
    years: ContractYears
  }>

const shape = clauseShape({
  kind: 'equity-stake',
  description: 'The guarantor holds shares of the operator, and buys more.',
  covers: 'none',
  properties: {
    held: {
      ...object(
        {
          shares: sharesShape(0, 'Shares held before the clause begins.'),
          cost: value('decimal', 'What they cost, in major units.'),
        },
        ['shares', 'cost'],
      ),
      description: 'What is held already. Default: nothing.',
    },
    sharesMax: sharesShape(1, 'Most shares that may be held in all. Default: no limit.'),
    price: value('decimal', 'Price of a share, in major units. Default: the figure `price`, as last told when it was bought.'),
  },
  required: [],
})

const check = ({ held, sharesMax }: Sound<EquityStake>, pointer: string, { currency }: SoundAgreement): Problem[] => [
  ...checkAmount(held?.cost, below(below(pointer, 'held'), 'cost'), currency),
  ...(held?.shares !== undefined && sharesMax !== undefined && held.shares > sharesMax
    ? [{ pointer: below(pointer, 'sharesMax'), message: `is ${sharesMax}: ${held.shares} shares are held already` }]
    : []),
]

const resolve = (clause: EquityStake, { signed: { agreement }, span, slice }: Slice) => ({
  held: { shares: rational(clause.held?.shares ?? 0), cost: decimal(clause.held?.cost ?? '0') },
  sharesMax: clause.sharesMax === undefined ? undefined : rational(clause.sharesMax),
  price: optional(clause.price),
  years: yearsOf(agreement.commencement, agreement.zone, { from: span.from, to: slice.to }),
  figures: ['mark', 'shares-outstanding', ...(clause.price === undefined ? ['price'] : [])],
  events: ['bought'],
})

type Bought = Readonly<{ event: EventFact; amount: Rational; price: Rational }>

/** Purchases of one price in one period are one line. */
const purchaseLine = ({ clause, part, schedule }: ClauseWork<ResolvedStake>, bought: readonly [Bought, ...Bought[]]): Line => {
  const { price } = bought[0]
  const quantity = total(bought.map(({ amount }) => amount))
  const exact = times(quantity, price)
  const told = fact(clause.id, ['event'], 'shares')
  const written = term(clause.origin, `${clause.origin.pointer}/price`, 'per-share')
  const contractYear = yearAt(clause.years, part.from)
  return {
    key: [clause.id, 'stake-bought', '', part.label, contractYear, toDecimal(price)].join('/'),
    clause: clause.id,
    formula: 'stake-bought',
    block: undefined,
    from: part.from,
    to: part.to,
    version: clause.origin.version,
    contractYear,
    payer: clause.payer,
    payee: clause.payee,
    reason: undefined,
    quantity: toText(quantity),
    quantityUnit: 'shares',
    rate: toText(price),
    rateUnit: 'per-share',
    exact: toText(exact),
    minor: toMoney(exact, schedule.currency).minor,
    reasons: [
      sum(
        '+',
        'Shares bought',
        quantity,
        'shares',
        bought.map(({ amount, event }) => told('+', `On ${dateOf(event.at, schedule.zone)}`, amount)),
      ),
      (clause.price === undefined ? fact(clause.id, ['figure'], 'per-share') : written)('×', 'Price', price),
    ],
  }
}

type Holding = Readonly<{ shares: Rational; cost: Rational }>

const positionsOf = ({ clause, part, facts }: ClauseWork<ResolvedStake>, before: Holding, now: Holding): Position[] => {
  const at = holding(clause, { by: clause.payee, to: clause.payer })
  const mark = latestFigure(facts, clause, 'mark', part.to)
  const outstanding = latestFigure(facts, clause, 'shares-outstanding', part.to)
  const grown = (name: 'shares' | 'cost', unit: 'shares' | 'major') => [
    state(`${clause.id}: ${name}`, unit)('+', 'Before', before[name]),
    sum('+', 'In this period', minus(now[name], before[name]), unit, []),
  ]
  return [
    at('shares', now.shares, 'shares', grown('shares', 'shares')),
    at('cost', now.cost, 'major', grown('cost', 'major')),
    ...(mark === undefined
      ? []
      : [
          at('mark', times(now.shares, mark), 'major', [
            sum('+', 'Shares', now.shares, 'shares', []),
            fact(clause.id, ['figure'], 'per-share')('×', 'Mark', mark),
          ]),
        ]),
    ...(outstanding === undefined || outstanding.n <= 0n
      ? []
      : [
          at('pro-forma', over(now.shares, outstanding), 'rate', [
            sum('+', 'Shares', now.shares, 'shares', []),
            fact(clause.id, ['figure'], 'shares')('÷', 'Shares outstanding, these among them', outstanding),
          ]),
        ]),
  ]
}

/** The purchase that an event tells of, or why it cannot be. */
const buy = ({ clause, part, facts }: ClauseWork<ResolvedStake>, event: EventFact, held: Rational): Bought | string => {
  const { amount, at } = event
  if (at < part.from) return 'comes before the clause begins'
  if (amount === undefined || amount.d !== 1n || amount.n === 0n) return 'is of no whole number of shares'
  if (clause.sharesMax !== undefined && compare(plus(held, amount), clause.sharesMax) > 0)
    return `makes ${grouped(toText(plus(held, amount)))} shares in all, and at most ${grouped(toText(clause.sharesMax))} may be held`
  const price = clause.price ?? latestFigure(facts, clause, 'price', at + 1)
  return price === undefined ? 'has no price: tell the figure price, at that time or before' : { event, amount, price }
}

/** `equity-stake`: what was bought is paid for; what is held, what it cost and what it is worth are positions. */
const settleStake = (work: ClauseWork<ResolvedStake>): ClauseSettled => {
  const { clause, opening, schedule } = work
  const carried = opening as Partial<Record<'shares' | 'cost', string>>
  const [shares, cost] = [carried.shares, carried.cost].map((text) => (text === undefined ? undefined : fromText(text)))
  const before = { shares: shares ?? clause.held.shares, cost: cost ?? clause.held.cost }
  const [bought, refusals]: [Bought[], string[]] = [[], []]
  let held = before.shares
  for (const event of eventsIn(work, 'bought')) {
    const purchase = buy(work, event, held)
    if (typeof purchase === 'string') refusals.push(`${toldOf(event, schedule)} ${purchase}.`)
    else {
      bought.push(purchase)
      held = plus(held, purchase.amount)
    }
  }
  const byPrice = [...Map.groupBy(bought, ({ price }) => toText(price)).values()]
  const lines = byPrice.map((each) => purchaseLine(work, each as unknown as readonly [Bought, ...Bought[]]))
  const paid = lines.reduce((all, { minor }) => plus(all, toRational({ minor, currency: schedule.currency })), nought)
  const now = { shares: held, cost: plus(before.cost, paid) }
  return {
    lines,
    positions: positionsOf(work, before, now),
    refusals,
    closing: { shares: toText(now.shares), cost: toText(now.cost) },
  }
}

const say = (clause: ResolvedStake, schedule: Schedule): Said => {
  const at = clause.origin.pointer
  const { held, sharesMax, price } = clause
  const money = (amount: Rational) => `${major(amount, schedule.currency)} ${schedule.currency}`
  const [payer, payee] = [party(schedule, clause.payer), party(schedule, clause.payee)]
  return [
    [at, `${payer} holds shares of ${payee}, and pays it for those it buys, ${datesOf(clause, schedule)}.`],
    ...(held.shares.n === 0n && held.cost.n === 0n
      ? []
      : [[`${at}/held`, `It holds ${grouped(toDecimal(held.shares))} shares already, which cost ${money(held.cost)}.`] as const]),
    ...(sharesMax === undefined
      ? []
      : [[`${at}/sharesMax`, `It may hold at most ${grouped(toDecimal(sharesMax))} shares in all.`] as const]),
    ...(price === undefined ? [] : [[`${at}/price`, `A share costs ${money(price)}.`] as const]),
  ]
}

/** `equity-stake`: the guarantor holds shares of the operator. */
export const equityStake = clauseKind<EquityStake, ResolvedStake>({
  kind: 'equity-stake',
  shape,
  shapes: {},
  payer: ['guarantor'],
  payee: ['operator'],
  check,
  resolve,
  say,
  formulas: { 'stake-bought': { word: 'Shares bought', posts: { payer: 'assets:shares', payee: 'equity:share-capital' } } },
  stages: { support: settleStake },
})
