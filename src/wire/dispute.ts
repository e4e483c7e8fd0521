import { z } from 'zod'
import { Amount, Instant, list, LocalDate, Month } from './scalars.ts'

/** Why a line is contested, to choose from; the text says the rest. */
export const disputeReasons = ['quantity', 'evidence', 'rate', 'condition', 'terms', 'other'] as const
/** Characters of a text. */
export const disputeTextMax = 4_000

const Positive = z.string().regex(/^\d{1,20}(\.\d{1,9})?$/, 'should be a decimal such as 20736.00')
const Text = z.string().trim().min(1, 'should say what is contested').max(disputeTextMax)

export const RaiseShape = z.object({
  version: z.int().positive().meta({ description: 'of the statement that was read' }),
  line: z.int().positive(),
  input: z.string().max(200).optional().meta({ description: 'which input of the line, as in the address: Q.U' }),
  reason: z.enum(disputeReasons),
  amount: Positive.optional().meta({ description: 'how much of the line; without amount and quantity all that is left of it' }),
  quantity: Positive.optional().meta({ description: 'or what quantity of it: GPU-hours, or what the line counts' }),
  proposed: Positive.optional().meta({ description: 'what the amount of the line should be' }),
  text: Text,
  dryRun: z.boolean().default(false).meta({ description: 'says what it would do, and writes nothing' }),
})
export const SayShape = z.object({
  text: Text,
  internal: z.boolean().default(false).meta({ description: 'a note for the own party alone' }),
})
export const RuleShape = z.object({
  verdict: z.enum(['accepted', 'partly', 'rejected']),
  upheld: Positive.optional().meta({ description: 'of partly: by how much the line falls' }),
  text: Text,
})

const NetShape = z.object({ payer: z.string().nullable(), payee: z.string().nullable(), amount: Amount })
const PersonShape = z.object({ id: z.string(), name: z.string() })
const WrittenShape = z.object({ by: PersonShape, party: z.string(), at: Instant })

export const ContestedShape = z
  .object({
    line: z.int(),
    amount: Amount.meta({ description: 'what leaves the net' }),
    currency: z.string(),
    before: NetShape.meta({ description: 'payable without it' }),
    after: NetShape.meta({ description: 'what stays payable' }),
  })
  .meta({ id: 'Contested' })

export const DisputeShape = WrittenShape.extend({
  id: z.string(),
  agreement: z.string(),
  month: Month,
  version: z.int(),
  line: z.int(),
  lineKey: z.string(),
  input: z.string().nullable(),
  reason: z.enum(disputeReasons),
  amount: Amount,
  quantity: z.string().nullable(),
  proposed: z.string().nullable(),
  text: z.string(),
  status: z.enum(['open', 'accepted', 'partly', 'rejected']),
  ruling: WrittenShape.extend({ verdict: z.enum(['accepted', 'partly', 'rejected']), upheld: Amount, text: z.string() }).nullable(),
  messages: list(WrittenShape.extend({ number: z.int(), internal: z.boolean(), text: z.string() })),
  mayRule: z.boolean().meta({ description: 'whoever asks acts for the other party, and nobody has ruled' }),
}).meta({ id: 'Dispute' })

export const DisputesShape = z.object({
  agreement: z.string(),
  month: Month,
  zone: z.string().meta({ description: 'the clock of the agreement' }),
  now: Instant,
  currency: z.string(),
  dueOn: LocalDate.nullable().meta({ description: 'of the statement: what is found due bears interest from then, where the terms say so' }),
  disputes: list(DisputeShape),
})
/** Of a dry run no dispute is there. */
export const RaisedShape = z.object({ dispute: DisputeShape.nullable(), contested: ContestedShape })

export type RaiseWire = z.input<typeof RaiseShape>
export type ContestedWire = z.infer<typeof ContestedShape>
export type DisputeWire = z.infer<typeof DisputeShape>
export type DisputesWire = z.infer<typeof DisputesShape>
export type RaisedWire = z.infer<typeof RaisedShape>
