import { hashOfJson } from '../base/hash.ts'
import type { Problem } from '../base/problem.ts'
import type { Agreement } from './agreement.ts'
import { checkDocument } from './check-document.ts'
import { complete } from './complete.ts'
import { conform } from './conform.ts'
import { limits } from './limits.ts'
import { readDocument } from './read-document.ts'
import { agreementSchemaOf } from './shape.ts'
import type { TermsKind } from './kind.ts'
import type { SoundAgreement } from './sound.ts'

export type ParsedAgreement = Readonly<{
  agreement: Agreement
  /** SHA-256 of the canonical JSON of `agreement`: neither the order of keys nor a default written out changes it. */
  hash: string
}>

const bounded = (problems: readonly Problem[]): Problem[] => {
  const [shown, hidden] = [problems.slice(0, limits.problems), problems.length - limits.problems]
  return hidden > 0 ? [...shown, { pointer: '', message: `has ${hidden} more problems` }] : shown
}

/**
 * Reads one version of an agreement, YAML or JSON, with its defaults filled in; or every problem it has, in the order of its lines. `kinds` are
 * those that its clauses may be of.
 */
export const parseAgreement = (text: string, kinds: readonly TermsKind[]): ParsedAgreement | Readonly<{ problems: readonly Problem[] }> => {
  const read = readDocument(text)
  if (!('value' in read)) return read
  const { value, lineOf } = read
  const conformed = conform(agreementSchemaOf(kinds), value)
  const sound = (conformed.sound ?? {}) as SoundAgreement
  const document = complete(sound)
  const problems = bounded([...read.problems, ...conformed.problems, ...checkDocument(document, value, (sound.pools ?? []).length, kinds)])
  if (problems.length > 0) {
    const located = problems.map((problem) => ({ ...problem, line: lineOf(problem.pointer) }))
    return { problems: located.toSorted((a, b) => a.line - b.line) }
  }
  const agreement = document as Agreement
  return { agreement, hash: hashOfJson(agreement) }
}
