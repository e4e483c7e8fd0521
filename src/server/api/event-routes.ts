import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Json } from '../../core/base/canonical.ts'
import type { AgreementId } from '../../core/base/id.ts'
import { EventsQueryShape, IdempotencyHeadersShape, IngestedShape, type IngestedWire } from '../../wire/ingest.ts'
import type { ReadingBatch } from '../app/import-readings.ts'
import { readBinaryEvent, readStructuredEvent, type ReadEvent } from '../fleet/cloud-event.ts'
import { readingEventType, readingOfEvent } from '../fleet/event-reading.ts'
import type { Door, ReadingRow, RowRefusal } from '../fleet/records.ts'
import { contentTypeOf, howTo, ingested, ingestProblems, keeping, keyOf, placeFor, refusedWhole, type Ways } from './ingest-answers.ts'
import { declaredBytes, tooLarge, wholeBody, type BodyLimit } from './ingest-body.ts'
import { Refusal } from './problems.ts'

const [structured, batched] = ['application/cloudevents+json', 'application/cloudevents-batch+json']

type Mode = 'structured' | 'batched' | 'binary'

const modeOf = (request: FastifyRequest): Mode => {
  const type = contentTypeOf(request)
  if (type === structured) return 'structured'
  if (type === batched) return 'batched'
  const isJson = /^application\/([\w.+-]+\+)?json$/.test(type)
  if (request.headers['ce-specversion'] !== undefined && isJson) return 'binary'
  throw new Refusal({
    kind: 'unsupported-media-type',
    status: 415,
    title: 'This form is not understood',
    detail: `Events of CloudEvents 1.0 come as ${structured}, as ${batched}, or as application/json with ce- headers, ce-specversion among them; not as ${type === '' ? 'a body without a Content-Type' : type}.`,
  })
}

const parsed = (body: Buffer): Json => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as Json
  } catch (error) {
    throw new Refusal({
      kind: 'not-json',
      status: 400,
      title: 'The body is not JSON',
      detail: `The body is no JSON: ${(error as Error).message.slice(0, 200)}.`,
    })
  }
}

const eventsOf = (mode: Mode, request: FastifyRequest, body: Buffer, eventsMax: number): ReadEvent[] => {
  if (mode === 'binary') return [readBinaryEvent({ headers: request.headers, body })]
  const value = parsed(body)
  if (mode === 'structured') return [readStructuredEvent(value)]
  if (!Array.isArray(value))
    throw new Refusal({
      kind: 'no-batch',
      status: 400,
      title: 'The body is no batch',
      detail: `A batch is a JSON array of events; a single event goes as ${structured}.`,
    })
  if (value.length > eventsMax)
    throw tooLarge(
      'eventsMax',
      `The batch has ${value.length.toLocaleString('en')} events, more than ${eventsMax.toLocaleString('en')}: send it in parts`,
    )
  return value.map(readStructuredEvent)
}

const rowOf = (read: ReadEvent, line: number, door: Door): ReadingRow | RowRefusal => {
  if ('problems' in read) return { line, problems: read.problems }
  if (read.event.type === readingEventType) return readingOfEvent(read.event, line, door)
  return {
    line,
    problems: [{ pointer: '/type', message: `must be ${readingEventType}, not ${JSON.stringify(read.event.type.slice(0, 80))}` }],
  }
}

/** All of a request as one batch; an array may be asked for again. */
const asBatch = (rows: readonly (ReadingRow | RowRefusal)[], bytesRead: number): ReadingBatch => ({
  rows: rows.filter((row) => 'reading' in row),
  refusals: rows.filter((row) => 'problems' in row),
  bytesRead,
  bytesTotal: bytesRead,
})

type Query = Readonly<{ mode: 'keep-the-good' | 'all-or-nothing'; agreement?: string | undefined }>

const take = async (request: FastifyRequest, { mode, agreement }: Query, ways: Ways): Promise<IngestedWire> => {
  const { door, limits } = ways
  const form = modeOf(request)
  const bodyLimit: BodyLimit = { bytesMax: limits.eventBytesMax, limit: 'eventBytesMax' }
  const place = placeFor(ways.gates.events, Math.min(declaredBytes(request.raw) ?? limits.eventBytesMax, limits.eventBytesMax), 429, ways)
  try {
    const body = await wholeBody(request.raw, bodyLimit, limits)
    const events = eventsOf(form, request, body, limits.eventsMax)
    await place.turn
    const how = await howTo(ways, agreement)
    const rows = events.map((read, i) => rowOf(read, i + 1, how))
    const batch = asBatch(rows, body.length)
    // A sender of one event looks at the status alone.
    if (form !== 'batched' && batch.refusals.length > 0) throw refusedWhole(batch.refusals.length, batch.refusals)
    const answer = await door.importBatch(batch, {
      file: `events (${form})`,
      key: keyOf(request),
      mode: form === 'batched' ? mode : 'all-or-nothing',
      agreement: agreement as AgreementId | undefined,
    })
    return ingested(answer)
  } finally {
    place.leave()
  }
}

/** Readings as events of CloudEvents 1.0. */
export const eventRoutes = (api: FastifyInstance, ways: Ways): void => {
  api.withTypeProvider<ZodTypeProvider>().post(
    '/api/ingest/events',
    {
      schema: {
        operationId: 'ingestEvents',
        summary: 'Brings readings in as events of CloudEvents 1.0: structured, batched or binary',
        consumes: [structured, batched, 'application/json'],
        querystring: EventsQueryShape,
        headers: IdempotencyHeadersShape,
        response: { 200: IngestedShape, ...ingestProblems },
      },
    },
    (request): Promise<IngestedWire> => keeping(request, ways, () => take(request, request.query, ways)),
  )
}
