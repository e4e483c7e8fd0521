import { InvalidArgumentError, type Command } from 'commander'
import { setTimeout as sleep } from 'node:timers/promises'
import { describeProblem } from '../core/base/problem.ts'
import { formatInstant, type Instant } from '../core/base/time.ts'
import { importBatchRows, importReadings } from '../server/app/import-readings.ts'
import { parseAgentConfig, type AgentConfig } from '../server/fleet/agent-config.ts'
import { tellRound, type RoundAnswer } from '../server/fleet/agent.ts'
import { digestOf } from '../server/fleet/digest.ts'
import { makeHttpOutlet, NotTaken } from '../server/fleet/http-outlet.ts'
import { openScheduler } from '../server/fleet/open-scheduler.ts'
import type { Outlet } from '../server/fleet/outlet.ts'
import { Unreachable, type SchedulerDesk } from '../server/fleet/scheduler.ts'
import { readWatermark, writeWatermark } from '../server/fleet/watermark.ts'
import type { Store } from '../server/store/database.ts'
import { readText } from './agreement-files.ts'
import { badInput, failure, type Context } from './context.ts'
import { withStore } from './with-store.ts'

type Options = Readonly<{ config: string; once?: boolean; to?: string; apply?: boolean }>

const readUrl = (text: string): string => {
  if (!URL.canParse(text) || !/^https?:/.test(text)) throw new InvalidArgumentError('should be an address such as http://127.0.0.1:7420')
  return text
}

/** `offtake agent`: a factory's scheduler becomes readings, from where it is to where they are kept. */
export const addAgent = (program: Command, context: Context): void => {
  program
    .command('agent')
    .description('tell what the scheduler of a factory did, as readings, until stopped')
    .requiredOption('--config <file>', 'what stands where, and which scheduler runs it (docs/scheduler.md)')
    .option('--once', 'one round, of all that is over and was not told')
    .option(
      '--to <url>',
      'hand readings to this server, with the key in OFFTAKE_KEY where it wants one; without it, put them into the database',
      readUrl,
    )
    .option('--apply', 'tell nothing, but write what is `wanted` of accounts, QOS and reservations to the scheduler')
    .action(async (options: Options) => {
      process.exitCode = await runAgent(options, context)
    })
}

const readConfig = (path: string, context: Context): AgentConfig | undefined => {
  const text = readText(path, context)
  if (text === undefined) return undefined
  const parsed = parseAgentConfig(text)
  if ('config' in parsed) return parsed.config
  for (const problem of parsed.problems) context.say(describeProblem(path, problem))
  return undefined
}

const runAgent = async (options: Options, context: Context): Promise<number> => {
  const config = readConfig(options.config, context)
  if (config === undefined) return badInput
  const { scheduler, desk } = openScheduler(config.scheduler, context.signal)
  if (options.apply === true) {
    if (desk !== undefined) return apply(desk, config, context)
    return context.say(`--apply: nothing can be written to a scheduler of kind ${config.scheduler.kind}`) ?? badInput
  }
  const state = config.state ?? `${options.config}.state`
  const work = (outlet: Outlet): Promise<number> => runRounds({ config, scheduler, outlet, state, once: options.once === true }, context)
  if (options.to !== undefined)
    return work(
      makeHttpOutlet({ url: options.to, key: context.key, file: `agent of ${config.factory}`, signal: context.signal, say: context.say }),
    )
  return withStore(context, (store, now) => work(makeStoreOutlet(store, now, config, context)))
}

/** Writes what is wanted, in the order of the configuration; says what came of each. */
const apply = async (desk: SchedulerDesk, { wanted }: AgentConfig, { say }: Context): Promise<number> => {
  try {
    for (const qos of wanted.qos) say(`qos ${qos.qos}: ${await desk.putQos(qos)}`)
    for (const account of wanted.accounts) say(`account ${account.account}: ${await desk.putAccount(account)}`)
    for (const each of wanted.reservations) say(`reservation ${each.name}: ${await desk.putReservation(each)}`)
    return 0
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error
    say(`--apply: ${error.message}`)
    return failure
  }
}

