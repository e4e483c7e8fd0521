import { creditGuaranteesOf, earnedBy, othersGiven, periodsOf, valuationOf } from './asc460.ts'
import { curveOf, expectedLoss } from './expected-loss.ts'
import { amountRow, type PackKind, type PackRow, type PackSource, type PackWork } from './pack.ts'
import type { RegisterRow } from './register.ts'
import { minorOf } from './reporting.ts'
import { rollForward, type Movement, type ReportedPeriod, type Rolled } from './roll-forward.ts'

const higher = (a: bigint, b: bigint): bigint => (a > b ? a : b)

/** The liability of one instrument at the end of a period: expected loss, what is left of the amount first recognised, and the higher of both. */
type Carried = Readonly<{ period: ReportedPeriod; added: bigint; loss: bigint; left: bigint; carried: bigint }>
type Standing = Readonly<{ row: RegisterRow; initial: bigint; valuation: string; curve: string }>

const standingOf = ({ portfolio }: PackWork, row: RegisterRow): Standing | undefined => {
  const [found, curve] = [valuationOf(portfolio, row), curveOf(portfolio, row.counterparty)]
  const text = found?.valuation.fairValueAtInception
  if (text === undefined || curve === undefined) return undefined
  const valuation = `${found!.pointer}/fairValueAtInception`
  return { row, initial: minorOf(text, portfolio.currency), valuation, curve: curve.pointer }
}

const carriedAt = ({ portfolio, registerAt, treatment }: PackWork, { row, initial }: Standing, period: ReportedPeriod): Carried => {
  const then = registerAt(period.lastMonth)
  const known = then.rows.find(({ instrument }) => instrument === row.instrument)
  const loss = known === undefined ? 0n : expectedLoss(known, then, portfolio, treatment)!
  const left = initial - earnedBy(initial, row, period.through)
  const added = row.from >= period.from && row.from <= period.through ? initial : 0n
  return { period, added, loss, left, carried: higher(loss, left) }
}

const rolled = ({ valuation, curve }: Standing, { period, added, left, carried }: Carried, before: Carried | undefined): Rolled => {
  const income = (before?.left ?? added) - left
  const above = carried - left - (before === undefined ? 0n : before.carried - before.left)
  const recognised: Movement[] =
    added === 0n ? [] : [{ item: 'First recognised, at fair value', minor: added, source: { kind: 'portfolio', pointer: valuation } }]
  return {
    label: period.label,
    movements: [
      ...recognised,
      {
        item: 'Income earned, by days',
        minor: -income,
        source: { kind: 'worked', how: 'by days from the first to the last day of the clause' },
      },
      { item: 'Change in what expected loss adds', minor: above, source: { kind: 'portfolio', pointer: curve } },
    ],
    closing: carried,
    closingSource: { kind: 'worked', how: 'higher of expected credit loss and amount less cumulative income' },
  }
}

const rowsOf = (work: PackWork, standing: Standing, periods: readonly ReportedPeriod[]): PackRow[] => {
  const { row } = standing
  const parts = periods.filter(({ through }) => through >= row.from).map((period) => carriedAt(work, standing, period))
  const now = parts.at(-1)
  if (now === undefined) return []
  const less: PackSource = { kind: 'worked', how: 'initial fair value less income earned by days' }
  return [
    ...rollForward(
      row,
      'Liability',
      parts.map((each, i) => rolled(standing, each, parts[i - 1])),
    ),
    amountRow(row, 'Expected credit loss', now.loss, { kind: 'portfolio', pointer: standing.curve }),
    amountRow(row, 'Amount less cumulative income', now.left, less),
  ]
}

/** IFRS 9, 4.2.1(c): a financial guarantee is carried at the higher of expected credit loss and the amount first recognised less what has been earned of it. */
export const ifrs9: PackKind = {
  pack: 'ifrs9',
  title: 'IFRS 9, financial guarantee contracts issued',
  treatments: [
    { id: 'net', word: 'Expected credit loss on exposure net of escrow and collateral' },
    { id: 'gross', word: 'Expected credit loss on gross exposure' },
  ],
  undecided:
    'Whether a clause is a financial guarantee contract (a guarantee of general obligations may not be), and whether twelve months or the lifetime is expected, is for those who report to judge; the lifetime is shown',
  make: (work) => {
    const given = creditGuaranteesOf(work)
    const periods = periodsOf(work, given)
    const found = given.map((row) => ({ row, standing: standingOf(work, row) }))
    const lacking = found.filter(({ standing }) => standing === undefined)
    return {
      rows: found.flatMap(({ standing }) => (standing === undefined ? [] : rowsOf(work, standing, periods))),
      missing: [
        ...othersGiven(work),
        ...lacking.map(
          ({ row }) => `${row.instrument}: needs a fair value at inception (\`valuations\`) and a curve of defaults (\`counterparties\`)`,
        ),
      ],
    }
  },
}
