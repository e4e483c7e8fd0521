import { apportion } from '../base/money.ts'
import { rational } from '../base/rational.ts'
import { daysBetween, type LocalDate } from '../base/time.ts'
import { amountRow, sourceOf, type PackKind, type PackRow, type PackWork } from './pack.ts'
import type { Portfolio } from './portfolio.ts'
import { lastDateOf } from './record.ts'
import type { RegisterRow } from './register.ts'
import { minorOf } from './reporting.ts'
import { reportedPeriods, rollForward, type Movement, type ReportedPeriod, type Rolled } from './roll-forward.ts'

/** The valuation of an instrument, and where the portfolio has it. */
export const valuationOf = ({ valuations }: Portfolio, { agreement, clause }: RegisterRow) => {
  const index = valuations.findIndex((each) => each.agreement === agreement && each.clause === clause)
  return index === -1 ? undefined : { valuation: valuations[index]!, pointer: `/valuations/${index}` }
}

const daysIn = (from: LocalDate, through: LocalDate): bigint => (through < from ? 0n : BigInt(daysBetween(from, through) + 1))
const earlier = (a: LocalDate, b: LocalDate): LocalDate => (a < b ? a : b)

/** What a fee or liability has earned by the end of a date, evenly by days over the life of the instrument; all of it when that is over. */
export const earnedBy = (whole: bigint, { from, through }: RegisterRow, date: LocalDate): bigint => {
  const [gone, all] = [daysIn(from, earlier(date, through)), daysIn(from, through)]
  return apportion(whole, [rational(gone), rational(all - gone)])[0]!
}

type Standing = Readonly<{ row: RegisterRow; initial: bigint; portfolio: Portfolio; pointer: string; treatment: string }>

/** Later fair values while the instrument ran. */
const fairValuesOf = ({ row, portfolio, pointer }: Standing) =>
  valuationOf(portfolio, row)!
    .valuation.fairValues.map(({ on, amount }, i) => ({
      on,
      minor: minorOf(amount, portfolio.currency),
      pointer: `${pointer}/fairValues/${i}`,
    }))
    .filter(({ on }) => on >= row.from && on < row.through)

/** The stand-ready liability at the end of a date, by the treatment chosen. */
const balanceAt = (standing: Standing, date: LocalDate): bigint => {
  const { row, initial, treatment } = standing
  if (date < row.from || date >= row.through) return 0n
  if (treatment === 'expiry') return initial
  if (treatment === 'systematic') return initial - earnedBy(initial, row, date)
  return fairValuesOf(standing).findLast(({ on }) => on <= date)?.minor ?? initial
}

const releases = { expiry: 'Released on expiry', systematic: 'Released by days', 'fair-value': 'Change in fair value' } as const

const movementsOf = (standing: Standing, { from, through }: ReportedPeriod): Movement[] => {
  const { row, initial, pointer, treatment } = standing
  const added = row.from >= from && row.from <= through ? initial : 0n
  const ended = row.through >= from && row.through <= through
  const item = releases[treatment as keyof typeof releases]
  const how = treatment === 'expiry' ? 'released whole when the clause ends' : 'by days from the first to the last day of the clause'
  const additions: Movement[] =
    added === 0n
      ? []
      : [
          {
            item: 'Additions, at fair value at inception',
            minor: added,
            source: { kind: 'portfolio', pointer: `${pointer}/fairValueAtInception` },
          },
        ]
  if (treatment === 'systematic') {
    // Of each period on its own: what was earned by its end, less what was earned before it began.
    const before = added === 0n ? earnedBy(initial, row, Temporal.PlainDate.from(from).subtract({ days: 1 }).toString()) : 0n
    return [...additions, { item, minor: before - earnedBy(initial, row, through), source: { kind: 'worked', how } }]
  }
  if (treatment === 'expiry') return ended ? [...additions, { item, minor: -initial, source: { kind: 'worked', how } }] : additions
  const steps = fairValuesOf(standing)
  const inside = steps
    .map((step, i) => ({ ...step, change: step.minor - (steps[i - 1]?.minor ?? initial) }))
    .filter(({ on }) => on >= from && on <= through)
  const last = steps.at(-1)?.minor ?? initial
  return [
    ...additions,
    ...inside.map(({ change, pointer: at }): Movement => ({ item, minor: change, source: { kind: 'portfolio', pointer: at } })),
    ...(ended
      ? [{ item: releases.expiry, minor: -last, source: { kind: 'worked', how: 'released whole when the clause ends' } } as Movement]
      : []),
  ]
}

