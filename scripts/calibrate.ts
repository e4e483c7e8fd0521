import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { integrateBuckets } from '../src/core/base/steps.ts'
import { startOfDate } from '../src/core/base/time.ts'
import type { Measured, Quota } from '../src/server/history/calibration.ts'
import { heliosFiles, readHeliosTenant } from '../src/server/history/helios.ts'
import { readPhillyJobs, type PhillyJobs } from '../src/server/history/philly.ts'
import { probabilities, quantilesOf } from '../src/server/history/rng.ts'
import { readTable } from '../src/server/history/table.ts'
import type { MeasuredTelemetry } from '../src/server/campus/telemetry-rows.ts'

/** Whole weeks, Monday to Monday, in which the Philly cluster was in full use; before and after them jobs trickle. */
const [weeksFrom, weeksTo] = [startOfDate('2017-10-02', 'UTC'), startOfDate('2017-12-04', 'UTC')]
const [hour, day] = [3600, 86_400]

const tally = (keys: Iterable<number>): Map<number, number> => {
  const counts = new Map<number, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

/** Jobs that arrive in each hour of the whole weeks. */
const hourlyArrivals = ({ starts }: PhillyJobs): number[] => {
  const counts = Array.from({ length: (weeksTo - weeksFrom) / hour }, () => 0)
  for (const start of starts) if (start >= weeksFrom && start < weeksTo) counts[Math.floor((start - weeksFrom) / hour)]! += 1
  return counts
}

const summed = (counts: readonly number[], groups: number, groupOf: (index: number) => number): number[] => {
  const sums = Array.from({ length: groups }, () => 0)
  for (const [index, count] of counts.entries()) sums[groupOf(index)]! += count
  return sums
}

const measureJobs = (jobs: PhillyJobs): Measured['jobs'] => {
  const durations = (low: number, high: number) =>
    quantilesOf(jobs.ends.map((end, i) => end - jobs.starts[i]!).filter((_, i) => jobs.gpus[i]! >= low && jobs.gpus[i]! <= high))
  const arrivals = hourlyArrivals(jobs)
  const hourOfDay = summed(arrivals, 24, (index) => index % 24)
  const dayOfWeek = summed(arrivals, 7, (index) => Math.floor(index / 24) % 7)
  const all = arrivals.reduce((a, b) => a + b, 0)
  const weeks = arrivals.length / (7 * 24)
  const expected = (index: number) => (hourOfDay[index % 24]! * dayOfWeek[Math.floor(index / 24) % 7]!) / (all * weeks)
  return {
    count: jobs.gpus.length,
    sizes: [...tally(jobs.gpus)].toSorted(([a], [b]) => a - b),
    durations: { small: durations(1, 1), medium: durations(2, 7), large: durations(8, Infinity) },
    hourOfDay,
    dayOfWeek,
    burst: quantilesOf(arrivals.map((count, index) => Math.round((1000 * count) / expected(index)))),
    tenants: [...tally(jobs.tenant).values()].toSorted((a, b) => b - a),
  }
}

const measureQuota = async (file: string): Promise<Quota> => {
  const { from, minutes, quota, running } = await readHeliosTenant(file, 'UTC')
  const edges = Array.from({ length: (minutes * 60) / (day / 4) + 1 }, (_, i) => from + (i * day) / 4)
  const sold = integrateBuckets(quota, edges)
  const used = [...integrateBuckets(running, edges)].map((seconds, i) => Math.round((1000 * seconds) / sold[i]!))
  return { gpus: quota.max, use: quantilesOf(used) }
}

/** The numbers of `calibration.ts` that come from traces, from the folder that holds `philly` and `helios-earth`. */
export const calibrate = async (folder: string): Promise<Measured> => {
  const jobs = await readPhillyJobs(join(folder, 'philly', 'philly_jobs.csv.gz'))
  const quotas: Quota[] = []
  for (const file of heliosFiles(join(folder, 'helios-earth'))) quotas.push(await measureQuota(file))
  return { jobs: measureJobs(jobs), quotas: quotas.toSorted((a, b) => b.gpus - a.gpus) }
}

/** What GPUs of Acme's cluster Seren did, from the folder that holds `acme`: values in tenths, the idle part in thousandths. */
export const calibrateTelemetry = async (folder: string): Promise<MeasuredTelemetry> => {
  const columns = ['percentile', 'seren_gpu_util_pct', 'seren_sm_active_pct', 'seren_gpu_power_w'] as const
  const rows: number[][] = []
  for await (const part of readTable(join(folder, 'acme', 'acme_dcgm_quantiles.csv'), columns))
    rows.push(...part.map(({ cells }) => cells.map(Number)))
  const idle = rows.findLastIndex(([, , activity]) => activity === 0)
  const tenths = (column: number, from: number, to: number) =>
    probabilities.map((probability) => Math.round(10 * rows[from + Math.round(probability * (to - from))]![column]!))
  const last = rows.length - 1
  return {
    idlePart: Math.round(10 * rows[idle]![0]!),
    idle: { watts: tenths(3, 0, idle) },
    active: { utilisation: tenths(1, idle + 1, last), activity: tenths(2, idle + 1, last), watts: tenths(3, idle + 1, last) },
  }
}

const target = resolve(import.meta.dirname, '../src/server/history/measured.ts')

/** The file that holds them, before it is formatted. */
export const written = (measured: Measured): string =>
  `import type { Measured } from './calibration.ts'\n\n` +
  `/** Written by \`node scripts/calibrate.ts\`; never by hand. What each number is, says the type. */\n` +
  `export const measured: Measured = ${JSON.stringify(measured)}\n`

const telemetryTarget = resolve(import.meta.dirname, '../src/server/campus/measured-telemetry.ts')

export const telemetryWritten = (measured: MeasuredTelemetry): string =>
  `import type { MeasuredTelemetry } from './telemetry-rows.ts'\n\n` +
  `/** Written by \`node scripts/calibrate.ts\`; never by hand. What each number is, says the type. */\n` +
  `export const measuredTelemetry: MeasuredTelemetry = ${JSON.stringify(measured)}\n`

if (import.meta.main) {
  const folder = process.argv[2] ?? join(process.env['OFFTAKE_TEST_DATA'] ?? '../shared/data', 'traces')
  writeFileSync(target, written(await calibrate(folder)))
  writeFileSync(telemetryTarget, telemetryWritten(await calibrateTelemetry(folder)))
  process.stderr.write(`${target} and ${telemetryTarget} are written; npm run format makes them tidy\n`)
}
