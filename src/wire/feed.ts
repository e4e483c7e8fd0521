import { z } from 'zod'
import { Instant, list } from './scalars.ts'

export const FeedShape = z
  .object({
    source: z.string(),
    kinds: list(z.string()),
    readings: z.int().meta({ description: 'of the last 35 days' }),
    imports: z.int(),
    lastRecorded: Instant,
    lastEnd: Instant.nullable().meta({ description: 'the end of what it tells of, so far as it has come' }),
    ageSeconds: z.int().meta({ description: 'since it last told of anything' }),
    limitSeconds: z.int().nullable().meta({
      description: 'how long it may be silent: three times as long as it usually is, and 15 minutes at least; null: it has no rhythm',
    }),
    late: z.boolean(),
  })
  .meta({ id: 'Feed' })

export const FeedsShape = z
  .object({
    now: Instant,
    feeds: list(FeedShape),
    slowest: FeedShape.nullable().meta({ description: 'of those with a limit the one that is furthest beyond it, or nearest to it' }),
  })
  .meta({ id: 'Feeds' })

export type FeedWire = z.infer<typeof FeedShape>
export type FeedsWire = z.infer<typeof FeedsShape>
