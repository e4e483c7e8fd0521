import * as fs from 'node:fs'
import { describeProblem } from '../core/base/problem.ts'
import { clauseKinds } from '../core/settlement/kinds.ts'
import { parseAgreement, type ParsedAgreement } from '../core/terms/parse.ts'
import { resolve } from '../core/terms/resolve.ts'
import type { Schedule } from '../core/terms/schedule.ts'
import type { Context } from './context.ts'

/** Largest agreement file, in bytes. */
export const agreementBytesMax = 2 ** 20

/** The text of a file; undefined, and said, where it cannot be read. */
export const readText = (path: string, { say }: Context): string | undefined => {
  try {
    const { size } = fs.statSync(path)
    if (size > agreementBytesMax) return say(`${path}: has ${size} bytes; at most ${agreementBytesMax} are read`)
    return fs.readFileSync(path, 'utf8')
  } catch (error) {
    return say(`${path}: ${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message}`)
  }
}

/** The schedule that agreement files make, in order of version; undefined, and every problem said with file and line, where they make none. */
export const readSchedule = (paths: readonly string[], context: Context): Schedule | undefined => {
  const parsed: (ParsedAgreement & { path: string })[] = []
  for (const path of paths) {
    const text = readText(path, context)
    if (text === undefined) continue
    const result = parseAgreement(text, clauseKinds)
    if ('problems' in result) for (const problem of result.problems) context.say(describeProblem(path, problem))
    else parsed.push({ ...result, path })
  }
  if (parsed.length < paths.length) return undefined
  const versions = parsed.toSorted((a, b) => a.agreement.version - b.agreement.version)
  const schedule = resolve(versions, clauseKinds)
  if (!('problems' in schedule)) return schedule
  for (const problem of schedule.problems) context.say(describeProblem(versions.map(({ path }) => path).join(' + '), problem))
  return undefined
}
