import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { hitsMax, hitsOfKindMax, HitsShape, SearchQueryShape, type HitWire } from '../../wire/search.ts'
import type { Found, Hit, SearchSource } from '../app/search.ts'
import { problems } from './agreement-routes.ts'
import { principalOf, reachOf } from './principal.ts'

const toWire =
  ({ schedules }: Found) =>
  ({ kind, id, agreement, month, version, line, place, amount }: Hit): HitWire => ({
    kind,
    id,
    agreement: agreement ?? null,
    title: schedules.get(agreement ?? '')?.title ?? null,
    month: month ?? null,
    version: version ?? null,
    line: line ?? null,
    place: place ?? null,
    amount: amount ?? null,
    currency: amount === undefined ? null : (schedules.get(agreement ?? '')?.currency ?? null),
  })

/** At most so many of each kind, in the order of kinds as they were found. */
const bounded = (hits: readonly Hit[]): Hit[] =>
  [...Map.groupBy(hits, ({ kind }) => kind).values()].flatMap((own) => own.slice(0, hitsOfKindMax)).slice(0, hitsMax)

export const searchRoutes = async (api: FastifyInstance, search: SearchSource): Promise<void> => {
  api.withTypeProvider<ZodTypeProvider>().get(
    '/api/search',
    {
      config: { needs: 'somebody' },
      schema: {
        operationId: 'search',
        summary: 'Objects by name, id, pasted hash or amount, of those that the caller may see',
        querystring: SearchQueryShape,
        response: { 200: HitsShape, ...problems },
      },
    },
    async (request) => {
      const { may } = principalOf(request)
      const { q: question } = request.query
      const found = await search(reachOf(request), {
        question,
        limit: hitsOfKindMax,
        may: {
          statements: may.includes('statements:read'),
          orders: may.includes('orders:read'),
          factories: may.includes('factories:read'),
          ledger: may.includes('ledger:read'),
        },
      })
      return { question, hits: bounded(found.hits).map(toWire(found)) }
    },
  )
}
