import { Link, useNavigate } from '@tanstack/react-router'
import { rational } from '../core/base/rational.ts'
import type { FactoryMonthWire, FactoryRowWire } from '../wire/factory.ts'
import type { FactoryView } from './address.ts'
import { localTime, monthText, secondsOf, shortDay } from './dates.ts'
import { countText, gpuHours, partText } from './format.ts'
import { unsoldText } from './HallHead.tsx'
import { hoursText } from './PeriodPicker.tsx'

/** Five steps of the unsold share, in per cent: from, and the part of the colour of unsold that is mixed in. */
export const shareSteps = [
  { from: 0, text: 'under 5 %', mix: 8 },
  { from: 5, text: '5 to 15 %', mix: 28 },
  { from: 15, text: '15 to 30 %', mix: 50 },
  { from: 30, text: '30 to 50 %', mix: 75 },
  { from: 50, text: '50 % and more', mix: 100 },
] as const

/** Which step a share lies in; undefined where nothing was accepted. */
export const stepOf = ({ accepted, unsold }: Readonly<{ accepted: number; unsold: number }>): number | undefined =>
  accepted === 0 ? undefined : shareSteps.findLastIndex(({ from }) => unsold * 100 >= accepted * from)

/** Local days that have begun. */
const begunIn = ({ days, until, zone }: FactoryMonthWire): number => {
  const last = localTime(secondsOf(until) - 1, zone).date
  return days.filter((day) => day <= last).length
}

const notYet = 'var(--page)'

const colourOf = (step: number | undefined): string =>
  step === undefined ? 'var(--sunk)' : `color-mix(in srgb, var(--unsold) ${shareSteps[step]!.mix}%, var(--surface))`

type Props = Readonly<{
  month: FactoryMonthWire
  row: FactoryRowWire | undefined
  view: FactoryView
  shown: 'chart' | 'table'
  onShow: (shown: 'chart' | 'table') => void
}>

const rowPixels = 14

