import { useQuery } from '@tanstack/react-query'
import type { HallWire } from '../wire/factory.ts'
import type { ReadingWire } from '../wire/reading.ts'
import { isDrawn, stateLines } from './CellTip.tsx'
import { instantText, isoOf } from './dates.ts'
import { rackReadings, type FactoryName } from './factory-queries.ts'
import { shortHash } from './format.ts'
import { bucketText } from './map-axis.ts'
import { cellNames, cellVariable } from './palette.ts'
import type { MapRow } from './rack-map.ts'

const kindNames: Readonly<Record<string, string>> = {
  allocation: 'Allocated',
  reservation: 'Reserved',
  outage: 'Out of service',
  maintenance: 'Maintenance',
  curtailment: 'Curtailed',
  gap: 'No evidence',
  claim: 'Claimed as unsold',
  call: 'Called',
  acceptance: 'Accepted',
  rack: 'Stands as a rack',
  offer: 'Offered',
  charge: 'Charged',
}

/** `, 3.41 per GPU-hour`, of an offer. */
const priceOf = (detail: string | null): string => {
  const { price } = detail === null ? {} : (JSON.parse(detail) as { price?: string })
  return price === undefined ? '' : `, ${price} per GPU-hour`
}

/** One reading with what names it for ever: source, id, and the hash of its content. */
export const ReadingItem = ({ reading, zone }: Readonly<{ reading: ReadingWire; zone: string }>) => {
  const { kind, gpus, order, tenant, from, to, source, id, sha256 } = reading
  return (
    <li>
      <b>{kindNames[kind] ?? kind}</b>
      {gpus === null ? '' : `, ${gpus} GPUs`}
      {priceOf(reading.detail)}
      {order === null ? '' : `, order ${order}`}
      {tenant === null ? '' : `, ${tenant}`}
      <span className="second">
        {from === null ? '' : instantText(from, zone)}
        {to === null || to === from ? '' : ` to ${instantText(to, zone)}`}
      </span>
      <span className="third">
        {source}, <code>{id}</code>, sha256 <code title={sha256}>{shortHash(sha256)}</code>
      </span>
    </li>
  )
}

type Props = Readonly<{ name: FactoryName; hall: HallWire; row: MapRow; bucket: number; onClose: () => void }>

/** What the chosen cell rests on. */
export const CellReadings = ({ name, hall, row, bucket, onClose }: Props) => {
  const [from, to] = [hall.edges[bucket]!, hall.edges[bucket + 1]!]
  const { data, error } = useQuery(rackReadings({ ...name, unit: row.name, from: isoOf(from), to: isoOf(to) }))
  const lines = stateLines(row, hall, bucket)
  const roles = lines.map(({ role }) => role)
  return (
    <section aria-label={`What readings say of ${row.name}`}>
      <header>
        <h2>{row.name}</h2>
        <button type="button" className="quiet" onClick={onClose}>
          Close
        </button>
      </header>
      <p className="third">{bucketText(from, to, hall.zone)}</p>
      <ul className="cell-states">
        {lines.map(({ role, gpus }) => (
          <li key={role}>
            <i className={`swatch swatch-${role}`} style={{ background: cellVariable(role) }} />
            {cellNames[role]}
            <span className="number">{gpus === '' ? '' : `${gpus} GPUs`}</span>
          </li>
        ))}
      </ul>
      {error !== null && data === undefined ? (
        <p className="second">The readings could not be read: {error.message} The map is as it was.</p>
      ) : data === undefined ? (
        <p className="third skeleton-later">Reading …</p>
      ) : data.readings.length === 0 ? (
        <p className="second">
          {isDrawn(roles, data)
            ? 'No reading names this rack then. Its block was told of it without a place, as a call or a sale beside a rack that was down, and it is drawn on the last racks that were free.'
            : 'No reading speaks of it then: it stands here by the inventory, and nobody held it.'}
        </p>
      ) : (
        <ul className="cell-readings">
          {data.readings.map((reading) => (
            <ReadingItem key={`${reading.source} ${reading.id}`} reading={reading} zone={hall.zone} />
          ))}
          {data.more ? <li className="third">and more: choose a shorter stretch</li> : null}
        </ul>
      )}
    </section>
  )
}
