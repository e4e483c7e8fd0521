import type { Sample } from '../src/server/telemetry/sample.ts'

/** An hourly row as it is read back from the store; what was not measured is null. */
export type HourlyRow = Readonly<{
  factory: string
  node: string
  gpu: number
  hour: number
  samples: number
  covered: number
  active: number
  powered: number
  powerMax: number | null
  powerMean: number | null
  energy: string
  util: number | null
  sm: number | null
  xids: readonly number[]
}>

type Measure = Readonly<{ holdSeconds: number; idleWatts: number; activity: number }>
type Values = Readonly<{ painted: Float64Array; inHour: Sample[]; before: Sample | undefined }>

const [util, engine, sm, power, energy, xid] = [
  'DCGM_FI_DEV_GPU_UTIL',
  'DCGM_FI_PROF_GR_ENGINE_ACTIVE',
  'DCGM_FI_PROF_SM_ACTIVE',
  'DCGM_FI_DEV_POWER_USAGE',
  'DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION',
  'DCGM_FI_DEV_XID_ERRORS',
] as const

/** Of samples with one series and time, the one with the largest value; by series, in order of time. */
const seriesOf = (samples: readonly Sample[]): Map<string, Sample[]> => {
  const largest = new Map<string, Sample>()
  for (const sample of samples) {
    const key = JSON.stringify([sample.factory, sample.node, sample.gpu, sample.metric, sample.atMs])
    const known = largest.get(key)
    if (known === undefined || sample.value > known.value) largest.set(key, sample)
  }
  const series = new Map<string, Sample[]>()
  for (const sample of [...largest.values()].toSorted((a, b) => a.atMs - b.atMs)) {
    const key = JSON.stringify([sample.factory, sample.node, sample.gpu, sample.metric])
    series.set(key, [...(series.get(key) ?? []), sample])
  }
  return series
}

/** Paints the seconds of one hour with the value that stands in each; NaN where none does. */
const paint = (samples: readonly Sample[], hour: number, { holdSeconds }: Measure): Values => {
  const painted = new Float64Array(3600).fill(Number.NaN)
  samples.forEach(({ atMs, value }, i) => {
    const end = Math.min(samples[i + 1]?.atMs ?? Infinity, atMs + holdSeconds * 1000)
    for (let second = Math.floor(atMs / 1000); second < Math.floor(end / 1000); second++)
      if (second >= hour && second < hour + 3600) painted[second - hour] = value
  })
  const inHour = samples.filter(({ atMs }) => atMs >= hour * 1000 && atMs < (hour + 3600) * 1000)
  return { painted, inHour, before: samples.findLast(({ atMs }) => atMs < hour * 1000) }
}

const meanOf = (painted: Float64Array, scale: number): number | null => {
  const known = painted.filter((value) => !Number.isNaN(value))
  return known.length === 0 ? null : Math.fround(known.reduce((sum, value) => sum + Math.round(value * scale), 0) / known.length / scale)
}

const energyOf = ({ inHour, before }: Values, hour: number, { holdSeconds }: Measure): number => {
  let [sum, last] = [0, before]
  for (const sample of inHour) {
    if (last !== undefined && (last.atMs >= hour * 1000 || sample.atMs - last.atMs <= holdSeconds * 1000))
      sum += sample.value >= last.value ? sample.value - last.value : sample.value
    last = sample
  }
  return sum
}

const xidsOf = ({ inHour, before }: Values, hour: number, { holdSeconds }: Measure): number[] => {
  const codes = new Set<number>()
  // What was shown before is only known for as long as it stands.
  let last = before !== undefined && before.atMs >= (hour - holdSeconds) * 1000 ? before.value : undefined
  for (const { value } of inHour) {
    if (value !== 0 && value !== last) codes.add(value)
    last = value
  }
  return [...codes].toSorted((a, b) => a - b)
}

/** One GPU in one hour, second by second; undefined where nothing is known of it. */
const foldHour = (of: (metric: string) => Values, hour: number, measure: Measure) => {
  const [u, e, s, p] = [of(util), of(engine), of(sm), of(power)]
  let [covered, active, powered] = [0, 0, 0]
  for (let i = 0; i < 3600; i++) {
    const [au, ae, as, ap] = [u.painted[i]!, e.painted[i]!, s.painted[i]!, p.painted[i]!]
    const profiled = !Number.isNaN(ae) || !Number.isNaN(as)
    if (profiled || !Number.isNaN(au) || !Number.isNaN(ap)) covered += 1
    if (profiled ? ae > measure.activity || as > measure.activity : au > 0) active += 1
    if (ap > measure.idleWatts) powered += 1
  }
  const samples = [u, e, s, p, of(energy), of(xid)].reduce((sum, { inHour }) => sum + inHour.length, 0)
  if (samples === 0 && covered === 0) return undefined
  const watts = [...p.inHour.map(({ value }) => value), ...p.painted.filter((value) => !Number.isNaN(value))]
  return {
    samples,
    covered,
    active,
    powered,
    powerMax: watts.length === 0 ? null : Math.fround(Math.max(...watts)),
    powerMean: meanOf(p.painted, 1000),
    energy: `${energyOf(of(energy), hour, measure)}`,
    util: meanOf(u.painted, 1000),
    sm: meanOf(s.painted, 1_000_000),
    xids: xidsOf(of(xid), hour, measure),
  }
}

/** Hourly rows by a plain walk over the seconds, from all samples at once: what the store has to agree with. */
export const plainFold = (samples: readonly Sample[], measure: Measure): HourlyRow[] => {
  const series = seriesOf(samples)
  const gpus = new Map(samples.map(({ factory, node, gpu }) => [JSON.stringify([factory, node, gpu]), { factory, node, gpu }]))
  const starts = samples.map(({ atMs }) => Math.floor(atMs / 3_600_000) * 3600)
  const hours = [...new Set(starts.flatMap((hour) => [hour, hour + 3600]))].toSorted((a, b) => a - b)
  return [...gpus.values()]
    .flatMap(({ factory, node, gpu }) =>
      hours.flatMap((hour) => {
        const of = (metric: string) => paint(series.get(JSON.stringify([factory, node, gpu, metric])) ?? [], hour, measure)
        const row = foldHour(of, hour, measure)
        return row === undefined ? [] : [{ factory, node, gpu, hour, ...row }]
      }),
    )
    .toSorted((a, b) => (a.node < b.node ? -1 : a.node > b.node ? 1 : a.gpu - b.gpu || a.hour - b.hour))
}
