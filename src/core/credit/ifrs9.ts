import { earnedBy, creditGuaranteesOf, periodsOf, valuationOf } from './asc460.ts'
import { curveOf, expectedLoss } from './expected-loss.ts'
import { amountRow, type PackKind, type PackSource } from './pack.ts'
import { minorOf } from './reporting.ts'
import { rollForward, type Rolled } from './roll-forward.ts'

const higher = (a: bigint, b: bigint): bigint => (a > b ? a : b)

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
    const { portfolio, registerAt, treatment } = work
    const given = creditGuaranteesOf(work)
    const periods = periodsOf(work, given)
    const missing: string[] = []
    const others = work.register.rows.filter(
      ({ instrument, side }) => side === 'given' && given.every((row) => row.instrument !== instrument),
    )
    if (others.length > 0)
      missing.push(`not shown, since they state no obligation of somebody else: ${others.map(({ instrument }) => instrument).join(', ')}`)
    const rows = given.flatMap((row) => {
      const [found, curve] = [valuationOf(portfolio, row), curveOf(portfolio, row.counterparty)]
      const text = found?.valuation.fairValueAtInception
      if (text === undefined || curve === undefined) {
        missing.push(`${row.instrument}: needs a fair value at inception (\`valuations\`) and a curve of defaults (\`counterparties\`)`)
        return []
      }
      const initial = minorOf(text, portfolio.currency)
      const parts = periods
        .filter(({ through }) => through >= row.from)
        .map((period) => {
          const then = registerAt(period.lastMonth)
          const known = then.rows.find(({ instrument }) => instrument === row.instrument)
          const loss = known === undefined ? 0n : expectedLoss(known, then, portfolio, treatment)!
          const left = initial - earnedBy(initial, row, period.through)
          return { period, loss, left, carried: higher(loss, left) }
        })
      const worked: PackSource = { kind: 'worked', how: 'higher of expected credit loss and amount less cumulative income' }
      const rolled = parts.map(({ period: { label, from, through }, left, carried }, i): Rolled => {
        const before = parts[i - 1]
        const added = row.from >= from && row.from <= through ? initial : 0n
        const income = (before?.left ?? added) - left
        const above = carried - left - (before === undefined ? 0n : before.carried - before.left)
        return {
          label,
          movements: [
            ...(added === 0n
              ? []
              : [
                  {
                    item: 'First recognised, at fair value',
                    minor: added,
                    source: { kind: 'portfolio', pointer: `${found!.pointer}/fairValueAtInception` } as const,
                  },
                ]),
            {
              item: 'Income earned, by days',
              minor: -income,
              source: { kind: 'worked', how: 'by days from the first to the last day of the clause' },
            },
            { item: 'Change in what expected loss adds', minor: above, source: { kind: 'portfolio', pointer: curve.pointer } },
          ],
          closing: carried,
          closingSource: worked,
        }
      })
      const now = parts.at(-1)
      if (now === undefined) return []
      return [
        ...rollForward(row, 'Liability', rolled),
        amountRow(row, 'Expected credit loss', now.loss, { kind: 'portfolio', pointer: curve.pointer }),
        amountRow(row, 'Amount less cumulative income', now.left, { kind: 'worked', how: 'initial fair value less income earned by days' }),
      ]
    })
    return { rows, missing }
  },
}
