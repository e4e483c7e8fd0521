import { canonical } from '../base/canonical.ts'
import type { Agreement, Clause } from './agreement.ts'

/** Clauses as they are written, but for their end, which cuts nothing, and in one order. */
export const written = (clauses: readonly Clause[]): string =>
  canonical(clauses.map((clause) => ({ ...clause, through: '' })).toSorted((a, b) => (a.id < b.id ? -1 : 1)))

const counts = (clause: Clause): boolean => 'backstopCounts' in clause && clause.backstopCounts === true

/**
 * For a backstop of quarters or years, and for what counts its payments as revenue: all the others of them that share its blocks. An amendment
 * that cuts one cuts all, so that each part settles with what was paid for it. Undefined where none counts any, and in months, whose parts
 * settle with one statement.
 */
export const countedWith = (clause: Clause, { clauses }: Agreement): string | undefined => {
  if (clause.period === 'month') return undefined
  const alike = clauses.filter((each) => each.period === clause.period && (each.kind === 'capacity-backstop' || counts(each)))
  let group: readonly Clause[] = [clause]
  for (let size = 0; size < group.length;) {
    size = group.length
    const blocks = new Set(group.flatMap(({ covers }) => covers))
    group = alike.filter(({ covers }) => covers.some((block) => blocks.has(block)))
  }
  return group.some(counts) ? written(group.filter(({ id }) => id !== clause.id)) : undefined
}
