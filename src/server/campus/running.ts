import type { Instant } from '../../core/base/time.ts'
import type { Place } from './placement.ts'

/** A job that runs: where, for whom, and until when if nothing comes between. */
export type Running = Readonly<{
  number: number
  from: Instant
  to: Instant
  gpus: number
  /** Number of its area: where it is placed, and for which order. */
  area: number
  tenant: number
  place: Place
}>

/**
 * Jobs that run, by a slot each, and by the second in which they end: chains, so that neither a start nor an end nor a failure searches. Slots are
 * used again; there are never more than GPUs.
 */
export const makeRunningJobs = (from: Instant, to: Instant) => {
  const jobs: (Running | undefined)[] = []
  const spare: number[] = []
  const heads = new Int32Array(to - from).fill(-1)
  const [next, before]: [number[], number[]] = [[], []]
  const chainOf = ({ to: end }: Running): number | undefined => (end < to ? end - from : undefined)
  const link = (slot: number, job: Running): void => {
    const chain = chainOf(job)
    if (chain === undefined) return
    const head = heads[chain]!
    next[slot] = head
    before[slot] = -1
    if (head >= 0) before[head] = slot
    heads[chain] = slot
  }
  const unlink = (slot: number, job: Running): void => {
    const chain = chainOf(job)
    if (chain === undefined) return
    const [after, prior] = [next[slot]!, before[slot]!]
    if (after >= 0) before[after] = prior
    if (prior >= 0) next[prior] = after
    else heads[chain] = after
  }
  return {
    /** A slot for a job about to start. */
    reserve: (): number => spare.pop() ?? jobs.push(undefined) - 1,
    giveBack: (slot: number): void => void spare.push(slot),
    start: (slot: number, job: Running): void => {
      jobs[slot] = job
      link(slot, job)
    },
    end: (slot: number): Running => {
      const job = jobs[slot]!
      unlink(slot, job)
      jobs[slot] = undefined
      spare.push(slot)
      return job
    },
    /** The next slot whose job ends at this second; −1 where none is left. */
    endingAt: (at: Instant): number => heads[at - from]!,
    get: (slot: number): Running => jobs[slot]!,
    slots: (): number[] => [...jobs.keys()].filter((slot) => jobs[slot] !== undefined),
  }
}
export type RunningJobs = ReturnType<typeof makeRunningJobs>
