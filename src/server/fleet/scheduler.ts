import type { Instant, Interval } from '../../core/base/time.ts'

/** One run of a job. A job that was preempted or requeued has several, each with its own start. */
export type Run = Readonly<{
  /** The job, within its cluster. */
  job: string
  start: Instant
  /** False where the record has lost it, as of a run that was preempted in its first seconds: `start` is then when it could have begun at the earliest. */
  isStartKnown: boolean
  /** Undefined while it goes on, and where nobody has said when it ended. */
  end: Instant | undefined
  /** A hostlist; `''` where nobody knows. */
  nodes: string
  /** The pool, where the scheduler knows that and not the nodes. */
  pool?: string
  /** In all. They stay assigned while the job is suspended, so that time counts. */
  gpus: number
  account: string
  /** What the tenant bought: the scheduler's own word, such as a QOS. */
  product: string
  /** What the tenant wrote beside the job; may name an order. */
  comment: string
  /** The reservation in which it ran, by the scheduler's number for it. */
  reservation: string | undefined
}>

/** A node was out of service. One outage may come as several, one after the other, when its reason changes. */
export type NodeEvent = Readonly<{ node: string; from: Instant; to: Instant | undefined; state: string; reason: string }>

/** Nodes kept for somebody, or for maintenance. One that is changed comes as several, one after the other, under one number. */
export type KeptNodes = Readonly<{
  number: string
  name: string
  from: Instant
  /** Where it ended, or where it is to end as things stand. */
  to: Instant
  nodes: string
  /** What is kept where it is a number of GPUs of a pool, on whatever nodes. */
  quota?: Readonly<{ pool: string; gpus: number }>
  accounts: readonly string[]
  maintenance: boolean
}>

/** A node and how many GPUs it has. */
export type NodeGpus = Readonly<{ node: string; gpus: number }>

/** What a scheduler knows at an instant of its own clock. */
export type Moment = Readonly<{
  /** By the scheduler's clock, which dates its records. */
  at: Instant
  /** Records that it has made and its database does not have: where there are any, what the database says is not yet all. */
  underWay: number
  /** Jobs that hold GPUs at this instant, and since when. */
  live: ReadonlyMap<string, Instant>
}>

/**
 * Whether a run without an end holds its GPUs. Of a job that lives only the last run does: one that began before it has lost its end. A job that
 * grew or shrank has a record that begins later than the job.
 */
export const isLive = ({ job, start }: Run, { live }: Moment): boolean => (live.get(job) ?? Infinity) <= start

export const runKey = ({ job, start }: Pick<Run, 'job' | 'start'>): string => `${job}/${start}`

/**
 * What an agent reads of a cluster, whatever runs it. Each list has all that overlaps the window, and may have more. Throws `Unreachable` where
 * the scheduler does not answer, or answers what cannot be read.
 */
export type Scheduler = Readonly<{
  cluster: string
  moment: () => Promise<Moment>
  runs: (window: Interval) => Promise<readonly Run[]>
  events: (window: Interval) => Promise<readonly NodeEvent[]>
  kept: (window: Interval) => Promise<readonly KeptNodes[]>
  nodes: () => Promise<readonly NodeGpus[]>
}>

/** The scheduler did not answer, or said what nobody can read: try again later. */
export class Unreachable extends Error {}

/** What came of a write: a second one of the same changes nothing. */
export type Written = 'made' | 'changed' | 'unchanged'

/** How much an account may hold at once, and in all. Undefined: as much as there is. */
export type AccountWanted = Readonly<{
  account: string
  /** GPUs at once. 0 stops it: its jobs wait. */
  gpus?: number
  /** GPU-minutes in all, as of a block that was paid for in advance. */
  gpuMinutes?: number
  qos: readonly string[]
}>
export type QosWanted = Readonly<{ qos: string; priority: number; preempts: readonly string[]; requeue: boolean }>
export type ReservationWanted = Readonly<{
  name: string
  from: Instant
  to: Instant
  nodes: string
  accounts: readonly string[]
  maintenance: boolean
}>

/** What an agent writes to a cluster. Every write reads first, and writes only what is not so. Throws `RangeError` on a name that is none. */
export type SchedulerDesk = Readonly<{
  putQos: (wanted: QosWanted) => Promise<Written>
  putAccount: (wanted: AccountWanted) => Promise<Written>
  putReservation: (wanted: ReservationWanted) => Promise<Written>
  /** True when there was one. */
  removeReservation: (name: string) => Promise<boolean>
}>
