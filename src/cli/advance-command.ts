import { InvalidArgumentError, Option, type Command } from 'commander'
import { drawReport } from '../core/credit/report.ts'
import { advance, AdvanceRefused, openSandbox } from '../server/app/advance.ts'
import { drawRegister } from '../server/app/register.ts'
import { describeCalibration } from '../server/history/calibration.ts'
import type { Store } from '../server/store/database.ts'
import { advanceTable, rowOf, type AdvanceRow } from './advance-table.ts'
import { findSources, loadFresh, type SourceOptions } from '../server/app/advance-sources.ts'
import { badInput, failure, type Context } from './context.ts'
import { detailOption, readSeed } from './generate-command.ts'
import { registerText } from './register-text.ts'
import { withStore } from './with-store.ts'

/** More months than any term has. */
const monthsMax = 600

const readMonths = (text: string): number => {
  const months = Number(text)
  if (!/^\d{1,3}$/.test(text) || months < 1 || months > monthsMax)
    throw new InvalidArgumentError(`It is a whole number from 1 to ${monthsMax}.`)
  return months
}

type Options = SourceOptions & Readonly<{ months?: number; toEnd?: boolean; register?: boolean }>

/** `offtake advance`: a sandbox's clock, moved through the months of whole agreements. */
export const addAdvance = (program: Command, context: Context): void => {
  program
    .command('advance')
    .description('move the clock of a sandbox through the months of agreements: readings made up, every month closed and posted')
    .option('--months <n>', 'until each agreement has so many months behind it', readMonths)
    .addOption(new Option('--to-end', 'to the end of each term, and the month after it').conflicts('months'))
    .option('--agreement <id>', 'this one: on record, among the examples, or a file')
    .addOption(new Option('--all', 'all that are on record, and every example that has a story (usual)').conflicts('agreement'))
    .option('--seed <n>', 'another seed, other readings', readSeed, 7)
    .addOption(detailOption().default('coarse'))
    .option('--register', 'print the register of all that is on record after the table; usual with --to-end')
    .option('--no-register', 'do not')
    .option('--story <file>', 'what happens through the years; usually AGREEMENT.story.yaml beside the agreement, if it is there')
    .action(async (options: Options) => {
      if (options.months === undefined && options.toEnd !== true) return program.error('error: advance needs --months N or --to-end')
      if (options.story !== undefined && options.agreement === undefined)
        return program.error('error: --story is of one agreement: name it by --agreement')
      process.exitCode = await withStore(context, (store) => run(store, options, context))
      return undefined
    })
}

const run = async (store: Store, options: Options, context: Context): Promise<number> => {
  const rows: AdvanceRow[] = []
  try {
    const found = await findSources(store, options, context)
    if (found === undefined) return badInput
    const { sources, fresh } = found
    await openSandbox(store)
    if (!(await loadFresh(store, fresh, context))) return badInput
    context.say(`readings are ${describeCalibration()}`)
    const months = options.months ?? monthsMax
    const onStep = ({ agreement, month, doing }: { agreement: string; month: string; doing: string }) =>
      context.show(`${month} ${agreement}: ${doing}`)
    for await (const done of advance(store, { sources, months, by: 'offtake advance', signal: context.signal, onStep })) {
      if (done.statement !== undefined) rows.push(rowOf(done.statement))
      if (!done.again) context.say(`${done.month} ${done.agreement}: ${saidOf(done.statement === undefined, done.readings)}`)
    }
    context.print(advanceTable(rows))
    if (options.register ?? options.toEnd ?? false) await printRegister(store, context)
    return 0
  } catch (error) {
    if (error instanceof AdvanceRefused) {
      for (const message of error.messages) context.say(message)
      return badInput
    }
    if (!context.signal.aborted) throw error
    if (rows.length > 0) context.print(advanceTable(rows))
    context.say('stopped between two steps; the same command goes on from here')
    return failure
  }
}

/** The register as `offtake register` prints it; where the agreements on record make none, why. */
const printRegister = async (store: Store, { print, say }: Context): Promise<void> => {
  const answer = await drawRegister(store, { portfolio: undefined, asOf: undefined })
  if (answer.kind === 'drawn') print(`\n${registerText(drawReport(answer.register, answer.input.portfolio, 'counterparty'))}`)
  else for (const message of answer.messages) say(`no register: ${message}`)
}

const saidOf = (isOver: boolean, readings: number): string =>
  `${readings.toLocaleString('en')} readings, ${isOver ? 'the term is over' : 'closed and posted'}`
