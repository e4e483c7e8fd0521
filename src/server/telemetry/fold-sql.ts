import { quote } from './ddl.ts'
import { database } from './schema.ts'

/**
 * What the hourly rows depend on beside the samples. A sample stands for the time until the next of its series, and for `holdSeconds` at most
 * (1 to 3,600): after that there is no evidence. Above `idleWatts` a GPU is powered; above `activity`, a part of the time, it is active.
 */
export type Measure = Readonly<{ holdSeconds: number; idleWatts: number; activity: number }>

/** The nodes of one factory, from the first to the last by name, in the hour that begins at `hour` (seconds since the epoch). */
export type Slice = Readonly<{ factory: string; hour: number; first: string; last: string }>

const hourSeconds = 3_600

/** What is read for an hour: its own samples, and those before it that may still stand when it begins. */
export const windowText = ({ factory, hour }: Pick<Slice, 'factory' | 'hour'>, { holdSeconds }: Measure): string =>
  [
    `factory = ${quote(factory)}`,
    `toStartOfHour(at) BETWEEN toStartOfHour(toDateTime(${hour - holdSeconds}, 'UTC')) AND toDateTime(${hour}, 'UTC')`,
    `at >= fromUnixTimestamp64Milli(${(hour - holdSeconds) * 1000}, 'UTC')`,
  ].join(' AND ')

const [util, engineActive, smActive, power, energy, xid] = [
  "metric = 'DCGM_FI_DEV_GPU_UTIL'",
  "metric = 'DCGM_FI_PROF_GR_ENGINE_ACTIVE'",
  "metric = 'DCGM_FI_PROF_SM_ACTIVE'",
  "metric = 'DCGM_FI_DEV_POWER_USAGE'",
  "metric = 'DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION'",
  "metric = 'DCGM_FI_DEV_XID_ERRORS'",
]
const profiled = `(${engineActive} OR ${smActive})`

/** Seconds of the hour that lie in any of the stretches for which `condition` holds. */
const seconds = (condition: string): string => `toInt64(intervalLengthSumIf(starts, ends, ends > starts AND ${condition}))`

/**
 * A mean over time. Sums are of whole thousandths (power, percent) or millionths (a part) times whole seconds, so they are the same in whatever
 * order they are made; divided once.
 */
const mean = (condition: string, scale: number): string =>
  `toFloat32(sumIf(toInt64(round(value * ${scale})) * (ends - starts), ${condition}) / sumIf(ends - starts, ${condition}) / ${scale})`

/**
 * Folds the samples of a slice into hourly rows, in one statement.
 *
 * 1. Of samples with one series and time, one: the larger (TM4). 2. Each with the one before and the one after it. 3. Each as the stretch of whole
 * seconds of this hour for which it stands, both ends floored. 4. Per GPU, lengths of unions of stretches: those with a profiling metric and
 * those without are apart, so active = |profiled and above| + |profiled or utilised| − |profiled|.
 */
export const foldText = (slice: Slice, measure: Measure, version: number): string => {
  const { factory, hour, first, last } = slice
  const [from, to, hold] = [hour * 1000, (hour + hourSeconds) * 1000, measure.holdSeconds * 1000]
  const inside = `atMs >= ${from}`
  // The counter of energy falls when the driver is loaded again, and counts from nought: then what it shows is what was used since. A stretch
  // longer than a sample stands is counted only where all of it lies in this hour.
  const used = `if(value >= before, value - before, value)`
  // Where no sample comes before, `before` is nought: a gauge that begins with a code tells of an error.
  const known = `beforeMs >= 0 AND (beforeMs >= ${from} OR atMs - beforeMs <= ${hold})`
  return `
INSERT INTO ${database}.telemetry_hourly
  (factory, node, gpu, hour, samples, covered_seconds, active_seconds, powered_seconds, power_max_w, power_mean_w, energy_mj, util_mean, sm_mean, xids, version)
SELECT ${quote(factory)}, node, gpu, toDateTime(${hour}, 'UTC'),
  countIf(${inside}) AS inHour,
  ${seconds(`(${util} OR ${profiled} OR ${power})`)} AS covered,
  ${seconds(`${profiled} AND value > ${measure.activity}`)} + ${seconds(`(${profiled} OR ${util} AND value > 0)`)} - ${seconds(profiled)},
  ${seconds(`${power} AND value > ${measure.idleWatts}`)},
  if(countIf(${power} AND (${inside} OR ends > starts)) = 0, nan, maxIf(value, ${power} AND (${inside} OR ends > starts))),
  ${mean(power, 1_000)},
  sumIf(toUInt64(round(${used})), ${energy} AND ${inside} AND ${known}),
  ${mean(util, 1_000)},
  ${mean(smActive, 1_000_000)},
  arraySort(groupUniqArrayIf(toUInt16(value), ${xid} AND ${inside} AND value != 0 AND value != before)),
  ${version}
FROM (
  SELECT node, gpu, metric, atMs, value, before, beforeMs,
    greatest(intDiv(atMs, 1000), ${hour}) AS starts,
    greatest(least(intDiv(least(afterMs, atMs + ${hold}), 1000), ${hour + hourSeconds}), starts) AS ends
  FROM (
    SELECT node, gpu, metric, atMs, value,
      lagInFrame(value, 1, 0.) OVER series AS before,
      lagInFrame(atMs, 1, toInt64(-1)) OVER series AS beforeMs,
      leadInFrame(atMs, 1, toInt64(${to})) OVER series AS afterMs
    FROM (
      SELECT node, gpu, metric, toUnixTimestamp64Milli(at) AS atMs, max(value) AS value
      FROM ${database}.telemetry_samples
      WHERE ${windowText(slice, measure)} AND node BETWEEN ${quote(first)} AND ${quote(last)}
      GROUP BY node, gpu, metric, atMs
    )
    WINDOW series AS (PARTITION BY node, gpu, metric ORDER BY atMs ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING)
  )
)
GROUP BY node, gpu
HAVING inHour > 0 OR covered > 0`
}
