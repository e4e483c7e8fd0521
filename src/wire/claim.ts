import { z } from 'zod'
import { ReadingShape } from './reading.ts'
import { Amount, GpuSeconds, Instant, list, Month } from './scalars.ts'

/** Findings of one page, and rings of one hall, at most. */
export const findingsPageMax = 200
export const findingsPageDefault = 20
export const ringsMax = 2_000
/** Characters of a reason. */
export const decisionReasonMax = 500

export const findingKinds = [
  'implausible-clock',
  'before-acceptance',
  'sold-twice',
  'unavailable',
  'drew-power',
  'above-list-price',
  'no-evidence',
  'not-offered',
  'affiliate-below-reference',
] as const
export const verdicts = ['rejected', 'unproven', 'beside'] as const
export const decisionKinds = ['confirm', 'restore', 'ask'] as const

export const FindingId = z.string().regex(/^[0-9a-f]{6,24}$/, 'should be the id of a finding: 6 to 24 hexadecimal digits')

export const DecisionShape = z
  .object({
    decision: z.enum(decisionKinds),
    reason: z.string(),
    by: z.string(),
    at: Instant,
    readings: z.int().meta({ description: 'readings that it made or took back' }),
    gpuSeconds: GpuSeconds,
  })
  .meta({ id: 'ClaimDecision' })

const FindingHead = {
  id: z.string(),
  kind: z.enum(findingKinds),
  verdict: z.enum(verdicts),
  subject: z.string(),
  unit: z.string().nullable(),
  rack: z.string().nullable(),
  from: Instant,
  to: Instant,
  gpuSeconds: GpuSeconds,
  amount: Amount.nullable().meta({ description: 'at the price of the backstop; null where none is in force' }),
  decision: DecisionShape.nullable().meta({ description: 'the latest about it' }),
}
export const FindingShape = z.object(FindingHead).meta({ id: 'ClaimFinding' })

const KindTotals = z.object({
  kind: z.enum(findingKinds),
  verdict: z.enum(verdicts),
  gpuSeconds: GpuSeconds,
  amount: Amount,
  findings: z.int(),
})

/** The claim of a month as it was last verified. */
export const ClaimShape = z
  .object({
    agreement: z.string(),
    title: z.string(),
    month: Month,
    zone: z.string(),
    currency: z.string(),
    run: z.string(),
    by: z.string(),
    from: Instant,
    to: Instant,
    claimed: GpuSeconds,
    eligible: GpuSeconds,
    rejected: GpuSeconds,
    unproven: GpuSeconds,
    blocks: list(
      z.object({
        block: z.string(),
        factory: z.string(),
        basis: z.enum(['claims', 'derived']),
        claimed: GpuSeconds,
        eligible: GpuSeconds,
        rejected: GpuSeconds,
        unproven: GpuSeconds,
      }),
    ),
    kinds: list(KindTotals).meta({
      description: 'what was found, the most money first; rejected and unproven make up the claim, beside does not',
    }),
    findings: z.int(),
    decided: z.int().meta({ description: 'findings about which the latest word is confirm or restore' }),
    nodes: z.int(),
    silent: z.int().meta({ description: 'nodes without any telemetry' }),
    sentences: list(z.string()).meta({ description: 'what could not be located' }),
  })
  .meta({ id: 'Claim' })

export const FindingsShape = z.object({ findings: list(FindingShape), next: z.string().nullable() }).meta({ id: 'ClaimFindings' })

/** One finding with what it rests on. */
export const FindingDetailShape = z
  .object({
    ...FindingHead,
    agreement: z.string(),
    month: Month,
    zone: z.string(),
    currency: z.string(),
    text: z.string(),
    nodeGpus: z.int().nullable(),
    tolerances: z.object({
      idleWatts: z.int(),
      toleranceSeconds: z.int(),
      coverage: z.string(),
      clockSkewSeconds: z.int(),
      listPrice: z.string().nullable(),
    }),
    hours: z.int().meta({ description: 'hours that it covers; `figures` are the first of them' }),
    figures: list(
      z.object({
        at: Instant,
        gpuSeconds: GpuSeconds,
        active: GpuSeconds.meta({ description: 'GPU-seconds of the node in which kernels ran' }),
        powered: GpuSeconds.meta({ description: 'above the idle level' }),
        covered: GpuSeconds.meta({ description: 'with telemetry' }),
        watts: z.number().meta({ description: 'the most that one GPU drew' }),
        xid: z.int(),
      }),
    ),
    readingCount: z.int(),
    readings: list(ReadingShape),
    decisions: list(DecisionShape),
  })
  .meta({ id: 'ClaimFindingDetail' })

export const RingsShape = z
  .object({
    rings: list(
      z.object({
        finding: z.string().meta({ description: 'the first of them' }),
        ids: list(z.string()),
        kind: z.enum(findingKinds),
        verdict: z.enum(verdicts),
        rack: z.string(),
        nodes: list(z.string()),
        from: Instant,
        to: Instant,
        gpuSeconds: GpuSeconds,
        findings: z.int(),
      }),
    ),
    more: z.boolean(),
  })
  .meta({ id: 'ClaimRings', description: 'findings of a hall, those of one rack, kind and stretch as one' })

export const DecideShape = z
  .object({ decision: z.enum(decisionKinds), reason: z.string().trim().min(1, 'should say why').max(decisionReasonMax) })
  .meta({ id: 'Decide' })
export const DecidedShape = z
  .object({
    finding: z.string(),
    decision: DecisionShape,
    notes: list(z.string()).meta({ description: 'why no reading was made, or fewer GPU-seconds than were found' }),
  })
  .meta({ id: 'Decided' })

export const ClaimsShape = z
  .object({ claims: list(z.object({ agreement: z.string(), title: z.string(), month: Month, findings: z.int() })) })
  .meta({ id: 'Claims', description: 'months whose claims were verified, the latest first' })

export type ClaimWire = z.infer<typeof ClaimShape>
export type ClaimsWire = z.infer<typeof ClaimsShape>
export type FindingWire = z.infer<typeof FindingShape>
export type FindingsWire = z.infer<typeof FindingsShape>
export type FindingDetailWire = z.infer<typeof FindingDetailShape>
export type RingsWire = z.infer<typeof RingsShape>
export type DecisionWire = z.infer<typeof DecisionShape>
export type DecideWire = z.infer<typeof DecideShape>
export type DecidedWire = z.infer<typeof DecidedShape>
export type FindingKindWire = (typeof findingKinds)[number]
