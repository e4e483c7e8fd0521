import { monthInterval, type Instant, type Interval, type Month } from '../../core/base/time.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import type { World } from '../history/world.ts'
import { areasOf, type Area } from './buyers.ts'
import { layOut, type Layout } from './layout.ts'
import { worksOf, type Work } from './works.ts'

/** What a campus is made up of. Same arguments, same readings, on any machine. */
export type CampusPlan = Readonly<{
  schedule: Schedule
  month: Month
  /** GPUs at most; in whole racks of 72, shared over the blocks in proportion. */
  gpus: number
  /** 0 to 2^53 − 1 */
  seed: number
  tenants: number
  /** Part of the GPUs that jobs hold on average, 0 to 1. */
  load: number
}>

/** Who is told what every GPU does, in order of time. */
export type Recorder = Readonly<{
  /** GPU `gpu` of a node, counted from 0, is held by a job from `at` on, or no longer. */
  hold: (node: number, gpu: number, isHeld: boolean, at: Instant) => void
  /** A node is out of service from `at` on, or back. */
  out: (node: number, isOut: boolean, at: Instant, xid: number | undefined) => void
  /** An hour of the month has ended. */
  hourEnds: (at: Instant) => void
}>

/** What stands, what breaks and who buys: all that is known before anything happens. */
export type Campus = Readonly<{ plan: CampusPlan; world: World; layout: Layout; areas: readonly Area[]; works: readonly Work[] }>

export const campusOf = (plan: CampusPlan): Campus => {
  const { schedule, month, gpus, seed, tenants, load } = plan
  const whole = monthInterval(month, schedule.zone)
  const window: Interval = { from: Math.max(whole.from, schedule.from), to: Math.min(whole.to, schedule.to) }
  const source = `campus-${seed}`
  const layout = layOut(schedule, window.from < window.to ? gpus : 0)
  const works = layout.racks.length === 0 ? [] : worksOf({ schedule, layout, month, window, seed, source })
  const world: World = { schedule, seed, source, months: [month], window }
  return { plan, world, layout, areas: areasOf(schedule, layout, tenants, load), works }
}
