import { Link } from '@tanstack/react-router'
import { Fragment } from 'react'
import { fromText, minus, over, rational, times, toText, type Rational } from '../core/base/rational.ts'
import type { AgreementWire, CapWire, ClauseWire, PeriodRowWire, PeriodsWire } from '../wire/agreement.ts'
import { Absent } from './Absent.tsx'
import { dateText, localTime, shortMonth } from './dates.ts'
import { amountText, approximate, explainedHours, gpuHours, isWholeHours, largeText, moneyText, partText, shortHash } from './format.ts'
import { hoursText } from './PeriodPicker.tsx'
import { Settled, SettledLines, type SettledOpening } from './SettledLines.tsx'

const partyName = ({ parties }: AgreementWire, id: string | null): string => parties.find((party) => party.id === id)?.name ?? ''

/** `capacity-backstop` is a capacity backstop. */
const kindText = ({ kind, measure }: ClauseWire): string =>
  `${kind.charAt(0).toUpperCase()}${kind.slice(1).replaceAll('-', ' ')}${measure === null ? '' : `, by ${measure}`}`

const namedMax = 3
const coversText = (covers: readonly string[]): string =>
  covers.length === 0 ? '–' : covers.length <= namedMax ? covers.join(', ') : `${covers.length} blocks, ${covers[0]} to ${covers.at(-1)}`

/** Who pays what for which blocks, and what has been settled under each clause so far. */
export const ClausesTable = ({ agreement, settled, onSettled }: Readonly<{ agreement: AgreementWire } & SettledOpening>) => (
  <section className="panel scroll-x">
    <table className="table">
      <caption>
        <h2>Clauses</h2>
      </caption>
      <thead>
        <tr>
          <th scope="col">Clause</th>
          <th scope="col">Kind</th>
          <th scope="col">Payer</th>
          <th scope="col">Payee</th>
          <th scope="col">Covers</th>
          <th scope="col">From</th>
          <th scope="col">Through</th>
          <th scope="col" className="number">
            Settled, {agreement.currency}
          </th>
        </tr>
      </thead>
      <tbody>
        {agreement.clauses.map((clause) => (
          <Fragment key={clause.id}>
            <tr>
              <th scope="row">{clause.id}</th>
              <td>{kindText(clause)}</td>
              <td>{partyName(agreement, clause.payer)}</td>
              <td>{partyName(agreement, clause.payee)}</td>
              <td title={clause.covers.join(', ')}>{coversText(clause.covers)}</td>
              <td className="whole">{dateText(clause.from)}</td>
              <td className="whole">{dateText(clause.through)}</td>
              <td className="number">
                <Settled agreement={agreement} clause={clause} settled={settled} onSettled={onSettled} />
              </td>
            </tr>
            {settled === clause.id ? <SettledLines agreement={agreement} clause={clause} /> : null}
          </Fragment>
        ))}
      </tbody>
    </table>
  </section>
)

const capText = (value: Rational, { unit }: CapWire, currency: string): string =>
  unit === 'major' ? largeText(toText(value), currency) : gpuHours(toText(value))
const capTitle = (value: Rational, { unit }: CapWire, currency: string): string =>
  unit === 'major'
    ? `${moneyText(toText(value), currency)} ${currency}`
    : `${explainedHours(toText(value), isWholeHours(toText(value)))} GPU-hours`
const capName: Readonly<Record<CapWire['per'], string>> = {
  period: 'Per period',
  'contract-year': 'Per contract year',
  aggregate: 'Aggregate',
}

const CapRow = ({ agreement, cap }: Readonly<{ agreement: AgreementWire; cap: CapWire }>) => {
  const { currency } = agreement
  const limit = fromText(cap.limit)
  const drawn = cap.drawn === null ? undefined : fromText(cap.drawn)
  const left = drawn === undefined ? undefined : minus(limit, drawn)
  const part = drawn === undefined ? undefined : partText(drawn, limit)
  const said = agreement.sentences
    .filter(({ pointer }) => cap.pointer === pointer || cap.pointer.startsWith(`${pointer}/`))
    .toSorted((a, b) => b.pointer.length - a.pointer.length)[0]
  const assumed = said?.source === 'assumption'
  const width = drawn === undefined || limit.n === 0n ? 0 : Math.min(100, approximate(times(over(drawn, limit), rational(100))))
  return (
    <tr>
      <th scope="row">
        {capName[cap.per]}
        {assumed ? <sup className="assumed">a</sup> : null}{' '}
        <span className="third">
          {cap.clause}, {cap.scope}
        </span>
      </th>
      <td className="number" title={capTitle(limit, cap, currency)}>
        {capText(limit, cap, currency)} <span className="unit">{cap.unit === 'major' ? currency : 'GPU-h'}</span>
      </td>
      <td className="number">
        {drawn === undefined ? (
          <Absent kind="not-applicable" />
        ) : (
          <span title={capTitle(drawn, cap, currency)}>{capText(drawn, cap, currency)}</span>
        )}
      </td>
      <td className="number">
        {left === undefined ? (
          <Absent kind="not-applicable" />
        ) : (
          <span title={capTitle(left, cap, currency)}>{capText(left, cap, currency)}</span>
        )}
      </td>
      <td className="used">
        {part === undefined ? (
          <span className="third">starts anew with each period</span>
        ) : (
          <>
            <span className="meter" aria-hidden="true">
              <i style={{ width: `${width}%` }} />
            </span>
            <span className="number">{part}</span>
          </>
        )}
      </td>
    </tr>
  )
}

