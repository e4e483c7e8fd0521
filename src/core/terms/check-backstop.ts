import type { Problem } from '../base/problem.ts'
import { makeCheckExact } from './check-exact.ts'
import { checkIndexed } from './indexed.ts'
import { checkAmount, checkSteps, checkUnique, isByYear, valuesOf } from './check-values.ts'
import { below } from './conform.ts'
import { itemsOf, type SoundAgreement, type SoundBackstop } from './sound.ts'

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

/** What one backstop says: steps, caps, commencements, conditions, and whether it can be counted exactly. */
export const checkBackstop = (clause: SoundBackstop, pointer: string, document: SoundAgreement): Problem[] => {
  const conditions = itemsOf(clause.conditions)
  const at = below(pointer, 'conditions')
  return [
    ...(['price', 'committed', 'retention', 'limit'] as const).flatMap((key) => checkSteps(clause, key, clause[key], pointer)),
    ...checkIndexed(clause.price, below(pointer, 'price')),
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
    ...makeCheckExact(document)(clause, pointer),
  ]
}

/** No block may have two backstops at one time. */
export const checkOverlaps = ({ clauses }: SoundAgreement): Problem[] => {
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
