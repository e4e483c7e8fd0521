import type { BlockId } from '../base/id.ts'
import type { Steps } from '../base/steps.ts'
import type { Interval } from '../base/time.ts'
import { allSilent, authorityOf, claimsSource, heardOf, isWeighed, listedFor, silenceHeard, type HeardLog } from '../meter/authority.ts'
import { push } from '../meter/columns.ts'
import type { Gap } from '../meter/reading.ts'
import type { MeteredSubject } from '../terms/metering.ts'
import type { Schedule } from '../terms/schedule.ts'
import { pushEvent, whats, type EventLog, type What } from './events.ts'

/** The number of what always counts. */
export const everybody = 0

/** A number for each source whose word may not count; `everybody` where the agreement does not say whose does. */
export const sourceNumber = (schedule: Schedule, sources: Map<string, number>, source: string): number => {
  if (!isWeighed(schedule) || source === claimsSource(schedule.agreement)) return everybody
  const number = sources.get(source) ?? sources.size + 1
  sources.set(source, number)
  return number
}

/** Notes a gap of a whole block of a source whose word could count: it only falls silent. False where it is a gap as any other. */
export const fallSilent = (schedule: Schedule, heard: HeardLog, { source, of, block }: Gap, { from, to }: Interval): boolean => {
  const subjects: readonly MeteredSubject[] = of === 'health' ? ['health'] : ['allocations', 'reservations']
  if (!isWeighed(schedule) || !subjects.some((subject) => listedFor(schedule, subject).includes(source))) return false
  push(silenceHeard(heardOf(heard, source), block)[of], from, to, 1)
  return true
}

/** Where nobody whose word could count has evidence of a block. */
export const silences = (schedule: Schedule, heard: HeardLog, block: BlockId): Steps[] =>
  (['allocations', 'reservations', 'health'] as const)
    .filter((subject) => listedFor(schedule, subject).length > 0)
    .map((subject) => allSilent(schedule, heard, subject, [block]))

const subjects: Partial<Record<What, MeteredSubject>> = { allocated: 'allocations', reserved: 'reservations', unavailable: 'health' }
const names = Object.keys(whats) as What[]

type Hearing = Readonly<{ schedule: Schedule; window: Interval; log: EventLog; heard: HeardLog; sources: ReadonlyMap<string, number> }>

/** Cuts what sources say of nodes to the time in which their word counts, as the meter does. `blockOf` says where a node is. */
export const cutToAuthority = ({ schedule, window, log, heard, sources }: Hearing, blockOf: (node: number) => number | undefined): void => {
  if (!isWeighed(schedule)) return
  const known = new Map<string, Steps>()
  const sourceNames = new Map([...sources].map(([name, number]) => [number, name]))
  const authority = (subject: MeteredSubject, block: number, source: number): Steps => {
    const { id, pool } = schedule.blocks[block]!
    const key = `${subject} ${subject === 'health' ? id : pool} ${source}`
    let steps = known.get(key)
    if (steps === undefined) {
      const blocks = subject === 'health' ? [id] : schedule.pools.find((each) => each.id === pool)!.blocks
      known.set(key, (steps = authorityOf(schedule, heard, subject, blocks, window)(sourceNames.get(source)!)))
    }
    return steps
  }
  const { length } = log
  for (let i = 0; i < length; i++) {
    const what = names[log.whats[i]!]!
    const subject = subjects[what]
    const block = blockOf(log.nodes[i]!)
    if (log.sources[i] === everybody || subject === undefined || block === undefined) continue
    const { starts, values } = authority(subject, block, log.sources[i]!)
    const [node, from, to, gpus] = [log.nodes[i]!, log.froms[i]!, log.tos[i]!, log.counts[i]!]
    log.tos[i] = from
    for (const [at, start] of starts.entries()) {
      if (values[at] === 0) continue
      const part = { from: Math.max(from, start - window.from), to: Math.min(to, (starts[at + 1] ?? window.to) - window.from) }
      pushEvent(log, { node, gpus, what, ...part, buyer: log.buyers[i]!, reading: log.readings[i]! })
    }
  }
}
