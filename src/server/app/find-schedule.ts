import { clauseKinds } from '../../core/settlement/kinds.ts'
import { resolve } from '../../core/terms/resolve.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import { findVersions } from '../store/agreements.ts'
import type { Queries } from '../store/database.ts'

/** The schedule of an agreement, from all its versions; undefined where it is not loaded. */
export const findSchedule = async (queries: Queries, agreement: string): Promise<Schedule | undefined> => {
  const versions = await findVersions(queries, agreement)
  if (versions.length === 0) return undefined
  const schedule = resolve(versions, clauseKinds)
  if ('problems' in schedule) throw new Error(`${agreement}, as signed, no longer resolves: ${schedule.problems[0]?.message}`)
  return schedule
}
