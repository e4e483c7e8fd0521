import { z } from 'zod'
import type { Json } from '../core/base/canonical.ts'
import { Amount, Exact, GpuSeconds, Hash, Instant, list, LocalDate, Month } from './scalars.ts'

export const PartyShape = z.object({ id: z.string(), name: z.string() }).meta({ id: 'Party' })

export const InputSourceShape = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('fact'), subject: z.string(), reading: list(z.string()) }),
    z.object({ kind: z.literal('terms'), version: z.int(), pointer: z.string() }),
    z.object({ kind: z.literal('line'), key: z.string() }),
    z.object({ kind: z.literal('state'), name: z.string() }),
    z.object({ kind: z.literal('sum') }),
  ])
  .meta({
    id: 'InputSource',
    description: 'a fact of a block or pool, a step of the terms, another line, state carried in, or its children',
  })

/** One reason in a line's tree: its children, each with its operator, left to right from zero, make its own value. */
export const InputShape = z
  .object({
    operator: z.enum(['+', '-', '×', '÷', 'note']),
    word: z.string(),
    symbol: z.string().optional(),
    value: z.string().meta({ description: 'exact: n/d or n; words where the unit is text' }),
    unit: z.enum([
      'gpu-seconds',
      'gpu-hours',
      'major',
      'rate',
      'per-gpu-hour',
      'per-unit',
      'per-day',
      'per-share',
      'seconds',
      'days',
      'units',
      'shares',
      'text',
    ]),
    source: InputSourceShape,
    get children(): z.ZodOptional<z.ZodReadonly<z.ZodArray<typeof InputShape>>> {
      return z.array(InputShape).readonly().optional()
    },
  })
  .meta({ id: 'Input' })

export const LineShape = z
  .object({
    number: z.int().positive(),
    key: z.string(),
    clause: z.string(),
    formula: z.string(),
    text: z.string(),
    block: z.string().nullable(),
    from: Instant,
    to: Instant,
    version: z.int().positive(),
    contractYear: z.int(),
    payer: z.string(),
    payee: z.string(),
    reason: z.string().nullable(),
    quantity: Exact,
    quantityUnit: z.enum(['gpu-seconds', 'major', 'days', 'units', 'shares', 'share']),
    rate: Exact,
    rateUnit: z.enum(['per-gpu-hour', 'share', 'none', 'per-day', 'per-unit', 'per-share', 'per-year']),
    exact: Exact,
    amount: Amount,
    corrects: Month.optional().meta({ description: 'the final month whose line of this key it corrects' }),
    held: Amount.optional().meta({ description: 'what of it was in dispute when the statement was drawn up' }),
    reasons: list(InputShape),
  })
  .meta({ id: 'Line' })

const SeriesShape = z
  .object({
    edges: list(z.int()).meta({ description: 'starts of the hours and the end, in seconds since the epoch' }),
    blocks: list(
      z.object({
        block: z.string(),
        accepted: list(GpuSeconds),
        sold: list(GpuSeconds),
        called: list(GpuSeconds),
        unsold: list(GpuSeconds),
        unavailable: list(GpuSeconds),
        planned: list(GpuSeconds),
      }),
    ),
  })
  .meta({ id: 'MonthSeries' })

const WaterfallShape = z
  .object({
    accepted: Exact,
    planned: Exact,
    unavailable: Exact,
    sold: Exact,
    called: Exact,
    unsold: Exact,
    claimed: Exact,
    ineligible: Exact,
    overCap: Exact,
    paid: Exact,
  })
  .meta({ id: 'Waterfall', description: 'GPU-seconds' })

export const EvidenceShape = z
  .object({ subject: z.string(), kind: z.string(), readings: z.int().nonnegative(), sha256: Hash })
  .meta({ id: 'Evidence' })

const StateShape = z
  .record(
    z.string(),
    z.record(
      z.string(),
      z.custom<Json>(() => true),
    ),
  )
  .meta({ description: 'what each clause carries, in a form of its own' })

const NetShape = z.object({ payer: z.string().nullable(), payee: z.string().nullable(), amount: Amount })

