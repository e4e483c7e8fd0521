import { z } from 'zod'
import { AgreementName, Instant, list } from './scalars.ts'

/** Most readings a page can hold, and what it holds unless asked. */
export const readingsPageMax = 500
export const readingsPageDefault = 50
/** Most subjects or kinds that one question may name. */
export const readingNamesMax = 200

const names = z
  .string()
  .max(8_000)
  .transform((text) => text.split(',').filter((name) => name !== ''))
  .pipe(z.array(z.string().max(64)).max(readingNamesMax))

export const ReadingsQueryShape = z.object({
  agreement: AgreementName,
  subject: names.optional().meta({ description: 'blocks and pools, separated by commas; all of the agreement by default' }),
  kind: names.optional().meta({ description: 'kinds of readings, separated by commas; all by default' }),
  from: z.iso.datetime({ offset: true }).optional().meta({ description: 'readings with effect after this instant' }),
  to: z.iso.datetime({ offset: true }).optional().meta({ description: 'and before this one' }),
  cursor: z.string().max(400).optional().meta({ description: '`next` of the page before' }),
  limit: z.coerce.number().int().min(1).max(readingsPageMax).default(readingsPageDefault),
})

export const ReadingShape = z
  .object({
    source: z.string(),
    id: z.string(),
    kind: z.string(),
    subject: z.string().meta({ description: 'its block or pool' }),
    from: Instant.nullable().meta({ description: 'effective time; null where another reading gives it' }),
    to: Instant.nullable(),
    recordedAt: Instant,
    gpus: z.int().nullable(),
    order: z.string().nullable(),
    tenant: z.string().nullable(),
    unit: z.string().nullable(),
    detail: z.string().nullable().meta({ description: 'what only this kind has, as JSON' }),
    lateFor: z.string().nullable().meta({ description: 'the month it came too late for: it is not in that statement' }),
    replaces: z.string().nullable(),
    replacedBy: z.string().nullable().meta({ description: 'the id of the reading that took its place' }),
    sha256: z.string(),
  })
  .meta({ id: 'Reading' })

export const ReadingsShape = z
  .object({ readings: list(ReadingShape), next: z.string().nullable().meta({ description: 'cursor of the next page; null on the last' }) })
  .meta({ id: 'Readings' })

export type ReadingWire = z.infer<typeof ReadingShape>
export type ReadingsWire = z.infer<typeof ReadingsShape>
