import type { Month } from '../base/time.ts'
import { creditGuaranteesOf, othersGiven, periodsOf } from './asc460.ts'
import { curveOf, expectedLoss } from './expected-loss.ts'
import { type PackKind, type PackWork } from './pack.ts'
import type { RegisterRow } from './register.ts'
import { rollForward, type Movement, type Rolled } from './roll-forward.ts'

const calledIn = ({ registerAt }: PackWork, { instrument }: RegisterRow, month: Month) => {
  const amounts = registerAt(month).rows.find((row) => row.instrument === instrument)?.amounts
  return { called: amounts?.called ?? 0n, recovered: amounts?.recovered ?? 0n }
}

/** The allowance of one instrument at the end of a month. */
const allowanceAt = ({ registerAt, portfolio, treatment }: PackWork, { instrument }: RegisterRow, month: Month): bigint => {
  const register = registerAt(month)
  const row = register.rows.find((each) => each.instrument === instrument)
  return row === undefined || row.status === 'ahead' ? 0n : expectedLoss(row, register, portfolio, treatment)!
}

/**
 * ASC 326: lifetime expected loss on what is guaranteed, apart from the stand-ready liability. What was called is charged off and what was
 * recovered comes back; the rest of the change is what the estimate adds or takes.
 */
export const asc326: PackKind = {
  pack: 'asc326',
  title: 'ASC 326, expected credit loss on guarantees given',
  treatments: [
    { id: 'net', word: 'Exposure net of escrow and collateral' },
    { id: 'gross', word: 'Exposure gross' },
  ],
  undecided:
    'Probabilities of default and loss given default are inputs of the portfolio; whether a clause is within ASC 326-20-15 and what is reasonable and supportable is for those who report to judge',
  make: (work) => {
    const given = creditGuaranteesOf(work)
    const periods = periodsOf(work, given)
    const missing = othersGiven(work)
    const rows = given.flatMap((row) => {
      const curve = curveOf(work.portfolio, row.counterparty)
      if (curve === undefined) {
        missing.push(
          `${row.instrument}: no curve of defaults of ${row.counterparty} is on record; the portfolio states it under \`counterparties\``,
        )
        return []
      }
      let before = { allowance: 0n, called: 0n, recovered: 0n }
      const rolled = periods
        .filter(({ through }) => through >= row.from)
        .map(({ label, lastMonth }): Rolled => {
          const [allowance, moved] = [allowanceAt(work, row, lastMonth), calledIn(work, row, lastMonth)]
          const [off, back] = [moved.called - before.called, moved.recovered - before.recovered]
          const estimate = allowance - before.allowance + off - back
          before = { allowance, ...moved }
          const taken = (item: string, minor: bigint, measure: string): Movement[] =>
            minor === 0n
              ? []
              : [{ item, minor, source: { kind: 'position', statement: row.restsOn?.statement ?? '', month: lastMonth, measure } }]
          return {
            label,
            movements: [
              { item: 'Provision: change in expected loss', minor: estimate, source: { kind: 'portfolio', pointer: curve.pointer } },
              ...taken('Charged off: called', -off, 'called'),
              ...taken('Recovered', back, 'recovered'),
            ],
            closing: allowance,
            closingSource: {
              kind: 'worked',
              how: `loss given default × probability of default × exposure (${work.treatment}), by the dates of what is promised`,
            },
          }
        })
      return rollForward(row, 'Expected loss', rolled)
    })
    return { rows, missing }
  },
}
