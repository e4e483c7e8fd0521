import { z } from 'zod'
import { AgreementName, Amount, Hash, Instant, list, Month } from './scalars.ts'

/** Most entries that a page of the audit log holds, and what it holds unless asked. */
export const auditPageMax = 500
export const auditPageDefault = 50
const nameLengthMax = 400
/** Characters of a seed. */
export const seedLengthMax = 100

const name = z.string().min(1).max(nameLengthMax)

export const AuditQueryShape = z.object({
  subject: name.optional().meta({ description: 'what it was done to: sharon-ai 2026-10; `sharon-ai` finds that too' }),
  agreement: AgreementName.optional(),
  actor: name.optional().meta({ description: 'the id or the name of whoever did it' }),
  action: name.optional().meta({ description: 'a verb: load, import, close, verify, decide' }),
  from: z.iso.datetime({ offset: true }).optional().meta({ description: 'done at this instant or later' }),
  to: z.iso.datetime({ offset: true }).optional().meta({ description: 'and before this one' }),
  cursor: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, 'should be the `next` of a page')
    .optional(),
  limit: z.coerce.number().int().min(1).max(auditPageMax).default(auditPageDefault),
})

const JsonText = z.string().meta({ description: 'JSON, as text' })

export const LinkShape = z
  .object({
    position: z.int().meta({ description: 'its place in the chain: the order of commits' }),
    digest: Hash.meta({ description: 'SHA-256 of `canonical`' }),
    previous: Hash.nullable().meta({ description: 'the hash of the entry before; null for the first' }),
    hash: Hash.meta({ description: 'SHA-256 of the canonical JSON of digest, entry, position, previous and sealedAt' }),
    sealedAt: z.string().nullable().meta({ description: 'by the clock of the database; null for entries from before there was a chain' }),
  })
  .meta({ id: 'AuditLink' })

export const AuditEntryShape = z
  .object({
    entry: z.int(),
    at: Instant.meta({ description: 'when it was done, by the clock of whoever did it: in a sandbox its own' }),
    recordedAt: z.string().nullable().meta({ description: 'when it was recorded, by the clock of the database' }),
    actor: z.string().meta({ description: 'usr_…, key_…, or the name of what acts by itself' }),
    actorName: z.string().nullable(),
    party: z.string().nullable().meta({ description: 'for whom' }),
    role: z.string().nullable().meta({ description: 'as what' }),
    origin: z.string().nullable().meta({ description: 'the address that the request came from' }),
    request: z.string().nullable(),
    action: z.string(),
    subject: z.string(),
    agreement: z.string().nullable(),
    detail: JsonText,
    before: JsonText.nullable(),
    after: JsonText.nullable(),
    link: LinkShape.nullable().meta({ description: 'null where it was never sealed, which a check of the chain complains of' }),
  })
  .meta({ id: 'AuditEntry' })

export const AuditEntryDetailShape = AuditEntryShape.extend({
  canonical: z.string().meta({ description: 'the entry as its digest is taken of: canonical JSON (RFC 8785)' }),
}).meta({ id: 'AuditEntryDetail' })

export const AuditLogShape = z
  .object({
    entries: list(AuditEntryShape),
    actions: list(z.string()).meta({ description: 'all that were done, as far as they may be seen' }),
    next: z.string().nullable().meta({ description: 'cursor of the next page; null on the last' }),
  })
  .meta({ id: 'AuditLog' })

const Place = z.object({ position: z.int(), entry: z.int(), hash: Hash, sealedAt: z.string().nullable() })

export const ChainQueryShape = z.object({
  head: Hash.optional().meta({ description: 'a hash that was kept elsewhere: whether it is still that of a link' }),
})

export const ChainShape = z
  .object({
    checked: z.int().meta({ description: 'links that were worked out again' }),
    whole: z.boolean(),
    verified: Place.nullable().meta({ description: 'the last up to which every entry is as it was written' }),
    head: Place.nullable().meta({ description: 'the last there is; keep its hash elsewhere' }),
    headKnown: z.boolean().nullable().meta({ description: 'whether the hash that was asked for is that of a link; null where none was' }),
    faults: list(
      z.object({
        kind: z.enum(['altered', 'removed', 'moved', 'added']),
        entry: z.int().nullable(),
        position: z.int().nullable(),
        message: z.string(),
      }),
    ),
  })
  .meta({ id: 'AuditChain' })

export const PickQueryShape = z.object({
  seed: z
    .string()
    .min(1)
    .max(seedLengthMax)
    .optional()
    .meta({ description: 'the same seed over the same statements picks the same cent; without it one is made up, and told' }),
})

export const PickShape = z
  .object({
    seed: z.string(),
    agreement: z.string(),
    month: Month,
    version: z.int(),
    statement: z.string(),
    line: z.int(),
    amount: Amount,
    currency: z.string(),
    cent: z.string().meta({ description: 'which smallest unit of the line it is, from 1' }),
    cents: z.string().meta({ description: 'how many the line has' }),
    page: z.string().meta({ description: 'where the console explains it' }),
    explanation: z.string().meta({ description: 'where the API does' }),
  })
  .meta({ id: 'PickedCent' })

export type AuditEntryWire = z.infer<typeof AuditEntryShape>
export type AuditEntryDetailWire = z.infer<typeof AuditEntryDetailShape>
export type AuditLogWire = z.infer<typeof AuditLogShape>
export type ChainWire = z.infer<typeof ChainShape>
export type PickWire = z.infer<typeof PickShape>
