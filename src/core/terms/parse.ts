import { hashOfJson } from '../base/hash.ts'
import type { Problem } from '../base/problem.ts'
import type { Agreement } from './agreement.ts'
import { checkDocument } from './check-document.ts'
import { complete } from './complete.ts'
import { readSound } from './read-sound.ts'
import { agreementSchemaOf } from './shape.ts'
import type { TermsKind } from './kind.ts'
import type { SoundAgreement } from './sound.ts'

export type ParsedAgreement = Readonly<{
  agreement: Agreement
  /** SHA-256 of the canonical JSON of `agreement`: neither the order of keys nor a default written out changes it. */
  hash: string
}>

/**
 * Reads one version of an agreement, YAML or JSON, with its defaults filled in; or every problem it has, in the order of its lines. `kinds` are
 * those that its clauses may be of.
 */
export const parseAgreement = (text: string, kinds: readonly TermsKind[]): ParsedAgreement | Readonly<{ problems: readonly Problem[] }> => {
  const completed = (sound: unknown) => complete(sound as SoundAgreement)
  const read = readSound(text, agreementSchemaOf(kinds), (sound, written) =>
    checkDocument(completed(sound), written, ((sound as SoundAgreement).pools ?? []).length, kinds),
  )
  if ('problems' in read) return read
  const agreement = completed(read.sound) as Agreement
  return { agreement, hash: hashOfJson(agreement) }
}
