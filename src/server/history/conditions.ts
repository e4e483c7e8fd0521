import type { BlockId } from '../../core/base/id.ts'
import { fromPairs, valueAt, type Steps } from '../../core/base/steps.ts'
import { addDays, monthInterval, startOfDate, type Month } from '../../core/base/time.ts'
import type { Call, ConditionReading } from '../../core/meter/reading.ts'
import type { ResolvedBackstop } from '../../core/terms/schedule.ts'
import { assumed } from './calibration.ts'
import { drawWhole, makeRng } from './rng.ts'
import { backstopsOf, within, type World } from './world.ts'

/** Whether each condition of a backstop holds through a month: it does, or now and then fails for three days. */
const conditionsIn = (world: World, clause: ResolvedBackstop, month: Month): ConditionReading[] =>
  clause.conditions.flatMap(({ id: condition }): ConditionReading[] => {
    const { schedule, seed, source } = world
    const rng = makeRng(seed, `${condition} of ${clause.id} in ${month}`)
    const whole = monthInterval(month, schedule.zone)
    const fails = drawWhole(rng, 1, assumed.conditionFailsOneIn) === 1
    const first = addDays(`${month}-01`, drawWhole(rng, 1, 20))
    const [from, to] = [startOfDate(first, schedule.zone), startOfDate(addDays(first, assumed.failureDays), schedule.zone)]
    const edges = fails ? [whole.from, from, to, whole.to] : [whole.from, whole.to]
    return edges.slice(1).flatMap((end, i): ConditionReading[] => {
      const span = within(world, Math.max(edges[i]!, clause.from), Math.min(end, clause.to))
      const id = `${schedule.agreement}/${clause.id}/${condition}/${span?.from}`
      return span === undefined ? [] : [{ kind: 'condition', source, id, clause: clause.id, condition, holds: i !== 1, ...span }]
    })
  })

/** GPUs that on-demand sales leave to the guarantor's call: a part of what is accepted at every instant, in whole units. */
export const callable = (accepted: number, unit: number): number => unit * Math.floor((accepted * assumed.callPercent) / 100 / unit)

/** `callable` through time. */
export const callableSteps = (accepted: Steps, unit: number): Steps =>
  fromPairs([...accepted.starts].map((start, i): [number, number] => [start, callable(accepted.values[i]!, unit)]))

/** Blocks whose unsold capacity the guarantor may call. */
export const callableBlocks = (world: World): ReadonlySet<BlockId> =>
  new Set(backstopsOf(world).flatMap((clause) => (clause.callRight ? clause.covers.map(({ block }) => block) : [])))

/** Now and then, from the tenth of a month, what may be called of a block is. */
export const callsOf = (world: World, block: BlockId, accepted: Steps, unit: number): Call[] =>
  world.months.flatMap((month): Call[] => {
    const rng = makeRng(world.seed, `calls of ${block} in ${month}`)
    const { zone } = world.schedule
    const from = startOfDate(`${month}-10`, zone)
    const inForce = backstopsOf(world).find(
      (clause) => clause.covers.some((each) => each.block === block) && clause.from <= from && from < clause.to,
    )
    const to = Math.min(startOfDate(addDays(`${month}-10`, assumed.callDays), zone), inForce?.to ?? 0)
    const gpus = callable(valueAt(accepted, from), unit)
    const called = drawWhole(rng, 1, assumed.callOneIn) === 1 && inForce?.callRight === true && gpus > 0
    const span = called ? within(world, from, to) : undefined
    return span === undefined ? [] : [{ kind: 'call', source: world.source, id: `${block}/call/${month}`, block, gpus, ...span }]
  })

/** What is said of the conditions of every backstop in the window, month by month. */
export const conditionsOf = (world: World): ConditionReading[] =>
  world.months.flatMap((month) => backstopsOf(world).flatMap((clause) => conditionsIn(world, clause, month)))
