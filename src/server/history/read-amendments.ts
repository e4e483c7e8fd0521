import type { Json } from '../../core/base/canonical.ts'
import { describeProblem, type Problem } from '../../core/base/problem.ts'
import type { LocalDate } from '../../core/base/time.ts'
import { clauseKinds } from '../../core/settlement/kinds.ts'
import { below } from '../../core/terms/conform.ts'
import { parseAgreement, type ParsedAgreement } from '../../core/terms/parse.ts'
import type { Change, ParsedStory } from './story.ts'

/** A later version that a story brings, loaded when the clock reaches `at`. `file` says where it is written. */
export type StoryAmendment = Readonly<{ at: LocalDate; file: string; document: string; parsed: ParsedAgreement }>

type Members = Record<string, Json>

/** Where a pointer leads from a list or a map that is there: its last word may be a new key of a map, and nothing else may be new. */
const placeOf = (root: Json, pointer: string): Readonly<{ holder: Members; key: string }> | undefined => {
  const words = pointer
    .split('/')
    .slice(1)
    .map((word) => word.replaceAll('~1', '/').replaceAll('~0', '~'))
  const key = words.pop()
  let holder: Json | undefined = root
  for (const word of words) {
    if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, word)) return undefined
    holder = (holder as Members)[word]
  }
  if (key === undefined || typeof holder !== 'object' || holder === null) return undefined
  return Array.isArray(holder) && !Object.hasOwn(holder, key) ? undefined : { holder: holder as Members, key }
}

type Changed = Readonly<{ document: string }> | Readonly<{ problems: readonly Problem[] }>

/** The version before with some values changed: its number, its date and the hash of the version before follow. Pointers of problems are into the amendment. */
const change = (before: ParsedAgreement, effective: LocalDate, changes: readonly Change[]): Changed => {
  const { version } = before.agreement
  const next = structuredClone({ ...before.agreement, version: version + 1, effective, previous: before.hash }) as Json
  const problems = changes.flatMap(({ pointer, value }, i): Problem[] => {
    const place = placeOf(next, pointer)
    if (place === undefined)
      return [{ pointer: `/changes/${i}/pointer`, message: `is ${pointer}, which leads nowhere in version ${version} of the agreement` }]
    place.holder[place.key] = value
    return []
  })
  return problems.length > 0 ? { problems } : { document: JSON.stringify(next) }
}

/**
 * The later versions of a story, in order, each made from the one in force before it: of `versions`, those on record, and of the story's own.
 * `textOf` reads a file beside the story, undefined where there is none. Or every problem, by line of the story.
 */
export const readAmendments = (
  { story, lineOf }: ParsedStory,
  versions: readonly ParsedAgreement[],
  textOf: (file: string) => string | undefined,
): StoryAmendment[] | Readonly<{ problems: readonly Problem[] }> => {
  const made: StoryAmendment[] = []
  for (const [i, { at, effective = at, document: named, changes = [] }] of (story.amendments ?? []).entries()) {
    const here = below('/amendments', i)
    const refused = (problems: readonly Problem[]) => ({ problems: problems.map((each) => ({ ...each, line: lineOf(each.pointer) })) })
    const isEarlier = ({ agreement }: ParsedAgreement) => agreement.effective < effective
    const before = [...versions, ...made.map(({ parsed }) => parsed)].filter(isEarlier).at(-1)
    if (before === undefined) return refused([{ pointer: here, message: `counts from ${effective}, before the agreement itself` }])
    const file = named ?? `the amendment of ${at}`
    const text = named === undefined ? change(before, effective, changes) : { document: textOf(named) }
    if ('problems' in text) return refused(text.problems.map((each) => ({ ...each, pointer: here + each.pointer })))
    if (text.document === undefined) return refused([{ pointer: below(here, 'document'), message: `is ${file}: there is no such file` }])
    const parsed = parseAgreement(text.document, clauseKinds)
    if ('problems' in parsed) {
      // Nobody has the text that changes make: its lines would say nothing.
      const said = parsed.problems.map(({ line, ...each }) =>
        describeProblem(file, named === undefined || line === undefined ? each : { ...each, line }),
      )
      return refused(said.map((message) => ({ pointer: here, message })))
    }
    made.push({ at, file, document: text.document, parsed })
  }
  return made
}
