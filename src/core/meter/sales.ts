import type { BlockId, OrderId } from '../base/id.ts'
import { add, maximum, subtract, zero, type Steps } from '../base/steps.ts'
import type { Instant } from '../base/time.ts'
import { emptyColumns, push, pushAll, sumOf, type Columns } from './columns.ts'

type OrderLog = Readonly<{ reserved: Columns; allocated: Columns }>

/** What was read of the sales of one pool. */
export type SalesLog = Readonly<{
  /** Allocations without an order: on-demand and spot, each sold by itself. */
  open: Columns
  orders: Map<OrderId, OrderLog>
  /** Again, of all allocations, those that may be interrupted. */
  spot: Columns
}>

export const emptySales = (): SalesLog => ({ open: emptyColumns(), orders: new Map(), spot: emptyColumns() })

export type SaleInterval = Readonly<{
  order: OrderId | undefined
  reserved: boolean
  /** An allocation of product `spot`. */
  spot: boolean
  from: Instant
  to: Instant
  gpus: number
}>

export const pushSale = (log: SalesLog, { order, reserved, spot, from, to, gpus }: SaleInterval): void => {
  if (spot) push(log.spot, from, to, gpus)
  if (order === undefined) return push(log.open, from, to, gpus)
  let ofOrder = log.orders.get(order)
  if (ofOrder === undefined) log.orders.set(order, (ofOrder = { reserved: emptyColumns(), allocated: emptyColumns() }))
  push(reserved ? ofOrder.reserved : ofOrder.allocated, from, to, gpus)
}

/** The sum of many functions, in pairs of neighbours: events × log of their number. */
export const sumSteps = (all: readonly Steps[]): Steps => {
  let sums = [...all]
  while (sums.length > 1) sums = Array.from({ length: Math.ceil(sums.length / 2) }, (_, i) => add(sums[2 * i]!, sums[2 * i + 1] ?? zero))
  return sums[0] ?? zero
}

/** max(reserved, allocated): use inside a reservation counts once. */
const ofOrder = ({ reserved, allocated }: OrderLog): Steps => maximum(sumOf(reserved), sumOf(allocated))

/** S*(t) of a pool, the sum over its orders of max(reserved, allocated), with everything that is sold without an order. */
export const contractedOf = ({ open, orders }: SalesLog): Steps => {
  // Orders that were only reserved or only allocated are summed as they are, in one sweep with the open sales.
  const plain = emptyColumns()
  pushAll(plain, open)
  const both: Steps[] = []
  for (const order of orders.values())
    if (order.reserved.length > 0 && order.allocated.length > 0) both.push(ofOrder(order))
    else for (const columns of [order.reserved, order.allocated]) pushAll(plain, columns)
  return sumSteps([sumOf(plain), ...both])
}

/** GPUs of a pool that jobs held: those that may be interrupted, and all others. */
export type PoolUse = Readonly<{ firm: Steps; spot: Steps }>

/** What was allocated in a pool, whether under orders or not. */
export const useOf = ({ open, orders, spot }: SalesLog): PoolUse => {
  const all = emptyColumns()
  pushAll(all, open)
  for (const { allocated } of orders.values()) pushAll(all, allocated)
  const interruptible = sumOf(spot)
  return { firm: subtract(sumOf(all), interruptible), spot: interruptible }
}

/** What was reserved and what was used of one order; nothing where it was never read of. */
export const salesOfOrder = ({ orders }: SalesLog, order: OrderId): Readonly<{ reserved: Steps; allocated: Steps }> => {
  const log = orders.get(order)
  return log === undefined ? { reserved: zero, allocated: zero } : { reserved: sumOf(log.reserved), allocated: sumOf(log.allocated) }
}

/** What is reserved under all orders that are `counted`, together. */
export const reservedOf = ({ orders }: SalesLog, counted: (order: OrderId) => boolean): Steps => {
  const all = emptyColumns()
  for (const [order, { reserved }] of orders) if (counted(order)) pushAll(all, reserved)
  return sumOf(all)
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
  ...(log.open.length > 0 ? [[undefined, sumOf(log.open)] as const] : []),
  ...[...log.orders]
    .filter(([order]) => !(placements.get(order) ?? []).some((block) => pool.includes(block)))
    .map(([order, sales]) => [order, ofOrder(sales)] as const),
]
