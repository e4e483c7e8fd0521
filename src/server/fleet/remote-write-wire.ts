import protobuf from 'protobufjs/minimal.js'

/** `1.0`: `prometheus.WriteRequest`; `2.0`: `io.prometheus.write.v2.Request`, whose texts are numbers of a list of symbols. */
export type WireVersion = '1.0' | '2.0'

export type WireLimits = Readonly<{
  /** Of one request. */
  seriesMax: number
  samplesMax: number
  symbolsMax: number
  /** Of one series. */
  labelsMax: number
  /** Bytes of a name or value, as UTF-8. */
  labelBytesMax: number
}>

/** A series as it stands in a request. Samples lie side by side; `stale` holds the places of staleness markers among them. */
export type RawSeries = Readonly<{
  /** From 1. */
  number: number
  labels: ReadonlyMap<string, string>
  /** What is wrong with its labels. */
  problem: string | undefined
  timestampsMs: readonly number[]
  values: readonly number[]
  stale: ReadonlySet<number>
  /** Histograms and exemplars. */
  others: number
}>

/** Why the request cannot be read; `limit` is the name of the limit it goes beyond. */
export type WireFault = Readonly<{ problem: string; limit?: string }>

/** Thrown by the reader below, and caught where it began. */
class Fault extends Error {
  readonly limit: string | undefined
  constructor(problem: string, limit?: string) {
    super(problem)
    this.limit = limit
  }
}

type Reader = protobuf.Reader
const [varint, fixed64, delimited] = [0, 1, 2]

/** Walks the fields of a message up to `end`. A field that `on` does not know is passed over, as protobuf asks. */
const eachField = (reader: Reader, end: number, on: (field: number, wire: number) => boolean): void => {
  while (reader.pos < end) {
    const tag = reader.uint32()
    const [field, wire] = [tag >>> 3, tag & 7]
    if (field === 0) throw new Fault('is no protobuf: a field has number 0')
    if (!on(field, wire)) reader.skipType(wire)
    if (reader.pos > end) throw new Fault('is no protobuf: a field goes on beyond its message')
  }
}

/** Where the message that begins here ends. */
const endOfMessage = (reader: Reader, end: number): number => {
  const length = reader.uint32()
  if (reader.pos + length > end) throw new Fault('is no protobuf: a message goes on beyond the one it lies in')
  return reader.pos + length
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

// Two dozen names and values to a sample, and nearly all of them were there a sample ago. A text that is found here is neither made nor hashed
// again, which is most of the work. What is longer than a name is not kept, so this holds a few hundred kilobytes at most.
const seen: (string | undefined)[] = Array.from({ length: 4096 })
const seenBytesMax = 64

const isText = (text: string, bytes: Uint8Array, from: number): boolean => {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[from + i]) return false
  return true
}

