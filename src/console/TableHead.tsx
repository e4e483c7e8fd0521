import { useEffect, useState, type MouseEvent } from 'react'
import { isNumberColumn, type Column } from './table-column.ts'
import type { SortBy } from './table-order.ts'
import type { Changes, TableView } from './table-view.ts'

type Change = (changes: Changes) => void

/** What a press on a head makes of the order: up, down, as it came; with Shift beside the columns that order already. */
export const sortAfter = (sort: readonly SortBy[], id: string, beside: boolean): readonly SortBy[] => {
  const own = sort.find((each) => each.id === id)
  const next: readonly SortBy[] = own === undefined ? [{ id, down: false }] : own.down ? [] : [{ id, down: true }]
  if (!beside) return next
  return own === undefined ? [...sort, ...next] : sort.flatMap((each) => (each.id === id ? next : [each]))
}

const ariaSort = (own: SortBy | undefined) => (own === undefined ? 'none' : own.down ? 'descending' : 'ascending')

type HeadProps<Row> = Readonly<{ column: Column<Row>; unit: string; view: TableView; change: Change }>

const HeadCell = <Row,>({ column, unit, view: { sort }, change }: HeadProps<Row>) => {
  const place = sort.findIndex(({ id }) => id === column.id)
  const own = sort[place]
  const press = (event: MouseEvent) => change({ sort: sortAfter(sort, column.id, event.shiftKey) })
  return (
    <th scope="col" aria-sort={ariaSort(own)} className={isNumberColumn(column) ? 'number' : undefined}>
      <button type="button" className="sort" onClick={press} title="Sort; with Shift beside the order there is">
        {column.head}
        {unit === '' ? null : <span className="head-unit"> {unit}</span>}
        <span aria-hidden="true" className="sort-mark">
          {own === undefined ? '' : own.down ? '▾' : '▴'}
          {own !== undefined && sort.length > 1 ? place + 1 : ''}
        </span>
      </button>
    </th>
  )
}

/** How long typing may pause before what was typed counts. */
export const settledMs = 200

type InputProps = Readonly<{ label: string; value: string; placeholder?: string; onSettled: (text: string) => void; className?: string }>

/** A text that filters: it counts when typing rests, or with Enter; Escape empties it. */
export const FilterInput = ({ label, value, placeholder, onSettled, className }: InputProps) => {
  const [draft, setDraft] = useState(value)
  const [settled, setSettled] = useState(value)
  // The address changed under it: Back, or a link.
  if (value !== settled) {
    setSettled(value)
    setDraft(value)
  }
  useEffect(() => {
    if (draft === value) return
    const timer = setTimeout(() => onSettled(draft), settledMs)
    return () => clearTimeout(timer)
  })
  return (
    <input
      type="search"
      className={className}
      aria-label={label}
      placeholder={placeholder}
      value={draft}
      onChange={({ target }) => setDraft(target.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onSettled(draft)
        if (event.key !== 'Escape') return
        event.preventDefault()
        if (draft === '') return event.currentTarget.blur()
        setDraft('')
        onSettled('')
      }}
    />
  )
}

type Props<Row> = Readonly<{
  columns: readonly Column<Row>[]
  units: ReadonlyMap<string, string>
  view: TableView
  change: Change
  filters: boolean
}>

const hintOf = <Row,>(column: Column<Row>): string =>
  isNumberColumn(column) ? '> 0' : column.kind === 'date' || column.kind === 'month' ? '2027-09' : ''

/** Names, units and order of the columns; below them, on demand, a filter for each. */
export const TableHead = <Row,>({ columns, units, view, change, filters }: Props<Row>) => (
  <thead>
    <tr aria-rowindex={1}>
      {columns.map((column) => (
        <HeadCell key={column.id} column={column} unit={units.get(column.id) ?? ''} view={view} change={change} />
      ))}
    </tr>
    {filters ? (
      <tr aria-rowindex={2} className="filters">
        {columns.map((column) => (
          <td key={column.id} className={isNumberColumn(column) ? 'number' : undefined}>
            <FilterInput
              label={`Filter ${column.head}`}
              value={view.where.get(column.id) ?? ''}
              placeholder={hintOf(column)}
              onSettled={(text) => change({ where: [column.id, text] })}
            />
          </td>
        ))}
      </tr>
    ) : null}
  </thead>
)
