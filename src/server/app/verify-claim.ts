import { dateOf, isMonth, monthInterval, type Instant, type Interval, type Month } from '../../core/base/time.ts'
import { hourSeconds } from '../../core/claims/grid.ts'
import type { NodeTelemetry } from '../../core/claims/telemetry.ts'
import type { Verification } from '../../core/claims/verification.ts'
import { makeVerifier, type Verifier } from '../../core/claims/verify.ts'
import type { Facts } from '../../core/meter/facts.ts'
import type { Schedule } from '../../core/terms/schedule.ts'
import { appendDeed, nameOf, type By } from '../store/audit.ts'
import { appendRacks, appendRun, findNames, findRun, type ClaimRun, type StoredFinding } from '../store/claims.ts'
import type { Store } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import { tellEvent } from '../store/tell-event.ts'
import { inTransaction, type Work } from '../store/transaction.ts'
import { outsideTerm } from './draw-month.ts'
import { meterOf } from './facts-of.ts'
import { findSchedule } from './find-schedule.ts'

/** Where telemetry is kept: nodes of a factory one after the other, each with the hours from `from` up to `to`. */
export type TelemetrySource = Readonly<{ nodeMonths: (factory: string, from: Instant, to: Instant) => AsyncIterable<NodeTelemetry> }>

export type VerifyRequest = Readonly<{
  agreement: string
  month: Month
  now: Instant
  by: By
  onRead?: ((readings: number) => void) | undefined
  onNode?: ((nodes: number) => void) | undefined
}>

export type VerifyAnswer =
  | Readonly<{ kind: 'verified'; run: ClaimRun; verification: Verification; findings: readonly StoredFinding[]; zone: string }>
  | Readonly<{ kind: 'refused'; messages: readonly string[] }>

type Loaded = Readonly<{ schedule: Schedule; window: Interval; verifier: Verifier; facts: Facts }>

/** Findings whose readings are looked up by name: the largest. */
const namedFindingsMax = 5000

/**
 * Holds the claims of a month against readings and telemetry, and keeps what came of it: run, findings and the hours of racks, in one transaction.
 * Without telemetry nothing that is claimed is proven. A month may be verified again and again; no run takes the place of another, and the latest counts.
 */
export const verifyClaim = async (store: Store, telemetry: TelemetrySource | undefined, request: VerifyRequest): Promise<VerifyAnswer> => {
  const loaded = await inTransaction<Loaded | readonly string[]>(store, (tx) => load(tx, request))
  if (!('verifier' in loaded)) return { kind: 'refused', messages: loaded }
  if (telemetry !== undefined) await hear(loaded, telemetry, request.onNode)
  const verification = loaded.verifier.result(loaded.facts)
  return inTransaction<VerifyAnswer>(store, (tx) => keep(tx, loaded, verification, request))
}

/** What the store knows of a month: every reading is handed to meter and verifier as it comes, and none is kept. */
const load = async (tx: Work, { agreement, month, now, onRead }: VerifyRequest): Promise<Loaded | readonly string[]> => {
  if (!isMonth(month)) return [`a month is such as 2026-10, not ${month}`]
  const schedule = await findSchedule(tx.queries, agreement)
  if (schedule === undefined) return [`no agreement ${agreement} is loaded; offtake load FILE loads one`]
  const outside = outsideTerm(schedule, month)
  if (outside !== undefined) return outside.refusal.messages
  const { from, to } = monthInterval(month, schedule.zone)
  // A month under way is verified as far as it has passed: what has not happened is claimed by nobody.
  const window = { from: Math.max(from, schedule.from), to: Math.min(to, schedule.to, now) }
  if (!(window.from < window.to))
    return [`nothing of ${month} has passed within the term of ${agreement}: it is ${dateOf(now, schedule.zone)}`]
  const verifier = makeVerifier(schedule, window)
  const meter = await meterOf(tx, { schedule, window, onRead, also: ({ reading, digest }) => void verifier.add(reading, digest) })
  if ('refusals' in meter) return meter.refusals.map(({ message }) => message)
  const facts = meter.facts()
  return 'refusals' in facts ? facts.refusals.map(({ message }) => message) : { schedule, window, verifier, facts }
}

const hear = async ({ schedule, window, verifier }: Loaded, telemetry: TelemetrySource, onNode: VerifyRequest['onNode']): Promise<void> => {
  const from = Math.floor(window.from / hourSeconds) * hourSeconds
  const to = Math.ceil(window.to / hourSeconds) * hourSeconds
  let nodes = 0
  for (const factory of new Set(schedule.blocks.map((block) => block.factory)))
    for await (const node of telemetry.nodeMonths(factory, from, to)) {
      verifier.judge(node)
      onNode?.((nodes += 1))
    }
}

const keep = async (tx: Work, { schedule, window }: Loaded, verification: Verification, request: VerifyRequest): Promise<VerifyAnswer> => {
  const { agreement, month, now, by } = request
  const { blocks, beside, unlocated } = verification
  const named = verification.findings.slice(0, namedFindingsMax)
  const names = await findNames(tx, [...new Set(named.flatMap(({ evidence }) => evidence.digests))])
  const findings = verification.findings.map((finding): StoredFinding => ({
    ...finding,
    readings: finding.evidence.digests.flatMap((digest) => names.get(digest) ?? []),
  }))
  const summary = { blocks, beside, unlocated, currency: schedule.currency }
  const run = { run: newId('clm'), agreement, month, window, summary, by: nameOf(by) }
  const before = await findRun(tx.queries, agreement, month)
  await appendRun(tx.queries, run, findings, now)
  await appendRacks(
    tx.queries,
    run.run,
    verification.racks.map(({ rack, block, gpus }, i) => ({ rack, block, gpus, hours: verification.heatOf(i) })),
  )
  const sums = blocks.map(({ block, claimed, eligible, rejected, unproven }) => ({ block, claimed, eligible, rejected, unproven }))
  await appendDeed(tx.queries, {
    at: now,
    by,
    action: 'verify',
    subject: `${agreement} ${month}`,
    agreement,
    detail: { run: run.run, findings: findings.length, sums },
    before: before === undefined ? null : { run: before.run, findings: before.findings },
    after: { run: run.run, findings: findings.length },
  })
  await tellEvent(tx, { type: 'claim.verified', agreement, at: now, data: { month, run: run.run, findings: findings.length } })
  return { kind: 'verified', run: { ...run, findings: findings.length }, verification, findings, zone: schedule.zone }
}
