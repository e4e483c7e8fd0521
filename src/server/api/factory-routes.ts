import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { dateOf, formatInstant, monthInterval, parseInstant } from '../../core/base/time.ts'
import {
  FactoriesShape,
  factoriesMax,
  FactoryMonthShape,
  FactoryQueryShape,
  HallShape,
  RackReadingsShape,
  rackReadingsPageMax,
  ReconciliationShape,
  reconciliationPageDefault,
  reconciliationPageMax,
  SourcesShape,
  type ReconciliationWire,
} from '../../wire/factory.ts'
import type { ReconcileAnswer } from '../app/reconcile.ts'
import { sourcesMax } from '../store/rack-rows.ts'
import { problems } from './agreement-routes.ts'
import { drawn, FactoryParams, hallOf, HallParams, HallQuery, invalid, momentOf } from './factory-moment.ts'
import { ofReading } from './factory-readings.ts'
import type { FactorySource } from './factory-source.ts'
import { toFactoryMonth, toFactoryRow } from './factory-view.ts'
import { notFound, Refusal } from './problems.ts'
import type { SourceOf } from './principal.ts'

const RackQuery = FactoryQueryShape.extend({
  unit: z.string().min(1).max(200).meta({ description: 'the unit of a rack, or the name of a node' }),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
})
const PageQuery = FactoryQueryShape.extend({
  cursor: z
    .string()
    .regex(/^\d{1,9}$/, 'should be the `next` of a page')
    .optional(),
  limit: z.coerce.number().int().min(1).max(reconciliationPageMax).default(reconciliationPageDefault),
})

const toReconciliation = (answer: ReconcileAnswer): ReconciliationWire['rows'] => {
  if (answer.kind === 'refused')
    throw new Refusal({ kind: 'cannot-reconcile', status: 409, title: 'The month cannot be reconciled', detail: answer.messages.join(' ') })
  return [
    ...answer.disagreements.map(({ subject, where, source, counted, date, more, less }) => ({
      subject: subject as string,
      where: where as string,
      source,
      counted: [...counted],
      date,
      more,
      less,
    })),
    ...answer.soldButDown.map(({ block, gpuSeconds }) => ({
      subject: 'sold-but-down',
      where: block as string,
      source: null,
      counted: [],
      date: null,
      more: gpuSeconds,
      less: 0,
    })),
  ].toSorted((a, b) => b.more + b.less - a.more - a.less)
}

const factoryLists = (api: FastifyInstance, sourceOf: SourceOf<FactorySource>): void => {
  const routes = api.withTypeProvider<ZodTypeProvider>()
  routes.get(
    '/api/factories',
    {
      config: { needs: 'factories:read' },
      schema: { operationId: 'listFactories', summary: 'Factories with racks on record', response: { 200: FactoriesShape, ...problems } },
    },
    async (request) => {
      const source = sourceOf(request)
      return { now: formatInstant(source.now()), factories: (await source.listFactories()).slice(0, factoriesMax).map(toFactoryRow) }
    },
  )
  routes.get(
    '/api/factories/:id/months/:month',
    {
      config: { needs: 'factories:read' },
      schema: {
        operationId: 'readFactoryMonth',
        summary: 'A factory through a month: its halls by day, and how racks tie to what is settled',
        params: FactoryParams,
        querystring: FactoryQueryShape,
        response: { 200: FactoryMonthShape, ...problems },
      },
    },
    async (request) => {
      const source = sourceOf(request)
      const { params, query } = request
      const moment = await momentOf(source, { ...params, agreement: query.agreement })
      return toFactoryMonth(moment, await drawn(source, moment), source.now())
    },
  )
}

const hallRoute = (api: FastifyInstance, sourceOf: SourceOf<FactorySource>): void => {
  api.withTypeProvider<ZodTypeProvider>().get(
    '/api/factories/:id/months/:month/halls/:hall',
    {
      config: { needs: 'factories:read' },
      schema: {
        operationId: 'readHall',
        summary: 'What every rack of a hall was doing, as runs: a month by hours, a day by quarter hours; or the nodes of one rack',
        params: HallParams,
        querystring: HallQuery,
        response: { 200: HallShape, ...problems },
      },
    },
    (request) => hallOf(sourceOf(request), request.params, request.query),
  )
}

