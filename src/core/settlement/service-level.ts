import type { OrderId } from '../base/id.ts'
import { toMoney } from '../base/money.ts'
import type { Problem } from '../base/problem.ts'
import {
  compare,
  decimal,
  fromText,
  greatest,
  isZero,
  minus,
  nought,
  one,
  over,
  rational,
  times,
  toFixed,
  toText,
  total,
  type Rational,
} from '../base/rational.ts'
import type { Facts } from '../meter/facts.ts'
import type { Clause, Decimal } from '../terms/agreement.ts'
import { checkAmount, checkUnique } from '../terms/check-values.ts'
import { clauseShape } from '../terms/clause-shape.ts'
import type { Said } from '../terms/kind.ts'
import { limits } from '../terms/limits.ts'
import { blocksIn, listed, major, percent } from '../terms/phrase.ts'
import { optional } from '../terms/resolve-clause.ts'
import { datesOf, every, party } from '../terms/say.ts'
import type { ResolvedOf, Schedule } from '../terms/schedule.ts'
import { itemsOf, type Sound, type SoundAgreement } from '../terms/sound.ts'
import { list, object, value } from '../terms/value-shapes.ts'
import { clauseKind, plainly, type ClauseSettled, type ClauseWork } from './clause-kind.ts'
import type { Input } from './line.ts'
import { yearAt, type Part } from './period.ts'
import { fact, note, quiet, sum, term } from './reasons.ts'
import { earned } from './revenue.ts'
import { shortfallOf, type Shortfall } from './shortfall.ts'

type ServiceLevel = Clause &
  Readonly<{
    kind: 'service-level'
    orders: readonly OrderId[]
    tiers: readonly Readonly<{ below: Decimal; credit: Decimal }>[]
    fee?: Decimal
  }>

type ResolvedServiceLevel = ResolvedOf<'service-level'> &
  Readonly<{
    /** From the highest threshold to the lowest, with credits that go up. */
    tiers: readonly Readonly<{ below: Rational; credit: Rational }>[]
    /** Major units per full period; undefined: what was charged. */
    fee: Rational | undefined
  }>

const tier = object(
  {
    below: value('share', 'The credit is given where availability is below this.'),
    credit: value('share', 'Part of the fee that is given back.'),
  },
  ['below', 'credit'],
)

const shape = clauseShape({
  kind: 'service-level',
  description: 'The operator gives a buyer part of its fee back where what it reserved was not available.',
  properties: {
    orders: list(value('order', 'An order.'), limits.orders, {
      minItems: 1,
      uniqueItems: true,
      title: 'a list of orders',
      description: 'The orders of the buyer, as readings name them.',
    }),
    tiers: list(tier, limits.tiers, {
      minItems: 1,
      title: 'a list of tiers, each with `below` and `credit`',
      description: 'Thresholds of availability, highest first; the lowest that availability is below counts.',
    }),
    fee: value(
      'decimal',
      'Fee per period, in major units, scaled by seconds in a short period. Default: what the orders were charged, less credits.',
    ),
  },
  required: ['orders', 'tiers'],
})

type SoundServiceLevel = Sound<ServiceLevel>

const checkTiers = ({ tiers }: SoundServiceLevel, pointer: string): Problem[] => {
  const sound = itemsOf(tiers)
  return sound.flatMap(([{ below, credit }, index], place): Problem[] => {
    const at = `${pointer}/tiers/${index}`
    const before = sound[place - 1]?.[0]
    const problems: Problem[] = []
    if (below !== undefined && isZero(decimal(below)))
      problems.push({ pointer: `${at}/below`, message: 'is "0": no availability is below it, should be above 0' })
    if (below !== undefined && before?.below !== undefined && compare(decimal(below), decimal(before.below)) >= 0)
      problems.push({ pointer: `${at}/below`, message: `"${below}" is not below "${before.below}": thresholds go down` })
    if (credit !== undefined && before?.credit !== undefined && compare(decimal(credit), decimal(before.credit)) <= 0)
      problems.push({ pointer: `${at}/credit`, message: `"${credit}" is not above "${before.credit}": credits go up` })
    return problems
  })
}

