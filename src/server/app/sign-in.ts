import { appendDeed } from '../store/audit.ts'
import type { Store } from '../store/database.ts'
import { inTransaction } from '../store/transaction.ts'
import type { Claimed, People } from './people.ts'
import type { Begun, Clocks, From, Sessions } from './sessions.ts'

/** Signs in whom an identity provider vouches for; undefined, and a deed all the same, where they are nobody here. */
export const makeSignIn =
  (store: Store, people: People, sessions: Sessions, { now }: Clocks) =>
  (claimed: Claimed, from: From): Promise<Begun | undefined> =>
    inTransaction(store, async (tx) => {
      const { issuer, subject, email = null, name = null } = claimed
      const person = await people.recognise(tx, claimed, from)
      if (person !== undefined) return sessions.begin(tx, person.person, { from, detail: { issuer } })
      const by = { id: 'nobody', name: name ?? email ?? subject, party: null, role: null, ...from }
      const detail = { issuer, subject, email, name, why: 'nobody on record has this subject or verified address' }
      await appendDeed(tx.queries, { at: now(), by, action: 'refuse-sign-in', subject: email ?? subject, detail })
      return undefined
    })
export type SignIn = ReturnType<typeof makeSignIn>
