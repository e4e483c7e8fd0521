import { z } from 'zod'
import { list } from './scalars.ts'

/** RFC 9457: what failed, why, where in the request, and the id to quote. */
export const ProblemShape = z
  .object({
    type: z.string().meta({ description: 'urn:offtake:problem:…; stable, for programs' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: list(z.object({ pointer: z.string(), detail: z.string() })).optional(),
    requestId: z.string(),
  })
  .meta({ id: 'Problem' })
export type ProblemWire = z.infer<typeof ProblemShape>

export const HealthShape = z
  .object({
    status: z.literal('ok'),
    now: z.string().meta({ description: "the server's clock; fixed in a demonstration" }),
    version: z.string(),
  })
  .meta({ id: 'Health' })
export type HealthWire = z.infer<typeof HealthShape>
