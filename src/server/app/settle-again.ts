import { monthInterval, type Instant, type Month } from '../../core/base/time.ts'
import { settleAgain, type Chain, type SettledAgain } from '../../core/settlement/correct.ts'
import { settlementWindow } from '../../core/settlement/period.ts'
import type { State } from '../../core/settlement/line.ts'
import type { StatedMonth } from '../../core/settlement/stated.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import type { Work } from '../store/transaction.ts'
import { factsOf } from './facts-of.ts'

export type AgainRequest = Readonly<{
  schedule: Schedule
  /** The final months to settle, one after the other, and all statements before and among them as they were stated. */
  months: readonly Month[]
  stated: readonly StatedMonth[]
  /** What the month before the first left. */
  opening: State
  now: Instant
  /** Stops between months, and between batches of readings. */
  signal?: AbortSignal | undefined
}>

/** A month that was settled again; or why it cannot be, in sentences: then it is the last. */
export type AgainStep = Readonly<{ settled: SettledAgain } | { refusals: readonly string[] }>

/** Settles final months again on all that is known, each opened with what the one before leaves. Nothing is written. Throws the signal's reason. */
export async function* settleMonths(tx: Work, request: AgainRequest): AsyncGenerator<AgainStep> {
  const { schedule, months, stated, opening, now, signal } = request
  let chain: Chain = { schedule, stated, settled: [], closing: opening, refusals: [] }
  for (const month of months) {
    signal?.throwIfAborted()
    const window = settlementWindow(schedule, month)
    const facts = await factsOf(tx, { schedule, window, lifeUntil: now + 1, onRead: () => signal?.throwIfAborted() })
    if ('refusals' in facts) return yield { refusals: facts.refusals.map(({ message }) => `${month}: ${message}`) }
    chain = settleAgain(chain, month, facts)
    if (chain.refusals.length > 0) return yield { refusals: chain.refusals }
    yield { settled: chain.settled.at(-1)! }
  }
}

/** The versions of the terms that count from before the end of a month. */
export const termsOf = ({ versions, zone }: Schedule, month: Month) => {
  const { to } = monthInterval(month, zone)
  return versions.filter(({ effective }) => effective < to).map(({ version, hash }) => ({ version, hash }))
}
