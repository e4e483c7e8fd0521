import { clauseKinds } from '../../core/settlement/kinds.ts'
import { resolve } from '../../core/terms/resolve.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import { findVersionHashes, findVersions } from '../store/agreements.ts'
import type { Queries } from '../store/database.ts'

/** Schedules by the hashes of their versions: what was signed does not change, and a run of closes asks for the same one again and again. */
const resolved = new Map<string, Schedule>()
const resolvedMax = 100

/** The schedule of an agreement, from all its versions; undefined where it is not loaded. */
export const findSchedule = async (queries: Queries, agreement: string): Promise<Schedule | undefined> => {
  const hashes = await findVersionHashes(queries, agreement)
  if (hashes.length === 0) return undefined
  const known = resolved.get(hashes.join())
  if (known !== undefined) return known
  const schedule = resolve(await findVersions(queries, agreement), clauseKinds)
  if ('problems' in schedule) throw new Error(`${agreement}, as signed, no longer resolves: ${schedule.problems[0]?.message}`)
  if (resolved.size === resolvedMax) resolved.clear()
  // By what was read and not by what was asked for: a version may have come in between.
  resolved.set(schedule.versions.map(({ hash }) => hash).join(), schedule)
  return schedule
}
