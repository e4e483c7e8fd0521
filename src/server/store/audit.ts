import type { Json } from '../../core/base/canonical.ts'
import { formatInstant, type Instant } from '../../core/base/time.ts'
import type { Queries } from './database.ts'

/** Who did what to what: written in the transaction of the deed, so that neither stands without the other. */
export type Deed = Readonly<{
  at: Instant
  by: string
  action: 'load' | 'import' | 'close' | 'verify' | 'decide'
  subject: string
  detail: Json
}>

export const appendDeed = async (queries: Queries, { at, by, action, subject, detail }: Deed): Promise<void> => {
  const row = { recorded_at: formatInstant(at), actor: by, action, subject, detail: JSON.stringify(detail) }
  await queries.insertInto('audit_log').values(row).execute()
}
