import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { expandHosts } from '../../src/core/capacity/hostlist.ts'
import { parseReading } from '../../src/core/meter/parse.ts'
import type { Json } from '../../src/core/base/canonical.ts'
import type { Interval } from '../../src/core/base/time.ts'

const gpusPerNode = 4

/** What every node was at each minute's first second: GPUs sold and GPUs down, minute by minute. */
type Samples = Readonly<{
  nodes: readonly Readonly<{ name: string; block: string }>[]
  minutes: number
  sold: Uint8Array
  down: Uint8Array
}>

type Line = Readonly<{ kind: string; from: number; to: number; nodes: readonly string[]; gpus: number; block: string | undefined }>

/** Lines of a file of readings that say something of nodes. */
async function* linesOf(file: string): AsyncGenerator<Line> {
  const racks = new Map<string, string>()
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    const parsed = parseReading(JSON.parse(text) as Json, 'UTC')
    if ('problems' in parsed) throw new Error(text)
    const { reading } = parsed
    if (reading.kind === 'rack') racks.set(reading.unit, reading.nodes)
    if (!('from' in reading) || reading.from === undefined) continue
    const hosts =
      'nodes' in reading
        ? reading.nodes
        : 'unit' in reading && reading.unit !== undefined
          ? (racks.get(reading.unit) ?? reading.unit)
          : undefined
    if (hosts === undefined) continue
    const nodes = expandHosts(hosts)
    const [gpus, block] = ['gpus' in reading ? (reading.gpus ?? 0) : 0, 'block' in reading ? reading.block : undefined]
    yield { kind: reading.kind, from: reading.from, to: reading.to ?? Infinity, nodes, gpus: gpus / nodes.length, block }
  }
}

/** Looks at a month as a collector would that asks every node once a minute. */
export const sampleMinutes = async (file: string, window: Interval): Promise<Samples> => {
  const minutes = (window.to - window.from) / 60
  const nodes: { name: string; block: string }[] = []
  const numbers = new Map<string, number>()
  for await (const line of linesOf(file)) {
    if (line.kind !== 'rack') continue
    for (const name of line.nodes) numbers.set(name, nodes.push({ name, block: line.block! }) - 1)
  }
  const [sold, down, kept] = [0, 1, 2].map(() => new Uint8Array(nodes.length * minutes)) as [Uint8Array, Uint8Array, Uint8Array]
  const columns: Readonly<Record<string, Uint8Array>> = { allocation: sold, reservation: kept, outage: down, maintenance: down }
  for await (const { kind, from, to, nodes: named, gpus } of linesOf(file)) {
    const column = columns[kind]
    if (column === undefined) continue
    // The first sample at or after an instant.
    const [first, last] = [from, to].map((at) => Math.min(minutes, Math.max(0, Math.ceil((at - window.from) / 60)))) as [number, number]
    for (const name of named) {
      const start = numbers.get(name)! * minutes
      for (let minute = first; minute < last; minute++) column[start + minute]! += gpus
    }
  }
  for (let i = 0; i < sold.length; i++) sold[i] = Math.max(sold[i]!, kept[i]!)
  return { nodes, minutes, sold, down }
}

const headerBytes = Buffer.from('PGCOPY\n\u00ff\r\n\u0000\0\0\0\0\0\0\0\0', 'latin1')
/** Four columns: how many, and of each its length and its bytes. */
const rowBytes = 2 + (4 + 4) + (4 + 2) + (4 + 4) + (4 + 2)

/**
 * Brings them into an unlogged table, in the order in which they were taken: a row for each GPU and minute, as exporters of GPU metrics have it. Of a
 * node of which n GPUs are sold these are the first n.
 */
export const writeSamples = async (url: string, { nodes, minutes, sold, down }: Samples): Promise<number> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`create table node (node integer primary key, name text not null, block text not null);
    create unlogged table sample (minute integer not null, gpu smallint not null, node integer not null, state smallint not null)`)
  await client.query('insert into node select * from unnest($1::int[], $2::text[], $3::text[])', [
    nodes.map((_, i) => i),
    nodes.map(({ name }) => name),
    nodes.map(({ block }) => block),
  ])
  const stream = client.query(copyFrom('copy sample from stdin (format binary)'))
  stream.write(headerBytes)
  for (let minute = 0; minute < minutes; minute++) {
    const bytes = Buffer.allocUnsafe(nodes.length * gpusPerNode * rowBytes)
    let at = 0
    for (let node = 0; node < nodes.length; node++)
      for (let gpu = 0; gpu < gpusPerNode; gpu++) {
        const i = node * minutes + minute
        // Bit 0: sold; bit 1: down.
        const state = (gpu < sold[i]! ? 1 : 0) + (gpu < down[i]! ? 2 : 0)
        at = bytes.writeInt16BE(4, at)
        at = bytes.writeInt32BE(minute, bytes.writeInt32BE(4, at))
        at = bytes.writeInt16BE(gpu, bytes.writeInt32BE(2, at))
        at = bytes.writeInt32BE(node, bytes.writeInt32BE(4, at))
        at = bytes.writeInt16BE(state, bytes.writeInt32BE(2, at))
      }
    if (!stream.write(bytes)) await once(stream, 'drain')
  }
  stream.end()
  await once(stream, 'finish')
  await client.query('analyze sample; analyze node')
  await client.end()
  return nodes.length * gpusPerNode * minutes
}

/**
 * The backstop of the example from samples, as a billing engine would have it: of every minute what is sold and down in each block, sales to the blocks
 * in their order, averages of each hour, and a day's sum of available less sold less retention where it is positive, at the price.
 */
const settleInSql = `
with counted as (
  select s.minute, n.block, count(*) as accepted, count(*) filter (where s.state & 1 = 1) as sold, count(*) filter (where s.state & 2 = 2) as down
    from sample s join node n using (node) group by s.minute, n.block),
rooms as (
  select minute, block, accepted, accepted - down as room, sum(sold) over (partition by minute) as pool,
         coalesce(sum(accepted - down) over (partition by minute order by block rows between unbounded preceding and 1 preceding), 0) as before
    from counted),
hours as (
  select minute / 60 as hour, block, avg(accepted) as accepted, avg(room) as room, avg(greatest(0, least(room, pool - before))) as sold
    from rooms group by 1, 2),
days as (
  select hour / 24 as day, block, sum(sold) as sold, greatest(0, sum(room - sold - 0.1 * accepted)) as claimed from hours group by 1, 2),
months as (
  select block, sum(sold) as sold, sum(claimed) as claimed from days group by block)
select sum(sold) filter (where block <> 'batam-9')::float8 as sold, sum(claimed) filter (where block <> 'batam-9')::float8 as claimed,
       sum(round(claimed * 2.40, 2)) filter (where block <> 'batam-9')::float8 as amount from months`

export type InSql = Readonly<{ seconds: number; sold: number; claimed: number; amount: number }>

/** GPU-hours sold and claimed, and what is paid for these, by SQL over the samples. */
export const settleSamples = async (url: string): Promise<InSql> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`set work_mem = '256MB'`)
  const started = performance.now()
  const { rows } = await client.query<Omit<InSql, 'seconds'>>(settleInSql)
  const seconds = (performance.now() - started) / 1000
  await client.end()
  return { seconds, ...rows[0]! }
}
