import { z } from 'zod'
import { LinesQueryShape, PortfolioQueryShape } from './portfolio.ts'
import { AgreementName, Amount, Exact, Instant, list, LocalDate, Month } from './scalars.ts'
import { PartyShape } from './statement.ts'

export const registerAmounts = [
  'gross',
  'amortised',
  'escrow',
  'collateral',
  'net',
  'called',
  'recovered',
  'fee-accrued',
  'cap-left',
  'intrinsic',
  'cost',
  'mark',
  'balance',
  'prepaid',
  'firm',
  'contingent',
  'paid',
  'received',
] as const
export type RegisterAmount = (typeof registerAmounts)[number]

export const InstrumentShape = z
  .object({
    instrument: z.string().meta({ description: '`agreement/clause`' }),
    agreement: z.string(),
    clause: z.string(),
    title: z.string().meta({ description: 'of the agreement' }),
    kind: z.string(),
    side: z.enum(['given', 'held']).meta({ description: 'given: the guarantor stands for it; held: others owe it something' }),
    counterparty: PartyShape,
    beneficiary: PartyShape,
    lender: PartyShape.nullable(),
    regions: list(z.string()),
    currency: z.string(),
    status: z.enum(['ahead', 'live', 'ended']),
    from: LocalDate,
    through: LocalDate,
    restsOn: z.object({ statement: z.string(), month: Month }).nullable(),
    amounts: z.partialRecord(z.enum(registerAmounts), Amount).meta({ description: 'what its kind does not state is absent' }),
    assumed: z.string().nullable(),
  })
  .meta({ id: 'Instrument' })

const RunOffShape = z
  .object({
    currency: z.string(),
    ends: list(LocalDate).meta({ description: 'the date of the register, then the last dates of fiscal years' }),
    years: list(z.string()),
    kinds: list(z.object({ kind: z.string(), net: list(Amount), covered: list(Amount) })),
    total: z.object({ net: list(Amount), covered: list(Amount) }),
  })
  .meta({ id: 'RunOff', description: 'gross through time if nothing is called, one amount for each of the ends' })

const RolledShape = z
  .object({ instrument: z.string(), currency: z.string(), opening: Amount, paid: Amount, other: Amount, closing: Amount })
  .meta({ id: 'Rolled', description: 'closing = opening − paid + other, of gross' })

export const RegisterQueryShape = PortfolioQueryShape.extend({
  agreement: AgreementName.optional(),
  since: Month.optional().meta({ description: 'rolls gross forward from the end of this month' }),
})

export const RegisterShape = z
  .object({
    now: Instant,
    asOf: Month.nullable(),
    months: list(Month),
    knownOn: Instant.nullable(),
    fiscalYear: z.string(),
    instruments: list(InstrumentShape),
    runOff: list(RunOffShape),
    rollForward: z.object({ since: Month, rows: list(RolledShape) }).nullable(),
  })
  .meta({ id: 'Register' })

const PackItemShape = z.object({
  period: z.string(),
  item: z.string(),
  amount: Amount.nullable(),
  value: z.string(),
  source: z.string().meta({ description: 'where the amount comes from, in words' }),
})
const PackShape = z
  .object({
    pack: z.string(),
    title: z.string(),
    treatment: z.object({ id: z.string(), word: z.string() }),
    alternatives: list(z.object({ id: z.string(), word: z.string() })),
    statement: z.string(),
    rows: list(PackItemShape),
    missing: list(z.string()),
  })
  .meta({ id: 'InstrumentPack', description: 'evidence under the treatment selected, never a conclusion' })

export const InstrumentPageShape = z
  .object({
    now: Instant,
    asOf: Month,
    knownOn: Instant.nullable(),
    row: InstrumentShape,
    positions: list(z.object({ measure: z.string(), of: z.string().nullable(), value: Exact, unit: z.string() })),
    promised: list(z.object({ from: LocalDate, through: LocalDate, nature: z.enum(['firm', 'contingent']), amount: Amount })),
    sentences: list(
      z.object({ version: z.int(), pointer: z.string(), text: z.string(), assumed: z.boolean(), note: z.string().nullable() }),
    ),
    packs: list(PackShape),
  })
  .meta({ id: 'InstrumentPage' })

export const InstrumentQueryShape = PortfolioQueryShape.omit({ guarantor: true })
export const InstrumentLinesQueryShape = LinesQueryShape.omit({ guarantor: true, of: true, agreement: true, currency: true })
export const InstrumentParams = z.object({ agreement: AgreementName, clause: z.string().min(1).max(63) })

export type InstrumentWire = z.infer<typeof InstrumentShape>
export type RegisterWire = z.infer<typeof RegisterShape>
export type RunOffWire = z.infer<typeof RunOffShape>
export type InstrumentPageWire = z.infer<typeof InstrumentPageShape>
