import type { Json } from '../../core/base/canonical.ts'
import { appendDeed } from '../store/audit.ts'
import { appendDecision, type Decision, type StoredFinding } from '../store/claims.ts'
import { tellEvent } from '../store/tell-event.ts'
import type { Work } from '../store/transaction.ts'
import type { DecideRequest } from './decide-finding.ts'

type Decided = Readonly<{
  decision: Decision
  finding: StoredFinding
  /** The decision about it before this one. */
  before: Decision | undefined
}>

const standing = (decision: Decision | undefined): Json =>
  decision === undefined
    ? null
    : { number: decision.number, decision: decision.decision, reason: decision.reason, by: decision.by, gpuSeconds: decision.gpuSeconds }

/** Keeps a decision, writes it into the audit log and tells those who may see it. */
export const recordDecision = async (
  tx: Work,
  { decision, finding, before }: Decided,
  { agreement, month, now, by }: Pick<DecideRequest, 'agreement' | 'month' | 'now' | 'by'>,
): Promise<void> => {
  await appendDecision(tx.queries, decision)
  const { decision: what, reason, readings, gpuSeconds, number } = decision
  const named = { finding: finding.id, kind: finding.kind, decision: what, number, reason }
  await appendDeed(tx.queries, {
    at: now,
    by,
    action: 'decide',
    subject: `${agreement} ${month}`,
    agreement,
    detail: { ...named, readings: readings.length, gpuSeconds },
    before: standing(before),
    after: standing(decision),
  })
  await tellEvent(tx, { type: 'finding.decided', agreement, at: now, data: { ...named, month } })
}
