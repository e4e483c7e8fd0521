import type { TenantId } from '../../core/base/id.ts'
import { fromIntervals } from '../../core/base/from-intervals.ts'
import { valueAt, type Steps } from '../../core/base/steps.ts'
import { addDays, dateOf, dayOfWeek, startOfDate, type Instant, type LocalDate } from '../../core/base/time.ts'
import type { Allocation, Charge } from '../../core/meter/reading.ts'
import type { ResolvedPool } from '../../core/terms/schedule.ts'
import { assumed } from './calibration.ts'
import { dailyCharges } from './charges.ts'
import { measured } from './measured.ts'
import { drawIndex, drawQuantile, drawWhole, makeRng, meanOf, type Quantiles, type Rng } from './rng.ts'
import { priceOf, saleUnitOf, tenantName, within, type World } from './world.ts'

/** GPUs of a pool through time: accepted, out of service, and free to be sold on demand if all worked. The last never shrinks. */
export type Room = Readonly<{ accepted: Steps; down: Steps; free: Steps }>

const hour = 3600
/** Before the window jobs already run, so that it does not begin empty. */
const warmUpDays = 14
/** The largest job takes this part of the pool. */
const largestPart = 16

const cut = (table: Quantiles): Quantiles => table.map((seconds) => Math.min(seconds, assumed.jobSecondsMax))
const { small, medium, large } = measured.jobs.durations
const durations = { small: cut(small), medium: cut(medium), large: cut(large) }
const durationsOf = (size: number): Quantiles => (size >= 8 ? durations.large : size >= 2 ? durations.medium : durations.small)

const counts = measured.jobs.sizes.map(([, jobs]) => jobs)
const sum = (all: readonly number[]): number => all.reduce((a, b) => a + b, 0)
/** GPU-seconds of an average job, in units for GPUs. */
const meanWork = sum(measured.jobs.sizes.map(([size, jobs]) => size * jobs * meanOf(durationsOf(size)))) / sum(counts)

/** How many times the average as many jobs arrive in an hour of a day. */
const shapeOf = (date: LocalDate, hourOfDay: number): number => {
  const { hourOfDay: hours, dayOfWeek: days } = measured.jobs
  return ((hours[hourOfDay]! * 24) / sum(hours)) * ((days[dayOfWeek(date) - 1]! * 7) / sum(days))
}

type Job = Readonly<{ from: Instant; to: Instant; gpus: number; tenant: number }>

const drawJob = (rng: Rng, from: Instant, unit: number, unitsMax: number): Job => {
  const size = Math.min(unitsMax, measured.jobs.sizes[drawIndex(rng, counts)]![0])
  const seconds = Math.max(1, Math.floor(drawQuantile(rng, durationsOf(size))))
  return { from, to: from + seconds, gpus: size * unit, tenant: drawIndex(rng, measured.jobs.tenants) }
}

/** GPUs that come back, by the hour in which they do: they are let again from the next hour on, so no instant is sold twice. */
const makeRunning = () => {
  const back = new Map<number, number>()
  let running = 0
  return {
    /** What still runs at the start of an hour; hours in order. */
    at: (now: Instant): number => {
      const ended = Math.floor(now / hour)
      running -= back.get(ended) ?? 0
      back.delete(ended)
      return running
    },
    start: ({ to, gpus }: Job): void => {
      const next = Math.floor((to - 1) / hour) + 1
      back.set(next, (back.get(next) ?? 0) + gpus)
      running += gpus
    },
  }
}

/** Draws the jobs of a pool hour by hour, and turns away those for which no working GPUs are free. */
const admitted = ({ schedule, seed, months, window }: World, pool: ResolvedPool, room: Room, unit: number): Job[] => {
  const rng = makeRng(seed, `jobs of ${pool.id} from ${months[0]}`)
  const running = makeRunning()
  const meanBurst = meanOf(measured.jobs.burst)
  const jobs: Job[] = []
  const first = addDays(dateOf(window.from, schedule.zone), -warmUpDays)
  for (let date = first, day = startOfDate(first, schedule.zone); day < window.to;) {
    const next = startOfDate(addDays(date, 1), schedule.zone)
    for (let at = day; at < next; at += hour) {
      const units = valueAt(room.accepted, at) / unit
      const expected = ((assumed.onDemandPart * units * hour) / meanWork) * shapeOf(date, Math.min(23, (at - day) / hour))
      const count = Math.floor((expected * drawQuantile(rng, measured.jobs.burst)) / meanBurst + rng())
      let left = Math.min(valueAt(room.free, at), valueAt(room.accepted, at) - valueAt(room.down, at)) - running.at(at)
      const starts = Float64Array.from({ length: count }, () => at + drawWhole(rng, 0, Math.min(hour, next - at) - 1)).toSorted()
      for (const start of starts) {
        const job = drawJob(rng, start, unit, Math.max(1, Math.floor(units / largestPart)))
        if (job.gpus > left) continue
        left -= job.gpus
        running.start(job)
        jobs.push(job)
      }
    }
    ;[date, day] = [addDays(date, 1), next]
  }
  return jobs
}

/** On-demand jobs in the window, as allocations. A job that still runs at its end is known only so far. */
const allocationsOf = (world: World, pool: ResolvedPool, jobs: readonly Job[]): Allocation[] =>
  jobs.flatMap(({ from, to, gpus, tenant }, i): Allocation[] => {
    const span = within(world, from, to)
    const id = `${pool.id}/job/${world.months[0]}/${i + 1}`
    const common = { kind: 'allocation', source: world.source, id, pool: pool.id, product: 'on-demand' } as const
    return span === undefined ? [] : [{ ...common, tenant: tenantName(tenant) as TenantId, gpus, ...span }]
  })

const chargesOf = (world: World, pool: ResolvedPool, tenant: TenantId, allocations: readonly Allocation[]): Charge[] => {
  const { zone, currency } = world.schedule
  const column = (of: (allocation: Allocation) => number): Float64Array => Float64Array.from(allocations, of)
  const bought = fromIntervals(
    column(({ from }) => from),
    column(({ to }) => to),
    column(({ gpus }) => gpus),
  )
  const price = priceOf(world, assumed.onDemandPricePercent)
  const billing = { source: world.source, pool: pool.id, tenant, product: 'on-demand', price, currency, zone } as const
  return dailyCharges(billing, bought, (date) => `${pool.id}/charge/${tenant}/${date}`)
}

/** On-demand use of a pool and its charges, one per tenant and local day. Nothing under `specific`, where every sale needs an order. */
export const runJobs = (world: World, pool: ResolvedPool, room: Room): (Allocation | Charge)[] => {
  if (pool.attribution === 'specific') return []
  const allocations = allocationsOf(world, pool, admitted(world, pool, room, saleUnitOf(world, pool)))
  const byTenant = Map.groupBy(allocations, ({ tenant }) => tenant!)
  return [...allocations, ...[...byTenant].flatMap(([tenant, mine]) => chargesOf(world, pool, tenant, mine))]
}
