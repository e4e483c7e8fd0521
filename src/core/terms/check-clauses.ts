import type { Problem } from '../base/problem.ts'
import {
  checkAmount,
  checkOrder,
  checkRise,
  checkTiers,
  checkUnique,
  isByYear,
  makeUnknown,
  valuesOf,
  type Written,
} from './check-values.ts'
import { makeCheckExact } from './check-exact.ts'
import { below } from './conform.ts'
import { itemsOf, type SoundAgreement, type SoundBackstop, type SoundClause, type SoundShare, type SoundTiered } from './sound.ts'

const checkDates = ({ from, through }: SoundClause, pointer: string, { term }: SoundAgreement): Problem[] => {
  const problems: Problem[] = []
  const report = (key: string, message: string) => problems.push({ pointer: below(pointer, key), message })
  if (from !== undefined && through !== undefined && through < from) report('through', `${through} is before the clause starts, ${from}`)
  if (from !== undefined && term?.from !== undefined && from < term.from) report('from', `${from} is before the term starts, ${term.from}`)
  if (through !== undefined && term?.through !== undefined && through > term.through)
    report('through', `${through} is after the term ends, ${term.through}`)
  return problems
}

const directions = { 'revenue-share': ['operator', 'guarantor'], 'capacity-backstop': ['guarantor', 'operator'] } as const

