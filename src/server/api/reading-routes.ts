import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { formatInstant, parseInstant } from '../../core/base/time.ts'
import { readingsPageMax, ReadingsQueryShape, ReadingsShape, type ReadingWire } from '../../wire/reading.ts'
import { agreementOf, problems } from './agreement-routes.ts'
import { Refusal } from './problems.ts'
import { allPages, rowsType, sendRows, wantsRows } from './rows.ts'
import type { ApiSource, ReadingCursor, ReadingRecord } from './source.ts'
import type { SourceOf } from './principal.ts'

const CursorShape = z.tuple([z.int(), z.string(), z.string()])

const toCursor = ({ at, source, id }: ReadingCursor): string => Buffer.from(JSON.stringify([at, source, id])).toString('base64url')

const fromCursor = (text: string): ReadingCursor => {
  try {
    const [at, source, id] = CursorShape.parse(JSON.parse(Buffer.from(text, 'base64url').toString()))
    return { at, source, id }
  } catch {
    throw invalid('/query/cursor', 'is not the `next` of a page; leave it out for the first page')
  }
}

const invalid = (pointer: string, detail: string): Refusal =>
  new Refusal({
    kind: 'invalid-request',
    status: 400,
    title: 'The request is not right',
    detail: `${pointer}: ${detail}`,
    errors: [{ pointer, detail }],
  })

const toWire = (reading: ReadingRecord): ReadingWire => ({
  source: reading.source,
  id: reading.id,
  kind: reading.kind,
  subject: reading.subject,
  from: reading.from === undefined ? null : formatInstant(reading.from),
  to: reading.to === undefined ? null : formatInstant(reading.to),
  recordedAt: formatInstant(reading.recordedAt),
  gpus: reading.gpus ?? null,
  order: reading.order ?? null,
  tenant: reading.tenant ?? null,
  unit: reading.unit ?? null,
  detail: reading.body === undefined || reading.body === null ? null : JSON.stringify(reading.body),
  lateFor: reading.lateFor ?? null,
  replaces: reading.replaces ?? null,
  replacedBy: reading.replacedBy ?? null,
  sha256: reading.digest,
})

/** No agreement runs so long. */
const endOfTime = 2 ** 40

const instantOf = (text: string | undefined, otherwise: number): number => {
  const at = text === undefined ? otherwise : parseInstant(text, 'UTC')
  return typeof at === 'number' ? at : otherwise
}

export const readingRoutes = async (api: FastifyInstance, sourceOf: SourceOf<ApiSource>): Promise<void> => {
  api.withTypeProvider<ZodTypeProvider>().get(
    '/api/readings',
    {
      config: { needs: 'readings:read', streams: { type: rowsType, shape: 'Reading' } },
      schema: {
        operationId: 'listReadings',
        summary: 'The readings a fact rests on, a page at a time; or all of them as rows',
        querystring: ReadingsQueryShape,
        response: { 200: ReadingsShape, ...problems },
      },
    },
    async (request, reply) => {
      const source = sourceOf(request)
      const { query } = request
      await agreementOf(source, query.agreement)
      const pageOf = async (after: ReadingCursor | undefined, limit: number) => {
        const { readings, next } = await source.listReadings({
          agreement: query.agreement,
          subjects: query.subject,
          kinds: query.kind,
          window: { from: instantOf(query.from, 0), to: instantOf(query.to, endOfTime) },
          after,
          limit,
        })
        return { rows: readings.map(toWire), next }
      }
      const first = query.cursor === undefined ? undefined : fromCursor(query.cursor)
      if (wantsRows(request))
        return sendRows(
          reply,
          allPages(async (after) => {
            const { rows, next } = await pageOf(after, readingsPageMax)
            return { rows: await request.asRead(rows), next }
          }, first),
        ) as never
      const { rows: readings, next } = await pageOf(first, query.limit)
      return { readings, next: next === undefined ? null : toCursor(next) }
    },
  )
}