const sourceRoutes = (api: FastifyInstance, sourceOf: SourceOf<FactorySource>): void => {
  const routes = api.withTypeProvider<ZodTypeProvider>()
  routes.get(
    '/api/factories/:id/months/:month/sources',
    {
      config: { needs: 'factories:read' },
      schema: {
        operationId: 'listFactorySources',
        summary: 'Who tells of this factory, and how long ago',
        params: FactoryParams,
        querystring: FactoryQueryShape,
        response: { 200: SourcesShape, ...problems },
      },
    },
    async (request) => {
      const source = sourceOf(request)
      const { params, query } = request
      const { record, month } = await momentOf(source, { ...params, agreement: query.agreement })
      const [{ sources }, newest] = await Promise.all([source.listSources(record, month), source.newestSample(record)])
      const now = source.now()
      return {
        now: formatInstant(now),
        more: sources.length === sourcesMax,
        telemetry: newest === undefined ? null : { newest: formatInstant(newest), ageSeconds: Math.max(0, now - newest) },
        sources: sources.map((row) => ({
          source: row.source,
          kinds: [...row.kinds],
          readings: row.readings,
          lastRecorded: formatInstant(row.lastRecorded),
          lastEffect: row.lastEnd === undefined ? null : formatInstant(row.lastEnd),
          ageSeconds: Math.max(0, now - row.lastRecorded),
          lagSeconds: row.lastEnd === undefined ? null : Math.max(0, now - row.lastEnd),
        })),
      }
    },
  )
}

const reconciliationRoute = (api: FastifyInstance, sourceOf: SourceOf<FactorySource>): void => {
  api.withTypeProvider<ZodTypeProvider>().get(
    '/api/factories/:id/months/:month/reconciliation',
    {
      config: { needs: 'factories:read' },
      schema: {
        operationId: 'listReconciliation',
        summary: 'What sources say differently of the same GPUs, the largest first',
        params: FactoryParams,
        querystring: PageQuery,
        response: { 200: ReconciliationShape, ...problems, 409: problems[404] },
      },
    },
    async (request) => {
      const source = sourceOf(request)
      const {
        params,
        query: { agreement, cursor, limit },
      } = request
      const { record, month } = await momentOf(source, { ...params, agreement })
      const rows = toReconciliation(await source.reconcile(record, month))
      const first = Number(cursor ?? 0)
      const next = first + limit < rows.length ? String(first + limit) : null
      return {
        agreement: record.schedule.agreement,
        month,
        zone: record.schedule.zone,
        total: rows.length,
        rows: rows.slice(first, first + limit),
        next,
      }
    },
  )
}

const rackRoute = (api: FastifyInstance, sourceOf: SourceOf<FactorySource>): void => {
  api.withTypeProvider<ZodTypeProvider>().get(
    '/api/factories/:id/months/:month/rack',
    {
      config: { needs: 'factories:read' },
      schema: {
        operationId: 'readRack',
        summary: 'What readings say of one rack or node in a stretch of a month: source, id, order, digest',
        params: FactoryParams,
        querystring: RackQuery,
        response: { 200: RackReadingsShape, ...problems },
      },
    },
    async (request) => {
      const source = sourceOf(request)
      const { params, query } = request
      const { record } = await momentOf(source, { ...params, agreement: query.agreement })
      const { zone } = record.schedule
      const whole = monthInterval(params.month, zone)
      const at = (text: string | undefined, otherwise: number): number => {
        const instant = text === undefined ? otherwise : parseInstant(text, zone)
        return typeof instant === 'number' ? Math.min(whole.to, Math.max(whole.from, instant)) : otherwise
      }
      const window = { from: at(query.from, whole.from), to: at(query.to, whole.to) }
      if (window.from >= window.to) throw invalid('/query/to', `should be after ${dateOf(window.from, zone)} and in ${params.month}`)
      const { readings, isRack } = await source.readRack(record, { unit: query.unit, window })
      if (!isRack) throw notFound(`${params.id} has no rack or node ${query.unit} in ${params.month}.`)
      return {
        unit: query.unit,
        from: formatInstant(window.from),
        to: formatInstant(window.to),
        readings: readings.slice(0, rackReadingsPageMax).map(ofReading),
        more: readings.length > rackReadingsPageMax,
      }
    },
  )
}

export const factoryRoutes = async (api: FastifyInstance, sourceOf: SourceOf<FactorySource>): Promise<void> => {
  factoryLists(api, sourceOf)
  hallRoute(api, sourceOf)
  sourceRoutes(api, sourceOf)
  reconciliationRoute(api, sourceOf)
  rackRoute(api, sourceOf)
}
