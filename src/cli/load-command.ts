import type { Command } from 'commander'
import { describeProblem } from '../core/base/problem.ts'
import { loadAgreement } from '../server/app/load-agreement.ts'
import type { Store } from '../server/store/database.ts'
import { readText } from './agreement-files.ts'
import { badInput, type Context } from './context.ts'
import { withStore } from './with-store.ts'

/** `offtake load FILE…`: versions of agreements, in the order given. */
export const addLoad = (program: Command, context: Context): void => {
  program
    .command('load')
    .description('put a version of an agreement on record, as signed')
    .argument('<file...>', 'YAML or JSON; versions in order')
    .action(async (files: string[]) => {
      const texts = files.map((path) => ({ path, document: readText(path, context) }))
      const readable = texts.every(({ document }) => document !== undefined)
      process.exitCode = readable ? await withStore(context, (store, now) => load(store, texts as Signed[], { ...context, now })) : badInput
    })
}

type Signed = Readonly<{ path: string; document: string }>

const load = async (store: Store, files: readonly Signed[], context: Context): Promise<number> => {
  for (const { path, document } of files) {
    const answer = await loadAgreement(store, { document, now: context.now(), by: 'offtake load' })
    if (answer.kind === 'refused') {
      for (const problem of answer.problems) context.say(describeProblem(path, problem))
      context.say(`${path}: nothing of it was loaded`)
      return badInput
    }
    const { agreement, version } = answer.agreement
    context.print(`${agreement} version ${version} ${answer.again ? 'was on record already' : 'is on record'}, ${answer.hash}\n`)
  }
  return 0
}
