import type { Month } from '../../core/base/time.ts'
import type { Json } from '../../core/base/canonical.ts'
import { appendDeed } from '../store/audit.ts'
import type { ImportRecord } from '../store/batches.ts'
import { findLateByAgreement } from '../store/late-readings.ts'
import { tellEvent } from '../store/tell-event.ts'
import type { Work } from '../store/transaction.ts'
import type { ImportRequest } from './import-readings.ts'

/**
 * Writes down what an import did, for those whose it is: one entry for each agreement that its readings name, so that its parties read of it and of no
 * other's; and tells them where readings came for months that are final. An import that names none is written down once, for whoever owns this database.
 */
export const recordImport = async (
  tx: Work,
  record: ImportRecord,
  { now, by, file }: Pick<ImportRequest, 'now' | 'by' | 'file'>,
  agreements: readonly string[],
): Promise<void> => {
  const { batch, refusals: _, ...told } = record
  const late = record.late === 0 ? new Map<string, LateMonth[]>() : await findLateByAgreement(tx, batch)
  const deed = { at: now, by, action: 'import', subject: file }
  const named = [...new Set([...agreements, ...late.keys()])].toSorted()
  // Counts are of the whole import: an agreement that shares it with others is told which import, and not how much of it was theirs.
  const shared = { batch: `${batch}`, key: record.key, mode: record.mode, file, contentHash: record.contentHash }
  const whole: Json = { ...told, batch: `${batch}` }
  for (const agreement of named.length === 0 ? [undefined] : named) {
    const lateMonths = agreement === undefined ? [] : (late.get(agreement) ?? [])
    const after = { batch: `${batch}`, ...(lateMonths.length === 0 ? {} : { late: lateMonths }) }
    await appendDeed(tx.queries, { ...deed, agreement, detail: named.length > 1 ? shared : whole, after })
    if (agreement !== undefined && lateMonths.length > 0)
      await tellEvent(tx, { type: 'import.late', agreement, at: now, data: { batch: `${batch}`, file, months: lateMonths } })
  }
}

type LateMonth = Readonly<{ month: Month; readings: number }>
