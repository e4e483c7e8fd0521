import type { OrderId } from '../base/id.ts'
import type { Problem } from '../base/problem.ts'
import { rational, times, toDecimal, type Rational } from '../base/rational.ts'
import type { Clause, Decimal, IndexedPrice, Scheduled } from '../terms/agreement.ts'
import { checkSteps, isByYear } from '../terms/check-values.ts'
import { below } from '../terms/conform.ts'
import { object, list, value, word } from '../terms/value-shapes.ts'
import { checkIndexed, indexFacets, isIndexed, resolvePrice, sayIndexed } from '../terms/indexed.ts'
import type { Said, Slice } from '../terms/kind.ts'
import { limits } from '../terms/limits.ts'
import { blocksIn, gpuHours, grouped, listed, major, percent, stepsIn } from '../terms/phrase.ts'
import { readerOf, yearsOf } from '../terms/resolve-clause.ts'
import { datesOf, every, party } from '../terms/say.ts'
import type { ContractYears, Priced, ResolvedOf, Schedule, Stepped } from '../terms/schedule.ts'
import { itemsOf, type Sound, type SoundAgreement } from '../terms/sound.ts'
import { steppedNumber, within } from '../terms/stepped.ts'
import { checkOneCommencement, commencementOf } from './one-commencement.ts'
import { monthsOf } from './period.ts'

/** A clause under which a buyer takes a minimum or pays for it, as written. */
export type Purchase = Clause &
  Readonly<{
    unit: 'gpu-hours' | 'units'
    /** Q, per full period. */
    minimum: Scheduled<Decimal>
    /** m */
    share: Scheduled<Decimal>
    /** p, per GPU-hour or unit. */
    price: Scheduled<Decimal> | IndexedPrice
    orders: readonly OrderId[]
    excuseUnavailable: boolean
    makeUp?: Readonly<{ months: number; refund: boolean }>
  }>

/** Quantities are GPU-seconds under `gpu-hours`, else units; prices are per GPU-hour, or per unit. */
export type ResolvedPurchase<Kind extends string = string> = ResolvedOf<Kind> &
  Readonly<{
    unit: 'gpu-hours' | 'units'
    minimum: Stepped<Rational>
    share: Stepped<Rational>
    /** One tier each. */
    price: Priced
    excuseUnavailable: boolean
    makeUp: Readonly<{ months: number; refund: boolean }> | undefined
    /** What units that the buyer sold on do; undefined where nothing of that kind is agreed. */
    resale: 'counts' | 'credits' | undefined
    years: ContractYears
  }>

const secondsPerHour = 3_600
/** What one GPU-hour, or one unit, is in the quantities of a resolved clause. */
export const scaleOf = ({ unit }: Pick<ResolvedPurchase, 'unit'>): number => (unit === 'gpu-hours' ? secondsPerHour : 1)

/** Keys that every such clause has beside those of all clauses. */
export const purchaseProperties = {
  unit: word(['gpu-hours', 'units'], { default: 'gpu-hours', description: 'What quantities are counted in, and what the price is for.' }),
  minimum: value('scheduledDecimal', 'Q: quantity to take in each full period, scaled by seconds in a short period.'),
  share: value('scheduledShare', 'm: share of the minimum that is paid for even where it is not taken.', { default: '1' }),
  price: value('scheduledPrice', 'p: per GPU-hour or unit, averaged over the period by seconds.'),
  orders: list(value('order', 'An order of the buyer.'), limits.orders, {
    default: [],
    uniqueItems: true,
    title: 'a list of order ids',
    description: 'Orders whose GPU-time, reserved or allocated, is what was taken. Default: the figure `taken` says it.',
  }),
  excuseUnavailable: {
    type: 'boolean',
    title: '`true` or `false`',
    default: false,
    description: 'Whether GPUs of the covered blocks that no order holds excuse the buyer while they are unavailable.',
  },
  makeUp: {
    ...object(
      {
        months: {
          type: 'integer',
          title: 'a whole number of months from 1 to 120',
          minimum: 1,
          maximum: 120,
          description: 'How long after its period what was paid for and not taken can still be taken.',
        },
        refund: {
          type: 'boolean',
          title: '`true` or `false`',
          default: false,
          description: 'Whether what was not made up in time is paid back.',
        },
      },
      ['months'],
    ),
    description: 'What was paid for and not taken is credited when more than the minimum is taken later. Default: it is lost.',
  },
} as const

const checkUnits = (clause: Sound<Purchase>, pointer: string): Problem[] => {
  const problems: Problem[] = []
  const report = (key: string, message: string) => problems.push({ pointer: below(pointer, key), message })
  if (clause.unit === 'units' && itemsOf(clause.orders).length > 0)
    report('orders', 'are taken in GPU-hours, but the clause counts `units`: leave them out and report the figure `taken`')
  if (clause.excuseUnavailable === true && clause.unit === 'units')
    report('excuseUnavailable', 'is GPU-time, but the clause counts `units`: leave it out and report the figure `excused`')
  if (clause.excuseUnavailable === true && itemsOf(clause.covers).length === 0)
    report('excuseUnavailable', 'no block is covered: list in `covers` the blocks whose unavailability excuses')
  return problems
}

const checkMakeUp = ({ makeUp, period = 'month' }: Sound<Purchase>, pointer: string): Problem[] => {
  const least = monthsOf[period]
  if (makeUp?.months === undefined || makeUp.months >= least) return []
  const message = `${makeUp.months}: the next ${period} ends ${least} months later, so nothing could ever be made up; at least ${least}`
  return [{ pointer: `${pointer}/makeUp/months`, message }]
}

