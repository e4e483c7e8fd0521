import type { NodeTelemetry } from '../../core/claims/telemetry.ts'
import type { Instant, Interval } from '../../core/base/time.ts'
import { quote } from './ddl.ts'
import { readersMax, type Engine } from './engine.ts'
import { readRowBinary, type RowBinary } from './row-binary.ts'
import { database } from './schema.ts'

/** The longest that is read at once, in hours: a year. Every node has an array of that many. */
export const hoursMax = 8_784
/** Hours of nodes that one query answers; it holds them, and the rows of their GPUs, in memory. */
export const nodeHoursMax = 200_000
/** Nodes that may be named instead of asking for all. */
export const namedNodesMax = 2_000

/** Which hours of which factory: both ends whole hours. `nodes` are those wanted; without it, all that have telemetry. */
export type NodeMonths = Readonly<{ factory: string } & Interval & { nodes?: readonly string[] }>

const hourSeconds = 3_600
type Span = Readonly<{ factory: string; from: Instant; hours: number }>

const checkSpan = ({ factory, from, to, nodes }: NodeMonths): Span => {
  const hours = (to - from) / hourSeconds
  if (from % hourSeconds !== 0 || !Number.isInteger(hours) || hours < 1 || hours > hoursMax)
    throw new RangeError(`telemetry is read by whole hours, 1 to ${hoursMax} of them, and not from ${from} to ${to}`)
  if (nodes !== undefined && nodes.length > namedNodesMax)
    throw new RangeError(`${nodes.length} nodes are named; name ${namedNodesMax} at most, or none for all`)
  return { factory, from, hours }
}

const whereText = ({ factory, from, hours }: Span): string =>
  `factory = ${quote(factory)} AND hour >= toDateTime(${from}, 'UTC') AND hour < toDateTime(${from + hours * hourSeconds}, 'UTC')`
const amongText = (names: readonly string[]): string => `node IN (${names.map(quote).join(', ')})`
const betweenText = (names: readonly string[]): string => `node BETWEEN ${quote(names[0]!)} AND ${quote(names.at(-1)!)}`

/** An hour without a reading of power must not look like one of none. */
const watts = 'if(isNaN(power_max_w), -1, power_max_w)'

/**
 * One row per node, made of one per GPU: arrays over its hours, added up side by side. That is right where the GPUs of a node have the same
 * hours, as those that are scraped together do; `even` says so, by the hours themselves.
 */
const alignedText = (where: string): string => `
SELECT node, max(gpu) + 1, min(key) = max(key) AS even, any(hours), sumForEach(covered), sumForEach(active), sumForEach(powered), maxForEach(most)
FROM (
  SELECT node, gpu, groupArray(toUInt32(hour)) AS hours, cityHash64(hours) AS key, groupArray(covered_seconds) AS covered,
    groupArray(active_seconds) AS active, groupArray(powered_seconds) AS powered, groupArray(toFloat32(${watts})) AS most
  FROM ${database}.telemetry_hourly FINAL WHERE ${where} GROUP BY node, gpu
)
GROUP BY node ORDER BY node`

/** The same for nodes whose GPUs have different hours: each hour of a node is added up by itself. */
const apartText = (where: string): string => `
SELECT node, max(gpus), toUInt8(1), groupArray(at), groupArray(covered), groupArray(active), groupArray(powered), groupArray(most)
FROM (
  SELECT node, toUInt32(hour) AS at, max(gpu) + 1 AS gpus, sum(covered_seconds) AS covered, sum(active_seconds) AS active,
    sum(powered_seconds) AS powered, max(toFloat32(${watts})) AS most
  FROM ${database}.telemetry_hourly FINAL WHERE ${where} GROUP BY node, at
)
GROUP BY node ORDER BY node`

/** Puts each value where its hour is. Hours come in any order. */
const spread = <Values extends Uint32Array | Float32Array>(into: Values, values: Values, hours: Uint32Array, from: Instant): Values => {
  for (let i = 0; i < hours.length; i++) into[(hours[i]! - from) / hourSeconds] = values[i]!
  return into
}

/** In place: a maximum of which nothing is known is no number again. */
const known = (most: Float32Array): Float32Array => {
  for (let i = 0; i < most.length; i++) if (most[i]! < 0) most[i] = Number.NaN
  return most
}

type Xids = ReadonlyMap<string, ReadonlyMap<number, readonly number[]>>
const noXids: readonly number[] = []

