import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { FacilitiesShape, FacilityPageShape } from '../../wire/lender.ts'
import { InstrumentParams, InstrumentQueryShape } from '../../wire/register.ts'
import type { PortfolioSource } from '../app/portfolio.ts'
import { problems } from './agreement-routes.ts'
import { toFacilities, toFacility } from './lender-view.ts'
import type { SourceOf } from './principal.ts'
import { notFound } from './problems.ts'

/** Whether the tests of debt facilities hold: what statements state of their ratios, against the levels of their terms. */
export const lenderRoutes = async (api: FastifyInstance, sourceOf: SourceOf<PortfolioSource>): Promise<void> => {
  const routes = api.withTypeProvider<ZodTypeProvider>()
  routes.get(
    '/api/facilities',
    {
      config: { needs: 'register:read', compress: true },
      schema: {
        operationId: 'listFacilities',
        summary: 'Debt facilities within reach, with their last test',
        querystring: InstrumentQueryShape,
        response: { 200: FacilitiesShape, ...problems },
      },
    },
    async (request) => toFacilities(await sourceOf(request).held(request.query, { anyone: true })),
  )
  routes.get(
    '/api/facilities/:agreement/:clause',
    {
      config: { needs: 'register:read', compress: true },
      schema: {
        operationId: 'readFacility',
        summary: 'Ratios of a facility through time, against its covenants, with headroom in ratio and in money',
        params: InstrumentParams,
        querystring: InstrumentQueryShape,
        response: { 200: FacilityPageShape, ...problems },
      },
    },
    async (request) => {
      const { agreement, clause } = request.params
      const page = toFacility(await sourceOf(request).held(request.query, { anyone: true, agreement }), `${agreement}/${clause}`)
      if (page === undefined) throw notFound(`There is no facility ${agreement}/${clause} here.`)
      return page
    },
  )
}
