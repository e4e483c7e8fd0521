import { Command, CommanderError } from 'commander'
import { parseInstant, type Instant } from '../core/base/time.ts'
import { wordsOf } from '../server/login-settings.ts'
import { homeUsual } from '../server/open-store.ts'
import { addAdvance } from './advance-command.ts'
import { addAgent } from './agent-command.ts'
import { addAudit } from './audit-command.ts'
import { addCheck } from './check-command.ts'
import { addClaims } from './claims-command.ts'
import { badInput, failure, type Context } from './context.ts'
import { addCover } from './cover-command.ts'
import { addGenerate } from './generate-command.ts'
import { addImport } from './import-command.ts'
import { addJournal } from './journal-command.ts'
import { addKeys } from './keys-command.ts'
import { addLoad } from './load-command.ts'
import { addPeople } from './people-command.ts'
import { addPeriodCommands } from './period-commands.ts'
import { addReconcile } from './reconcile-command.ts'
import { addRegister } from './register-command.ts'
import { addServe } from './serve-command.ts'
import { addSettle } from './settle-command.ts'
import { addSimulate } from './simulate-command.ts'
import { addTelemetry } from './telemetry-command.ts'
import { makeTerminal } from './terminal.ts'

const program = new Command('offtake')
  .description('Credit-backed, revenue-sharing GPU capacity partnerships, from the signed terms to the last cent.')
  .version('0.1.0')
  .option('--home <folder>', 'where the embedded database lives (also OFFTAKE_HOME); DATABASE_URL uses a server instead')
  .option('--now <instant>', 'take this to be the time, such as 2026-11-05T00:00:00Z, and not the clock')
  .exitOverride()
  .showHelpAfterError('(offtake --help says more)')

const clock = (): Instant => Math.floor(Date.now() / 1000)
const nowOf = (): Instant => {
  const { now } = program.opts<{ now?: string }>()
  return now === undefined ? clock() : (parseInstant(now, 'UTC') as Instant)
}

const stopping = new AbortController()
const { print, pour, say, show } = makeTerminal()
const context: Context = {
  url: process.env['DATABASE_URL'],
  clickhouseUrl: process.env['CLICKHOUSE_URL'],
  get home() {
    return program.opts<{ home?: string }>().home ?? process.env['OFFTAKE_HOME'] ?? homeUsual
  },
  now: nowOf,
  clock,
  login: wordsOf(process.env),
  key: process.env['OFFTAKE_KEY'],
  get isNowGiven() {
    return program.opts<{ now?: string }>().now !== undefined
  },
  print,
  pour,
  say,
  show,
  stdin: process.stdin,
  signal: stopping.signal,
}

program.hook('preAction', () => {
  const { now } = program.opts<{ now?: string }>()
  if (now !== undefined && typeof parseInstant(now, 'UTC') === 'string')
    program.error(`error: --now is an instant such as 2026-11-05T00:00:00Z, not ${now}`)
  // A second Ctrl-C ends the process as it would any other.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort(new Error(signal)))
})
for (const add of [
  addCheck,
  addSettle,
  addLoad,
  addImport,
  addPeriodCommands,
  addJournal,
  addReconcile,
  addClaims,
  addRegister,
  addCover,
  addGenerate,
  addSimulate,
  addAdvance,
  addAgent,
  addServe,
  addTelemetry,
  addPeople,
  addKeys,
  addAudit,
])
  add(program, context)

try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : badInput
  else {
    say(`offtake: ${(error as Error).message}`)
    process.exitCode = failure
  }
}
