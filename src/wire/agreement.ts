import { z } from 'zod'
import { Amount, Exact, Hash, Instant, list, LocalDate, Month } from './scalars.ts'
import { PartyShape } from './statement.ts'

export const AgreementRowShape = z
  .object({
    id: z.string(),
    title: z.string(),
    zone: z.string(),
    currency: z.string(),
    guarantor: PartyShape,
    operator: PartyShape,
    term: z.object({ from: LocalDate, through: LocalDate }),
    versions: z.int().positive(),
    gpus: z.int().nonnegative().meta({ description: 'contract capacity under support, fully commissioned' }),
    finalMonths: z.int().nonnegative(),
    lastMonth: Month.nullable().meta({ description: 'the latest month with a statement' }),
    net: z
      .object({ payer: z.string().nullable(), payee: z.string().nullable(), amount: Amount })
      .nullable()
      .meta({ description: 'of the latest month' }),
  })
  .meta({ id: 'AgreementRow' })

export const AgreementsShape = z.object({ now: Instant, agreements: list(AgreementRowShape) }).meta({ id: 'Agreements' })

export const SentenceShape = z
  .object({
    clause: z.string().nullable().meta({ description: 'null for what is said of the whole agreement' }),
    version: z.int().positive(),
    pointer: z.string().meta({ description: 'JSON pointer into the document of that version' }),
    text: z.string(),
    value: z.string().nullable().meta({ description: 'what stands at the pointer, as JSON; null where a default speaks' }),
    source: z.enum(['public', 'assumption', 'agreed']).meta({ description: 'agreed: nothing is said about its source' }),
    note: z.string().nullable(),
  })
  .meta({ id: 'Sentence', description: 'a term in words, with the data it speaks of' })

export const CountStepShape = z.object({ at: Instant, gpus: z.int() }).meta({ id: 'CountStep' })

export const LaneShape = z
  .object({
    clause: z.string(),
    kind: z.enum(['share', 'price', 'retention']),
    label: z.string().meta({ description: 'tier and blocks, where they differ' }),
    from: Instant,
    to: Instant,
    steps: list(z.object({ at: Instant, value: Exact, pointer: z.string() })),
  })
  .meta({ id: 'Lane', description: 'a rate or price through the term' })

export const CapShape = z
  .object({
    clause: z.string(),
    id: z.string(),
    per: z.enum(['period', 'contract-year', 'aggregate']),
    unit: z.enum(['major', 'gpu-seconds']),
    scope: z.string().meta({ description: 'contract year 2; each period; the whole clause' }),
    limit: Exact,
    drawn: Exact.nullable().meta({ description: 'null: it starts anew with each period' }),
    pointer: z.string(),
  })
  .meta({ id: 'Cap', description: 'what is drawn on a cap that is open after the latest final month' })

export const ClauseShape = z
  .object({
    id: z.string(),
    kind: z.string(),
    measure: z.string().nullable(),
    payer: z.string(),
    payee: z.string(),
    covers: list(z.string()),
    from: LocalDate,
    through: LocalDate,
    settled: list(z.object({ payer: z.string(), amount: Amount })).meta({ description: 'by all final months, per payer' }),
  })
  .meta({ id: 'Clause' })

export const CapUseShape = z
  .object({
    clause: z.string(),
    id: z.string(),
    per: z.enum(['contract-year', 'aggregate']),
    steps: list(
      z.object({ month: Month, at: Instant, part: Exact.meta({ description: 'of the limit, 0 to 1' }), drawn: Exact, limit: Exact }),
    ).meta({
      description: 'after each final month, at its end',
    }),
  })
  .meta({ id: 'CapUse', description: 'how much of a cap was used, month by month' })

export const NoticeShape = z
  .object({ at: Instant, kind: z.enum(['event', 'dispute', 'ruling']), clause: z.string().nullable(), text: z.string() })
  .meta({ id: 'Notice' })

