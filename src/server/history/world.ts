import { decimal, rational, times, type Rational } from '../../core/base/rational.ts'
import type { Instant, Interval, Month } from '../../core/base/time.ts'
import { isIndexed } from '../../core/terms/indexed.ts'
import { inForce, isBackstop, type ResolvedBlock, type ResolvedPool, type Schedule } from '../../core/terms/schedule.ts'
import { assumed } from './calibration.ts'

/** What a generated history is of. */
export type World = Readonly<{
  schedule: Schedule
  seed: number
  /** `synthetic-7` */
  source: string
  /** The first of them names what only this run knows. */
  months: readonly Month[]
  window: Interval
}>

export const blocksOf = ({ schedule }: World, pool: ResolvedPool): ResolvedBlock[] =>
  pool.blocks.map((id) => schedule.blocks.find((block) => block.id === id)!)

/** Sizes in which capacity is sold: a GPU, a server of 8, a rack. */
const saleUnits = [assumed.gpusPerRack, 8, 1] as const
/** A pool is sold in the largest unit of which it will have as many. */
const unitsMin = 100

/**
 * GPUs sold at a time: racks of 72 in a pool of 7,200 and more, servers of 8 from 800, else single GPUs. So one GPU of a trace stands for
 * one unit, and a campus has about as many readings as a cluster.
 */
export const saleUnitOf = (world: World, pool: ResolvedPool): number => {
  const gpus = blocksOf(world, pool).reduce((sum, block) => sum + block.tranches.reduce((all, tranche) => all + tranche.gpus, 0), 0)
  return saleUnits.find((unit) => gpus >= unit * unitsMin) ?? 1
}

/** A price that is so many hundredths of the backstop's at the start of the window, or of an illustrative one where that is none or follows an index. Major units per GPU-hour. */
export const priceOf = ({ schedule, window }: World, percent: number): Rational => {
  const price = schedule.clauses.find(isBackstop)?.covers[0]!.price
  const tiers = price === undefined || isIndexed(price) ? undefined : inForce(price, window.from).value
  return times(tiers?.[0]?.value ?? decimal(assumed.fallbackPrice), rational(percent, 100))
}

/** Tenants are numbered by how much they take: `tenant-01` the most. */
export const tenantName = (index: number): string => `tenant-${String(index + 1).padStart(2, '0')}`

/** Clauses of the backstop kind as they stand in each slice of time. */
export const backstopsOf = ({ schedule }: World) => schedule.clauses.filter(isBackstop)

/** The part of an interval that lies in the window; undefined where none does. */
export const within = ({ window }: World, from: Instant, to: Instant): Interval | undefined => {
  const cut = { from: Math.max(from, window.from), to: Math.min(to, window.to) }
  return cut.from < cut.to ? cut : undefined
}
