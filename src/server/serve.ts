import { join } from 'node:path'
import type { Instant } from '../core/base/time.ts'
import { makeApi, type ApiOptions } from './api/api.ts'
import { makeLoginDesk } from './api/login-desk.ts'
import type { LoginSettings } from './api/provider.ts'
import type { WebhookDoor } from './api/webhook-door.ts'
import { makeAudit } from './app/audit.ts'
import { makeClaims } from './app/claims.ts'
import { makeClosing } from './app/closing.ts'
import { makeFactories, type TelemetryLag } from './app/factories.ts'
import { makeFollowing, makeJobs } from './app/follow-jobs.ts'
import { makeIngest } from './app/ingest.ts'
import { makeLedger } from './app/ledger.ts'
import { makePortfolios } from './app/portfolio.ts'
import { makeReaders } from './app/read.ts'
import { makeWebhooks } from './app/webhooks.ts'
import { whyNotUrl } from './jobs/egress.ts'
import { triesMax } from './jobs/retries.ts'
import type { Delivering } from './jobs/webhook-job.ts'
import { deliverWorld } from './deliver-world.ts'
import type { FlexMapping } from './fleet/flex-mapping.ts'
import type { TelemetrySink } from './fleet/telemetry-sink.ts'
import { beyondLoopback, isLoopback } from './login-settings.ts'
import type { Store } from './store/database.ts'

const consoleFolder = join(import.meta.dirname, '../../.cache/console')

/** Why the door cannot be opened, in a sentence. */
export type PortTaken = Readonly<{ taken: string }>
export type Door = Readonly<{ address: string; stop: () => Promise<void> }>

export type Serving = Readonly<{
  port: number
  now: () => Instant
  /** Where samples of GPUs go; without it, none are taken. */
  telemetry?: TelemetrySink | undefined
  /** The newest sample of each factory; without it, the age of telemetry is not told. */
  lag?: TelemetryLag['lag'] | undefined
  /** What feeds of power stand for; without it, no events of DSX Flex are taken. */
  flex?: FlexMapping | undefined
  /** How people sign in; without it, whoever reaches this server may act as anyone, and it listens on loopback alone. */
  login?: LoginSettings | undefined
  /** The address to listen on. Default: loopback. */
  host?: string | undefined
  /** The clock of this machine, by which sessions and keys end. Default: `now`. */
  clock?: (() => Instant) | undefined
  /** Whether what is shown is made up, and whether time is moved by hand. */
  demo?: boolean | undefined
  sandbox?: (() => boolean) | undefined
  /** How messages are delivered, and to where they may be. Default: `deliverWorld()`. */
  webhooks?: Delivering | undefined
}>

const reportUsual = (text: string): void => void process.stderr.write(`${text}\n`)

/** Endpoints are managed by the same rules as messages are delivered by. */
export const webhookDoor = (store: Store, now: () => Instant, { egress, nowMs }: Delivering): WebhookDoor => ({
  source: makeWebhooks(store, { now, nowMs, tries: triesMax }),
  whyNotUrl: (url) => whyNotUrl(url, egress.allowed),
  tries: triesMax,
})

/** Everything that is answered over HTTP, as `serve` opens it; `other` is what a caller wants otherwise. */
export const makeServed = (
  store: Store,
  serving: Omit<Serving, 'port' | 'host'>,
  other: Partial<ApiOptions> = {},
): ReturnType<typeof makeApi> => {
  const { now, telemetry, lag, flex, login, clock = now, demo = false, sandbox, webhooks = deliverWorld() } = serving
  return makeApi({
    login: makeLoginDesk(store, { now, clock }, login),
    demo,
    ...(sandbox === undefined ? {} : { sandbox }),
    hosts: login === undefined ? [] : [login.origin.hostname],
    source: makeReaders(store, now),
    factories: makeFactories(store, now, lag === undefined ? undefined : { lag }),
    claims: makeClaims(store, now),
    ledger: makeLedger(store),
    audit: makeAudit(store),
    webhooks: webhookDoor(store, now, webhooks),
    closing: makeClosing(store, now),
    portfolios: makePortfolios(store, now),
    jobs: { source: makeJobs(store, now), following: makeFollowing(store, reportUsual) },
    ingest: { ...makeIngest(store, now), telemetry, flex },
    answers: store,
    consoleFolder,
    ...other,
  })
}

/** Opens the API and the console. Port 0 takes any that is free. Without login it refuses any address but loopback. */
export const serve = async (store: Store, { port, host = '127.0.0.1', ...serving }: Serving): Promise<Door | PortTaken> => {
  if (serving.login === undefined && !isLoopback(host)) throw new Error(beyondLoopback(host))
  const api = await makeServed(store, serving)
  try {
    const address = await api.listen({ host, port })
    return { address, stop: () => api.close() }
  } catch (error) {
    await api.close()
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    return { taken: `port ${port} is in use; stop the other program or choose another with --port N` }
  }
}
