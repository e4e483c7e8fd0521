import type { Command } from 'commander'
import { makePeople, type Changed, type People } from '../server/app/people.ts'
import type { Membership } from '../server/store/people.ts'
import { roles } from '../wire/access.ts'
import { MembershipChangeShape, NewPersonShape } from '../wire/people.ts'
import { badInput, failure, type Context } from './context.ts'
import { withStore } from './with-store.ts'

/** Whom the audit log names. */
const by = 'offtake people'
/** People that are read at once. */
const pageMax = 200

type AddOptions = Readonly<{ email?: string; issuer?: string; subject?: string }>

/** `offtake people`: who may sign in, and as what. The first administrator comes from here. */
export const addPeople = (program: Command, context: Context): void => {
  const people = program.command('people').description('say who may sign in, and as what (docs/access.md)')
  const withPeople = (work: (people: People) => Promise<number>) =>
    withStore(context, (store, now) => work(makePeople(store, { now, clock: context.clock })))
  people
    .command('add <name>')
    .description('add a person, known by e-mail or by issuer and subject when they first sign in; prints their id')
    .option('--email <address>', 'bound to whoever first signs in with it, verified by the identity provider')
    .option('--issuer <url>', 'identity provider')
    .option('--subject <id>', 'what it calls them')
    .action(async (name: string, options: AddOptions) => {
      process.exitCode = await withPeople((all) => add(all, name, options, context))
    })
  people
    .command('list')
    .description('print everybody, and as what they may act')
    .action(async () => {
      process.exitCode = await withPeople((all) => list(all, context))
    })
  for (const [word, given, does] of [
    ['give', true, 'give a person a role, for a party unless it is administrator'],
    ['take', false, 'take a role back: what is done by it ends at once'],
  ] as const)
    people
      .command(`${word} <person> <role> [party]`)
      .description(does)
      .action(async (person: string, role: string, party: string | undefined) => {
        process.exitCode = await withPeople((all) => change(all, { person, role, party: party ?? null, given }, context))
      })
}

type Issue = Readonly<{ path: readonly PropertyKey[]; message: string }>
const sayIssues = (issues: readonly Issue[], { say }: Context): number => {
  for (const { path, message } of issues) say(path.length === 0 ? message : `${path.map(String).join('.')} ${message}`)
  return badInput
}

const add = async (people: People, name: string, options: AddOptions, context: Context): Promise<number> => {
  const read = NewPersonShape.safeParse({ name, ...options })
  if (!read.success) return sayIssues(read.error.issues, context)
  const { email, issuer, subject } = read.data
  const identity = issuer === undefined || subject === undefined ? undefined : { issuer, subject }
  const answer = await people.add(by, { name: read.data.name, email, identity })
  if (answer.kind === 'added') return context.print(`${answer.person.person}\n`) ?? 0
  for (const { message } of answer.problems) context.say(message)
  return failure
}

const wordOf = ({ role, party }: Membership): string => (party === null ? role : `${role} for ${party}`)

const list = async (people: People, { print }: Context): Promise<number> => {
  let after: string | undefined
  do {
    const page = await people.list({ after, limit: pageMax })
    for (const { person, name, email, identity, memberships } of page) {
      const known = identity === null ? (email ?? 'made up') : `${identity.subject} at ${identity.issuer}`
      print(`${[person, name, known, memberships.map(wordOf).join(', ') || 'no role'].join('\t')}\n`)
    }
    after = page.length === pageMax ? page.at(-1)!.person : undefined
  } while (after !== undefined)
  return 0
}

const change = async (
  people: People,
  { person, given, role, party }: Membership & Readonly<{ person: string; given: boolean }>,
  context: Context,
): Promise<number> => {
  const { say, print } = context
  const read = MembershipChangeShape.safeParse({ change: given ? 'give' : 'take-back', role, party })
  if (!read.success) {
    if (!(roles as readonly string[]).includes(role)) say(`there is no role ${role}; there are ${roles.join(', ')}`)
    else sayIssues(read.error.issues, context)
    return badInput
  }
  const answer: Changed = await people.change(by, { person, role, party, given })
  if (answer.kind === 'no person') {
    say(`there is no person ${person}; offtake people list says who there is`)
    return badInput
  }
  if (answer.kind === 'refused') {
    for (const { message } of answer.problems) say(message)
    return failure
  }
  const ended = answer.sessionsEnded === 0 ? '' : `; ${answer.sessionsEnded} sessions ended`
  print(`${person}: ${answer.memberships.map(wordOf).join(', ') || 'no role'}${ended}\n`)
  return 0
}
