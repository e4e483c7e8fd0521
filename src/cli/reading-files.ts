import { describeProblem } from '../core/base/problem.ts'
import type { Digested } from '../core/meter/collate.ts'
import { collate } from '../core/meter/collate.ts'
import { placementOf } from '../core/meter/parse.ts'
import type { Reading } from '../core/meter/reading.ts'
import type { Schedule } from '../core/terms/schedule.ts'
import type { Source } from '../server/fleet/bytes.ts'
import { readReadings, type ReadingBatch } from '../server/fleet/readings-file.ts'
import type { Context } from './context.ts'

/** Refusals that are listed; beyond them, how many more there are. */
const refusalsShownMax = 100

/** A file by its path, or standard input for `-`. */
export const sourceOf = (path: string, { stdin }: Context): Source => (path === '-' ? { stream: stdin, name: 'stdin' } : { path })

/** Says what is wrong with lines of a file, as compilers write it. */
export const sayRefusals = (path: string, refusals: ReadingBatch['refusals'], more: number, { say }: Context): void => {
  for (const { line, problems } of refusals.slice(0, refusalsShownMax))
    for (const problem of problems) say(describeProblem(path, { ...problem, line }))
  const hidden = Math.max(0, refusals.length - refusalsShownMax) + more
  if (hidden > 0) say(`${path}: and ${hidden.toLocaleString('en')} lines more`)
}

/** `1,234,567 readings, 42 %` */
export const progressText = (rows: number, bytesRead: number, bytesTotal: number | undefined): string =>
  `${rows.toLocaleString('en')} readings${bytesTotal === undefined || bytesTotal === 0 ? '' : `, ${Math.floor((100 * bytesRead) / bytesTotal)} %`}`

/** Takes in readings that count, in any order. */
type Add = (reading: Reading, digest: string) => void

/**
 * Hands on what counts of the readings in files. Mostly no id is there twice and nothing replaces anything, and then each reading can be
 * handed on as it comes and need not be kept; otherwise all of them are read again and sorted out together. False, and everything said with
 * file and line, where any of them cannot be used. `begin` makes a taker that has taken nothing yet.
 */
export const readInto = async (paths: readonly string[], schedule: Schedule, begin: () => Add, context: Context): Promise<boolean> => {
  // Standard input can be read only once.
  const outcome = paths.includes('-') ? 'tangled' : await readPlain(paths, schedule, begin(), context)
  if (outcome !== 'tangled') return outcome
  const accepted = await readAll(paths, schedule, context)
  if (accepted === undefined) return false
  const add = begin()
  for (const { reading, digest } of accepted) add(reading, digest)
  return true
}

type Rows = ReadingBatch['rows']

/** Reads every file, shows how far it is, and says what cannot be read; false if anything could not. Stops when `take` answers false. */
const readRows = async (
  paths: readonly string[],
  schedule: Schedule,
  take: (rows: Rows) => boolean,
  context: Context,
): Promise<boolean> => {
  let [good, seen] = [true, 0]
  for (const path of paths) {
    const refusals: ReadingBatch['refusals'][number][] = []
    for await (const batch of readReadings(sourceOf(path, context), { zone: schedule.zone, placement: placementOf(schedule) })) {
      refusals.push(...batch.refusals)
      if (!take(batch.rows)) return good
      seen += batch.rows.length
      context.show(`${path}: ${progressText(seen, batch.bytesRead, batch.bytesTotal)}`)
    }
    sayRefusals(path, refusals, 0, context)
    good &&= refusals.length === 0
  }
  return good
}

const readPlain = async (paths: readonly string[], schedule: Schedule, add: Add, context: Context): Promise<boolean | 'tangled'> => {
  const idsOf = new Map<string, Set<string>>()
  let tangled = false
  const take = (rows: Rows): boolean => {
    for (const { reading, digest } of rows) {
      const { source, id } = reading
      let ids = idsOf.get(source)
      if (ids === undefined) idsOf.set(source, (ids = new Set()))
      tangled ||= reading.replaces !== undefined || ids.has(id)
      if (tangled) return false
      ids.add(id)
      add(reading, digest)
    }
    return true
  }
  const good = await readRows(paths, schedule, take, context)
  return tangled ? 'tangled' : good
}

/** What counts of all readings; undefined, and everything said, where any of them cannot be used. */
const readAll = async (paths: readonly string[], schedule: Schedule, context: Context): Promise<readonly Digested[] | undefined> => {
  const all: Digested[] = []
  const take = (rows: Rows): boolean => {
    for (const { reading, digest } of rows) all.push({ reading, digest })
    return true
  }
  if (!(await readRows(paths, schedule, take, context))) return undefined
  const { accepted, refused } = collate(all)
  if (refused.length === 0) return accepted
  for (const { message } of refused.slice(0, refusalsShownMax)) context.say(message)
  await sayWhere(paths, schedule, new Set(refused.flatMap(({ source, ids }) => ids.map((id) => `${source}\0${id}`))), context)
  return undefined
}

/** Reads the files again, for what is refused is rare and its lines were not kept. */
const sayWhere = async (paths: readonly string[], schedule: Schedule, names: ReadonlySet<string>, context: Context): Promise<void> => {
  for (const path of paths.filter((each) => each !== '-'))
    for await (const { rows } of readReadings({ path }, { zone: schedule.zone, placement: placementOf(schedule) }))
      for (const { line, reading } of rows)
        if (names.has(`${reading.source}\0${reading.id}`)) context.say(`${path}:${line}: ${reading.source}/${reading.id} is here`)
}
