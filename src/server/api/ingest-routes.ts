import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { batchRoutes } from './batch-routes.ts'
import { eventRoutes } from './event-routes.ts'
import { Busy } from './busy.ts'
import { makeUploads } from './uploads.ts'
import type { Ways } from './ways.ts'
import type { IngestDoor } from './ingest-door.ts'
import { makeGate } from './ingest-gate.ts'
import type { IngestLimits } from './ingest-limits.ts'
import { remoteWriteRoutes } from './remote-write-routes.ts'
import { uploadRoutes } from './upload-routes.ts'

/** Lets what still comes of a refused body pass for a while, so that its sender can read why, and then cuts the connection. */
const linger = ({ raw }: FastifyRequest, lingerMs: number): void => {
  if (raw.complete || raw.socket.destroyed) return
  const timer = setTimeout(() => raw.socket.destroy(), lingerMs)
  const done = (): void => clearTimeout(timer)
  raw.once('end', done).once('close', done).once('error', done)
  raw.resume()
}

const saysWhen = async (_: FastifyRequest, reply: FastifyReply, error: Error): Promise<void> => {
  if (error instanceof Busy) reply.header('retry-after', `${error.retryAfterSeconds}`)
}

/**
 * The ways in. Bodies are not parsed by the server but handed to each way as they come, so that it can bound them, and refuse what it can
 * before it reads any.
 */
export const ingestRoutes = async (
  api: FastifyInstance,
  { door, limits, report }: Readonly<{ door: IngestDoor; limits: IngestLimits; report: (text: string) => void }>,
): Promise<void> => {
  const stopping = new AbortController()
  const ways: Ways = {
    door,
    limits,
    report,
    stopping: stopping.signal,
    uploads: makeUploads(),
    gates: {
      uploads: makeGate({ atOnceMax: limits.uploadsAtOnceMax, waitingMax: 0, bytesMax: Infinity }),
      events: makeGate({
        atOnceMax: limits.eventRequestsAtOnceMax,
        waitingMax: limits.eventRequestsWaitingMax,
        bytesMax: limits.queuedBytesMax,
      }),
      writes: makeGate({ atOnceMax: limits.writesAtOnceMax, waitingMax: limits.writesWaitingMax, bytesMax: limits.queuedBytesMax }),
    },
  }
  api.removeAllContentTypeParsers()
  api.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  api.addHook('onError', saysWhen)
  api.addHook('preClose', async () => stopping.abort(new Error('the server is stopping')))
  // A connection that stays open would keep a server that is to stop from stopping.
  api.addHook('onSend', async (_, reply) => void (stopping.signal.aborted && reply.header('connection', 'close')))
  api.addHook('onResponse', async (request) => linger(request, limits.lingerMs))
  uploadRoutes(api, ways)
  eventRoutes(api, ways)
  remoteWriteRoutes(api, ways)
  batchRoutes(api, ways)
}
