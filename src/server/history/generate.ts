import { add, subtract, zero, type Steps } from '../../core/base/steps.ts'
import { monthInterval, type Instant, type Month } from '../../core/base/time.ts'
import type { Reading } from '../../core/meter/reading.ts'
import type { ResolvedPool, Schedule } from '../../core/terms/schedule.ts'
import { callableBlocks, callableSteps, callsOf, conditionsOf } from './conditions.ts'
import { runJobs } from './jobs.ts'
import { reserve } from './orders.ts'
import { makePlant } from './plant.ts'
import { blocksOf, saleUnitOf, type World } from './world.ts'

/** What a history is generated from. Same arguments, same readings, on any machine. */
export type History = Readonly<{ schedule: Schedule; months: readonly Month[]; seed: number }>

/** Readings in a batch. */
const batchRows = 5000

/**
 * A synthetic history of an agreement, from the first of the months to the last: acceptances as due, orders and their use, on-demand jobs,
 * failures, maintenance, calls, charges, conditions. Sold and called never exceed accepted. Batches are in order of time within a pool.
 * `describeCalibration` says what it rests on, and has to be shown with it.
 */
export function* generate({ schedule, months: given, seed }: History): Generator<Reading[]> {
  const months = given.toSorted()
  if (months.length === 0) return
  const window = {
    from: Math.max(schedule.from, monthInterval(months[0]!, schedule.zone).from),
    to: Math.min(schedule.to, monthInterval(months.at(-1)!, schedule.zone).to),
  }
  if (window.from >= window.to) return
  const world: World = { schedule, seed, source: `synthetic-${seed}`, months, window }
  for (const pool of schedule.pools) yield* batches(inPool(world, pool))
  yield* batches(conditionsOf(world))
}

const inPool = (world: World, pool: ResolvedPool): Reading[] => {
  const blocks = blocksOf(world, pool)
  const unit = saleUnitOf(world, pool)
  const plants = blocks.map((block) => makePlant(world, block))
  const reserved = reserve(world, pool, plants)
  const callBlocks = callableBlocks(world)
  const kept = plants.filter((_, i) => callBlocks.has(blocks[i]!.id)).map(({ accepted }) => callableSteps(accepted, unit))
  const accepted = total(plants.map((plant) => plant.accepted))
  const room = { accepted, down: total(plants.map(({ down }) => down)), free: subtract(accepted, total([reserved.held, ...kept])) }
  return [
    ...plants.flatMap(({ acceptances, readings }): Reading[] => [...acceptances, ...readings]),
    ...blocks.flatMap(({ id }, i) => callsOf(world, id, plants[i]!.accepted, unit)),
    ...reserved.readings,
    ...runJobs(world, pool, room),
  ]
}

const total = (all: readonly Steps[]): Steps => all.reduce(add, zero)

/** When a reading begins to say something. Only a credit names no time: it goes with the charge it reduces. */
const startOf = (reading: Reading): Instant | undefined =>
  'from' in reading && reading.from !== undefined ? reading.from : 'at' in reading ? reading.at : undefined

function* batches(readings: readonly Reading[]): Generator<Reading[]> {
  const starts = new Map(readings.map((reading) => [reading.id, startOf(reading)]))
  const orderOf = (reading: Reading): Instant => starts.get('reduces' in reading ? reading.reduces : reading.id)!
  const ordered = readings.toSorted((a, b) => orderOf(a) - orderOf(b))
  for (let from = 0; from < ordered.length; from += batchRows) yield ordered.slice(from, from + batchRows)
}
