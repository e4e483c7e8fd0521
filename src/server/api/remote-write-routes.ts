import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { RemoteWriteBodyShape, RemoteWriteQueryShape, RemoteWrittenShape } from '../../wire/ingest.ts'
import { readRemoteWrite, type RemoteWrite, type SampleCounts, type SampleRefusal } from '../fleet/remote-write.ts'
import type { WireVersion } from '../fleet/remote-write-wire.ts'
import type { StoreRefusal, TelemetrySink } from '../fleet/telemetry-sink.ts'
import { Busy } from './busy.ts'
import { keeping } from './keeping.ts'
import { contentTypeOf, ingestProblems, placeFor, type Ways } from './ways.ts'
import { checkDeclared, declaredBytes, tooLarge, wholeBody, type BodyLimit } from './ingest-body.ts'
import { principalOf } from './principal.ts'
import { Refusal } from './problems.ts'

const messages: Readonly<Record<string, WireVersion>> = { 'prometheus.WriteRequest': '1.0', 'io.prometheus.write.v2.Request': '2.0' }

const unsupported = (detail: string): Refusal =>
  new Refusal({ kind: 'unsupported-media-type', status: 415, title: 'This form is not understood', detail })

/** The version that the content type names; without a `proto` it is 1.0. */
const versionOf = (request: FastifyRequest): WireVersion => {
  const type = contentTypeOf(request)
  const proto = /;\s*proto\s*=\s*"?([^";\s]+)"?/i.exec(request.headers['content-type'] ?? '')?.[1]
  const version = messages[proto ?? 'prometheus.WriteRequest']
  if (type !== 'application/x-protobuf' || version === undefined)
    throw unsupported(
      `Remote write comes as application/x-protobuf, with proto=${Object.keys(messages).join(' or proto=')}; not as ${type === '' ? 'a body without a Content-Type' : (request.headers['content-type'] ?? '')}.`,
    )
  const encoding = request.headers['content-encoding']
  if (encoding?.toLowerCase() !== 'snappy') throw unsupported(`The body is to be Content-Encoding: snappy, not ${encoding ?? 'plain'}.`)
  return version
}

const written = (reply: FastifyReply, samples: number): void => {
  // All three are asked for by 2.0, also where nothing of a kind is ever written. A sender of 1.0 passes over them.
  for (const [kind, count] of Object.entries({ Samples: samples, Histograms: 0, Exemplars: 0 }))
    reply.header(`X-Prometheus-Remote-Write-${kind}-Written`, `${count}`)
}

const malformed = (read: Exclude<RemoteWrite, { kind: 'read' }>): Refusal =>
  read.kind === 'too large'
    ? tooLarge(read.limit, `${read.problem[0]!.toUpperCase()}${read.problem.slice(1)}: send it in parts, by max_samples_per_send`)
    : new Refusal({
        kind: 'malformed',
        status: 400,
        title: 'The request cannot be read',
        detail: `${read.problem[0]!.toUpperCase()}${read.problem.slice(1)}. Nothing of it was kept.`,
      })

const sumOf = (refused: readonly StoreRefusal[]): number => refused.reduce((sum, { count }) => sum + count, 0)

const someRefused = (
  { refused, kept }: Pick<SampleCounts, 'refused' | 'kept'>,
  bySeries: readonly SampleRefusal[],
  byStore: readonly StoreRefusal[],
): Refusal =>
  new Refusal({
    kind: 'samples-refused',
    status: 400,
    title: 'Some samples cannot be used',
    detail: `${refused} samples cannot be used and are to be dropped; the other ${kept} are kept. Each pointer is the number of a series, from 1.`,
    errors: [
      ...bySeries.map(({ series, problem }) => ({ pointer: `/${series}`, detail: problem })),
      ...byStore.map(({ message, count }) => ({ pointer: '', detail: `${count} samples: ${message}` })),
    ],
  })

// 503 and not 429: a sender of Prometheus drops what is answered 429 unless it is told otherwise (retry_on_http_429), and repeats 5xx.
const busyStatus = 503

const sinkOf = ({ door, limits }: Ways): TelemetrySink => {
  if (door.telemetry !== undefined) return door.telemetry
  throw new Busy(
    503,
    limits.retryAfterSeconds,
    'This server keeps no telemetry, so it takes none; docs/ingest.md says how it is switched on.',
  )
}

/** Telemetry proves or disproves what is claimed of a factory: so a party tells of those that it operates. */
const checkFactory = async (request: FastifyRequest, factory: string, { door }: Ways): Promise<void> => {
  const { party } = principalOf(request)
  if (party === null || (await door.operatesFactory(party, factory))) return
  throw new Refusal({
    kind: 'no-agreement',
    status: 409,
    title: 'No agreement to read by',
    detail: `No agreement of which ${party} is the operator has a block in a factory ${factory}: nothing was kept. Load the agreement first, or set \`factory\` to that of its blocks.`,
  })
}

const take = async (request: FastifyRequest, reply: FastifyReply, factory: string, ways: Ways) => {
  const { limits, door } = ways
  const version = versionOf(request)
  const sink = sinkOf(ways)
  const bodyLimit: BodyLimit = { bytesMax: limits.remoteWriteBytesMax, limit: 'remoteWriteBytesMax' }
  checkDeclared(request.raw, bodyLimit)
  const place = placeFor(ways.gates.writes, declaredBytes(request.raw) ?? limits.remoteWriteBytesMax, busyStatus, ways)
  try {
    await checkFactory(request, factory, ways)
    const body = await wholeBody(request.raw, bodyLimit, limits)
    await place.turn
    const read = readRemoteWrite({ body, version, factory, nowMs: door.now() * 1000, limits })
    if (read.kind !== 'read') {
      written(reply, 0)
      throw malformed(read)
    }
    const stored = read.counts.kept === 0 ? { accepted: 0, refused: [] } : await sink.append(read.batch)
    const counts = { ...read.counts, kept: stored.accepted, refused: read.counts.refused + sumOf(stored.refused) }
    written(reply, counts.kept)
    if (counts.refused > 0) throw someRefused(counts, read.refusals, stored.refused)
    return counts
  } finally {
    place.leave()
  }
}

/** Telemetry of GPUs, by the remote write of Prometheus. */
export const remoteWriteRoutes = (api: FastifyInstance, ways: Ways): void => {
  api.withTypeProvider<ZodTypeProvider>().post(
    '/api/ingest/prometheus',
    {
      config: { needs: 'readings:write', keys: 'own', rate: 'own' },
      schema: {
        operationId: 'ingestRemoteWrite',
        summary: 'Takes samples of DCGM metrics: Prometheus remote write 1.0 and 2.0',
        consumes: ['application/x-protobuf'],
        body: RemoteWriteBodyShape,
        querystring: RemoteWriteQueryShape,
        response: { 200: RemoteWrittenShape, ...ingestProblems },
      },
    },
    (request, reply) => keeping(request, ways, () => take(request, reply, request.query.factory, ways)),
  )
}
