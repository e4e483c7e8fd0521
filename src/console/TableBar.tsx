import { Button, Popover } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import type { Sheet } from '../core/sheets/sheet.ts'
import { announce } from './announce.ts'
import { countText } from './format.ts'
import { chooseNumberStyle, numberStyles, useNumberStyle } from './number-style.ts'
import { isNumberColumn, type Column } from './table-column.ts'
import { copySheet, saveCsv, saveWorkbook } from './table-files.ts'
import type { Changes, TableView } from './table-view.ts'
import { FilterInput } from './TableHead.tsx'

type Change = (changes: Changes) => void

const styleNames = { parentheses: '(1,234.00)', minus: '−1,234.00' } as const

const NumberStyles = () => {
  const style = useNumberStyle()
  return (
    <fieldset className="number-styles">
      <legend>Negatives, on every page</legend>
      {numberStyles.map((each) => (
        <label key={each}>
          <input type="radio" name="number-style" checked={style === each} onChange={() => chooseNumberStyle(each)} /> {styleNames[each]}
        </label>
      ))}
    </fieldset>
  )
}

/** The names in the order of the table, then those that are not shown. */
const listed = <Row,>(columns: readonly Column<Row>[], shown: readonly string[]): readonly Column<Row>[] => [
  ...shown.flatMap((id) => columns.find((column) => column.id === id) ?? []),
  ...columns.filter(({ id }) => !shown.includes(id)),
]

const moved = (shown: readonly string[], id: string, by: number): readonly string[] => {
  const from = shown.indexOf(id)
  const others = shown.filter((each) => each !== id)
  return others.toSpliced(Math.max(0, from + by), 0, id)
}

type ColumnsProps<Row> = Readonly<{ columns: readonly Column<Row>[]; view: TableView; change: Change }>

const ColumnList = <Row,>({ columns, view, change }: ColumnsProps<Row>) => {
  const shown = view.columns
  const toggle = (id: string) => {
    const next = shown.includes(id) ? shown.filter((each) => each !== id) : [...shown, id]
    if (next.length > 0) change({ columns: next })
  }
  return (
    <ul className="column-list" aria-label="Columns">
      {listed(columns, shown).map(({ id, head }) => (
        <li key={id}>
          <label>
            <input type="checkbox" checked={shown.includes(id)} onChange={() => toggle(id)} /> {head}
          </label>
          {shown.includes(id) ? (
            <>
              <button
                type="button"
                className="icon"
                aria-label={`${head} further left`}
                onClick={() => change({ columns: moved(shown, id, -1) })}
              >
                ↑
              </button>
              <button
                type="button"
                className="icon"
                aria-label={`${head} further right`}
                onClick={() => change({ columns: moved(shown, id, 1) })}
              >
                ↓
              </button>
            </>
          ) : null}
        </li>
      ))}
    </ul>
  )
}

const ColumnsMenu = <Row,>(props: ColumnsProps<Row>) => (
  <Popover position="bottom-end" trapFocus withinPortal={false}>
    <Popover.Target>
      <Button size="xs">Columns</Button>
    </Popover.Target>
    <Popover.Dropdown>
      <ColumnList {...props} />
      <NumberStyles />
    </Popover.Dropdown>
  </Popover>
)

const GroupBy = <Row,>({ columns, view, change }: ColumnsProps<Row>) => {
  const kinds = columns.filter((column) => !isNumberColumn(column))
  return kinds.length < 2 ? null : (
    <label className="group-by">
      Group by{' '}
      <select value={view.by ?? ''} onChange={({ target }) => change({ by: target.value === '' ? undefined : target.value })}>
        <option value="">nothing</option>
        {kinds.map(({ id, head }) => (
          <option key={id} value={id}>
            {head}
          </option>
        ))}
      </select>
    </label>
  )
}

type FilesProps = Readonly<{ name: string; makeSheet: () => Sheet }>

const Files = ({ name, makeSheet }: FilesProps) => {
  const [failed, setFailed] = useState<string>()
  const say = (what: string, work: (sheet: Sheet) => Promise<void> | void) => async (): Promise<void> => {
    const sheet = makeSheet()
    try {
      await work(sheet)
      setFailed(undefined)
      announce(`${countText(sheet.rows.length)} rows ${what}`)
    } catch (error) {
      setFailed(`Not ${what}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  return (
    <>
      {failed === undefined ? null : (
        <span role="alert" className="breach">
          {failed}
        </span>
      )}
      <Button size="xs" onClick={() => void say('copied', copySheet)()} title="Rows as they are shown, for a spreadsheet">
        Copy
      </Button>
      <Button size="xs" onClick={() => void say('saved as CSV', (sheet) => saveCsv(sheet, name))()}>
        CSV
      </Button>
      <Button size="xs" onClick={() => void say('saved as XLSX', (sheet) => saveWorkbook(sheet, name))()}>
        XLSX
      </Button>
    </>
  )
}

type BarProps<Row> = ColumnsProps<Row> &
  FilesProps &
  Readonly<{ caption: string; note?: ReactNode; shown: number; all: number; filters: boolean; onFilters: () => void }>

/** Rows of a table that is short enough to be read without a filter. */
const shortRows = 5

/** What the table is, how many rows of it are shown, and what can be done with it. */
export const TableBar = <Row,>({ caption, note, shown, all, filters, onFilters, ...props }: BarProps<Row>) => {
  const { view, change } = props
  const isLong = all > shortRows || view.words !== '' || view.where.size > 0
  return (
    <header className="table-bar">
      <h2>{caption}</h2>
      <span className="third">
        {shown === all ? `${countText(all)} ${all === 1 ? 'row' : 'rows'}` : `${countText(shown)} of ${countText(all)} rows`}
      </span>
      {note === undefined ? null : <span className="second">{note}</span>}
      <div className="table-acts">
        {isLong ? (
          <>
            <FilterInput
              className="quick"
              label={`Filter ${caption}`}
              placeholder="Filter  /"
              value={view.words}
              onSettled={(words) => change({ words })}
            />
            <Button size="xs" aria-pressed={filters} onClick={onFilters}>
              By column
            </Button>
            <GroupBy {...props} />
          </>
        ) : null}
        <ColumnsMenu {...props} />
        <Files name={props.name} makeSheet={props.makeSheet} />
      </div>
    </header>
  )
}
