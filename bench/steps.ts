import assert from 'node:assert/strict'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { fromPairs, integrate, integrateBuckets, type Steps } from '../src/core/base/steps.ts'
import { startEmbedded } from '../src/server/store/embedded.ts'
import type { Print } from './run.ts'

export const name = 'steps'
export const claim =
  'the integral of a step function of 10 million events, against a plain pass over the same arrays (goal: within 3 times) and SQL over the same rows'

const events = 10_000_000
const gpusMaxDrawn = 170_000 // The largest campus among the examples.
const goal = 3

/** Strictly increasing whole seconds and a count that changes at each: drawn by a small generator from a fixed seed. */
const draw = (): Steps => {
  let state = 12_345
  const next = (limit: number): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) % limit
  let at = 1_500_000_000
  let last = 0
  const pairs: [number, number][] = []
  for (let i = 0; i < events; i++) {
    at += 1 + next(3)
    let value = next(gpusMaxDrawn + 1)
    if (value === last) value = (value + 1) % (gpusMaxDrawn + 1)
    pairs.push([at, (last = value)])
  }
  const steps = fromPairs(pairs)
  assert.equal(steps.starts.length, events)
  return steps
}

/** What anybody would write who knows that the interval begins before the first event. */
const plainPass = (starts: Float64Array, values: Float64Array, end: number): number => {
  const last = starts.length - 1
  let total = 0
  for (let i = 0; i < last; i++) total += values[i]! * (starts[i + 1]! - starts[i]!)
  return total + values[last]! * (end - starts[last]!)
}

/** Median milliseconds of some runs, and the answer, which has to be the same each time. */
const time = async <T>(runs: number, work: () => T | Promise<T>): Promise<{ ms: number; answer: T }> => {
  const times: number[] = []
  const answers: T[] = []
  for (let i = 0; i < runs; i++) {
    const started = performance.now()
    answers.push(await work())
    times.push(performance.now() - started)
  }
  for (const answer of answers) assert.equal(String(answer), String(answers[0]))
  return { ms: times.toSorted((a, b) => a - b)[runs >> 1]!, answer: answers[0]! }
}

const rowsPerChunk = 50_000
/** The rows as COPY reads them. */
const rowsOf = function* ({ starts, values }: Steps): Generator<string> {
  for (let from = 0; from < starts.length; from += rowsPerChunk) {
    let text = ''
    for (let i = from; i < Math.min(from + rowsPerChunk, starts.length); i++) text += `${starts[i]!}\t${values[i]!}\n`
    yield text
  }
}

const load = async (client: pg.Client, steps: Steps): Promise<void> => {
  await client.query('drop table if exists event')
  await client.query('create unlogged table event (at bigint primary key, value bigint not null)')
  await pipeline(Readable.from(rowsOf(steps)), client.query(copyFrom('copy event (at, value) from stdin')))
  await client.query('vacuum analyze event')
}

const sumInSql = async (client: pg.Client, end: number): Promise<bigint> => {
  const { rows } = await client.query<{ total: string }>(
    `select sum(value * (until - at))::text as total
     from (select at, value, lead(at, 1, $1::bigint) over (order by at) as until from event) as piece`,
    [end],
  )
  return BigInt(rows[0]!.total)
}

/** The same total on the embedded PostgreSQL: its own defaults, but enough memory to sort and every core it will take. */
const timeSql = async (steps: Steps, end: number): Promise<{ ms: number; answer: bigint }> => {
  const server = await startEmbedded(join(import.meta.dirname, '../.cache/bench'))
  const client = new pg.Client({ connectionString: server.url('postgres') })
  try {
    await client.connect()
    await client.query(`set work_mem = '1GB'`)
    process.stderr.write(`loading ${events} rows\n`)
    await load(client, steps)
    return await time(3, () => sumInSql(client, end))
  } finally {
    await client.query('drop table if exists event')
    await client.end()
    await server.stop()
  }
}

const megaPerSecond = (ms: number): string => `${(events / ms / 1000).toFixed(0)} M events/s`

export const run = async (print: Print): Promise<boolean> => {
  const steps = draw()
  const { starts, values } = steps
  const [from, end] = [starts[0]! - 3600, starts.at(-1)! + 3600]
  // Taken in turns, so that whatever slows the machine slows both.
  const ours: number[] = []
  const plains: number[] = []
  let [total, plain] = [0, 0]
  for (let i = 0; i < 11; i++) {
    const a = await time(1, () => plainPass(starts, values, end))
    const b = await time(1, () => integrate(steps, from, end))
    plains.push(a.ms)
    ours.push(b.ms)
    ;[plain, total] = [a.answer, b.answer]
  }
  const median = (times: number[]): number => times.toSorted((a, b) => a - b)[times.length >> 1]!
  const [plainMs, ourMs] = [median(plains), median(ours)]
  const hours = Float64Array.from({ length: Math.ceil((end - from) / 3600) + 1 }, (_, i) => Math.min(from + i * 3600, end))
  const buckets = await time(7, () => integrateBuckets(steps, hours).reduce((sum, each) => sum + each, 0))
  const sql = await timeSql(steps, end)

  const row = (what: string, ms: number): string => `${what.padEnd(46)} ${ms.toFixed(1).padStart(9)} ms  ${megaPerSecond(ms)}`
  print(`${events.toLocaleString('en')} events, counts to ${gpusMaxDrawn.toLocaleString('en')}, medians of 11, 11, 7 and 3 runs`)
  print(row('plain pass over the two arrays', plainMs))
  print(`${row('integrate(steps, from, to)', ourMs)}, ${(ourMs / plainMs).toFixed(2)} × the plain pass (goal: at most ${goal})`)
  print(`${row(`integrateBuckets, ${hours.length - 1} hours`, buckets.ms)}, ${(buckets.ms / plainMs).toFixed(2)} ×`)
  print(`${row('SQL: sum(value × (lead(at) − at))', sql.ms)}, ${(sql.ms / ourMs).toFixed(0)} × integrate`)

  const totals = [BigInt(plain), BigInt(total), BigInt(buckets.answer), sql.answer]
  assert.deepEqual(new Set(totals).size, 1, `the totals differ: ${totals.join(', ')}`)
  print(`all four totals are ${sql.answer.toLocaleString('en')} GPU-seconds, equal to the unit`)
  return ourMs <= goal * plainMs
}
