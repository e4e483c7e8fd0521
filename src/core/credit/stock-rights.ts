import type { Input, Measured } from '../settlement/line.ts'
import { valueRow, type PackKind, type PackRow, type PackSource } from './pack.ts'
import type { RegisterRow } from './register.ts'

const words: Readonly<Partial<Record<Measured, string>>> = {
  vested: 'Vested',
  exercised: 'Exercised',
  shares: 'Shares',
  intrinsic: 'Intrinsic value',
  'pro-forma': 'Pro forma part of all shares',
}

/** The leaves of a tree of reasons: prices, counts and dates as the terms and readings have them. */
const leaves = (reasons: readonly Input[]): Input[] =>
  reasons.flatMap((each) => (each.children === undefined || each.children.length === 0 ? [each] : leaves(each.children)))

const rowsOf = (row: RegisterRow): PackRow[] => {
  const source = (measure: string): PackSource => ({
    kind: 'position',
    statement: row.restsOn!.statement,
    month: row.restsOn!.month,
    measure,
  })
  const told = row.positions.filter(({ measure }) => words[measure] !== undefined)
  const seen = new Set<string>()
  return [
    ...told.flatMap(({ measure, of, value, unit, reasons }): PackRow[] => {
      const which = of === null ? '' : `, ${of}`
      const inputs = leaves(reasons).filter((each) => {
        const key = `${each.word} ${each.value} ${each.unit} ${which}`
        return seen.has(key) ? false : (seen.add(key), true)
      })
      return [
        valueRow(row, `${words[measure]}${which}`, unit === 'major' ? `${value} ${row.currency}` : value, source(measure)),
        ...inputs.map((each) => valueRow(row, `  ${each.word}${which}`, each.value, source(measure))),
      ]
    }),
    valueRow(row, 'Last day', row.through, { kind: 'terms', what: 'through' }),
  ]
}

/** What a model of the value of stock rights starts from: how many, at what price, of what, until when, and what has vested. */
export const stockRights: PackKind = {
  pack: 'stock-rights',
  title: 'Fair value inputs of stock purchase rights',
  treatments: [
    { id: 'level-3', word: 'Measured with inputs that are not observed (Level 3)' },
    { id: 'level-2', word: 'Measured with observed inputs (Level 2)' },
  ],
  undecided:
    'Volatility, rates, dividends, and any discount for conditions of vesting are not on record here; level, model and value are for those who report to judge',
  make: ({ register }) => {
    const held = register.rows.filter(({ positions }) => positions.some(({ measure }) => measure === 'intrinsic' || measure === 'vested'))
    return { rows: held.flatMap(rowsOf), missing: held.length === 0 ? ['no stock right is on record with a final statement'] : [] }
  },
}
