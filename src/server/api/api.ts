import { randomBytes } from 'node:crypto'
import cookie from '@fastify/cookie'
import Fastify, { type FastifyInstance } from 'fastify'
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import { formatInstant } from '../../core/base/time.ts'
import { HealthShape } from '../../wire/problem.ts'
import type { AuditReach } from '../app/audit.ts'
import { auditReachOf, auditRoutes, type AuditSource } from './audit-routes.ts'
import type { WebhookDoor } from './webhook-door.ts'
import { webhookRoutes } from './webhook-routes.ts'
import { agreementRoutes } from './agreement-routes.ts'
import { compressAnswers } from './compress.ts'
import { bodyBytesMax, connectionsMax, requestMsMax } from './api-limits.ts'
import { claimRoutes, type ClaimSource } from './claim-routes.ts'
import { closeRoutes, type ClosingSource } from './close-routes.ts'
import { disputeRoutes } from './dispute-routes.ts'
import type { Comparing } from '../app/comparing.ts'
import type { ProposalSource } from '../app/proposals.ts'
import { comparisonRoutes } from './comparison-routes.ts'
import { factoryRoutes } from './factory-routes.ts'
import type { FactorySource } from './factory-source.ts'
import { answerBroken } from './broken-request.ts'
import { datedVersions } from './dated.ts'
import { document, serveDocument } from './documented.ts'
import { tagReads } from './entity-tags.ts'
import { hallFile } from './hall-file.ts'
import { guard } from './guard.ts'
import type { LedgerSource } from '../app/ledger.ts'
import type { IngestDoor } from './ingest-door.ts'
import { ingestLimits, type IngestLimits } from './ingest-limits.ts'
import { ingestRoutes } from './ingest-routes.ts'
import { jobRoutes, type Following, type JobSource } from './job-routes.ts'
import { ledgerRoutes } from './ledger-routes.ts'
import { doOnce } from './once.ts'
import { serveConsole } from './pages.ts'
import { periodRoutes } from './period-routes.ts'
import { identityRoutes } from './identity-routes.ts'
import type { LoginDesk } from './login-desk.ts'
import { makeIdentify } from './identify.ts'
import { guardOrigin } from './same-origin.ts'
import { guardAccess, local, reachOf, type Identify, type SourceOf } from './principal.ts'
import { answerProblems, answerUnroutable } from './problems.ts'
import { lenderRoutes } from './lender-routes.ts'
import { portfolioRoutes } from './portfolio-routes.ts'
import { proposalRoutes } from './proposal-routes.ts'
import { makeRates, ratesUsual, type Rates } from './rates.ts'
import { readingRoutes } from './reading-routes.ts'
import { makeRequestIds } from './request-id.ts'
import { registerRoutes } from './register-routes.ts'
import type { PortfolioSource } from '../app/portfolio.ts'
import { feedRoutes, type FeedSource } from './feed-routes.ts'
import { orderRoutes } from './order-routes.ts'
import { sandboxRoutes } from './sandbox-routes.ts'
import { searchRoutes } from './search-routes.ts'
import { sessionRoutes } from './session-routes.ts'
import { makeSettling } from './settling.ts'
import { serializerCompiler } from './serialize.ts'
import type { ApiSource } from './source.ts'
import { hideTenants } from './tenant-names.ts'
import { todayRoutes } from './today-routes.ts'
import type { OrderSource } from '../app/orders.ts'
import type { SandboxSource } from '../app/sandbox.ts'
import type { SearchSource } from '../app/search.ts'
import type { TodaySource } from '../app/today.ts'
import { whatIfRoutes } from './what-if-routes.ts'
import type { Store } from '../store/database.ts'
import { nothing, type Reach } from '../store/reach.ts'

type Report = (text: string) => void

/** What the pages of every morning read. */
export type Desk = Readonly<{
  today: TodaySource
  feeds: FeedSource
  orders: (reach: Reach) => OrderSource
  search: SearchSource
  sandbox: SandboxSource
  /** With which tenants are named to those who may not know their names. */
  tenantKey: () => Promise<string>
}>

