import { isMonth, monthInterval, type Month } from '../../core/base/time.ts'
import { nought, plus } from '../../core/base/rational.ts'
import {
  cashSplit,
  covenantsIn,
  coverThroughTime,
  headroomOf,
  type CashSplit,
  type Cover,
  type Earned,
  type Headroom,
} from '../../core/credit/cover.ts'
import type { AgreementRecord } from '../../core/credit/record.ts'
import type { Facts } from '../../core/meter/facts.ts'
import { makeRevenue } from '../../core/settlement/revenue.ts'
import type { Store } from '../store/database.ts'
import { findRecordedStatements } from '../store/recorded-statements.ts'
import { inTransaction } from '../store/transaction.ts'
import { factsOf } from './facts-of.ts'
import { findSchedule } from './find-schedule.ts'

export type CoverRequest = Readonly<{ agreement: string; asOf: Month | undefined }>
export type CoverAnswer =
  | Readonly<{
      kind: 'drawn'
      currency: string
      title: string
      cover: readonly Cover[]
      headroom: readonly Headroom[]
      split: readonly CashSplit[]
    }>
  | Readonly<{ kind: 'refused'; messages: readonly string[] }>

/**
 * What an operator and its lender ask of an agreement, month by month over what is final: where cash comes from, ratios, and how far they are
 * from their levels. Revenue is read from the charges known now; what statements say is as they say it. Nothing is written.
 */
export const drawCover = (store: Store, { agreement, asOf }: CoverRequest): Promise<CoverAnswer> =>
  inTransaction<CoverAnswer>(store, async (tx) => {
    const refused = (...messages: string[]): CoverAnswer => ({ kind: 'refused', messages })
    if (asOf !== undefined && !isMonth(asOf)) return refused(`--as-of is a month such as 2026-10, not ${asOf}`)
    const schedule = await findSchedule(tx.queries, agreement)
    if (schedule === undefined) return refused(`no agreement ${agreement} is loaded; offtake load FILE loads one`)
    const record = { schedule, statements: await findRecordedStatements(tx.queries, agreement, asOf) }
    const earned: Earned[] = []
    for (const { month } of record.statements) {
      const facts = await factsOf(tx, { schedule, window: monthInterval(month, schedule.zone) })
      if ('refusals' in facts) return refused(...facts.refusals.map(({ message }) => message))
      earned.push(...earnedIn(record, month, facts))
    }
    const cover = coverThroughTime(record)
    const headroom = headroomOf(cover, covenantsIn(schedule))
    return { kind: 'drawn', currency: schedule.currency, title: schedule.title, cover, headroom, split: cashSplit(record, earned) }
  })

/** What was charged: an affiliate's charge counts as it is, since no reference price was ever paid. */
const asCharged = (facts: Facts): Facts => ({
  ...facts,
  charges: facts.charges.map(({ block, amount, from, to, product, order, tenant }) => ({
    block,
    amount,
    from,
    to,
    product,
    order,
    tenant,
  })),
})

const earnedIn = ({ schedule }: AgreementRecord, month: Month, facts: Facts): Earned[] => {
  const revenue = makeRevenue(asCharged(facts), [])
  const { from, to } = monthInterval(month, schedule.zone)
  const blocks = schedule.blocks.map(({ id }) => revenue(id, from, to).byProduct)
  return (['reserved', 'on-demand', 'spot'] as const).map((product) => ({
    month,
    product,
    amount: blocks.reduce((sum, byProduct) => plus(sum, byProduct[product]), nought),
  }))
}
