import { z } from 'zod'
import { AgreementName, Amount, AskedDate, Exact, Instant, list, LocalDate, Month } from './scalars.ts'
import { PartyShape } from './statement.ts'

const Address = z.string().meta({ id: 'ReasonsAddress', description: 'where the statement lines or instruments behind an amount are read' })

const sums = {
  paid: Amount.meta({ description: 'paid by the guarantor so far, under what it has given' }),
  gross: Amount.meta({ description: 'the most that can still be asked for, undiscounted' }),
  amortised: Amount,
  covered: Amount.meta({ description: 'of gross, what escrow and collateral cover: gross = covered + net' }),
  net: Amount,
  called: Amount,
  recovered: Amount,
  share: Amount.meta({ description: 'share of revenue received so far' }),
  paidBehind: Amount.meta({ description: 'paid in the last twelve months' }),
  shareBehind: Amount.meta({ description: 'received in the last twelve months' }),
}
export const OverviewSumsShape = z.object(sums).meta({ id: 'OverviewSums' })

export const PortfolioRowShape = z
  .object({
    ...sums,
    agreement: z.string(),
    title: z.string(),
    counterparty: PartyShape,
    rating: z.string().nullable().meta({ description: 'with who rated it, as the portfolio document writes both' }),
    kinds: list(z.string()),
    regions: list(z.string()),
    until: LocalDate,
    status: z.enum(['ahead', 'live', 'ended']),
    sold: z
      .object({ sold: Exact, accepted: Exact })
      .nullable()
      .meta({ description: 'GPU-seconds of the last twelve months; null where nothing was accepted' }),
    lastMonth: Month.nullable().meta({ description: 'the latest that is final' }),
    assumed: z.string().nullable().meta({ description: 'what of its terms was not disclosed; null where nothing is assumed' }),
    reasons: z.object({ paid: Address, share: Address, gross: Address }),
  })
  .meta({ id: 'PortfolioRow' })

const PartShape = z
  .object({ name: z.string(), paid: Amount, gross: Amount, covered: Amount, net: Amount })
  .meta({ id: 'PortfolioPart', description: 'all parts of one breakdown add up to the total' })

const ConcentrationShape = list(
  z.object({
    name: z.string(),
    net: Amount,
    share: z.string().meta({ description: 'per cent with one decimal; rounded together to 100.0' }),
  }),
)

const FlowShape = z
  .object({
    counterparty: PartyShape,
    soldTo: Amount.nullable().meta({ description: 'hardware sold to it, by the portfolio document; null: not disclosed' }),
    equityIn: Amount.nullable().meta({ description: 'null: no stake and no right' }),
    boughtFrom: Amount,
    shareFrom: Amount,
    guaranteesFor: Amount,
    roundTrip: z.string().nullable().meta({ description: '(equity in + bought from − share from) ÷ sold to, in per cent' }),
  })
  .meta({ id: 'CircularFlow' })

export const PortfolioBookShape = z
  .object({
    currency: z.string(),
    total: OverviewSumsShape,
    rows: list(PortfolioRowShape),
    months: list(z.object({ month: Month, year: z.int(), paid: Amount, share: Amount, reasons: Address })).meta({
      description: 'what final statements moved, in order of time; the months add up to `total`',
    }),
    ahead: list(z.object({ month: Month, firm: Amount, contingent: Amount })).meta({
      description: 'the twelve months from the day after `asOf` on: what is certain, and what is bounded by the terms. No forecast.',
    }),
    aheadTotal: z.object({ firm: Amount, contingent: Amount }),
    years: list(
      z.object({ year: z.int(), from: LocalDate, through: LocalDate, paid: Amount, share: Amount, firm: Amount, contingent: Amount }),
    ).meta({ description: 'by fiscal year: what was moved, and what is still promised, certain and at most' }),
    by: z.object({ counterparty: list(PartShape), kind: list(PartShape), region: list(PartShape), year: list(PartShape) }),
    concentration: z.object({
      counterparty: ConcentrationShape,
      kind: ConcentrationShape,
      region: ConcentrationShape,
      ends: ConcentrationShape,
    }),
    flows: list(FlowShape),
    flowsTotal: z.object({ equityIn: Amount, boughtFrom: Amount, shareFrom: Amount, guaranteesFor: Amount }),
  })
  .meta({ id: 'PortfolioBook', description: 'the agreements in one currency: two are never summed' })

