import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useEffect, useMemo, useRef } from 'react'
import { rational } from '../core/base/rational.ts'
import type { FactoryMonthWire, FactoryRowWire, HallWire } from '../wire/factory.ts'
import type { FactoryView } from './address.ts'
import { endText, monthText, shortDay } from './dates.ts'
import { hall as hallQuery, type FactoryName } from './factory-queries.ts'
import { countText, gpuHours, partText } from './format.ts'
import type { SetFactoryView } from './HallPage.tsx'
import { hoursText } from './PeriodPicker.tsx'
import { usePalette } from './Picture.tsx'
import { chooseRows, paintRows } from './rack-map.ts'

/** Halls that are shown as pictures of their own; more are in the campus, day by day. */
export const thumbsMax = 6

const acceptedOf = (states: FactoryMonthWire['halls'][number]['gpuSeconds']): number => Object.values(states).reduce((a, b) => a + b, 0)

/** `27.8 % unsold`; nothing where nothing was accepted. */
export const unsoldText = (states: FactoryMonthWire['halls'][number]['gpuSeconds']): string => {
  const part = partText(rational(states.unsold), rational(acceptedOf(states)))
  return part === undefined ? 'not accepted' : `${part} unsold`
}

const Levels = ({ hall, view, setView }: Readonly<{ hall: HallWire; view: FactoryView; setView: SetFactoryView }>) => (
  <span className="choice" role="group" aria-label="How near">
    <button
      type="button"
      aria-pressed={hall.day === null && hall.rack === null}
      onClick={() => setView({ day: undefined, rack: undefined, cell: undefined })}
    >
      Month
    </button>
    {hall.day === null ? null : (
      <button type="button" aria-pressed={hall.rack === null} onClick={() => setView({ rack: undefined, cell: undefined })}>
        {shortDay(hall.day)}
      </button>
    )}
    {hall.rack === null ? null : (
      <button type="button" aria-pressed onClick={() => setView({ cell: undefined })}>
        {hall.rack}
      </button>
    )}
    {view.day !== undefined && hall.rack !== null ? (
      <button type="button" aria-pressed={false} onClick={() => setView({ day: undefined })}>
        Whole month
      </button>
    ) : null}
  </span>
)

type Props = Readonly<{
  hall: HallWire
  summary: FactoryMonthWire | undefined
  row: FactoryRowWire | undefined
  view: FactoryView
  setView: SetFactoryView
}>

export const HallHead = ({ hall, summary, row, view, setView }: Props) => {
  const all = summary?.halls.reduce((sum, each) => sum + acceptedOf(each.gpuSeconds), 0)
  const isRunning = hall.until !== hall.to
  return (
    <header className="period-head">
      <div className="page-head">
        <h1>{hall.region}</h1>
        <span className="second">
          {row === undefined ? '' : `${countText(row.racks)} racks in ${row.halls} ${row.halls === 1 ? 'hall' : 'halls'}`}
          {all === undefined ? '' : `, ${gpuHours(String(all))} GPU-hours accepted in ${monthText(hall.month)}`}
        </span>
        <span className="spring" />
        <Levels hall={hall} view={view} setView={setView} />
      </div>
      <p className="third">
        {hall.title}. {hoursText(hall.hours)}
        {hall.day === null ? '' : ` of ${shortDay(hall.day)}`}, to {endText(hall.to, hall.zone)}, {hall.zone}.
        {isRunning ? ` Nothing after ${endText(hall.until, hall.zone)} has happened yet.` : ''}
      </p>
    </header>
  )
}

const Thumb = ({ name, hall }: Readonly<{ name: FactoryName; hall: string }>) => {
  const { data } = useQuery(hallQuery({ ...name, hall }))
  const palette = usePalette()
  const canvas = useRef<HTMLCanvasElement>(null)
  const rows = useMemo(
    () => (data === undefined ? [] : chooseRows(data.rows, { order: 'position', show: 'all', flags: new Map() })),
    [data],
  )
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (data === undefined || context === null || context === undefined || rows.length === 0) return
    const buckets = data.edges.length - 1
    const image = context.createImageData(buckets, rows.length)
    new Uint32Array(image.data.buffer).set(paintRows(rows, data.mixes, buckets, palette))
    context.putImageData(image, 0, 0)
  }, [data, rows, palette])
  return <canvas ref={canvas} width={(data?.edges.length ?? 2) - 1} height={Math.max(1, rows.length)} aria-hidden="true" />
}

/** Every hall as a small picture with its unsold share; where there are many, a list of them and the way to all. */
export const HallThumbs = ({
  name,
  summary,
  current,
  view,
}: Readonly<{ name: FactoryName; summary: FactoryMonthWire; current: string; view: FactoryView }>) => {
  const navigate = useNavigate()
  const search = { ...view, rack: undefined, cell: undefined, finding: undefined }
  if (summary.halls.length > thumbsMax)
    return (
      <nav className="halls-list" aria-label="Halls">
        <Link to="/factories/$factory" params={{ factory: name.factory }} search={{ month: view.month, of: view.of }}>
          All {summary.halls.length} halls by day
        </Link>
        <select
          aria-label="Hall"
          value={current}
          onChange={({ target }) =>
            void navigate({ to: '/factories/$factory/$hall', params: { factory: name.factory, hall: target.value }, search })
          }
        >
          {summary.halls.map(({ hall, gpuSeconds }) => (
            <option key={hall} value={hall}>
              {hall}, {unsoldText(gpuSeconds)}
            </option>
          ))}
        </select>
      </nav>
    )
  return (
    <nav className="halls" aria-label="Halls">
      {summary.halls.map(({ hall, gpuSeconds }) => (
        <Link
          key={hall}
          to="/factories/$factory/$hall"
          params={{ factory: name.factory, hall }}
          search={search}
          aria-current={hall === current ? 'page' : undefined}
          activeProps={{}}
        >
          <span>
            <b>{hall}</b>
            <span className="third">{unsoldText(gpuSeconds)}</span>
          </span>
          <Thumb name={name} hall={hall} />
        </Link>
      ))}
    </nav>
  )
}
