import type { TenantId } from '../../core/base/id.ts'
import { decimal, rational, times } from '../../core/base/rational.ts'
import { fromIntervals } from '../../core/base/from-intervals.ts'
import { dateOf, startOfDate } from '../../core/base/time.ts'
import type { Acceptance, Allocation, Reading } from '../../core/meter/reading.ts'
import { dailyCharges } from './charges.ts'
import { readTable, UnreadableTrace, wallOf, wholeOf } from './table.ts'
import type { TraceOptions } from './trace-options.ts'

/** Jobs of the file, by column: a job holds `gpus` GPUs of `tenants[tenant]` over `[start, end)`; `row` is its place in the file, from 1. */
export type PhillyJobs = Readonly<{
  tenants: readonly TenantId[]
  rows: Float64Array
  starts: Float64Array
  ends: Float64Array
  gpus: Float64Array
  tenant: Float64Array
  /** Jobs shorter than one second, left out. */
  skipped: number
}>

/** Rows a trace may have; the published one has 82,247. */
export const traceRowsMax = 10_000_000

const columns = ['timestamp', 'duration', 'num_gpus', 'cluster'] as const
const durationForm = /^\d{1,9}(\.\d+)?$/

/** Reads `philly_jobs.csv(.gz)`. A job begins when submitted, read as UTC, and lasts its duration floored to whole seconds. */
export const readPhillyJobs = async (path: string): Promise<PhillyJobs> => {
  const names = new Map<string, number>()
  const jobs = { rows: [] as number[], starts: [] as number[], ends: [] as number[], gpus: [] as number[], tenant: [] as number[] }
  let [row, skipped] = [0, 0]
  for await (const table of readTable(path, columns))
    for (const { line, cells } of table) {
      const [timestamp, duration, gpuCell, cluster] = cells as [string, string, string, string]
      if (++row > traceRowsMax) throw new UnreadableTrace(path, line, `has more than ${traceRowsMax} rows`)
      const start = wallOf(path, line, 'timestamp', timestamp)
      if (!durationForm.test(duration)) throw new UnreadableTrace(path, line, `duration is ${duration}, not a number of seconds`)
      const gpus = wholeOf(path, line, 'num_gpus', gpuCell)
      if (gpus === 0) throw new UnreadableTrace(path, line, 'num_gpus is 0: a job without GPUs is no allocation')
      const seconds = Math.floor(Number(duration))
      if (seconds < 1) {
        skipped++
        continue
      }
      if (!names.has(cluster)) names.set(cluster, names.size)
      jobs.rows.push(row)
      jobs.starts.push(start)
      jobs.ends.push(start + seconds)
      jobs.gpus.push(gpus)
      jobs.tenant.push(names.get(cluster)!)
    }
  if (jobs.rows.length === 0) throw new UnreadableTrace(path, 1, 'has no jobs of a second or more')
  return {
    tenants: [...names.keys()] as TenantId[],
    rows: Float64Array.from(jobs.rows),
    starts: Float64Array.from(jobs.starts),
    ends: Float64Array.from(jobs.ends),
    gpus: Float64Array.from(jobs.gpus),
    tenant: Float64Array.from(jobs.tenant),
    skipped,
  }
}

const source = 'philly'

/** The block is taken over on the local day of the first job. */
const acceptanceOf = (jobs: PhillyJobs, { block, tranche, pool, zone }: TraceOptions): Acceptance => {
  const first = jobs.starts.reduce((least, start) => Math.min(least, start), Infinity)
  const at = startOfDate(dateOf(first, zone), zone)
  return { kind: 'acceptance', source, id: `${pool}/acceptance/${tranche}`, block, tranche, at, design: 1, tested: 1 }
}

const allocationOf = (jobs: PhillyJobs, i: number, { pool, repeat }: TraceOptions): Allocation => ({
  kind: 'allocation',
  source,
  id: `${pool}/job/${jobs.rows[i]!}`,
  pool,
  tenant: jobs.tenants[jobs.tenant[i]!]!,
  product: 'on-demand',
  gpus: jobs.gpus[i]! * repeat,
  from: jobs.starts[i]!,
  to: jobs.ends[i]!,
})

const slice = 5000

/** On-demand use of every job, in the order of the file, then one charge per tenant and local day. */
export async function* readPhilly(path: string, options: TraceOptions): AsyncGenerator<Reading[]> {
  const jobs = await readPhillyJobs(path)
  if (jobs.skipped > 0) options.note(`${jobs.skipped} jobs shorter than one second were left out`)
  yield [acceptanceOf(jobs, options)]
  for (let from = 0; from < jobs.rows.length; from += slice)
    yield Array.from(jobs.rows.subarray(from, from + slice), (_, i) => allocationOf(jobs, from + i, options))
  for (const [index, tenant] of jobs.tenants.entries()) yield chargesOf(jobs, index, tenant, options)
}

const chargesOf = (jobs: PhillyJobs, index: number, tenant: TenantId, { pool, zone, currency, repeat, price }: TraceOptions): Reading[] => {
  const mine = (column: Float64Array): Float64Array => column.filter((_, i) => jobs.tenant[i] === index)
  const bought = fromIntervals(mine(jobs.starts), mine(jobs.ends), mine(jobs.gpus))
  const scaled = times(decimal(price), rational(repeat))
  return dailyCharges(
    { source, pool, tenant, product: 'on-demand', price: scaled, currency, zone },
    bought,
    (date) => `${pool}/charge/${tenant}/${date}`,
  )
}
