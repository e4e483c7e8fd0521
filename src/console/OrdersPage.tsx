import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useMemo } from 'react'
import { over, rational, toFixed } from '../core/base/rational.ts'
import type { OrderRowWire } from '../wire/order.ts'
import { Absent } from './Absent.tsx'
import { Failure } from './fetch.ts'
import { Notice } from './Answer.tsx'
import { DataTable } from './DataTable.tsx'
import { monthPlus, monthText } from './dates.ts'
import { gpuHours } from './format.ts'
import { useKeys } from './keys.ts'
import { usedShare } from './need-words.ts'
import { useActing } from './session.ts'
import type { Column } from './table-column.ts'
import { orders } from './today-queries.ts'
import './order.css'

/** Whole where it is, else with two decimals: totals add up to what is shown. */
const hours = (gpuSeconds: number): string => toFixed(over(rational(gpuSeconds), rational(3600)), gpuSeconds % 3600 === 0 ? 0 : 2)

/** What was sold and does not run, and what runs and was not reserved, in words: neither is a sign. */
export const driftText = ({ idle, beyond }: Pick<OrderRowWire, 'idle' | 'beyond'>): string => {
  const parts = [
    [idle, 'idle'],
    [beyond, 'beyond reserved'],
  ] as const
  return parts.flatMap(([size, word]) => (size === 0 ? [] : [`${gpuHours(String(size))} ${word}`])).join(', ') || 'none'
}

const sold = 'GPU-h'
const columns: readonly Column<OrderRowWire>[] = [
  { id: 'order', head: 'Order', kind: 'link', of: ({ order }) => order, to: ({ order, pool }) => `/orders/${order}?pool=${pool}` },
  {
    id: 'tenant',
    head: 'Tenant',
    kind: 'text',
    of: ({ tenant }) => tenant,
    show: ({ tenant }) => (tenant === null ? <Absent kind="not-disclosed" /> : <span className="whole">{tenant}</span>),
  },
  { id: 'agreement', head: 'Agreement', kind: 'text', of: ({ title }) => title, spare: true },
  { id: 'region', head: 'Region', kind: 'text', of: ({ region }) => region },
  { id: 'gpus', head: 'GPUs', kind: 'count', of: ({ gpus }) => gpus, total: 'sum' },
  { id: 'from', head: 'From', kind: 'date', of: ({ from }) => from },
  { id: 'through', head: 'Through', kind: 'date', of: ({ through }) => through },
  { id: 'sold', head: 'Sold', unit: sold, kind: 'count', of: (row) => hours(row.sold), total: 'sum' },
  { id: 'reserved', head: 'Reserved', unit: sold, kind: 'count', of: (row) => hours(row.reserved), total: 'sum' },
  { id: 'used', head: 'Used', kind: 'percent', of: (row) => usedShare(row.used, row.sold) ?? null },
  {
    id: 'billed',
    head: 'Billed',
    kind: 'amount',
    unit: ({ billed }) => billed[0]?.currency ?? '',
    of: ({ billed }) => (billed.length === 1 ? billed[0]!.amount : null),
    absent: () => 'not-yet',
    total: 'sum',
  },
  { id: 'idle', head: 'Idle', unit: sold, kind: 'count', of: (row) => hours(row.idle), total: 'sum' },
  { id: 'beyond', head: 'Beyond reserved', unit: sold, kind: 'count', of: (row) => hours(row.beyond), total: 'sum' },
]
const columnsFor = (isTenant: boolean) => columns.filter(({ id }) => !isTenant || (id !== 'tenant' && id !== 'agreement'))

const MonthSteps = ({ month }: Readonly<{ month: string }>) => {
  const navigate = useNavigate()
  const go = (to: string) => void navigate({ to: '/orders', search: (before: object) => ({ ...before, month: to }) })
  useKeys({ '[': () => go(monthPlus(month, -1)), ']': () => go(monthPlus(month, 1)) })
  return (
    <div className="control period-picker" role="group" aria-label="Month">
      <button
        type="button"
        className="step"
        aria-label={`Month before, ${monthText(monthPlus(month, -1))}`}
        onClick={() => go(monthPlus(month, -1))}
      >
        ‹
      </button>
      <b>{monthText(month)}</b>
      <small>each zone</small>
      <button
        type="button"
        className="step"
        aria-label={`Month after, ${monthText(monthPlus(month, 1))}`}
        onClick={() => go(monthPlus(month, 1))}
      >
        ›
      </button>
    </div>
  )
}

/** Is what was sold what runs? */
export const OrdersPage = () => {
  const { month, agreement }: Readonly<{ month?: string; agreement?: string }> = useSearch({ strict: false })
  const query = useInfiniteQuery(orders({ month, agreement }))
  const isTenant = useActing()?.role === 'tenant'
  const rows = useMemo(() => query.data?.pages.flatMap((page) => page.orders), [query.data])
  const shown = useMemo(() => columnsFor(isTenant), [isTenant])
  useEffect(() => void (document.title = 'Orders · Offtake'), [])
  const of = query.data?.pages[0]?.month
  // Where the address says no month, the answer does; that of another question does not.
  const at = month ?? (query.isPlaceholderData ? undefined : of)
  if (query.error !== null && rows === undefined)
    return (
      <Notice
        title={
          query.error instanceof Failure && query.error.problem.status === 403 ? 'Orders are not open to you' : 'Orders could not be read'
        }
      >
        {query.error.message}
      </Notice>
    )
  return (
    <div className={`page orders${query.isPlaceholderData ? ' dimmed' : ''}`}>
      <header className="page-head">
        <h1>Orders</h1>
        <span className="second">What was sold, and whether it runs</span>
        <span className="grow" />
        {at === undefined ? null : <MonthSteps month={at} />}
      </header>
      <DataTable
        caption={`Orders${of === undefined ? '' : ` of ${monthText(of)}`}`}
        rows={rows}
        columns={shown}
        keyOf={(row) => `${row.pool}/${row.order}`}
        initialSort="-sold"
        totals
        name={`orders-${of ?? ''}`}
        empty={`No order has a reservation, a job or a charge in ${of === undefined ? 'this month' : monthText(of)}. Orders come with readings that name one.`}
      />
      {query.hasNextPage ? (
        <p>
          <Button onClick={() => void query.fetchNextPage()} disabled={query.isFetchingNextPage}>
            {query.isFetchingNextPage ? 'Reading …' : 'More orders'}
          </Button>
        </p>
      ) : null}
    </div>
  )
}
