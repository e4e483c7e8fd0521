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

/** What is in it: by series and timestamp, as a store keeps it. Throws where one says two things. */
export const readFileSink = (path: string): ReadonlyMap<string, number> => {
  const samples = new Map<string, number>()
  // The last line may be cut off where its process was killed: it was not acknowledged.
  for (const line of fs.readFileSync(path, 'utf8').split('\n').slice(0, -1)) {
    const at = line.lastIndexOf(' ')
    const [key, value] = [line.slice(0, at), Number(line.slice(at + 1))]
    if (samples.has(key) && samples.get(key) !== value) throw new Error(`${key} is ${samples.get(key)} and ${value}`)
    samples.set(key, value)
  }
  return samples
}
