import { z } from 'zod'
import type { Json } from '../core/base/canonical.ts'
import { LineChangeShape, NetChangeShape } from './comparison.ts'
import { Amount, list, Month } from './scalars.ts'

/** Changes of one question, and characters of a pointer, at most. */
export const whatIfChangesMax = 50
export const pointerLengthMax = 300

export const ChangeShape = z
  .object({
    pointer: z.string().max(pointerLengthMax).meta({ description: 'JSON pointer into the latest version' }),
    value: z
      .custom<Json>((value) => value !== undefined, 'is missing: null takes a term out')
      .meta({ description: 'what then stands there; null takes it out' }),
  })
  .meta({ id: 'Change' })

export const WhatIfRequestShape = z
  .object({
    changes: z.array(ChangeShape).max(whatIfChangesMax).readonly().optional(),
    document: z.string().min(1).optional().meta({ description: 'YAML or JSON in place of the latest version' }),
    from: Month.optional(),
    through: Month.optional(),
  })
  .refine(({ changes, document }) => (changes === undefined) !== (document === undefined), {
    message: 'give either changes or a document',
  })
  .meta({ id: 'WhatIfRequest' })

export const RewordedShape = z
  .object({
    kind: z.enum(['same', 'changed', 'added', 'removed']),
    clause: z.string().nullable(),
    pointer: z.string(),
    before: z.string().nullable(),
    after: z.string().nullable(),
    beforeValue: z.string().nullable().meta({ description: 'what stands at the pointer, as JSON' }),
    afterValue: z.string().nullable(),
    assumed: z.boolean(),
  })
  .meta({ id: 'Reworded', description: 'a term in words, as it is and as it would be' })

export const WhatIfMonthShape = z
  .object({
    month: Month,
    lines: list(LineChangeShape.omit({ causes: true, reasons: true })),
    same: z.int().nonnegative(),
    nets: list(NetChangeShape),
  })
  .meta({ id: 'WhatIfMonth' })

export const WhatIfShape = z
  .object({
    agreement: z.string(),
    currency: z.string(),
    version: z.int(),
    months: list(WhatIfMonthShape),
    totals: list(
      z.object({ parties: z.tuple([z.string(), z.string()]).readonly(), before: Amount, after: Amount, difference: Amount }),
    ).meta({
      description: 'over all months, what the first of the parties pays, net',
    }),
    sentences: list(RewordedShape),
  })
  .meta({ id: 'WhatIf', description: 'settled from the readings there are, not simulated; nothing of it is kept' })

export type ChangeWire = z.infer<typeof ChangeShape>
export type RewordedWire = z.infer<typeof RewordedShape>
export type WhatIfMonthWire = z.infer<typeof WhatIfMonthShape>
export type WhatIfWire = z.infer<typeof WhatIfShape>
