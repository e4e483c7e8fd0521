import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useEffect } from 'react'
import type { OrderDetailWire } from '../wire/order.ts'
import { Absent } from './Absent.tsx'
import { isTable, withTable } from './address.ts'
import { Answer, TableSkeleton } from './Answer.tsx'
import { dateText, monthPlus, monthText } from './dates.ts'
import { amountText, countText, gpuHours, percentText } from './format.ts'
import { useKeys } from './keys.ts'
import { usedShare } from './need-words.ts'
import { OrderDays, OrderPicture } from './OrderPicture.tsx'
import { driftText } from './OrdersPage.tsx'
import { order as query } from './today-queries.ts'
import './order.css'

const GpuHours = ({ value }: Readonly<{ value: number }>) => (
  <>
    {value === 0 ? <Absent kind="zero" /> : gpuHours(String(value))} <span className="unit">GPU-h</span>
  </>
)

const Facts = ({ data }: Readonly<{ data: OrderDetailWire }>) => {
  const share = usedShare(data.used, data.sold)
  return (
    <dl className="facts">
      <dt>Tenant</dt>
      <dd>{data.tenant ?? <Absent kind="not-disclosed" />}</dd>
      <dt>Where</dt>
      <dd>
        {data.region} <span className="third">pool {data.pool}</span>
      </dd>
      <dt>Reserved</dt>
      <dd>
        {data.from === null || data.through === null ? (
          <Absent kind="not-applicable" />
        ) : (
          `${dateText(data.from)} – ${dateText(data.through)}`
        )}
      </dd>
      <dt>GPUs</dt>
      <dd>{countText(data.gpus)}</dd>
      <dt>Sold</dt>
      <dd>
        <GpuHours value={data.sold} />
      </dd>
      <dt>Used</dt>
      <dd>
        <GpuHours value={data.used} /> {share === undefined ? null : <span className="second">{percentText(share)}</span>}
      </dd>
      <dt>Drift</dt>
      <dd>{driftText(data)}</dd>
    </dl>
  )
}

const Bill = ({ bills, month }: Pick<OrderDetailWire, 'bills' | 'month'>) => (
  <section className="panel periods" aria-label="Bill so far">
    <table className="table">
      <caption>
        <h2>Bill so far</h2> <span className="third">charges that begin in the month, less credits and refunds</span>
      </caption>
      <thead>
        <tr>
          <th scope="col">Month</th>
          <th scope="col" className="number">
            Charges
          </th>
          <th scope="col" className="number">
            Billed
          </th>
        </tr>
      </thead>
      <tbody>
        {bills.map((bill) => (
          <tr key={`${bill.month} ${bill.currency}`} className={bill.month === month ? 'selected' : undefined}>
            <th scope="row">{monthText(bill.month)}</th>
            <td className="number">{countText(bill.charges)}</td>
            <td className="number">
              {amountText(bill.amount)} <span className="unit">{bill.currency}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
    {bills.length === 0 ? <p className="inside">Nothing was charged for this order yet.</p> : null}
  </section>
)

const Through = ({ data, shown, onShow }: Readonly<{ data: OrderDetailWire; shown: boolean; onShow: (asTable: boolean) => void }>) => (
  <section className="panel picture">
    <header>
      <h2>Through the month</h2>
      <span className="third">GPUs by hour, {data.zone}</span>
      <span className="grow" />
      <span className="choice" role="group" aria-label="Through the month as">
        <button type="button" aria-pressed={!shown} onClick={() => onShow(false)}>
          Chart
        </button>
        <button type="button" aria-pressed={shown} onClick={() => onShow(true)}>
          Table
        </button>
      </span>
    </header>
    {shown ? <OrderDays data={data} /> : <OrderPicture data={data} />}
    {shown ? null : (
      <p className="legend inside">
        <span>
          <i className="swatch order-sold" /> sold, used
        </span>
        <span>
          <i className="swatch order-idle" /> sold, idle
        </span>
        <span>
          <i className="swatch line order-reserved" /> reserved
        </span>
      </p>
    )}
  </section>
)

type Search = Readonly<{ month?: string; pool?: string; table?: string }>

type BodyProps = Readonly<{
  data: OrderDetailWire
  /** What the address names, which the data follow. */
  order: string
  /** The month of the address, or of the answer where that says none; undefined as long as neither is known. */
  month: string | undefined
}>

const Body = ({ data, order, month }: BodyProps) => {
  const search: Search = useSearch({ strict: false })
  const navigate = useNavigate()
  const put = (more: Search) => void navigate({ to: '/orders/$order', params: { order }, search: { ...search, ...more } })
  const shown = isTable(search.table, 'hours')
  const show = (asTable: boolean) => put({ table: withTable(search.table, 'hours', asTable) ?? '' })
  useKeys({
    x: () => show(!shown),
    '[': () => month !== undefined && put({ month: monthPlus(month, -1) }),
    ']': () => month !== undefined && put({ month: monthPlus(month, 1) }),
  })
  return (
    <>
      <header className="page-head">
        <h1>{data.order}</h1>
        <span className="second">
          {data.title === null ? data.region : data.title}, {monthText(data.month)} <span className="third">{data.zone}</span>
        </span>
        <span className="grow" />
        <Link className="link" to="/orders" search={{ month: data.month }}>
          All orders
        </Link>
      </header>
      <div className="columns">
        <Through data={data} shown={shown} onShow={show} />
        <div className="column">
          <section className="panel" aria-label="The order">
            <Facts data={data} />
          </section>
          <Bill bills={data.bills} month={data.month} />
        </div>
      </div>
      {data.pools.length === 0 ? null : <p className="second">Orders of the same name: {data.pools.join(', ')}.</p>}
    </>
  )
}

/** One order: was what was sold what ran? */
export const OrderPage = () => {
  const { order = '' }: Readonly<{ order?: string }> = useParams({ strict: false })
  const { month, pool }: Search = useSearch({ strict: false })
  const found = useQuery(query(order, month, pool))
  useEffect(() => void (document.title = `${order} · Offtake`), [order])
  return (
    <div className={found.isPlaceholderData ? 'page dimmed' : 'page'}>
      <Answer
        what={`Order ${order}`}
        query={found}
        skeleton={
          <section className="panel">
            <TableSkeleton caption={`Order ${order}`} heads={['Month', 'Sold', 'Used', 'Billed']} rows={5} />
          </section>
        }
      >
        {(data) => <Body data={data} order={order} month={month ?? (found.isPlaceholderData ? undefined : data.month)} />}
      </Answer>
    </div>
  )
}
