import type { Agreement } from '../../core/terms/agreement.ts'
import { clauseKinds } from '../../core/settlement/kinds.ts'
import { resolve } from '../../core/terms/resolve.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import { findVersionHashes, findVersions } from '../store/agreements.ts'
import type { Queries } from '../store/database.ts'
import type { Work } from '../store/transaction.ts'

/** Schedules by the hashes of their versions: what was signed does not change, and a run of closes asks for the same one again and again. */
const resolved = new Map<string, Schedule>()
const resolvedMax = 100

/** The schedule of an agreement, from all its versions, or from those of these hashes alone; undefined where none is loaded. */
export const findSchedule = async (queries: Queries, agreement: string, only?: readonly string[]): Promise<Schedule | undefined> => {
  const isKnown = (hash: string): boolean => only?.includes(hash) ?? true
  const hashes = (await findVersionHashes(queries, agreement)).filter(isKnown)
  if (hashes.length === 0) return undefined
  const known = resolved.get(hashes.join())
  if (known !== undefined) return known
  const versions = (await findVersions(queries, agreement)).filter(({ hash }) => isKnown(hash))
  const schedule = resolve(versions, clauseKinds)
  if ('problems' in schedule) throw new Error(`${agreement}, as signed, no longer resolves: ${schedule.problems[0]?.message}`)
  return keep(schedule)
}

const keep = (schedule: Schedule): Schedule => {
  if (resolved.size === resolvedMax) resolved.clear()
  // By what was read and not by what was asked for: a version may have come in between.
  resolved.set(schedule.versions.map(({ hash }) => hash).join(), schedule)
  return schedule
}

type VersionRow = { agreement: string; hash: string; canonical: string | null }

/** The schedules of all agreements that can be seen, of the versions on record at an instant of the world's clock, in order of name: two queries at most. */
export const findSchedules = async ({ client }: Work, known: string | undefined): Promise<Schedule[]> => {
  const { rows } = await client.query<VersionRow>(
    `select agreement, hash, null as canonical from agreement_version where recorded_at <= $1 order by agreement, version`,
    [known ?? 'infinity'],
  )
  const byAgreement = [...Map.groupBy(rows, ({ agreement }) => agreement).values()]
  const fresh = byAgreement.filter((versions) => !resolved.has(versions.map(({ hash }) => hash).join()))
  const read = await client.query<{ hash: string; canonical: string }>(
    `select hash, canonical from agreement_version where hash = any ($1)`,
    [fresh.flat().map(({ hash }) => hash)],
  )
  const canonicals = new Map(read.rows.map(({ hash, canonical }) => [hash, canonical]))
  return byAgreement.map((versions) => {
    const there = resolved.get(versions.map(({ hash }) => hash).join())
    if (there !== undefined) return there
    const documents = versions.map(({ hash }) => ({ agreement: JSON.parse(canonicals.get(hash)!) as Agreement, hash }))
    const schedule = resolve(documents, clauseKinds)
    if ('problems' in schedule)
      throw new Error(`${versions[0]!.agreement}, as signed, no longer resolves: ${schedule.problems[0]?.message}`)
    return keep(schedule)
  })
}
