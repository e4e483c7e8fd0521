import { decimal, minus, nought, plus, toDecimal } from '../../core/base/rational.ts'
import { dateOf, daysBetween, hourEdges, monthInterval, monthOf, nextMonth, type Instant, type Month } from '../../core/base/time.ts'
import { listAgreements } from '../store/agreements.ts'
import type { Store } from '../store/database.ts'
import {
  findReductions,
  findSpans,
  listCharges,
  listEnding,
  listOrderPools,
  listOrders,
  readCourse,
  type OrderKey,
  type OrderSpan,
  type OrderStep,
  type OrderSums,
} from '../store/orders-out.ts'
import { everything, inReach, type Reach } from '../store/reach.ts'
import { findSchedule } from './find-schedule.ts'

/** What of an agreement is no secret to who buys under it: where a pool is, and in whose months it is counted. */
export type PoolPlace = Readonly<{ pool: string; agreement: string; title: string; zone: string; regions: readonly string[] }>

/** What an order was charged in one currency for a local month: charges that begin in it, less what was credited and refunded on them. Major units. */
export type OrderBill = OrderKey & Readonly<{ month: Month; currency: string; amount: string; charges: number; tenant: string | undefined }>

export type OrderRecord = OrderSums & Readonly<{ place: PoolPlace; span: OrderSpan | undefined; billed: readonly OrderBill[] }>

export type OrderDetail = OrderRecord &
  Readonly<{
    month: Month
    /** Starts of the hours of the month, and its end. */
    edges: Float64Array
    /** GPU-seconds by hour: reserved, held by jobs, and sold, the larger of both at every instant. */
    hours: Readonly<{ reserved: Float64Array; held: Float64Array; sold: Float64Array }>
    steps: readonly OrderStep[]
    bills: readonly OrderBill[]
    /** The other pools that have an order of this name. */
    pools: readonly string[]
  }>

/** Days before its end that an order needs its tenant, and such orders of one answer, at most. */
export const endingDays = 30
const endingMax = 50

/** Adds the GPU-seconds of a step function to hours. Whole counts times whole seconds: exact. */
const byHour = (steps: readonly OrderStep[], edges: Float64Array, of: (step: OrderStep) => number): Float64Array => {
  const hours = new Float64Array(edges.length - 1)
  let hour = 0
  for (const [i, step] of steps.entries()) {
    const end = steps[i + 1]?.at ?? step.at
    for (let at = step.at; at < end;) {
      while (edges[hour + 1]! <= at) hour += 1
      const until = Math.min(end, edges[hour + 1]!)
      hours[hour]! += of(step) * (until - at)
      at = until
    }
  }
  return hours
}

const placesOf = (store: Store): Promise<PoolPlace[]> =>
  inReach<PoolPlace[]>(store, everything, async ({ queries }) => {
    const places: PoolPlace[] = []
    for (const { agreement } of await listAgreements(queries)) {
      const { title, zone, pools, blocks } = (await findSchedule(queries, agreement))!
      for (const { id } of pools) {
        const regions = [...new Set(blocks.filter(({ pool }) => pool === id).map(({ region }) => region))]
        places.push({ pool: id, agreement, title, zone, regions })
      }
    }
    return places
  })

type Zoned = Parameters<typeof listCharges>[2]

const billsOf = async (store: Store, reach: Reach, orders: readonly string[], zones: Zoned): Promise<OrderBill[]> => {
  const charges = await inReach(store, reach, (tx) => listCharges(tx, orders, zones))
  const reductions = await inReach(store, everything, (tx) => findReductions(tx, charges))
  return [...Map.groupBy(charges, ({ order, pool, month, currency }) => `${month} ${currency} ${order} ${pool}`)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, own]) => {
      const amounts = own.map(({ source, id, amount }) => minus(decimal(amount), decimal(reductions.get(`${source}\0${id}`) ?? '0')))
      const { order, pool, month, currency, tenant } = own[0]!
      return { order, pool, month, currency, tenant, charges: own.length, amount: toDecimal(amounts.reduce(plus, nought)) }
    })
}

