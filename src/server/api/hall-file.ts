import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { rational, toText } from '../../core/base/rational.ts'
import { csv, numberCell, rationalCell, textCell } from '../../core/statements/csv.ts'
import { factoryRoles, factoryStates, type HallWire } from '../../wire/factory.ts'
import { hallOf, HallParams, HallQuery } from './factory-moment.ts'
import type { FactorySource } from './factory-source.ts'
import type { SourceOf } from './principal.ts'

/** The rows of a hall for a spreadsheet: hours by colour, GPU-hours by state, as exact decimals. */
const hallCsv = (hall: HallWire): string => {
  const hours = (seconds: number) => rationalCell(toText(rational(seconds, 3600)))
  const head = [
    hall.rack === null ? 'rack' : 'node',
    'gpus',
    ...factoryRoles.map((role) => `hours_${role}`),
    ...factoryStates.map((state) => `gpu_hours_${state}`),
  ]
  const rows = hall.rows.map(({ name, gpus, seconds, gpuSeconds }) => [
    textCell(name),
    numberCell(gpus),
    ...factoryRoles.map((role) => hours(seconds[role])),
    ...factoryStates.map((state) => hours(gpuSeconds[state])),
  ])
  return csv(head, rows)
}

/** A hall as a file. */
export const hallFile = async (api: FastifyInstance, sourceOf: SourceOf<FactorySource>): Promise<void> => {
  api.withTypeProvider<ZodTypeProvider>().get(
    '/api/factories/:id/months/:month/halls/:hall/rows.csv',
    {
      config: { needs: 'factories:read' },
      schema: {
        operationId: 'downloadHallCsv',
        summary: 'The rows of a hall for a spreadsheet',
        params: HallParams,
        querystring: HallQuery,
        produces: ['text/csv; charset=utf-8'],
      },
    },
    async (request, reply) => {
      const source = sourceOf(request)
      const { params, query } = request
      const hall = await hallOf(source, params, query)
      const name = [params.id, params.hall, query.rack, query.day ?? params.month].filter((part) => part !== undefined).join('-')
      reply.type('text/csv; charset=utf-8').header('content-disposition', `attachment; filename="${name.replaceAll(/[^\w.-]/g, '_')}.csv"`)
      return reply.send(hallCsv(hall))
    },
  )
}
