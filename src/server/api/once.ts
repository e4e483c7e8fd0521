import { createHash, randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Store } from '../store/database.ts'
import {
  claimKey,
  type Claimed,
  keepAnswer,
  leaseSeconds,
  releaseKey,
  renewKey,
  type KeptAnswer,
  type KeyedRequest,
} from '../store/kept-answers.ts'
import { inTransaction } from '../store/transaction.ts'
import { principalOf, type Principal } from './principal.ts'
import { Refusal } from './problems.ts'

/** Characters of a key, and of an answer that is kept. */
export const keyLengthMax = 200
export const keptAnswerLengthMax = 1_048_576

/** A route that names its headers has this one among them, so that the document tells of it. */
export const KeyHeaders = z.object({ 'idempotency-key': z.string().optional() })

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `own`: this write has keys of another kind, or answers with a secret that is kept nowhere, and does each once by itself. */
    keys?: 'own'
  }
  interface FastifyRequest {
    contentHash: Buffer | undefined
    keyed: (KeyedRequest & { renewal: NodeJS.Timeout }) | undefined
  }
}

/** A key belongs to a principal and to what it acts as: nobody is answered what another was. */
export const senderOf = ({ kind, id, party, role }: Principal): string => JSON.stringify([kind, id, party, role])

const sorted = (_: string, value: unknown): unknown =>
  value === null || typeof value !== 'object' || Array.isArray(value)
    ? value
    : Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))

/** What a request asks for, whatever the order of its members: as it came, before anything is filled in or left out. */
const contentOf = ({ method, url, body }: FastifyRequest): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([method, url, body ?? null], sorted))
    .digest()

const keyOf = ({ headers }: FastifyRequest): string => {
  const key = headers['idempotency-key']
  if (typeof key === 'string' && key.length <= keyLengthMax && /^[\u0021-\u007e]+$/.test(key)) return key
  throw new Refusal({
    kind: 'invalid-request',
    status: 400,
    title: 'The request is not right',
    detail: `Idempotency-Key is 1 to ${keyLengthMax} printable characters of ASCII without spaces.`,
    errors: [
      { pointer: '/headers/idempotency-key', detail: `should be 1 to ${keyLengthMax} printable characters of ASCII without spaces` },
    ],
  })
}

const taken = new Refusal({
  kind: 'key-taken',
  status: 422,
  title: 'Another request has this key',
  detail: 'This Idempotency-Key came with another request before: a new request needs a key of its own.',
})
const running = new Refusal({
  kind: 'still-running',
  status: 409,
  title: 'It is being done',
  detail: `The first request under this Idempotency-Key is still being worked on. Send it again in a while; if its server was stopped, the key is free after ${leaseSeconds} s.`,
})
const notKept = new Refusal({
  kind: 'answer-not-kept',
  status: 409,
  title: 'It is done',
  detail: 'The request under this Idempotency-Key was done, and its answer was too large to keep, or told once. Read what it made instead.',
})

const replay = (reply: FastifyReply, { status, contentType, body }: KeptAnswer): FastifyReply => {
  if (body === null && status !== 204) throw notKept
  if (contentType !== null) reply.header('content-type', contentType)
  return reply
    .code(status)
    .header('idempotency-replayed', 'true')
    .serializer((text: unknown) => text as string)
    .send(body ?? undefined)
}

/** What the server itself could not do may be tried again; everything else is the answer for good. */
const isFinal = (status: number): boolean => status < 500 && status !== 429

/** What a route itself says is to be stored nowhere, such as a secret that is shown once, is not stored here either. A refusal has none. */
const isSecret = (reply: FastifyReply): boolean => reply.statusCode < 400 && /no-store/.test(String(reply.getHeader('cache-control') ?? ''))

const answerOf = (reply: FastifyReply, payload: unknown): KeptAnswer => {
  const body = isSecret(reply) ? null : typeof payload === 'string' ? payload : Buffer.isBuffer(payload) ? payload.toString() : null
  const type = reply.getHeader('content-type')
  return {
    status: reply.statusCode,
    contentType: typeof type === 'string' ? type : null,
    body: body !== null && body.length <= keptAnswerLengthMax ? body : null,
  }
}

/**
 * Every write with an `Idempotency-Key` is done once: sent again it is given the first answer, status and body, and the route is not called. The answer is
 * kept after the deed is committed, so that a server killed between the two does it again when the key's lease is over: a use case must be safe to repeat.
 */
export const doOnce = (api: FastifyInstance, store: Store, report: (text: string) => void): void => {
  api.decorateRequest('keyed', undefined)
  api.decorateRequest('contentHash', undefined)
  const quietly = (work: Promise<unknown>): Promise<unknown> => work.catch((error: Error) => report(`a key of the API: ${error.message}`))
  const hasKey = ({ method, principal, headers, routeOptions }: FastifyRequest): boolean =>
    method !== 'GET' &&
    method !== 'HEAD' &&
    principal !== undefined &&
    headers['idempotency-key'] !== undefined &&
    routeOptions.config.needs !== 'nothing' &&
    routeOptions.config.keys !== 'own'
  api.addHook('preValidation', async (request) => {
    if (hasKey(request)) request.contentHash = contentOf(request)
  })
  api.addHook('preHandler', async (request, reply) => {
    const { contentHash: content } = request
    if (content === undefined) return
    const keyed = { sender: senderOf(principalOf(request)), key: keyOf(request), content, holder: randomUUID() }
    const claimed = await inTransaction<Claimed>(store, (tx) => claimKey(tx, keyed))
    if (claimed.kind === 'other content') throw taken
    if (claimed.kind === 'running') throw running
    if (claimed.kind === 'answered') return replay(reply, claimed.answer)
    const renew = (): void => void quietly(inTransaction(store, (tx) => renewKey(tx, keyed)))
    request.keyed = { ...keyed, renewal: setInterval(renew, (leaseSeconds * 1000) / 3).unref() }
  })
  api.addHook('onSend', async (request, reply, payload) => {
    const { keyed } = request
    if (keyed === undefined) return payload
    request.keyed = undefined
    clearInterval(keyed.renewal)
    // What is done is told, whether or not it could be kept: then the key is free after its lease, and the use case knows what is done.
    await quietly(
      inTransaction(store, (tx) => (isFinal(reply.statusCode) ? keepAnswer(tx, keyed, answerOf(reply, payload)) : releaseKey(tx, keyed))),
    )
    return payload
  })
}
