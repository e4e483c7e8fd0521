import { useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { Column } from './table-column.ts'
import type { SortBy } from './table-order.ts'

/** How a table is looked at. All of it is in the address. */
export type TableView = Readonly<{
  sort: readonly SortBy[]
  by: string | undefined
  columns: readonly string[]
  words: string
  where: ReadonlyMap<string, string>
}>

export type TableDefaults<Row> = Readonly<{
  columns: readonly Column<Row>[]
  initialSort?: string | undefined
  groupBy?: string | undefined
}>

/** `-amount,month`: by amount, the largest first, then by month. */
export const parseSort = (text: string): SortBy[] =>
  text.split(',').flatMap((part) => (part === '' || part === 'none' ? [] : [{ id: part.replace(/^-/, ''), down: part.startsWith('-') }]))
export const writeSort = (sort: readonly SortBy[]): string => sort.map(({ id, down }) => (down ? `-${id}` : id)).join(',') || 'none'

const textOf = (value: unknown): string | undefined => (typeof value === 'string' || typeof value === 'number' ? String(value) : undefined)

const wherePart = 'where.'

/** Reads a view from the address; `at` sets apart the tables of one page. What names no column is passed over. */
export const parseView = <Row>(search: Readonly<Record<string, unknown>>, at: string, defaults: TableDefaults<Row>): TableView => {
  const { columns, initialSort = '', groupBy } = defaults
  const known = new Set(columns.map(({ id }) => id))
  const given = (key: string) => textOf(search[at + key])
  const chosen =
    given('cols')
      ?.split(',')
      .filter((id) => known.has(id)) ?? []
  const by = given('by') ?? groupBy
  const where = Object.entries(search).flatMap(([key, value]): [string, string][] => {
    const id = key.startsWith(at + wherePart) ? key.slice((at + wherePart).length) : ''
    const text = textOf(value) ?? ''
    return known.has(id) && text !== '' ? [[id, text]] : []
  })
  return {
    sort: parseSort(given('sort') ?? initialSort).filter(({ id }) => known.has(id)),
    by: by !== undefined && known.has(by) ? by : undefined,
    columns: chosen.length > 0 ? chosen : columns.filter(({ spare }) => spare !== true).map(({ id }) => id),
    words: given('q') ?? '',
    where: new Map(where),
  }
}

export type Changes = Partial<Readonly<{ sort: readonly SortBy[]; by: string | undefined; columns: readonly string[]; words: string }>> &
  Readonly<{ where?: readonly [id: string, text: string]; clear?: boolean }>

/** What a change makes of the address; undefined takes a key out of it. */
export const writeChanges = (changes: Changes, at: string, known: readonly string[]): Record<string, string | undefined> => {
  const { sort, columns, words, where, clear } = changes
  const emptied =
    clear === true ? Object.fromEntries([`${at}q`, ...known.map((id) => at + wherePart + id)].map((key) => [key, undefined])) : {}
  return {
    ...emptied,
    ...(sort === undefined ? {} : { [`${at}sort`]: writeSort(sort) }),
    ...('by' in changes ? { [`${at}by`]: changes.by ?? 'none' } : {}),
    ...(columns === undefined ? {} : { [`${at}cols`]: columns.join(',') }),
    ...(words === undefined ? {} : { [`${at}q`]: words === '' ? undefined : words }),
    ...(where === undefined ? {} : { [at + wherePart + where[0]]: where[1] === '' ? undefined : where[1] }),
  }
}

/** The view that the address says, and how to change it: in place, so that Back leaves the page and not a filter. */
export const useTableView = <Row>(at: string, defaults: TableDefaults<Row>): readonly [TableView, (changes: Changes) => void] => {
  const search = useSearch({ strict: false })
  const navigate = useNavigate()
  const { columns, initialSort, groupBy } = defaults
  const view = useMemo(() => parseView(search, at, { columns, initialSort, groupBy }), [search, at, columns, initialSort, groupBy])
  const change = (changes: Changes): void => {
    const more = writeChanges(
      changes,
      at,
      columns.map(({ id }) => id),
    )
    void navigate({ search: ((now: object) => ({ ...now, ...more })) as never, replace: true, resetScroll: false })
  }
  return [view, change]
}
