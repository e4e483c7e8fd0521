import type { Store } from '../store/database.ts'
import { makeKeys, type Keys } from '../app/keys.ts'
import { madeUpFirms, makeMadeUpPeople, type MadeUpPeople } from '../app/made-up-people.ts'
import { makePeople, type People } from '../app/people.ts'
import { makeReaderList, type ReaderList } from '../app/readers.ts'
import { makeSessions, type Clocks, type Sessions } from '../app/sessions.ts'
import { makeSignIn, type SignIn } from '../app/sign-in.ts'
import type { LoginMode } from '../store/sessions.ts'
import type { Membership } from '../store/people.ts'
import type { MembershipWire, Role } from '../../wire/access.ts'
import type { Jar } from './cookie.ts'
import { makeProvider, type LoginSettings, type Provider } from './provider.ts'

/** Who is at the door: all that the routes of login, people and keys need. */
export type LoginDesk = Readonly<{
  mode: LoginMode
  /** The clock of this machine, by which sessions and keys end. */
  clock: Clocks['clock']
  jar: Jar
  /** The public address, such as https://offtake.example; undefined where no login is configured. */
  origin: string | undefined
  /** Where people sign in; undefined where no login is configured. */
  provider: Provider | undefined
  /** Who can be signed in as with one click; undefined where login is configured. */
  madeUp: MadeUpPeople | undefined
  sessions: Sessions
  signIn: SignIn
  people: People
  readers: ReaderList
  keys: Keys
  /** The memberships with the names of their parties. */
  named: (memberships: readonly Membership[]) => Promise<MembershipWire[]>
}>

/** The desk of a server with this login, or of one without: there, whoever reaches it may act as anyone. */
export const makeLoginDesk = (store: Store, clocks: Clocks, login: LoginSettings | undefined): LoginDesk => {
  const mode = login === undefined ? 'open' : 'required'
  const sessions = makeSessions(store, mode, clocks)
  const people = makePeople(store, clocks)
  return {
    mode,
    clock: clocks.clock,
    jar: { isSecure: login?.origin.protocol === 'https:' },
    origin: login?.origin.origin,
    provider: login === undefined ? undefined : makeProvider(login),
    madeUp: login === undefined ? makeMadeUpPeople(store, sessions, clocks) : undefined,
    sessions,
    signIn: makeSignIn(store, people, sessions, clocks),
    people,
    readers: makeReaderList(store, clocks),
    keys: makeKeys(store, mode, clocks),
    named: async (memberships) => {
      const parties = memberships.flatMap(({ party }) => (party === null ? [] : [party]))
      const names = await people.partyNames([...new Set(parties)])
      return memberships.map(({ party, role }) => ({
        party,
        partyName: party === null ? null : (names.get(party) ?? madeUpFirms.get(party) ?? party),
        role: role as Role,
      }))
    },
  }
}
