import type { FastifyRequest } from 'fastify'
import { permissionsOf, type Permission, type Role } from '../../wire/access.ts'
import type { KeyRecord } from '../store/keys.ts'
import { nothing, type Reach } from '../store/reach.ts'
import type { FoundSession } from '../store/sessions.ts'
import { readCookie } from './cookie.ts'
import type { LoginDesk } from './login-desk.ts'
import { local, type Identify, type Principal } from './principal.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The session of the cookie, where it is one that goes on. */
    signedIn: FoundSession | undefined
  }
}

const reachOf = (party: string | null, role: string): Reach => (party === null ? nothing : { kind: 'party', party, role })

/** A person may what they act as may. */
export const personOf = ({ person, name, acting }: FoundSession): Principal => ({
  kind: 'person',
  id: person,
  name,
  role: (acting?.role ?? null) as Role | null,
  party: acting?.party ?? null,
  may: acting === null ? [] : permissionsOf(acting.role as Role),
  reach: acting === null ? nothing : reachOf(acting.party, acting.role),
})

/** A key may what it was given of what its role may now. */
export const keyOf = ({ key, name, role, party, scopes }: KeyRecord): Principal => ({
  kind: 'key',
  id: key,
  name,
  role: role as Role,
  party,
  may: permissionsOf(role as Role).filter((permission: Permission) => scopes.includes(permission)),
  reach: reachOf(party, role),
})

const bearer = /^Bearer +(\S+) *$/i

/** Finds out by key or cookie. Whoever brings neither is local where no login is configured; whoever brings one that does not hold is nobody. */
export const makeIdentify =
  ({ mode, jar, keys, sessions }: LoginDesk): Identify =>
  async (request: FastifyRequest) => {
    const { authorization } = request.headers
    if (authorization !== undefined) {
      const key = await keys.recognise(bearer.exec(authorization)?.[1] ?? '')
      return key === undefined ? undefined : keyOf(key)
    }
    const token = readCookie(jar, request, 'session')
    if (token === undefined) return mode === 'open' ? local : undefined
    request.signedIn = await sessions.find(token)
    return request.signedIn === undefined ? undefined : personOf(request.signedIn)
  }
