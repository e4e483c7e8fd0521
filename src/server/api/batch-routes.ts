import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { formatInstant } from '../../core/base/time.ts'
import { BatchDetailShape, BatchesQueryShape, BatchesShape, BatchParamsShape, ProgressShape, type BatchWire } from '../../wire/ingest.ts'
import type { ImportHead } from '../store/batches.ts'
import { problems } from './agreement-routes.ts'
import type { Ways } from './ways.ts'
import { principalOf, reachOf } from './principal.ts'
import { everything, type Reach } from '../store/reach.ts'
import { notFound } from './problems.ts'

const toBatch = ({ batch, recordedAt, key, mode, file, accepted, repeats, refused, late }: ImportHead): BatchWire => ({
  batch: `${batch}`,
  recordedAt: formatInstant(recordedAt),
  key,
  mode,
  file,
  accepted,
  repeats,
  refused,
  late,
})

/** Imports are seen by the party that they are of, and by who keeps this installation running: they hold no amount. */
const feedsReach = (request: FastifyRequest): Reach => (principalOf(request).role === 'administrator' ? everything : reachOf(request))

const listOf = (api: FastifyInstance, { door }: Ways): void => {
  api.withTypeProvider<ZodTypeProvider>().get(
    '/api/ingest/batches',
    {
      config: { needs: 'feeds:read' },
      schema: {
        operationId: 'listBatches',
        summary: 'Imports, the latest first, a page at a time',
        querystring: BatchesQueryShape,
        response: { 200: BatchesShape, ...problems },
      },
    },
    async (request) => {
      const { cursor, limit } = request.query
      // One more than the page holds: so that it is known whether another follows.
      const found = await door.listBatches(feedsReach(request), {
        before: cursor === undefined ? undefined : BigInt(cursor),
        limit: limit + 1,
      })
      const page = found.slice(0, limit)
      return { batches: page.map(toBatch), next: found.length > limit ? `${page.at(-1)!.batch}` : null }
    },
  )
}

const detailOf = (api: FastifyInstance, { door }: Ways): void => {
  api.withTypeProvider<ZodTypeProvider>().get(
    '/api/ingest/batches/:id',
    {
      config: { needs: 'feeds:read' },
      schema: {
        operationId: 'readBatch',
        summary: 'One import, with what of it was refused',
        params: BatchParamsShape,
        response: { 200: BatchDetailShape, ...problems },
      },
    },
    async (request) => {
      const { id } = request.params
      const found = await door.findBatch(feedsReach(request), BigInt(id))
      if (found === undefined) throw notFound(`There is no import ${id} here; /api/ingest/batches lists what there is.`)
      const refusals = found.refusals.map(({ line, problems: all }) => ({
        line,
        problems: all.map(({ pointer, message }) => ({ pointer, message })),
      }))
      return { ...toBatch(found), refusals }
    },
  )
}

/** What has come in, and what is coming. */
export const batchRoutes = (api: FastifyInstance, ways: Ways): void => {
  listOf(api, ways)
  detailOf(api, ways)
  api.withTypeProvider<ZodTypeProvider>().get(
    '/api/ingest/progress',
    {
      config: { needs: 'feeds:read' },
      schema: { operationId: 'readProgress', summary: 'The uploads that are under way', response: { 200: ProgressShape, ...problems } },
    },
    (request) => ways.uploads.list(feedsReach(request)),
  )
}