const listEndingSoon = async (
  store: Store,
  reach: Reach,
  at: Instant,
): Promise<{ order: string; pool: string; through: string; daysLeft: number }[]> => {
  const found = await inReach(store, reach, (tx) => listEnding(tx, { from: at, to: at + endingDays * 86_400, limit: endingMax }))
  const places = await placesOf(store)
  return found.map(({ order, pool, to }) => {
    const zone = places.find((each) => each.pool === pool)?.zone ?? 'UTC'
    return { order, pool, through: dateOf(to - 1, zone), daysLeft: daysBetween(dateOf(at, zone), dateOf(to - 1, zone)) }
  })
}

export type OrdersAsked = Readonly<{
  month: Month
  agreement: string | undefined
  after: OrderKey | undefined
  limit: number
}>

/**
 * Orders within a reach, from readings: what was reserved, held and charged. Which readings are seen is the database's to say; what else is told of
 * them, the zone and the region of their pool, is told to whoever sees one.
 */
export const makeOrders = (store: Store, now: () => Instant) => (reach: Reach) => {
  const windowOf = (place: PoolPlace, month: Month) => ({ pool: place.pool, window: monthInterval(month, place.zone) })
  const around = async (sums: readonly OrderSums[], places: readonly PoolPlace[], month: Month): Promise<OrderRecord[]> => {
    const names = sums.map(({ order }) => order)
    const spans = await inReach(store, reach, (tx) => findSpans(tx, names))
    const bills = await billsOf(
      store,
      reach,
      names,
      places.map((place) => ({ ...windowOf(place, month), zone: place.zone })),
    )
    const same = (a: OrderKey) => (b: OrderKey) => a.order === b.order && a.pool === b.pool
    return sums.map((each) => ({
      ...each,
      place: places.find(({ pool }) => pool === each.pool)!,
      span: spans.find(same(each)),
      billed: bills.filter(same(each)),
    }))
  }
  return {
    now,
    /** The month before the one that runs: what runs is not all told yet. */
    usualMonth: (): Month => nextMonth(monthOf(now(), 'UTC'), -1),
    listOrders: async ({ month, agreement, after, limit }: OrdersAsked): Promise<Readonly<{ orders: OrderRecord[]; more: boolean }>> => {
      const places = (await placesOf(store)).filter((place) => agreement === undefined || place.agreement === agreement)
      const windows = places.map((place) => windowOf(place, month))
      const found = await inReach(store, reach, (tx) => listOrders(tx, windows, { after, limit: limit + 1 }))
      return { orders: await around(found.slice(0, limit), places, month), more: found.length > limit }
    },
    findOrder: async (
      order: string,
      { month, pool }: Readonly<{ month: Month; pool: string | undefined }>,
    ): Promise<OrderDetail | undefined> => {
      const pools = await inReach(store, reach, (tx) => listOrderPools(tx, order))
      const chosen = pool === undefined ? pools[0] : pools.find((each) => each === pool)
      const places = await placesOf(store)
      const place = places.find((each) => each.pool === chosen)
      if (place === undefined) return undefined
      const window = windowOf(place, month)
      const steps = await inReach(store, reach, (tx) => readCourse(tx, window, order))
      const bills = await billsOf(store, reach, [order], [{ pool: place.pool, zone: place.zone, window: undefined }])
      const edges = hourEdges(window.window, place.zone)
      const [reserved, held] = [byHour(steps, edges, (step) => step.reserved), byHour(steps, edges, (step) => step.held)]
      const sold = byHour(steps, edges, (step) => Math.max(step.reserved, step.held))
      const sum = (hours: Float64Array) => hours.reduce((all, each) => all + each, 0)
      const gpus = Math.max(0, ...steps.map((step) => step.reserved))
      const sums = { order, pool: place.pool, tenant: undefined, gpus, reserved: sum(reserved), held: sum(held), sold: sum(sold) }
      const [record] = await around([sums], places, month)
      const tenant = record!.span?.tenant ?? bills[0]?.tenant
      const others = pools.filter((each) => each !== place.pool)
      return { ...record!, tenant, month, edges, hours: { reserved, held, sold }, steps, bills, pools: others }
    },
    /** Orders that end soon, by when. */
    listEnding: () => listEndingSoon(store, reach, now()),
  }
}
export type OrderSource = ReturnType<ReturnType<typeof makeOrders>>
