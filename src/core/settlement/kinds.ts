import type { ClauseKind, FormulaTold } from './clause-kind.ts'
import { availabilityAdjustment } from './availability-adjustment.ts'
import { capacityBackstop } from './backstop.ts'
import { revenueBand } from './revenue-band.ts'
import { revenueFloor } from './revenue-floor.ts'
import { capacityLeaseback } from './capacity-leaseback.ts'
import { prepayment } from './prepayment.ts'
import { delayDamages } from './delay-damages.ts'
import { serviceLevel } from './service-level.ts'
import { debtFacility } from './debt-facility.ts'
import { ruled } from './disputes.ts'
import { lateInterest } from './late-interest.ts'
import { revenueShare } from './share.ts'
import { takeOrPay } from './take-or-pay.ts'
import { equityStake } from './equity-stake.ts'
import { obligationGuarantee } from './obligation-guarantee.ts'
import { residualValueGuarantee } from './residual-value-guarantee.ts'
import { stockPurchaseRight } from './stock-purchase-right.ts'

/** Every kind of clause there is. A new one is a file of its own and a place in this list. */
export const clauseKinds: readonly ClauseKind[] = [
  revenueShare,
  capacityBackstop,
  revenueFloor,
  revenueBand,
  takeOrPay,
  capacityLeaseback,
  prepayment,
  serviceLevel,
  availabilityAdjustment,
  delayDamages,
  obligationGuarantee,
  stockPurchaseRight,
  equityStake,
  residualValueGuarantee,
  debtFacility,
  lateInterest,
]

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
