import { formatInstant } from '../../core/base/time.ts'
import { findSeries, isBlank } from './dcgm.ts'
import { readRequest, type RawSeries, type WireLimits, type WireVersion } from './remote-write-wire.ts'
import { uncompress } from './snappy.ts'
import type { GpuSeries, SampleBatch } from './telemetry-sink.ts'

export type RemoteWriteLimits = WireLimits &
  Readonly<{
    /** Of a request once snappy is taken off. */
    remoteWriteTextBytesMax: number
    /** Seconds by which a sample may be older than now, and by which a clock may be ahead. */
    sampleAgeSecondsMax: number
    sampleAheadSecondsMax: number
    refusalsListedMax: number
  }>

/** What came of a request: `kept` go to the store; the others were no fault of the sender, but what is `refused`. */
export type SampleCounts = Readonly<{
  kept: number
  /** DCGM measured nothing. */
  blank: number
  /** Prometheus says that a series ends here. */
  stale: number
  /** Not a number, and no staleness marker. */
  notNumbers: number
  /** Series of metrics that are not used, and their samples. */
  otherSeries: number
  otherSamples: number
  /** Native histograms and exemplars: none is used. */
  otherRecords: number
  refused: number
}>
/** Why samples of a series are refused; `series` counts from 1, as they stand in the request. */
export type SampleRefusal = Readonly<{ series: number; problem: string }>

export type RemoteWrite =
  | Readonly<{ kind: 'read'; batch: SampleBatch; counts: SampleCounts; refusals: readonly SampleRefusal[] }>
  /** Nothing of it can be used: the sender is to drop it. */
  | Readonly<{ kind: 'malformed'; problem: string }>
  /** It goes beyond a limit, which is named. */
  | Readonly<{ kind: 'too large'; limit: string; problem: string }>

export type RemoteWriteRequest = Readonly<{
  /** As it came, in snappy's block format. */
  body: Uint8Array
  version: WireVersion
  factory: string
  nowMs: number
  limits: RemoteWriteLimits
}>

/** Grows as columns: samples side by side. */
const makeColumns = (factory: string) => {
  const series: GpuSeries[] = []
  const places = new Map<string, number>()
  const [of, at, values]: [number[], number[], number[]] = [[], [], []]
  const placeOf = (one: GpuSeries): number => {
    const key = `${one.metric} ${one.gpu} ${one.node}`
    const known = places.get(key)
    if (known !== undefined) return known
    places.set(key, series.length)
    return series.push(one) - 1
  }
  return {
    add: (one: GpuSeries, timestampMs: number, value: number): void => {
      of.push(placeOf(one))
      at.push(timestampMs)
      values.push(value)
    },
    batch: (): SampleBatch => ({
      factory,
      series,
      of: Uint32Array.from(of),
      timestampMs: Float64Array.from(at),
      value: Float64Array.from(values),
    }),
  }
}

const shownTime = (ms: number): string => (Math.abs(ms) < 8e15 ? formatInstant(Math.floor(ms / 1000)) : `${ms} ms`)

/** Why a sample at this time is not taken; undefined where it is. */
const faultOfTime = (ms: number, { nowMs, limits }: Pick<RemoteWriteRequest, 'nowMs' | 'limits'>): string | undefined => {
  const { sampleAgeSecondsMax: age, sampleAheadSecondsMax: ahead } = limits
  if (ms > nowMs + ahead * 1000)
    return `is of ${shownTime(ms)}, more than ${ahead} seconds ahead of ${shownTime(nowMs)}: set the clock of the sender (sampleAheadSecondsMax)`
  if (ms < nowMs - age * 1000)
    return `is of ${shownTime(ms)}, more than ${Math.round(age / 86_400)} days old: telemetry is not taken so late (sampleAgeSecondsMax)`
  return undefined
}

const makeTally = (request: RemoteWriteRequest) => {
  const columns = makeColumns(request.factory)
  const counts = { kept: 0, blank: 0, stale: 0, notNumbers: 0, otherSeries: 0, otherSamples: 0, otherRecords: 0, refused: 0 }
  const refusals: SampleRefusal[] = []
  const refuse = (series: number, samples: number, problem: string): void => {
    counts.refused += samples
    if (refusals.length < request.limits.refusalsListedMax) refusals.push({ series, problem })
  }
  const takeSample = (number: number, one: GpuSeries, ms: number, value: number, stale: boolean): void => {
    if (stale) return void (counts.stale += 1)
    if (Number.isNaN(value)) return void (counts.notNumbers += 1)
    if (isBlank(one.metric, value)) return void (counts.blank += 1)
    const fault = faultOfTime(ms, request) ?? (Number.isFinite(value) ? undefined : 'is infinite: a GPU measures finite numbers')
    if (fault !== undefined) return refuse(number, 1, `a sample of ${one.metric} of GPU ${one.gpu} of ${one.node} ${fault}`)
    counts.kept += 1
    columns.add(one, ms, value)
  }
  const takeSeries = ({ number, labels, problem, timestampsMs, values, stale, others }: RawSeries): void => {
    counts.otherRecords += others
    const found = problem === undefined ? findSeries(labels) : { kind: 'wrong' as const, problem }
    if (found.kind === 'wrong') return refuse(number, Math.max(1, values.length), found.problem)
    if (found.kind === 'other') {
      counts.otherSeries += 1
      counts.otherSamples += values.length
      return
    }
    for (const [i, value] of values.entries()) takeSample(number, found.series, timestampsMs[i]!, value, stale.has(i))
  }
  return { takeSeries, close: () => ({ batch: columns.batch(), counts, refusals }) }
}

/**
 * Reads a remote write request of Prometheus, 1.0 or 2.0, into samples of GPUs. Good samples beside bad ones are kept, as both versions of
 * the specification allow. Memory is bounded before it is taken: by the length that snappy declares, then by the numbers of series, labels
 * and samples. Pure: the same bytes give the same answer.
 */
export const readRemoteWrite = (request: RemoteWriteRequest): RemoteWrite => {
  const plain = uncompress(request.body, request.limits.remoteWriteTextBytesMax)
  if ('problem' in plain)
    return plain.limit === true
      ? { kind: 'too large', limit: 'remoteWriteTextBytesMax', problem: `the request ${plain.problem}` }
      : { kind: 'malformed', problem: `the body ${plain.problem}` }
  const tally = makeTally(request)
  const fault = readRequest(plain.bytes, request.version, request.limits, tally.takeSeries)
  if (fault === undefined) return { kind: 'read', ...tally.close() }
  return fault.limit === undefined
    ? { kind: 'malformed', problem: fault.problem }
    : { kind: 'too large', limit: fault.limit, problem: fault.problem }
}
