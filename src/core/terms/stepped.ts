import { compare, decimal, rational, times, type Rational } from '../base/rational.ts'
import { fromPairs, type Steps } from '../base/steps.ts'
import { contractYearStart, startOfDate, type Instant, type Interval, type LocalDate } from '../base/time.ts'
import type { Scheduled, Tiered } from './agreement.ts'
import { below } from './conform.ts'
import type { Stepped, Tiers } from './schedule.ts'

/** Where and when a scheduled value is read. `span` is the clause from its first day through its last, whatever the version. */
export type Reading = Readonly<{ pointer: string; span: Interval; commencement: LocalDate; zone: string }>

type Step<T> = Stepped<T>[number]

type By<Key extends string, From, T> = Readonly<Record<Key, readonly Readonly<{ from: From; value: T }>[]>>

const isByDate = <T>(scheduled: Scheduled<T>): scheduled is Scheduled<T> & By<'steps', LocalDate, T> =>
  typeof scheduled === 'object' && scheduled !== null && 'steps' in scheduled
/** Whether its steps are counted in contract years. */
export const isByContractYear = <T>(scheduled: Scheduled<T>): scheduled is Scheduled<T> & By<'contractYears', number, T> =>
  typeof scheduled === 'object' && scheduled !== null && 'contractYears' in scheduled

const date = <T>(scheduled: Scheduled<T>, { pointer, span, commencement, zone }: Reading): Step<T>[] => {
  const valueAt = (key: string, index: number) => below(below(below(pointer, key), index), 'value')
  if (isByDate(scheduled))
    return scheduled.steps.map(({ from, value }, index) => ({ from: startOfDate(from, zone), value, pointer: valueAt('steps', index) }))
  if (isByContractYear(scheduled))
    return scheduled.contractYears.map(({ from, value }, index) => {
      const start = contractYearStart(commencement, from, zone)
      // Before its first contract year a block is under the terms of that year.
      return { from: index === 0 ? Math.min(start, span.from) : start, value, pointer: valueAt('contractYears', index) }
    })
  return [{ from: span.from, value: scheduled, pointer }]
}

/** The steps in force anywhere in `[from, to)`: the last that starts at `from` or before, and those that start inside. */
export const within = <T>(stepped: Stepped<T>, { from, to }: Interval): Stepped<T> => {
  const first = stepped.findLastIndex((step) => step.from <= from)
  return stepped.slice(Math.max(0, first)).filter((step) => step.from < to)
}

/** Dates the steps of a value over a clause, each converted by `read`; a step to the same value is no step. */
export const stepped = <T, R>(
  scheduled: Scheduled<T>,
  reading: Reading,
  read: (value: T) => R,
  same: (a: R, b: R) => boolean,
): Stepped<R> => {
  const steps = within(date(scheduled, reading), reading.span).map((step) => ({ ...step, value: read(step.value) }))
  return steps.filter((step, index) => index === 0 || !same(step.value, steps[index - 1]!.value))
}

const sameNumber = (a: Rational, b: Rational): boolean => compare(a, b) === 0
const sameTiers = (a: Tiers, b: Tiers): boolean =>
  a.length === b.length && a.every((tier, i) => sameNumber(tier.above, b[i]!.above) && sameNumber(tier.value, b[i]!.value))

/** A decimal in `scale` units of one, stepped. */
export const steppedNumber = (scheduled: Scheduled<string>, reading: Reading, scale: bigint = 1n): Stepped<Rational> =>
  stepped(scheduled, reading, (value) => times(decimal(value), rational(scale)), sameNumber)

/** Tiers, stepped; `above` in `scale` units of one. */
export const steppedTiers = (scheduled: Scheduled<Tiered>, reading: Reading, scale: bigint = 1n): Stepped<Tiers> => {
  const read = (tiered: Tiered): Tiers => {
    const tiers = typeof tiered === 'string' ? [{ above: '0', value: tiered }] : tiered.tiers
    return tiers.map(({ above, value }) => ({ above: times(decimal(above), rational(scale)), value: decimal(value) }))
  }
  return stepped(scheduled, reading, read, sameTiers)
}

/** A count of GPUs over `[from, to)`, zero elsewhere. */
export const steppedCount = (scheduled: Scheduled<number>, reading: Reading, { from, to }: Interval): Steps => {
  const steps = within(
    stepped(
      scheduled,
      reading,
      (value) => value,
      (a, b) => a === b,
    ),
    { from, to },
  )
  return fromPairs([...steps.map((step): [Instant, number] => [Math.max(from, step.from), step.value]), [to, 0]])
}
