import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { FastifyInstance } from 'fastify'

const gzipped = promisify(gzip)

/** Shorter answers fit in one packet as they are. */
const bytesMin = 1400

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * Whether answers are compressed. Only where they hold no secret: the length of a compressed answer tells whether what a caller chose is in it
     * (BREACH), so what sessions, keys and sign-in answer is never compressed, and neither is anything else that does not ask for it.
     */
    compress?: boolean
  }
}

/** Compresses the answers of routes that ask for it, for whoever takes gzip. */
export const compressAnswers = (api: FastifyInstance): void => {
  api.addHook('onSend', async (request, reply, payload) => {
    if (request.routeOptions.config.compress !== true || typeof payload !== 'string' || reply.statusCode !== 200) return payload
    reply.header('vary', [reply.getHeader('vary') ?? [], 'accept-encoding'].flat().join(', '))
    const takes = /(^|,)\s*gzip\s*($|[,;])/.test(request.headers['accept-encoding'] ?? '')
    if (!takes || payload.length < bytesMin) return payload
    const packed = await gzipped(payload)
    reply.header('content-encoding', 'gzip')
    reply.removeHeader('content-length')
    return packed
  })
}
