import * as fs from 'node:fs'
import { join } from 'node:path'
import { encodeBatch, sampleSelect, sampleStructure } from '../src/server/telemetry/encode.ts'
import type { SampleBatch } from '../src/server/telemetry/sample.ts'
import { openTelemetry, type Telemetry } from '../src/server/telemetry/telemetry.ts'
import { groupSamplesMax } from '../src/server/telemetry/write.ts'
import { fillMonth, gpusOfNode } from './parts/telemetry-month.ts'
import type { Print } from './run.ts'

export const name = 'telemetry'
export const claim =
  'samples into the embedded store, durable, at half the rate of a raw INSERT of the same rows and twice what 170,000 GPUs send; their month of hourly rows read node by node for at most 12 times the processor time of a scan of its columns by ClickHouse, within 60 s and 2 GB'

const folder = join(import.meta.dirname, '../.cache/bench/telemetry')
const nowMs = Date.UTC(2026, 10, 1)
const gpus = 170_000
// Every GPU sends five series every 15 seconds.
const campusPerSecond = (gpus * 5) / 15

/** How long work took, what it answered, and how much of that the processors of this process worked: on a machine that others use too, less. */
const seconds = async <Answer>(work: () => Promise<Answer>): Promise<[number, Answer, number]> => {
  const [start, before] = [performance.now(), process.cpuUsage()]
  const answer = await work()
  const used = process.cpuUsage(before)
  return [(performance.now() - start) / 1000, answer, (used.user + used.system) / 1e6]
}

const metricNames = [
  'DCGM_FI_DEV_GPU_UTIL',
  'DCGM_FI_PROF_GR_ENGINE_ACTIVE',
  'DCGM_FI_PROF_SM_ACTIVE',
  'DCGM_FI_DEV_POWER_USAGE',
  'DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION',
]
const batchSamples = 10_000
const batches = 480
const senders = 16

/** The series of 2,000 GPUs, the `quarter`th of 8,000: five of each. */
const makeSeries = (quarter: number): SampleBatch['series'] =>
  Array.from({ length: batchSamples }, (_, i) => {
    const gpu = quarter * 2_000 + Math.floor(i / 5)
    const node = `b1-r${String(Math.floor(gpu / 72)).padStart(4, '0')}-n${Math.floor(gpu / 4) % 18}`
    return { node, gpu: gpu % 4, metric: metricNames[i % 5]! }
  })
const quarters = [0, 1, 2, 3].map(makeSeries)
const each = Uint32Array.from({ length: batchSamples }, (_, i) => i)

/** What Prometheus sends at once of 2,000 GPUs: each of five series at one time. Values are noisy, as real ones are. */
const makeBatch = (factory: string, index: number): SampleBatch => {
  const tick = Math.floor(index / 4)
  const noise = (i: number) => ((i * 2_654_435_761 + index * 40_503) % 10_007) / 10_007
  const value = [
    (i: number) => Math.round(noise(i) * 100),
    noise,
    noise,
    (i: number) => 200 + Math.round(noise(i) * 1e6) / 1e3,
    (i: number) => tick * 1e7 + i,
  ]
  return {
    factory,
    series: quarters[index % 4]!,
    of: each,
    timestampMs: new Float64Array(batchSamples).fill(nowMs - 3_600_000 + tick * 15_000 + 123),
    value: Float64Array.from(each, (i) => value[i % 5]!(i)),
  }
}

const appendAll = async (telemetry: Telemetry, all: readonly SampleBatch[], lanes: number): Promise<void> => {
  let next = 0
  const lane = async () => {
    while (next < all.length) await telemetry.append(all[next++]!)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}

const millions = (value: number): string => `${(value / 1e6).toFixed(2)} M`
const rate = (rows: number, time: number): string => `${Math.round(rows / time).toLocaleString('en')} rows/s`

/** Samples in: by the store, by a raw INSERT of rows made beforehand in the store's own groups, and as bytes to a file that is flushed each time. */
const writeSamples = async (telemetry: Telemetry, print: Print): Promise<boolean> => {
  const make = (factory: string, count: number) => Array.from({ length: count }, (_, i) => makeBatch(factory, i))
  const rows = batches * batchSamples
  const oneByOne = 40
  const [many, few] = [make('ours', batches), make('alone', oneByOne)]
  const [ours] = await seconds(() => appendAll(telemetry, many, senders))
  const [alone] = await seconds(() => appendAll(telemetry, few, 1))
  const encoded = make('raw', batches).map((batch) => encodeBatch(batch, { fromMs: 0, toMs: nowMs }, 60_000).rows)
  const perGroup = groupSamplesMax / batchSamples
  const groups = Array.from({ length: Math.ceil(batches / perGroup) }, (_, i) =>
    Buffer.concat(encoded.slice(i * perGroup, (i + 1) * perGroup)),
  )
  const into = { table: 'offtake.telemetry_samples', structure: sampleStructure, select: sampleSelect }
  const [raw] = await seconds(async () => {
    for (const group of groups) await telemetry.engine.insert({ ...into, rows: group })
  })
  const [file] = await seconds(async () => {
    const handle = await fs.promises.open(join(folder, 'append'), 'w')
    for (const bytes of encoded) {
      await handle.write(bytes)
      await handle.datasync()
    }
    await handle.close()
  })
  const counts = await telemetry.engine.rows<{ factory: string; rows: string }>(
    'SELECT factory, count() AS rows FROM offtake.telemetry_samples FINAL GROUP BY factory ORDER BY factory',
  )
  if (counts.map(({ rows: count }) => Number(count)).join() !== [oneByOne * batchSamples, rows, rows].join())
    throw new Error('rows are missing')
  print(
    `${millions(rows)} samples in batches of ${batchSamples.toLocaleString('en')}, ${senders} senders: ${rate(rows, ours)}, ${(rows / ours / campusPerSecond).toFixed(1)}× a campus`,
  )
  print(`one sender that waits for each: ${rate(oneByOne * batchSamples, alone)}, ${((alone / oneByOne) * 1000).toFixed(0)} ms a batch`)
  print(
    `raw INSERT of the same rows, made before, ${groupSamplesMax.toLocaleString('en')} at once: ${rate(rows, raw)}; ours is ${(raw / ours).toFixed(2)} of it`,
  )
  print(`the same bytes to a file, flushed after each batch: ${rate(rows, file)}; ours is ${(file / ours).toFixed(2)} of it`)
  const [folding, { hours }] = await seconds(() => telemetry.fold(nowMs / 1000))
  print(
    `folded ${hours} hours of factories, ${millions(rows + oneByOne * batchSamples)} marked samples: ${rate(rows + oneByOne * batchSamples, folding)}`,
  )
  return raw / ours >= 0.5 && rows / ours >= 2 * campusPerSecond
}

const monthHours = 744
const monthFrom = Date.UTC(2026, 9, 1) / 1000

/** Three quarters of the stretches of thirty hours of a node are busy. */
const makeMonth = (telemetry: Telemetry): Promise<void> =>
  fillMonth(telemetry, {
    factory: 'campus',
    from: monthFrom,
    hours: monthHours,
    nodes: gpus / gpusOfNode,
    active: 'if(cityHash64(unit, intDiv(at, 30)) % 100 < 75, 3000 + chance % 601, 0)',
  })

/** The most memory that this process had resident while it worked. */
const peakOf = async <Answer>(work: () => Promise<Answer>): Promise<[number, Answer]> => {
  let peak = 0
  const looking = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 20)
  try {
    return [peak, await work()].with(0, Math.max(peak, process.memoryUsage.rss())) as [number, Answer]
  } finally {
    clearInterval(looking)
  }
}

