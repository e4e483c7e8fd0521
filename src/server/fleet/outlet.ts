import type { Problem } from '../../core/base/problem.ts'
import type { Reading } from '../../core/meter/reading.ts'

/** What became of readings that were handed on: all of them are kept, but for those refused. */
export type Handed = Readonly<{
  accepted: number
  repeats: number
  refusals: readonly Readonly<{ id: string; problems: readonly Problem[] }>[]
  refused: number
}>

/**
 * Where an agent's readings go. What it answers for is kept for good; it throws where that is not so, and then the same readings may be handed
 * on again. Readings are repeats by source and id, so twice is as good as once.
 */
export type Outlet = Readonly<{ hand: (readings: readonly Reading[]) => Promise<Handed> }>

/** Readings handed on at a time. */
export const handRowsMax = 5_000
