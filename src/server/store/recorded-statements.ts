import { sql } from 'kysely'
import type { Month } from '../../core/base/time.ts'
import type { RecordedStatement } from '../../core/credit/record.ts'
import type { Queries } from './database.ts'

/** The final statements of an agreement in order of time, each in its latest version, without what a register does not read. */
export const findRecordedStatements = async (
  queries: Queries,
  agreement: string,
  through: Month | undefined,
): Promise<RecordedStatement[]> => {
  const rows = await queries
    .selectFrom('statement')
    .distinctOn('month')
    // Hourly series and evidence are most of a statement's bytes.
    .select(['id', sql<Omit<RecordedStatement, 'id'>>`document::jsonb - 'series' - 'evidence' - 'waterfall' - 'opening'`.as('document')])
    .where('agreement', '=', agreement)
    .$if(through !== undefined, (query) => query.where('month', '<=', through!))
    .orderBy('month')
    .orderBy('version', 'desc')
    .execute()
  return rows.map(({ id, document: { month, lines, positions, closing } }) => ({ id, month, lines, positions: positions ?? [], closing }))
}
