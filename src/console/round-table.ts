import { roundTogether } from '../core/base/money.ts'
import { fixed, floor, rational, roundHalfEven, total, type Rational } from '../core/base/rational.ts'

/** Decimals that are tried before a table is shown with six whether it adds up or not. */
const placesMax = 6

type Marginals = Readonly<{ rows: readonly bigint[]; columns: readonly bigint[] }>

/** Gives each cell that is no whole number one unit or none, so that rows and columns come to what they should; undefined where it finds no way. */
const controlled = (cells: readonly (readonly Rational[])[], { rows, columns }: Marginals): bigint[][] | undefined => {
  const units = cells.map((row) => row.map(floor))
  const mayRise = cells.map((row) => row.map(({ d }) => d !== 1n))
  const sum = (all: readonly bigint[]) => all.reduce((a, b) => a + b, 0n)
  const wanting = rows.map((row, i) => row - sum(units[i]!))
  const room = columns.map((column, j) => column - sum(units.map((row) => row[j]!)))
  const raised = cells.map((row) => row.map(() => false))
  /** A unit more in some row `i`: into a column with room, or into one that another row can leave for a third. */
  const augment = (i: number, seen: Set<number>): boolean =>
    room.some((_, j) => {
      if (!mayRise[i]![j] || raised[i]![j] || seen.has(j)) return false
      seen.add(j)
      if (room[j]! > 0n) room[j]! -= 1n
      else {
        const other = raised.findIndex((row, k) => row[j] && augment(k, seen))
        if (other < 0) return false
        raised[other]![j] = false
      }
      raised[i]![j] = true
      return true
    })
  for (const [i, want] of wanting.entries()) for (let left = want; left > 0n; left--) if (!augment(i, new Set())) return undefined
  if (wanting.some((want) => want < 0n) || room.some((left) => left !== 0n)) return undefined
  return units.map((row, i) => row.map((value, j) => value + (raised[i]![j] ? 1n : 0n)))
}

/** A table in decimal text that adds up both ways, as it is read. */
export type RoundTable = Readonly<{ cells: string[][]; rowTotals: string[]; columnTotals: string[]; total: string }>

/**
 * Rounds a table of exact values so that every row adds up to its total and every column too: each value to the unit below or above it. With as many
 * decimals as that takes, and no fewer than `least`.
 */
export const roundTable = (values: readonly (readonly Rational[])[], columns: number, least = 0): RoundTable => {
  const columnsOf = (cells: readonly (readonly Rational[])[]) =>
    Array.from({ length: columns }, (_, j) => total(cells.map((row) => row[j]!)))
  for (let places = least; ; places++) {
    const scale = 10n ** BigInt(places)
    const cells = values.map((row) => row.map(({ n, d }) => rational(n * scale, d)))
    const whole = roundHalfEven(total(cells.map(total)))
    const rows = roundTogether(whole, cells.map(total))
    const sums = roundTogether(whole, columnsOf(cells))
    const units = controlled(cells, { rows, columns: sums })
    if (units === undefined && places < placesMax) continue
    const text = (value: bigint) => fixed(value, places)
    const shown = units ?? cells.map((row, i) => roundTogether(rows[i]!, row))
    return { cells: shown.map((row) => row.map(text)), rowTotals: rows.map(text), columnTotals: sums.map(text), total: text(whole) }
  }
}
