import type { Command } from 'commander'
import { clauseKinds } from '../core/settlement/kinds.ts'
import { sentences } from '../core/terms/sentences.ts'
import { readSchedule } from './agreement-files.ts'
import { badInput, type Context } from './context.ts'

/** `offtake check FILE…`: what an agreement says, in sentences, or everything that is wrong with it. */
export const addCheck = (program: Command, context: Context): void => {
  program
    .command('check')
    .description('say in sentences what an agreement means, or everything that is wrong with it')
    .argument('<file...>', 'the agreement, YAML or JSON; several are its versions')
    .action((files: string[]) => void (process.exitCode = check(files, context)))
}

const check = (files: readonly string[], context: Context): number => {
  const schedule = readSchedule(files, context)
  if (schedule === undefined) return badInput
  const said = sentences(schedule, clauseKinds)
  const clauses = [undefined, ...new Set(schedule.clauses.map(({ id }) => id))]
  context.print(`${schedule.title} (${schedule.agreement})\n`)
  for (const clause of clauses) {
    context.print(`\n${clause === undefined ? 'The agreement' : `Clause ${clause}`}\n`)
    for (const { text, assumed } of said.filter((each) => each.clause === clause))
      context.print(`  ${text}${assumed ? ' [assumed]' : ''}\n`)
  }
  // What the next version has to name in `previous`.
  context.print(`\n${schedule.versions.map(({ version, hash }) => `Version ${version}, sha256 ${hash}\n`).join('')}`)
  return 0
}