export type ApiOptions = Readonly<{
  source: (reach: Reach) => ApiSource
  /** What is read of factories; without it, there are none here. */
  factories?: ((reach: Reach) => FactorySource) | undefined
  /** What is read of claims, and decided about them. */
  claims?: ((reach: Reach) => ClaimSource) | undefined
  /** What is read of books. */
  ledger?: ((reach: Reach) => LedgerSource) | undefined
  /** What is read of the audit log. */
  audit?: ((whose: AuditReach) => AuditSource) | undefined
  /** Who is told of what happens. */
  webhooks?: WebhookDoor | undefined
  /** How months are closed by two parties, and disputed. */
  closing?: ((reach: Reach) => ClosingSource) | undefined
  /** What is read of portfolios and registers. */
  portfolios?: ((reach: Reach) => PortfolioSource) | undefined
  /** What people open on: needs, orders, feeds, what is found by name, and the clock of a sandbox. */
  desk?: Desk | undefined
  /** What settles again on request; without it, nothing here does. */
  comparing?: Comparing | undefined
  /** Terms that are proposed and signed; without it, versions come by the command line alone. */
  proposals?: ((reach: Reach) => ProposalSource) | undefined
  /** What is known of long work, and how it is followed. */
  jobs?: Readonly<{ source: (reach: Reach) => JobSource; following: Following }> | undefined
  /** Where it is kept what was answered to a write with an `Idempotency-Key`; without it, keys do nothing but what a way in does by itself. */
  answers?: Store | undefined
  /** How many requests there may be, of whom. Default: `ratesUsual`. */
  rates?: Partial<Rates>
  /** Milliseconds of a clock that only goes forward, by which they are counted. */
  clockMs?: () => number
  /** What comes in over HTTP; without it, this server only reads. */
  ingest?: IngestDoor | undefined
  /** What bounds that. Default: `ingestLimits`. */
  limits?: Partial<IngestLimits>
  /** Who is at the door, by cookie or key; without it nobody signs in here. */
  login?: LoginDesk | undefined
  /** On whose behalf a request is made. Default: as the login knows them, else whoever is at this machine, who may do everything. */
  identify?: Identify
  /** Whether what is shown is made up, and whether time is moved by hand. */
  demo?: boolean
  sandbox?: () => boolean
  /** Where the built console is. */
  consoleFolder: string
  /** Names this server answers to besides loopback ones. Default none. */
  hosts?: readonly string[]
  /** Told what went wrong inside. Default: standard error. */
  report?: Report
}>

const version = '0.1.0'

/** What is read on behalf of a request: within its reach. */
const within =
  <T>(read: (reach: Reach) => T): SourceOf<T> =>
  (request) =>
    read(reachOf(request))

/** A line for each family of routes. */
const addRoutes = async (api: FastifyInstance, options: ApiOptions, report: Report): Promise<void> => {
  const {
    source,
    factories,
    claims,
    comparing,
    proposals,
    ledger,
    ingest,
    limits = {},
    audit,
    webhooks,
    closing,
    portfolios,
    jobs,
  } = options
  await api.register((routes) => sessionRoutes(routes, options))
  if (options.login !== undefined) await identityRoutes(api, options, options.login, report)
  await api.register((routes) => agreementRoutes(routes, within(source)))
  await api.register((routes) => periodRoutes(routes, within(source)))
  await api.register((routes) => readingRoutes(routes, within(source)))
  if (factories !== undefined) await api.register((routes) => factoryRoutes(routes, within(factories)))
  if (factories !== undefined) await api.register((routes) => hallFile(routes, within(factories)))
  if (claims !== undefined) await api.register((routes) => claimRoutes(routes, within(claims)))
  if (ledger !== undefined) await api.register((routes) => ledgerRoutes(routes, within(ledger)))
  if (audit !== undefined)
    await api.register((routes) =>
      auditRoutes(
        routes,
        (request) => audit(auditReachOf(request)),
        () => randomBytes(8).toString('hex'),
      ),
    )
  if (webhooks !== undefined) await api.register((routes) => webhookRoutes(routes, webhooks))
  if (closing !== undefined) await api.register((routes) => closeRoutes(routes, within(closing)))
  if (closing !== undefined) await api.register((routes) => disputeRoutes(routes, within(closing)))
  if (portfolios !== undefined)
    for (const add of [portfolioRoutes, registerRoutes, lenderRoutes]) await api.register((routes) => add(routes, within(portfolios)))
  if (options.desk !== undefined) await addDesk(api, options.desk, within(source))
  if (comparing !== undefined) {
    const door = { comparing, settling: makeSettling() }
    await api.register((routes) => comparisonRoutes(routes, within(source), door))
    await api.register((routes) => whatIfRoutes(routes, within(source), door))
  }
  if (proposals !== undefined)
    await api.register((routes) => proposalRoutes(routes, { source: within(source), proposals: within(proposals) }))
  if (jobs !== undefined) await api.register((routes) => jobRoutes(routes, within(jobs.source), jobs.following))
  if (ingest !== undefined)
    await api.register((routes) => ingestRoutes(routes, { door: ingest, limits: { ...ingestLimits, ...limits }, report }))
}