/** Puts readings into the store, each batch in one transaction. */
const makeStoreOutlet = (store: Store, now: () => Instant, { source, factory }: AgentConfig, { signal }: Context): Outlet => ({
  hand: async (readings) => {
    const rows = readings.map((reading, i) => ({ line: i + 1, reading, digest: digestOf(reading) }))
    async function* batches() {
      for (let at = 0; at < rows.length; at += importBatchRows)
        yield { rows: rows.slice(at, at + importBatchRows), refusals: [], bytesRead: 0 }
    }
    const request = {
      rows: batches(),
      file: `agent of ${factory}`,
      mode: 'keep-the-good',
      now: now(),
      by: `agent ${source}`,
      signal,
    } as const
    const answer = await importReadings(store, request)
    if (answer.kind !== 'imported') throw new Error(`an import of an agent was ${answer.kind}`)
    const { accepted, repeats, refused, refusals } = answer.record
    return {
      accepted,
      repeats,
      refused,
      refusals: refusals.map(({ line, problems }) => ({ id: readings[line - 1]!.id, problems })),
    }
  },
})

type Rounds = Readonly<{
  config: AgentConfig
  scheduler: ReturnType<typeof openScheduler>['scheduler']
  outlet: Outlet
  state: string
  once: boolean
}>

/** How far the scheduler's clock may be from ours before that is said. */
const skewSecondsMax = 120

const sayRound = (answer: RoundAnswer, { config }: Rounds, { say, print, now, isNowGiven }: Context): void => {
  const skew = isNowGiven ? 0 : answer.at - now()
  if (Math.abs(skew) > skewSecondsMax) say(`the scheduler's clock is ${Math.abs(skew)} s ${skew > 0 ? 'ahead of' : 'behind'} ours`)
  if (answer.kind === 'behind')
    say(`${answer.underWay} records are on their way into the scheduler's database: nothing is told before they are there`)
  else if (answer.accepted + answer.repeats + answer.refused > 0 || answer.waiting > 0) {
    const { accepted, repeats, refused, waiting, until } = answer
    const waits = waiting === 0 ? '' : `, ${waiting} runs wait for their end`
    print(`${config.source}: ${accepted} accepted, ${repeats} repeats, ${refused} refused, until ${formatInstant(until)}${waits}\n`)
  }
}

/** Round after round until stopped, or one. A scheduler that does not answer is asked again; with one round, that is its end. */
const runRounds = async (rounds: Rounds, context: Context): Promise<number> => {
  const { config, state, once } = rounds
  const { signal, say, show } = context
  const noted = new Set<string>()
  const note = (text: string): void => {
    if (!noted.has(text)) say(text)
    // What is said once is not said each minute; a bound keeps a long life from remembering everything.
    if (noted.size < 10_000) noted.add(text)
  }
  for (;;) {
    try {
      const answer = await tellRound({
        ...rounds,
        watermark: readWatermark(state, config.source),
        keep: (watermark) => writeWatermark(state, watermark),
        note,
        signal,
        onProgress: ({ from, at, to, accepted, repeats }) =>
          show(`${config.source}: ${to === from ? 100 : Math.floor((100 * (at - from)) / (to - from))} %, ${accepted + repeats} readings`),
      })
      sayRound(answer, rounds, context)
      if (once) return answer.kind === 'told' ? 0 : failure
    } catch (error) {
      if (signal.aborted) return say('stopped') ?? 0
      if (!(error instanceof Unreachable || error instanceof NotTaken)) throw error
      say(error.message)
      if (once) return failure
    }
    await sleep(config.pollSeconds * 1000, undefined, { signal }).catch(() => {})
    if (signal.aborted) return say('stopped') ?? 0
  }
}
