import type { HallWire } from '../wire/factory.ts'
import { rational } from '../core/base/rational.ts'
import { rowFilters, rowOrders, type FactoryView } from './address.ts'
import { shortDay } from './dates.ts'
import type { FactoryName } from './factory-queries.ts'
import { pathWith } from './fetch.ts'
import { countText, gpuHours, hoursOfSeconds, partText } from './format.ts'
import type { SetFactoryView } from './HallPage.tsx'
import { HoursTable } from './HoursTable.tsx'
import type { MapRing } from './MapOverlay.tsx'
import { cellNames, cellRoles, cellVariable } from './palette.ts'
import { type MapRow } from './rack-map.ts'
import { RackMap, type Cell } from './RackMap.tsx'
import { RackTable } from './RackTable.tsx'

type Props = Readonly<{
  name: FactoryName
  hall: HallWire
  rows: readonly MapRow[]
  rings: readonly MapRing[]
  flags: ReadonlyMap<string, number> | undefined
  pinned: Cell | undefined
  view: FactoryView
  setView: SetFactoryView
  shown: 'chart' | 'table'
  onShow: (shown: 'chart' | 'table') => void
  opens: (cell: Cell) => string | undefined
  onOpen: (cell: Cell) => void
  onPin: (cell: Cell) => void
}>

const orderNames = { position: 'Position', unsold: 'Unsold', flags: 'Flags' } as const
const filterNames = { all: 'All', unsold: 'With unsold', down: 'With time down', flagged: 'With findings' } as const

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

/** The conclusion, for who cannot see the picture. */
const saysOf = ({ series, hall, zone, rack }: HallWire, rows: readonly MapRow[], what: string): string => {
  const sums = Object.entries(series).map(([state, values]) => [state, total(values)] as const)
  const all = total(sums.map(([, sum]) => sum))
  const parts = sums.flatMap(([state, sum]) => {
    const part = partText(rational(sum), rational(all))
    return sum === 0 || part === undefined ? [] : [`${cellNames[state as keyof typeof cellNames]} ${part}`]
  })
  return `${rows.length} ${what} of ${rack ?? hall}, ${zone}. ${parts.join(', ')} of ${gpuHours(String(all))} GPU-hours accepted. The table has every row.`
}

const MapLegend = ({ rows, rings }: Readonly<{ rows: readonly MapRow[]; rings: readonly MapRing[] }>) => (
  <ul className="legend map-legend" aria-label="Legend">
    {cellRoles
      .filter((role) => ['soldUsed', 'soldIdle', 'unsold', 'unavailable'].includes(role) || rows.some(({ seconds }) => seconds[role] > 0))
      .map((role) => (
        <li key={role}>
          <i className={`swatch swatch-${role}`} style={{ background: cellVariable(role) }} />
          {cellNames[role]}
        </li>
      ))}
    <li>
      <i className="swatch swatch-accepted" />
      Accepted
    </li>
    {rings.length === 0 ? null : (
      <li>
        <i className="swatch swatch-finding" />
        Finding
      </li>
    )}
  </ul>
)

const Controls = ({ view, setView, shown, onShow }: Pick<Props, 'view' | 'setView' | 'shown' | 'onShow'>) => (
  <>
    <label className="third">
      Show{' '}
      <select
        value={view.show ?? 'all'}
        onChange={({ target }) => setView({ show: target.value === 'all' ? undefined : (target.value as 'unsold'), cell: undefined })}
      >
        {rowFilters.map((each) => (
          <option key={each} value={each}>
            {filterNames[each]}
          </option>
        ))}
      </select>
    </label>
    <span className="choice" role="group" aria-label="Order of rows">
      {rowOrders.map((each) => (
        <button
          key={each}
          type="button"
          aria-pressed={(view.order ?? 'position') === each}
          onClick={() => setView({ order: each === 'position' ? undefined : each })}
        >
          {orderNames[each]}
        </button>
      ))}
    </span>
    <span className="choice" role="group" aria-label="Racks through time as">
      {(['chart', 'table'] as const).map((kind) => (
        <button key={kind} type="button" aria-pressed={shown === kind} onClick={() => onShow(kind)}>
          {kind === 'chart' ? 'Chart' : 'Table'}
        </button>
      ))}
    </span>
  </>
)

/** Where the server has these rows as a file. */
const csvOf = ({ factory, month, of }: FactoryName, { hall, day, rack }: HallWire): string =>
  pathWith(`/api/factories/${encodeURIComponent(factory)}/months/${month}/halls/${encodeURIComponent(hall)}/rows.csv`, {
    agreement: of,
    day: day ?? undefined,
    rack: rack ?? undefined,
  })

/** Stack and map over one axis of time, and their tables. */
export const MapPanel = ({ name, hall, rows, rings, flags, pinned, view, setView, shown, onShow, opens, onOpen, onPin }: Props) => {
  const what = hall.rack === null ? 'racks' : 'nodes'
  const hours = hoursOfSeconds(hall.edges.at(-1)! - hall.edges[0]!)
  return (
    <section className="panel" aria-label="Racks through time">
      <header className="section-head">
        <h2>
          {hall.rack ?? hall.hall}
          {hall.day === null ? '' : `, ${shortDay(hall.day)}`}
        </h2>
        <span className="third grow">
          {rows.length === hall.rows.length ? countText(rows.length) : `${rows.length} of ${hall.rows.length}`} {what} × {hours} hours
          {hall.day === null ? '' : ' by quarter hours'}, {hall.zone}; above, GPUs of {hall.rack ?? hall.hall}
        </span>
        <Controls {...{ view, setView, shown, onShow }} />
      </header>
      {shown === 'table' ? (
        <>
          <p className="inside">
            <a className="link" href={csvOf(name, hall)} download>
              Download CSV
            </a>
          </p>
          <div className="scroll-x">
            <RackTable
              hall={hall}
              rows={rows}
              flags={flags}
              what={hall.rack === null ? 'Rack' : 'Node'}
              onOpen={hall.rack === null ? (rack) => setView({ rack, cell: undefined }) : undefined}
            />
          </div>
          <h3 className="inside">GPU-hours by local {hall.day === null ? 'day' : 'hour'}</h3>
          <div className="scroll-x">
            <HoursTable hall={hall} />
          </div>
        </>
      ) : rows.length === 0 ? (
        <p className="inside">
          No row of {hall.hall} is {filterNames[view.show ?? 'all'].toLowerCase()}. Choose All to see every one.
        </p>
      ) : (
        <>
          <RackMap {...{ name, hall, rows, rings, pinned, opens, onOpen, onPin }} says={saysOf(hall, rows, what)} />
          <MapLegend rows={rows} rings={rings} />
        </>
      )}
    </section>
  )
}
