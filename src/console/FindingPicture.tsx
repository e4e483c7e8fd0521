import type { FindingDetailWire } from '../wire/claim.ts'
import { localTime, shortDay } from './dates.ts'
import { chartOf, type FindingChart } from './finding-picture.ts'

const width = 300
const left = 34
const inner = width - left

const when = (at: number, zone: string): string => {
  const { date, time } = localTime(at, zone)
  return `${shortDay(date)} ${time}`
}

const Axis = ({ from, to, y, zone }: Readonly<{ from: number; to: number; y: number; zone: string }>) => (
  <>
    <text x={left} y={y} className="axis-text">
      {when(from, zone)}
    </text>
    <text x={width} y={y} textAnchor="end" className="axis-text">
      {when(to, zone)}
    </text>
  </>
)

const height = 96
const base = 76

/** One decimal, for the few labels of a small axis. */
const short = (value: number): string => String(Math.round(value * 100) / 100)

const Bars = ({ chart, zone }: Readonly<{ chart: Extract<FindingChart, { kind: 'bars' }>; zone: string }>) => {
  const { bars, level, levelName, most, unit } = chart
  const y = (value: number) => base - (value / most) * (base - 10)
  const each = inner / bars.length
  return (
    <svg viewBox={`0 0 ${width} ${height}`} className="finding-chart">
      <rect x={left} y={10} width={inner} height={base - 10} className="found-area" />
      {bars.map(({ at, value }, i) => (
        <rect key={at} x={left + i * each} y={y(value)} width={Math.max(0.6, each - 0.4)} height={base - y(value)} className="found-bar" />
      ))}
      <line x1={left} x2={width} y1={y(level)} y2={y(level)} className="level" />
      <text x={width - 2} y={y(level) - 4} textAnchor="end" className="axis-text level-text">
        {levelName} {short(level)}
      </text>
      <text x={left - 5} y={14} textAnchor="end" className="axis-text">
        {short(most)}
      </text>
      <text x={left - 5} y={base} textAnchor="end" className="axis-text">
        0 {unit}
      </text>
      <Axis from={bars[0]!.at} to={bars.at(-1)!.at + 3600} y={height - 6} zone={zone} />
    </svg>
  )
}

const Spans = ({ chart, zone }: Readonly<{ chart: Extract<FindingChart, { kind: 'spans' }>; zone: string }>) => {
  const { from, to, spans } = chart
  const row = 16
  const label = 84
  const x = (at: number) => label + ((Math.min(to, Math.max(from, at)) - from) / (to - from)) * (width - label)
  const found = spans[0]!
  const bottom = spans.length * row
  return (
    <svg viewBox={`0 0 ${width} ${bottom + 20}`} className="finding-chart">
      <rect x={x(found.from)} y={0} width={Math.max(1, x(found.to) - x(found.from))} height={bottom} className="found-area" />
      {spans.map((span, i) => (
        // oxlint-disable-next-line react/no-array-index-key -- Bars do not move, and two may say the same.
        <g key={i}>
          <text x={0} y={i * row + 12} className="axis-text">
            {span.name.slice(0, 15)}
          </text>
          <rect
            x={x(span.from)}
            y={i * row + 4}
            width={Math.max(1.5, x(span.to) - x(span.from))}
            height={9}
            className={span.found ? 'found-bar' : 'told-bar'}
          />
          {span.recorded === undefined ? null : (
            <line x1={x(span.recorded)} x2={x(span.recorded)} y1={i * row + 1} y2={i * row + 16} className="level" />
          )}
        </g>
      ))}
      <text x={label} y={bottom + 14} className="axis-text">
        {when(from, zone)}
      </text>
      <text x={width} y={bottom + 14} textAnchor="end" className="axis-text">
        {when(to, zone)}
      </text>
    </svg>
  )
}

const Prices = ({ chart }: Readonly<{ chart: Extract<FindingChart, { kind: 'prices' }> }>) => {
  const most = Math.max(chart.list, ...chart.prices.map(({ price }) => price)) * 1.1
  const row = 30
  const bottom = chart.prices.length * row
  const x = (price: number) => (price / most) * width
  return (
    <svg viewBox={`0 0 ${width} ${bottom + 18}`} className="finding-chart">
      {chart.prices.map(({ name, price, text }, i) => (
        <g key={name}>
          <text x={0} y={i * row + 11} className="axis-text">
            {name}: {text}
          </text>
          <rect x={0} y={i * row + 15} width={x(price)} height={10} className="told-bar" />
          {price > chart.list ? (
            <rect x={x(chart.list)} y={i * row + 15} width={x(price) - x(chart.list)} height={10} className="found-bar" />
          ) : null}
        </g>
      ))}
      <line x1={x(chart.list)} x2={x(chart.list)} y1={12} y2={bottom} className="level" />
      <text x={x(chart.list)} y={bottom + 12} textAnchor="end" className="axis-text">
        list {chart.list}
      </text>
    </svg>
  )
}

/** The finding as a small picture: one image to a screen reader; its numbers are in the evidence. */
export const FindingPicture = ({ finding }: Readonly<{ finding: FindingDetailWire }>) => {
  const chart = chartOf(finding)
  if (chart === undefined) return null
  return (
    <div className="finding-figure" role="img" aria-label={`${chart.title}. ${finding.text}`}>
      <p className="third" aria-hidden="true">
        {chart.title}
        {chart.kind === 'bars' ? `, ${chart.unit}` : ''}
      </p>
      {chart.kind === 'bars' ? <Bars chart={chart} zone={finding.zone} /> : null}
      {chart.kind === 'spans' ? <Spans chart={chart} zone={finding.zone} /> : null}
      {chart.kind === 'prices' ? <Prices chart={chart} /> : null}
    </div>
  )
}
