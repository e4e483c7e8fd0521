import { monthInterval, type Month } from '../../core/base/time.ts'
import { nothingSince, type SinceDraft } from '../../core/statements/closing.ts'
import { listCame } from '../store/came-since.ts'
import { findKnownByDraft } from '../store/known.ts'
import type { Work } from '../store/transaction.ts'
import { findSchedule } from './find-schedule.ts'

/**
 * What bears on a month and came on record since its draft was prepared, or was prepared again to the same. It is counted and not settled, so it is quick:
 * whether it changes an amount is seen when the month is drawn again.
 */
export const sinceDraft = async (
  tx: Work,
  { agreement, month, draft }: Readonly<{ agreement: string; month: Month; draft: string }>,
): Promise<SinceDraft> => {
  const known = await findKnownByDraft(tx, draft)
  const schedule = await findSchedule(tx.queries, agreement)
  if (known === undefined || schedule === undefined) return nothingSince
  const window = monthInterval(month, schedule.zone)
  const readings = await listCame(tx, {
    agreement,
    pools: schedule.pools.map(({ id }) => id),
    blocks: schedule.blocks.map(({ id }) => id),
    currency: schedule.currency,
    indices: schedule.clauses.flatMap((clause) => clause.indices),
    month,
    window,
    known: known.batches,
  })
  const terms = schedule.versions.some(({ hash, effective }) => effective < window.to && !known.versions.includes(hash))
  return { readings, terms }
}
