import { createHash } from 'node:crypto'
import type { AgreementId } from '../../core/base/id.ts'
import { positive, subtract } from '../../core/base/steps.ts'
import type { Instant, Interval, Month } from '../../core/base/time.ts'
import { claimsSource } from '../../core/meter/authority.ts'
import { fitPieces } from '../../core/claims/pieces.ts'
import { readingText } from '../../core/meter/parse.ts'
import type { Reading } from '../../core/meter/reading.ts'
import { inForce, isBackstop, type Schedule } from '../../core/terms/schedule.ts'
import { nameOf, type By } from '../store/audit.ts'
import {
  findDecisions,
  findFindings,
  findRun,
  type ClaimRun,
  type Decision,
  type DecisionKind,
  type StoredFinding,
} from '../store/claims.ts'
import type { Store } from '../store/database.ts'
import { inTransaction, lockName, type Work } from '../store/transaction.ts'
import { factsOf } from './facts-of.ts'
import { findSchedule } from './find-schedule.ts'
import { importReadings, type ReadingBatch } from './import-readings.ts'
import { recordDecision } from './record-decision.ts'

export type DecideRequest = Readonly<{
  agreement: string
  month: Month
  /** Its id, or a beginning of it that no other has. */
  finding: string
  decision: DecisionKind
  reason: string
  now: Instant
  by: By
}>
export type DecideAnswer =
  | Readonly<{
      kind: 'decided'
      decision: Decision
      finding: StoredFinding
      /** Why no reading was made, or fewer GPU-seconds than were found. */
      notes: readonly string[]
    }>
  | Readonly<{ kind: 'refused'; messages: readonly string[] }>

const refused = (...messages: string[]): DecideAnswer => ({ kind: 'refused', messages })

/** What a decision rests on, and the readings it makes. */
type Draft = Readonly<{
  run: ClaimRun
  schedule: Schedule
  finding: StoredFinding
  decision: Decision
  /** The decision about it before this one. */
  before: Decision | undefined
  readings: readonly Reading[]
  notes: readonly string[]
}>

/**
 * Decides about a finding of the latest run over a month. `confirm` makes readings of the source `claims-<agreement>`, so that settlement follows by the
 * ordinary way; `restore` takes back what a confirmation has made; `ask` puts the question to the operator, and changes nothing. Decision, readings
 * and audit entry are written together or not at all. Of several decisions about a finding the latest counts.
 */
export const decideFinding = async (store: Store, request: DecideRequest): Promise<DecideAnswer> => {
  const draft = await inTransaction<Draft | DecideAnswer>(store, (tx) => prepare(tx, request))
  if ('kind' in draft) return draft
  const { decision, readings, finding, notes } = draft
  const also = (tx: Work): Promise<void> => recordDecision(tx, draft, request)
  const meanwhile = refused(`somebody else decided about ${finding.id} meanwhile; look again`)
  if (readings.length === 0) {
    if (!(await isWritten(store, also))) return meanwhile
  } else {
    const file = `decision ${decision.number} about ${finding.id}`
    const key = `claims ${request.agreement} ${request.month} ${finding.id} ${decision.number}`
    const answer = await importReadings(store, {
      rows: batches(readings),
      file,
      key,
      mode: 'all-or-nothing',
      agreement: request.agreement as AgreementId,
      now: request.now,
      by: request.by,
      also,
    })
    if (answer.kind === 'refused')
      return refused(...answer.record.refusals.flatMap(({ problems }) => problems.map(({ message }) => message)))
    if (answer.kind === 'key taken' || answer.again) return meanwhile
  }
  return { kind: 'decided', decision, finding, notes }
}

const uniqueViolation = '23505'
/** False where another decision took the number of this one: neither waits for the other. */
const isWritten = async (store: Store, write: (tx: Work) => Promise<void>): Promise<boolean> => {
  try {
    await inTransaction(store, write)
    return true
  } catch (error) {
    if ((error as { code?: string }).code !== uniqueViolation) throw error
    return false
  }
}

async function* batches(readings: readonly Reading[]): AsyncGenerator<ReadingBatch> {
  const rows = readings.map((reading, i) => ({
    line: i + 1,
    reading,
    digest: createHash('sha256').update(readingText(reading)).digest('hex'),
  }))
  yield { rows, refusals: [], bytesRead: 0 }
}

