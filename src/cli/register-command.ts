import { Argument, Option, type Command } from 'commander'
import { canonical } from '../core/base/canonical.ts'
import { describeProblem } from '../core/base/problem.ts'
import { groupings, type Grouping } from '../core/credit/exposure.ts'
import type { PackInput } from '../core/credit/pack.ts'
import { makePack, packKinds } from '../core/credit/packs.ts'
import { parsePortfolio, type Portfolio } from '../core/credit/portfolio.ts'
import type { Register } from '../core/credit/register.ts'
import { drawReport, packJson, reportJson } from '../core/credit/report.ts'
import { drawRegister } from '../server/app/register.ts'
import { readText } from './agreement-files.ts'
import { badInput, type Context } from './context.ts'
import { packCsv, registerCsv } from './register-csv.ts'
import { packText, registerText } from './register-text.ts'
import { withStore } from './with-store.ts'

type Options = Readonly<{ portfolio?: string; asOf?: string; json?: boolean; csv?: boolean }>
type RegisterOptions = Options & Readonly<{ by: Grouping }>
type PackOptions = Options & Readonly<{ treatment?: string }>

const shared = (command: Command): Command =>
  command
    .option('--portfolio <file>', 'the portfolio, YAML or JSON; without it all agreements on record, by calendar years')
    .option('--as-of <yyyy-mm>', 'at the end of this month; without it the last that is final')
    .addOption(new Option('--json', 'as canonical JSON').conflicts('csv'))
    .addOption(new Option('--csv', 'its rows as CSV').conflicts('json'))

/** `offtake register`, `offtake pack`: what a guarantor stands for, and the evidence for its accounts. */
export const addRegister = (program: Command, context: Context): void => {
  shared(program.command('register').description('show all that a guarantor stands for and holds, over all agreements'))
    .addOption(new Option('--by <grouping>', 'how what is given is broken down').choices(groupings).default('counterparty'))
    .action(async (options: RegisterOptions) => {
      process.exitCode = await draw(options, context, ({ portfolio }, register) => {
        const report = drawReport(register, portfolio, options.by)
        if (options.json === true) context.print(`${canonical(reportJson(report))}\n`)
        else context.print(options.csv === true ? registerCsv(report) : registerText(report))
        return 0
      })
    })
  shared(program.command('pack').description('show evidence for one question of accounting: never a conclusion'))
    .addArgument(new Argument('<pack>').choices(packKinds.map(({ pack }) => pack)))
    .option('--treatment <name>', 'the treatment selected; without it the first of the pack')
    .action(async (name: string, options: PackOptions) => {
      process.exitCode = await draw(options, context, (input) => showPack(input, name, options, context))
    })
}

const showPack = (input: PackInput, name: string, { treatment, json, csv }: PackOptions, { print, say }: Context): number => {
  const pack = makePack(input, name, treatment)
  if (pack === undefined) {
    const known = packKinds.find((kind) => kind.pack === name)!.treatments
    say(`--treatment of ${name} is one of ${known.map(({ id }) => id).join(', ')}, and not ${treatment}`)
    return badInput
  }
  if (json === true) print(`${canonical(packJson(pack))}\n`)
  else print(csv === true ? packCsv(pack) : packText(pack))
  return 0
}

/** Reads the portfolio and draws the register; answers with the exit code of `show`, or says why not. */
const draw = async (
  { portfolio: path, asOf }: Options,
  context: Context,
  show: (input: PackInput, register: Register) => number,
): Promise<number> => {
  const portfolio = path === undefined ? undefined : readPortfolio(path, context)
  if (path !== undefined && portfolio === undefined) return badInput
  return withStore(context, async (store) => {
    const answer = await drawRegister(store, { portfolio, asOf })
    if (answer.kind === 'drawn') return show(answer.input, answer.register)
    for (const message of answer.messages) context.say(message)
    return badInput
  })
}

const readPortfolio = (path: string, context: Context): Portfolio | undefined => {
  const text = readText(path, context)
  if (text === undefined) return undefined
  const parsed = parsePortfolio(text)
  if ('portfolio' in parsed) return parsed.portfolio
  for (const problem of parsed.problems) context.say(describeProblem(path, problem))
  return undefined
}
