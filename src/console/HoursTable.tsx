import { rational } from '../core/base/rational.ts'
import type { FactoryMonthWire, HallWire } from '../wire/factory.ts'
import { dayStarts, localTime, shortDay } from './dates.ts'
import { decimalText, gpuHours } from './format.ts'
import { cellNames } from './palette.ts'
import { stackOrder } from './rack-map.ts'
import { roundTable } from './round-table.ts'

type Stretch = Readonly<{ name: string; first: number; last: number }>

/** The local days of a month, or the hours of a day, as stretches of buckets. */
const stretchesIn = ({ edges, zone, day }: HallWire): Stretch[] => {
  const starts =
    day === null
      ? dayStarts(edges, zone).map(({ at, date }) => ({ at, name: shortDay(date) }))
      : edges
          .slice(0, -1)
          .map((at) => ({ at, local: localTime(at, zone) }))
          .filter(({ at, local }) => local.time.endsWith(':00') || at === edges[0])
          .map(({ at, local }) => ({ at, name: `${local.time} ${local.zoneName}` }))
  return starts.map(({ at, name }, i) => ({
    name,
    first: edges.indexOf(at),
    last: starts[i + 1] === undefined ? edges.length - 1 : edges.indexOf(starts[i + 1]!.at),
  }))
}

/** The stack as numbers: GPU-hours by state, which add up across to what was accepted, and down to the month. */
export const HoursTable = ({ hall }: Readonly<{ hall: HallWire }>) => {
  const stretches = stretchesIn(hall)
  const over = (values: readonly number[], { first, last }: Stretch) => values.slice(first, last).reduce((sum, value) => sum + value, 0)
  const exact = stretches.map((stretch) => stackOrder.map((state) => rational(over(hall.series[state], stretch), 3600)))
  const { cells, rowTotals, columnTotals, total } = roundTable(exact, stackOrder.length)
  return (
    <table className="table hours-table">
      <caption className="hidden">
        GPU-hours by state of {hall.rack ?? hall.hall}, by local {hall.day === null ? 'day' : 'hour'}, {hall.zone}
      </caption>
      <thead>
        <tr>
          <th scope="col">{hall.day === null ? 'Day' : 'Hour'}</th>
          {stackOrder.map((state) => (
            <th key={state} scope="col" className="number">
              {cellNames[state]}
            </th>
          ))}
          <th scope="col" className="number">
            Accepted
          </th>
        </tr>
      </thead>
      <tbody>
        {stretches.map(({ name }, i) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {stackOrder.map((state, j) => (
              <td key={state} className="number">
                {decimalText(cells[i]![j]!)}
              </td>
            ))}
            <td className="number">{decimalText(rowTotals[i]!)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">All, GPU-h</th>
          {stackOrder.map((state, j) => (
            <td key={state} className="number">
              {decimalText(columnTotals[j]!)}
            </td>
          ))}
          <td className="number">{decimalText(total)}</td>
        </tr>
      </tfoot>
    </table>
  )
}

const tieNames: Readonly<Record<FactoryMonthWire['ties'][number]['state'], string>> = {
  accepted: 'Accepted',
  sold: 'Sold',
  called: 'Called',
  unsold: 'Unsold',
  unavailable: 'Unavailable',
  planned: 'Planned',
  noEvidence: 'No evidence',
}

/** What racks come to beside what is settled; why they differ where they do. */
export const TiesTable = ({ month }: Readonly<{ month: FactoryMonthWire }>) => {
  const differs = month.ties.some(({ settled, drawn }) => settled !== drawn)
  return (
    <section className="panel" aria-label="Racks and the statement">
      <header className="section-head">
        <h2>Racks and the statement</h2>
        <span className="third">GPU-hours of the whole factory</span>
      </header>
      {month.refusals.length > 0 ? (
        <p className="inside">
          The readings of this month cannot all be so, so nothing is settled on them and the map shows them as they were told:{' '}
          {month.refusals.slice(0, 3).join(' ')}
        </p>
      ) : (
        <table className="table">
          <caption className="hidden">GPU-hours by state, of all racks and as settled</caption>
          <thead>
            <tr>
              <th scope="col">State</th>
              <th scope="col" className="number">
                All racks
              </th>
              <th scope="col" className="number">
                As settled
              </th>
              <th scope="col" className="number">
                Difference
              </th>
            </tr>
          </thead>
          <tbody>
            {month.ties.map(({ state, settled, drawn }) => (
              <tr key={state} className={state === 'accepted' ? 'total' : undefined}>
                <th scope="row">{tieNames[state]}</th>
                <td className="number">{gpuHours(String(drawn))}</td>
                <td className="number">{gpuHours(String(settled))}</td>
                <td className="number">{drawn === settled ? '0' : gpuHours(String(drawn - settled))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p className="inside third">
        {differs ? 'Racks on record stand for other GPUs than those that are accepted. ' : ''}
        {month.placelessGpuSeconds === 0
          ? ''
          : `${gpuHours(String(month.placelessGpuSeconds))} GPU-h are settled without a place, such as calls, sales that name no node, and sales on racks that were down: they are drawn on the last racks that were free. `}
        {month.problems.join(' ')}
      </p>
    </section>
  )
}
