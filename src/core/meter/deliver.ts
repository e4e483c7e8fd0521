import { fillByOrder, fillInOrder, shareByRoom } from '../capacity/attribute.ts'
import type { BlockId, OrderId } from '../base/id.ts'
import { add, minimum, positive, subtract, zero, type Steps } from '../base/steps.ts'
import type { ResolvedBlock, ResolvedPool } from '../terms/schedule.ts'
import type { Delivery } from './facts.ts'
import type { OrderSales } from './sales.ts'

/** What attribution needs to know of one block of a pool. */
export type Supply = Readonly<{
  block: ResolvedBlock
  /** N */
  accepted: Steps
  /** A, and A had every unproven GPU been available; the same object where all is proven. */
  available: Steps
  presumed: Steps
  /** What the guarantor called, not yet cut to A. */
  called: Steps
}>

/** What an order was given, by the numbers of its blocks in the pool. */
export type OrderDelivery = Readonly<{ blocks: readonly number[]; sold: readonly Steps[] }>

/** What the blocks of a pool delivered, in the pool's order. */
export type PoolDelivery = Readonly<{
  contracted: readonly Steps[]
  proven: readonly Delivery[]
  presumed: readonly Delivery[]
  /** By order, under `specific`: as proven. */
  byOrder: ReadonlyMap<OrderId, OrderDelivery>
}>

/** Sales of a pool: all of them, and order by order under `specific`. */
export type PoolSales = Readonly<{ contracted: Steps; placed: readonly OrderSales[] }>

/** The order in which a rule goes through the blocks: supported ones first as listed, or by block id for ties. */
const sequenceOf = (pool: ResolvedPool, supplies: readonly Supply[]): number[] => {
  const numbers = supplies.map((_, i) => i)
  if (pool.attribution === 'pro-rata') return numbers.toSorted((a, b) => (supplies[a]!.block.id < supplies[b]!.block.id ? -1 : 1))
  return numbers.toSorted((a, b) => Number(supplies[b]!.block.supported) - Number(supplies[a]!.block.supported) || a - b)
}

/** Attributes sales to rooms by `supported-first` or `pro-rata`: what each room gets. */
const attribute = (pool: ResolvedPool, sequence: readonly number[], sales: Steps, rooms: readonly Steps[]): Steps[] => {
  const inSequence = sequence.map((number) => rooms[number]!)
  const given = pool.attribution === 'pro-rata' ? shareByRoom(sales, inSequence) : fillInOrder(sales, inSequence)
  return rooms.map((_, number) => given[sequence.indexOf(number)]!)
}

/** Sums what orders were given, block by block. */
const byBlock = (blocks: number, orders: readonly OrderDelivery[]): Steps[] => {
  const sums = Array.from({ length: blocks }, () => zero)
  for (const order of orders) for (const [i, number] of order.blocks.entries()) sums[number] = add(sums[number]!, order.sold[i]!)
  return sums
}

type Attributed = Readonly<{ sold: readonly Steps[]; contracted: readonly Steps[]; orders: readonly OrderDelivery[] }>

/** Sales into working rooms w = A − G first; what does not fit is sold but down, in the rooms that are left up to N − called. */
const attributeAll = (pool: ResolvedPool, supplies: readonly Supply[], sales: PoolSales, rooms: readonly Steps[]): Attributed => {
  const sequence = sequenceOf(pool, supplies)
  const sold = attribute(pool, sequence, sales.contracted, rooms)
  const down = subtract(sales.contracted, sold.reduce(add, zero))
  if (down.starts.length === 0) return { sold, contracted: sold, orders: [] }
  if (supplies.length === 1) return { sold, contracted: [sales.contracted], orders: [] }
  const left = supplies.map(({ accepted, called }, i) => positive(subtract(subtract(accepted, called), sold[i]!)))
  const downBy = attribute(pool, sequence, down, left)
  return { sold, contracted: sold.map((each, i) => add(each, downBy[i]!)), orders: [] }
}

/** As `attributeAll`, order by order. What fits nowhere stays on the order's last block: that block is then sold above its capacity. */
const attributeOrders = (supplies: readonly Supply[], sales: PoolSales, rooms: readonly Steps[]): Attributed => {
  const number = new Map<BlockId, number>(supplies.map(({ block }, i) => [block.id, i]))
  const placed = sales.placed.map((order) => ({ sales: order.sales, rooms: order.blocks.map((block) => number.get(block)!) }))
  const orders = fillByOrder(placed, rooms).map((sold, i): OrderDelivery => ({ blocks: placed[i]!.rooms, sold }))
  const sold = byBlock(supplies.length, orders)
  const left = supplies.map(({ accepted, called }, i) => positive(subtract(subtract(accepted, called), sold[i]!)))
  const down = placed.map((order, i) => ({ ...order, sales: subtract(order.sales, orders[i]!.sold.reduce(add, zero)) }))
  const downBy = fillByOrder(down, left).map((given, i): OrderDelivery => {
    const nowhere = subtract(down[i]!.sales, given.reduce(add, zero))
    return { blocks: placed[i]!.rooms, sold: [...given.slice(0, -1), add(given.at(-1)!, nowhere)] }
  })
  const contracted = byBlock(supplies.length, downBy).map((each, i) => add(each, sold[i]!))
  return { sold, contracted, orders }
}

/** Works out G, S and S* of every block of a pool, with the facts as proven and as they would be had every unproven GPU been available. */
export const deliver = (pool: ResolvedPool, supplies: readonly Supply[], sales: PoolSales): PoolDelivery => {
  const under = (availableOf: (supply: Supply) => Steps) => {
    const available = supplies.map((supply) => positive(availableOf(supply)))
    const called = supplies.map((supply, i) => minimum(supply.called, available[i]!))
    const rooms = available.map((each, i) => subtract(each, called[i]!))
    const specific = pool.attribution === 'specific'
    const attributed = specific ? attributeOrders(supplies, sales, rooms) : attributeAll(pool, supplies, sales, rooms)
    const deliveries = available.map((each, i): Delivery => ({ available: each, called: called[i]!, sold: attributed.sold[i]! }))
    return { ...attributed, deliveries }
  }
  const proven = under(({ available }) => available)
  const same = supplies.every(({ available, presumed }) => available === presumed)
  return {
    contracted: proven.contracted,
    proven: proven.deliveries,
    presumed: same ? proven.deliveries : under(({ presumed }) => presumed).deliveries,
    byOrder: new Map(sales.placed.map(({ order }, i) => [order, proven.orders[i]!])),
  }
}
