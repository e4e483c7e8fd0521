import type { Problem } from '../base/problem.ts'
import { commonDenominator, decimal } from '../base/rational.ts'
import type { PeriodLength } from './agreement.ts'
import { valuesOf } from './check-values.ts'
import { below } from './conform.ts'
import { itemsOf, type SoundAgreement, type SoundBackstop } from './sound.ts'

/** Seconds of the longest period of each length, and a day for what a zone's clocks may add. */
const longest: Readonly<Record<PeriodLength, number>> = { month: 32 * 86_400, quarter: 93 * 86_400, year: 367 * 86_400 }

/** What the GPUs of each block come to when all are accepted. */
const gpusByBlock = ({ blocks }: SoundAgreement): ReadonlyMap<string | undefined, number> =>
  new Map(itemsOf(blocks).map(([{ id, tranches }]) => [id, itemsOf(tranches).reduce((sum, [{ gpus }]) => sum + (gpus ?? 0), 0)] as const))

/**
 * The retained part of a count is itself counted, in the least fraction of a GPU that every retention is a multiple of. GPU-seconds in that
 * fraction, over the longest period, stay below 2^53; a retention that is finer could not be settled exactly, and so is refused.
 */
export const makeCheckExact = (document: SoundAgreement): ((clause: SoundBackstop, pointer: string) => Problem[]) => {
  const gpusOf = gpusByBlock(document)
  return (clause, pointer) => {
    const retention = below(pointer, 'retention')
    const parts = commonDenominator(valuesOf<string>(clause.retention, retention).map(([value]) => decimal(value)))
    const limits = valuesOf<number>(clause.limit, below(pointer, 'limit')).map(([value]) => value)
    const covered = itemsOf(clause.covers).map(([block]) => gpusOf.get(block) ?? 0)
    const together = clause.pool === 'covered' ? covered.reduce((sum, gpus) => sum + gpus, 0) : covered.reduce((a, b) => Math.max(a, b), 0)
    const gpus = limits.reduce((a, b) => Math.max(a, b), together)
    const finest = BigInt(Math.floor(Number.MAX_SAFE_INTEGER / (Math.max(1, gpus) * longest[clause.period ?? 'month'])))
    if (parts <= finest) return []
    const message = `is counted in 1/${parts} of a GPU: with ${gpus} GPUs over a ${clause.period ?? 'month'} at most 1/${finest} is exact, write fewer digits`
    return [{ pointer: retention, message }]
  }
}
