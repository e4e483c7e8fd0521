import { randomBytes } from 'node:crypto'
import swagger from '@fastify/swagger'
import Fastify from 'fastify'
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod'
import { formatInstant } from '../../core/base/time.ts'
import { HealthShape } from '../../wire/problem.ts'
import { agreementRoutes } from './agreement-routes.ts'
import { claimRoutes, type ClaimSource } from './claim-routes.ts'
import { factoryRoutes } from './factory-routes.ts'
import type { FactorySource } from './factory-source.ts'
import { answerBroken } from './broken-request.ts'
import { hallFile } from './hall-file.ts'
import { guard } from './guard.ts'
import type { IngestDoor } from './ingest-door.ts'
import { ingestLimits, type IngestLimits } from './ingest-limits.ts'
import { ingestRoutes } from './ingest-routes.ts'
import { serveConsole } from './pages.ts'
import { periodRoutes } from './period-routes.ts'
import { answerProblems } from './problems.ts'
import { readingRoutes } from './reading-routes.ts'
import type { ApiSource } from './source.ts'

export type ApiOptions = Readonly<{
  source: ApiSource
  /** What is read of factories; without it, there are none here. */
  factories?: FactorySource | undefined
  /** What is read of claims, and decided about them. */
  claims?: ClaimSource | undefined
  /** What comes in over HTTP; without it, this server only reads. */
  ingest?: IngestDoor | undefined
  /** What bounds that. Default: `ingestLimits`. */
  limits?: Partial<IngestLimits>
  /** Where the built console is. */
  consoleFolder: string
  /** Names this server answers to besides loopback ones. Default none. */
  hosts?: readonly string[]
  /** Told what went wrong inside. Default: standard error. */
  report?: (text: string) => void
}>

/** Bytes of a request's body, but of the ways in: they bound their own. */
const bodyBytesMax = 64 * 1024
/** No request may take longer to arrive, whatever it is for; and no more connections may be open. */
const requestMsMax = 3_600_000
const connectionsMax = 1_000
const version = '0.1.0'

/** The HTTP door: shapes in, shapes out. OpenAPI is written from the same shapes. Listen on a loopback address: there is no login yet. */
export const makeApi = async ({
  source,
  factories,
  claims,
  ingest,
  limits = {},
  consoleFolder,
  hosts = [],
  report = (text) => void process.stderr.write(`${text}\n`),
}: ApiOptions) => {
  const api = Fastify({
    bodyLimit: bodyBytesMax,
    requestTimeout: requestMsMax,
    clientErrorHandler: answerBroken,
    genReqId: () => `req_${randomBytes(5).toString('hex')}`,
    routerOptions: { maxParamLength: 100, ignoreTrailingSlash: true },
  }).withTypeProvider<ZodTypeProvider>()
  api.setValidatorCompiler(validatorCompiler)
  api.setSerializerCompiler(serializerCompiler)
  api.server.maxConnections = connectionsMax
  guard(api, hosts)
  answerProblems(api, report)
  await api.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Offtake',
        version,
        description: 'What was agreed, what is owed, and why. Amounts are decimal strings, never numbers.',
      },
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  })
  await api.register((routes) => agreementRoutes(routes, source))
  await api.register((routes) => periodRoutes(routes, source))
  await api.register((routes) => readingRoutes(routes, source))
  if (factories !== undefined) await api.register((routes) => factoryRoutes(routes, factories))
  if (factories !== undefined) await api.register((routes) => hallFile(routes, factories))
  if (claims !== undefined) await api.register((routes) => claimRoutes(routes, claims))
  if (ingest !== undefined)
    await api.register((routes) => ingestRoutes(routes, { door: ingest, limits: { ...ingestLimits, ...limits }, report }))
  await api.register(async (routes) => {
    routes.withTypeProvider<ZodTypeProvider>().get(
      '/api/health',
      {
        schema: {
          operationId: 'health',
          summary: 'Whether the server answers, and what it takes the time to be',
          response: { 200: HealthShape },
        },
      },
      () => ({ status: 'ok' as const, now: formatInstant(source.now()), version }),
    )
    routes.get('/openapi.json', { schema: { hide: true } }, () => api.swagger())
  })
  await serveConsole(api, consoleFolder)
  return api
}
