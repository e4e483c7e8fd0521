import { useElementSize } from '@mantine/hooks'
import type { OrderDetailWire } from '../wire/order.ts'
import { dayStarts, instantText, shortDay } from './dates.ts'
import { gpuHours, gpusText } from './format.ts'

const [height, top, left, bottom] = [240, 8, 56, 22]
const secondsOfHour = 3600

/** A step line, or the area under it, through hours: level for as long as the hour lasts. */
const path = (values: readonly number[], x: (i: number) => number, y: (value: number) => number, area: boolean): string => {
  const steps = values.map((value, i) => `${i === 0 ? 'M' : 'L'}${x(i)} ${y(value)}L${x(i + 1)} ${y(value)}`).join('')
  return area ? `${steps}L${x(values.length)} ${y(0)}L${x(0)} ${y(0)}Z` : steps
}

const roundUp = (value: number): number => {
  const size = 10 ** Math.floor(Math.log10(Math.max(1, value)))
  return [1, 2, 2.5, 5, 10].map((each) => each * size).find((each) => each >= value) ?? value
}

/** What was reserved as a line, what was sold as an area with what ran within it: GPUs by hour, plain SVG, as wide as there is room. */
export const OrderPicture = ({ data }: Readonly<{ data: OrderDetailWire }>) => {
  const { ref, width } = useElementSize()
  const perHour = (values: readonly number[]) =>
    values.map((value, i) => value / Math.max(1, (data.edges[i + 1] ?? 0) - (data.edges[i] ?? 0)))
  const [sold, used, reserved] = [perHour(data.soldByHour), perHour(data.usedByHour), perHour(data.reservedByHour)]
  const most = roundUp(Math.max(1, ...sold))
  const x = (i: number) => left + (i * (width - left)) / Math.max(1, sold.length)
  const y = (value: number) => top + (1 - value / most) * (height - top - bottom)
  // A label at the very end would be cut off.
  const days = dayStarts(data.edges, data.zone).filter((_, i, all) => i % 5 === 0 && i < all.length - 2)
  const says = `GPUs by hour: sold ${gpuHours(String(data.sold))} GPU-hours, of which ${gpuHours(String(data.used))} ran; reserved ${gpuHours(String(data.reserved))}`
  return (
    <div className="order-picture" style={{ height }} ref={ref}>
      {width === 0 ? null : (
        <svg height={height} role="img" aria-label={says}>
          {[0, most / 2, most].map((each) => (
            <g key={each}>
              <line className="rule" x1={left} x2={width} y1={y(each)} y2={y(each)} />
              <text x={left - 8} y={y(each) + 4} textAnchor="end">
                {gpusText(each * secondsOfHour, secondsOfHour)}
              </text>
            </g>
          ))}
          <path className="sold-idle" d={path(sold, x, y, true)} />
          <path className="sold" d={path(used, x, y, true)} />
          <path className="reserved" d={path(reserved, x, y, false)} />
          {days.map(({ at, date }) => (
            <text key={date} x={x(data.edges.indexOf(at))} y={height - 6}>
              {shortDay(date)}
            </text>
          ))}
        </svg>
      )}
    </div>
  )
}

/** The same by day, as numbers: each day the GPU-hours of its hours. */
export const OrderDays = ({ data }: Readonly<{ data: OrderDetailWire }>) => {
  const starts = dayStarts(data.edges, data.zone)
  const sum = (values: readonly number[], from: number, to: number) => values.slice(from, to).reduce((all, each) => all + each, 0)
  const index = (day: number) => (day === starts.length ? data.edges.length - 1 : data.edges.indexOf(starts[day]!.at))
  const cell = (values: readonly number[], day: number) => gpuHours(String(sum(values, index(day), index(day + 1))))
  return (
    <div className="scroll-x">
      <table className="table">
        <caption className="hidden">GPU-hours by day, {data.zone}</caption>
        <thead>
          <tr>
            <th scope="col">Day</th>
            {['Reserved', 'Sold', 'Used'].map((head) => (
              <th key={head} scope="col" className="number">
                {head}, GPU-h
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {starts.map(({ date, at }, day) => (
            <tr key={date} title={instantText(at, data.zone)}>
              <th scope="row">{shortDay(date)}</th>
              {[data.reservedByHour, data.soldByHour, data.usedByHour].map((values, i) => (
                // Columns stand for themselves, and never move.
                // oxlint-disable-next-line react/no-array-index-key
                <td key={i} className="number">
                  {cell(values, day)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