/** A wide table without a link in it scrolls with the keyboard too. */
const scrolled = (name: string) => ({ tabIndex: 0, role: 'group', 'aria-label': `${name}, table` }) as const

/** How much of each cap is used by the months that are final. */
export const CapsTable = ({ agreement }: Readonly<{ agreement: AgreementWire }>) =>
  agreement.caps.length === 0 ? null : (
    <section className="panel scroll-x" {...scrolled('Caps')}>
      <table className="table caps">
        <caption>
          <h2>Caps</h2> <span className="third">used by final months</span>
        </caption>
        <thead>
          <tr>
            <th scope="col">Cap</th>
            <th scope="col" className="number">
              Limit
            </th>
            <th scope="col" className="number">
              Used
            </th>
            <th scope="col" className="number">
              Left
            </th>
            <th scope="col">Used, of the limit</th>
          </tr>
        </thead>
        <tbody>
          {agreement.caps.map((cap) => (
            <CapRow key={cap.clause + cap.id} agreement={agreement} cap={cap} />
          ))}
        </tbody>
      </table>
    </section>
  )

const statusText: Readonly<Record<PeriodRowWire['status'], string>> = {
  final: 'final',
  corrected: 'corrected',
  disputed: 'disputed',
  provisional: 'provisional',
  over: 'not closed',
  running: 'running',
}

const PeriodRow = ({ agreement, row }: Readonly<{ agreement: AgreementWire; row: PeriodRowWire }>) => (
  <tr>
    <th scope="row" className="whole">
      <Link className="strong-link" to="/agreements/$id/periods/$month" params={{ id: agreement.id, month: row.month }}>
        {shortMonth(row.month)}
      </Link>
      {row.version === null || row.version === 1 ? null : <span className="third"> version {row.version}</span>}
      {row.status === 'final' ? null : <span className="third"> {statusText[row.status]}</span>}
    </th>
    <td className="third whole">{hoursText(row.hours)}</td>
    <td className="number">
      {row.net === null ? (
        <Absent kind="not-yet" />
      ) : (
        <>
          {row.net.payer === null ? null : <span className="third">{partyName(agreement, row.net.payer)} pays </span>}
          {amountText(row.net.amount)}
        </>
      )}
    </td>
  </tr>
)

/** The months that have begun, the latest first. */
export const PeriodsTable = ({ agreement, periods }: Readonly<{ agreement: AgreementWire; periods: PeriodsWire }>) => (
  <section className="panel periods">
    <table className="table">
      <caption>
        <h2>Periods</h2> <span className="third">{agreement.zone}</span>
      </caption>
      <thead>
        <tr>
          <th scope="col">Month</th>
          <th scope="col">Hours</th>
          <th scope="col" className="number">
            Net, {agreement.currency}
          </th>
        </tr>
      </thead>
      <tbody>
        {periods.periods.map((row) => (
          <PeriodRow key={row.month} agreement={agreement} row={row} />
        ))}
      </tbody>
    </table>
    {periods.periods.length === 0 ? (
      <p className="inside">The term has not begun: its first month appears on {dateText(agreement.term.from)}.</p>
    ) : null}
  </section>
)

/** Every version that was signed, with its document. */
export const VersionsTable = ({ agreement }: Readonly<{ agreement: AgreementWire }>) => (
  <section className="panel scroll-x">
    <table className="table">
      <caption>
        <h2>Versions</h2>
      </caption>
      <thead>
        <tr>
          <th scope="col">Version</th>
          <th scope="col">In force from</th>
          <th scope="col">Hash</th>
          <th scope="col">As signed</th>
        </tr>
      </thead>
      <tbody>
        {agreement.versions.toReversed().map(({ version, effective, recordedAt, hash }) => (
          <tr key={version}>
            <th scope="row">{version}</th>
            <td title={`recorded ${recordedAt}`}>{dateText(localTime(effective, agreement.zone).date)}</td>
            <td>
              <code title={hash}>{shortHash(hash)}</code>
            </td>
            <td>
              <a className="link" href={`/api/agreements/${encodeURIComponent(agreement.id)}/versions/${version}`} download>
                YAML
              </a>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </section>
)
