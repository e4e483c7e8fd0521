import type { Instant } from '../../core/base/time.ts'
import type { Reading } from '../../core/meter/reading.ts'
import { isLive, runKey, type KeptNodes, type Moment, type Run } from './scheduler.ts'
import { gapsOf, runSegments, tellRuns, type Telling, type Told } from './tell.ts'
import type { Watermark } from './watermark.ts'

/** A run whose end nobody has said although it does not live: it is told when somebody does. */
type Waits = Readonly<{
  start: Instant
  /** What was over by then is told. */
  after: Instant
  /** Gaps told of it, by their ids. */
  gaps: readonly string[]
}>

/** The runs that wait, by `runKey`. */
export type Waiting = Map<string, Waits>

export const openWaiting = (watermark: Watermark | undefined): Waiting =>
  new Map((watermark?.waiting ?? []).map(({ key, ...waits }) => [key, waits]))

export const closeWaiting = (waiting: Waiting): Watermark['waiting'] =>
  [...waiting].map(([key, { start, after, gaps }]) => ({ key, start, after, gaps: [...gaps] }))

const isKnown = (run: Run, moment: Moment): boolean => run.end !== undefined || isLive(run, moment)

/** The runs of which all is known that is over. The others wait from now on; those that wait already are told by themselves. */
export const sortOut = (waiting: Waiting, runs: readonly Run[], moment: Moment, after: Instant): Run[] =>
  runs.filter((run) => {
    const key = runKey(run)
    if (waiting.has(key)) return false
    if (isKnown(run, moment)) return true
    waiting.set(key, { start: run.start, after, gaps: [] })
    return false
  })

type Owed = Told & Readonly<{ isSettled: boolean; gaps: readonly string[] }>

const liftingOf = ({ config }: Omit<Telling, 'window'>, gap: string): Reading => ({
  kind: 'withdrawal',
  source: config.source,
  id: `${gap}/lifted`,
  replaces: gap,
  revision: 1,
})

/**
 * What is owed of one run that waits. Once its end is known, or that it lives, what was over by `told` and the lifting of its gaps; what is over
 * later is told with all other runs. Until then, gaps for what nobody has said for too long.
 */
export const tellWaiting = (
  waits: Waits,
  run: Run | undefined,
  { telling, moment, until, told }: Readonly<{ telling: Omit<Telling, 'window'>; moment: Moment; until: Instant; told: Instant }>,
  kept: ReadonlyMap<string, KeptNodes>,
): Owed => {
  const { after, gaps } = waits
  if (run === undefined)
    return { readings: [], notes: ['is no longer in the database: what it held since is not known'], isSettled: true, gaps }
  if (isKnown(run, moment)) {
    const { readings, notes } = tellRuns({ ...telling, window: { from: after, to: told } }, [run], kept)
    return { readings: [...readings, ...gaps.map((gap) => liftingOf(telling, gap))], notes, isSettled: true, gaps }
  }
  const window = { from: after, to: until - telling.config.unknownAfterSeconds }
  const owed = runSegments({ ...telling, window }, run).flatMap((segment) => gapsOf(telling, run, segment))
  // Those that are put down may not have been handed on, when the agent died in between.
  const fresh = owed.map(({ id }) => id).filter((id) => !gaps.includes(id))
  const notes = ['has no end and does not live: what it held is told as a gap of sales when it is not said in time']
  return { readings: owed, notes, isSettled: false, gaps: [...gaps, ...fresh] }
}
