import type { Command } from 'commander'
import { describeProblem } from '../core/base/problem.ts'
import { readDocument } from '../core/terms/read-document.ts'
import { loadAgreement } from '../server/app/load-agreement.ts'
import { loadPortfolio } from '../server/app/load-portfolio.ts'
import type { Store } from '../server/store/database.ts'
import { readText } from './agreement-files.ts'
import { badInput, type Context } from './context.ts'
import { withStore } from './with-store.ts'

/** `offtake load FILE…`: versions of agreements and of portfolios, in the order given. */
export const addLoad = (program: Command, context: Context): void => {
  program
    .command('load')
    .description('put a version of an agreement on record, as signed; or of a portfolio')
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
    if (isPortfolio(document)) {
      if (!(await loadHeld(store, { path, document }, context))) return badInput
      continue
    }
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

/** A portfolio says so by its key. */
const isPortfolio = (document: string): boolean => {
  const read = readDocument(document)
  return (
    'value' in read && typeof read.value === 'object' && read.value !== null && 'portfolio' in read.value && !('agreement' in read.value)
  )
}

const loadHeld = async (store: Store, { path, document }: Signed, context: Context): Promise<boolean> => {
  const answer = await loadPortfolio(store, { document, now: context.now(), by: 'offtake load' })
  if (answer.kind === 'refused') {
    for (const problem of answer.problems) context.say(describeProblem(path, problem))
    context.say(`${path}: nothing of it was loaded`)
    return false
  }
  const { portfolio, version, again, hash } = answer
  context.print(`portfolio ${portfolio.portfolio} version ${version} ${again ? 'was on record already' : 'is on record'}, ${hash}\n`)
  return true
}