export const SettledLinesShape = z
  .object({
    agreement: z.string(),
    clause: z.string(),
    currency: z.string(),
    lines: list(
      z.object({
        month: Month,
        version: z.int(),
        number: z.int(),
        text: z.string(),
        corrects: Month.nullable(),
        payer: z.string(),
        amount: Amount,
      }),
    ),
  })
  .meta({ id: 'SettledLines', description: 'every line of a clause on final statements: they come to what is settled to date' })

export const AgreementShape = z
  .object({
    id: z.string(),
    title: z.string(),
    now: Instant,
    zone: z.string(),
    currency: z.string(),
    guarantor: PartyShape,
    operator: PartyShape,
    parties: list(PartyShape),
    from: Instant,
    to: Instant,
    term: z.object({ from: LocalDate, through: LocalDate }),
    commencement: LocalDate,
    netting: z.boolean(),
    versions: list(z.object({ version: z.int(), effective: Instant, recordedAt: Instant, hash: Hash })),
    blocks: list(
      z.object({
        id: z.string(),
        factory: z.string(),
        region: z.string(),
        sku: z.string(),
        pool: z.string(),
        supported: z.boolean(),
        gpus: z.int(),
      }),
    ),
    sentences: list(SentenceShape),
    clauses: list(ClauseShape),
    ramp: z.object({
      contract: list(CountStepShape).meta({ description: 'as agreed: each tranche from the start of its due date' }),
      accepted: list(CountStepShape).meta({ description: 'as commissioned and tested' }),
    }),
    lanes: list(LaneShape),
    caps: list(CapShape),
    capUse: list(CapUseShape),
    notices: list(NoticeShape).meta({ description: 'events of clauses, disputes and rulings, as readings tell them' }),
    knownOn: LocalDate.nullable().meta({ description: 'as known at the end of this date; null: on all that is known' }),
    finalMonths: z.int().nonnegative(),
  })
  .meta({ id: 'Agreement' })

export const PeriodRowShape = z
  .object({
    month: Month,
    from: Instant,
    to: Instant,
    hours: z.string(),
    status: z.enum(['final', 'corrected', 'disputed', 'provisional', 'over', 'running']).meta({
      description: 'corrected: on a later statement; disputed: a line is held; over: not closed yet; running: not over yet',
    }),
    version: z.int().nullable(),
    guarantorPays: Amount.nullable(),
    operatorPays: Amount.nullable(),
    net: z.object({ payer: z.string().nullable(), payee: z.string().nullable(), amount: Amount }).nullable(),
    payable: z
      .object({ payer: z.string().nullable(), payee: z.string().nullable(), amount: Amount })
      .nullable()
      .meta({ description: 'the net of what is not in dispute now' }),
    dueOn: LocalDate.nullable(),
  })
  .meta({ id: 'PeriodRow' })

export const PeriodsShape = z
  .object({ agreement: z.string(), currency: z.string(), zone: z.string(), now: Instant, periods: list(PeriodRowShape) })
  .meta({ id: 'Periods', description: 'months of the term that have begun, the latest first' })

export type AgreementRowWire = z.infer<typeof AgreementRowShape>
export type AgreementsWire = z.infer<typeof AgreementsShape>
export type SentenceWire = z.infer<typeof SentenceShape>
export type LaneWire = z.infer<typeof LaneShape>
export type CapWire = z.infer<typeof CapShape>
export type ClauseWire = z.infer<typeof ClauseShape>
export type AgreementWire = z.infer<typeof AgreementShape>
export type PeriodRowWire = z.infer<typeof PeriodRowShape>
export type PeriodsWire = z.infer<typeof PeriodsShape>
export type CapUseWire = z.infer<typeof CapUseShape>
export type NoticeWire = z.infer<typeof NoticeShape>
export type SettledLinesWire = z.infer<typeof SettledLinesShape>
