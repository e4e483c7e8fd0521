import { canonical, type Json } from '../base/canonical.ts'
import { grouped } from './figures.ts'
import type { Statement } from './statement.ts'

/** Kinds and places of readings that are named, at most. */
const groupsToldMax = 12

/** Readings that came, by kind and by the pool or block that they speak of: each counts once, also one that takes the place of another or takes it back. */
export type Came = readonly Readonly<{ kind: string; subject: string; readings: number }>[]

export const countOf = (came: Came): number => came.reduce((sum, { readings }) => sum + readings, 0)

/** What is known now and was not when a draft was prepared. */
export type News = Readonly<{
  /** How many readings came. */
  readings: number
  /** In sentences, never empty. */
  reasons: readonly string[]
}>

/** A statement without what becoming final writes on it. */
const asApproved = ({ version: _v, status: _s, finalOn: _f, dueOn: _d, ...rest }: Statement): string => canonical(rest)

/** Whether a statement that would become final is the draft, byte for byte but for its version, its status and its dates. */
export const saysTheSame = (draft: Statement, now: Statement): boolean => asApproved(draft) === asApproved(now)

const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`

/** `3 readings came since version 1 was prepared: 2 of allocation syd, 1 of outage syd-a.` */
export const cameInWords = (came: Came, version: number): string => {
  const groups = came.map(({ kind, subject, readings }) => `${readings} of ${`${kind} ${subject}`.trim()}`)
  const more = groups.length - groupsToldMax
  const what = [...groups.slice(0, groupsToldMax), ...(more > 0 ? [`and of ${more} more`] : [])].join(', ')
  return `${plural(countOf(came), 'reading')} came since version ${version} was prepared: ${what}.`
}

/**
 * What parts a statement that would become final from the draft that both parties approved; undefined where it is that draft: the same lines, amounts,
 * evidence, terms and states, byte for byte but for its version, its status and its dates. `came` is what is on record now and was not then.
 */
export const newsSince = (draft: Statement, now: Statement, came: Came): News | undefined => {
  if (saysTheSame(draft, now)) return undefined
  const readings = countOf(came)
  const differ = (of: (statement: Statement) => unknown): boolean => canonical(of(draft) as Json) !== canonical(of(now) as Json)
  const reasons = [
    ...(readings === 0 ? [] : [cameInWords(came, draft.version)]),
    ...(differ(({ terms }) => terms) ? ['Another version of the terms counts.'] : []),
    ...(differ(({ settledAgain }) => settledAgain) ? ['Something new bears on months that are final, and corrects them.'] : []),
    ...(draft.totals.net.amount === now.totals.net.amount
      ? []
      : [`The net would be ${grouped(now.totals.net.amount)} instead of ${grouped(draft.totals.net.amount)} ${now.currency}.`]),
  ]
  return { readings, reasons: reasons.length === 0 ? ['The statement would read otherwise.'] : reasons }
}
