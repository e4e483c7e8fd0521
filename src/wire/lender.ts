import { z } from 'zod'
import { Amount, Exact, Instant, list, LocalDate, Month } from './scalars.ts'
import { PartyShape } from './statement.ts'

const ratio = z.enum(['dscr', 'llcr', 'plcr'])

const FacilityShape = z
  .object({
    agreement: z.string(),
    clause: z.string(),
    title: z.string(),
    borrower: PartyShape,
    lender: PartyShape,
    currency: z.string(),
    from: LocalDate,
    through: LocalDate,
    lastTest: Month.nullable(),
    met: z.boolean().nullable().meta({ description: 'whether every level was met at the last test; null before the first' }),
  })
  .meta({ id: 'Facility' })

export const FacilitiesShape = z.object({ now: Instant, facilities: list(FacilityShape) }).meta({ id: 'Facilities' })

const CoverShape = z.object({
  month: Month,
  of: z.string().nullable(),
  statement: z.string(),
  dscr: Exact.nullable(),
  llcr: Exact.nullable(),
  plcr: Exact.nullable(),
  cfads: Amount.nullable(),
  debtService: Amount.nullable(),
  balance: Amount.nullable(),
  reserve: Amount.nullable(),
})

const TestShape = z.object({
  month: Month,
  of: z.string().nullable(),
  ratio,
  level: z.enum(['lock-up', 'default']),
  required: Exact,
  actual: Exact,
  headroom: Exact.meta({ description: 'actual − required' }),
  cashHeadroom: Amount.nullable().meta({
    description: 'cash available for debt service that could be missing before the level is reached; null where it is not stated',
  }),
  met: z.boolean(),
})

export const FacilityPageShape = z
  .object({
    now: Instant,
    asOf: Month.nullable(),
    facility: FacilityShape,
    covenants: list(z.object({ ratio, level: z.enum(['lock-up', 'default']), required: Exact })),
    cover: list(CoverShape),
    tests: list(TestShape),
    nextTest: Month.nullable().meta({ description: 'the month whose statement will state it; null after the last' }),
    assumed: z.string().nullable(),
  })
  .meta({ id: 'FacilityPage' })

export type FacilityWire = z.infer<typeof FacilityShape>
export type FacilitiesWire = z.infer<typeof FacilitiesShape>
export type FacilityPageWire = z.infer<typeof FacilityPageShape>
