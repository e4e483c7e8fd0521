import type { BlockId, PoolId } from '../base/id.ts'
import { during, restrict, type Steps } from '../base/steps.ts'
import type { ResolvedPool } from '../terms/schedule.ts'
import { allSilent, authorityOf, isWeighed, listedFor, pushOutagesWithin, pushSalesWithin, salesHeard } from './authority.ts'
import { emptyColumns, pushAll, pushSteps, type Columns } from './columns.ts'
import { emptyHealth, pushOut, type HealthLog } from './health.ts'
import type { BlockLog, Intake } from './intake.ts'
import { emptySales, type SalesLog } from './sales.ts'

const plus = (columns: Columns, more: readonly Steps[]): Columns => {
  const all = emptyColumns()
  pushAll(all, columns)
  for (const each of more) pushSteps(all, each)
  return all
}

const weighSales = (intake: Intake, { id, blocks }: ResolvedPool): SalesLog => {
  const { schedule, heard, window } = intake
  const sales = emptySales()
  // What stands in the intake itself is what decisions on claims have come to.
  const always = during(window.from, window.to, 1)
  pushSalesWithin(sales, intake.pools.get(id)!, always, always)
  const allocations = authorityOf(schedule, heard, 'allocations', blocks, window)
  const reservations = authorityOf(schedule, heard, 'reservations', blocks, window)
  for (const [source, said] of heard) pushSalesWithin(sales, salesHeard(said, id), allocations(source), reservations(source))
  return sales
}

const weighHealth = ({ schedule, heard, window }: Intake, { block, health, spoken }: BlockLog): HealthLog => {
  const weighed = emptyHealth()
  for (const out of spoken) pushOut(weighed, out)
  const authority = authorityOf(schedule, heard, 'health', [block.id], window)
  for (const [source, { outages }] of heard) pushOutagesWithin(weighed, outages.get(block.id) ?? [], authority(source))
  const dark =
    listedFor(schedule, 'health').length === 0 ? [] : [restrict(allSilent(schedule, heard, 'health', [block.id]), window.from, window.to)]
  return { ...weighed, dark: plus(health.dark, dark) }
}

const salesGapsOf = ({ schedule, heard, window }: Intake, { block, salesGaps }: BlockLog): Columns => {
  const silent = (['allocations', 'reservations'] as const)
    .filter((subject) => listedFor(schedule, subject).length > 0)
    .map((subject) => restrict(allSilent(schedule, heard, subject, [block.id]), window.from, window.to))
  return plus(salesGaps, silent)
}

/**
 * What was read, with the word of each source only while it counts: see `authorityOf`. The same object where the agreement does not say whose word
 * counts. What a source says beside another whose word counts is in `disagreementsOf`.
 */
export const weigh = (intake: Intake): Intake => {
  if (!isWeighed(intake.schedule)) return intake
  const pools = intake.schedule.pools.map((pool): [PoolId, SalesLog] => [pool.id, weighSales(intake, pool)])
  const blocks = [...intake.blocks].map(([id, log]): [BlockId, BlockLog] => [
    id,
    { ...log, health: weighHealth(intake, log), salesGaps: salesGapsOf(intake, log) },
  ])
  return { ...intake, pools: new Map(pools), blocks: new Map(blocks) }
}
