import { canonical, type Json } from '../base/canonical.ts'
import type { Evidence } from '../meter/facts.ts'
import type { Statement } from './statement.ts'

/** Kinds and places of readings that are named, at most. */
const groupsToldMax = 12

/** What is known now and was not when a draft was prepared. */
export type News = Readonly<{
  /** By how many readings the counts of evidence differ; where one took the place of another, it counts once. */
  readings: number
  /** In sentences, never empty. */
  reasons: readonly string[]
}>

/** A statement without what becoming final writes on it. */
const asApproved = ({ version: _v, status: _s, finalOn: _f, dueOn: _d, ...rest }: Statement): string => canonical(rest)

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`

const keyOf = ({ subject, kind }: Evidence): string => `${kind} ${subject}`

/** By subject and kind, how many readings differ. */
const changedEvidence = (before: readonly Evidence[], now: readonly Evidence[]): ReadonlyMap<string, number> => {
  const byKey = (all: readonly Evidence[]) => new Map(all.map((each) => [keyOf(each), each]))
  const [old, fresh] = [byKey(before), byKey(now)]
  const changed = new Map<string, number>()
  for (const key of [...new Set([...old.keys(), ...fresh.keys()])].toSorted()) {
    const [was, is] = [old.get(key), fresh.get(key)]
    if (was?.sha256 !== is?.sha256) changed.set(key, Math.max(1, Math.abs((is?.readings ?? 0) - (was?.readings ?? 0))))
  }
  return changed
}

/**
 * What parts a statement that would become final from the draft that both parties approved; undefined where it is that draft: the same lines, amounts,
 * evidence, terms and states, byte for byte but for its version, its status and its dates.
 */
export const newsSince = (draft: Statement, now: Statement): News | undefined => {
  if (asApproved(draft) === asApproved(now)) return undefined
  const evidence = changedEvidence(draft.evidence, now.evidence)
  const readings = [...evidence.values()].reduce((sum, count) => sum + count, 0)
  const differ = (of: (statement: Statement) => unknown): boolean => canonical(of(draft) as Json) !== canonical(of(now) as Json)
  const groups = [...evidence].map(([key, count]) => `${count} of ${key.trim()}`)
  const more = groups.length - groupsToldMax
  const what = [...groups.slice(0, groupsToldMax), ...(more > 0 ? [`and of ${more} more`] : [])].join(', ')
  const reasons = [
    ...(readings === 0 ? [] : [`${plural(readings, 'reading')} came since version ${draft.version} was prepared: ${what}.`]),
    ...(differ(({ terms }) => terms) ? ['Another version of the terms counts.'] : []),
    ...(differ(({ settledAgain }) => settledAgain) ? ['Something new bears on months that are final, and corrects them.'] : []),
    ...(draft.totals.net.amount === now.totals.net.amount
      ? []
      : [`The net would be ${now.totals.net.amount} instead of ${draft.totals.net.amount} ${now.currency}.`]),
  ]
  return { readings, reasons: reasons.length === 0 ? ['The statement would read otherwise.'] : reasons }
}
