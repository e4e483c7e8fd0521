import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { AgreementId } from '../../core/base/id.ts'
import { IdempotencyHeadersShape, IngestedShape, type IngestedWire, UploadBodyShape, UploadQueryShape } from '../../wire/ingest.ts'
import { importBatchRows } from '../app/import-readings.ts'
import { readReadings } from '../fleet/readings-file.ts'
import { bodyChunks, checkDeclared, declaredBytes, type BodyLimit } from './ingest-body.ts'
import { ingested } from './ingested.ts'
import { keeping } from './keeping.ts'
import { contentTypeOf, howTo, keyOf, ingestProblems, placeFor, type Ways } from './ways.ts'
import { Refusal } from './problems.ts'
import { actorOf } from './principal.ts'

const formats: Readonly<Record<string, 'ndjson' | 'csv'>> = {
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'text/csv': 'csv',
}

const unsupported = (detail: string): Refusal =>
  new Refusal({ kind: 'unsupported-media-type', status: 415, title: 'This form is not understood', detail })

const formatOf = (request: FastifyRequest): 'ndjson' | 'csv' => {
  const type = contentTypeOf(request)
  const format = formats[type]
  if (format === undefined)
    throw unsupported(
      `Readings come as application/x-ndjson (one object a line) or text/csv (docs/readings.md), not as ${type === '' ? 'a body without a Content-Type' : type}.`,
    )
  const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase()
  if (encoding !== 'identity' && encoding !== 'gzip' && encoding !== 'x-gzip')
    throw unsupported(`The body may be plain, or Content-Encoding: gzip, and not ${encoding}.`)
  return format
}

const gzipMagic = [0x1f, 0x8b]

/** Holds a body that says it is gzip to it: gzip is then known by its first bytes, as everywhere. */
async function* asEncoded(chunks: AsyncGenerator<Buffer>, request: FastifyRequest): AsyncGenerator<Buffer> {
  if (!/gzip/i.test(request.headers['content-encoding'] ?? '')) return yield* chunks
  let seen = 0
  for await (const chunk of chunks) {
    for (const [i, byte] of chunk.subarray(0, Math.max(0, gzipMagic.length - seen)).entries())
      if (byte !== gzipMagic[seen + i]) throw notGzip()
    seen += chunk.length
    yield chunk
  }
  if (seen < gzipMagic.length) throw notGzip()
}

const notGzip = (): Refusal =>
  new Refusal({
    kind: 'not-gzip',
    status: 400,
    title: 'The body is not gzip',
    detail: 'Content-Encoding says gzip, and the body is not. Leave the header out where the body is plain.',
  })

type Query = Readonly<{ mode: 'keep-the-good' | 'all-or-nothing'; agreement?: string | undefined; file: string }>

const upload = async (request: FastifyRequest, { mode, agreement, file }: Query, ways: Ways): Promise<IngestedWire> => {
  const { door, limits, uploads } = ways
  const format = formatOf(request)
  const bodyLimit: BodyLimit = { bytesMax: limits.uploadBytesMax, limit: 'uploadBytesMax' }
  checkDeclared(request.raw, bodyLimit)
  const place = placeFor(ways.gates.uploads, 0, 429, ways)
  const by = actorOf(request)
  const progress = uploads.begin({ id: request.id, file, bytesTotal: declaredBytes(request.raw), now: door.now(), party: by.party })
  const stopped = new AbortController()
  // A sender that has gone away will not send the rest: what it began is taken back.
  const onGone = (): void => stopped.abort(new Error('the sender has gone away'))
  request.raw.socket.once('close', onGone)
  try {
    const { zone, placement } = await howTo(ways, agreement, by)
    const stream = Readable.from(asEncoded(bodyChunks(request.raw, bodyLimit, limits), request), { objectMode: false })
    const options = { zone, batchRows: importBatchRows, ...(placement === undefined ? {} : { placement }) }
    const answer = await door.importReadings({
      by,
      rows: readReadings({ stream, name: file, format, limits }, options),
      file,
      key: keyOf(request),
      mode,
      agreement: agreement as AgreementId | undefined,
      signal: AbortSignal.any([stopped.signal, ways.stopping]),
      onProgress: progress.note,
    })
    return ingested(answer)
  } finally {
    request.raw.socket.off('close', onGone)
    progress.end()
    place.leave()
  }
}

/** Readings as a file in the body. */
export const uploadRoutes = (api: FastifyInstance, ways: Ways): void => {
  api.withTypeProvider<ZodTypeProvider>().post(
    '/api/ingest/readings',
    {
      config: { needs: 'readings:write', keys: 'own', rate: 'own' },
      schema: {
        operationId: 'ingestReadings',
        summary: 'Brings readings in: NDJSON or CSV, plain or gzip, in one transaction',
        consumes: ['application/x-ndjson', 'text/csv'],
        body: UploadBodyShape,
        querystring: UploadQueryShape,
        headers: IdempotencyHeadersShape,
        response: { 200: IngestedShape, ...ingestProblems },
      },
    },
    (request): Promise<IngestedWire> => keeping(request, ways, () => upload(request, request.query, ways)),
  )
}
