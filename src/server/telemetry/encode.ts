import {
  metrics,
  nameBytesMax,
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

/**
 * What each series' rows begin with, one after the other in `bytes`: factory, node, GPU and metric. Series of one node stand together in what an
 * exporter sends, so a name is written once and copied for the others. A series that is refused has a reason and no bytes.
 */
type Heads = Readonly<{ bytes: Buffer; ends: Uint32Array; reasons: readonly (Reason | undefined)[] }>

/** Writes a string in RowBinary, its length as a variable number of bytes before it; answers where it ends. */
const writeText = (into: Buffer, text: string, at: number): number => {
  const length = Buffer.byteLength(text)
  // Names have 253 bytes at most, so their length has one byte or two.
  if (length < 128) into[at] = length
  else into.set([(length & 127) | 128, length >> 7], at)
  return at + (length < 128 ? 1 : 2) + into.write(text, at + (length < 128 ? 1 : 2))
}

const headsOf = ({ factory, series }: SampleBatch): Heads => {
  const sound = series.map((each) => refuseSeries(factory, each))
  const headMax = 2 * (nameBytesMax + 2) + 2
  const namesMax = series.reduce((sum, { node }) => sum + Math.min(headMax, Buffer.byteLength(node) + Buffer.byteLength(factory) + 6), 0)
  const bytes = Buffer.allocUnsafe(namesMax)
  const ends = new Uint32Array(series.length)
  let [end, last, lastFrom, lastEnd] = [0, '', 0, 0]
  series.forEach(({ node, gpu, metric }, i) => {
    if (sound[i] === undefined) {
      if (node === last) bytes.copyWithin(end, lastFrom, lastEnd)
      const named = node === last ? end + lastEnd - lastFrom : writeText(bytes, node, writeText(bytes, factory, end))
      ;[last, lastFrom, lastEnd] = [node, end, named]
      bytes[named] = gpu
      bytes[named + 1] = metrics[metric as Metric].code
      end = named + 2
    }
    ends[i] = end
  })
  return { bytes, ends, reasons: sound }
}

/**
 * Samples in RowBinary, without those that are refused. `holdMs` is how long a sample may stand: it touches its own hour, and the next where it
 * reaches into it.
 */
export const encodeBatch = (batch: SampleBatch, window: Window, holdMs: number): Encoded => {
  const { series, of, timestampMs, value } = batch
  const heads = headsOf(batch)
  const refused = new Map<Reason, { count: number; first: number }>()
  const begins = (at: number): number => (at === 0 ? 0 : heads.ends[at - 1]!)
  const rows = Buffer.allocUnsafe(of.reduce((sum, at) => sum + heads.ends[at]! - begins(at) + valueBytes, 0))
  const view = new DataView(rows.buffer, rows.byteOffset, rows.byteLength)
  const hours = new Set<number>()
  let [end, accepted, lastMs] = [0, 0, -1]
  for (let i = 0; i < of.length; i++) {
    const at = of[i]!
    const atMs = timestampMs[i]!
    const reason = heads.reasons[at] ?? refuseValue(series[at]!.metric as Metric, atMs, value[i]!, window)
    if (reason !== undefined) {
      const before = refused.get(reason)
      if (before === undefined) refused.set(reason, { count: 1, first: i })
      else before.count += 1
      continue
    }
    end += heads.bytes.copy(rows, end, begins(at), heads.ends[at])
    view.setUint32(end, atMs % 2 ** 32, true)
    view.setUint32(end + 4, Math.floor(atMs / 2 ** 32), true)
    // Nought has two signs in a double; one value must not be two.
    view.setFloat64(end + 8, value[i]! + 0, true)
    end += valueBytes
    accepted += 1
    if (atMs !== lastMs) hours.add(Math.floor(atMs / hourMs) * hourMs).add(Math.floor((atMs + holdMs) / hourMs) * hourMs)
    lastMs = atMs
  }
  const refusals = [...refused].map(([reason, { count, first }]) => ({
    reason,
    message: reasons[reason],
    count,
    first: sampleAt(batch, first),
  }))
  return { rows: rows.subarray(0, end), accepted, hours, refused: refusals }
}
