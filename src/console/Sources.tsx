import { useQuery } from '@tanstack/react-query'
import type { SourcesWire } from '../wire/factory.ts'
import { instantText } from './dates.ts'
import { factorySources, type FactoryName } from './factory-queries.ts'
import { ageText, countText } from './format.ts'

const kindWords: Readonly<Record<string, string>> = {
  allocation: 'jobs',
  reservation: 'reservations',
  outage: 'outages',
  maintenance: 'works',
  acceptance: 'acceptances',
  rack: 'racks',
  gap: 'gaps',
  offer: 'offers',
  claim: 'claims',
  charge: 'charges',
  condition: 'conditions',
  call: 'calls',
  curtailment: 'curtailment',
}

/** Seconds after which a source that tells of running things is late. */
const lateSeconds = 15 * 60
/** What comes by itself, all the time: a desk or a site speaks when it has something to say. */
const streams = new Set(['allocation', 'outage', 'gap', 'curtailment', 'telemetry'])

type Row = SourcesWire['sources'][number]
const isStream = ({ kinds }: Row): boolean => kinds.some((kind) => streams.has(kind))
const isLate = (row: Row): boolean => isStream(row) && row.ageSeconds > lateSeconds

const Line = ({ row, zone }: Readonly<{ row: Row; zone: string }>) => (
  <tr>
    <th scope="row">
      {row.source}
      <span className="third">
        {row.kinds.map((kind) => kindWords[kind] ?? kind).join(', ')}; {countText(row.readings)}{' '}
        {row.readings === 1 ? 'reading' : 'readings'}
      </span>
    </th>
    <td className="number" title={`Last recorded ${instantText(row.lastRecorded, zone)}`}>
      {ageText(row.ageSeconds)}
      {isStream(row) ? <State late={isLate(row)} /> : null}
    </td>
  </tr>
)

const State = ({ late }: Readonly<{ late: boolean }>) =>
  late ? <span className="late">late</span> : <span className="on-time">in time</span>

/** The newest sample of the GPUs, where telemetry of this factory is kept. */
const Telemetry = ({ telemetry, zone }: Readonly<{ telemetry: NonNullable<SourcesWire['telemetry']>; zone: string }>) => (
  <tr>
    <th scope="row">
      telemetry
      <span className="third">GPU samples; the newest</span>
    </th>
    <td className="number" title={`Newest sample ${instantText(telemetry.newest, zone)}`}>
      {ageText(telemetry.ageSeconds)}
      <State late={telemetry.ageSeconds > lateSeconds} />
    </td>
  </tr>
)

/** Who tells of this factory, and how long ago each last did. */
export const Sources = ({ name, zone }: Readonly<{ name: FactoryName; zone: string }>) => {
  const { data, error } = useQuery(factorySources(name))
  return (
    <section aria-label="Sources">
      <header>
        <h2>Sources</h2>
        <span className="third">age of the last reading</span>
      </header>
      {error !== null && data === undefined ? (
        <p className="second">The sources could not be read: {error.message}</p>
      ) : data === undefined ? (
        <p className="third skeleton-later">Reading …</p>
      ) : data.sources.length === 0 && data.telemetry === null ? (
        <p className="second">No source has told of this factory in this month yet.</p>
      ) : (
        <table className="side-table">
          <caption className="hidden">Sources of this month and the age of their last reading</caption>
          <thead className="hidden">
            <tr>
              <th scope="col">Source</th>
              <th scope="col">Age</th>
            </tr>
          </thead>
          <tbody>
            {data.sources.map((row) => (
              <Line key={row.source} row={row} zone={zone} />
            ))}
            {data.telemetry === null ? null : <Telemetry telemetry={data.telemetry} zone={zone} />}
          </tbody>
        </table>
      )}
    </section>
  )
}
