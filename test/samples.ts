import type { HourlyRow } from './plain-fold.ts'
import type { Sample, SampleBatch } from '../src/server/telemetry/sample.ts'
import type { Telemetry } from '../src/server/telemetry/telemetry.ts'

/** Samples of one factory as the batch that a decoder makes of them. */
export const batchOf = (samples: readonly Sample[]): SampleBatch => {
  const names = [...new Set(samples.map(({ node, gpu, metric }) => JSON.stringify([node, gpu, metric])))]
  const index = new Map(names.map((name, i) => [name, i]))
  return {
    factory: samples[0]!.factory,
    series: names.map((name) => {
      const [node, gpu, metric] = JSON.parse(name) as [string, number, string]
      return { node, gpu, metric }
    }),
    of: Uint32Array.from(samples, ({ node, gpu, metric }) => index.get(JSON.stringify([node, gpu, metric]))!),
    timestampMs: Float64Array.from(samples, ({ atMs }) => atMs),
    value: Float64Array.from(samples, ({ value }) => value),
  }
}

/** The hourly rows of a factory, as they are to be read: each once. */
export const hourlyRows = ({ engine }: Telemetry, factory: string): Promise<HourlyRow[]> =>
  engine.rows<HourlyRow>(
    `SELECT factory, node, gpu, toUInt32(hour) AS hour, samples, covered_seconds AS covered, active_seconds AS active, powered_seconds AS powered,
       power_max_w AS powerMax, power_mean_w AS powerMean, toString(energy_mj) AS energy, util_mean AS util, sm_mean AS sm, xids
     FROM offtake.telemetry_hourly FINAL WHERE factory = '${factory}' ORDER BY toString(node), gpu, hour`,
  )
