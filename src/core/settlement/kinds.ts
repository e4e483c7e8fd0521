import type { ClauseKind, FormulaTold } from './clause-kind.ts'
import { capacityBackstop } from './backstop.ts'
import { ruled } from './disputes.ts'
import { lateInterest } from './late-interest.ts'
import { revenueShare } from './share.ts'

/** Every kind of clause there is. A new one is a file of its own and a place in this list. */
export const clauseKinds: readonly ClauseKind[] = [revenueShare, capacityBackstop, lateInterest]

const byName: ReadonlyMap<string, ClauseKind> = new Map(clauseKinds.map((kind) => [kind.kind, kind]))

/** The kind of that name. Throws `RangeError` where there is none: a schedule is resolved with the same list. */
export const kindNamed = (name: string): ClauseKind => {
  const kind = byName.get(name)
  if (kind === undefined) throw new RangeError(`${name} is no kind of clause`)
  return kind
}

/** What every formula is called, and where it posts. A ruling is of no kind: it posts where the line does that it takes from. */
export const formulas: ReadonlyMap<string, FormulaTold> = new Map<string, FormulaTold>([
  ...clauseKinds.flatMap((kind) => Object.entries(kind.formulas)),
  [ruled, { word: 'Ruling on a dispute' }],
])
