import {
  metrics,
  refuseSeries,
  refuseValue,
  reasons,
  sampleAt,
  type Metric,
  type Refusal,
  type Reason,
  type SampleBatch,
  type Window,
} from './sample.ts'

/** The columns of `encodeBatch`, as ClickHouse's RowBinary names them. */
export const sampleStructure = 'factory String, node String, gpu UInt8, metric Int8, at Int64, value Float64'
export const sampleSelect = `factory, node, gpu, metric, fromUnixTimestamp64Milli(at, 'UTC'), value`

export const hourMs = 3_600_000
const valueBytes = 16

/** Samples as rows for the store: how many, which hours (milliseconds) they touch, and why the others are not among them. */
export type Encoded = Readonly<{ rows: Buffer; accepted: number; hours: ReadonlySet<number>; refused: readonly Refusal[] }>

/** A string in RowBinary: its length as a variable number of bytes, and its bytes. */
const stringBytes = (text: string): Buffer => {
  const bytes = Buffer.from(text)
  // Names have 253 bytes at most, so their length has one byte or two.
  const length = bytes.length < 128 ? [bytes.length] : [(bytes.length & 127) | 128, bytes.length >> 7]
  return Buffer.concat([Buffer.from(length), bytes])
}

/**
 * Samples in RowBinary, without those that are refused. What does not change within a series is made once for it. `holdMs` is how long a sample
 * may stand: it touches its own hour, and the next where it reaches into it.
 */
export const encodeBatch = (batch: SampleBatch, window: Window, holdMs: number): Encoded => {
  const { factory, series, of, timestampMs, value } = batch
  const bad = series.map((each) => refuseSeries(factory, each))
  const factoryBytes = stringBytes(factory)
  const heads = series.map((each, i) => (bad[i] === undefined ? headOf(factoryBytes, each) : Buffer.alloc(0)))
  const refused = new Map<Reason, { count: number; first: number }>()
  const rows = Buffer.allocUnsafe(of.reduce((sum, at) => sum + heads[at]!.length + valueBytes, 0))
  const hours = new Set<number>()
  let [end, accepted] = [0, 0]
  for (let i = 0; i < of.length; i++) {
    const at = of[i]!
    const atMs = timestampMs[i]!
    const reason = bad[at] ?? refuseValue(series[at]!.metric as Metric, atMs, value[i]!, window)
    if (reason !== undefined) {
      const before = refused.get(reason)
      if (before === undefined) refused.set(reason, { count: 1, first: i })
      else before.count += 1
      continue
    }
    rows.set(heads[at]!, end)
    end += heads[at]!.length
    rows.writeUInt32LE(atMs % 2 ** 32, end)
    rows.writeUInt32LE(Math.floor(atMs / 2 ** 32), end + 4)
    // Nought has two signs in a double; one value must not be two.
    rows.writeDoubleLE(value[i]! + 0, end + 8)
    end += valueBytes
    accepted += 1
    hours.add(Math.floor(atMs / hourMs) * hourMs).add(Math.floor((atMs + holdMs) / hourMs) * hourMs)
  }
  const refusals = [...refused].map(([reason, { count, first }]) => ({
    reason,
    message: reasons[reason],
    count,
    first: sampleAt(batch, first),
  }))
  return { rows: rows.subarray(0, end), accepted, hours, refused: refusals }
}

const headOf = (factory: Buffer, { node, gpu, metric }: SampleBatch['series'][number]): Buffer =>
  Buffer.concat([factory, stringBytes(node), Buffer.from([gpu, metrics[metric as Metric].code])])
