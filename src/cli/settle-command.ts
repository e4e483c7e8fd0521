import { Option, type Command } from 'commander'
import { endOfDate, formatInstant, isDate, isMonth, monthInterval, monthOf, type LocalDate, type Month } from '../core/base/time.ts'
import { makeMeter } from '../core/meter/meter.ts'
import { settleOpen } from '../core/settlement/correct.ts'
import type { State } from '../core/settlement/line.ts'
import { settlementWindow } from '../core/settlement/period.ts'
import { drawUp } from '../core/statements/draw-up.ts'
import type { Statement } from '../core/statements/statement.ts'
import type { Schedule } from '../core/terms/schedule.ts'
import { readSchedule, readText } from './agreement-files.ts'
import { badInput, type Context } from './context.ts'
import { readInto } from './reading-files.ts'
import { showStatement, type Shape } from './show-statement.ts'

type Options = Readonly<{
  agreement: string[]
  readings: string[]
  month: string
  opening?: string
  provisional?: boolean
  finalOn?: string
}> &
  Shape

const collect = (value: string, before: string[] = []): string[] => [...before, value]

/** `offtake settle`: agreement and readings become a statement, with no database. */
export const addSettle = (program: Command, context: Context): void => {
  program
    .command('settle')
    .description('settle one month from files alone: no database, nothing is stored')
    .requiredOption('--agreement <file>', 'the agreement; once more for each later version', collect)
    .requiredOption('--readings <file>', 'NDJSON or CSV, plain or gzip, or - for standard input; as often as there are files', collect)
    .requiredOption('--month <yyyy-mm>', 'the month to settle')
    .option(
      '--opening <file>',
      'the statement (JSON) of the month before, or its closing state; without it the month is settled as the first',
    )
    .option('--provisional', 'settle a month that is not over: what is not read yet counts as unsold')
    .option('--final-on <date>', 'the date on which it is final; without it the statement is provisional')
    .addOption(new Option('--json', 'the statement as canonical JSON').conflicts(['csv', 'explain']))
    .addOption(new Option('--csv', 'its lines as CSV').conflicts(['json', 'explain']))
    .addOption(new Option('--explain <line>', 'one line, by number or key, down to its facts').conflicts(['json', 'csv']))
    .action(async (options: Options) => {
      process.exitCode = await settleFiles(options, context)
    })
}

const settleFiles = async (options: Options, context: Context): Promise<number> => {
  const schedule = readSchedule(options.agreement, context)
  if (schedule === undefined) return badInput
  const opening = options.opening === undefined ? {} : readOpening(options.opening, context)
  const problem = checkMonth(schedule, options, context)
  if (problem !== undefined) context.say(problem)
  if (problem !== undefined || opening === undefined) return badInput
  const statement = await drawFromFiles(schedule, options, opening, context)
  return statement === undefined ? badInput : showStatement(statement, schedule.sources, options, context)
}

/** Why this month cannot be settled, in a sentence. */
const checkMonth = (
  { agreement, zone, from, to }: Schedule,
  { month, provisional, finalOn }: Options,
  { now }: Context,
): string | undefined => {
  if (!isMonth(month)) return `--month is a month such as 2026-10, not ${month}`
  if (finalOn !== undefined && !isDate(finalOn)) return `--final-on is a date such as 2026-11-05, not ${finalOn}`
  const [first, last] = [monthOf(from, zone), monthOf(to - 1, zone)]
  if (month < first || month > last) return `${month} is outside the term of ${agreement}, which is settled from ${first} through ${last}`
  const end = monthInterval(month, zone).to
  if (end <= now() || provisional === true) return undefined
  return `${month} of ${agreement} is not over: it ends at ${formatInstant(end)}, and it is ${formatInstant(now())}. --provisional settles it as it stands`
}

const isState = (value: unknown): value is State =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((each: unknown) => typeof each === 'object' && each !== null && !Array.isArray(each))

const readOpening = (path: string, context: Context): State | undefined => {
  const text = readText(path, context)
  if (text === undefined) return undefined
  try {
    const value = JSON.parse(text) as { closing?: unknown }
    const state = value.closing ?? value
    if (isState(state)) return state
  } catch {
    // Said below: it is neither.
  }
  return context.say(`${path}: is neither a statement as \`--json\` writes it nor its closing state`)
}

const drawFromFiles = async (
  schedule: Schedule,
  { readings: paths, month, finalOn }: Readonly<{ readings: readonly string[]; month: Month; finalOn?: LocalDate }>,
  opening: State,
  context: Context,
): Promise<Statement | undefined> => {
  // What was in dispute when it became final is held; what is in dispute now, while it is provisional.
  const lifeUntil = finalOn === undefined ? context.now() + 1 : endOfDate(finalOn, schedule.zone)
  const makeOwn = () => makeMeter(schedule, settlementWindow(schedule, month), lifeUntil)
  let meter = makeOwn()
  const begin = () => {
    meter = makeOwn()
    return meter.add
  }
  if (!(await readInto(paths, schedule, begin, context))) return undefined
  const facts = meter.facts()
  if ('refusals' in facts) {
    for (const { message } of facts.refusals) context.say(message)
    return undefined
  }
  // No other statement is at hand: nothing is corrected, and disputes and rulings of other months are passed over.
  const { settlement, refusals } = settleOpen({ schedule, stated: [], settled: [], closing: opening, refusals: [] }, month, facts)
  if (refusals.length > 0) {
    for (const sentence of refusals) context.say(sentence)
    return undefined
  }
  return drawUp({ schedule, facts, month, opening, settlement, version: 1, finalOn })
}
