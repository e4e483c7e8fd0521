import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply } from 'fastify'

/** Whoever asks decides what is seen, so nobody else's cache may keep it, and one's own asks again. */
const ownCache = 'private, no-cache'
const varies = 'accept, authorization, cookie, offtake-version'

const isJson = (reply: FastifyReply): boolean => String(reply.getHeader('content-type') ?? '').startsWith('application/json')

/** Weak: the same content, whatever was done to its bytes on the way. Sixteen bytes of SHA-256 do not meet by chance. */
const tagOf = (payload: string): string => `W/"${createHash('sha256').update(payload).digest('base64url').slice(0, 22)}"`

const knows = (given: string, tag: string): boolean => {
  const opaque = tag.replace(/^W\//, '')
  return given.split(',').some((each) => {
    const known = each.trim()
    return known === '*' || known.replace(/^W\//, '') === opaque
  })
}

/** Every read of JSON carries an entity tag, and who has that content already is answered 304. A route that knows better sets its own. */
export const tagReads = (api: FastifyInstance): void => {
  api.addHook('onSend', async (request, reply, payload) => {
    if (!request.url.startsWith('/api/')) return payload
    const cache = reply.getHeader('cache-control')
    if (cache === undefined || cache === 'no-cache') reply.header('cache-control', request.method === 'GET' ? ownCache : 'no-store')
    reply.header('vary', varies)
    if (request.method !== 'GET' || reply.statusCode !== 200 || typeof payload !== 'string' || !isJson(reply)) return payload
    if (reply.getHeader('etag') !== undefined || cache === 'no-store') return payload
    const tag = tagOf(payload)
    reply.header('etag', tag)
    if (!knows(request.headers['if-none-match'] ?? '', tag)) return payload
    reply.code(304).removeHeader('content-type').removeHeader('content-length')
    return null
  })
}
