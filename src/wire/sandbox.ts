import { z } from 'zod'
import { Instant, Month } from './scalars.ts'

export const strideNames = ['month', 'quarter', 'year', 'end'] as const

export const AdvanceShape = z
  .object({
    run: z.string(),
    through: Month.meta({ description: 'the last month that the clock is to pass' }),
    asked: z.enum(strideNames),
    stopping: z.boolean(),
    outcome: z.enum(['done', 'stopped', 'refused']).nullable().meta({ description: 'null: under way' }),
    message: z.string().nullable(),
  })
  .meta({ id: 'Advance' })

export const SandboxShape = z
  .object({
    sandbox: z.boolean().meta({ description: 'time here is moved by hand' }),
    now: Instant.nullable(),
    run: AdvanceShape.nullable().meta({ description: 'the latest' }),
    step: z
      .object({ closed: z.int().meta({ description: 'months of agreements that this run has closed' }), text: z.string() })
      .nullable()
      .meta({ description: 'what a run is at' }),
  })
  .meta({ id: 'Sandbox' })

export const AdvanceBodyShape = z.object({
  by: z.enum(strideNames).meta({ description: 'one month, three, twelve, or to the end of every term' }),
})

export type SandboxWire = z.infer<typeof SandboxShape>
export type AdvanceWire = z.infer<typeof AdvanceShape>
export type Stride = (typeof strideNames)[number]
