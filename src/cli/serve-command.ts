import { readFileSync } from 'node:fs'
import { InvalidArgumentError, type Command } from 'commander'
import { describeProblem } from '../core/base/problem.ts'
import type { FlexMapping } from '../server/fleet/flex-mapping.ts'
import { deliverWorld } from '../server/deliver-world.ts'
import { whyNotNetwork } from '../server/jobs/egress.ts'
import { beyondLoopback, isLoopback, readLogin, type LoginWords } from '../server/login-settings.ts'
import { openStore } from '../server/open-store.ts'
import type { LoginSettings } from '../server/api/provider.ts'
import { badInput, failure, type Context } from './context.ts'
import { clockOf } from './with-store.ts'

const portUsual = 7420
/** Milliseconds between two looks at the clock of a sandbox, which another process may move. */
const clockEveryMs = 2000

const readNetworks = (text: string): readonly string[] => {
  const networks = text.split(',').map((each) => each.trim())
  const problems = networks.flatMap((each) => whyNotNetwork(each) ?? [])
  if (problems.length > 0) throw new InvalidArgumentError(problems.join('; '))
  return networks
}

const readPort = (text: string): number => {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('It is a number from 0 to 65535.')
  return port
}

/** `offtake serve`: the API and the console over what is on record, by the clock of this machine, until it is stopped. */
export const addServe = (program: Command, context: Context): void => {
  program
    .command('serve')
    .description('serve the API and the console, and work on jobs, until stopped')
    .option('--port <n>', 'to listen on', readPort, portUsual)
    .option('--host <address>', 'to listen on: beyond loopback only where login is configured', '127.0.0.1')
    .option('--origin <url>', 'public address, where people sign in (also OFFTAKE_ORIGIN)')
    .option('--oidc-issuer <url>', 'identity provider (also OFFTAKE_OIDC_ISSUER)')
    .option('--oidc-client-id <id>', 'client of it (also OFFTAKE_OIDC_CLIENT_ID); its secret is OFFTAKE_OIDC_CLIENT_SECRET alone')
    .option('--flex <file>', 'what feeds of power stand for: with it, events of DSX Flex are taken')
    .option(
      '--webhooks-allow <networks>',
      'networks inside which webhooks may be sent to, besides the internet: 10.1.0.0/16,fd00::/8',
      readNetworks,
      [],
    )
    .action(async (options: Options) => {
      const { port, host, flex, webhooksAllow } = options
      const door = readDoor(options, context)
      const mapping = flex === undefined ? undefined : await readFlexFile(flex, context)
      const isBad = door === 'bad' || mapping === 'bad'
      process.exitCode = isBad ? badInput : await serveUntilStopped({ port, host, flex: mapping, webhooksAllow, ...door }, context)
    })
}

type Options = Readonly<{
  webhooksAllow: readonly string[]
  port: number
  host: string
  flex?: string
  origin?: string
  oidcIssuer?: string
  oidcClientId?: string
}>
type How = Readonly<{
  webhooksAllow: readonly string[]
  port: number
  host: string
  flex: FlexMapping | undefined
  login: LoginSettings | undefined
}>

/** How people sign in; `bad`, and everything that is wrong with it said, where it cannot be used, or where nobody could and others could come. */
const readDoor = (options: Options, { login: said, say }: Context): Pick<How, 'login'> | 'bad' => {
  const { host, origin = said.origin, oidcIssuer: issuer = said.issuer, oidcClientId: clientId = said.clientId } = options
  const words: LoginWords = { issuer, clientId, clientSecret: said.clientSecret, origin }
  const read = readLogin(words)
  const problems = 'problems' in read ? read.problems : read.login === undefined && !isLoopback(host) ? [beyondLoopback(host)] : []
  for (const problem of problems) say(problem)
  return 'problems' in read || problems.length > 0 ? 'bad' : read
}

/** The mapping in a file; `bad`, and everything that is wrong with it said, where it cannot be used. */
const readFlexFile = async (path: string, { say }: Context): Promise<FlexMapping | 'bad'> => {
  const { parseFlexMapping } = await import('../server/fleet/flex-mapping.ts')
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    say(`${path}: ${(error as Error).message}`)
    return 'bad'
  }
  const read = parseFlexMapping(text)
  if ('mapping' in read) return read.mapping
  for (const problem of read.problems) say(describeProblem(path, problem))
  return 'bad'
}

const serveUntilStopped = async ({ port, host, flex, webhooksAllow, login }: How, context: Context): Promise<number> => {
  const { url, home, say, signal, clock } = context
  // Loaded here, for it takes longer than most commands do.
  const [{ startWorkers }, { serve }, { serveTelemetry }] = await Promise.all([
    import('../server/jobs/workers.ts'),
    import('../server/serve.ts'),
    import('../server/keep-telemetry.ts'),
  ])
  const open = await openStore({ url, home, jobs: true })
  let now = await clockOf(open.store, context)
  const looking = setInterval(
    () =>
      void clockOf(open.store, context).then(
        (there) => (now = there),
        () => {},
      ),
    clockEveryMs,
  )
  try {
    const webhooks = deliverWorld(webhooksAllow)
    const telemetry = serveTelemetry(context, () => now(), say)
    const sandbox = () => now !== context.now
    const ways = { flex, telemetry: telemetry.sink, lag: telemetry.lag, webhooks }
    const door = await serve(open.store, { port, host, login, now: () => now(), clock, sandbox, ...ways })
    if ('taken' in door) {
      say(door.taken)
      return failure
    }
    const workers = await startWorkers(open.store, say, webhooks)
    say(`${open.word}; console at ${door.address}; Ctrl-C ends it`)
    const stopped = new Promise<undefined>((done) => signal.addEventListener('abort', () => done(undefined), { once: true }))
    const why = await Promise.race([stopped, open.lost])
    if (why !== undefined) say(why)
    await door.stop()
    await telemetry.close()
    await workers.stop().catch(() => {})
    return why === undefined ? 0 : failure
  } finally {
    clearInterval(looking)
    await open.stop().catch(() => {})
  }
}
