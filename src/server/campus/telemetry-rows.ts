import type { Instant } from '../../core/base/time.ts'
import type { HourlyRow } from '../../core/claims/telemetry.ts'
import { drawQuantile, makeRng, type Quantiles, type Rng } from '../history/rng.ts'
import type { Campus, Recorder } from './campus.ts'
import { gpusPerNode, nodeName, nodesPerRack } from './layout.ts'
import { measuredTelemetry } from './measured-telemetry.ts'

/**
 * What GPUs of Acme's cluster Seren did, as `scripts/calibrate.ts` measures it in the published quantiles of all samples (Hu et al.,
 * "Characterization of Large Language Model Development in the Datacenter", NSDI 2024; AcmeTrace, CC-BY-4.0): A100s of 400 W.
 */
export type MeasuredTelemetry = Readonly<{
  /** Part of the samples in which no SM was active, in thousandths. */
  idlePart: number
  /** Tenths of a watt. */
  idle: Readonly<{ watts: Quantiles }>
  /** Of the other samples; tenths of a per cent, tenths of a watt. */
  active: Readonly<{ utilisation: Quantiles; activity: Quantiles; watts: Quantiles }>
}>

/** Watts of a GB300 for each of an A100: 1,400 to 400. That it idles and works in proportion is an assumption. */
const wattsTimes = 3.5
const wattsMost = 1400
/** Above it a GPU counts as powered (terms of claims, the usual tolerance). */
const idleWatts = 250
const sampleSeconds = 15
const hour = 3600

type Drawn = Readonly<{ isActive: boolean; utilisation: number; activity: number; watts: number }>

const scaled = (tenths: number): number => Math.min(wattsMost, (tenths / 10) * wattsTimes)
const drawIdle = (rng: Rng): Drawn => ({
  isActive: false,
  utilisation: 0,
  activity: 0,
  watts: scaled(drawQuantile(rng, measuredTelemetry.idle.watts)),
})
/** What a GPU does that a job holds: often nothing. The busier half of samples also draws the more power. */
const drawHeld = (rng: Rng): Drawn => {
  if (rng() * 1000 < measuredTelemetry.idlePart) return drawIdle(rng)
  const { utilisation, activity, watts } = measuredTelemetry.active
  const rank = rng()
  const at = (quantiles: Quantiles): number => drawQuantile(() => rank, quantiles)
  return { isActive: true, utilisation: at(utilisation) / 10, activity: at(activity) / 1000, watts: scaled(at(watts)) }
}

const rounded = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits

type Seconds = Readonly<{ held: number; covered: number }>

const rowOf = (name: Pick<HourlyRow, 'factory' | 'node' | 'gpu' | 'hour' | 'xids'>, { held, covered }: Seconds, rng: Rng): HourlyRow => {
  const idle = drawIdle(rng)
  const work = held === 0 ? idle : drawHeld(rng)
  const mean = covered === 0 ? 0 : (work.watts * held + idle.watts * (covered - held)) / covered
  const most = covered === 0 ? 0 : held === 0 ? idle.watts : held === covered ? work.watts : Math.max(idle.watts, work.watts)
  const { xids, ...named } = name
  return {
    ...named,
    samples: Math.floor(covered / sampleSeconds),
    covered_seconds: covered,
    active_seconds: work.isActive ? Math.floor((held * work.utilisation) / 100) : 0,
    powered_seconds: work.watts > idleWatts ? held : 0,
    power_max_w: rounded(most, 1),
    power_mean_w: rounded(mean, 1),
    energy_mj: Math.round(mean * covered * 1000),
    util_mean: covered === 0 ? 0 : rounded((work.utilisation * held) / covered, 1),
    sm_mean: covered === 0 ? 0 : rounded((work.activity * held) / covered, 4),
    xids,
  }
}

/** Seconds in which something is so, of many: counted up whenever it changes. */
const makeClocks = (count: number) => {
  const [seconds, since] = [new Float64Array(count), new Float64Array(count).fill(-1)]
  return {
    turn: (which: number, isOn: boolean, at: Instant): void => {
      if (since[which]! >= 0) seconds[which]! += at - since[which]!
      since[which] = isOn ? at : -1
    },
    /** What has come together since it was taken last; whatever is on goes on. */
    take: (which: number, at: Instant): number => {
      const all = seconds[which]! + (since[which]! >= 0 ? at - since[which]! : 0)
      if (since[which]! >= 0) since[which] = at
      seconds[which] = 0
      return all
    },
  }
}

/**
 * Makes up hourly rows of every GPU, in agreement with what it did: a free GPU is idle, one that a job holds does what GPUs of Acme do, one that is
 * out of service tells nothing. `tell` is given them hour by hour, node by node.
 */
export const makeTelemetry = ({ layout, world }: Campus, tell: (row: HourlyRow) => void): Recorder => {
  const rng = makeRng(world.seed, `telemetry in ${world.months[0]}`)
  const nodes = layout.racks.length * nodesPerRack
  const [held, out] = [makeClocks(nodes * gpusPerNode), makeClocks(nodes)]
  const xids = new Map<number, number[]>()
  let from = world.window.from
  return {
    hold: (node, gpu, isHeld, at) => held.turn(node * gpusPerNode + gpu, isHeld, at),
    out: (node, isOut, at, xid) => {
      out.turn(node, isOut, at)
      if (isOut && xid !== undefined) xids.set(node, [...new Set([...(xids.get(node) ?? []), xid])])
    },
    hourEnds: (to) => {
      for (let node = 0; node < nodes; node++) {
        const { factory } = layout.racks[Math.floor(node / nodesPerRack)]!.block
        const covered = to - from - out.take(node, to)
        const named = { factory, node: nodeName(layout, node), hour: Math.floor(from / hour) * hour, xids: xids.get(node) ?? [] }
        for (let gpu = 0; gpu < gpusPerNode; gpu++)
          tell(rowOf({ ...named, gpu }, { held: held.take(node * gpusPerNode + gpu, to), covered }, rng))
      }
      xids.clear()
      from = to
    },
  }
}
