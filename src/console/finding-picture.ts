import type { FindingDetailWire } from '../wire/claim.ts'

/** What a finding's picture shows, by its kind: figures by hour against a level, or readings through time. */
export type FindingChart =
  | Readonly<{
      kind: 'bars'
      title: string
      unit: string
      level: number
      levelName: string
      most: number
      bars: readonly Readonly<{ at: number; value: number }>[]
    }>
  | Readonly<{ kind: 'spans'; title: string; from: number; to: number; spans: readonly Span[] }>
  | Readonly<{ kind: 'prices'; title: string; list: number; prices: readonly Readonly<{ name: string; price: number; text: string }>[] }>

export type Span = Readonly<{ name: string; from: number; to: number; recorded: number | undefined; found: boolean }>

const seconds = (at: string): number => Math.floor(Date.parse(at) / 1000)
const hour = 3600

/** Readings that a picture draws, at most. */
const spansMax = 8

const wattBars = ({ figures, tolerances }: FindingDetailWire): FindingChart => ({
  kind: 'bars',
  title: 'Power of the busiest GPU',
  unit: 'kW',
  level: tolerances.idleWatts / 1000,
  levelName: 'idle',
  most: Math.max(tolerances.idleWatts / 500, ...figures.map(({ watts }) => watts / 1000)),
  bars: figures.map(({ at, watts }) => ({ at: seconds(at), value: watts / 1000 })),
})

const coverBars = ({ figures, tolerances, nodeGpus }: FindingDetailWire): FindingChart => ({
  kind: 'bars',
  title: 'Part of each hour with telemetry',
  unit: '%',
  level: Number(tolerances.coverage) * 100,
  levelName: 'asked',
  most: 100,
  bars: figures.map(({ at, covered }) => ({ at: seconds(at), value: nodeGpus === null ? 0 : (covered / (nodeGpus * hour)) * 100 })),
})

const priceOf = (detail: string | null): string | undefined => {
  const { price } = detail === null ? {} : (JSON.parse(detail) as { price?: string })
  return price
}

const prices = ({ readings, tolerances, currency }: FindingDetailWire): FindingChart | undefined => {
  const offered = readings.flatMap(({ source, id, detail }) => {
    const price = priceOf(detail)
    return price === undefined ? [] : [{ name: `${source}, ${id}`, price: Number(price), text: `${price} ${currency}` }]
  })
  if (tolerances.listPrice === null || offered.length === 0) return undefined
  return {
    kind: 'prices',
    title: `Offered against list ${tolerances.listPrice} ${currency} per GPU-hour`,
    list: Number(tolerances.listPrice),
    prices: offered.slice(0, spansMax),
  }
}

/** Kinds of readings that last, and speak of GPUs. */
const lasting = new Set(['allocation', 'reservation', 'outage', 'maintenance', 'curtailment', 'gap', 'claim', 'call'])

const spans = ({ readings, from, to, kind }: FindingDetailWire): FindingChart => {
  const [start, end] = [seconds(from), seconds(to)]
  const margin = Math.max(hour, (end - start) / 4)
  const [first, last] = [start - margin, end + margin]
  const told = readings.flatMap((reading): Span[] => {
    if (reading.from === null || reading.to === null || !lasting.has(reading.kind)) return []
    const name = reading.order ?? reading.tenant ?? reading.unit ?? reading.kind
    const recorded = kind === 'implausible-clock' ? seconds(reading.recordedAt) : undefined
    return [{ name, from: Math.max(first, seconds(reading.from)), to: Math.min(last, seconds(reading.to)), recorded, found: false }]
  })
  const title = kind === 'implausible-clock' ? 'What was told, and when it was recorded' : 'What readings say of these GPUs'
  return {
    kind: 'spans',
    title,
    from: first,
    to: last,
    spans: [{ name: 'found', from: start, to: end, recorded: undefined, found: true }, ...told.slice(0, spansMax)],
  }
}

/** The picture of a finding; undefined where a picture would say nothing. */
export const chartOf = (finding: FindingDetailWire): FindingChart | undefined => {
  switch (finding.kind) {
    case 'drew-power':
      return finding.figures.length === 0 ? undefined : wattBars(finding)
    case 'no-evidence':
      return finding.figures.length === 0 || finding.nodeGpus === null ? spans(finding) : coverBars(finding)
    case 'above-list-price':
      return prices(finding)
    case 'not-offered':
    case 'affiliate-below-reference':
      return undefined
    case 'implausible-clock':
    case 'before-acceptance':
    case 'sold-twice':
    case 'unavailable':
      return spans(finding)
  }
}
