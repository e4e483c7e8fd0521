import type { BlockId } from '../base/id.ts'
import { add, during, except, indicator, maximum, restrict, valueAt, where, zero, type Steps } from '../base/steps.ts'
import { formatLocal, type Interval } from '../base/time.ts'
import type { ResolvedPool, Schedule } from '../terms/schedule.ts'
import { totalOf } from './columns.ts'
import type { PoolDelivery, Supply } from './deliver.ts'
import type { Acceptance } from './reading.ts'
import { excessOf, nameOf, printCount, printExcess, printInterval, type Excess, type MeterRefusal } from './refusal.ts'
import { unplacedSalesOf, type SalesLog } from './sales.ts'

const early = (subject: string, what: string, excess: Excess, zone: string): MeterRefusal => ({
  kind: 'before-acceptance',
  subject,
  from: excess.from,
  to: excess.to,
  message: `${what} before its acceptance: ${printExcess(excess, zone)}. Add the acceptance, or correct the time.`,
})

/** P + U above N. */
export const checkOutOfService = (block: BlockId, out: Steps, accepted: Steps, window: Interval, zone: string): MeterRefusal[] =>
  excessOf(out, accepted, window).map((excess) =>
    excess.limit === 0
      ? early(block, `Block ${block} has GPUs planned or out of service`, excess, zone)
      : {
          kind: 'out-of-service-above-accepted',
          subject: block,
          from: excess.from,
          to: excess.to,
          message: `Block ${block} has more GPUs planned or out of service than are accepted: ${printExcess(excess, zone)}. Readings of the same GPUs name their unit, or one of them is wrong.`,
        },
  )

/** Called above N, and called where no backstop in force on the block has a call right. */
export const checkCalled = (schedule: Schedule, block: BlockId, called: Steps, accepted: Steps, window: Interval): MeterRefusal[] => {
  if (called.starts.length === 0) return []
  const { zone } = schedule
  const above = excessOf(called, accepted, window).map((excess): MeterRefusal => {
    const { from, to } = excess
    if (excess.limit === 0) return early(block, `Block ${block} is called`, excess, zone)
    const message = `Block ${block} is called above what is accepted: ${printExcess(excess, zone)}. Lower the call.`
    return { kind: 'called-above-accepted', subject: block, from, to, message }
  })
  const right = schedule.clauses
    .filter((clause) => clause.callRight && clause.covers.some((each) => each.block === block))
    .map(({ from, to }) => during(from, to, 1))
    .reduce(maximum, zero)
  const without = excessOf(indicator(except(called, right)), zero, window).map((excess): MeterRefusal => {
    const { from, to } = excess
    const gpus = printCount(valueAt(called, from))
    const message = `Block ${block} is called where no backstop that covers it gives a call right: ${gpus} GPUs from ${printInterval(excess, zone)}. Withdraw the call, or amend the agreement.`
    return { kind: 'call-without-right', subject: block, from, to, message }
  })
  return [...above, ...without]
}

type Sold = Readonly<{ kind: 'Block' | 'Pool'; subject: string; contracted: Steps; called: Steps; accepted: Steps }>

/** Orders that a sentence names; the rest are counted. */
const ordersNamedMax = 5

/** `Sold then: order 5512 10,080, order 5530 10,152.` */
const printOrders = (sales: SalesLog, at: number): string => {
  const amount = (tally: SalesLog['open']): number => valueAt(totalOf(tally), at)
  const orders = [...sales.orders].map(([order, log]) => ({
    order: `order ${order}`,
    gpus: Math.max(amount(log.reserved), amount(log.allocated)),
  }))
  const all = [...orders, { order: 'without an order', gpus: amount(sales.open) }]
    .filter(({ gpus }) => gpus > 0)
    .toSorted((a, b) => b.gpus - a.gpus || (a.order < b.order ? -1 : 1))
  const named = all.slice(0, ordersNamedMax).map(({ order, gpus }) => `${order} ${printCount(gpus)}`)
  const more = all.length > ordersNamedMax ? ` and ${all.length - ordersNamedMax} smaller ones` : ''
  return `Sold then: ${named.join(', ')}${more}.`
}