const checkDirection = (clause: SoundClause, pointer: string, { parties }: SoundAgreement): Problem[] => {
  const sound = itemsOf(parties).map(([party]) => party)
  const names = sound.flatMap(({ id }) => (id === undefined ? [] : [id as string]))
  if (clause.kind === undefined || names.length !== (parties ?? []).length) return []
  const [payer, payee] = directions[clause.kind]
  return (
    [
      ['payer', payer],
      ['payee', payee],
    ] as const
  ).flatMap(([key, role]): Problem[] => {
    const name = clause[key]
    if (name === undefined) return []
    const party = sound.find(({ id }) => id === name)
    const at = below(pointer, key)
    if (party === undefined) return [{ pointer: at, message: makeUnknown('party', names)(name) }]
    if (party.role === role || party.role === undefined) return []
    return [{ pointer: at, message: `\`${name}\` is the ${party.role}: a ${clause.kind} is paid by the ${payer} to the ${payee}` }]
  })
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

/** Steps, and for prices and rates their tiers. */
const checkSteps = (clause: SoundClause, key: string, scheduled: Written | undefined, pointer: string): Problem[] => [
  ...checkOrder(scheduled, below(pointer, key), clause.from),
  ...(key === 'rate' || key === 'price'
    ? valuesOf<SoundTiered>(scheduled, below(pointer, key)).flatMap(([tiered, at]) => checkTiers(tiered, at))
    : []),
]

const checkShare = (clause: SoundShare, pointer: string, { currency }: SoundAgreement): Problem[] => [
  ...checkSteps(clause, 'rate', clause.rate, pointer),
  ...(clause.mayRise === true ? [] : checkRise(clause.rate, below(pointer, 'rate'))),
  ...checkAmount(clause.base, below(pointer, 'base'), currency),
]

const checkCaps = (clause: SoundBackstop, pointer: string, { currency }: SoundAgreement): Problem[] =>
  itemsOf(clause.caps).flatMap(([cap, index]) => {
    const at = below(below(pointer, 'caps'), index)
    return [
      ...checkSteps(clause, 'amount', cap.amount, at),
      ...checkSteps(clause, 'gpuHours', cap.gpuHours, at),
      ...valuesOf<string>(cap.amount, below(at, 'amount')).flatMap(([amount, place]) => checkAmount(amount, place, currency)),
    ]
  })

/**
 * What is one for the whole clause cannot step by contract year where its blocks begin their years on different dates: the caps, and
 * everything that nets under `pool: covered`.
 */
const checkCommencements = (clause: SoundBackstop, pointer: string, { blocks, commencement }: SoundAgreement): Problem[] => {
  const covered = new Set(itemsOf(clause.covers).map(([block]) => block))
  const starts = new Set(
    itemsOf(blocks).flatMap(([block]) => (block.id !== undefined && covered.has(block.id) ? [block.commencement ?? commencement] : [])),
  )
  if (starts.size < 2) return []
  const shared: [string, unknown][] = itemsOf(clause.caps).flatMap(([{ amount, gpuHours }, index]): [string, unknown][] => [
    [`caps/${index}/amount`, amount],
    [`caps/${index}/gpuHours`, gpuHours],
  ])
  if (clause.pool === 'covered') for (const key of ['price', 'committed', 'retention', 'limit'] as const) shared.push([key, clause[key]])
  return shared
    .filter(([, scheduled]) => isByYear(scheduled))
    .map(([path]) => ({
      pointer: `${pointer}/${path}/contractYears`,
      message: `steps by contract year, but the blocks begin theirs on ${[...starts].join(' and ')}: step by date, or write one clause for each`,
    }))
}

const checkBackstop = (clause: SoundBackstop, pointer: string, document: SoundAgreement): Problem[] => {
  const conditions = itemsOf(clause.conditions)
  const at = below(pointer, 'conditions')
  return [
    ...(['price', 'committed', 'retention', 'limit'] as const).flatMap((key) => checkSteps(clause, key, clause[key], pointer)),
    ...checkCaps(clause, pointer, document),
    ...checkCommencements(clause, pointer, document),
    ...checkUnique(
      conditions.map(([{ id }, index]) => [id, `${at}/${index}/id`]),
      'condition',
    ),
    // Statements name this reason themselves: sales without evidence.
    ...conditions.flatMap(([{ id }, index]): Problem[] =>
      id === 'sales-evidence'
        ? [{ pointer: `${at}/${index}/id`, message: '`sales-evidence` is the name of a built-in reason: choose another' }]
        : [],
    ),
    ...checkAmount(clause.recoupment?.threshold, `${pointer}/recoupment/threshold`, document.currency),
  ]
}

/** No block may have two backstops at one time. */
const checkOverlaps = ({ clauses }: SoundAgreement): Problem[] => {
  const spans = itemsOf(clauses).flatMap(([clause, index]) => {
    const { kind, id, from, through } = clause
    if (kind !== 'capacity-backstop' || from === undefined || through === undefined || through < from) return []
    // The first place of each: a block listed twice is another problem.
    const covers = new Map(itemsOf(clause.covers).toReversed())
    return [...covers].map(([block, place]) => ({ block, id, from, through, pointer: `/clauses/${index}/covers/${place}` }))
  })
  return [...Map.groupBy(spans, ({ block }) => block)].flatMap(([block, all]) => {
    const byStart = all.toSorted((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))
    let last = byStart[0]!
    return byStart.slice(1).flatMap((span): Problem[] => {
      const before = last
      if (span.through > last.through) last = span
      if (span.from > before.through) return []
      const message = `\`${block}\` has the backstop \`${before.id ?? before.pointer}\` through ${before.through}: two may not cover a block at one time`
      return [{ pointer: span.pointer, message }]
    })
  })
}

/** Clauses: names, dates, direction, blocks, steps, tiers, caps. */
export const checkClauses = (document: SoundAgreement): Problem[] => {
  const clauses = itemsOf(document.clauses)
  const checkCovers = makeCheckCovers(document)
  const checkExact = makeCheckExact(document)
  return [
    ...checkUnique(
      clauses.map(([{ id }, index]) => [id, `/clauses/${index}/id`]),
      'clause',
    ),
    ...clauses.flatMap(([clause, index]) => {
      const pointer = `/clauses/${index}`
      return [
        ...checkDates(clause, pointer, document),
        ...checkDirection(clause, pointer, document),
        ...checkCovers(clause, pointer),
        ...(clause.kind === 'revenue-share' ? checkShare(clause, pointer, document) : []),
        ...(clause.kind === 'capacity-backstop' ? [...checkBackstop(clause, pointer, document), ...checkExact(clause, pointer)] : []),
      ]
    }),
    ...checkOverlaps(document),
  ]
}
