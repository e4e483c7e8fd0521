import { sumDecimals } from '../core/sheets/sum.ts'
import { rawOf, unitOf, type Column } from './table-column.ts'

/** Totals of rows. Where rows have several units there is a line for each, and one before them for what has none: two currencies are never in one sum. */
export type TotalLine = Readonly<{ unit: string | undefined; cells: ReadonlyMap<string, string> }>

const totalOf = <Row>({ total, ...column }: Column<Row>, rows: readonly Row[]): string => {
  if (typeof total === 'function') return total(rows)
  return sumDecimals(rows.flatMap((row) => rawOf(column, row) ?? []))
}

const cellsOf = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]): ReadonlyMap<string, string> =>
  new Map(columns.map((column) => [column.id, totalOf(column, rows)]))

/** Exact sums of what the columns say, digit for digit; no line where no column is added up. */
export const totalLines = <Row>(columns: readonly Column<Row>[], rows: readonly Row[]): readonly TotalLine[] => {
  const summed = columns.filter(({ total }) => total !== undefined)
  if (summed.length === 0) return []
  const parted = summed.filter(({ unit }) => typeof unit === 'function')
  const units = [...new Set(parted.flatMap((column) => rows.map((row) => unitOf(column, row))))].toSorted()
  if (units.length < 2) return [{ unit: units[0], cells: cellsOf(summed, rows) }]
  const whole = summed.filter((column) => !parted.includes(column))
  const first: TotalLine[] = whole.length === 0 ? [] : [{ unit: undefined, cells: cellsOf(whole, rows) }]
  const lineOf = (unit: string): TotalLine => ({
    unit,
    cells: new Map(
      parted.flatMap((column) => {
        const own = rows.filter((row) => unitOf(column, row) === unit)
        return own.length === 0 ? [] : [[column.id, totalOf(column, own)] as const]
      }),
    ),
  })
  return [...first, ...units.map(lineOf)]
}

/** What stands in a table one under the other: rows, and before each group its name with its subtotals, a line for each unit. */
export type Item<Row> =
  | Readonly<{ kind: 'row'; row: Row }>
  | Readonly<{ kind: 'group'; value: string | null; count: number; line: TotalLine | undefined; first: boolean }>

const groupItems = <Row>(columns: readonly Column<Row>[], value: string | null, rows: readonly Row[]): Item<Row>[] => {
  const lines = totalLines(columns, rows)
  const heads: (TotalLine | undefined)[] = lines.length === 0 ? [undefined] : [...lines]
  return [
    ...heads.map((line, i): Item<Row> => ({ kind: 'group', value, count: rows.length, line, first: i === 0 })),
    ...rows.map((row): Item<Row> => ({ kind: 'row', row })),
  ]
}

/** Rows that are sorted already, cut into groups by a column in the order in which its values come; or just rows. */
export const itemsOf = <Row>(columns: readonly Column<Row>[], rows: readonly Row[], by: Column<Row> | undefined): readonly Item<Row>[] => {
  if (by === undefined) return rows.map((row) => ({ kind: 'row', row }))
  const groups = Map.groupBy(rows, (row) => rawOf(by, row))
  return [...groups].flatMap(([value, own]) => groupItems(columns, value, own))
}
