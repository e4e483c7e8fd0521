import type { BlockId, PoolId } from '../base/id.ts'
import {
  add,
  during,
  except,
  integrateBuckets,
  minimum,
  negative,
  positive,
  restrict,
  subtract,
  where as gated,
  zero,
  type Steps,
} from '../base/steps.ts'
import { addDays, dateOf, startOfDate, type Interval, type LocalDate } from '../base/time.ts'
import { meteredSubjects, type MeteredSubject } from '../terms/metering.ts'
import { authorityOf, isWeighed, listedFor, silentOf, type Heard } from './authority.ts'
import { countAll, emptyTally, totalOf } from './columns.ts'
import { emptyHealth, outSteps, pushOut } from './health.ts'
import type { Intake } from './intake.ts'

/** On one local day a source said something else of a pool or block than the source whose word counted. */
export type Disagreement = Readonly<{
  subject: MeteredSubject
  /** A pool for sales, a block for health. */
  where: PoolId | BlockId
  source: string
  /** Whose word counted on that day instead, in the order of the agreement. */
  counted: readonly string[]
  date: LocalDate
  /** GPU-seconds that the source said more than was counted, and less. */
  more: number
  less: number
}>

/** What a source says of a subject in a pool or block: GPUs allocated, reserved, out of service. */
const saidBy = ({ pools, outages }: Heard, subject: MeteredSubject, where: PoolId | BlockId): Steps => {
  if (subject === 'health') {
    const health = emptyHealth()
    for (const out of outages.get(where as BlockId) ?? []) pushOut(health, out)
    return outSteps(health)
  }
  const log = pools.get(where as PoolId)
  if (log === undefined) return zero
  const all = emptyTally()
  if (subject === 'allocations') countAll(all, log.open)
  for (const { allocated, reserved } of log.orders.values()) countAll(all, subject === 'allocations' ? allocated : reserved)
  return totalOf(all)
}

type Place = Readonly<{ subject: MeteredSubject; where: PoolId | BlockId; blocks: readonly BlockId[] }>

const placesOf = ({ schedule }: Intake): Place[] =>
  meteredSubjects.flatMap((subject): Place[] =>
    subject === 'health'
      ? schedule.blocks.map(({ id }) => ({ subject, where: id, blocks: [id] }))
      : schedule.pools.map(({ id, blocks }) => ({ subject, where: id, blocks })),
  )

type Days = Readonly<{ dates: readonly LocalDate[]; edges: readonly number[] }>

/** The local days that touch a window, and where they begin and end in it. */
const daysOf = ({ from, to }: Interval, zone: string): Days => {
  const dates = [dateOf(from, zone)]
  const edges = [from]
  for (let next = addDays(dates[0]!, 1); startOfDate(next, zone) < to; next = addDays(next, 1)) {
    dates.push(next)
    edges.push(startOfDate(next, zone))
  }
  return { dates, edges: [...edges, to] }
}

const disagreementsAt = (intake: Intake, { subject, where, blocks }: Place, days: Days): Disagreement[] => {
  const { schedule, heard, window } = intake
  const sources = [...heard.keys()].toSorted()
  const authority = authorityOf(schedule, heard, subject, blocks, window)
  const voices = sources.map((source) => {
    const counts = authority(source)
    return { source, counts, said: restrict(saidBy(heard.get(source)!, subject, where), window.from, window.to) }
  })
  const listed = listedFor(schedule, subject)
  const counted = voices.map(({ said, counts }) => gated(said, counts)).reduce(add, zero)
  const whole = during(window.from, window.to, 1)
  return voices.flatMap(({ source, said, counts }): Disagreement[] => {
    // One that said nothing at all is no voice here, and one that is silent has nothing to say then.
    if (said.starts.length === 0) return []
    const asked = except(except(whole, counts), silentOf(heard, source, subject === 'health' ? 'health' : 'sales', blocks))
    const difference = gated(subtract(said, counted), asked)
    if (difference.starts.length === 0) return []
    const more = integrateBuckets(positive(difference), days.edges)
    const less = integrateBuckets(negative(difference), days.edges)
    return days.dates.flatMap((date, i): Disagreement[] => {
      if (more[i] === 0 && less[i] === 0) return []
      const on = (steps: Steps) => restrict(steps, days.edges[i]!, days.edges[i + 1]!).starts.length > 0
      const others = listed.filter((each) => each !== source && on(minimum(authority(each), asked)))
      return [{ subject, where, source, counted: others, date, more: more[i]!, less: 0 - less[i]! }]
    })
  })
}

/**
 * Where sources that spoke of one thing said something else than the one whose word counted (`authorityOf`): listed by local day and sized in
 * GPU-seconds, in the order of subject, place, source and day. What is counted is not changed by any of it. Nothing where the agreement does not say
 * whose word counts: then everything that is said adds up.
 */
export const disagreementsOf = (intake: Intake): readonly Disagreement[] => {
  if (!isWeighed(intake.schedule)) return []
  const days = daysOf(intake.window, intake.schedule.zone)
  return placesOf(intake).flatMap((place) => disagreementsAt(intake, place, days))
}
