import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { Json } from '../../core/base/canonical.ts'
import type { AgreementId } from '../../core/base/id.ts'
import { EventsBodyShape, EventsQueryShape, IdempotencyHeadersShape, IngestedShape, type IngestedWire } from '../../wire/ingest.ts'
import type { ReadingBatch } from '../app/import-readings.ts'
import { readBinaryEvent, readStructuredEvent, type CloudEvent, type ReadEvent } from '../fleet/cloud-event.ts'
import { readingEventType, readingOfEvent } from '../fleet/event-reading.ts'
import { flexEventTypes, isFlexEvent } from '../fleet/flex.ts'
import type { Door, ReadingRow, RowRefusal } from '../fleet/records.ts'
import { ingested, refusedWhole } from './ingested.ts'
import { keeping } from './keeping.ts'
import { contentTypeOf, howTo, ingestProblems, keyOf, placeFor, type Ways } from './ways.ts'
import { checkDeclared, declaredBytes, tooLarge, wholeBody, type BodyLimit } from './ingest-body.ts'
import { Refusal } from './problems.ts'
import type { Actor } from '../store/audit.ts'
import { actorOf } from './principal.ts'

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
  const known = [readingEventType, ...flexEventTypes].join(', ')
  return { line, problems: [{ pointer: '/type', message: `must be one of ${known}; not ${JSON.stringify(read.event.type.slice(0, 80))}` }] }
}

/** All of a request as one batch. */
const asBatch = (rows: readonly (ReadingRow | RowRefusal)[], bytesRead: number): ReadingBatch => ({
  rows: rows.filter((row) => 'reading' in row),
  refusals: rows.filter((row) => 'problems' in row),
  bytesRead,
  bytesTotal: bytesRead,
})

type Query = Readonly<{ mode: 'keep-the-good' | 'all-or-nothing'; agreement?: string | undefined }>
type Sent = Readonly<{ form: Mode; events: readonly ReadEvent[]; bytes: number; key: string | undefined; by: Actor }>

const takeReadings = async ({ form, events, bytes, key, by }: Sent, { mode, agreement }: Query, ways: Ways): Promise<IngestedWire> => {
  const how = await howTo(ways, agreement, by)
  const batch = asBatch(
    events.map((read, i) => rowOf(read, i + 1, how)),
    bytes,
  )
  const answer = await ways.door.importBatch(batch, {
    by,
    file: `events (${form})`,
    key,
    // A sender of one event looks at the status alone.
    mode: form === 'batched' ? mode : 'all-or-nothing',
    agreement: agreement as AgreementId | undefined,
  })
  return ingested(answer)
}

const nothingTold: IngestedWire = { batch: null, accepted: 0, repeats: 0, refused: 0, late: 0, again: false, refusals: [] }

const takeFlex = async ({ form, events, by }: Sent, { door }: Ways): Promise<IngestedWire> => {
  const { flex: mapping } = door
  if (mapping === undefined)
    throw new Refusal({
      kind: 'no-flex-mapping',
      status: 409,
      title: 'It is not said what feeds stand for',
      detail:
        'Events of DSX Flex speak of feeds of power. Start the server with --flex FILE, which says what GPUs each feed powers (docs/ingest.md).',
    })
  const refusals = events.flatMap((read, i): RowRefusal[] => {
    if ('problems' in read) return [{ line: i + 1, problems: read.problems }]
    return isFlexEvent(read.event)
      ? []
      : [
          {
            line: i + 1,
            problems: [{ pointer: '/type', message: 'must be of DSX Flex like the others of its request: send readings apart' }],
          },
        ]
  })
  if (refusals.length > 0) throw refusedWhole(refusals.length, refusals)
  const numbered = events.map((read, i) => ({ line: i + 1, event: (read as { event: CloudEvent }).event }))
  const answer = await door.importFlex({ events: numbered, mapping, file: `DSX Flex (${form})`, by })
  if (answer.kind === 'unread') throw refusedWhole(answer.refusals.length, answer.refusals)
  return answer.kind === 'heard' ? nothingTold : ingested(answer)
}

const take = async (request: FastifyRequest, query: Query, ways: Ways): Promise<IngestedWire> => {
  const { limits } = ways
  const form = modeOf(request)
  const bodyLimit: BodyLimit = { bytesMax: limits.eventBytesMax, limit: 'eventBytesMax' }
  checkDeclared(request.raw, bodyLimit)
  const place = placeFor(ways.gates.events, declaredBytes(request.raw) ?? limits.eventBytesMax, 429, ways)
  try {
    const body = await wholeBody(request.raw, bodyLimit, limits)
    await place.turn
    const events = eventsOf(form, request, body, limits.eventsMax)
    const sent: Sent = { form, events, bytes: body.length, key: keyOf(request), by: actorOf(request) }
    const ofFlex = events.some((read) => 'event' in read && isFlexEvent(read.event))
    return await (ofFlex ? takeFlex(sent, ways) : takeReadings(sent, query, ways))
  } finally {
    place.leave()
  }
}

/** Readings as events of CloudEvents 1.0. */
export const eventRoutes = (api: FastifyInstance, ways: Ways): void => {
  api.withTypeProvider<ZodTypeProvider>().post(
    '/api/ingest/events',
    {
      config: { needs: 'readings:write', keys: 'own', rate: 'own' },
      schema: {
        operationId: 'ingestEvents',
        summary: 'Brings readings in as events of CloudEvents 1.0: structured, batched or binary',
        consumes: [structured, batched, 'application/json'],
        body: EventsBodyShape,
        querystring: EventsQueryShape,
        headers: IdempotencyHeadersShape,
        response: { 200: IngestedShape, ...ingestProblems },
      },
    },
    (request): Promise<IngestedWire> => keeping(request, ways, () => take(request, request.query, ways)),
  )
}
