import type { OrderId, TenantId } from '../../core/base/id.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import { measured } from '../history/measured.ts'
import { meanOf } from '../history/rng.ts'
import { gpusPerRack, type Layout, type Rack } from './layout.ts'

/** Racks that one buyer's jobs go to: those that an order keeps, or all others of a pool, which are sold on demand. */
export type Area = Readonly<{
  pool: Schedule['pools'][number]
  racks: readonly Rack[]
  /** Undefined where it is sold on demand, to whoever comes. */
  order: Readonly<{ id: OrderId; tenant: TenantId; number: number }> | undefined
  /** GPUs that jobs hold on average, if none is turned away. */
  wanted: number
}>

/** Part of the racks that orders keep; not public of any operator, so an assumption. */
export const reservedPart = 0.25

export const tenantOf = (number: number): TenantId => `tenant-${String(number + 1).padStart(2, '0')}` as TenantId

/** Used part of a Helios tenant's quota, on average. */
const useOf = (tenant: number): number => meanOf(measured.quotas[tenant % measured.quotas.length]!.use) / 1000

const sum = (all: readonly number[]): number => all.reduce((a, b) => a + b, 0)

/**
 * What each order keeps, in whole racks: the reserved part shared among the tenants as the quotas of Helios are, rack after rack from the end of the
 * pool. A tenant whose share is no rack buys on demand only.
 */
const reservedAreas = (pool: Area['pool'], racks: readonly Rack[], tenants: number): Area[] => {
  const quotas = Array.from({ length: tenants }, (_, i) => measured.quotas[i % measured.quotas.length]!.gpus)
  const kept = Math.floor(racks.length * reservedPart)
  let end = racks.length
  return quotas.flatMap((quota, number): Area[] => {
    const count = Math.floor((kept * quota) / sum(quotas))
    if (count === 0) return []
    end -= count
    const order = { id: `${pool.id}-${tenantOf(number)}` as OrderId, tenant: tenantOf(number), number }
    return [{ pool, racks: racks.slice(end, end + count), order, wanted: useOf(number) * count * gpusPerRack }]
  })
}

/** The areas of a campus. Jobs hold `load` of its GPUs on average: what orders do not use of it is sold on demand. */
export const areasOf = ({ pools }: Pick<Schedule, 'pools'>, layout: Layout, tenants: number, load: number): Area[] =>
  pools.flatMap((pool): Area[] => {
    const racks = layout.racks.filter(({ block }) => pool.blocks.includes(block.id))
    if (racks.length === 0) return []
    const reserved = reservedAreas(pool, racks, tenants)
    const open = racks.slice(0, racks.length - sum(reserved.map((area) => area.racks.length)))
    const wanted = Math.max(0, load * racks.length * gpusPerRack - sum(reserved.map((area) => area.wanted)))
    return [{ pool, racks: open, order: undefined, wanted }, ...reserved]
  })

/** How many jobs the tenants send compared with each other: as those of Philly do. */
export const tenantWeights = (tenants: number): number[] =>
  Array.from({ length: tenants }, (_, i) => measured.jobs.tenants[i % measured.jobs.tenants.length]!)
