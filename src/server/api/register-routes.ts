import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { LinesShape } from '../../wire/portfolio.ts'
import {
  InstrumentLinesQueryShape,
  InstrumentPageShape,
  InstrumentParams,
  InstrumentQueryShape,
  RegisterQueryShape,
  RegisterShape,
} from '../../wire/register.ts'
import type { Held, PortfolioSource } from '../app/portfolio.ts'
import { problems } from './agreement-routes.ts'
import { fromLineCursor, heldOf, toLines } from './portfolio-routes.ts'
import { principalOf, type SourceOf } from './principal.ts'
import { notFound } from './problems.ts'
import { toInstrument, toRegister } from './register-view.ts'

/** A foreign instrument is answered as one that does not exist; so is one before its agreement has a final month. */
const noInstrument = (instrument: string, { books, asOf }: Held) => {
  const known = books.flatMap(({ register }) => register.rows.map((row) => row.instrument)).slice(0, 10)
  return notFound(
    `There is no instrument ${instrument} here${asOf === undefined ? ', for no month of its agreement is final' : ''}.${known.length === 0 ? '' : ` There is: ${known.join(', ')}.`}`,
  )
}

/** What stands behind others: guarantees, rights and stakes, one instrument for each clause in which a guarantor stands. */
export const registerRoutes = async (api: FastifyInstance, sourceOf: SourceOf<PortfolioSource>): Promise<void> => {
  const routes = api.withTypeProvider<ZodTypeProvider>()
  routes.get(
    '/api/register',
    {
      config: { needs: 'register:read', compress: true },
      schema: {
        operationId: 'readRegister',
        summary: 'Guarantees, rights and stakes within reach, and how gross falls through time',
        querystring: RegisterQueryShape,
        response: { 200: RegisterShape, ...problems },
      },
    },
    async (request) => {
      const { since, agreement, ...question } = request.query
      const source = sourceOf(request)
      const held = await heldOf(source, question, { anyone: true })
      const before = since === undefined ? undefined : await source.held({ ...question, on: since }, { anyone: true })
      return toRegister(held, { agreement, before })
    },
  )
  await instrumentRoutes(api, sourceOf)
}

/** One of them, and its lines. */
const instrumentRoutes = async (api: FastifyInstance, sourceOf: SourceOf<PortfolioSource>): Promise<void> => {
  const routes = api.withTypeProvider<ZodTypeProvider>()
  routes.get(
    '/api/register/:agreement/:clause',
    {
      config: { needs: 'register:read', compress: true },
      schema: {
        operationId: 'readInstrument',
        summary: 'One instrument: where it stands, its terms, what is still promised, and for its guarantor the evidence for accounts',
        params: InstrumentParams,
        querystring: InstrumentQueryShape,
        response: { 200: InstrumentPageShape, ...problems },
      },
    },
    async (request) => {
      const { agreement, clause } = request.params
      const held = await sourceOf(request).held(request.query, { anyone: true, agreement, earlier: true })
      const page = toInstrument(held, `${agreement}/${clause}`, principalOf(request).may.includes('portfolio:read'))
      if (page === undefined) throw noInstrument(`${agreement}/${clause}`, held)
      return page
    },
  )
  routes.get(
    '/api/register/:agreement/:clause/lines',
    {
      config: { needs: 'register:read', compress: true },
      schema: {
        operationId: 'listInstrumentLines',
        summary: 'The statement lines of an instrument, the latest month first, a page at a time',
        params: InstrumentParams,
        querystring: InstrumentLinesQueryShape,
        response: { 200: LinesShape, ...problems },
      },
    },
    async (request) => {
      const { agreement, clause } = request.params
      const { cursor, ...query } = request.query
      const question = { ...query, of: 'clause' as const, agreement, clause, after: fromLineCursor(cursor) }
      const lines = await sourceOf(request).lines(question)
      // Without lines it may be that there is no such instrument: that is said as it is of the instrument itself.
      if (lines.lines.length === 0) {
        const held = await sourceOf(request).held({}, { anyone: true, agreement, earlier: true })
        if (toInstrument(held, `${agreement}/${clause}`, false) === undefined) throw noInstrument(`${agreement}/${clause}`, held)
      }
      return toLines(lines, question)
    },
  )
}
