import { z } from 'zod'

// The payloads of DSX Flex 1.7.0, as far as they are read (github.com/NVIDIA/dsx-exchange, schemas/asyncapi/dsx-flex/dsx-flex.yaml).

const listMax = 10_000
const time = z.iso.datetime({ offset: true, error: 'must be a time such as "2027-03-05T10:00:00Z"' })
const feedTag = z.string().min(1).max(64)
const unitWatts = { watt: 1, kilowatt: 1_000, megawatt: 1_000_000 } as const

/** A power limit in whole watts. */
const constraint = z
  .object({
    value: z.number().positive({ error: 'must be a power above 0; to take a limit away, load_constraint is null' }).max(1e12),
    unit: z.enum(['watt', 'kilowatt', 'megawatt']),
  })
  .transform(({ value, unit }) => Math.round(value * unitWatts[unit]))
const interval = z.object({ start_time: time.optional(), end_time: time.optional() })
const correlation = z.string().min(1).max(64)

export const SetLoadTarget = z.object({
  targets: z
    .array(z.object({ interval, feed_tags: z.array(feedTag).max(listMax).optional(), load_constraint: constraint.nullable() }))
    .min(1)
    .max(listMax),
})
export const PowerStateStatus = z.object({
  snapshot_time: time,
  feeds: z.record(
    feedTag,
    z.object({
      targets: z.array(z.object({ active: z.boolean(), load_constraint: constraint, interval, correlation_id: correlation })).max(listMax),
    }),
  ),
})
/** Of an alert and of an enforcement it is used that something was heard of a feed. */
export const PowerBreach = z.object({ feed_tag: feedTag })

export type SetLoadTargetData = z.infer<typeof SetLoadTarget>
export type PowerStateStatusData = z.infer<typeof PowerStateStatus>
