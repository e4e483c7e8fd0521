import type { OrderId } from '../base/id.ts'
import { minimum, type Steps } from '../base/steps.ts'
import type { Interval } from '../base/time.ts'
import type { ResolvedBlock, ResolvedPool, Schedule } from '../terms/schedule.ts'
import type { HoldingFact } from './facts.ts'
import { outOfOrder, type Health } from './health.ts'
import type { BlockLog } from './intake.ts'
import { reservedOf, salesOfOrder, sumSteps, type SalesLog } from './sales.ts'

type Supplied = Readonly<{ block: ResolvedBlock; log: BlockLog; health: Health }>

/** What is held in each block of a pool, and what readings name of it as down; nothing where no clause names an order with sales there. */
export const holdingsOf = (
  { clauses, orders: placements }: Schedule,
  { attribution }: ResolvedPool,
  sales: SalesLog,
  supplies: readonly Supplied[],
  window: Interval,
): HoldingFact[] => {
  const asked = [...new Set(clauses.flatMap(({ orders }) => orders))].toSorted().filter((order) => sales.orders.has(order))
  if (asked.length === 0) return []
  const everywhere = attribution === 'specific' ? undefined : reservedOf(sales, () => true)
  return supplies.flatMap(({ block, log, health }): HoldingFact[] => {
    const mayHold = (order: OrderId) => attribution !== 'specific' || placements.get(order)?.includes(block.id) === true
    const holding = (order: OrderId): HoldingFact => {
      const { reserved } = salesOfOrder(sales, order)
      const named = outOfOrder(log.health, order, health.planned, window)
      const out = minimum(named.out, reserved)
      return { block: block.id, order, reserved, planned: minimum(named.planned, out), out }
    }
    const named = [...log.health.orders.keys()].filter(mayHold).map(holding)
    const sum = (pick: (each: HoldingFact) => Steps) => sumSteps(named.map(pick))
    const all: HoldingFact = {
      block: block.id,
      order: undefined,
      reserved: everywhere ?? reservedOf(sales, mayHold),
      planned: sum(({ planned }) => planned),
      out: sum(({ out }) => out),
    }
    return [all, ...asked.filter(mayHold).map(holding)]
  })
}
