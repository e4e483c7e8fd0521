import * as fs from 'node:fs'
import { join } from 'node:path'
import type { NodeTelemetry } from '../src/core/claims/telemetry.ts'
import { drawWhole, type Rng } from '../src/server/history/rng.ts'

/** What one GPU did in a sample, by the percentile of a cluster's real telemetry: all quantiles of one percentile are taken together. */
export type Cluster = Readonly<{
  busy: Uint8Array
  powered: Uint8Array
  watts: Float32Array
  idle: readonly number[]
  used: readonly number[]
  all: readonly number[]
}>

/** A cluster of the Acme traces, as DCGM saw it: `busy` where kernels ran for more than `activity` of a sample, `powered` above `idleWatts`. */
export const readCluster = (
  folder: string,
  name: 'seren' | 'kalos',
  { activity, idleWatts }: { activity: number; idleWatts: number },
): Cluster => {
  const [head, ...rows] = fs
    .readFileSync(join(folder, 'acme_dcgm_quantiles.csv'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(','))
  const column = (key: string) => rows.map((row) => Number(row[head!.indexOf(`${name}_${key}`)]))
  const [util, sm, watts] = [column('gpu_util_pct'), column('sm_active_pct'), column('gpu_power_w')]
  const all = rows.map((_, i) => i)
  const busy = Uint8Array.from(sm, (each) => (each > activity * 100 ? 1 : 0))
  const powered = Uint8Array.from(watts, (each) => (each > idleWatts ? 1 : 0))
  return {
    busy,
    powered,
    watts: Float32Array.from(watts),
    idle: all.filter((i) => util[i] === 0 && sm[i] === 0),
    used: all.filter((i) => busy[i] === 1 || powered[i] === 1),
    all,
  }
}

/** What a node's GPUs do at a minute: how many run what was sold, and how many what nobody was told of; and what is not sampled. */
export type Minute = Readonly<{ sold: number; hidden: number }>
type Drawn = Readonly<{
  node: string
  gpus: number
  from: number
  hours: number
  at: (second: number) => Minute
  /** The part of an hour's samples that are missing. */
  missing: (hour: number) => number
  xids: (hour: number) => readonly number[]
  /** Whether hidden use is drawn from all percentiles of a busy cluster, pauses and all, instead of from those of use. */
  paused: boolean
}>

const sampleSeconds = 60
/**
 * In every twentieth idle hour a health check runs on one GPU, for up to four samples. Where something sold begins or ends, samples of all GPUs reach past
 * it by up to a minute: either is below the tolerance of 300 s, both together are not.
 */
const [checkEvery, checkSamplesMax] = [20, 4]

/** Telemetry of a node over whole hours, sample by sample, folded as the store folds it. */
export const drawTelemetry = (rng: Rng, cluster: Cluster, { node, gpus, from, hours, at, missing, xids, paused }: Drawn): NodeTelemetry => {
  const column = () => new Uint32Array(hours)
  const [covered, active, powered, wattsMax] = [column(), column(), column(), new Float32Array(hours)]
  const pick = (list: readonly number[]) => list[Math.floor(rng() * list.length)]!
  for (let hour = 0; hour < hours; hour++) {
    const samples = 3600 / sampleSeconds
    const isIdle = Array.from({ length: samples }, (_, i) => at(from + hour * 3600 + i * sampleSeconds)).every(({ sold }) => sold === 0)
    let check = isIdle && drawWhole(rng, 1, checkEvery) === 1 ? drawWhole(rng, 1, checkSamplesMax) : 0
    let absent = Math.floor(missing(hour) * samples * gpus)
    for (let i = 0; i < samples; i++) {
      const now = at(from + hour * 3600 + i * sampleSeconds)
      for (let gpu = 0; gpu < gpus; gpu++) {
        const left = (samples - i) * gpus - gpu
        if (rng() * left < absent) {
          absent -= 1
          continue
        }
        const isSold = gpu < now.sold
        const isHidden = !isSold && gpu < now.sold + now.hidden
        const isChecked = !isHidden && now.hidden === 0 && gpu === 0 && check > 0
        if (isChecked) check -= 1
        const which = isSold || (isHidden && paused) ? pick(cluster.all) : isHidden || isChecked ? pick(cluster.used) : pick(cluster.idle)
        covered[hour]! += sampleSeconds
        active[hour]! += cluster.busy[which]! * sampleSeconds
        powered[hour]! += cluster.powered[which]! * sampleSeconds
        wattsMax[hour] = Math.max(wattsMax[hour]!, cluster.watts[which]!)
      }
    }
  }
  return { node, gpus, from, covered, active, powered, wattsMax, xids: Array.from({ length: hours }, (_, hour) => xids(hour)) }
}
