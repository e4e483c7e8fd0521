import { fixed } from '../core/base/rational.ts'
import type { SeriesWire } from '../wire/statement.ts'
import { daysOf } from './days.ts'
import { shortDay } from './dates.ts'
import { decimalText } from './format.ts'
import { stateName } from './month-chart.ts'
import { states } from './palette.ts'

const heads = ['Day', 'Hours', ...states.map(stateName), 'Accepted']

/** The month's picture as numbers: a row for each local day. */
export const DayTable = ({ series, zone }: Readonly<{ series: SeriesWire; zone: string }>) => (
  <table className="table">
    <caption className="hidden">GPUs by state, average of each local day in {zone}</caption>
    <thead>
      <tr>
        {heads.map((head, i) => (
          <th key={head} scope="col" className={i === 0 ? undefined : 'number'}>
            {head}
          </th>
        ))}
      </tr>
    </thead>
    <tbody>
      {daysOf(series, zone).map(({ date, hours, tenths, acceptedTenths }) => (
        <tr key={date}>
          <th scope="row">{shortDay(date)}</th>
          <td className="number">{hours}</td>
          {tenths.map((value, i) => (
            <td key={states[i]} className="number">
              {decimalText(fixed(value, 1))}
            </td>
          ))}
          <td className="number">{decimalText(fixed(acceptedTenths, 1))}</td>
        </tr>
      ))}
    </tbody>
  </table>
)
