import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import type { MembershipWire, Permission, SessionWire } from '../wire/access.ts'
import type { MadeUpPeopleWire } from '../wire/login.ts'
import { getJson, postJson } from './fetch.ts'

/** Who is signed in. Asked once, and again whenever a request is answered that nobody is. */
export const session = queryOptions({
  queryKey: ['session'],
  queryFn: ({ signal }) => getJson<SessionWire>('/api/session', signal),
  staleTime: Infinity,
})

/** Whom one can sign in as with one click, where no login is configured. */
export const madeUpPeople = queryOptions({
  queryKey: ['made-up-people'],
  queryFn: ({ signal }) => getJson<MadeUpPeopleWire>('/api/login/people', signal),
  // An agreement that was put in force a moment ago brings people with it.
  staleTime: 0,
})

/** Who is signed in; undefined until that is known. */
export const useSession = (): SessionWire | undefined => useQuery(session).data

/** Whether whoever is signed in may do this, as they act now: what they may not do has no button. */
export const useMay = (permission: Permission): boolean => useSession()?.may.includes(permission) ?? false

/** As what whoever is signed in acts now: for "you", and for what opens first. Null while nobody does, or while it is not known. */
export const useActing = (): MembershipWire | null => useSession()?.acting ?? null

/** Acts that change who one is. All that was read before is forgotten: it was read as somebody else. */
export const useIdentity = () => {
  const client = useQueryClient()
  const become = (who: SessionWire): void => {
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' })
    client.setQueryData(session.queryKey, who)
  }
  return {
    signInAs: async (person: string) => become(await postJson<SessionWire>('/api/login/as', { person }, crypto.randomUUID())),
    actAs: async ({ party, role }: MembershipWire) => {
      const who = await postJson<SessionWire>('/api/session/acting', { party, role }, crypto.randomUUID())
      client.setQueryData(session.queryKey, who)
      await client.resetQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' })
    },
    signOut: async () => {
      await postJson('/api/logout', {}, crypto.randomUUID())
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' })
      await client.refetchQueries({ queryKey: session.queryKey })
    },
  }
}