/** An order that is placed on blocks, of which the clause covers none, has nothing here that could be down. */
const checkOrders = ({ orders, covers }: SoundServiceLevel, pointer: string, document: SoundAgreement): Problem[] => {
  const placed = new Map(itemsOf(document.orders).map(([{ order, blocks }]) => [order, itemsOf(blocks).map(([block]) => block)]))
  const covered = new Set(itemsOf(covers).map(([block]) => block))
  return itemsOf(orders).flatMap(([order, index]): Problem[] => {
    const blocks = placed.get(order) ?? []
    if (blocks.length === 0 || blocks.some((block) => covered.has(block))) return []
    const message = `\`${order}\` is placed on ${listed(blocks.map((block) => `\`${block}\``))}, which the clause does not cover: cover one of them`
    return [{ pointer: `${pointer}/orders/${index}`, message }]
  })
}

const check = (clause: SoundServiceLevel, pointer: string, document: SoundAgreement): Problem[] => [
  ...checkUnique(
    itemsOf(clause.orders).map(([order, index]) => [order, `${pointer}/orders/${index}`]),
    'order',
  ),
  ...checkOrders(clause, pointer, document),
  ...checkTiers(clause, pointer),
  ...checkAmount(clause.fee, `${pointer}/fee`, document.currency),
]

/** No buyer has two service levels for one order at one time: what was down would be given back twice. */
const checkTogether = ({ clauses }: SoundAgreement): Problem[] => {
  const own = itemsOf(clauses).filter(([{ kind }]) => kind === 'service-level') as unknown as [SoundServiceLevel, number][]
  const spans = own.flatMap(([{ id, payee, from, through, orders }, index]) =>
    from === undefined || through === undefined || payee === undefined
      ? []
      : itemsOf(orders).map(([order, place]) => ({ id, payee, from, through, order, index, pointer: `/clauses/${index}/orders/${place}` })),
  )
  return [...Map.groupBy(spans, ({ order, payee }) => `${order} ${payee}`).values()].flatMap((all) =>
    all.flatMap((span, place): Problem[] => {
      const before = all.slice(0, place).find((each) => each.index !== span.index && each.from <= span.through && span.from <= each.through)
      if (before === undefined) return []
      const message = `\`${span.order}\` has the service level \`${before.id}\` through ${before.through}: a buyer has one for an order at a time`
      return [{ pointer: span.pointer, message }]
    }),
  )
}

const resolve = ({ orders, tiers, fee }: ServiceLevel) => ({
  orders,
  tiers: tiers.map(({ below, credit }) => ({ below: decimal(below), credit: decimal(credit) })),
  fee: optional(fee),
})

const say = (clause: ResolvedServiceLevel, schedule: Schedule): Said => {
  const { payer, payee, origin, orders, tiers, fee, period } = clause
  const at = origin.pointer
  const blocks = blocksIn(clause.covers.map(({ block }) => block))
  const credits = tiers.map(({ below, credit }) => `${percent(credit)} below ${percent(below)}`)
  return [
    [
      at,
      `${party(schedule, payer)} gives ${party(schedule, payee)} credits of its fee where what it reserved on ${blocks} was not available, settled ${every[period]}, ${datesOf(clause, schedule)}.`,
    ],
    [`${at}/orders`, `It speaks of ${orders.length === 1 ? 'order' : 'orders'} ${listed(orders)}.`],
    [`${at}/tiers`, `The credit is ${listed(credits)} of availability.`],
    [
      `${at}/fee`,
      fee === undefined
        ? 'The fee is what these orders were charged, less credits and refunds.'
        : `The fee is ${major(fee, schedule.currency)} ${schedule.currency} ${every[period]}.`,
    ],
  ]
}

type Fee = Readonly<{ value: Rational; reason: Input }>

/** The fee of the part: fixed and scaled by seconds, or what was charged for the orders, which counts as none where it is below zero. */
const feeOf = (clause: ResolvedServiceLevel, facts: Facts, part: Part): Fee => {
  const { origin, orders, fee } = clause
  if (fee !== undefined) {
    const scale = rational(part.to - part.from, part.fullSeconds)
    const scaled = times(fee, scale)
    const written = term(origin, `${origin.pointer}/fee`, 'major')('+', 'Fee per period', fee)
    return { value: scaled, reason: sum('+', 'Fee', scaled, 'major', [written, sum('×', 'Part of the period', scale, 'rate', [])]) }
  }
  const charges = facts.charges.filter(({ order }) => order !== undefined && orders.includes(order))
  const byOrder = orders.map((order) => ({
    order,
    amount: total(charges.filter((each) => each.order === order).map((each) => earned(each, each.amount, part.from, part.to))),
  }))
  const charged = total(byOrder.map(({ amount }) => amount))
  const whole = greatest(nought, charged)
  const blocks = [...new Set(charges.map(({ block }) => block))].join(' ')
  const charge = fact(blocks, ['charge', 'credit', 'refund', 'fx'], 'major')
  const children = byOrder.map(({ order, amount }) => charge('+', `Charges of order ${order}, less credits and refunds`, amount))
  const below = sum('+', 'Below zero, which counts as none', minus(whole, charged), 'major', [])
  return { value: whole, reason: sum('+', 'Fee', whole, 'major', quiet([...children, below])) }
}

