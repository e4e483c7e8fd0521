import type { AgreementId, BlockId, PoolId } from '../base/id.ts'
import { add, during, except, indicator, minimum, restrict, spanSecondsMax, where as gated, zero, type Steps } from '../base/steps.ts'
import type { Instant, Interval } from '../base/time.ts'
import { meteredSubjects, type MeteredSubject } from '../terms/metering.ts'
import type { Schedule } from '../terms/schedule.ts'
import { countSteps, emptyColumns, push, sumOf, totalOf, type Columns } from './columns.ts'
import { pushOut, type HealthLog, type Out } from './health.ts'
import { emptySales, orderIn, type SalesLog } from './sales.ts'

/** When a source has no evidence of a block: of its health, of its sales. */
type Silence = Readonly<{ health: Columns; sales: Columns }>

/** What one source says. */
export type Heard = Readonly<{ pools: Map<PoolId, SalesLog>; outages: Map<BlockId, Out[]>; silence: Map<BlockId, Silence> }>

/** What is said source by source: kept apart only where the agreement says whose word counts. */
export type HeardLog = Map<string, Heard>

/** Who says what decisions on claims come to. Its word is nobody's against another's: it counts beside whoever else's does. */
export const claimsSource = (agreement: AgreementId): string => `claims-${agreement}`

/** Whether the agreement says whose word counts of anything, at any time. */
export const isWeighed = ({ metering }: Schedule): boolean =>
  metering.some(({ value }) => meteredSubjects.some((subject) => value[subject] !== undefined))

export const heardOf = (heard: HeardLog, source: string): Heard => {
  let found = heard.get(source)
  if (found === undefined) heard.set(source, (found = { pools: new Map(), outages: new Map(), silence: new Map() }))
  return found
}

export const salesHeard = ({ pools }: Heard, pool: PoolId): SalesLog => {
  const log = pools.get(pool) ?? emptySales()
  pools.set(pool, log)
  return log
}

export const outagesHeard = ({ outages }: Heard, block: BlockId): Out[] => {
  const log = outages.get(block) ?? []
  outages.set(block, log)
  return log
}

export const silenceHeard = ({ silence }: Heard, block: BlockId): Silence => {
  const log = silence.get(block) ?? { health: emptyColumns(), sales: emptyColumns() }
  silence.set(block, log)
  return log
}

/** Every source whose word counts on a subject at some time. */
export const listedFor = (schedule: Schedule, subject: MeteredSubject): readonly string[] => [
  ...new Set(schedule.metering.flatMap(({ value }) => value[subject] ?? [])),
]

/** When a source has no evidence of any of these blocks. */
export const silentOf = (heard: HeardLog, source: string, of: keyof Silence, blocks: readonly BlockId[]): Steps => {
  const all = emptyColumns()
  for (const block of blocks) {
    const silence = heard.get(source)?.silence.get(block)?.[of]
    if (silence !== undefined) for (let i = 0; i < silence.length; i++) push(all, silence.froms[i]!, silence.tos[i]!, 1)
  }
  return indicator(sumOf(all))
}

/** When nobody whose word could count has evidence of any of these blocks. */
export const allSilent = (schedule: Schedule, heard: HeardLog, subject: MeteredSubject, blocks: readonly BlockId[]): Steps => {
  const of = subject === 'health' ? 'health' : 'sales'
  return listedFor(schedule, subject)
    .map((source) => silentOf(heard, source, of, blocks))
    .reduce((a, b) => minimum(a, b), during(-spanSecondsMax, 2 * spanSecondsMax, 1))
}

/**
 * When the word of a source counts on a subject in some blocks, as 1: at each instant, of the sources that the version in force lists, the first
 * that has evidence then, and the first of all where none has. Where a version lists none, everybody's word counts.
 */
export const authorityOf = (
  schedule: Schedule,
  heard: HeardLog,
  subject: MeteredSubject,
  blocks: readonly BlockId[],
  window: Interval,
): ((source: string) => Steps) => {
  const of = subject === 'health' ? 'health' : 'sales'
  const stretches = schedule.metering.map(({ from, value }, i) => ({
    // The first version speaks of everything before it too.
    from: i === 0 ? window.from : Math.max(from, window.from),
    to: Math.min(schedule.metering[i + 1]?.from ?? window.to, window.to),
    listed: value[subject],
  }))
  const silent = new Map<string, Steps>()
  const silentAt = (source: string): Steps => {
    const known = silent.get(source) ?? silentOf(heard, source, of, blocks)
    silent.set(source, known)
    return known
  }
  return (source) =>
    stretches
      .filter(({ from, to }) => from < to)
      .map(({ from, to, listed }): Steps => {
        const whole = during(from, to, 1)
        if (listed === undefined) return whole
        const place = listed.indexOf(source)
        if (place < 0) return zero
        const before = listed.slice(0, place).reduce((rest, each) => minimum(rest, silentAt(each)), whole)
        const speaks = except(restrict(before, from, to), silentAt(source))
        if (place > 0) return speaks
        const none = listed.map(silentAt).reduce((a, b) => minimum(a, b))
        return add(speaks, restrict(none, from, to))
      })
      .reduce(add, zero)
}

/** Hands on the parts of an interval in which a function is 1. */
const cut = ({ starts, values }: Steps, from: Instant, to: Instant, take: (from: Instant, to: Instant) => void): void => {
  for (let i = 0; i < starts.length; i++) {
    if (values[i] === 0) continue
    const [low, high] = [Math.max(from, starts[i]!), Math.min(to, starts[i + 1] ?? to)]
    if (low < high) take(low, high)
  }
}

/** Adds what a source says of sales while its word counts. */
export const pushSalesWithin = (into: SalesLog, log: SalesLog, allocations: Steps, reservations: Steps): void => {
  countSteps(into.open, gated(totalOf(log.open), allocations))
  // What may be interrupted is among these, and is kept once more by itself.
  countSteps(into.spot, gated(totalOf(log.spot), allocations))
  for (const [order, { reserved, allocated }] of log.orders) {
    const [kept, used] = [gated(totalOf(reserved), reservations), gated(totalOf(allocated), allocations)]
    if (kept.starts.length === 0 && used.starts.length === 0) continue
    const sold = orderIn(into, order)
    countSteps(sold.reserved, kept)
    countSteps(sold.allocated, used)
  }
}

/** Adds what a source says of outages while its word counts. */
export const pushOutagesWithin = (into: HealthLog, outages: readonly Out[], authority: Steps): void => {
  for (const outage of outages) cut(authority, outage.from, outage.to, (from, to) => pushOut(into, { ...outage, from, to }))
}
