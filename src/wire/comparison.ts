import { z } from 'zod'
import { Amount, Exact, Hash, Instant, list, Month } from './scalars.ts'
import { InputShape, InputSourceShape, LineShape } from './statement.ts'

const NetShape = z.object({ payer: z.string().nullable(), payee: z.string().nullable(), amount: Amount })

/** Of one side: null where only an amount is known of it. */
export const ToldLineShape = z
  .object({
    number: z.int().nullable().meta({ description: 'null: no statement has this line yet' }),
    payer: z.string(),
    amount: Amount,
    version: z.int(),
    quantity: Exact.nullable(),
    quantityUnit: LineShape.shape.quantityUnit,
    rate: Exact.nullable(),
    rateUnit: LineShape.shape.rateUnit,
  })
  .meta({ id: 'ToldLine' })

export const ReasonChangeShape = z
  .object({
    operator: InputShape.shape.operator,
    word: z.string(),
    symbol: z.string().optional(),
    unit: InputShape.shape.unit,
    source: InputSourceShape,
    before: z.string().nullable(),
    after: z.string().nullable(),
    difference: Exact.nullable(),
    same: z.boolean(),
    get children(): z.ZodReadonly<z.ZodArray<typeof ReasonChangeShape>> {
      return z.array(ReasonChangeShape).readonly()
    },
  })
  .meta({ id: 'ReasonChange', description: 'a reason on both sides; below what is the same nothing is told' })

export const CauseShape = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('terms'), version: z.int(), pointer: z.string().nullable() }),
    z.object({
      kind: z.literal('facts'),
      subject: z.string(),
      reading: z.string().meta({ description: 'a kind of reading' }),
      readings: z.int().meta({ description: 'how many more there are on the later side' }),
      decision: z.boolean().meta({ description: 'they say what was decided about a claim' }),
      came: z
        .object({ readings: z.int(), first: Instant, last: Instant, named: list(z.object({ source: z.string(), id: z.string() })) })
        .nullable()
        .meta({ description: 'what came in between what both sides knew' }),
    }),
    z.object({ kind: z.literal('opening') }),
    z.object({ kind: z.literal('correction'), on: Month }),
    z.object({ kind: z.literal('line'), key: z.string() }),
    z.object({ kind: z.literal('code') }),
  ])
  .meta({
    id: 'Cause',
    description:
      'terms: an amendment, or a changed term; facts: readings; opening: what earlier months left; correction: stated since; line: follows from another; code: the program',
  })

export const LineChangeShape = z
  .object({
    kind: z.enum(['same', 'amount', 'reasons', 'added', 'removed']),
    key: z.string(),
    clause: z.string(),
    formula: z.string(),
    text: z.string(),
    corrects: Month.nullable(),
    payer: z.string(),
    payee: z.string(),
    before: ToldLineShape.nullable(),
    after: ToldLineShape.nullable(),
    difference: Amount.meta({ description: 'what `payer` pays more' }),
    reasons: list(ReasonChangeShape),
    causes: list(CauseShape),
  })
  .meta({ id: 'LineChange' })

export const NetChangeShape = z
  .object({ parties: z.tuple([z.string(), z.string()]).readonly(), before: NetShape, after: NetShape, difference: Amount })
  .meta({ id: 'NetChange', description: 'difference: what the first of the parties pays more, net; the sum of the differences of lines' })

const Side = z.union([z.int(), z.enum(['corrected', 'now'])])

export const ComparisonShape = z
  .object({
    agreement: z.string(),
    month: Month,
    currency: z.string(),
    before: Side,
    after: Side.meta({ description: 'a version; corrected: with what later statements correct; now: as it would be settled now' }),
    sides: list(Side).meta({ description: 'everything that the month can be compared with' }),
    lines: list(LineChangeShape),
    same: z.int().nonnegative().meta({ description: 'lines that are the same to the last reason; told only where all are asked for' }),
    nets: list(NetChangeShape),
  })
  .meta({ id: 'Comparison' })

export const RecomputationShape = z
  .object({
    result: z.enum(['equal', 'different', 'impossible']),
    statement: z.string(),
    version: z.int(),
    hash: Hash,
    settledHash: Hash.nullable().meta({ description: 'of the document that was settled again' }),
    settledAt: Instant.meta({ description: 'when this server did it' }),
    knownAt: Instant.meta({ description: 'when the statement was recorded; what came after it took no part' }),
    terms: list(z.object({ version: z.int(), hash: Hash })),
    readings: z.int(),
    settledAgain: list(Month).meta({ description: 'earlier months that were settled again for its corrections' }),
    messages: list(z.string()).meta({ description: 'why it is impossible; what differs' }),
    lines: list(LineChangeShape.omit({ causes: true })).meta({
      description: 'lines that differ: before as stated, after as settled again',
    }),
    net: z.object({ stated: NetShape, settled: NetShape }).nullable(),
  })
  .meta({ id: 'Recomputation' })

export type CauseWire = z.infer<typeof CauseShape>
export type ReasonChangeWire = z.infer<typeof ReasonChangeShape>
export type LineChangeWire = z.infer<typeof LineChangeShape>
export type NetChangeWire = z.infer<typeof NetChangeShape>
export type ComparisonWire = z.infer<typeof ComparisonShape>
export type RecomputationWire = z.infer<typeof RecomputationShape>
