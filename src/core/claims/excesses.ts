import type { Segment } from './sweep.ts'

/** GPU-seconds by hour in which more was sold, or run by one buyer, than a node has. */
export type Excesses = Readonly<{ double: Float64Array; overlap: Float64Array }>
type What = keyof Excesses
type Stretch = { parts: [hour: number, gpuSeconds: number][]; seconds: number }

/** Collects stretches of excess: one that lasts no longer than clocks may differ is a hand-over, and counts for nothing. */
export const makeExcesses = (hours: number, skewSeconds: number) => {
  const found: Excesses = { double: new Float64Array(hours), overlap: new Float64Array(hours) }
  const open: Record<What, Stretch> = { double: { parts: [], seconds: 0 }, overlap: { parts: [], seconds: 0 } }
  const settle = (what: What): void => {
    const { parts, seconds } = open[what]
    if (seconds > skewSeconds) for (const [hour, gpuSeconds] of parts) found[what][hour]! += gpuSeconds
    if (seconds > 0) open[what] = { parts: [], seconds: 0 }
  }
  const add = (segment: Segment): void => {
    for (const what of ['double', 'overlap'] as const) {
      const seconds = segment.to - segment.from
      if (segment[what] === 0) settle(what)
      else {
        open[what].parts.push([segment.hour, segment[what] * seconds])
        open[what].seconds += seconds
      }
    }
  }
  return {
    add,
    close: (): Excesses => {
      settle('double')
      settle('overlap')
      return found
    },
  }
}