type Sums = Readonly<{ covered: number; active: number; powered: number; nodes: number }>

const readNodes = async (telemetry: Telemetry): Promise<Sums> => {
  let [covered, active, powered, nodes] = [0, 0, 0, 0]
  const sum = (values: Uint32Array) => values.reduce((total, value) => total + value, 0)
  for await (const node of telemetry.nodeMonths({ factory: 'campus', from: monthFrom, to: monthFrom + monthHours * 3600 })) {
    covered += sum(node.covered)
    active += sum(node.active)
    powered += sum(node.powered)
    nodes += 1
  }
  return { covered, active, powered, nodes }
}

/** What a scan of the columns that are read costs at the least: sums of all of them, with nothing told apart. */
const scan = async (telemetry: Telemetry): Promise<Omit<Sums, 'nodes'>> => {
  const [row] = await telemetry.engine.rows<Record<'covered' | 'active' | 'powered', string>>(
    `SELECT sum(covered_seconds) AS covered, sum(active_seconds) AS active, sum(powered_seconds) AS powered, max(power_max_w), max(gpu), max(hour),
       max(node), count() FROM offtake.telemetry_hourly WHERE factory = 'campus'`,
  )
  return { covered: Number(row!.covered), active: Number(row!.active), powered: Number(row!.powered) }
}

const readMonth = async (telemetry: Telemetry, word: string, print: Print): Promise<boolean> => {
  await scan(telemetry)
  const [scanning, expected, scanWork] = await seconds(() => scan(telemetry))
  const [reading, [peak, sums], readWork] = await seconds(() => peakOf(() => readNodes(telemetry)))
  const right = JSON.stringify({ ...expected, nodes: gpus / 4 })
  if (JSON.stringify(sums) !== right) throw new Error(`read ${JSON.stringify(sums)} where a scan has ${right}`)
  const [parts] = await telemetry.engine.rows<{ parts: string; bytes: string }>(
    `SELECT count() AS parts, sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND database = 'offtake' AND table = 'telemetry_hourly'`,
  )
  print(
    `${millions(gpus * monthHours)} hourly rows, ${word} (${parts!.parts} parts, ${(Number(parts!.bytes) / 1e9).toFixed(2)} GB), node by node: ${reading.toFixed(1)} s, ` +
      `${rate(gpus * monthHours, reading)}, peak ${(peak / 2 ** 30).toFixed(2)} GB; a scan ${scanning.toFixed(2)} s, ratio ${(reading / scanning).toFixed(1)}, of processor time ${(readWork / scanWork).toFixed(1)}`,
  )
  return readWork <= 12 * scanWork && reading <= 60 && peak < 2 * 2 ** 30
}

export const run = async (print: Print): Promise<boolean> => {
  fs.rmSync(folder, { recursive: true, force: true })
  const telemetry = await openTelemetry({ path: folder }, { nowMs: () => nowMs })
  try {
    const written = await writeSamples(telemetry, print)
    await telemetry.engine.command('TRUNCATE TABLE offtake.telemetry_samples')
    const [making] = await seconds(() => makeMonth(telemetry))
    print(`(made a campus-month of hourly rows in ${making.toFixed(0)} s)`)
    await readMonth(telemetry, 'as they were folded', print)
    await telemetry.engine.command('OPTIMIZE TABLE offtake.telemetry_hourly FINAL')
    return (await readMonth(telemetry, 'merged', print)) && written
  } finally {
    await telemetry.close()
    fs.rmSync(folder, { recursive: true, force: true })
  }
}
