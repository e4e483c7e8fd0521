import * as fs from 'node:fs'
import type { TelemetrySink } from '../src/server/fleet/telemetry-sink.ts'

/** Samples in a file, each batch on the disk before it is acknowledged: a store whose content can be counted from outside. */
export const makeFileSink = (path: string): TelemetrySink => {
  const file = fs.openSync(path, 'a')
  return {
    append: async ({ factory, series, of, timestampMs, value }) => {
      const lines = [...of].map((at, i) => {
        const { node, gpu, metric } = series[at]!
        return `${factory} ${node} ${gpu} ${metric} ${timestampMs[i]} ${value[i]}\n`
      })
      fs.writeSync(file, lines.join(''))
      fs.fsyncSync(file)
      return { accepted: of.length, refused: [] }
    },
  }
}