const readNode = (row: RowBinary, { from, hours }: Span, xids: Xids): NodeTelemetry | string => {
  const node = row.text()
  const gpus = row.uint16()
  const even = row.byte() === 1
  const at = row.uint32s()
  const [covered, active, powered] = [row.lowerHalves(), row.lowerHalves(), row.lowerHalves()]
  const most = row.floats()
  if (!even) return node
  const seen = xids.get(node)
  return {
    node,
    from,
    gpus,
    covered: spread(new Uint32Array(hours), covered, at, from),
    active: spread(new Uint32Array(hours), active, at, from),
    powered: spread(new Uint32Array(hours), powered, at, from),
    wattsMax: spread(new Float32Array(hours).fill(Number.NaN), known(most), at, from),
    xids: seen === undefined ? undefined : Array.from({ length: hours }, (_, i) => seen.get(from + i * hourSeconds) ?? noXids),
  }
}

/** The few hours in which XIDs were seen. */
const readXids = async (engine: Engine, where: string): Promise<Xids> => {
  const rows = await engine.rows<{ name: string; at: number; codes: number[] }>(
    `SELECT toString(node) AS name, toUInt32(hour) AS at, arraySort(groupUniqArrayArray(xids)) AS codes
     FROM ${database}.telemetry_hourly FINAL WHERE ${where} AND notEmpty(xids) GROUP BY name, at`,
  )
  const found = new Map<string, Map<number, readonly number[]>>()
  for (const { name, at, codes } of rows) found.set(name, (found.get(name) ?? new Map<number, readonly number[]>()).set(at, codes))
  return found
}

const readSlice = async (engine: Engine, span: Span, among: string): Promise<NodeTelemetry[]> => {
  const where = `${whereText(span)} AND ${among}`
  const [xids, answer] = await Promise.all([readXids(engine, where), engine.bytes(alignedText(where))])
  const aligned = readAll(answer, span, xids)
  const uneven = aligned.filter((each) => typeof each === 'string')
  if (uneven.length === 0) return aligned as NodeTelemetry[]
  const apart = readAll(await engine.bytes(apartText(`${whereText(span)} AND ${amongText(uneven)}`)), span, xids) as NodeTelemetry[]
  const byName = new Map(apart.map((each) => [each.node, each]))
  return aligned.map((each) => (typeof each === 'string' ? byName.get(each)! : each))
}

const readAll = (answer: Buffer, span: Span, xids: Xids): (NodeTelemetry | string)[] => {
  const row = readRowBinary(answer)
  const nodes: (NodeTelemetry | string)[] = []
  while (!row.isOver()) nodes.push(readNode(row, span, xids))
  return nodes
}

const namesOf = async (engine: Engine, span: Span): Promise<string[]> => {
  const rows = await engine.rows<{ name: string }>(
    `SELECT DISTINCT toString(node) AS name FROM ${database}.telemetry_hourly WHERE ${whereText(span)} ORDER BY name`,
  )
  return rows.map(({ name }) => name)
}

/**
 * Node by node, by name, what telemetry says of consecutive hours. Nodes are read in slices of bounded size, a slice ahead on each core: memory
 * does not grow with the number of nodes. An hour without a row has no coverage; `wattsMax` there is NaN.
 */
export async function* nodeMonths(engine: Engine, wanted: NodeMonths): AsyncGenerator<NodeTelemetry> {
  const span = checkSpan(wanted)
  const names = wanted.nodes?.toSorted() ?? (await namesOf(engine, span))
  const among = wanted.nodes === undefined ? betweenText : amongText
  const size = Math.max(1, Math.min(500, Math.floor(nodeHoursMax / span.hours)))
  const slices = Array.from({ length: Math.ceil(names.length / size) }, (_, i) => names.slice(i * size, (i + 1) * size))
  const ahead: Promise<NodeTelemetry[]>[] = []
  let next = 0
  const begin = () => {
    while (ahead.length <= readersMax && next < slices.length) {
      const slice = readSlice(engine, span, among(slices[next++]!))
      // It is awaited in its turn, and may fail before.
      slice.catch(() => {})
      ahead.push(slice)
    }
  }
  try {
    for (begin(); ahead.length > 0;) {
      const nodes = await ahead.shift()!
      begin()
      yield* nodes
    }
  } finally {
    await Promise.allSettled(ahead)
  }
}
