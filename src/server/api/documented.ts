import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, FastifyRequest, FastifySchema, RouteOptions } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { apiVersion } from '../../wire/api-version.ts'
import { ProblemShape } from '../../wire/problem.ts'
import { keyLengthMax } from './once.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What this route can answer beside JSON, a stream of objects of this shape. */
    streams?: Readonly<{ type: 'application/x-ndjson' | 'text/event-stream'; shape: string }>
  }
}

const information = {
  title: 'Offtake',
  version: apiVersion,
  description:
    'What was agreed, what is owed, and why. Amounts are decimal strings, never numbers. `x-needs` of an operation is the permission that its caller must have. docs/api.md is the guide.',
}

const KeyHeaders = z.object({
  'idempotency-key': z
    .string()
    .min(1)
    .max(keyLengthMax)
    .optional()
    .meta({ description: 'a name for this request: sent again with it, it is answered as the first time, and done once' }),
})

type Shapes = FastifySchema & { hide?: boolean; response?: Record<string, unknown> }

/** What a route needs and may refuse, told beside what it says of itself. */
const told = (schema: Shapes, { config, method, url }: RouteOptions): FastifySchema => {
  const { needs, keys, rate } = config ?? {}
  if (needs === undefined || schema.hide === true) return schema
  const isRead = method === 'GET'
  const known = needs === 'nothing' ? {} : { 401: ProblemShape, ...(needs === 'somebody' ? {} : { 403: ProblemShape }) }
  const keyed = isRead || needs === 'nothing' || keys === 'own' ? {} : { 409: ProblemShape, 422: ProblemShape }
  const response: Record<string, unknown> = {
    400: ProblemShape,
    ...known,
    // Nothing of that name; a name that is longer than any; a body that nobody can read.
    404: ProblemShape,
    ...(url.includes(':') ? { 414: ProblemShape } : {}),
    ...(isRead ? {} : { 413: ProblemShape, 415: ProblemShape }),
    ...keyed,
    ...(rate === 'own' ? {} : { 429: ProblemShape }),
    500: ProblemShape,
    ...schema.response,
  }
  const problem = { content: { 'application/problem+json': { schema: ProblemShape } }, description: 'a problem, RFC 9457' }
  for (const status of Object.keys(response)) if (Number(status) >= 400) response[status] = problem
  return {
    ...schema,
    ...(Object.keys(keyed).length > 0 && schema.headers === undefined ? { headers: KeyHeaders } : {}),
    response,
    'x-needs': needs,
    security: needs === 'nothing' ? [] : [{ cookie: [] }, { bearer: [] }],
  } as FastifySchema
}

type Operation = { operationId?: string; responses?: Record<string, { description?: string; content?: Record<string, unknown> }> }
type Document = { paths?: Record<string, Record<string, Operation>>; components?: { schemas?: Record<string, unknown> } }

const referred = (value: unknown): string[] =>
  [...JSON.stringify(value).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name!)

/** Every shape is told as it comes in and as it goes out; only those that a route names are kept. */
const withoutUnused = (whole: Document): Document => {
  const all = whole.components?.schemas ?? {}
  const used = new Set(referred(whole.paths))
  for (const name of used) for (const inner of referred(all[name] ?? {})) used.add(inner)
  return {
    ...whole,
    components: { ...whole.components, schemas: Object.fromEntries(Object.entries(all).filter(([name]) => used.has(name))) },
  }
}

/** OpenAPI 3.1 of all routes, from the schemas that check them. Routes that are registered after this are told. */
export const document = async (api: FastifyInstance): Promise<void> => {
  const streams = new Map<string, { type: string; shape: string }>()
  const files = new Map<string, readonly string[]>()
  await api.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: information,
      components: {
        securitySchemes: {
          cookie: { type: 'apiKey', in: 'cookie', name: 'offtake_session', description: 'the session of a person who has signed in' },
          bearer: { type: 'http', scheme: 'bearer', description: 'a key of this installation: settings, keys' },
        },
      },
    },
    transform: ({ schema, route, ...rest }) => {
      const { operationId, produces, response } = (schema ?? {}) as { operationId?: string; produces?: string[]; response?: object }
      const config = route.config
      if (operationId !== undefined && config?.streams !== undefined) streams.set(operationId, config.streams)
      if (operationId !== undefined && produces !== undefined && (response === undefined || !('200' in response)))
        files.set(operationId, produces)
      return jsonSchemaTransform({ schema: told(schema as Shapes, route), route, ...rest })
    },
    transformObject: (object) => withoutUnused(withContent(jsonSchemaTransformObject(object) as Document, streams, files)) as never,
  })
}

/** What is no JSON has no schema to make its answer from: files, and rows and events one after the other. */
const withContent = (
  whole: Document,
  streams: ReadonlyMap<string, { type: string; shape: string }>,
  files: ReadonlyMap<string, readonly string[]>,
): Document => {
  for (const operation of Object.values(whole.paths ?? {}).flatMap((path) => Object.values(path))) {
    const { operationId = '', responses = {} } = operation
    const contents: [string, object][] = (files.get(operationId) ?? []).map((type) => [
      type.split(';')[0]!,
      { schema: { type: type.startsWith('application/json') ? 'object' : 'string' } },
    ])
    const stream = streams.get(operationId)
    if (stream !== undefined)
      contents.push([stream.type, { schema: { type: 'string' }, 'x-item-schema': { $ref: `#/components/schemas/${stream.shape}` } }])
    if (contents.length === 0) continue
    const ok = (responses['200'] ??= { description: 'as asked for' })
    ok.content = { ...ok.content, ...Object.fromEntries(contents) }
    operation.responses = responses
  }
  return whole
}

/** The page may run its own script and talk to this server. It writes styles into itself, and shows pictures of its own as data. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const logo = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 150 40"><text x="0" y="29" font-family="sans-serif" font-size="27" font-weight="600" fill="#fff">Offtake</text></svg>`

export const documentPath = '/openapi.json'
export const pagePath = '/docs'

/** The document, and a page on which its requests can be tried. */
export const serveDocument = async (api: FastifyInstance): Promise<void> => {
  api.get(documentPath, { schema: { hide: true } }, async (_request: FastifyRequest, reply) => {
    reply.header('cache-control', 'no-cache')
    return api.swagger()
  })
  await api.register(swaggerUi, {
    routePrefix: pagePath,
    staticCSP: pagePolicy,
    theme: { title: 'Offtake: API', favicon: [] },
    logo: { type: 'image/svg+xml', content: Buffer.from(logo), href: documentPath, target: '_self' },
    // The page of the library names a validator elsewhere; nothing leaves this server.
    uiConfig: { url: documentPath, validatorUrl: null, deepLinking: true, docExpansion: 'none', filter: true, tryItOutEnabled: true },
  })
}
