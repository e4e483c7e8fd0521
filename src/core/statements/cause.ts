import { canonical } from '../base/canonical.ts'
import type { Month } from '../base/time.ts'
import type { Evidence } from '../meter/facts.ts'
import type { InputSource, State } from '../settlement/line.ts'
import type { LineChange, ReasonChange } from './compare.ts'

/** What a side of a comparison rests on. */
export type Basis = Readonly<{
  terms: readonly Readonly<{ version: number; hash: string }>[]
  evidence: readonly Evidence[]
  opening: State
}>

/** Why a line is not what it was. */
export type Cause =
  /** The terms say something else: here, where one place is known to. */
  | Readonly<{ kind: 'terms'; version: number; pointer: string | null }>
  /** Other readings of a kind, about a block, a pool, a clause, or `''`. */
  | Readonly<{ kind: 'facts'; subject: string; reading: string; readings: number }>
  /** What the months before left. */
  | Readonly<{ kind: 'opening' }>
  /** Stated since, on the statement of this month. */
  | Readonly<{ kind: 'correction'; on: Month }>
  /** It follows from another line. */
  | Readonly<{ kind: 'line'; key: string }>
  /** Same terms, same facts, same opening state, and still another value: another version of this program settled it. */
  | Readonly<{ kind: 'code' }>

/** Where the values of two sides part: the reasons that differ with no differing reason below them. */
export const partings = (reasons: readonly ReasonChange[]): ReasonChange[] =>
  reasons
    .filter(({ same }) => !same)
    .flatMap((reason) => {
      const below = partings(reason.children)
      return below.length === 0 ? [reason] : below
    })

type Sides = Readonly<{ before: Basis; after: Basis }>

/** Evidence that one side has, and the other has not or has otherwise; `readings` by how many they differ in number. */
const otherEvidence = ({ before, after }: Sides): { subject: string; kind: string; readings: number }[] => {
  const nameOf = ({ subject, kind }: Evidence) => `${subject}\n${kind}`
  const [was, is] = [before, after].map(({ evidence }) => new Map(evidence.map((each) => [nameOf(each), each]))) as [
    Map<string, Evidence>,
    Map<string, Evidence>,
  ]
  return [...new Set([...was.keys(), ...is.keys()])].toSorted().flatMap((name) => {
    const [one, other] = [was.get(name), is.get(name)]
    if (one?.sha256 === other?.sha256) return []
    const { subject, kind } = (other ?? one)!
    return [{ subject, kind, readings: (other?.readings ?? 0) - (one?.readings ?? 0) }]
  })
}

const otherTerms = ({ before, after }: Sides): Cause[] => {
  const known = new Set(before.terms.map(({ hash }) => hash))
  return after.terms.filter(({ hash }) => !known.has(hash)).map(({ version }) => ({ kind: 'terms', version, pointer: null }))
}

const isOtherOpening = ({ before, after }: Sides): boolean => canonical(before.opening) !== canonical(after.opening)

type Known = Readonly<{ evidence: ReturnType<typeof otherEvidence>; terms: readonly Cause[]; opening: boolean }>

const causesAt = (source: InputSource, { evidence, terms, opening }: Known): Cause[] => {
  switch (source.kind) {
    case 'fact': {
      const kinds = new Set(source.reading)
      const found = evidence.filter(({ kind }) => kinds.has(kind))
      return found.map(({ subject, kind, readings }) => ({ kind: 'facts', subject, reading: kind, readings }))
    }
    case 'terms':
      return terms.length === 0 ? [] : [{ kind: 'terms', version: source.version, pointer: source.pointer }]
    case 'state':
      return opening ? [{ kind: 'opening' }] : []
    case 'line':
      return [{ kind: 'line', key: source.key }]
    case 'sum':
      return []
  }
}

const unlike = (causes: readonly Cause[]): Cause[] => [...new Map(causes.map((cause) => [canonical(cause), cause])).values()]

/**
 * Why a line changed, from where its reasons part and from what both sides rest on. Where no reason says it (a line that came or went), everything that
 * differs between the sides may be why; where nothing does, it is the program.
 */
export const causesOf = (change: LineChange, sides: Sides): Cause[] => {
  if (change.kind === 'same') return []
  const known: Known = { evidence: otherEvidence(sides), terms: otherTerms(sides), opening: isOtherOpening(sides) }
  const found = unlike(partings(change.reasons).flatMap(({ source }) => causesAt(source, known)))
  if (found.length > 0) return found
  const all: Cause[] = [
    ...known.terms,
    ...known.evidence.map(({ subject, kind, readings }): Cause => ({ kind: 'facts', subject, reading: kind, readings })),
    ...(known.opening ? [{ kind: 'opening' } as const] : []),
  ]
  return all.length > 0 ? all : [{ kind: 'code' }]
}
