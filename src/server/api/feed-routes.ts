import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { formatInstant } from '../../core/base/time.ts'
import { FeedsShape, type FeedWire } from '../../wire/feed.ts'
import { isLate, type Feed, type makeFeeds } from '../app/feeds.ts'
import { everything, type Reach } from '../store/reach.ts'
import { problems } from './agreement-routes.ts'
import { principalOf, reachOf } from './principal.ts'
import type { FastifyRequest } from 'fastify'

export type FeedSource = ReturnType<typeof makeFeeds>

/** Whoever administers this installation sees that every feed comes, and no reading of any: names, counts and ages are told, no amounts. */
export const feedReachOf = (request: FastifyRequest): Reach =>
  principalOf(request).role === 'administrator' ? everything : reachOf(request)

const toWire = (feed: Feed): FeedWire => ({
  source: feed.source,
  kinds: [...feed.kinds],
  readings: feed.readings,
  imports: feed.imports,
  lastRecorded: formatInstant(feed.lastRecorded),
  lastEnd: feed.lastEnd === undefined ? null : formatInstant(feed.lastEnd),
  ageSeconds: feed.ageSeconds,
  limitSeconds: feed.limitSeconds ?? null,
  late: isLate(feed),
})

export const feedRoutes = async (api: FastifyInstance, source: FeedSource): Promise<void> => {
  api.withTypeProvider<ZodTypeProvider>().get(
    '/api/feeds',
    {
      config: { needs: 'feeds:read' },
      schema: {
        operationId: 'listFeeds',
        summary: 'Sources of the last weeks, how long ago each told of anything, and which are late',
        response: { 200: FeedsShape, ...problems },
      },
    },
    async (request) => {
      const { listFeeds, now } = source(feedReachOf(request))
      const feeds = await listFeeds()
      const required = feeds.filter(({ limitSeconds }) => limitSeconds !== undefined)
      const beyond = ({ ageSeconds, limitSeconds }: Feed) => ageSeconds / limitSeconds!
      const slowest = required.toSorted((a, b) => beyond(b) - beyond(a))[0]
      return { now: formatInstant(now()), feeds: feeds.map(toWire), slowest: slowest === undefined ? null : toWire(slowest) }
    },
  )
}