export const InTalksShape = z
  .object({
    agreement: z.string(),
    title: z.string(),
    counterparty: PartyShape,
    through: LocalDate.nullable(),
    note: z.string().nullable(),
  })
  .meta({ id: 'InTalks', description: 'written down and not signed: listed, and never counted' })

const ToApproveShape = z
  .object({
    agreement: z.string(),
    title: z.string(),
    month: Month,
    version: z.int(),
    payer: PartyShape.nullable(),
    net: Amount,
    currency: z.string(),
    approvedBy: z.string().meta({ description: 'who approved it for the operator' }),
  })
  .meta({ id: 'ToApprove' })

export const PortfolioShape = z
  .object({
    now: Instant,
    asOf: Month.nullable().meta({ description: 'at the end of this month; null where no month is final' }),
    months: list(Month).meta({ description: 'the months that any agreement has final, the latest first' }),
    knownOn: Instant.nullable().meta({ description: 'as known then; null: as known now' }),
    guarantor: PartyShape.nullable(),
    guarantors: list(PartyShape).meta({ description: 'whose portfolio can be asked for' }),
    document: z.object({ portfolio: z.string(), title: z.string(), version: z.int(), recordedAt: Instant }).nullable().meta({
      description: 'the portfolio document on record; null: none, so that years are of the calendar and hardware is not disclosed',
    }),
    fiscalYear: z.string().meta({ description: 'in words' }),
    toApprove: list(ToApproveShape).meta({
      description: 'months that the operator approved and the guarantor has not; none as known on a date',
    }),
    books: list(PortfolioBookShape),
    inTalks: list(InTalksShape),
  })
  .meta({ id: 'Portfolio' })

export const PortfolioQueryShape = z.object({
  on: Month.optional().meta({ description: 'at the end of this month; default the last that is final anywhere' }),
  known: AskedDate.optional().meta({ description: 'as it was known at the end of this date, UTC' }),
  guarantor: z.string().max(100).optional().meta({ description: 'default: the first that is within reach' }),
})

/** Most lines that one page holds. */
export const linesMax = 200

export const LinesQueryShape = PortfolioQueryShape.extend({
  of: z.enum(['paid', 'share']),
  agreement: AgreementName.optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .optional()
    .meta({ description: 'those of agreements in it; default all, which have no sum where they are in several' }),
  from: Month.optional(),
  through: Month.optional(),
  cursor: z.string().max(400).optional(),
  limit: z.coerce.number().int().min(1).max(linesMax).default(linesMax),
})

const LineShape = z
  .object({
    agreement: z.string(),
    month: Month,
    version: z.int(),
    number: z.int(),
    clause: z.string(),
    word: z.string(),
    payer: z.string(),
    payee: z.string(),
    amount: Amount.meta({ description: 'signed as it counts here' }),
    corrects: Month.nullable(),
    reasons: Address,
  })
  .meta({ id: 'MovedLine' })

export const LinesShape = z
  .object({
    currency: z.string().nullable().meta({ description: 'null where there is no line' }),
    sum: Amount.nullable().meta({ description: 'of all lines asked for, on every page the same; null in several currencies' }),
    count: z.int(),
    lines: list(LineShape),
    next: z.string().nullable(),
  })
  .meta({ id: 'MovedLines' })

export type PortfolioWire = z.infer<typeof PortfolioShape>
export type PortfolioBookWire = z.infer<typeof PortfolioBookShape>
export type PortfolioRowWire = z.infer<typeof PortfolioRowShape>
export type PortfolioPartWire = z.infer<typeof PartShape>
export type CircularFlowWire = z.infer<typeof FlowShape>
export type LinesWire = z.infer<typeof LinesShape>
export type MovedLineWire = z.infer<typeof LineShape>
