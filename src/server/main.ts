import { parseArgs } from 'node:util'
import { startWorkers } from './jobs/workers.ts'
import { deliverWorld } from './deliver-world.ts'
import { makeDemo, type Demo } from './demo.ts'
import { loadDemo } from './load-demo.ts'
import { beyondLoopback, isLoopback, readLogin, wordsOf, type LoginAnswer } from './login-settings.ts'
import { homeUsual, openStore, type OpenStore } from './open-store.ts'
import { serve } from './serve.ts'
import { summary } from './summary.ts'

const usage = `usage: npm start -- [--once] [--port N] [--host ADDRESS] [--trace PATH] [--home FOLDER]

Brings up the database, lets the tenants of two example agreements use them for some months, closes and posts every month but the last, prints
a summary and serves the console, in which two parties can close the last.

  --once         end when that is done
  --port N       of the console, 7420 unless said
  --host ADDRESS to listen on, loopback unless said; beyond it only where login is configured (docs/access.md)
  --trace PATH   a published trace (Philly or Helios) instead of synthetic use
  --home FOLDER  where the database lives, .offtake unless said (also OFFTAKE_HOME; DATABASE_URL uses a server instead)
`

type Login = Extract<LoginAnswer, { login: unknown }>['login']
type Wanted = Readonly<{ once: boolean; port: number; host: string; login: Login; trace: string | undefined; home: string | undefined }>

const say = (text: string): void => void process.stderr.write(`${(performance.now() / 1000).toFixed(1).padStart(5)} s  ${text}\n`)

/** The clock of this machine: the demonstration stands still, sessions do not. */
const clock = (): number => Math.floor(Date.now() / 1000)

/** What was asked for, or why it cannot be made out. */
const readArguments = (): Wanted | Readonly<{ problem: string }> => {
  try {
    const { values } = parseArgs({
      options: {
        once: { type: 'boolean', default: false },
        port: { type: 'string', default: '7420' },
        host: { type: 'string', default: '127.0.0.1' },
        trace: { type: 'string' },
        home: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) return { problem: '' }
    const port = Number(values.port)
    if (!/^\d+$/.test(values.port) || port > 65_535) return { problem: `--port is a number from 0 to 65535, not ${values.port}` }
    const read = readLogin(wordsOf(process.env))
    if ('problems' in read) return { problem: read.problems.join('; ') }
    const { login } = read
    const { host, once, trace, home } = values
    if (login === undefined && !isLoopback(host)) return { problem: beyondLoopback(host) }
    return { once, port, host, login, trace, home }
  } catch (error) {
    return { problem: (error as Error).message }
  }
}

/** Does the work and stays for as long as it is to serve. Answers with the exit code. */
const main = async (wanted: Wanted, demo: Demo, open: OpenStore, stopping: AbortController): Promise<number> => {
  const { port, host, login } = wanted
  const door = wanted.once ? undefined : await serve(open.store, { port, host, login, now: () => demo.now, clock, demo: true })
  if (door !== undefined && 'taken' in door) {
    process.stderr.write(`offtake: ${door.taken}\n`)
    return 1
  }
  const workers = await startWorkers(open.store, say, deliverWorld())
  try {
    const statements = await loadDemo(open.store, demo, { say, signal: stopping.signal })
    process.stdout.write(summary(statements, demo.note))
    if (door === undefined) return 0
    say(`console at ${door.address}; Ctrl-C ends it`)
    await new Promise((done) => stopping.signal.addEventListener('abort', done, { once: true }))
    return 0
  } catch (error) {
    if (!stopping.signal.aborted) throw error
    say('stopped before it was done; the next start takes it up from there')
    return 130
  } finally {
    await door?.stop()
    await workers.stop()
  }
}

const run = async (): Promise<number> => {
  const wanted = readArguments()
  if ('problem' in wanted) {
    ;(wanted.problem === '' ? process.stdout : process.stderr).write(
      wanted.problem === '' ? usage : `offtake: ${wanted.problem}\n\n${usage}`,
    )
    return wanted.problem === '' ? 0 : 2
  }
  const demo = makeDemo({ trace: wanted.trace, onNote: say })
  if (demo === undefined) {
    process.stderr.write(
      `offtake: ${wanted.trace} is no trace that is known here; docs/readings.md says which are and how they are given\n`,
    )
    return 2
  }
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort(new Error(signal)))
  const home = wanted.home ?? process.env['OFFTAKE_HOME'] ?? homeUsual
  const open = await openStore({ url: process.env['DATABASE_URL'], home, jobs: true })
  say(open.word)
  void open.lost.then((why) => {
    process.stderr.write(`offtake: ${why}\n`)
    process.exit(1)
  })
  try {
    return await main(wanted, demo, open, stopping)
  } finally {
    await open.stop()
  }
}

try {
  process.exitCode = await run()
} catch (error) {
  process.stderr.write(`offtake: ${(error as Error).message}\n`)
  process.exitCode = 1
}