export const TotalsShape = z
  .object({
    guarantorPays: Amount,
    operatorPays: Amount,
    guarantorHeld: Amount,
    operatorHeld: Amount,
    net: NetShape,
    payable: NetShape,
    netting: z.boolean(),
    others: list(
      z.object({
        parties: z.tuple([z.string(), z.string()]).readonly(),
        pays: z.tuple([Amount, Amount]).readonly(),
        held: z.tuple([Amount, Amount]).readonly(),
        net: NetShape,
        payable: NetShape,
      }),
    ).meta({ description: 'pairs of parties other than guarantor and operator' }),
  })
  .meta({ id: 'Totals', description: 'gross by who pays, what of it is in dispute, the net of all, and of what is payable' })

const PositionShape = z
  .object({
    clause: z.string(),
    by: z.string(),
    to: z.string(),
    measure: z.string(),
    of: z.string().nullable(),
    value: Exact,
    unit: z.string(),
    reasons: list(InputShape),
  })
  .meta({ id: 'Position', description: 'where a clause stands at the end of the month: gross, net, called, vested …' })

/** The statement as it is stored: its canonical bytes (RFC 8785) have the hash that comes beside it. */
export const StatementShape = z
  .object({
    offtake: z.literal(1),
    agreement: z.string(),
    title: z.string(),
    month: Month,
    from: Instant,
    to: Instant,
    hours: z.string(),
    zone: z.string(),
    currency: z.string(),
    guarantor: PartyShape,
    operator: PartyShape,
    parties: list(z.object({ id: z.string(), name: z.string(), role: z.string() })),
    version: z.int().positive(),
    status: z.enum(['provisional', 'final']),
    finalOn: LocalDate.nullable(),
    dueOn: LocalDate.nullable(),
    lines: list(LineShape),
    totals: TotalsShape,
    positions: list(PositionShape),
    waterfall: WaterfallShape,
    series: SeriesShape,
    terms: list(z.object({ version: z.int(), hash: Hash })),
    evidence: list(EvidenceShape),
    factsHash: Hash,
    settledAgain: list(z.object({ month: Month, factsHash: Hash, closing: StateShape })).meta({
      description: 'final months that were settled again to state corrections',
    }),
    opening: StateShape,
    closing: StateShape,
  })
  .meta({ id: 'Statement' })

/** One version of a month's statement, and what stands around it. */
export const PeriodShape = z
  .object({
    id: z.string(),
    hash: Hash,
    recordedAt: Instant,
    versions: list(z.int()).meta({ description: 'every version of this month, drafts and final, the latest last' }),
    standing: z
      .object({
        status: z.enum(['provisional', 'final', 'corrected', 'disputed']),
        totals: TotalsShape,
        held: list(z.object({ line: z.int().positive(), amount: Amount })).meta({ description: 'what is in dispute now, by line' }),
        correctedOn: list(Month).meta({ description: 'later statements with corrections of this one' }),
      })
      .meta({ description: 'where it stands now: the statement itself never changes' }),
    statement: StatementShape,
  })
  .meta({ id: 'Period' })

/** Why a line is what it is: the line itself, and everything its tree points at. */
export const ExplanationShape = z
  .object({
    agreement: z.string(),
    month: Month,
    version: z.int().positive(),
    hash: Hash,
    line: LineShape,
    clause: z.object({ kind: z.string(), sentence: z.string(), pointer: z.string(), version: z.int(), hash: Hash }),
    assumed: list(z.object({ pointer: z.string(), note: z.string() })).meta({
      description: 'terms in the tree that rest on an assumption',
    }),
    evidence: list(EvidenceShape).meta({ description: 'what the facts in the tree rest on' }),
    check: list(z.string()).meta({ description: 'commands that settle the month again elsewhere, from the same terms and readings' }),
  })
  .meta({ id: 'Explanation' })

export type PartyWire = z.infer<typeof PartyShape>
export type InputWire = z.infer<typeof InputShape>
export type LineWire = z.infer<typeof LineShape>
export type SeriesWire = z.infer<typeof SeriesShape>
export type WaterfallWire = z.infer<typeof WaterfallShape>
export type EvidenceWire = z.infer<typeof EvidenceShape>
export type StatementWire = z.infer<typeof StatementShape>
export type PeriodWire = z.infer<typeof PeriodShape>
export type ExplanationWire = z.infer<typeof ExplanationShape>