const rowsOf = (standing: Standing, periods: readonly ReportedPeriod[]): PackRow[] =>
  rollForward(
    standing.row,
    'Stand-ready liability',
    periods
      .filter(({ through }) => through >= standing.row.from)
      .map((period): Rolled => ({
        label: period.label,
        movements: movementsOf(standing, period),
        closing: balanceAt(standing, period.through),
        closingSource: { kind: 'worked', how: releases[standing.treatment as keyof typeof releases] },
      })),
  )

/** Instruments that could be guarantees of this kind: given, and begun by the date of the pack. */
export const guaranteesOf = ({ register, asOf }: Pick<PackWork, 'register' | 'asOf'>): RegisterRow[] =>
  register.rows.filter(({ side, from }) => side === 'given' && from <= lastDateOf(asOf))

/** Guarantees of what somebody else owes: those whose kind states what of it is covered. */
export const creditGuaranteesOf = (work: Pick<PackWork, 'register' | 'asOf'>): RegisterRow[] =>
  guaranteesOf(work).filter(({ positions }) => positions.some(({ measure }) => measure === 'gross'))

/** Says which given clauses are left out because they guarantee nobody else's debt. */
export const othersGiven = (work: Pick<PackWork, 'register' | 'asOf'>): string[] => {
  const shown = creditGuaranteesOf(work)
  const others = guaranteesOf(work).filter((row) => !shown.includes(row))
  if (others.length === 0) return []
  return [`not shown, since they state no obligation of somebody else: ${others.map(({ instrument }) => instrument).join(', ')}`]
}

/** The fiscal years from the first instrument through the month of the pack. */
export const periodsOf = ({ portfolio, asOf }: PackWork, rows: readonly RegisterRow[]): ReportedPeriod[] => {
  const first = rows.map(({ from }) => from.slice(0, 7)).toSorted()[0]
  return first === undefined ? [] : reportedPeriods(portfolio.fiscalYear, first, asOf)
}

const disclosures = {
  collateral: 'Collateral held',
  escrow: 'Held in escrow',
  called: 'Called so far',
  recovered: 'Recourse: recovered so far',
  net: 'Net of escrow and collateral',
} as const

const disclosedOf = ({ register }: PackWork, row: RegisterRow): PackRow[] =>
  (['collateral', 'escrow', 'called', 'recovered', 'net'] as const).flatMap((amount) =>
    row.amounts[amount] === undefined ? [] : [amountRow(row, disclosures[amount], row.amounts[amount], sourceOf(row, amount, register))],
  )

const standingOf = ({ portfolio, treatment }: PackWork, row: RegisterRow): Standing | undefined => {
  const found = valuationOf(portfolio, row)
  const initial = found?.valuation.fairValueAtInception
  return initial === undefined
    ? undefined
    : { row, initial: minorOf(initial, portfolio.currency), portfolio, pointer: found!.pointer, treatment }
}

const carryingOf = (standing: Standing, date: LocalDate): PackRow =>
  amountRow(standing.row, 'Carrying amount', balanceAt(standing, date), { kind: 'worked', how: 'closing balance of the roll-forward' })

/** ASC 460: the stand-ready liability rolled forward, and what has to be disclosed beside it. */
export const asc460: PackKind = {
  pack: 'asc460',
  title: 'ASC 460, guarantees: stand-ready liability and disclosures',
  treatments: [
    { id: 'systematic', word: 'Released systematically over the life of the guarantee, by days' },
    { id: 'expiry', word: 'Released on expiry or settlement' },
    { id: 'fair-value', word: 'Measured again at fair value, where other guidance calls for it' },
  ],
  undecided: 'Whether a clause is a guarantee within ASC 460-10-15, and what its fair value was, is for those who report to judge',
  make: (work) => {
    const given = guaranteesOf(work)
    const periods = periodsOf(work, given)
    const shown = given.map((row) => ({ row, standing: standingOf(work, row) }))
    return {
      rows: shown.flatMap(({ row, standing }) => [
        ...(standing === undefined ? [] : rowsOf(standing, periods)),
        amountRow(row, 'Maximum potential payments, undiscounted', row.amounts.gross, sourceOf(row, 'gross', work.register)),
        ...(standing === undefined ? [] : [carryingOf(standing, lastDateOf(work.asOf))]),
        ...disclosedOf(work, row),
      ]),
      missing: shown
        .filter(({ standing }) => standing === undefined)
        .map(({ row }) => `${row.instrument}: no fair value at inception is on record; the portfolio states it under \`valuations\``),
    }
  },
}
