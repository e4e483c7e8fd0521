import { integrate, subtract } from '../../core/base/steps.ts'
import { isMonth, type Month } from '../../core/base/time.ts'
import type { BlockId } from '../../core/base/id.ts'
import type { Disagreement } from '../../core/meter/reconcile.ts'
import { settlementWindow } from '../../core/settlement/period.ts'
import type { Store } from '../store/database.ts'
import { inTransaction } from '../store/transaction.ts'
import { outsideTerm } from './draw-month.ts'
import { meterOf } from './facts-of.ts'
import { findSchedule } from './find-schedule.ts'

/** GPU-seconds of a block that the scheduler says are sold and the health says are down: the terms go by the health. */
export type SoldButDown = Readonly<{ block: BlockId; gpuSeconds: number }>

export type ReconcileAnswer =
  | Readonly<{
      kind: 'drawn'
      zone: string
      /** By source, where the agreement says whose word counts. */
      disagreements: readonly Disagreement[]
      soldButDown: readonly SoldButDown[]
    }>
  | Readonly<{ kind: 'refused'; messages: readonly string[] }>

/** What the sources of a month say differently of the same GPUs, sized. Nothing is written. */
export const reconcileMonth = (
  store: Store,
  { agreement, month }: Readonly<{ agreement: string; month: Month }>,
): Promise<ReconcileAnswer> =>
  inTransaction<ReconcileAnswer>(store, async (tx) => {
    const refused = (...messages: string[]): ReconcileAnswer => ({ kind: 'refused', messages })
    if (!isMonth(month)) return refused(`a month is such as 2026-10, not ${month}`)
    const schedule = await findSchedule(tx.queries, agreement)
    if (schedule === undefined) return refused(`no agreement ${agreement} is loaded; offtake load FILE loads one`)
    const outside = outsideTerm(schedule, month)
    if (outside !== undefined) return refused(...outside.refusal.messages)
    const window = settlementWindow(schedule, month)
    const meter = await meterOf(tx, { schedule, window })
    if ('refusals' in meter) return refused(...meter.refusals.map(({ message }) => message))
    const facts = meter.facts()
    if ('refusals' in facts) return refused(...facts.refusals.map(({ message }) => message))
    const soldButDown = facts.blocks.map(({ block, contracted, proven }) => ({
      block,
      gpuSeconds: integrate(subtract(contracted, proven.sold), window.from, window.to),
    }))
    return {
      kind: 'drawn',
      zone: schedule.zone,
      disagreements: meter.disagreements(),
      soldButDown: soldButDown.filter(({ gpuSeconds }) => gpuSeconds > 0),
    }
  })
