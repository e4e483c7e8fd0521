import type { OrderId, PoolId, TenantId } from '../../core/base/id.ts'
import { formatMoney, toMoney } from '../../core/base/money.ts'
import { floor, rational, times, type Rational } from '../../core/base/rational.ts'
import { visitPieces, type Steps } from '../../core/base/steps.ts'
import { addDays, dateOf, dayOfWeek, startOfDate, type Instant, type Interval } from '../../core/base/time.ts'
import type { Allocation, Charge, Reservation } from '../../core/meter/reading.ts'
import { assumed } from './calibration.ts'
import { valueOn, type Course, type StandingOrder } from './course.ts'
import { measured } from './measured.ts'
import { drawWhole, makeRng, type Rng } from './rng.ts'
import { priceOf, tenantName, type World } from './world.ts'

/** Where GPUs are sold: a pool; or one block of it, where every sale needs an order that is placed there. */
export type Market = Readonly<{
  name: string
  pool: PoolId
  /** GPUs sold at a time. */
  unit: number
  accepted: Steps
  /** What may be sold: accepted, less what is kept for the guarantor's call. */
  free: Steps
  /** The only orders there may be; undefined: any, and use on demand beside them. */
  placed: readonly OrderId[] | undefined
}>

export type CoarseSale = Reservation | Allocation | Charge

/** Reserved part of what is sold. */
const reservedPart = rational(Math.round(assumed.reservedPart * 100), Math.round((assumed.reservedPart + assumed.onDemandPart) * 100))
const usualPart = rational(Math.round((assumed.reservedPart + assumed.onDemandPart) * 100), 100)
const quotas = measured.quotas.slice(0, 4).map(({ gpus }) => gpus)
const weights = measured.jobs.tenants.slice(0, 3)
const days = measured.jobs.dayOfWeek
const mean = (all: readonly number[]): number => all.reduce((a, b) => a + b, 0) / all.length
/** How many times the average is used on demand on working days, and at weekends. */
const dayFactors = { working: mean(days.slice(0, 5)) / mean(days), weekend: mean(days.slice(5)) / mean(days) }

const gpusOf = (part: Rational, gpus: number): number => Number(floor(times(part, rational(gpus))))
/** Cuts a count by weights, each part rounded down to whole units. */
const cutUp = (gpus: number, by: readonly number[], unit: number): number[] => {
  const all = by.reduce((a, b) => a + b, 0)
  return by.map((weight) => unit * Math.floor((gpus * weight) / all / unit))
}

/** A stretch in which what is accepted and what the story says stay as they are. */
type Stretch = Interval & Readonly<{ number: number; accepted: number; free: number }>

const stretchesOf = ({ window }: World, { accepted, free }: Market, course: Course): Stretch[] => {
  const dated = [course.sold, course.reservedPrice, course.onDemandPrice, ...course.orders.map(({ gpus }) => gpus)].flat()
  const inside = dated.map(({ from }) => from).filter((at) => at > window.from && at < window.to)
  const edges = [...new Set([window.from, ...inside, window.to])].toSorted((a, b) => a - b)
  const stretches: Stretch[] = []
  for (const [i, from] of edges.slice(0, -1).entries())
    visitPieces([accepted, free], from, edges[i + 1]!, (start, end, [all, left]) => {
      stretches.push({ from: start, to: end, number: stretches.length + 1, accepted: all!, free: left! })
    })
  return stretches.filter((stretch) => stretch.accepted > 0)
}

/** What is drawn in one market: all that its sales need to know. */
type Selling = Readonly<{ world: World; market: Market; course: Course; rng: Rng }>

/** What a market sells in a month: reservations, use on demand, and a charge for each buyer and stretch. */
export const sellCoarsely = (world: World, market: Market, course: Course): CoarseSale[] => {
  const selling = { world, market, course, rng: makeRng(world.seed, `use of ${market.name} in ${world.months[0]}`) }
  return stretchesOf(world, market, course).flatMap((stretch) => sellIn(selling, stretch))
}

type Order = Readonly<{ order: OrderId; tenant: TenantId; gpus: number; price: Rational }>

/** First the orders that stand, then the others, in whole units, up to the part that is to be sold; the rest of that part on demand. */
const sellIn = (selling: Selling, stretch: Stretch): CoarseSale[] => {
  const standing = standingIn(selling, stretch)
  const wanted = gpusOf(valueOn(selling.course.sold, stretch.from) ?? usualPart, stretch.accepted) - held(standing)
  const sold = Math.max(0, Math.min(wanted, stretch.free - held(standing)))
  const others = othersIn(selling, stretch, sold, standing)
  const reserved = [...standing, ...others].flatMap((order) => reserve(selling, stretch, order))
  if (selling.market.placed !== undefined) return reserved
  const free = stretch.free - held(standing) - held(others)
  return [...reserved, ...onDemand(selling, stretch, { free, gpus: sold - held(others) })]
}

const held = (orders: readonly Order[]): number => orders.reduce((sum, { gpus }) => sum + gpus, 0)

