import { Fragment } from 'react'
import { decimal } from '../core/base/rational.ts'
import type { TrendWire } from '../wire/today.ts'
import { Absent } from './Absent.tsx'
import { monthText, shortMonth } from './dates.ts'
import { amountText, approximate } from './format.ts'

const [width, height, gap] = [180, 36, 2]

/** A bar for each month from a common zero, up and down: plain SVG, so that no chart library is waited for. */
const Bars = ({ months }: Readonly<{ months: TrendWire['months'] }>) => {
  const values = months.map(({ amount }) => approximate(decimal(amount)))
  const [top, low] = [Math.max(0, ...values), Math.min(0, ...values)]
  const scale = top === low ? 0 : (height - 2) / (top - low)
  const wide = width / Math.max(1, months.length)
  const zero = 1 + top * scale
  return (
    <>
      {values.map((value, i) => (
        <rect
          key={months[i]!.month}
          x={i * wide + gap / 2}
          width={Math.max(1, wide - gap)}
          y={value >= 0 ? zero - value * scale : zero}
          height={Math.max(value === 0 ? 0 : 1, Math.abs(value) * scale)}
          className={i === values.length - 1 ? 'spark-last' : undefined}
        />
      ))}
      <line x1="0" x2={width} y1={zero} y2={zero} />
    </>
  )
}

const sizeOf = (amount: string): string => amount.replace('-', '')

/** How one sum went through the last months, with its latest value in words. */
export const Sparkline = ({ trend, title, side }: Readonly<{ trend: TrendWire; title: string; side: (amount: string) => string }>) => {
  const [first, last] = [trend.months[0], trend.months.at(-1)]
  if (first === undefined || last === undefined) return null
  const latest = `${amountText(sizeOf(last.amount))} ${trend.currency}${side(last.amount)}`
  return (
    <figure className="spark">
      <figcaption>
        <b>{title}</b>
        <span className="third">
          {shortMonth(first.month)} – {shortMonth(last.month)}
        </span>
      </figcaption>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`${title}, by month from ${monthText(first.month)} to ${monthText(last.month)}; the last, of ${monthText(last.month)}, is ${latest}`}
        preserveAspectRatio="none"
      >
        <Bars months={trend.months} />
      </svg>
      <p className="spark-value">
        <span className="spark-month">{shortMonth(last.month)}</span> {amountText(sizeOf(last.amount))}{' '}
        <span className="unit">{trend.currency}</span>
        <span className="second">{side(last.amount)}</span>
      </p>
    </figure>
  )
}

type TableProps = Readonly<{
  trends: readonly TrendWire[]
  titles: readonly string[]
  /** Who pays the net, in words: a column of its own, for a sign is no direction. Undefined where nothing is owed. */
  payerOf: (net: string) => string | undefined
}>

/** The same as numbers. */
export const TrendTable = ({ trends, titles, payerOf }: TableProps) => (
  <table className="table">
    <caption className="hidden">Months by amount</caption>
    <thead>
      <tr>
        <th scope="col">Month</th>
        {trends.map(({ id, currency }, i) => (
          <Fragment key={id}>
            <th scope="col" className="number">
              {titles[i]}, {currency}
            </th>
            {id === 'net' ? <th scope="col">Payer</th> : null}
          </Fragment>
        ))}
      </tr>
    </thead>
    <tbody>
      {(trends[0]?.months ?? []).map(({ month }, at) => (
        <tr key={month}>
          <th scope="row">{monthText(month)}</th>
          {trends.map(({ id, months }) => {
            const amount = months[at]?.amount ?? '0'
            return (
              <Fragment key={id}>
                <td className="number">{amountText(sizeOf(amount))}</td>
                {id === 'net' ? <td>{payerOf(amount) ?? <Absent kind="not-applicable" />}</td> : null}
              </Fragment>
            )
          })}
        </tr>
      ))}
    </tbody>
  </table>
)
