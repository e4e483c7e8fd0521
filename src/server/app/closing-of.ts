import type { Instant, Month } from '../../core/base/time.ts'
import type { Closing, ForSide, Side } from '../../core/statements/closing.ts'
import type { Actor } from '../store/audit.ts'
import { findLatestDraft, toDraftState, type DoerFor, type DraftRecord } from '../store/drafts.ts'
import { findStatement } from '../store/statements.ts'
import { lockName, type Work } from '../store/transaction.ts'

/** A month of an agreement. */
export type MonthName = Readonly<{ agreement: string; month: Month }>

/** Somebody at the door who acts for a side of an agreement; undefined for whom is none of the two. */
export type Decider = Readonly<{ actor: Actor; isPerson: boolean; side: Side | undefined }>

export const forSide = ({ actor: { id }, isPerson, side }: Decider): ForSide => ({ by: id, isPerson, side })

/** As the record names them. Only of whom core lets decide: they have a side and a party. */
export const doerOf = ({ actor: { id, name, party }, side }: Decider): DoerFor => ({ id, name, party: party!, side: side! })

/** How far the close of a month is, and its latest draft. */
export type FoundClosing = Readonly<{ closing: Closing; draft: DraftRecord | undefined }>

export const findClosing = async (tx: Work, { agreement, month }: MonthName): Promise<FoundClosing> => {
  const draft = await findLatestDraft(tx.queries, agreement, month)
  const isFinal = (await findStatement(tx.queries, agreement, month)) !== undefined
  return { closing: { agreement, month, latest: draft && toDraftState(draft), isFinal }, draft }
}

/** One at a time prepares, approves, sends back and closes a month; imports do not wait for it. */
export const lockMonth = (tx: Work, { agreement, month }: MonthName): Promise<void> =>
  lockName(tx, `closing ${agreement} ${month}`, 'exclusive')

export type At = Readonly<{ now: Instant }>
