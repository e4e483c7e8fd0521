import { z } from 'zod'
import { Amount, list, Month } from './scalars.ts'

/** What one question is answered with, at most; of one kind, at most; characters of a question. */
export const hitsMax = 40
export const hitsOfKindMax = 8
export const questionLengthMax = 200

export const hitKinds = ['agreement', 'month', 'amount', 'clause', 'factory', 'hall', 'order', 'statement', 'version', 'journal'] as const

export const HitShape = z
  .object({
    kind: z.enum(hitKinds),
    id: z.string(),
    agreement: z.string().nullable(),
    title: z.string().nullable().meta({ description: 'of its agreement' }),
    month: Month.nullable(),
    version: z.int().nullable(),
    line: z.int().nullable(),
    place: z.string().nullable().meta({ description: 'of a hall its factory; of an order its pool; of an amount what it is of' }),
    amount: Amount.nullable(),
    currency: z.string().nullable(),
  })
  .meta({ id: 'Hit' })

export const HitsShape = z.object({ question: z.string(), hits: list(HitShape) }).meta({ id: 'Hits' })
export const SearchQueryShape = z.object({
  q: z.string().trim().min(1).max(questionLengthMax).meta({ description: 'a name, an id, a month, the beginning of a hash, or an amount' }),
})

export type HitWire = z.infer<typeof HitShape>
export type HitsWire = z.infer<typeof HitsShape>
