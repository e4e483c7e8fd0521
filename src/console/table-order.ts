import { compareDecimals } from '../core/sheets/sum.ts'
import { isNumberColumn, rawOf, unitOf, type Column } from './table-column.ts'

export type SortBy = Readonly<{ id: string; down: boolean }>

const words = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })
const decimalForm = /^-?\d+(\.\d+)?$/

/** Numbers by value, dates by time, all else as people look names up. What is not there comes last, whichever way. */
const orderOf = <Row>(column: Column<Row>): ((a: string, b: string) => number) => {
  if (isNumberColumn(column)) return (a, b) => (decimalForm.test(a) && decimalForm.test(b) ? compareDecimals(a, b) : words.compare(a, b))
  if (column.kind === 'date' || column.kind === 'month') return (a, b) => (a < b ? -1 : a > b ? 1 : 0)
  return words.compare
}

type Key = Readonly<{ values: readonly (string | null)[]; order: (a: string, b: string) => number; down: boolean }>

const compareBy = ({ values, order, down }: Key, i: number, j: number): number => {
  const [a, b] = [values[i]!, values[j]!]
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1
  return down ? -order(a, b) : order(a, b)
}

/** By the first column, then by the next; what is equal in all of them keeps its order. Amounts of several currencies are ordered within each. */
export const sortRows = <Row>(rows: readonly Row[], columns: readonly Column<Row>[], sort: readonly SortBy[]): readonly Row[] => {
  const keys = sort.flatMap(({ id, down }): Key[] => {
    const column = columns.find((each) => each.id === id)
    if (column === undefined) return []
    const own = { values: rows.map((row) => rawOf(column, row)), order: orderOf(column), down }
    if (typeof column.unit !== 'function' || !isNumberColumn(column)) return [own]
    // A yen and a dollar have no order: codes come first.
    return [{ values: rows.map((row) => unitOf(column, row)), order: words.compare, down: false }, own]
  })
  if (keys.length === 0) return rows
  const places = rows.map((_, i) => i)
  places.sort((i, j) => {
    for (const key of keys) {
      const order = compareBy(key, i, j)
      if (order !== 0) return order
    }
    return i - j
  })
  return places.map((i) => rows[i]!)
}