const addDesk = async (api: FastifyInstance, desk: Desk, source: SourceOf<ApiSource>): Promise<void> => {
  const { today, feeds, search, sandbox } = desk
  const orders = within(desk.orders)
  await api.register((routes) => todayRoutes(routes, { source, today, feeds, orders }))
  await api.register((routes) => feedRoutes(routes, feeds))
  await api.register((routes) => orderRoutes(routes, orders))
  await api.register((routes) => searchRoutes(routes, search))
  await api.register((routes) => sandboxRoutes(routes, sandbox))
}

/** Whether it answers, and what can be asked. */
const addAnswers = async (api: FastifyInstance, { source }: ApiOptions): Promise<void> => {
  api.withTypeProvider<ZodTypeProvider>().get(
    '/api/health',
    {
      config: { needs: 'nothing' },
      schema: {
        operationId: 'health',
        summary: 'Whether the server answers, and what it takes the time to be',
        response: { 200: HealthShape },
      },
    },
    () => ({ status: 'ok' as const, now: formatInstant(source(nothing).now()), version }),
  )
  await serveDocument(api)
}

/** The HTTP door: shapes in, shapes out. OpenAPI is written from the same shapes. It listens nowhere by itself. */
export const makeApi = async (options: ApiOptions) => {
  const { login, consoleFolder, hosts = [], report = (text) => void process.stderr.write(`${text}\n`) } = options
  const { answers, rates = {}, clockMs = () => performance.now() } = options
  const api = Fastify({
    bodyLimit: bodyBytesMax,
    requestTimeout: requestMsMax,
    clientErrorHandler: answerBroken,
    frameworkErrors: answerUnroutable,
    genReqId: makeRequestIds(),
    routerOptions: { maxParamLength: 400, ignoreTrailingSlash: true },
  }).withTypeProvider<ZodTypeProvider>()
  api.setValidatorCompiler(validatorCompiler)
  api.setSerializerCompiler(serializerCompiler)
  api.server.maxConnections = connectionsMax
  await api.register(cookie)
  guard(api, hosts)
  guardOrigin(api, login?.jar ?? { isSecure: false }, login?.origin)
  datedVersions(api)
  answerProblems(api, report)
  api.decorateRequest('signedIn', undefined)
  const count = makeRates(api, { ...ratesUsual, ...rates }, clockMs)
  guardAccess(api, options.identify ?? (login === undefined ? async () => local : makeIdentify(login)), count)
  if (answers !== undefined) doOnce(api, answers, report)
  tagReads(api)
  compressAnswers(api)
  // Where nobody keeps a key, one for as long as this server runs: a name never leaves because there is none.
  const ownKey = randomBytes(32).toString('hex')
  hideTenants(api, options.desk?.tenantKey ?? (async () => ownKey))
  await document(api)
  await addRoutes(api, options, report)
  await api.register((routes) => addAnswers(routes, options))
  await serveConsole(api, consoleFolder)
  return api
}
