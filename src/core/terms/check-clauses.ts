import type { Problem } from '../base/problem.ts'
import { checkUnique, makeUnknown } from './check-values.ts'
import { below } from './conform.ts'
import type { PartyRole } from './agreement.ts'
import type { TermsKind } from './kind.ts'
import { listed } from './phrase.ts'
import { itemsOf, type SoundAgreement, type SoundClause } from './sound.ts'

const checkDates = ({ from, through }: SoundClause, pointer: string, { term }: SoundAgreement): Problem[] => {
  const problems: Problem[] = []
  const report = (key: string, message: string) => problems.push({ pointer: below(pointer, key), message })
  if (from !== undefined && through !== undefined && through < from) report('through', `${through} is before the clause starts, ${from}`)
  if (from !== undefined && term?.from !== undefined && from < term.from) report('from', `${from} is before the term starts, ${term.from}`)
  if (through !== undefined && term?.through !== undefined && through > term.through)
    report('through', `${through} is after the term ends, ${term.through}`)
  return problems
}

const rolesIn = (roles: readonly PartyRole[]): string => {
  const words = roles.map((role) =>
    (role === 'operator' ? `an ${role}` : `a ${role}`).replace('a guarantor', 'the guarantor').replace('an operator', 'the operator'),
  )
  return words.length < 2 ? words.join('') : `${listed(words.slice(0, -1))} or ${words.at(-1)}`
}

const checkDirection = (clause: SoundClause, pointer: string, { parties }: SoundAgreement, kind: TermsKind): Problem[] => {
  const sound = itemsOf(parties).map(([party]) => party)
  const names = sound.flatMap(({ id }) => (id === undefined ? [] : [id as string]))
  if (names.length !== (parties ?? []).length) return []
  const sides = (['payer', 'payee'] as const).flatMap((key): Problem[] => {
    const name = clause[key]
    if (name === undefined) return []
    const party = sound.find(({ id }) => id === name)
    const at = below(pointer, key)
    if (party === undefined) return [{ pointer: at, message: makeUnknown('party', names)(name) }]
    if (party.role === undefined || kind[key].includes(party.role)) return []
    const article = party.role === 'guarantor' || party.role === 'operator' ? 'the' : 'a'
    return [
      {
        pointer: at,
        message: `\`${name}\` is ${article} ${party.role}: a ${kind.kind} is paid by ${rolesIn(kind.payer)} to ${rolesIn(kind.payee)}`,
      },
    ]
  })
  const itself = sides.length === 0 && clause.payer !== undefined && clause.payer === clause.payee
  return itself ? [{ pointer: below(pointer, 'payee'), message: `\`${clause.payee}\` pays itself: name another party` }] : sides
}

const makeCheckCovers = ({ blocks }: SoundAgreement): ((clause: SoundClause, pointer: string) => Problem[]) => {
  const supported = new Map(itemsOf(blocks).map(([block]) => [block.id as string | undefined, block.supported]))
  // With a block whose name is unsound, a name that seems unknown may be just that one.
  const complete = !supported.has(undefined) && itemsOf(blocks).length === (blocks ?? []).length
  const unknown = makeUnknown(
    'block',
    [...supported.keys()].filter((id) => id !== undefined),
  )
  return ({ covers }, pointer) =>
    itemsOf(covers).flatMap(([block, index]): Problem[] => {
      const at = below(below(pointer, 'covers'), index)
      if (!supported.has(block)) return complete ? [{ pointer: at, message: unknown(block) }] : []
      if (supported.get(block) !== false) return []
      return [{ pointer: at, message: `\`${block}\` is not supported: a clause covers supported blocks only` }]
    })
}

/** Clauses: names, dates, direction, blocks, and what each kind says of its own. */
export const checkClauses = (document: SoundAgreement, kinds: readonly TermsKind[]): Problem[] => {
  const clauses = itemsOf(document.clauses)
  const checkCovers = makeCheckCovers(document)
  return [
    ...checkUnique(
      clauses.map(([{ id }, index]) => [id, `/clauses/${index}/id`]),
      'clause',
    ),
    ...clauses.flatMap(([clause, index]) => {
      const pointer = `/clauses/${index}`
      const kind = kinds.find((each) => each.kind === clause.kind)
      if (kind === undefined) return []
      return [
        ...checkDates(clause, pointer, document),
        ...checkDirection(clause, pointer, document, kind),
        ...checkCovers(clause, pointer),
        ...kind.check(clause, pointer, document),
      ]
    }),
    ...kinds.flatMap((kind) => kind.checkTogether?.(document, kinds) ?? []),
  ]
}
