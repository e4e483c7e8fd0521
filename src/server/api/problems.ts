import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import type { ProblemKind } from '../../wire/problem-kinds.ts'
import type { ProblemWire } from '../../wire/problem.ts'

/** Something the world may ask for and cannot have: thrown in a route, answered as `application/problem+json`. */
export class Refusal extends Error {
  readonly kind: ProblemKind
  readonly status: number
  readonly title: string
  readonly errors: ProblemWire['errors']
  constructor(of: Readonly<{ kind: ProblemKind; status: number; title: string; detail: string; errors?: ProblemWire['errors'] }>) {
    super(of.detail)
    this.kind = of.kind
    this.status = of.status
    this.title = of.title
    this.errors = of.errors
  }
}

export const notFound = (detail: string): Refusal => new Refusal({ kind: 'not-found', status: 404, title: 'Not found', detail })

const send = (request: FastifyRequest, reply: FastifyReply, refusal: Refusal): FastifyReply => {
  const { kind, title, status, message: detail, errors } = refusal
  const body: ProblemWire = {
    type: `urn:offtake:problem:${kind}`,
    title,
    status,
    detail,
    ...(errors === undefined ? {} : { errors }),
    requestId: request.id,
  }
  if (status === 401) void reply.header('www-authenticate', 'Bearer')
  return reply
    .code(status)
    .header('content-type', 'application/problem+json')
    .header('cache-control', 'no-store')
    .serializer((value: unknown) => JSON.stringify(value))
    .send(body)
}

const fromInvalid = (error: FastifyError): Refusal => {
  const issues = hasZodFastifySchemaValidationErrors(error) ? error.validation : []
  const where = error.validationContext === 'querystring' ? 'query' : (error.validationContext ?? 'request')
  const errors = issues.map(({ instancePath, message }) => ({ pointer: `/${where}${instancePath}`, detail: message ?? 'is not right' }))
  return new Refusal({
    kind: 'invalid-request',
    status: 400,
    title: 'The request is not right',
    detail: errors.map(({ pointer, detail }) => `${pointer}: ${detail}`).join('; ') || error.message,
    errors,
  })
}

const unexpected = new Refusal({
  kind: 'internal',
  status: 500,
  title: 'The server could not answer',
  detail: 'The answer could not be put together, and nothing was changed. Try again, or quote the request id.',
})

/** What may be told of an error: itself where it is a refusal, and nothing of what went wrong inside. */
export const refusalOf = (error: unknown): Refusal => (error instanceof Refusal ? error : unexpected)

/** Every error leaves as one shape. What went wrong inside is told to `report`, never to the caller. */
export const answerProblems = (api: FastifyInstance, report: (text: string) => void): void => {
  api.setErrorHandler((error: FastifyError, request, reply) => {
    if (error instanceof Refusal) return send(request, reply, error)
    if (error.validation !== undefined) return send(request, reply, fromInvalid(error))
    const status = error.statusCode ?? 500
    if (status >= 400 && status < 500)
      return send(request, reply, new Refusal({ kind: 'refused', status, title: 'Refused', detail: error.message }))
    report(`${request.id} ${request.method} ${request.url}: ${error.stack ?? error.message}`)
    return send(request, reply, unexpected)
  })
}

/** What finds no route for its address, too long a name or half an escape, is refused before any hook runs; and in the same shape. */
export const answerUnroutable = (error: FastifyError, request: FastifyRequest, reply: FastifyReply): void => {
  const { statusCode: status = 400, message } = error
  reply
    .header('x-request-id', request.id)
    .header('x-content-type-options', 'nosniff')
    .header('content-security-policy', "default-src 'none'")
  send(request, reply, new Refusal({ kind: 'refused', status, title: 'Refused', detail: message.slice(0, shownMax) }))
}

/** Characters of an address that a refusal repeats. */
const shownMax = 300

export { send as sendRefusal }