const prepare = async (tx: Work, request: DecideRequest): Promise<Draft | DecideAnswer> => {
  const { agreement, month, decision: what, reason, now, by } = request
  if (reason.trim() === '') return refused('a decision needs a reason')
  await lockName(tx, `claims ${agreement} ${month}`, 'exclusive')
  const schedule = await findSchedule(tx.queries, agreement)
  if (schedule === undefined) return refused(`no agreement ${agreement} is loaded; offtake load FILE loads one`)
  const run = await findRun(tx.queries, agreement, month)
  if (run === undefined)
    return refused(`claims of ${agreement} in ${month} were never verified; offtake claims ${agreement} ${month} does it`)
  const found = await seek(tx, run, request)
  if (typeof found === 'string') return refused(found)
  const before = await findDecisions(tx.queries, agreement, month, found.id)
  const standing = before.findLast(({ decision }) => decision !== 'ask')
  if (what === 'confirm' && standing?.decision === 'confirm')
    return refused(`${found.id} is confirmed already, by ${standing.by}: ${standing.reason}`)
  if (what === 'restore' && standing?.decision === 'restore')
    return refused(`${found.id} is restored already, by ${standing.by}: ${standing.reason}`)
  const number = before.length + 1
  const source = claimsSource(schedule.agreement)
  const made =
    what === 'confirm'
      ? await readingsFor(tx, schedule, found, run.window, { source, prefix: `${month}/${found.id}/${number}` })
      : what === 'restore' && standing?.decision === 'confirm'
        ? withdrawalsOf(standing, source)
        : { readings: [], gpuSeconds: 0, notes: [] }
  const { readings, gpuSeconds, notes } = made
  const decision = {
    agreement,
    month,
    finding: found.id,
    number,
    run: run.run,
    decision: what,
    reason,
    by: nameOf(by),
    readings: readings.map(({ id }) => id),
    gpuSeconds,
    at: now,
  }
  return { run, schedule, finding: found, decision, before: before.at(-1), readings, notes }
}

/** A finding of the latest run; of an earlier one where it was confirmed, for what was confirmed is not found again. */
const seek = async (tx: Work, run: ClaimRun, { agreement, month, finding }: DecideRequest): Promise<StoredFinding | string> => {
  const pattern = /^[0-9a-f]{6,24}$/
  if (!pattern.test(finding)) return `a finding is named by 6 to 24 hexadecimal digits, not ${finding}`
  const { rows } = await tx.client.query<{ run: string; finding: string }>(
    `select distinct on (f.finding) f.run, f.finding from claim_finding f join claim_run r using (run)
      where r.agreement = $1 and r.month = $2 and left(f.finding, length($3)) = $3
        and (f.run = $4 or exists (select from claim_decision d where d.agreement = $1 and d.month = $2 and d.finding = f.finding))
      order by f.finding, r.entry desc limit 2`,
    [agreement, month, finding, run.run],
  )
  if (rows.length === 0) return `no finding ${finding} in ${month} of ${agreement}`
  if (rows.length > 1) return `several findings begin with ${finding}: write more of it`
  return (await findFindings(tx.queries, rows[0]!.run, { finding: rows[0]!.finding, limit: 1 }))[0]!
}

type Made = Readonly<{ readings: readonly Reading[]; gpuSeconds: number; notes: readonly string[] }>

const withdrawalsOf = ({ readings, gpuSeconds }: Decision, source: string): Made => ({
  readings: readings.map((id) => ({ kind: 'withdrawal', source, id: `${id}/back`, replaces: id })),
  gpuSeconds,
  notes: [],
})

const none = (why: string): Made => ({ readings: [], gpuSeconds: 0, notes: [why] })

type Naming = Readonly<{ source: string; prefix: string }>

/** The readings that a confirmation makes, by the kind of the finding. */
const readingsFor = async (tx: Work, schedule: Schedule, finding: StoredFinding, window: Interval, naming: Naming): Promise<Made> => {
  if (finding.verdict === 'beside') return none(whyBeside(finding))
  switch (finding.kind) {
    case 'drew-power':
    case 'unavailable':
    case 'no-evidence':
      return placedReadings(tx, schedule, finding, window, naming)
    case 'above-list-price':
      return conditionReadings(schedule, finding, naming)
    case 'sold-twice':
      return none('the sales are on record: settlement counts these GPUs as sold, whoever claims them')
    case 'before-acceptance':
      return none('settlement counts capacity from its acceptance: what was claimed before it is not paid for')
    case 'implausible-clock':
      return none('what is owed comes from what happened, not from claims: a claim made too early is worth nothing by itself')
    case 'not-offered':
      return none('that no offer is on record proves nothing: an offer reading settles it, or a condition that fails')
    case 'affiliate-below-reference':
      return none(whyBeside(finding))
  }
}

