import { resolveName } from './jobs/egress.ts'
import type { Delivering } from './jobs/webhook-job.ts'

/** Messages are delivered by the clocks and the names of the world, to addresses of the internet alone unless networks are allowed. */
export const deliverWorld = (allowed: readonly string[] = []): Delivering => ({
  egress: { allowed, resolve: resolveName },
  nowMs: () => Date.now(),
  chance: () => Math.random(),
})
