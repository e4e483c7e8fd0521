import { compareDecimals } from '../core/sheets/sum.ts'
import { isNumberColumn, rawOf, unitOf, valueText, type Column, type ColumnKind } from './table-column.ts'

type Test = (raw: string | null, shown: string) => boolean
type Bounds = Readonly<{ least?: string; most?: string; above?: string; below?: string }>

const decimalForm = /^-?\d+(\.\d+)?$/
/** A number as people type it: thousands, parentheses and per cent allowed. */
const typedNumber = (text: string, kind: ColumnKind): string | undefined => {
  const bare = text
    .replaceAll(/[,\s%]/g, '')
    .replace(/^−/, '-')
    .replace(/^\((.*)\)$/, '-$1')
  if (!decimalForm.test(bare)) return undefined
  return kind === 'percent' ? hundredth(bare) : bare
}

const hundredth = (text: string): string => {
  const [whole, fraction = ''] = text.replace('-', '').split('.') as [string, string?]
  const digits = whole.padStart(3, '0')
  return `${text.startsWith('-') ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}${fraction}`
}

const boundsOf = (text: string): Bounds | undefined => {
  const [, between, end] = /^(.+?)\s*\.\.\s*(.+)$/.exec(text) ?? []
  if (between !== undefined && end !== undefined) return { least: between, most: end }
  const [, sign, bound] = /^(>=|<=|>|<|=)\s*(.+)$/.exec(text) ?? []
  if (bound === undefined) return undefined
  if (sign === '>=') return { least: bound }
  if (sign === '<=') return { most: bound }
  if (sign === '>') return { above: bound }
  return sign === '<' ? { below: bound } : { least: bound, most: bound }
}

const within = (value: string, { least, most, above, below }: Bounds, order: (a: string, b: string) => number): boolean =>
  (least === undefined || order(value, least) >= 0) &&
  (most === undefined || order(value, most) <= 0) &&
  (above === undefined || order(value, above) > 0) &&
  (below === undefined || order(value, below) < 0)

// As far as the bound is written: a date of September is not after 2027-09.
const orderDates = (value: string, bound: string): number => {
  const part = value.slice(0, bound.length)
  return part < bound ? -1 : part > bound ? 1 : 0
}

const containing = (text: string): Test => {
  const wanted = text.toLowerCase()
  return (raw, shown) => (raw ?? '').toLowerCase().includes(wanted) || shown.toLowerCase().includes(wanted)
}

/** What a filter of a column lets through: `>= 100`, `10..20`, `2027-09..2027-10`, `= exactly`, or any part of the text. */
export const testOf = (kind: ColumnKind, text: string): Test => {
  const bounds = boundsOf(text.trim())
  if (bounds === undefined) return containing(text.trim())
  if (isNumberColumn({ kind })) {
    const read = Object.entries(bounds).map(([side, bound]) => [side, typedNumber(bound, kind)] as const)
    if (read.some(([, bound]) => bound === undefined)) return containing(text.trim())
    const exact = Object.fromEntries(read) as Bounds
    return (raw) => raw !== null && decimalForm.test(raw) && within(raw, exact, compareDecimals)
  }
  if (kind === 'date' || kind === 'month') return (raw) => raw !== null && within(raw, bounds, orderDates)
  const exactly = bounds.least !== undefined && bounds.least === bounds.most ? bounds.least.toLowerCase() : undefined
  if (exactly === undefined) return containing(text.trim())
  return (raw) => (raw ?? '').toLowerCase() === exactly
}

const shownOf = <Row>(column: Column<Row>, row: Row): string => {
  const raw = rawOf(column, row)
  return raw === null ? '' : valueText(column.kind, raw, unitOf(column, row))
}

export type Wanted = Readonly<{ words: string; where: ReadonlyMap<string, string> }>

/** The rows that pass every filter of a column, and in which each word occurs somewhere: as it is written on the page, or as it leaves it. */
export const filterRows = <Row>(rows: readonly Row[], columns: readonly Column<Row>[], { words, where }: Wanted): readonly Row[] => {
  const tests = columns.flatMap((column) => {
    const text = where.get(column.id)
    return text === undefined || text.trim() === '' ? [] : [{ column, test: testOf(column.kind, text) }]
  })
  const parts = words.toLowerCase().split(/\s+/).filter(Boolean)
  if (tests.length === 0 && parts.length === 0) return rows
  return rows.filter((row) => {
    if (!tests.every(({ column, test }) => test(rawOf(column, row), shownOf(column, row)))) return false
    if (parts.length === 0) return true
    const text = columns
      .map((column) => `${rawOf(column, row) ?? ''}\n${shownOf(column, row)}`)
      .join('\n')
      .toLowerCase()
    return parts.every((part) => text.includes(part))
  })
}
