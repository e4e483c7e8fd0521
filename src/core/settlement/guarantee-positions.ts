import { greatest, minus, nought, plus, type Rational } from '../base/rational.ts'
import { inForce } from '../terms/schedule.ts'
import type { ClauseWork } from './clause-kind.ts'
import { exposureAt, latest, usedOf, type Standing, type Used } from './guarantee-claims.ts'
import { hasEnded } from './guarantee-events.ts'
import type { ResolvedGuarantee } from './guarantee-terms.ts'
import { holding } from './holding.ts'
import type { Input, Measured, Position } from './line.ts'
import { fact, quiet, state, sum, term } from './reasons.ts'

type Work = ClauseWork<ResolvedGuarantee>
type Measure = readonly [measure: Measured, value: Rational, reasons: readonly Input[]]

const told = ({ clause }: Work, kind: 'figure' | 'event') => fact(clause.id, [kind], 'major')
const own = (operator: '+' | '-', word: string, value: Rational) => sum(operator, word, value, 'major', [])

/** What is still covered, cut by the cap left; less escrow and collateral, and never below zero. */
const exposures = (work: Work, standing: Standing & Readonly<{ used: Used }>, cap: Rational): Measure[] => {
  const { clause, part } = work
  const { due, unpaid, gross } = exposureAt(clause, standing, part.to, cap)
  const pots = (['escrow', 'collateral'] as const).map((pot) => {
    const balance = latest(work, pot, part.to - 1)
    const [value, used] = [balance?.value ?? nought, usedOf(standing.used, pot, balance)]
    const word = pot === 'escrow' ? 'Escrow' : 'Collateral'
    const reasons = quiet([told(work, 'figure')('+', word, value), own('-', 'Paid by it since it was told', used)])
    return [pot, minus(value, used), reasons] as const
  })
  const [escrow, collateral] = pots.map(([, value]) => value) as [Rational, Rational]
  const unsecured = minus(minus(gross, escrow), collateral)
  const net = greatest(nought, unsecured)
  return [
    [
      'gross',
      gross,
      quiet([
        term(clause.origin, `${clause.origin.pointer}/obligation`, 'major')('+', 'Covered, not due yet', due),
        told(work, 'event')('+', 'Due and unpaid', unpaid),
        own('-', 'Over the cap left', minus(plus(due, unpaid), gross)),
      ]),
    ],
    ...pots,
    [
      'net',
      net,
      [
        own('+', 'Gross', gross),
        own('-', 'Escrow', escrow),
        own('-', 'Collateral', collateral),
        own('+', 'Below zero, which counts as none', minus(net, unsecured)),
      ],
    ],
  ]
}

/** How the cap was used: initial cap = called + cap left + amortised. */
const uses = ({ schedule, clause, part }: Work, standing: Standing): Measure[] => {
  const { called, elected } = standing
  // Of the first version: what a later one lowers is amortised.
  const first = schedule.clauses.find((each): each is ResolvedGuarantee => each.id === clause.id)!
  const [initial, step] = [first.cap[0]!, inForce(clause.cap, part.to - 1)]
  const { capLeft } = exposureAt(clause, standing, part.to, step.value)
  return [
    [
      'amortised',
      minus(minus(initial.value, called), capLeft),
      [
        term(first.origin, initial.pointer, 'major')('+', 'Initial cap', initial.value),
        own('-', 'Called', called),
        own('-', 'Cap left', capLeft),
      ],
    ],
    [
      'cap-left',
      capLeft,
      [
        term(clause.origin, step.pointer, 'major')('+', 'Cap in force', step.value),
        own('-', 'Called', called),
        own(
          '+',
          hasEnded(elected) ? 'Nothing is left: the guarantee has ended' : 'Below zero, which counts as none',
          minus(capLeft, minus(step.value, called)),
        ),
      ],
    ],
  ]
}

/** Called, recovered and accrued since the guarantee began. */
export type Sums = Readonly<Record<'called' | 'recovered' | 'fee-accrued', Rational>>

/** Where the guarantee stands at the end of the part. `before` and `now`: the sums when it began, and then. */
export const guaranteePositions = (work: Work, standing: Standing & Readonly<{ used: Used }>, before: Sums, now: Sums): Position[] => {
  const { clause, part } = work
  const sums = (['called', 'recovered', 'fee-accrued'] as const).map((measure): Measure => [
    measure,
    now[measure],
    quiet([
      state(`${clause.id}: ${measure}`, 'major')('+', 'Before', before[measure]),
      own('+', 'In this period', minus(now[measure], before[measure])),
    ]),
  ])
  const measures = [...exposures(work, standing, inForce(clause.cap, part.to - 1).value), ...uses(work, standing), ...sums]
  const at = holding(clause, { by: clause.payer, to: clause.payee })
  return measures.map(([measure, value, reasons]) => at(measure, value, 'major', reasons))
}