const whyBeside = ({ kind }: StoredFinding): string =>
  kind === 'affiliate-below-reference'
    ? 'the share of revenue takes sales to affiliates at no less than the reference price already'
    : kind === 'sold-twice'
      ? 'settlement counts every sale: what was sold twice lowers what is unsold twice'
      : 'the source has to correct its readings: nobody else knows what the clock should have said'

const conditionReadings = (schedule: Schedule, { subject, from, pieces }: StoredFinding, { source, prefix }: Naming): Made => {
  const { listCondition } = inForce(schedule.claims, from).value
  const clauses = schedule.clauses.filter(
    (clause) =>
      isBackstop(clause) &&
      clause.covers.some(({ block }) => block === subject) &&
      clause.conditions.some(({ id }) => id === listCondition),
  )
  if (listCondition === undefined || clauses.length === 0)
    return none(
      `no condition of a backstop on ${subject} is named in claims.listCondition: the terms attach nothing to offers above the list price`,
    )
  const ids = [...new Set(clauses.map(({ id }) => id))]
  const readings = ids.flatMap((clause) =>
    pieces.map(([first, last], i): Reading => ({
      kind: 'condition',
      source,
      id: `${prefix}/${clause}/${i + 1}`,
      clause,
      condition: listCondition,
      holds: false,
      block: subject as never,
      from: first,
      to: last,
    })),
  )
  const gpuSeconds = pieces.reduce((sum, [first, last, gpus]) => sum + (last - first) * gpus, 0)
  return {
    readings,
    gpuSeconds,
    notes: [`${listCondition} does not hold for all of ${subject} then: an offer is of the block, not of a node`],
  }
}

/** Sales, outages and gaps, in whole GPUs over whole seconds, never above what the block has unsold then. */
const placedReadings = async (
  tx: Work,
  schedule: Schedule,
  finding: StoredFinding,
  window: Interval,
  { source, prefix }: Naming,
): Promise<Made> => {
  const { subject, unit, kind, pieces, gpuSeconds: wanted } = finding
  const block = schedule.blocks.find(({ id }) => id === subject)!
  const pool = schedule.pools.find(({ id }) => id === block.pool)!
  if (kind === 'drew-power' && pool.attribution === 'specific')
    return none(
      `sales of ${pool.id} belong to the blocks that their order names, and nobody knows the order: tell the sale as an allocation of its order`,
    )
  if (pieces.length === 0) return none('the readings say so already: settlement does not count these GPUs as unsold')
  const facts = await factsOf(tx, { schedule, window })
  if ('refusals' in facts) return none(`the readings of the month contradict each other: ${facts.refusals[0]!.message}`)
  const { available, called, sold } = facts.blocks.find((each) => each.block === subject)!.proven
  const unsold = positive(subtract(subtract(available, called), sold))
  const steps = fitPieces(pieces, unsold, unit !== undefined)
  const readings: Reading[] = []
  let gpuSeconds = 0
  for (const [i, from] of steps.starts.entries()) {
    const [gpus, to] = [steps.values[i]!, steps.starts[i + 1] ?? from]
    if (gpus === 0) continue
    gpuSeconds += gpus * (to - from)
    const common = { source, id: `${prefix}/${readings.length + 1}`, from, to, gpus }
    if (kind === 'drew-power')
      readings.push({ ...common, kind: 'allocation', pool: pool.id, ...(unit === undefined ? {} : { nodes: unit }) })
    else if (kind === 'unavailable')
      readings.push({ ...common, kind: 'outage', block: block.id, ...named(unit), reason: `finding ${finding.id}` })
    else readings.push({ ...common, kind: 'gap', block: block.id, of: 'health', ...named(unit) })
  }
  const notes = gpuSeconds < wanted ? [`${gpuSeconds} of ${wanted} GPU-seconds: the rest is not unsold by the readings as they are`] : []
  return { readings, gpuSeconds, notes }
}

const named = (unit: string | undefined): { unit?: string } => (unit === undefined ? {} : { unit })
