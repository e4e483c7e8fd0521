import { createHash } from 'node:crypto'
import { canonical, type Json } from '../../core/base/canonical.ts'
import type { Instant } from '../../core/base/time.ts'
import { compareLines, toCompared, type StatementComparison } from '../../core/statements/compare.ts'
import type { Statement } from '../../core/statements/statement.ts'
import type { Store } from '../store/database.ts'
import { findKnown } from '../store/known.ts'
import { inTransaction } from '../store/transaction.ts'
import { drawMonth } from './draw-month.ts'

/** What a statement was settled from, and what came of settling it again from that. */
export type Recomputed = Readonly<{
  statement: Statement
  hash: string
  /** When it was recorded: later readings and versions take no part. */
  recordedAt: Instant
  /** Readings that its evidence counts. */
  readings: number
}> &
  (
    | Readonly<{ kind: 'equal' }>
    | Readonly<{
        kind: 'different'
        settledHash: string
        settled: Statement
        /** Members of the document that are not what they were. */
        members: readonly string[]
        comparison: StatementComparison
      }>
    /** It cannot be settled again, in sentences. */
    | Readonly<{ kind: 'impossible'; messages: readonly string[] }>
  )

type Row = { document: string; hash: string; recorded_at: Date }

const differing = (before: Statement, after: Statement): string[] => {
  const [was, is] = [before, after] as unknown as Record<string, Json>[]
  return Object.keys({ ...was, ...is }).filter((key) => canonical(was![key] ?? null) !== canonical(is![key] ?? null))
}

/**
 * Settles the month of a stored statement again from what was known when it was closed: the versions of the terms, the imports and the late readings that
 * the audit log has before the close, and the statements of the months before. The documents are compared byte for byte, by their hashes; where they
 * differ, line by line. Nothing is written. Undefined where there is no such statement.
 */
export const recompute = (store: Store, id: string): Promise<Recomputed | undefined> =>
  inTransaction<Recomputed | undefined>(store, async (tx) => {
    const { rows } = await tx.client.query<Row>(
      `select document, hash, recorded_at from statement where id = $1
       union all select document, hash, recorded_at from statement_draft where id = $1`,
      [id],
    )
    const [row] = rows
    if (row === undefined) return undefined
    const statement = JSON.parse(row.document) as Statement
    const recordedAt = Math.floor(row.recorded_at.getTime() / 1000)
    const readings = statement.evidence.reduce((sum, each) => sum + each.readings, 0)
    const about = { statement, hash: row.hash, recordedAt, readings }
    const impossible = (...messages: string[]): Recomputed => ({ ...about, kind: 'impossible', messages })
    const known = await findKnown(tx, id)
    if (known === undefined) return impossible('the audit log does not say when it was closed, so nobody can tell what was known then')
    const { agreement, month, version, finalOn } = statement
    const drawn = await drawMonth(tx, { agreement, month, now: recordedAt, isFinal: finalOn !== null, version, known })
    if ('refusal' in drawn) return impossible(...drawn.refusal.messages)
    const settled = drawn.statement
    const settledHash = createHash('sha256').update(canonical(settled)).digest('hex')
    if (settledHash === row.hash) return { ...about, kind: 'equal' }
    const comparison = compareLines({
      before: statement.lines.map(toCompared),
      after: settled.lines.map(toCompared),
      currency: statement.currency,
    })
    return { ...about, kind: 'different', settledHash, settled, members: differing(statement, settled), comparison }
  })
