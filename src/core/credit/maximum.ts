import { promisesByYear } from './by-year.ts'
import { amountRow, sourceOf, valueRow, type PackKind, type PackRow, type PackWork } from './pack.ts'
import type { RegisterRow } from './register.ts'
import { addDays } from '../base/time.ts'
import { lastDateOf } from './record.ts'

const whole = ({ amounts }: RegisterRow, treatment: string): bigint =>
  treatment === 'promised' ? (amounts.firm ?? 0n) + (amounts.contingent ?? 0n) : amounts.gross

const rowsOf = (work: PackWork, row: RegisterRow): PackRow[] => {
  const { register, portfolio, treatment, asOf } = work
  const byYear = promisesByYear([row], portfolio.fiscalYear)
  const promised = { kind: 'promise', from: addDays(lastDateOf(asOf), 1) } as const
  return [
    amountRow(
      row,
      'Maximum potential payments, undiscounted',
      whole(row, treatment),
      sourceOf(row, treatment === 'promised' ? 'contingent' : 'gross', register),
    ),
    ...byYear.instruments.flatMap(({ nature, minor }) =>
      minor.flatMap((amount, i) =>
        amount === 0n
          ? []
          : [
              amountRow(
                row,
                nature === 'firm' ? 'Of this promised, firm' : 'Of this promised, at most',
                amount,
                promised,
                `FY${byYear.years[i]!.year}`,
              ),
            ],
      ),
    ),
    valueRow(row, 'Kind', row.kind, { kind: 'terms', what: 'kind' }),
    valueRow(row, 'Runs', `${row.from} through ${row.through}`, { kind: 'terms', what: 'from, through' }),
    valueRow(row, 'Beneficiary', row.beneficiary, { kind: 'terms', what: 'payee' }),
    ...(['escrow', 'collateral'] as const).flatMap((amount) =>
      row.amounts[amount] === undefined
        ? []
        : [amountRow(row, `Not deducted: ${amount}`, row.amounts[amount], sourceOf(row, amount, register))],
    ),
  ]
}

/** ASC 460-10-50-4(b): the most that could have to be paid, undiscounted, and not reduced by what might be recovered. */
export const maximum: PackKind = {
  pack: 'maximum',
  title: 'Maximum potential undiscounted payments',
  treatments: [
    { id: 'stated', word: 'Gross as each clause states it; where it states none, all that it promises' },
    { id: 'promised', word: 'All that is promised from the date on' },
  ],
  undecided: 'Which clauses are disclosed as guarantees, and whether a maximum can be estimated, is for those who report to judge',
  make: (work) => {
    const given = work.register.rows.filter(({ side, status }) => side === 'given' && status !== 'ended')
    return {
      rows: given.flatMap((row) => rowsOf(work, row)),
      missing: given
        .filter((row) => whole(row, work.treatment) === 0n && row.positions.every(({ measure }) => measure !== 'gross'))
        .map(({ instrument }) => `${instrument}: neither states a gross amount nor promises one that can be worked out from its terms`),
    }
  },
}