/** An order that is placed elsewhere cannot be taken from the blocks that the clause covers. */
const checkOrders = (clause: Sound<Purchase>, pointer: string, { orders }: SoundAgreement): Problem[] => {
  const covered = new Set(itemsOf(clause.covers).map(([block]) => block))
  if (covered.size === 0) return []
  return itemsOf(clause.orders).flatMap(([order, index]): Problem[] => {
    const placed = itemsOf(orders).find(([each]) => each.order === order)?.[0]
    const blocks = itemsOf(placed?.blocks).map(([block]) => block)
    if (blocks.length === 0 || blocks.some((block) => covered.has(block))) return []
    const message = `\`${order}\` is placed on ${listed(blocks)}, none of which the clause covers: cover one, or name another order`
    return [{ pointer: `${pointer}/orders/${index}`, message }]
  })
}

/** What one such clause says: steps, units, orders, and whether its bank could ever be drawn. */
export const checkPurchase = (clause: Sound<Purchase>, pointer: string, document: SoundAgreement): Problem[] => [
  ...(['minimum', 'share', 'price'] as const).flatMap((key) => checkSteps(clause, key, clause[key], pointer)),
  ...checkIndexed(clause.price, below(pointer, 'price')),
  ...checkUnits(clause, pointer),
  ...checkMakeUp(clause, pointer),
  ...checkOrders(clause, pointer, document),
  ...checkOneCommencement(
    clause,
    pointer,
    document,
    (['minimum', 'share', 'price'] as const).filter((key) => isByYear(clause[key])),
  ),
]

/** All that such a clause resolves to, but what units sold on do. */
export const resolvePurchase = (clause: Purchase, slice: Slice) => {
  const { agreement } = slice.signed
  const commencement = commencementOf(clause, agreement)
  const read = readerOf(slice, commencement)
  const numbers = (key: 'minimum' | 'share', scale?: bigint) => within(steppedNumber(clause[key], read(key), scale), slice.slice)
  const { unit, makeUp, orders, excuseUnavailable } = clause
  const price = resolvePrice(clause.price, read('price'), slice.slice)
  return {
    unit,
    minimum: numbers('minimum', BigInt(scaleOf(clause))),
    share: numbers('share'),
    price,
    ...indexFacets(price),
    excuseUnavailable,
    makeUp,
    orders,
    years: yearsOf(commencement, agreement.zone, slice.slice),
    figures: [...(orders.length === 0 ? ['taken'] : []), 'excused'],
  }
}

const sayMakeUp = ({ origin, makeUp }: ResolvedPurchase): Said => {
  const at = `${origin.pointer}/makeUp`
  if (makeUp === undefined) return [[at, 'What is paid for and not taken is lost.']]
  const time = makeUp.months === 1 ? '1 month' : `${makeUp.months} months`
  return [
    [
      at,
      `What is paid for and not taken goes into a bank for ${time}: taking more than the minimum later draws it, oldest first, for a credit at the lower of the price paid and the price then.`,
    ],
    [`${at}/refund`, `What is not made up by then, or by the end of the clause, is ${makeUp.refund ? 'paid back' : 'lost'}.`],
  ]
}

/** Such a clause in words, all but what units sold on do. */
export const sayPurchase = (clause: ResolvedPurchase, schedule: Schedule): Said => {
  const { zone, currency } = schedule
  const { origin, unit, years, covers, orders } = clause
  const at = origin.pointer
  const time = { ...clause, zone, years }
  const units = unit === 'gpu-hours' ? 'GPU-hours' : 'units'
  const quantity = (amount: Rational) => (unit === 'gpu-hours' ? gpuHours(amount) : grouped(toDecimal(amount)))
  const price = (amount: Rational) => major(amount, currency)
  const blocks = covers.length === 0 ? '' : ` of ${blocksIn(covers.map(({ block }) => block))}`
  return [
    [
      at,
      `${party(schedule, clause.payer)} takes a minimum${blocks} or pays ${party(schedule, clause.payee)} for it, settled ${every[clause.period]}, ${datesOf(clause, schedule)}.`,
    ],
    [`${at}/minimum`, `The minimum, in ${units} ${every[clause.period]}, is ${stepsIn(clause.minimum, time, quantity)}.`],
    [`${at}/share`, `Of the minimum, this share is paid for even where it is not taken: ${stepsIn(clause.share, time, percent)}.`],
    [
      `${at}/price`,
      `The price, in ${currency} per ${unit === 'gpu-hours' ? 'GPU-hour' : 'unit'} and averaged over the period, is ${isIndexed(clause.price) ? sayIndexed(clause.price, currency) : stepsIn(clause.price, time, ([tier]) => price(tier!.value))}.`,
    ],
    [
      `${at}/orders`,
      orders.length === 0
        ? 'What was taken is reported.'
        : `What was taken is the GPU-time of ${orders.length === 1 ? 'order' : 'the orders'} ${listed(orders)}, reserved or allocated.`,
    ],
    [
      `${at}/excuseUnavailable`,
      `Force majeure excuses as reported${clause.excuseUnavailable ? ', and so do unavailable GPUs that no order holds' : ''}.`,
    ],
    ...sayMakeUp(clause),
  ]
}

/** An amount of a resolved clause at a price, in major units. */
export const priced = (clause: Pick<ResolvedPurchase, 'unit'>, quantity: Rational, price: Rational): Rational =>
  times(times(quantity, price), rational(1, scaleOf(clause)))
