import { formatMoney, money } from '../../core/base/money.ts'
import { toDecimal } from '../../core/base/rational.ts'
import { formatInstant } from '../../core/base/time.ts'
import type { ClaimRecord, FindingRecord } from '../app/claims.ts'
import type { Decision, StoredFinding } from '../store/claims.ts'
import type { ClaimWire, DecisionWire, FindingDetailWire, FindingWire, RingsWire } from '../../wire/claim.ts'
import { ofReading } from './factory-readings.ts'

export const toDecision = ({ decision, reason, by, at, readings, gpuSeconds }: Decision): DecisionWire => ({
  decision,
  reason,
  by,
  at: formatInstant(at),
  readings: readings.length,
  gpuSeconds,
})

const latestOf = (decisions: readonly Decision[], id: string): Decision | undefined => decisions.findLast(({ finding }) => finding === id)

export const toFinding = (finding: StoredFinding, decisions: readonly Decision[]): FindingWire => {
  const { id, kind, verdict, subject, unit, rack, from, to, gpuSeconds, minor, currency } = finding
  const decision = latestOf(decisions, id)
  return {
    id,
    kind,
    verdict,
    subject,
    unit: unit ?? null,
    rack: rack ?? null,
    from: formatInstant(from),
    to: formatInstant(to),
    gpuSeconds,
    amount: minor === undefined ? null : formatMoney(money(minor, currency)),
    decision: decision === undefined ? null : toDecision(decision),
  }
}

/** Kinds of findings, the most money first: those that take something off the claim, then what lies beside it. */
const kindsOf = ({ run: { summary } }: ClaimRecord): ClaimWire['kinds'] => {
  const { blocks, beside, currency } = summary
  const ofClaim = Map.groupBy(
    blocks.flatMap(({ reasons }) => reasons.filter(({ findings }) => findings > 0)),
    ({ reason }) => reason,
  )
  const sums = [...ofClaim].map(([kind, all]) => ({
    kind,
    verdict: kind === 'no-evidence' || kind === 'not-offered' ? ('unproven' as const) : ('rejected' as const),
    gpuSeconds: all.reduce((sum, each) => sum + each.gpuSeconds, 0),
    minor: all.reduce((sum, each) => sum + each.minor, 0n),
    findings: all.reduce((sum, each) => sum + each.findings, 0),
  }))
  const inOrder = sums.toSorted((a, b) => (a.minor === b.minor ? b.gpuSeconds - a.gpuSeconds : a.minor > b.minor ? -1 : 1))
  return [...inOrder, ...beside.map((each) => ({ ...each, verdict: 'beside' as const }))].map(({ minor, ...rest }) => ({
    ...rest,
    amount: formatMoney(money(minor, currency)),
  }))
}

export const toClaim = (claim: ClaimRecord): ClaimWire => {
  const { schedule, run, decisions } = claim
  const { blocks, unlocated } = run.summary
  const sum = (of: 'claimed' | 'eligible' | 'rejected' | 'unproven') => blocks.reduce((all, block) => all + block[of], 0)
  const latest = new Map(decisions.map((each) => [each.finding, each.decision]))
  return {
    agreement: schedule.agreement,
    title: schedule.title,
    month: run.month,
    zone: schedule.zone,
    currency: schedule.currency,
    run: run.run,
    by: run.by,
    from: formatInstant(run.window.from),
    to: formatInstant(run.window.to),
    claimed: sum('claimed'),
    eligible: sum('eligible'),
    rejected: sum('rejected'),
    unproven: sum('unproven'),
    blocks: blocks.map(({ block, basis, claimed, eligible, rejected, unproven }) => ({
      block,
      factory: schedule.blocks.find(({ id }) => id === block)?.factory ?? '',
      basis,
      claimed,
      eligible,
      rejected,
      unproven,
    })),
    kinds: kindsOf(claim),
    findings: run.findings,
    decided: [...latest.values()].filter((decision) => decision !== 'ask').length,
    nodes: unlocated.nodes,
    silent: unlocated.silent,
    sentences: [...unlocated.sentences],
  }
}

export const toFindingDetail = (record: FindingRecord): FindingDetailWire => {
  const { finding, schedule, run, decisions, tolerances, readings, nodeGpus } = record
  const { evidence, text } = finding
  return {
    ...toFinding(finding, decisions),
    agreement: schedule.agreement,
    month: run.month,
    zone: schedule.zone,
    currency: schedule.currency,
    text,
    nodeGpus: nodeGpus ?? null,
    tolerances: {
      idleWatts: tolerances.idleWatts,
      toleranceSeconds: tolerances.toleranceSeconds,
      coverage: toDecimal(tolerances.coverage),
      clockSkewSeconds: tolerances.clockSkewSeconds,
      listPrice: tolerances.listPrice === undefined ? null : toDecimal(tolerances.listPrice),
    },
    hours: evidence.hours,
    figures: evidence.figures.map(([at, gpuSeconds, active, powered, covered, watts, xid]) => ({
      at: formatInstant(at),
      gpuSeconds,
      active,
      powered,
      covered,
      watts,
      xid,
    })),
    readingCount: Math.max(evidence.readings, readings.length),
    readings: readings.map(ofReading),
    decisions: decisions.filter((each) => each.finding === finding.id).map(toDecision),
  }
}

/** Findings of racks in one hall, those of one rack, kind and stretch as one. */
export const toRings = (findings: readonly StoredFinding[], hall: string): RingsWire['rings'] => {
  const prefix = hall === '-' ? '' : `${hall}/`
  const here = findings.filter(({ rack }) => rack !== undefined && rack.startsWith(prefix) && (hall !== '-' || !rack.includes('/')))
  return [...Map.groupBy(here, ({ rack, kind, verdict, from, to }) => [rack, kind, verdict, from, to].join(' ')).values()].map((same) => {
    const { id, kind, verdict, rack, from, to } = same[0]!
    return {
      finding: id,
      ids: same.map((each) => each.id),
      kind,
      verdict,
      rack: rack!,
      nodes: same.flatMap(({ unit }) => unit ?? []),
      from: formatInstant(from),
      to: formatInstant(to),
      gpuSeconds: same.reduce((sum, each) => sum + each.gpuSeconds, 0),
      findings: same.length,
    }
  })
}
