import type { Json } from '../base/canonical.ts'
import type { Problem } from '../base/problem.ts'

/** What stands at a JSON pointer (RFC 6901) becomes this value; null: it is taken out. */
export type Change = Readonly<{ pointer: string; value: Json }>

type Branch = Readonly<Record<string, Json | undefined>>

const tokensOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))

const isBranch = (value: Json | undefined): value is Branch | readonly Json[] => typeof value === 'object' && value !== null

/** A place in a list: one that there is, or the one after the last. */
const placeIn = (list: readonly Json[], token: string): number | undefined => {
  const place = token === '-' ? list.length : /^(0|[1-9]\d*)$/.test(token) ? Number(token) : NaN
  return Number.isSafeInteger(place) && place <= list.length ? place : undefined
}

const nowhere = Symbol('nowhere')

const put = (value: Json | undefined, tokens: readonly string[], leaf: Json): Json | typeof nowhere => {
  const [token, ...rest] = tokens
  if (token === undefined) return leaf
  if (!isBranch(value)) return nowhere
  if (Array.isArray(value)) {
    const place = placeIn(value as readonly Json[], token)
    if (place === undefined || (rest.length > 0 && place === value.length)) return nowhere
    const inner = put((value as readonly Json[])[place], rest, leaf)
    if (inner === nowhere) return nowhere
    return (value as readonly Json[]).toSpliced(place, 1, ...(rest.length === 0 && leaf === null ? [] : [inner]))
  }
  const branch = value as Branch
  if (rest.length > 0 && branch[token] === undefined) return nowhere
  const inner = put(branch[token], rest, leaf)
  if (inner === nowhere) return nowhere
  const { [token]: _, ...others } = branch
  return rest.length === 0 && leaf === null ? others : { ...branch, [token]: inner }
}

/** A document with some of its terms changed, one after the other; or every pointer that leads nowhere. The document itself stays as it is. */
export const patchDocument = (
  document: Json,
  changes: readonly Change[],
): Readonly<{ document: Json }> | Readonly<{ problems: readonly Problem[] }> => {
  const problems: Problem[] = []
  let changed = document
  for (const { pointer, value } of changes) {
    const isPointer = pointer === '' || pointer.startsWith('/')
    const patched = isPointer ? put(changed, tokensOf(pointer), value) : nowhere
    if (patched !== nowhere) changed = patched
    else problems.push({ pointer, message: isPointer ? 'leads nowhere in this document' : 'is no JSON pointer: it begins with /' })
  }
  return problems.length > 0 ? { problems } : { document: changed }
}
