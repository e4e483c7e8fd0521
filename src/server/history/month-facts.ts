import type { Month } from '../../core/base/time.ts'
import type { Reading } from '../../core/meter/reading.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import { generateCoarsely } from './coarse.ts'
import { generate } from './generate.ts'
import type { Story } from './story.ts'
import { courseOf, tellStory, type Asked } from './tell-story.ts'

/** How finely a month is made up: some dozens of readings for each pool, or every job. */
export type Detail = 'coarse' | 'jobs'

export type MonthFacts = Readonly<{
  schedule: Schedule
  month: Month
  seed: number
  detail: Detail
  story: Story | undefined
  /** By final statements, for a story that pays them. */
  asked: readonly Asked[]
}>

/**
 * What comes in with a month of a sandbox: what is made up of it, without what is to come late; what comes late of earlier months; and what the
 * story tells. Same arguments, same readings; a reading that comes with two months (a reservation over both) is the same in both.
 */
export const readingsWith = (facts: MonthFacts): Reading[] => {
  const { story, month } = facts
  const late = story?.late ?? []
  return [
    ...madeUp(facts).filter((reading) => late.every((each) => each.month !== month || !isOf(each.kinds, reading))),
    ...late
      .filter(({ arrives }) => arrives === month)
      .flatMap((each) => madeUp({ ...facts, month: each.month }).filter((reading) => isOf(each.kinds, reading))),
    ...(story === undefined ? [] : tellStory(story, facts.schedule, month, facts.asked)),
  ]
}

const isOf = (kinds: readonly string[], { kind }: Reading): boolean =>
  kinds.includes(kind) || (kinds.includes('charge') && (kind === 'credit' || kind === 'refund'))

/** Capacity, its use and what it earns. What a story says of a condition is all that is said of it. */
const madeUp = ({ schedule, month, seed, detail, story }: MonthFacts): Reading[] => {
  const history = { schedule, months: [month], seed }
  const batches = detail === 'jobs' ? generate(history) : generateCoarsely({ ...history, course: courseOf(story, schedule) })
  const isTold = (reading: Reading): boolean =>
    reading.kind === 'condition' &&
    (story?.conditions ?? []).some(({ clause, condition }) => clause === reading.clause && condition === reading.condition)
  return [...batches].flat().filter((reading) => !isTold(reading))
}
