/// <reference types="vite/client" />
// A page with a table of the console: bundled by the benchmark, opened in a browser. `?rows=100000` is the table, `?plain=1000` the same rows without anything.
import '../../src/console/base.css'
import '../../src/console/table.css'
import '../../src/console/data-table.css'
import { MantineProvider } from '@mantine/core'
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router'
import { createElement } from 'react'
import { createRoot } from 'react-dom/client'
import { DataTable } from '../../src/console/DataTable.tsx'
import type { Column } from '../../src/console/table-column.ts'
import { resolveVariables, theme } from '../../src/console/theme.ts'

type Row = Readonly<{ id: number; order: string; tenant: string; from: string; hours: string; amount: string; currency: string }>

/** Drawn by a small generator from a fixed seed. */
const rowsOf = (count: number): Row[] => {
  let state = 7
  const next = (below: number) => (state = (state * 48_271) % 2_147_483_647) % below
  return Array.from({ length: count }, (_, id) => ({
    id,
    order: `ord-${String(id).padStart(6, '0')}`,
    tenant: `tenant ${next(40)}`,
    from: `2027-${String(next(12) + 1).padStart(2, '0')}-${String(next(28) + 1).padStart(2, '0')}`,
    hours: String(next(900_000)),
    amount: `${next(9) === 0 ? '-' : ''}${next(5_000_000)}.${String(next(100)).padStart(2, '0')}`,
    currency: 'USD',
  }))
}

const columns: readonly Column<Row>[] = [
  { id: 'order', head: 'Order', kind: 'text', of: ({ order }) => order },
  { id: 'tenant', head: 'Tenant', kind: 'text', of: ({ tenant }) => tenant },
  { id: 'from', head: 'From', unit: 'Australia/Sydney', kind: 'date', of: ({ from }) => from },
  { id: 'hours', head: 'Sold', unit: 'GPU-h', kind: 'count', of: ({ hours }) => hours, total: 'sum' },
  {
    id: 'amount',
    head: 'Billed',
    unit: ({ currency }) => currency,
    kind: 'amount',
    of: ({ amount }) => amount,
    total: 'sum',
    why: ({ id }) => `/orders/${id}`,
  },
]

const cell = (text: string, i: number) => createElement('td', { key: i, className: i > 2 ? 'number' : undefined }, text)
const plainRow = ({ id, order, tenant, from, hours, amount }: Row) =>
  createElement('tr', { key: id }, [order, tenant, from, hours, amount].map(cell))
const Plain = ({ count }: { count: number }) =>
  createElement(
    'div',
    { className: 'rows', style: { height: 600, overflow: 'auto' } },
    createElement('table', { className: 'table' }, createElement('tbody', null, rowsOf(count).map(plainRow))),
  )

const asked = new URLSearchParams(location.search)
const rows = rowsOf(Number(asked.get('rows') ?? '0'))
const Page = () =>
  asked.has('plain')
    ? createElement(Plain, { count: Number(asked.get('plain')) })
    : createElement(DataTable<Row>, { caption: 'Orders', rows, columns, keyOf: ({ id }: Row) => String(id), initialSort: '-amount' })

const router = createRouter({ routeTree: createRootRoute({ component: Page }), history: createMemoryHistory() })
const themed = { theme, cssVariablesResolver: resolveVariables, children: createElement(RouterProvider, { router: router as never }) }
createRoot(document.getElementById('root')!).render(createElement(MantineProvider, themed))
