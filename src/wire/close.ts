import { z } from 'zod'
import { Amount, GpuSeconds, Hash, Instant, list, Month } from './scalars.ts'

/** Characters of a reason, of a message, and of a net as it is typed. */
export const reasonLengthMax = 2_000
export const netLengthMax = 40

export const SideShape = z.enum(['operator', 'guarantor'])

export const PersonShape = z.object({ id: z.string(), name: z.string() })

/** How far a month that is over and not final is. */
export const stages = ['open', 'prepared', 'approved-by-operator', 'returned', 'overtaken', 'closing'] as const

const DoneShape = z.object({ by: PersonShape, party: z.string(), side: SideShape, at: Instant })

export const DraftShape = z
  .object({
    id: z.string(),
    agreement: z.string(),
    month: Month,
    version: z.int().positive(),
    hash: Hash.meta({ description: 'SHA-256 of the document: what an approval names' }),
    currency: z.string(),
    net: z.object({ payer: z.string().nullable(), payee: z.string().nullable(), amount: Amount }),
    preparedBy: PersonShape,
    at: Instant,
    approvals: list(DoneShape),
    returned: DoneShape.extend({ reason: z.string() }).nullable(),
    since: z
      .object({
        readings: z.int().nonnegative(),
        terms: z.boolean().meta({ description: 'another version of the terms that counts in this month' }),
      })
      .nullable()
      .meta({ description: 'what bears on the month and came since it was prepared; null where it can be approved no more' }),
    overtaken: z
      .object({ readings: z.int().nonnegative(), reasons: list(z.string()), at: Instant })
      .nullable()
      .meta({ description: 'both approved it, and it was not closed: what is known had changed' }),
  })
  .meta({ id: 'StatementDraft', description: 'a provisional statement that is put before both parties' })

export const PreparedShape = z.object({
  again: z.boolean().meta({ description: 'nothing had changed since it was prepared' }),
  draft: DraftShape,
})
export const DecidedDraftShape = z.object({
  draft: DraftShape,
  approved: z.boolean().meta({ description: 'both parties have approved it: it is being closed' }),
})

export const ApproveShape = z.object({
  net: z.string().min(1).max(netLengthMax).meta({ description: 'the net as whoever approves typed it, such as 8039836.69' }),
  hash: Hash.meta({ description: 'of the version that was read' }),
  despiteNews: z.boolean().optional().meta({
    description: 'whoever approves knows that something came since it was prepared (`since`); without it such a version is refused',
  }),
})
export const ReturnShape = z.object({
  reason: z.string().trim().min(1, 'should say why').max(reasonLengthMax),
})

const StepShape = z.object({
  step: z.enum(['over', 'feeds', 'reconciled', 'claim', 'operator', 'guarantor', 'final']),
  state: z.enum(['done', 'current', 'attention', 'waiting']),
  count: z.int().nonnegative().nullable(),
  of: z.int().nonnegative().nullable(),
  by: PersonShape.nullable().meta({ description: 'who did it' }),
  at: Instant.nullable().meta({ description: 'when it was done, or will be' }),
  left: z.string().nullable().meta({ description: 'what is left to do; of a step that is done, what it was done without' }),
})

const ActShape = z.object({
  act: z.enum(['prepare', 'approve', 'return']),
  may: z.boolean(),
  why: z.string().nullable().meta({ description: 'why not, and who can' }),
})

export const ProgressShape = z
  .object({
    agreement: z.string(),
    month: Month,
    zone: z.string(),
    currency: z.string(),
    to: Instant,
    status: z.enum(['running', ...stages, 'final']),
    draft: DraftShape.nullable(),
    steps: list(StepShape),
    sources: list(
      z.object({
        source: z.string(),
        kinds: list(z.string()),
        readings: z.int().nonnegative(),
        needed: z.boolean(),
        in: z.boolean().meta({ description: 'it has told of the month to its end' }),
        through: Instant.nullable().meta({ description: 'up to when what it told has effect' }),
        lastRecorded: Instant,
      }),
    ),
    differences: GpuSeconds.nullable().meta({ description: 'between sources, when the latest draft was prepared' }),
    acts: list(ActShape).meta({ description: 'what whoever asks can do now' }),
    side: SideShape.nullable().meta({ description: 'for whom they act in this agreement' }),
  })
  .meta({ id: 'PeriodProgress', description: 'how far the close of a month is, and what is left to do' })

export type DraftWire = z.infer<typeof DraftShape>
export type PreparedWire = z.infer<typeof PreparedShape>
export type DecidedDraftWire = z.infer<typeof DecidedDraftShape>
export type ProgressWire = z.infer<typeof ProgressShape>
export type StepWire = ProgressWire['steps'][number]
