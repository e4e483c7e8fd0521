import { closeSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { InvalidArgumentError, type Command } from 'commander'
import { formatInstant, isMonth, type Month } from '../core/base/time.ts'
import type { Schedule } from '../core/terms/schedule.ts'
import { campusOf, type Campus } from '../server/campus/campus.ts'
import { describeCampus } from '../server/campus/describe.ts'
import { simulate, type Progress } from '../server/campus/simulate.ts'
import { spell } from '../server/campus/spell.ts'
import { makeTelemetry } from '../server/campus/telemetry-rows.ts'
import { readSchedule } from './agreement-files.ts'
import { badInput, failure, type Context } from './context.ts'
import { readSeed } from './generate-command.ts'

const usualAgreement = join(import.meta.dirname, '../../examples/firmus-batam.yaml')
/** GPUs, tenants: more than any campus has. */
const [gpusMax, tenantsMax] = [1_000_000, 999]
/** Rows of telemetry that are written together. */
const rowsAtOnce = 1000

type Options = Readonly<{
  gpus: number
  month: Month
  agreement: string
  seed: number
  tenants: number
  load: number
  telemetry?: string
}>

const readCount =
  (most: number) =>
  (text: string): number => {
    const count = Number(text)
    if (!/^\d{1,9}$/.test(text) || count < 1 || count > most)
      throw new InvalidArgumentError(`It is a whole number from 1 to ${most.toLocaleString('en')}.`)
    return count
  }

const readMonth = (text: string): Month => {
  if (!isMonth(text)) throw new InvalidArgumentError('It is a month such as 2026-10.')
  return text
}

const readLoad = (text: string): number => {
  const load = Number(text)
  if (!/^(0?\.\d{1,3}|1|1\.0|0)$/.test(text)) throw new InvalidArgumentError('It is a part of one such as 0.8.')
  return load
}

/** `offtake simulate fleet`: what the schedulers, the operators and the billing of a whole campus would report of a month, as NDJSON. */
export const addSimulate = (program: Command, context: Context): void => {
  program
    .command('simulate')
    .description('make up what a campus would report')
    .command('fleet')
    .description('make up a month of a campus, rack by rack and job by job, as readings on standard output: the same for the same seed')
    .requiredOption('--gpus <n>', 'at most so many, in whole racks of 72, shared over the blocks in proportion', readCount(gpusMax))
    .requiredOption('--month <month>', 'such as 2026-10', readMonth)
    .option('--agreement <file>', 'whose blocks stand there', usualAgreement)
    .option('--seed <n>', 'another seed, another campus', readSeed, 7)
    .option('--tenants <n>', 'who buys', readCount(tenantsMax), 16)
    .option('--load <part>', 'part of the GPUs that jobs ask for on average', readLoad, 0.8)
    .option('--telemetry <file>', 'hourly rows of every GPU too, as NDJSON; - writes them instead of the readings')
    .action(async (options: Options) => {
      process.exitCode = await simulateFleet(options, context)
    })
}

const simulateFleet = async (options: Options, context: Context): Promise<number> => {
  const schedule = readSchedule([options.agreement], context)
  if (schedule === undefined) return badInput
  const problem = problemOf(schedule)
  if (problem !== undefined) {
    context.say(problem)
    return badInput
  }
  const campus = campusOf({ ...options, schedule })
  if (campus.layout.racks.length === 0) {
    context.say(
      `there is nothing to simulate: ${schedule.agreement} has no whole rack of 72 GPUs of ${options.gpus} in ${options.month}, or does not run then`,
    )
    return badInput
  }
  context.say(describeCampus(campus))
  return runSimulation(campus, options, context)
}

/** What a campus cannot be made up for. */
const problemOf = ({ pools, agreement }: Schedule): string | undefined => {
  const specific = pools.filter(({ attribution }) => attribution === 'specific').map(({ id }) => id)
  return specific.length === 0
    ? undefined
    : `${agreement} attributes the sales of ${specific.join(', ')} by order (specific): a made-up campus sells on demand, which needs supported-first or pro-rata`
}

/** Writes, and waits until more can be taken. */
type Sink = Readonly<{ pour: (text: string) => Promise<void>; end: () => Promise<void> }>

/** A file, written as it is poured: whatever keeps it from being written is said at once. */
const fileSink = (path: string): Sink => {
  const file = openSync(path, 'w')
  return {
    pour: async (text) => writeFileSync(file, text),
    end: async () => closeSync(file),
  }
}

/** Where readings and rows of telemetry go; undefined where they are not asked for. */
const sinksOf = (telemetry: string | undefined, { pour }: Context): Readonly<{ readings: Sink | undefined; rows: Sink | undefined }> => {
  const output: Sink = { pour, end: () => Promise.resolve() }
  if (telemetry === undefined) return { readings: output, rows: undefined }
  return telemetry === '-' ? { readings: undefined, rows: output } : { readings: output, rows: fileSink(telemetry) }
}

const runSimulation = async (campus: Campus, { telemetry, month }: Options, context: Context): Promise<number> => {
  const { signal, say, show } = context
  const sinks = sinksOf(telemetry, context)
  // Texts of a thousand rows each, written with the next batch of readings.
  let rows: string[] = []
  const recorder = sinks.rows && makeTelemetry(campus, (row) => void rows.push(`${JSON.stringify(row)}\n`))
  let last: Progress | undefined
  const onHour = (progress: Progress): void => {
    last = progress
    show(`${month}: to ${formatInstant(progress.at)}, ${progress.started.toLocaleString('en')} jobs`)
  }
  let readings = 0
  for (const batch of simulate(campus, { recorder, onHour })) {
    if (signal.aborted) {
      say(`stopped after ${readings.toLocaleString('en')} readings: what was written is no whole month`)
      return failure
    }
    readings += batch.length
    await sinks.readings?.pour(batch.map(spell).join(''))
    for (let from = 0; from < rows.length; from += rowsAtOnce) await sinks.rows!.pour(rows.slice(from, from + rowsAtOnce).join(''))
    rows = []
    await turn()
  }
  await sinks.rows?.end()
  const { started = 0, turnedAway = 0, broken = 0 } = last ?? {}
  const [all, jobs, away, ended] = [readings, started, turnedAway, broken].map((each) => each.toLocaleString('en'))
  say(`${all} readings: ${jobs} jobs, of which failures and services ended ${ended}; ${away} more found no room`)
  return 0
}
