import { join } from 'node:path'
import type { Instant } from '../core/base/time.ts'
import { makeApi, type ApiOptions } from './api/api.ts'
import { makeLoginDesk } from './api/login-desk.ts'
import type { LoginSettings } from './api/provider.ts'
import type { WebhookDoor } from './api/webhook-door.ts'
import { makeAudit } from './app/audit.ts'
import { makeClaims } from './app/claims.ts'
import { makeClosing } from './app/closing.ts'
import { makeDesk } from './app/desk.ts'
import { makeFactories, type TelemetryLag } from './app/factories.ts'
import { makeFollowing, makeJobs } from './app/follow-jobs.ts'
import { makeIngest } from './app/ingest.ts'
import { makeLedger } from './app/ledger.ts'
import { makePortfolios } from './app/portfolio.ts'
import { makeComparing } from './app/comparing.ts'
import { makeProposals } from './app/proposals.ts'
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

/** Milliseconds between two looks at whether time here is moved by hand: a database that is none may become a sandbox, and never the other way. */
const sandboxEveryMs = 2000

const consoleFolder = join(import.meta.dirname, '../../.cache/console')
/** What new agreements begin from. */
const templatesFolder = join(import.meta.dirname, '../../examples')

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
  const { now, telemetry, lag, flex, login, clock = now, demo = false, sandbox = () => false, webhooks = deliverWorld() } = serving
  const desk = makeDesk(store, now)
  return makeApi({
    login: makeLoginDesk(store, { now, clock }, login),
    demo,
    hosts: login === undefined ? [] : [login.origin.hostname],
    source: makeReaders(store, now),
    factories: makeFactories(store, now, lag === undefined ? undefined : { lag }),
    claims: makeClaims(store, now),
    ledger: makeLedger(store),
    audit: makeAudit(store),
    webhooks: webhookDoor(store, now, webhooks),
    closing: makeClosing(store, now),
    portfolios: makePortfolios(store, now),
    desk,
    sandbox,
    comparing: makeComparing(store, now),
    proposals: makeProposals(store, now, templatesFolder),
    jobs: { source: makeJobs(store, now), following: makeFollowing(store, reportUsual) },
    ingest: { ...makeIngest(store, now), telemetry, flex },
    answers: store,
    consoleFolder,
    ...other,
  })
}

/** Whether time here is moved by hand: another process may make a sandbox of this database while it is served, and none ceases to be one. */
const watchSandbox = async (store: Store, { now, sandbox }: Pick<Serving, 'now' | 'sandbox'>) => {
  const { isSandbox } = makeDesk(store, now).sandbox
  let is = sandbox?.() === true || (await isSandbox())
  const look = (): void => {
    if (is) return
    isSandbox().then(
      (found) => (is = found),
      () => {},
    )
  }
  const looking = setInterval(look, sandboxEveryMs)
  looking.unref()
  return { isSandbox: () => is, stop: () => clearInterval(looking) }
}

/** Opens the API and the console. Port 0 takes any that is free. Without login it refuses any address but loopback. */
export const serve = async (store: Store, { port, host = '127.0.0.1', ...serving }: Serving): Promise<Door | PortTaken> => {
  if (serving.login === undefined && !isLoopback(host)) throw new Error(beyondLoopback(host))
  const clock = await watchSandbox(store, serving)
  const api = await makeServed(store, { ...serving, sandbox: clock.isSandbox })
  try {
    const address = await api.listen({ host, port })
    const stop = () => {
      clock.stop()
      return api.close()
    }
    return { address, stop }
  } catch (error) {
    clock.stop()
    await api.close()
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    return { taken: `port ${port} is in use; stop the other program or choose another with --port N` }
  }
}
