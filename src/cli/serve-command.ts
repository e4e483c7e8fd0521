import { InvalidArgumentError, type Command } from 'commander'
import { openStore } from '../server/open-store.ts'
import { failure, type Context } from './context.ts'
import { clockOf } from './with-store.ts'

const portUsual = 7420
/** Milliseconds between two looks at the clock of a sandbox, which another process may move. */
const clockEveryMs = 2000

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
    .option('--port <n>', 'of 127.0.0.1', readPort, portUsual)
    .action(async ({ port }: { port: number }) => {
      process.exitCode = await serveUntilStopped(port, context)
    })
}

const serveUntilStopped = async (port: number, context: Context): Promise<number> => {
  const { url, home, say, signal } = context
  // Loaded here, for it takes longer than most commands do.
  const [{ startWorkers }, { serve }] = await Promise.all([import('../server/jobs/workers.ts'), import('../server/serve.ts')])
  const open = await openStore({ url, home, jobs: true })
  let now = await clockOf(open.store, context)
  const looking = setInterval(
    () =>
      void clockOf(open.store, context).then(
        (clock) => (now = clock),
        () => {},
      ),
    clockEveryMs,
  )
  try {
    const door = await serve(open.store, { port, now: () => now() })
    if ('taken' in door) {
      say(door.taken)
      return failure
    }
    const workers = await startWorkers(open.store, say)
    say(`${open.word}; console at ${door.address}; Ctrl-C ends it`)
    const stopped = new Promise<undefined>((done) => signal.addEventListener('abort', () => done(undefined), { once: true }))
    const why = await Promise.race([stopped, open.lost])
    if (why !== undefined) say(why)
    await door.stop()
    await workers.stop().catch(() => {})
    return why === undefined ? 0 : failure
  } finally {
    clearInterval(looking)
    await open.stop().catch(() => {})
  }
}
