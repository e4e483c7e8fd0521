import { InvalidArgumentError, Option, type Command } from 'commander'
import { isMonth, nextMonth, type Month } from '../core/base/time.ts'
import { formatReading } from '../core/meter/parse.ts'
import { describeCalibration } from '../server/history/calibration.ts'
import { generateCoarsely } from '../server/history/coarse.ts'
import { generate } from '../server/history/generate.ts'
import type { Detail } from '../server/history/month-facts.ts'
import { readSchedule } from './agreement-files.ts'
import { badInput, type Context } from './context.ts'

/** Months of one history. */
const monthsMax = 120

const readMonths = (text: string): Month[] => {
  const [first, last = first, ...more] = text.split('..') as [string, string?, ...string[]]
  if (!isMonth(first) || !isMonth(last) || first > last || more.length > 0)
    throw new InvalidArgumentError('It is a month such as 2026-08, or first..last.')
  const months: Month[] = []
  for (let month = first; month <= last && months.length <= monthsMax; month = nextMonth(month)) months.push(month)
  if (months.length > monthsMax) throw new InvalidArgumentError(`At most ${monthsMax} months at a time.`)
  return months
}

/** Of the option `--seed`. */
export const readSeed = (text: string): number => {
  const seed = Number(text)
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It is a whole number of at most nine digits.')
  return seed
}

/** Of the option `--detail`. */
export const detailOption = (): Option =>
  new Option('--detail <how>', 'how finely: every job, or some dozens of readings a month').choices(['jobs', 'coarse'])

/** `offtake generate FILE`: synthetic readings of an agreement, as NDJSON. */
export const addGenerate = (program: Command, context: Context): void => {
  program
    .command('generate')
    .description('make up readings of an agreement, calibrated on public traces: the same for the same seed')
    .argument('<file...>', 'the agreement; several are its versions')
    .requiredOption('--months <first..last>', 'such as 2026-08..2026-10', readMonths)
    .option('--seed <n>', 'another seed, other readings', readSeed, 7)
    .addOption(detailOption().default('jobs'))
    .action((files: string[], { months, seed, detail }: { months: Month[]; seed: number; detail: Detail }) => {
      const schedule = readSchedule(files, context)
      if (schedule === undefined) return void (process.exitCode = badInput)
      context.say(`readings are ${describeCalibration()}`)
      const history = { schedule, months, seed }
      for (const readings of detail === 'coarse' ? generateCoarsely(history) : generate(history))
        context.print(readings.map((reading) => `${JSON.stringify(formatReading(reading))}\n`).join(''))
      return undefined
    })
}
