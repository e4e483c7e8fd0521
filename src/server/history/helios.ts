import { readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { OrderId, TenantId } from '../../core/base/id.ts'
import { decimal } from '../../core/base/rational.ts'
import { fromPairs, scale, type Steps } from '../../core/base/steps.ts'
import { dateOf, startOfDate, type Instant } from '../../core/base/time.ts'
import { readInstant } from '../../core/meter/instants.ts'
import type { Acceptance, Reading } from '../../core/meter/reading.ts'
import { dailyCharges } from './charges.ts'
import { readTable, UnreadableTrace, wallOf, wholeOf } from './table.ts'
import type { TraceOptions } from './trace-options.ts'

/** Minutes of one tenant: the GPUs it has bought (its quota) and those its jobs hold. */
export type HeliosTenant = Readonly<{ tenant: TenantId; from: Instant; minutes: number; quota: Steps; running: Steps }>

const fileForm = /^(vc\w+)\.csv(\.gz)?$/
const columns = ['time', 'total_gpu_num', 'running_gpu_num'] as const
/** Minutes a series may have: ten years. */
const minutesMax = 5_270_400

/** The tenants' files, by name; none where the path is no Helios folder or file. */
export const heliosFiles = (path: string): string[] => {
  const names = statSync(path).isDirectory() ? readdirSync(path).map((name) => join(path, name)) : [path]
  return names.filter((name) => fileForm.test(basename(name))).toSorted()
}

/**
 * Reads one tenant's minute series. The first minute is a local time of `zone`, every next one 60 seconds later; a row counts until the next,
 * so a run of equal rows is one step.
 */
export const readHeliosTenant = async (path: string, zone: string): Promise<HeliosTenant> => {
  const tenant = fileForm.exec(basename(path))![1]! as TenantId
  const [quota, running] = [[] as [number, number][], [] as [number, number][]]
  let [from, clock, minutes] = [0, 0, 0]
  for await (const table of readTable(path, columns))
    for (const { line, cells } of table) {
      const [time, quotaCell, runningCell] = cells as [string, string, string]
      const wall = wallOf(path, line, 'time', time)
      if (minutes === 0) [from, clock] = [localInstant(path, line, time, zone), wall]
      if (wall !== clock + 60 * minutes) throw new UnreadableTrace(path, line, `time is ${time}, not one minute after the row before`)
      if (minutes === minutesMax) throw new UnreadableTrace(path, line, `has more than ${minutesMax} minutes`)
      quota.push([from + 60 * minutes, wholeOf(path, line, 'total_gpu_num', quotaCell)])
      running.push([from + 60 * minutes, wholeOf(path, line, 'running_gpu_num', runningCell)])
      minutes++
    }
  if (minutes === 0) throw new UnreadableTrace(path, 1, 'has no rows')
  const closed = (pairs: [number, number][]): Steps => fromPairs([...pairs, [from + 60 * minutes, 0]])
  return { tenant, from, minutes, quota: closed(quota), running: closed(running) }
}

const localInstant = (path: string, line: number, time: string, zone: string): Instant => {
  const at = readInstant(time, zone)
  if (typeof at === 'string') throw new UnreadableTrace(path, line, `time: ${at}`)
  return at
}

const source = 'helios'

/** The runs of a step function that ends in zero: `[from, to)` and the count, where it is not zero. */
const runsOf = ({ starts, values }: Steps): { from: Instant; to: Instant; gpus: number }[] =>
  [...values].flatMap((gpus, i) => (gpus === 0 ? [] : [{ from: starts[i]!, to: starts[i + 1]!, gpus }]))

const readingsOf = ({ tenant, quota, running }: HeliosTenant, { pool, repeat, price, currency, zone }: TraceOptions): Reading[] => {
  const order = tenant as string as OrderId
  const [sold, used] = [scale(quota, repeat), scale(running, repeat)]
  const billing = { source, pool, tenant, order, product: 'reserved', price: decimal(price), currency, zone } as const
  return [
    ...runsOf(sold).map((run): Reading => ({
      ...run,
      kind: 'reservation',
      source,
      id: `${pool}/quota/${tenant}/${run.from}`,
      pool,
      order,
      tenant,
    })),
    ...runsOf(used).map((run): Reading => ({
      ...run,
      kind: 'allocation',
      source,
      id: `${pool}/running/${tenant}/${run.from}`,
      pool,
      order,
      tenant,
      product: 'reserved',
    })),
    ...dailyCharges(billing, sold, (date) => `${pool}/charge/${tenant}/${date}`),
  ]
}

/** Per tenant: what it reserved, what it used under its order, and one charge per local day for what it reserved. */
export async function* readHelios(path: string, options: TraceOptions): AsyncGenerator<Reading[]> {
  const { pool, block, tranche, zone } = options
  for (const [index, file] of heliosFiles(path).entries()) {
    const series = await readHeliosTenant(file, zone)
    const at = startOfDate(dateOf(series.from, zone), zone)
    const acceptance: Acceptance = {
      kind: 'acceptance',
      source,
      id: `${pool}/acceptance/${tranche}`,
      block,
      tranche,
      at,
      design: 1,
      tested: 1,
    }
    if (index === 0) yield [acceptance]
    yield readingsOf(series, options)
  }
}
