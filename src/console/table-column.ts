import type { ReactNode } from 'react'
import type { SheetKind } from '../core/sheets/sheet.ts'
import type { Absence } from './Absent.tsx'
import { dateText, instantText, isMonth, shortMonth } from './dates.ts'
import { amountText, decimalText, percentText } from './format.ts'

export type ColumnKind = 'text' | 'amount' | 'count' | 'percent' | 'date' | 'month' | 'link'

/** A column of a table. Amounts are decimal strings, percents shares of one as decimals, dates ISO 8601: what `of` gives is what leaves the page. */
export type Column<Row> = Readonly<{
  id: string
  head: string
  /** Said in the head; a zone for instants. A function where rows differ, such as their currency: sums are then kept apart by it. */
  unit?: string | ((row: Row) => string) | undefined
  kind: ColumnKind
  of: (row: Row) => string | number | null
  /** What is drawn instead of the value. */
  show?: ((row: Row) => ReactNode) | undefined
  /** How rows add up; a function where they do not simply. */
  total?: 'sum' | ((rows: readonly Row[]) => string) | undefined
  /** The number opens its reasons: at an address of this console, or by an act. */
  why?: ((row: Row) => string | (() => void) | undefined) | undefined
  /** Where a link leads: an address of this console. */
  to?: ((row: Row) => string | undefined) | undefined
  /** Why there is no value; not applicable without it. */
  absent?: ((row: Row) => Absence) | undefined
  /** Shown only when it is chosen. */
  spare?: boolean | undefined
}>

const numberKinds: readonly ColumnKind[] = ['amount', 'count', 'percent']
export const isNumberColumn = ({ kind }: Readonly<{ kind: ColumnKind }>): boolean => numberKinds.includes(kind)

export const sheetKindOf = (kind: ColumnKind): SheetKind => (kind === 'link' ? 'text' : kind)

/** The raw value as text; null where there is none. */
export const rawOf = <Row>(column: Column<Row>, row: Row): string | null => {
  const value = column.of(row)
  return value === null ? null : String(value)
}

/** A value as people read it. */
export const valueText = (kind: ColumnKind, value: string, unit: string): string => {
  switch (kind) {
    case 'amount':
      return amountText(value)
    case 'count':
      return decimalText(value)
    case 'percent':
      return percentText(value)
    case 'date':
      return value.length > 'yyyy-mm-dd'.length ? instantText(value, unit === '' ? 'UTC' : unit) : dateText(value)
    case 'month':
      return isMonth(value) ? shortMonth(value) : value
    case 'text':
    case 'link':
      return value
  }
}

export const unitOf = <Row>({ unit }: Column<Row>, row: Row): string => (typeof unit === 'function' ? unit(row) : (unit ?? ''))
