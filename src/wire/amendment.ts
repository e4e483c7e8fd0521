import { z } from 'zod'
import { Hash, Instant, list, LocalDate } from './scalars.ts'
import { PartyShape } from './statement.ts'
import { RewordedShape } from './what-if.ts'

/** Characters of a note or a reason. */
export const proposalNoteMax = 1_000

export const ProposeShape = z
  .object({ document: z.string().min(1), note: z.string().max(proposalNoteMax).default('') })
  .meta({ id: 'Propose', description: 'the whole document of the next version, or of a new agreement: YAML or JSON' })

export const PreviewShape = z.object({ document: z.string().min(1) }).meta({ id: 'Preview' })

export const EndShape = z
  .object({
    act: z.enum(['sign', 'decline', 'withdraw']),
    hash: Hash.meta({ description: 'of the proposal that was read: nothing else is signed' }),
    reason: z.string().max(proposalNoteMax).default(''),
  })
  .meta({ id: 'EndProposal' })

export const ProposalRowShape = z
  .object({
    id: z.string(),
    agreement: z.string(),
    version: z.int().positive(),
    state: z.enum(['open', 'in force', 'declined', 'withdrawn']).meta({ description: 'in force: signed by both parties and loaded' }),
    hash: Hash,
    note: z.string(),
    proposedBy: z.string(),
    party: z.string().nullable().meta({ description: 'for whom; null: whoever owns this installation' }),
    proposedAt: Instant,
    endedBy: z.string().nullable(),
    endedFor: z.string().nullable(),
    endedAt: Instant.nullable(),
    reason: z.string().nullable(),
    guarantor: z.string(),
    operator: z.string(),
    awaits: z.string().nullable().meta({ description: 'the party whose signature is missing' }),
  })
  .meta({ id: 'ProposalRow' })

export const ProposalsShape = z.object({ now: Instant, proposals: list(ProposalRowShape) }).meta({ id: 'Proposals' })

/** A document against what is signed so far: each term as a sentence beside its data. */
export const DraftShape = z
  .object({
    agreement: z.string(),
    title: z.string(),
    version: z.int().positive(),
    effective: LocalDate,
    hash: Hash,
    parties: list(PartyShape.extend({ role: z.string() })),
    against: z.int().nullable().meta({ description: 'the version that it is held against; null: there is none' }),
    sentences: list(RewordedShape),
  })
  .meta({ id: 'Draft' })

export const ProposalShape = ProposalRowShape.extend({ document: z.string(), draft: DraftShape }).meta({ id: 'Proposal' })

export const TemplatesShape = z
  .object({
    templates: list(
      z.object({
        name: z.string(),
        title: z.string(),
        guarantor: z.string(),
        operator: z.string(),
        clauses: list(z.string()),
        gpus: z.int(),
      }),
    ),
  })
  .meta({ id: 'Templates' })

export type ProposalRowWire = z.infer<typeof ProposalRowShape>
export type ProposalsWire = z.infer<typeof ProposalsShape>
export type DraftWire = z.infer<typeof DraftShape>
export type ProposalWire = z.infer<typeof ProposalShape>
export type TemplatesWire = z.infer<typeof TemplatesShape>