const reservedPriceAt = ({ world, course }: Selling, at: Instant): Rational =>
  valueOn(course.reservedPrice, at) ?? priceOf(world, assumed.reservedPricePercent)

const isHere = ({ order, pool }: StandingOrder, market: Market): boolean =>
  pool === market.pool && (market.placed === undefined || market.placed.includes(order))

const standingIn = (selling: Selling, { from, free }: Stretch): Order[] => {
  let left = free
  return selling.course.orders
    .filter((each) => isHere(each, selling.market))
    .map(({ order, tenant, gpus: dated, price }) => {
      const gpus = Math.min(left, valueOn(dated, from) ?? 0)
      left -= gpus
      return { order, tenant, gpus, price: price ?? reservedPriceAt(selling, from) }
    })
}

const othersIn = (selling: Selling, { from }: Stretch, sold: number, standing: readonly Order[]): Order[] => {
  const { pool, unit, placed } = selling.market
  const price = reservedPriceAt(selling, from)
  const names =
    placed?.filter((name) => standing.every(({ order }) => order !== name)) ?? quotas.map((_, i) => `${pool}-order-${i + 1}` as OrderId)
  const gpus =
    placed === undefined
      ? cutUp(gpusOf(reservedPart, sold), quotas, unit)
      : cutUp(
          sold,
          names.map(() => 1),
          1,
        )
  return names.map((order, i) => ({ order, tenant: tenantName(i) as TenantId, gpus: gpus[i]!, price }))
}

const reserve = (selling: Selling, stretch: Stretch, { order, tenant, gpus, price }: Order): CoarseSale[] => {
  const { world, market } = selling
  const { from, to } = stretch
  if (gpus === 0) return []
  const id = `${market.pool}/reservation/${order}/${world.months[0]}-${stretch.number}`
  const reservation: Reservation = { kind: 'reservation', source: world.source, id, pool: market.pool, gpus, order, tenant, from, to }
  const buyer = { order, tenant, product: 'reserved' } as const
  return [reservation, chargeOf(selling, stretch, { ...buyer, id: `${id}/charge`, price, gpuSeconds: gpus * (to - from) })]
}

type Bought = Pick<Charge, 'order' | 'tenant' | 'product' | 'id'> & Readonly<{ price: Rational; gpuSeconds: number }>

/** GPU-seconds × price ÷ 3,600, rounded half-even to the minor unit, earned evenly over the stretch. */
const chargeOf = ({ world, market }: Selling, { from, to }: Stretch, { price, gpuSeconds, ...bought }: Bought): Charge => {
  const { currency } = world.schedule
  const amount = formatMoney(toMoney(times(price, rational(gpuSeconds, 3600)), currency))
  return { kind: 'charge', source: world.source, pool: market.pool, ...bought, amount, currency, from, to }
}

const onDemand = (selling: Selling, stretch: Stretch, { free, gpus }: Readonly<{ free: number; gpus: number }>): CoarseSale[] => {
  const { world, market, course } = selling
  const uses = daysOf(selling, stretch).flatMap((span) => {
    const most = Math.min(free, Math.floor(gpus * span.factor))
    return cutUp(most, weights, market.unit).flatMap((each, i): Allocation[] => {
      const id = `${market.pool}/use/${tenantName(i)}/${world.months[0]}-${stretch.number}-${span.number}`
      const common = { kind: 'allocation', source: world.source, id, pool: market.pool, product: 'on-demand' } as const
      return each === 0 ? [] : [{ ...common, tenant: tenantName(i) as TenantId, gpus: each, from: span.from, to: span.to }]
    })
  })
  const price = valueOn(course.onDemandPrice, stretch.from) ?? priceOf(world, assumed.onDemandPricePercent)
  const charges = [...Map.groupBy(uses, ({ tenant }) => tenant!)].map(([tenant, mine]) => {
    const gpuSeconds = mine.reduce((sum, each) => sum + each.gpus * (each.to - each.from), 0)
    const id = `${market.pool}/charge/${tenant}/${world.months[0]}-${stretch.number}`
    return chargeOf(selling, stretch, { id, tenant, product: 'on-demand', price, gpuSeconds })
  })
  return [...uses, ...charges]
}

/** Working weeks and weekends of a stretch, each with how many times the average is used on demand: up to a tenth more or less by chance. */
const daysOf = ({ world, rng }: Selling, { from, to }: Stretch): (Interval & Readonly<{ number: number; factor: number }>)[] => {
  const { zone } = world.schedule
  const spans: (Interval & Readonly<{ number: number; factor: number }>)[] = []
  for (let at = from; at < to;) {
    const date = dateOf(at, zone)
    const day = dayOfWeek(date)
    const isWeekend = day >= saturday
    const end = Math.min(to, startOfDate(addDays(date, isWeekend ? 8 - day : saturday - day), zone))
    const chance = drawWhole(rng, 90, 110) / 100
    spans.push({ from: at, to: end, number: spans.length + 1, factor: chance * (isWeekend ? dayFactors.weekend : dayFactors.working) })
    at = end
  }
  return spans
}
const saturday = 6