/** Availability of what was reserved, with its parts; 1 where nothing was to be available. */
const explain = (clause: ResolvedServiceLevel, shortfall: Shortfall): Readonly<{ availability: Rational; notes: readonly Input[] }> => {
  const { reserved, named, shared, plannedNamed, plannedShared, available, expected } = shortfall
  const availability = isZero(expected) ? one : over(available, expected)
  const blocks = clause.covers.map(({ block }) => block).join(' ')
  const out = fact(blocks, ['outage', 'maintenance'])
  const rest = fact(blocks, ['outage', 'maintenance', 'gap', 'allocation', 'reservation'])
  const kept = fact(blocks, ['reservation'])('+', 'Reserved', reserved, '∫n')
  const rows = (whole: Rational, parts: readonly Input[]): Input[] => {
    const gone = parts.reduce((left, part) => minus(left, fromText(part.value)), reserved)
    return [kept, ...quiet([...parts, sum('+', 'More than is reserved', minus(whole, gone), 'gpu-seconds', [])])]
  }
  const children = [
    sum(
      '+',
      'Available',
      available,
      'gpu-seconds',
      rows(available, [out('-', 'Down, named by readings', named), rest('-', 'Its part of what else is sold but down', shared)]),
      '∫a',
    ),
    sum(
      '÷',
      'Reserved, less planned',
      expected,
      'gpu-seconds',
      rows(expected, [
        out('-', 'Planned maintenance, named by readings', plannedNamed),
        rest('-', 'Its part of other planned maintenance', plannedShared),
      ]),
      '∫(n − planned)',
    ),
  ]
  const rounded = note('Availability, to six decimals', `${toFixed(times(availability, rational(100)), 6)} %`)
  if (isZero(expected)) return { availability, notes: [rounded, note('Reserved, less planned', 'nothing, which counts as available')] }
  return { availability, notes: [rounded, sum('note', 'Availability', availability, 'rate', children)] }
}

/** `service-level`: credit = tier(availability) × fee. A buyer that reserved nothing and paid nothing has no line. */
export const settleServiceLevel = ({ schedule, clause, part, facts, opening }: ClauseWork<ResolvedServiceLevel>): ClauseSettled => {
  const { origin, orders, tiers } = clause
  const covered = clause.covers.map(({ block }) => block)
  const shortfall = shortfallOf(schedule, facts, { covered, orders, span: part })
  const fee = feeOf(clause, facts, part)
  if (isZero(shortfall.reserved) && isZero(fee.value)) return { closing: opening }
  const { availability, notes } = explain(clause, shortfall)
  const place = tiers.findLastIndex(({ below }) => compare(availability, below) < 0)
  const credit = tiers[place]?.credit ?? nought
  const exact = times(fee.value, credit)
  const written =
    place < 0
      ? sum('×', 'Credit, above every threshold', nought, 'rate', [])
      : term(origin, `${origin.pointer}/tiers/${place}/credit`, 'rate')('×', 'Credit', credit)
  const line = {
    key: [clause.id, 'service-credit', '', part.label, '', ''].join('/'),
    clause: clause.id,
    formula: 'service-credit',
    block: undefined,
    from: part.from,
    to: part.to,
    version: origin.version,
    contractYear: yearAt(clause.covers[0]!.years, part.from),
    payer: clause.payer,
    payee: clause.payee,
    reason: undefined,
    quantity: toText(fee.value),
    quantityUnit: 'major',
    rate: toText(credit),
    rateUnit: 'share',
    exact: toText(exact),
    minor: toMoney(exact, schedule.currency).minor,
    reasons: [fee.reason, written, ...notes],
  } as const
  return { lines: [line], closing: opening }
}

/** `service-level`: the operator gives a buyer part of its fee back where what it reserved was not available. */
export const serviceLevel = clauseKind<ServiceLevel, ResolvedServiceLevel>({
  kind: 'service-level',
  shape,
  shapes: {},
  payer: ['operator'],
  payee: ['tenant', 'guarantor'],
  check,
  checkTogether,
  resolve,
  say,
  formulas: { 'service-credit': { word: 'Service credit', posts: plainly('service-credit'), reducesRevenue: true } },
  stages: { contract: settleServiceLevel },
})