/** The text of some bytes of UTF-8; throws a TypeError where they are none. */
const textOf = (bytes: Uint8Array, from: number, to: number): string => {
  if (to - from > seenBytesMax) return utf8.decode(bytes.subarray(from, to))
  let hash = 0
  for (let at = from; at < to; at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0
  const place = (hash ^ (hash >>> 12)) & (seen.length - 1)
  const known = seen[place]
  if (known !== undefined && known.length === to - from && isText(known, bytes, from)) return known
  const text = utf8.decode(bytes.subarray(from, to))
  // As many letters as bytes: ASCII, whose codes are its bytes. Others are not kept, as their codes might be the bytes of something else.
  if (text.length === to - from) seen[place] = text
  return text
}

const readText = (reader: Reader, end: number, { labelBytesMax }: WireLimits): string => {
  const to = endOfMessage(reader, end)
  if (to - reader.pos > labelBytesMax)
    throw new Fault(`has a label of ${(to - reader.pos).toLocaleString('en')} bytes, more than ${labelBytesMax}`, 'labelBytesMax')
  const from = reader.pos
  reader.pos = to
  return textOf(reader.buf, from, to)
}

/** The bits of a NaN by which Prometheus ends a series: 0x7ff0000000000002. Arithmetic would not keep them. */
const isStaleMarker = ({ buf, pos }: Reader): boolean =>
  buf[pos] === 2 && buf[pos + 6] === 0xf0 && buf[pos + 7] === 0x7f && [1, 2, 3, 4, 5].every((i) => buf[pos + i] === 0)

/** A whole number of 64 bits; beyond 2^53 the nearest that a double can say, which no time comes to. */
const readWhole = (reader: Reader): number => {
  const value = reader.int64()
  return typeof value === 'number' ? value : value.high * 2 ** 32 + (value.low >>> 0)
}

type Draft = { timestampsMs: number[]; values: number[]; stale: Set<number>; others: number; labels: number; references: number[] }
type Place = Readonly<{ end: number; limits: WireLimits; count: { samples: number } }>

const readSample = (reader: Reader, draft: Draft, { end, limits, count }: Place): void => {
  if (++count.samples > limits.samplesMax) throw new Fault(`has more than ${limits.samplesMax.toLocaleString('en')} samples`, 'samplesMax')
  const to = endOfMessage(reader, end)
  // What is left out is zero, as in all of protobuf.
  let [value, at, stale] = [0, 0, false]
  eachField(reader, to, (field, wire) => {
    if (field === 1 && wire === fixed64) {
      stale = to - reader.pos >= 8 && isStaleMarker(reader)
      value = reader.double()
    } else if (field === 2 && wire === varint) at = readWhole(reader)
    else return false
    return true
  })
  if (stale) draft.stale.add(draft.values.length)
  draft.values.push(value)
  draft.timestampsMs.push(at)
}

const tooManyLabels = (labelsMax: number): Fault => new Fault(`has a series with more than ${labelsMax} labels`, 'labelsMax')

/** Puts a label where it belongs; answers what is wrong with it. */
const putLabel = (labels: Map<string, string>, name: string, value: string): string | undefined => {
  if (labels.has(name)) return `has label ${JSON.stringify(name.slice(0, 60))} twice`
  labels.set(name, value)
  return undefined
}

type Labelled = Readonly<{ labels: Map<string, string>; problem: string | undefined }>

const labelsByReference = (references: readonly number[], symbols: readonly string[]): Labelled => {
  const labels = new Map<string, string>()
  let problem = references.length % 2 === 0 ? undefined : 'has a label name without a value: label references come in pairs'
  for (let i = 0; i + 1 < references.length; i += 2) {
    const [name, value] = [symbols[references[i]!], symbols[references[i + 1]!]]
    if (name === undefined || value === undefined)
      return { labels, problem: `refers to a symbol beyond the ${symbols.length} that the request has` }
    problem ??= putLabel(labels, name, value)
  }
  return { labels, problem }
}

const readReferences = (reader: Reader, wire: number, { references }: Draft, { end, limits }: Place): void => {
  const to = wire === delimited ? endOfMessage(reader, end) : reader.pos + 1
  while (reader.pos < to) {
    references.push(reader.uint32())
    if (references.length > 2 * limits.labelsMax) throw tooManyLabels(limits.labelsMax)
  }
}

const readLabel = (reader: Reader, labels: Map<string, string>, { end, limits }: Place): string | undefined => {
  const to = endOfMessage(reader, end)
  let [name, value] = ['', '']
  eachField(reader, to, (field, wire) => {
    if (wire !== delimited || field > 2) return false
    const text = readText(reader, to, limits)
    if (field === 1) name = text
    else value = text
    return true
  })
  return putLabel(labels, name, value)
}

/** A series; `symbols` are those of 2.0, and undefined in 1.0. */
const readSeries = (reader: Reader, place: Place, number: number, symbols: readonly string[] | undefined): RawSeries => {
  const draft: Draft = { timestampsMs: [], values: [], stale: new Set(), others: 0, labels: 0, references: [] }
  const labels = new Map<string, string>()
  let problem: string | undefined
  eachField(reader, place.end, (field, wire) => {
    if (field === 1 && symbols !== undefined && (wire === delimited || wire === varint)) readReferences(reader, wire, draft, place)
    else if (field === 1 && symbols === undefined && wire === delimited) {
      if (++draft.labels > place.limits.labelsMax) throw tooManyLabels(place.limits.labelsMax)
      problem = readLabel(reader, labels, place) ?? problem
    } else if (field === 2 && wire === delimited) readSample(reader, draft, place)
    else {
      if (field === 3 || field === 4) draft.others += 1
      return false
    }
    return true
  })
  const labelled = symbols === undefined ? { labels, problem } : labelsByReference(draft.references, symbols)
  return { number, ...labelled, timestampsMs: draft.timestampsMs, values: draft.values, stale: draft.stale, others: draft.others }
}

const symbolsOf = (whole: Uint8Array, limits: WireLimits): string[] => {
  const symbols: string[] = []
  const reader = protobuf.Reader.create(whole)
  eachField(reader, whole.length, (field, wire) => {
    if (field !== 4 || wire !== delimited) return false
    if (symbols.length === limits.symbolsMax)
      throw new Fault(`has more than ${limits.symbolsMax.toLocaleString('en')} symbols`, 'symbolsMax')
    symbols.push(readText(reader, whole.length, limits))
    return true
  })
  if (symbols[0] !== undefined && symbols[0] !== '') throw new Fault('is no request of 2.0: its symbols do not begin with the empty text')
  return symbols
}

const readSeriesList = (whole: Uint8Array, version: WireVersion, limits: WireLimits, take: (series: RawSeries) => void): void => {
  // Symbols may come after the series that refer to them.
  const symbols = version === '2.0' ? symbolsOf(whole, limits) : undefined
  const reader = protobuf.Reader.create(whole)
  const count = { samples: 0 }
  let [number, known] = [0, symbols !== undefined && symbols.length > 0]
  eachField(reader, whole.length, (field, wire) => {
    // What is told of metrics, without samples.
    known ||= symbols === undefined && field === 3
    if (field !== (symbols === undefined ? 1 : 5) || wire !== delimited) return false
    if (++number > limits.seriesMax) throw new Fault(`has more than ${limits.seriesMax.toLocaleString('en')} series`, 'seriesMax')
    const end = endOfMessage(reader, whole.length)
    take(readSeries(reader, { end, limits, count }, number, symbols))
    return true
  })
  if (number === 0 && !known && whole.length > 0)
    throw new Fault(`has no series of version ${version}: the content type says which version it is`)
}

/**
 * Hands on the series of a request one by one, and answers why it cannot be read to its end; what was handed on before counts for nothing
 * then. Every number is held against its limit as it is reached, so that a request can make us keep no more than the limits say.
 */
export const readRequest = (
  whole: Uint8Array,
  version: WireVersion,
  limits: WireLimits,
  take: (series: RawSeries) => void,
): WireFault | undefined => {
  try {
    readSeriesList(whole, version, limits, take)
    return undefined
  } catch (error) {
    if (error instanceof Fault)
      return { problem: `the request ${error.message}`, ...(error.limit === undefined ? {} : { limit: error.limit }) }
    // The reader of protobuf throws ranges and plain errors for what is cut off, and the decoder of texts a TypeError for what is not UTF-8.
    if (error instanceof TypeError) return { problem: 'the request has a text that is not UTF-8' }
    return { problem: `the request is no protobuf: ${(error as Error).message}` }
  }
}
