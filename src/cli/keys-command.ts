import { InvalidArgumentError, type Command } from 'commander'
import { formatInstant } from '../core/base/time.ts'
import { keysPerPersonMax, makeKeys, type Keys } from '../server/app/keys.ts'
import { keyScopesOf, roles, type Role } from '../wire/access.ts'
import { keyDaysMax } from '../wire/key.ts'
import { badInput, failure, type Context } from './context.ts'
import { withStore } from './with-store.ts'

const by = 'offtake keys'
/** Keys that are read at once. */
const pageMax = 200
const daysUsual = 90

const readDays = (text: string): number => {
  const days = Number(text)
  if (!/^\d{1,4}$/.test(text) || days < 1 || days > keyDaysMax) throw new InvalidArgumentError(`It is a number from 1 to ${keyDaysMax}.`)
  return days
}

type MakeOptions = Readonly<{ person: string; role: string; party?: string; scope: readonly string[]; days: number }>

/** `offtake keys`: keys of programs that send and ask over HTTP. */
export const addKeys = (program: Command, context: Context): void => {
  const commands = program.command('keys').description('make, list and revoke the keys of programs (docs/access.md)')
  const withKeys = (work: (keys: Keys) => Promise<number>) =>
    withStore(context, (store, now) => work(makeKeys(store, 'required', { now, clock: context.clock })))
  commands
    .command('add <name>')
    .description('make a key that acts as a person does; prints it, this once')
    .requiredOption('--person <id>', 'who answers for it')
    .requiredOption('--role <role>', 'as what it acts')
    .option('--party <party>', 'for whom')
    .requiredOption('--scope <permission...>', 'what it may do, such as readings:write')
    .option('--days <n>', 'until it expires', readDays, daysUsual)
    .action(async (name: string, options: MakeOptions) => {
      process.exitCode = await withKeys((keys) => make(keys, name, options, context))
    })
  commands
    .command('list')
    .description('print all keys, the latest first')
    .action(async () => {
      process.exitCode = await withKeys((keys) => list(keys, context))
    })
  commands
    .command('revoke <key>')
    .description('end a key at once')
    .action(async (key: string) => {
      process.exitCode = await withKeys(async (keys) => {
        if ((await keys.revoke(by, { kind: 'all' }, key)) !== undefined) return context.print(`${key} is revoked\n`) ?? 0
        context.say(`there is no key ${key}; offtake keys list says which there are`)
        return badInput
      })
    })
}

/** What is wrong with what was asked for, all of it. */
const problemsOf = (name: string, { role, party, scope }: MakeOptions): string[] => {
  if (!(roles as readonly string[]).includes(role)) return [`there is no role ${role}; there are ${roles.join(', ')}`]
  const allowed: readonly string[] = keyScopesOf(role as Role)
  return [
    ...(name.trim() === '' || name.length > 100 ? ['a name has 1 to 100 characters'] : []),
    ...((role === 'administrator') === (party === undefined) ? [] : ['--party is wanted for every role but administrator, which has none']),
    ...scope.filter((each) => !allowed.includes(each)).map((each) => `${each} is not for a key of ${role}: ${allowed.join(', ')}`),
  ]
}

const make = async (keys: Keys, name: string, options: MakeOptions, { say, print }: Context): Promise<number> => {
  const problems = problemsOf(name, options)
  for (const problem of problems) say(problem)
  if (problems.length > 0) return badInput
  const { person, role, party = null, scope, days } = options
  const made = await keys.make(by, { person, as: { role, party } }, { name: name.trim(), scopes: scope, days })
  if (made.kind === 'made') {
    say(`${made.key.key} expires ${formatInstant(made.key.expiresAt)}; what follows is told this once: Authorization: Bearer …`)
    return print(`${made.token}\n`) ?? 0
  }
  say(
    made.reason === 'too many'
      ? `${person} has ${keysPerPersonMax} keys that hold, and no more can be made: revoke one first`
      : `${person} is not ${role}${party === null ? '' : ` for ${party}`}; offtake people list says who is what`,
  )
  return failure
}

const list = async (keys: Keys, { print }: Context): Promise<number> => {
  let before: string | undefined
  do {
    const page = await keys.list({ kind: 'all' }, { before, limit: pageMax })
    for (const { key, name, madeBy, role, party, scopes, expiresAt, usedAt, revokedAt, endedWithRole } of page) {
      const state =
        revokedAt === null
          ? `until ${formatInstant(expiresAt)}`
          : `${endedWithRole ? 'ended with its role' : 'revoked'} ${formatInstant(revokedAt)}`
      const used = usedAt === null ? 'never used' : `used ${formatInstant(usedAt)}`
      print(`${[key, name, madeBy, `${role} ${party ?? ''}`.trim(), scopes.join(' '), state, used].join('\t')}\n`)
    }
    before = page.length === pageMax ? page.at(-1)!.key : undefined
  } while (before !== undefined)
  return 0
}
