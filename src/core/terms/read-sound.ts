import type { Json } from '../base/canonical.ts'
import type { Problem } from '../base/problem.ts'
import { conform } from './conform.ts'
import type { Schema } from './json-schema.ts'
import { limits } from './limits.ts'
import { readDocument } from './read-document.ts'

const bounded = (problems: readonly Problem[]): Problem[] => {
  const [shown, hidden] = [problems.slice(0, limits.problems), problems.length - limits.problems]
  return hidden > 0 ? [...shown, { pointer: '', message: `has ${hidden} more problems` }] : shown
}

/**
 * Reads a document of some format, YAML or JSON, with its defaults filled in; or every problem it has, in the order of its lines. `check` says
 * what its parts must be to each other; it is given the sound part, and the document as written.
 */
export const readSound = (
  text: string,
  schema: Schema,
  check: (sound: Json, written: Json) => readonly Problem[],
): Readonly<{ sound: Json }> | Readonly<{ problems: readonly Problem[] }> => {
  const read = readDocument(text)
  if (!('value' in read)) return read
  const { value, lineOf } = read
  const conformed = conform(schema, value)
  const sound = conformed.sound ?? {}
  const problems = bounded([...read.problems, ...conformed.problems, ...check(sound, value)])
  if (problems.length === 0) return { sound }
  const located = problems.map((problem) => ({ ...problem, line: lineOf(problem.pointer) }))
  return { problems: located.toSorted((a, b) => a.line - b.line) }
}