const Squares = ({
  month,
  says,
  onOpen,
}: Readonly<{ month: FactoryMonthWire; says: string; onOpen: (hall: string, day: string) => void }>) => {
  const { halls, days } = month
  const shares = halls.map(({ days: each }) => each.map(stepOf))
  const begun = begunIn(month)
  return (
    <svg
      viewBox={`0 0 ${days.length} ${halls.length}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={says}
      style={{ height: halls.length * (rowPixels + 10) }}
      shapeRendering="crispEdges"
    >
      {shares.map((row, y) =>
        row.map((step, x) => (
          // The same way is a link beside it, and the table.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions
          <rect
            key={days[x]}
            x={x}
            y={y}
            width={1}
            height={1}
            fill={x < begun ? colourOf(step) : notYet}
            stroke="var(--surface)"
            strokeWidth={1}
            vectorEffect="non-scaling-stroke"
            onClick={() => onOpen(halls[y]!.hall, days[x]!)}
          >
            <title>{`${halls[y]!.hall}, ${shortDay(days[x]!)}: ${partText(rational(halls[y]!.days[x]!.unsold), rational(halls[y]!.days[x]!.accepted)) ?? 'not accepted'}`}</title>
          </rect>
        )),
      )}
    </svg>
  )
}

const Picture = ({ month, view }: Pick<Props, 'month' | 'view'>) => {
  const navigate = useNavigate()
  const { halls, days } = month
  const open = (hall: string, day: string) =>
    void navigate({ to: '/factories/$factory/$hall', params: { factory: month.id, hall }, search: { month: view.month, of: view.of, day } })
  const says = `Unsold share of ${halls.length} halls on ${days.length} days of ${monthText(month.month)}, ${month.zone}. The table has every hall.`
  return (
    <div className="campus">
      <div className="campus-halls">
        {halls.map(({ hall }) => (
          <Link
            key={hall}
            to="/factories/$factory/$hall"
            params={{ factory: month.id, hall }}
            search={{ month: view.month, of: view.of }}
            style={{ height: rowPixels + 10 }}
          >
            {hall}
          </Link>
        ))}
      </div>
      <Squares month={month} says={says} onOpen={open} />
      <div />
      <div className="campus-days" aria-hidden="true">
        {days.map((day, i) =>
          i % 3 === 0 && i < days.length - 1 ? (
            <span key={day} style={{ left: `${(i / days.length) * 100}%` }}>
              {shortDay(day)}
            </span>
          ) : null,
        )}
      </div>
    </div>
  )
}

const CampusTable = ({ month, view }: Pick<Props, 'month' | 'view'>) => (
  <table className="table">
    <caption className="hidden">
      Halls of {month.region}: GPU-hours accepted and unsold, {month.zone}
    </caption>
    <thead>
      <tr>
        <th scope="col">Hall</th>
        <th scope="col" className="number">
          Racks
        </th>
        <th scope="col" className="number">
          GPUs
        </th>
        <th scope="col" className="number">
          Accepted, GPU-h
        </th>
        <th scope="col" className="number">
          Unsold, GPU-h
        </th>
        <th scope="col" className="number">
          Share
        </th>
      </tr>
    </thead>
    <tbody>
      {month.halls.map(({ hall, racks, gpus, gpuSeconds }) => (
        <tr key={hall}>
          <th scope="row">
            <Link
              className="link"
              to="/factories/$factory/$hall"
              params={{ factory: month.id, hall }}
              search={{ month: view.month, of: view.of }}
            >
              {hall}
            </Link>
          </th>
          <td className="number">{countText(racks)}</td>
          <td className="number">{countText(gpus)}</td>
          <td className="number">{gpuHours(String(Object.values(gpuSeconds).reduce((a, b) => a + b, 0)))}</td>
          <td className="number">{gpuHours(String(gpuSeconds.unsold))}</td>
          <td className="number">{unsoldText(gpuSeconds).replace(' unsold', '')}</td>
        </tr>
      ))}
    </tbody>
  </table>
)

/** Many halls: each a row, each local day a column, coloured by the share of accepted GPU-time that was unsold. */
export const CampusMap = ({ month, row, view, shown, onShow }: Props) => (
  <>
    <header className="period-head">
      <div className="page-head">
        <h1>{month.region}</h1>
        <span className="second">
          {row === undefined ? '' : `${countText(row.racks)} racks, ${countText(row.gpus)} GPUs in ${row.halls} halls`}
        </span>
      </div>
      <p className="third">
        {month.title}. {monthText(month.month)}, {hoursText(month.hours)}, {month.zone}.
      </p>
    </header>
    <section className="panel" aria-label="Halls by day">
      <header className="section-head">
        <h2>Halls by day</h2>
        <span className="third grow">Share of accepted GPU-hours that was unsold, local days of {month.zone}</span>
        <span className="choice" role="group" aria-label="Halls by day as">
          {(['chart', 'table'] as const).map((kind) => (
            <button key={kind} type="button" aria-pressed={shown === kind} onClick={() => onShow(kind)}>
              {kind === 'chart' ? 'Chart' : 'Table'}
            </button>
          ))}
        </span>
      </header>
      {shown === 'table' ? (
        <div className="scroll-x">
          <CampusTable month={month} view={view} />
        </div>
      ) : (
        <>
          <Picture month={month} view={view} />
          <ul className="legend map-legend" aria-label="Legend">
            {shareSteps.map(({ text }, step) => (
              <li key={text}>
                <i className="swatch swatch-noEvidence" style={{ background: colourOf(step) }} />
                {text}
              </li>
            ))}
            <li>
              <i className="swatch swatch-notAccepted" style={{ background: 'var(--sunk)' }} />
              Nothing accepted
            </li>
            {begunIn(month) === month.days.length ? null : (
              <li>
                <i className="swatch swatch-notYet" style={{ background: notYet }} />
                Not yet
              </li>
            )}
          </ul>
        </>
      )}
    </section>
  </>
)
