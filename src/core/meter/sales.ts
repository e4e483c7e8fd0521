import type { BlockId, OrderId } from '../base/id.ts'
import { add, maximum, subtract, zero, type Steps } from '../base/steps.ts'
import type { Instant } from '../base/time.ts'
import { count, countAll, emptyTally, isEmpty, totalOf, type Tally } from './columns.ts'

type OrderLog = Readonly<{ reserved: Tally; allocated: Tally }>

/** What was read of the sales of one pool. */
export type SalesLog = Readonly<{
  /** Allocations without an order: on-demand and spot, each sold by itself. */
  open: Tally
  orders: Map<OrderId, OrderLog>
  /** Again, of all allocations, those that may be interrupted. */
  spot: Tally
}>

export const emptySales = (): SalesLog => ({ open: emptyTally(), orders: new Map(), spot: emptyTally() })

export type SaleInterval = Readonly<{
  order: OrderId | undefined
  reserved: boolean
  /** An allocation of product `spot`. */
  spot: boolean
  from: Instant
  to: Instant
  gpus: number
}>

/** What was read of an order; nothing yet where it is new. */
export const orderIn = ({ orders }: SalesLog, order: OrderId): OrderLog => {
  let log = orders.get(order)
  if (log === undefined) orders.set(order, (log = { reserved: emptyTally(), allocated: emptyTally() }))
  return log
}

export const pushSale = (log: SalesLog, { order, reserved, spot, from, to, gpus }: SaleInterval): void => {
  if (spot) count(log.spot, from, to, gpus)
  if (order === undefined) return count(log.open, from, to, gpus)
  const sold = orderIn(log, order)
  count(reserved ? sold.reserved : sold.allocated, from, to, gpus)
}

/** The sum of many functions, in pairs of neighbours: events × log of their number. */
export const sumSteps = (all: readonly Steps[]): Steps => {
  let sums = [...all]
  while (sums.length > 1) sums = Array.from({ length: Math.ceil(sums.length / 2) }, (_, i) => add(sums[2 * i]!, sums[2 * i + 1] ?? zero))
  return sums[0] ?? zero
}

/** max(reserved, allocated): use inside a reservation counts once. */
const ofOrder = ({ reserved, allocated }: OrderLog): Steps => maximum(totalOf(reserved), totalOf(allocated))

/** S*(t) of a pool, the sum over its orders of max(reserved, allocated), with everything that is sold without an order. */
export const contractedOf = ({ open, orders }: SalesLog): Steps => {
  // Orders that were only reserved or only allocated are summed as they are, in one sweep with the open sales.
  const plain = emptyTally()
  countAll(plain, open)
  const both: Steps[] = []
  for (const order of orders.values())
    if (!isEmpty(order.reserved) && !isEmpty(order.allocated)) both.push(ofOrder(order))
    else for (const tally of [order.reserved, order.allocated]) countAll(plain, tally)
  return sumSteps([totalOf(plain), ...both])
}

/** GPUs of a pool that jobs held: those that may be interrupted, and all others. */
export type PoolUse = Readonly<{ firm: Steps; spot: Steps }>

/** What was allocated in a pool, whether under orders or not. */
export const useOf = ({ open, orders, spot }: SalesLog): PoolUse => {
  const all = emptyTally()
  countAll(all, open)
  for (const { allocated } of orders.values()) countAll(all, allocated)
  const interruptible = totalOf(spot)
  return { firm: subtract(totalOf(all), interruptible), spot: interruptible }
}

/** What was reserved and what was used of one order; nothing where it was never read of. */
export const salesOfOrder = ({ orders }: SalesLog, order: OrderId): Readonly<{ reserved: Steps; allocated: Steps }> => {
  const log = orders.get(order)
  return log === undefined ? { reserved: zero, allocated: zero } : { reserved: totalOf(log.reserved), allocated: totalOf(log.allocated) }
}

/** What is reserved under all orders that are `counted`, together. */
export const reservedOf = ({ orders }: SalesLog, counted: (order: OrderId) => boolean): Steps => {
  const all = emptyTally()
  for (const [order, { reserved }] of orders) if (counted(order)) countAll(all, reserved)
  return totalOf(all)
}

/** Sales of one order and the blocks it is placed on. */
export type OrderSales = Readonly<{ order: OrderId; blocks: readonly BlockId[]; sales: Steps }>

/** The sales of each order that is placed on blocks of the pool, in the order in which the agreement lists them. */
export const placedSalesOf = (
  { orders }: SalesLog,
  pool: readonly BlockId[],
  placements: ReadonlyMap<OrderId, readonly BlockId[]>,
): OrderSales[] =>
  [...placements].flatMap(([order, listed]) => {
    const log = orders.get(order)
    const blocks = [...new Set(listed)].filter((block) => pool.includes(block))
    return log === undefined || blocks.length === 0 ? [] : [{ order, blocks, sales: ofOrder(log) }]
  })

/** Sales that are placed on no block of the pool: by order, and `undefined` for those without one. */
export const unplacedSalesOf = (
  log: SalesLog,
  pool: readonly BlockId[],
  placements: ReadonlyMap<OrderId, readonly BlockId[]>,
): (readonly [OrderId | undefined, Steps])[] => [
  ...(isEmpty(log.open) ? [] : [[undefined, totalOf(log.open)] as const]),
  ...[...log.orders]
    .filter(([order]) => !(placements.get(order) ?? []).some((block) => pool.includes(block)))
    .map(([order, sales]) => [order, ofOrder(sales)] as const),
]
