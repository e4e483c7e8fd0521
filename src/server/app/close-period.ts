import { createHash } from 'node:crypto'
import { canonical, type Json } from '../../core/base/canonical.ts'
import type { Instant, Month } from '../../core/base/time.ts'
import { post } from '../../core/posting/post.ts'
import type { Statement } from '../../core/statements/statement.ts'
import { appendDeed, type By } from '../store/audit.ts'
import type { Store } from '../store/database.ts'
import { countDrafts } from '../store/drafts.ts'
import { newId } from '../store/ids.ts'
import { appendJournals } from '../store/journals.ts'
import { appendStatement, findStatement, type StoredStatement } from '../store/statements.ts'
import { tellEvent } from '../store/tell-event.ts'
import { inTransaction, lockName, type Work } from '../store/transaction.ts'
import { drawMonth, type CloseRefusal, type Drawn } from './draw-month.ts'

export type CloseAnswer =
  | Readonly<{
      kind: 'closed'
      /** It was final before. */
      again: boolean
      stored: StoredStatement
      /** What came for months that are closed for good, and so is not settled: in sentences. */
      listed: readonly string[]
    }>
  | Readonly<{ kind: 'refused'; refusal: CloseRefusal }>

export type CloseRequest = Readonly<{
  agreement: string
  month: Month
  now: Instant
  by: By
  onRead?: ((readings: number) => void) | undefined
  /** Something that is to happen exactly if the month is closed by this call: done in the same transaction. */
  also?: ((tx: Work) => Promise<void>) | undefined
}>

/**
 * Settles one month of an agreement for good, and posts it to both books: statement, journals and audit entry in one transaction, or none.
 * Months close in order. Safe to call twice: a month that is final is answered with its statement.
 */
export const closePeriod = (store: Store, request: CloseRequest): Promise<CloseAnswer> =>
  inTransaction<CloseAnswer>(store, async (tx) => {
    const { agreement, month, now, by } = request
    // Imports hold the same lock shared: while a month closes, no reading of it is on its way.
    await lockName(tx, `agreement ${agreement}`, 'exclusive')
    const final = await findStatement(tx.queries, agreement, month)
    if (final !== undefined) return { kind: 'closed', again: true, stored: final, listed: [] }
    const drawn = await drawMonth(tx, { ...request, version: await nextVersion(tx, request), isFinal: true })
    if ('refusal' in drawn) return { kind: 'refused', refusal: drawn.refusal }
    const stored = await keepFinal(tx, drawn, { now, by })
    await request.also?.(tx)
    return { kind: 'closed', again: false, stored, listed: drawn.listed }
  })

/** The number of the next statement of a month: after those of its drafts, so that a number means one document for ever. */
export const nextVersion = async ({ queries }: Work, { agreement, month }: Pick<CloseRequest, 'agreement' | 'month'>): Promise<number> =>
  (await countDrafts(queries, agreement, month)) + 1

/** Keeps a statement that was drawn as final, and posts it to both books. */
export const keepFinal = async (
  tx: Work,
  { statement, interval, lateKnown, listed }: Drawn,
  { now, by, approved }: Pick<CloseRequest, 'now' | 'by'> & Readonly<{ /** What both parties approved. */ approved?: Json }>,
): Promise<StoredStatement> => {
  const document = canonical(statement)
  const stored = { id: newId('stm'), hash: createHash('sha256').update(document).digest('hex'), statement }
  await appendStatement(tx.queries, { ...stored, interval, document, lateKnown, now })
  await appendJournals(tx.queries, stored.id, post(statement), now)
  await record(tx, { stored, listed, approved }, { now, by })
  return stored
}

/** Writes down that a month is final, and tells those who may see it: of its statement, and of each month that it corrects. */
const record = async (
  tx: Work,
  { stored, listed, approved }: Readonly<{ stored: StoredStatement; listed: readonly string[]; approved: Json | undefined }>,
  { now, by }: Pick<CloseRequest, 'now' | 'by'>,
): Promise<void> => {
  const { id: statement, hash } = stored
  const { agreement, month, factsHash, currency, dueOn, totals, version, lines } = stored.statement
  await appendDeed(tx.queries, {
    at: now,
    by,
    action: 'close',
    subject: `${agreement} ${month}`,
    agreement,
    detail: {
      statement,
      hash,
      factsHash,
      ...(listed.length === 0 ? {} : { listed }),
      ...(approved === undefined ? {} : { approved }),
    },
    before: { status: 'open' },
    after: { status: 'final', version, statement, hash, net: totals.net, payable: totals.payable, currency },
  })
  const told = { statement, sha256: hash, currency }
  const data = { ...told, month, version, dueOn, net: totals.net, payable: totals.payable }
  await tellEvent(tx, { type: 'statement.final', agreement, at: now, data })
  for (const corrected of new Set(lines.flatMap(({ corrects }) => corrects ?? [])))
    await tellEvent(tx, { type: 'statement.corrected', agreement, at: now, data: { ...told, month: corrected, statedIn: month } })
}

export type ProvisionalAnswer = Readonly<{
  statement: Statement
  listed: readonly string[]
  /** The month is not over: what is not read yet counts as unsold. */ running: boolean
}>

/** The statement of a month as it would be on what is known now. Nothing is written. */
export const provisionalStatement = (
  store: Store,
  request: Pick<CloseRequest, 'agreement' | 'month' | 'now' | 'onRead'>,
): Promise<ProvisionalAnswer | Readonly<{ refusal: CloseRefusal }>> =>
  inTransaction<ProvisionalAnswer | Readonly<{ refusal: CloseRefusal }>>(store, async (tx) => {
    const drawn = await drawMonth(tx, { ...request, isFinal: false })
    return 'refusal' in drawn ? drawn : { statement: drawn.statement, listed: drawn.listed, running: drawn.interval.to > request.now }
  })
