import { useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { TableSkeleton } from './Answer.tsx'
import { useKeys } from './keys.ts'
import { useNumberStyle } from './number-style.ts'
import { isNumberColumn, rawOf, type Column } from './table-column.ts'
import { sheetOf, unitsOf } from './table-files.ts'
import { filterRows } from './table-filter.ts'
import { sortRows } from './table-order.ts'
import { itemsOf, totalLines, type Item, type TotalLine } from './table-sums.ts'
import { useTableView, type TableView } from './table-view.ts'
import { TableBar } from './TableBar.tsx'
import { TotalCell, WholeBody, WindowedBody } from './TableBody.tsx'
import { TableHead } from './TableHead.tsx'

/** Rows that stand in the page as they are; more of them scroll in a window of their own. */
const wholeMax = 200
/** Characters of a text column in a window, where widths may not follow what happens to be seen. */
const textWidthMax = 44

export type TableProps<Row> = Readonly<{
  caption: string
  /** Undefined while they are not there yet. */
  rows: readonly Row[] | undefined
  /** Kept outside a component, or memoised: what is made anew is sorted anew. */
  columns: readonly Column<Row>[]
  keyOf: (row: Row) => string
  /** `-amount,month`: the order until somebody chooses another. */
  initialSort?: string | undefined
  groupBy?: string | undefined
  /** Whether sums of all shown rows stand below them: unless said otherwise. */
  totals?: boolean | undefined
  /** Name of its files, without an ending. */
  name?: string | undefined
  onOpen?: ((row: Row) => void) | undefined
  /** What stands there when there is no row at all. */
  empty?: ReactNode
  /** Said beside the caption, such as a check. */
  note?: ReactNode
  /** Begins the keys of this table in the address, where a page has several: `debts.`. */
  at?: string | undefined
}>

type Shown<Row> = Readonly<{
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  items: readonly Item<Row>[]
  by: Column<Row> | undefined
  totals: readonly TotalLine[]
}>

const shownOf = <Row,>(rows: readonly Row[], columns: readonly Column<Row>[], view: TableView): Shown<Row> => {
  const chosen = view.columns.flatMap((id) => columns.find((column) => column.id === id) ?? [])
  const by = columns.find(({ id }) => id === view.by)
  const filtered = filterRows(rows, columns, view)
  const within = by === undefined || view.sort.some(({ id }) => id === by.id) ? [] : [{ id: by.id, down: false }]
  const groupFirst =
    by === undefined ? view.sort : [...view.sort.filter(({ id }) => id === by.id), ...within, ...view.sort.filter(({ id }) => id !== by.id)]
  const sorted = sortRows(filtered, columns, groupFirst)
  return { columns: chosen, rows: sorted, items: itemsOf(chosen, sorted, by), by, totals: totalLines(chosen, sorted) }
}

/** The unit that stands in the head of a column, and the columns whose rows differ in it. */
const headUnits = <Row,>(columns: readonly Column<Row>[], rows: readonly Row[]) => {
  const all = columns.map((column) => [column.id, unitsOf(column, rows)] as const)
  return {
    units: new Map(all.map(([id, units]) => [id, units.length === 1 ? units[0]! : ''])),
    mixed: new Set(all.filter(([, units]) => units.length > 1).map(([id]) => id)),
  }
}

/** Widths in characters, from every row: in a window they may not depend on which rows are seen. */
const widthsOf = <Row,>(columns: readonly Column<Row>[], rows: readonly Row[], mixed: ReadonlySet<string>): number[] =>
  columns.map((column) => {
    let width = column.head.length + (typeof column.unit === 'string' ? column.unit.length : 3) + 3
    for (const row of rows) {
      const length = rawOf(column, row)?.length ?? 0
      const written = isNumberColumn(column) ? length + Math.floor(length / 3) + 2 : Math.min(length, textWidthMax)
      if (written > width) width = written
    }
    return width + (mixed.has(column.id) ? 4 : 0) + 2
  })

const Totals = <Row,>({ shown, mixed, rowIndex }: Readonly<{ shown: Shown<Row>; mixed: ReadonlySet<string>; rowIndex: number }>) => (
  <tfoot>
    {shown.totals.map((line, i) => (
      <tr key={line.unit ?? ''} aria-rowindex={rowIndex + i}>
        <th scope="row">Total{shown.totals.length > 1 && line.unit !== undefined ? `, ${line.unit}` : ''}</th>
        {shown.columns.slice(1).map((column) => (
          <TotalCell key={column.id} column={column} line={line} mixed={mixed.has(column.id)} />
        ))}
      </tr>
    ))}
  </tfoot>
)

const nextRow = <Row,>(items: readonly Item<Row>[], from: number | undefined, step: 1 | -1): number | undefined => {
  let at = from === undefined ? (step === 1 ? 0 : items.length - 1) : from + step
  while (items[at] !== undefined && items[at]!.kind !== 'row') at += step
  return items[at] === undefined ? from : at
}

const useRows = <Row,>(items: readonly Item<Row>[], onOpen: ((row: Row) => void) | undefined) => {
  const [active, setActive] = useState<number>()
  const section = useRef<HTMLElement>(null)
  const move = (step: 1 | -1) => () => setActive(nextRow(items, active !== undefined && active < items.length ? active : undefined, step))
  const keys = {
    j: move(1),
    k: move(-1),
    '/': () => section.current?.querySelector<HTMLElement>('input.quick')?.focus(),
    e: () => section.current?.querySelector<HTMLElement>('tr.selected .explainable')?.click(),
  }
  useKeys(keys)
  const open = () => {
    const item = active === undefined ? undefined : items[active]
    if (item?.kind === 'row') onOpen?.(item.row)
  }
  const rowKeys: Readonly<Record<string, () => void>> = {
    ArrowDown: move(1),
    ArrowUp: move(-1),
    ...(onOpen === undefined ? {} : { Enter: open }),
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const act = event.target instanceof HTMLTableRowElement ? rowKeys[event.key] : undefined
    if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    act()
  }
  return { active, section, onKeyDown }
}

const NoMatch = ({ onClear }: Readonly<{ onClear: () => void }>) => (
  <p className="inside">
    No row matches the filter.{' '}
    <button type="button" className="link" onClick={onClear}>
      Show all rows
    </button>
  </p>
)

/**
 * A table for people who check: it sorts, filters, groups, adds up and leaves the page as text, CSV or workbook. All of how it is looked at is in the
 * address. Sums are exact, of what is shown, and never of two currencies.
 */
export const DataTable = <Row,>(props: TableProps<Row>) => {
  const { caption, rows, columns } = props
  if (rows === undefined)
    return (
      <section className="panel scroll-x">
        <TableSkeleton caption={caption} heads={columns.filter(({ spare }) => spare !== true).map(({ head }) => head)} rows={6} />
      </section>
    )
  return rows.length === 0 && props.empty !== undefined ? <>{props.empty}</> : <FullTable {...props} rows={rows} />
}

const FullTable = <Row,>(props: TableProps<Row> & Readonly<{ rows: readonly Row[] }>) => {
  const { caption, rows, columns, keyOf, onOpen, totals = true, at = '', note } = props
  const [view, change] = useTableView(at, props)
  useNumberStyle()
  const shown = useMemo(() => shownOf(rows, columns, view), [rows, columns, view])
  const { units, mixed } = useMemo(() => headUnits(columns, rows), [columns, rows])
  const isWindow = shown.items.length > wholeMax
  const widths = useMemo(() => (isWindow ? widthsOf(shown.columns, rows, mixed) : []), [isWindow, shown.columns, rows, mixed])
  const [filters, setFilters] = useState(view.where.size > 0)
  const [scroller, setScroller] = useState<HTMLElement | null>(null)
  const { active, section, onKeyDown } = useRows(shown.items, onOpen)
  const headRows = filters ? 2 : 1
  const sums = totals ? shown.totals.length : 0
  const Body = isWindow ? WindowedBody : WholeBody
  const name = props.name ?? caption.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  return (
    // Keys of rows are heard where they come up; each row takes the focus itself.
    // oxlint-disable-next-line jsx-a11y/no-static-element-interactions
    <section className="panel data-table" ref={section} onKeyDown={onKeyDown}>
      <TableBar
        {...{ caption, note, columns, view, change, name, filters }}
        shown={shown.rows.length}
        all={rows.length}
        onFilters={() => setFilters(!filters)}
        makeSheet={() => sheetOf(caption, shown.columns, shown.rows)}
      />
      {/* What scrolls takes the focus, so that arrows move it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div ref={setScroller} className={isWindow ? 'rows window' : 'rows'} role="region" aria-label={caption} tabIndex={0}>
        <table className="table" aria-rowcount={shown.items.length + headRows + sums}>
          <caption className="hidden">{caption}</caption>
          {isWindow ? (
            <colgroup>
              {shown.columns.map(({ id }, i) => (
                <col key={id} style={{ width: `${widths[i]}ch` }} />
              ))}
            </colgroup>
          ) : null}
          <TableHead {...{ view, change, units, filters }} columns={shown.columns} />
          <Body {...{ keyOf, mixed, onOpen, scroller, headRows, active }} items={shown.items} columns={shown.columns} by={shown.by} />
          {sums > 0 && shown.rows.length > 0 ? <Totals shown={shown} mixed={mixed} rowIndex={shown.items.length + headRows + 1} /> : null}
        </table>
      </div>
      {shown.rows.length === 0 ? <NoMatch onClear={() => change({ clear: true })} /> : null}
    </section>
  )
}
