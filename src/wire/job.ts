import { z } from 'zod'
import { Instant, list } from './scalars.ts'

/** Most jobs a page can hold, and what it holds unless asked. */
export const jobsPageMax = 200
export const jobsPageDefault = 50

export const JobId = z
  .string()
  .regex(/^job_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'should be the id of a job, job_…')
  .meta({ id: 'JobId' })

export const jobStates = ['queued', 'running', 'done', 'failed', 'cancelled'] as const

export const JobEventShape = z
  .object({
    number: z.int().positive().meta({ description: 'from 1, without a hole: the `id` of the event, for Last-Event-ID' }),
    kind: z.enum(['queued', 'progress', 'retry', 'cancelling', 'done', 'failed', 'cancelled']),
    at: Instant,
    done: z.int().nullable().meta({ description: 'units of the work; null where they are not known' }),
    total: z.int().nullable(),
    message: z.string(),
  })
  .meta({ id: 'JobEvent' })

export const JobShape = z
  .object({
    id: JobId,
    kind: z.string().meta({ description: 'what is done: close' }),
    subject: z.string(),
    agreement: z.string().nullable(),
    state: z.enum(jobStates),
    cancellable: z.boolean().meta({ description: 'whether it can be asked to stop, and has not been yet' }),
    by: z.string().meta({ description: 'who asked for it' }),
    at: Instant,
    latest: JobEventShape,
  })
  .meta({ id: 'Job' })

export const JobsQueryShape = z.object({
  cursor: JobId.optional().meta({ description: '`next` of the page before' }),
  limit: z.coerce.number().int().min(1).max(jobsPageMax).default(jobsPageDefault),
  mine: z.enum(['true', 'false']).default('false').meta({ description: 'only those that you asked for' }),
})
export const JobsShape = z
  .object({ jobs: list(JobShape), next: z.string().nullable().meta({ description: 'cursor of the next page; null on the last' }) })
  .meta({ id: 'Jobs', description: 'long work, the latest first' })

export type JobWire = z.infer<typeof JobShape>
export type JobEventWire = z.infer<typeof JobEventShape>
export type JobsWire = z.infer<typeof JobsShape>
