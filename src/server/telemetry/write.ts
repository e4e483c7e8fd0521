import { setImmediate as turn } from 'node:timers/promises'
import { quote } from './ddl.ts'
import { sampleSelect, sampleStructure, type Encoded } from './encode.ts'
import type { Engine } from './engine.ts'
import { database } from './schema.ts'

/** Samples that may wait for the disk. Who brings more is told to come again. */
export const waitingSamplesMax = 1_000_000
/** Samples that go in together: each insert costs a few flushes of the disk, however large it is. */
export const groupSamplesMax = 200_000

/** Too many samples wait for the disk: nothing of this batch was kept, and it may be sent again in a moment. */
export class TelemetryBusy extends Error {
  override name = 'TelemetryBusy'
}

type Waiting = Readonly<{ factory: string; encoded: Encoded; done: () => void; fail: (error: unknown) => void }>

const hourSeconds = (ms: number): number => ms / 1000

/** Takes the first that go in together: as many as fit, and at least one. */
const takeGroup = (waiting: Waiting[]): Waiting[] => {
  let [count, samples] = [0, 0]
  while (count < waiting.length && (count === 0 || samples + waiting[count]!.encoded.accepted <= groupSamplesMax))
    samples += waiting[count++]!.encoded.accepted
  return waiting.splice(0, count)
}

/**
 * Writes batches, those that came while the disk was busy all together: one that has been written is on the disk, and its hours are marked as
 * touched. The mark comes after the samples and before the word that they are kept, so a fold that sees the mark sees the samples.
 */
export const makeWriter = (engine: Engine) => {
  const waiting: Waiting[] = []
  let [samples, generation] = [0, 0]
  // What is known to be marked. Only who writes alone may rely on it.
  const marked = new Set<string>()
  let work: Promise<void> | undefined

  const mark = async (group: readonly Waiting[]): Promise<void> => {
    const hours = group.flatMap(({ factory, encoded }) => [...encoded.hours].map((ms) => `(${quote(factory)}, ${hourSeconds(ms)}, 1)`))
    const unmarked = [...new Set(hours)].filter((each) => !engine.alone || !marked.has(each))
    if (unmarked.length === 0) return
    const before = generation
    await engine.command(`INSERT INTO ${database}.telemetry_touched (factory, hour, times) VALUES ${unmarked.join(', ')}`)
    // A fold that read the marks meanwhile may take this one away.
    if (before === generation) for (const each of unmarked) marked.add(each)
  }

  const writeGroup = async (group: readonly Waiting[]): Promise<void> => {
    try {
      const rows = group.length === 1 ? group[0]!.encoded.rows : Buffer.concat(group.map(({ encoded }) => encoded.rows))
      await engine.insert({ table: `${database}.telemetry_samples`, structure: sampleStructure, select: sampleSelect, rows })
      await mark(group)
      for (const { done } of group) done()
    } catch (error) {
      for (const { fail } of group) fail(error)
    }
  }

  const writeAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      // Who waited for the last group may have the next batch at hand: it goes along with this one.
      await turn()
      const group = takeGroup(waiting)
      await writeGroup(group)
      samples -= group.reduce((sum, { encoded }) => sum + encoded.accepted, 0)
    }
    work = undefined
  }

  return {
    /** Samples that are not yet on the disk. */
    waiting: (): number => samples,
    /** Resolves when the samples are on the disk. Throws `TelemetryBusy` where too many wait; rejects where it is not known whether they are kept. */
    write: (factory: string, encoded: Encoded): Promise<void> => {
      if (encoded.accepted === 0) return Promise.resolve()
      if (samples > 0 && samples + encoded.accepted > waitingSamplesMax)
        return Promise.reject(
          new TelemetryBusy(`${samples} samples wait for the disk, and no more than ${waitingSamplesMax} may; send these again`),
        )
      samples += encoded.accepted
      const written = new Promise<void>((done, fail) => void waiting.push({ factory, encoded, done, fail }))
      work ??= writeAll()
      return written
    },
    /** To be called when marks were read, and before samples are: from now on every batch marks its hours anew. */
    forgetMarks: (): void => {
      generation += 1
      marked.clear()
    },
    /** Resolves when nothing waits. */
    idle: async (): Promise<void> => {
      await work
    },
  }
}
export type Writer = ReturnType<typeof makeWriter>
