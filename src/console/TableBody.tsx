import { memo, useEffect, useRef, type ReactNode } from 'react'
import { Absent } from './Absent.tsx'
import { useNumberStyle } from './number-style.ts'
import { isNumberColumn, valueText, type Column } from './table-column.ts'
import type { Item, TotalLine } from './table-sums.ts'
import { rowHeight, showRow, useSeen } from './table-window.ts'
import { TableCell } from './TableCell.tsx'

export type BodyProps<Row> = Readonly<{
  items: readonly Item<Row>[]
  columns: readonly Column<Row>[]
  keyOf: (row: Row) => string
  /** Columns whose unit stands after each number, for rows differ in it. */
  mixed: ReadonlySet<string>
  active: number | undefined
  onOpen: ((row: Row) => void) | undefined
  /** What scrolls; null until it is drawn. */
  scroller: HTMLElement | null
  by: Column<Row> | undefined
  /** Rows of the head, which come first in the count. */
  headRows: number
}>

type TotalProps<Row> = Readonly<{ column: Column<Row>; line: TotalLine; mixed: boolean }>

/** A sum of a column; nothing where it is not added up. */
export const TotalCell = <Row,>({ column, line, mixed }: TotalProps<Row>) => {
  const value = line.cells.get(column.id)
  return (
    <td className={isNumberColumn(column) ? 'number' : undefined}>
      {value === undefined ? null : (
        <span data-total={column.id}>
          {valueText(column.kind, value, '')}
          {mixed && line.unit !== undefined ? <span className="unit"> {line.unit}</span> : null}
        </span>
      )}
    </td>
  )
}

type GroupItem<Row> = Extract<Item<Row>, { kind: 'group' }>

const groupText = <Row,>(by: Column<Row>, { value, line, first, count }: GroupItem<Row>): ReactNode => {
  const name = value === null ? <Absent kind="not-applicable" /> : valueText(by.kind, value, typeof by.unit === 'string' ? by.unit : '')
  if (!first) return <span className="third">{line?.unit}</span>
  return (
    <>
      {name} <span className="third">{count}</span>
    </>
  )
}

type RowProps<Row> = Readonly<{ item: Item<Row>; index: number; isActive: boolean }> &
  Pick<BodyProps<Row>, 'columns' | 'mixed' | 'onOpen' | 'by' | 'headRows'>

const GroupRow = <Row,>({ item, columns, mixed, by, index, headRows }: RowProps<Row> & Readonly<{ item: GroupItem<Row> }>) => (
  <tr className="group" aria-rowindex={index + headRows + 1}>
    <th scope="row">{by === undefined ? null : groupText(by, item)}</th>
    {columns
      .slice(1)
      .map((column) =>
        item.line === undefined ? (
          <td key={column.id}>{null}</td>
        ) : (
          <TotalCell key={column.id} column={column} line={item.line} mixed={mixed.has(column.id)} />
        ),
      )}
  </tr>
)

const PlainRow = <Row,>(props: RowProps<Row>) => {
  const { item, columns, mixed, onOpen, index, headRows, isActive } = props
  useNumberStyle()
  if (item.kind === 'group') return <GroupRow {...props} item={item} />
  const { row } = item
  return (
    <tr aria-rowindex={index + headRows + 1} data-index={index} tabIndex={-1} className={isActive ? 'selected' : undefined}>
      {columns.map((column, i) => (
        <TableCell
          key={column.id}
          column={column}
          row={row}
          isFirst={i === 0}
          withUnit={mixed.has(column.id)}
          onOpen={onOpen === undefined ? undefined : () => onOpen(row)}
        />
      ))}
    </tr>
  )
}
// Rows that stay while others scroll in are not drawn again.
const BodyRow = memo(PlainRow) as typeof PlainRow

const itemKey = <Row,>(item: Item<Row>, keyOf: (row: Row) => string): string =>
  item.kind === 'row' ? keyOf(item.row) : `group ${item.value ?? ''} ${item.line?.unit ?? ''} ${item.first}`

/** Moves the focus to the active row once it is drawn. */
const useFocus = (scroller: HTMLElement | null, active: number | undefined): void => {
  const done = useRef<number>(undefined)
  useEffect(() => {
    if (active === done.current) return
    const row = scroller?.querySelector<HTMLElement>(`tr[data-index="${active}"]`)
    if (row === null || row === undefined) return
    done.current = active
    row.focus({ preventScroll: true })
    row.scrollIntoView({ block: 'nearest' })
  })
}

/** All rows at once: for tables that stand in the page. */
export const WholeBody = <Row,>({ items, keyOf, active, scroller, ...rest }: BodyProps<Row>) => {
  useFocus(scroller, active)
  return (
    <tbody>
      {items.map((item, i) => (
        <BodyRow key={itemKey(item, keyOf)} item={item} index={i} isActive={active === i} {...rest} />
      ))}
    </tbody>
  )
}

const Space = ({ height, span }: Readonly<{ height: number; span: number }>) =>
  height <= 0 ? null : (
    <tr aria-hidden="true" className="space" style={{ height }}>
      <td colSpan={span} style={{ height }}>
        {null}
      </td>
    </tr>
  )

/** The rows that are seen, and room for the others. */
export const WindowedBody = <Row,>({ items, keyOf, active, scroller, ...rest }: BodyProps<Row>) => {
  const { first, last } = useSeen(scroller, items.length)
  useEffect(() => {
    if (scroller !== null && active !== undefined) showRow(scroller, active)
  }, [active, scroller])
  useFocus(scroller, active)
  return (
    <tbody>
      <Space height={first * rowHeight} span={rest.columns.length} />
      {items.slice(first, last).map((item, i) => (
        <BodyRow key={itemKey(item, keyOf)} item={item} index={first + i} isActive={active === first + i} {...rest} />
      ))}
      <Space height={(items.length - last) * rowHeight} span={rest.columns.length} />
    </tbody>
  )
}