/** S* + called above N, where anything is sold; a call by itself is told by `checkCalled`. */
const checkSold = (
  { kind, subject, contracted, called, accepted }: Sold,
  sales: SalesLog,
  window: Interval,
  zone: string,
): MeterRefusal[] =>
  excessOf(where(add(contracted, called), contracted), accepted, window).map((excess, i): MeterRefusal => {
    const { from, to, worstAt } = excess
    if (excess.limit === 0) return early(subject, `${kind} ${subject} is sold`, excess, zone)
    const calledThen = valueAt(called, worstAt)
    const how = calledThen === 0 ? 'is sold' : `with ${printCount(calledThen)} GPUs called, is sold`
    // Naming the orders takes a pass over all sales, so it is done for the first few only.
    const orders = i < ordersNamedMax ? ` ${printOrders(sales, worstAt)}` : ''
    const message = `${kind} ${subject}${calledThen === 0 ? '' : ','} ${how} above its capacity: ${printExcess(excess, zone)}.${orders} Shorten one.`
    return { kind: 'sold-above-capacity', subject, from, to, message }
  })

/** Oversold: over the pool, and block by block under `specific`, where sales are placed. A pool of one block is told as the block. */
export const checkPool = (
  pool: ResolvedPool,
  supplies: readonly Supply[],
  sales: SalesLog,
  contracted: Steps,
  delivery: PoolDelivery,
  window: Interval,
  zone: string,
): MeterRefusal[] => {
  if (pool.attribution === 'specific' || supplies.length === 1)
    return supplies.flatMap(({ block, called, accepted }, i) =>
      checkSold({ kind: 'Block', subject: block.id, contracted: delivery.contracted[i]!, called, accepted }, sales, window, zone),
    )
  const called = supplies.map((supply) => supply.called).reduce(add, zero)
  const accepted = supplies.map((supply) => supply.accepted).reduce(add, zero)
  return checkSold({ kind: 'Pool', subject: pool.id, contracted, called, accepted }, sales, window, zone)
}

/** Under `specific`, sales that are placed on no block of the pool. */
export const checkPlaced = (pool: ResolvedPool, sales: SalesLog, { orders, zone }: Schedule, window: Interval): MeterRefusal[] =>
  unplacedSalesOf(sales, pool.blocks, orders)
    .map(([order, sold]) => ({ order, sold: restrict(sold, window.from, window.to) }))
    .filter(({ sold }) => sold.starts.length > 0)
    .map(({ order, sold }): MeterRefusal => {
      const from = sold.starts[0]!
      const who = order === undefined ? `Pool ${pool.id} has sales without an order` : `Order ${order} names no block of pool ${pool.id}`
      const numbers = `${printCount(sold.values[0]!)} GPUs from ${formatLocal(from, zone)}`
      const message = `${who}, whose sales are attributed to the blocks that each order names: ${numbers}. Add the order and its blocks to the agreement.`
      return { kind: 'order-without-blocks', subject: pool.id, from, message }
    })

/** Acceptances of tranches that the block does not have, and those of a tranche that was accepted before; both are left out of N. */
export const checkAcceptances = (
  block: BlockId,
  tranches: readonly string[],
  acceptances: readonly Acceptance[],
  zone: string,
): { good: readonly Acceptance[]; refusals: readonly MeterRefusal[] } => {
  const saying = ({ source, id, at }: Acceptance) => `${nameOf(source, id)} at ${formatLocal(at, zone)}`
  const byTranche = Map.groupBy(acceptances, ({ tranche }) => tranche)
  const refusals = [...byTranche].flatMap(([tranche, all]): MeterRefusal[] => {
    const said = all.map(saying).toSorted()
    const from = Math.min(...all.map(({ at }) => at))
    const unknown = `Block ${block} has no tranche ${tranche}, which ${said.join(' and ')} accepts. Its tranches: ${tranches.join(', ')}.`
    if (!tranches.includes(tranche)) return [{ kind: 'unknown-tranche', subject: block, from, message: unknown }]
    if (all.length === 1) return []
    const twice = `Tranche ${tranche} of block ${block} is accepted ${all.length} times: by ${said.join(' and by ')}. Let one replace the others.`
    return [{ kind: 'accepted-twice', subject: block, from, message: twice }]
  })
  return { good: acceptances.filter(({ tranche }) => tranches.includes(tranche) && byTranche.get(tranche)!.length === 1), refusals }
}
