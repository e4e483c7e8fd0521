import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Party } from '../../core/terms/agreement.ts'
import { permissionNames, permissions, type Permission, type Role } from '../../wire/access.ts'
import type { Actor } from '../store/audit.ts'
import { everything, nothing, type Reach } from '../store/reach.ts'
import { Refusal } from './problems.ts'

/** On whose behalf a request is made, and what may be done and seen by it. */
export type Principal = Readonly<{
  kind: 'person' | 'key' | 'local'
  /** `usr_…`, `key_…`; `local` is whoever is at this machine, where no login is configured. */
  id: string
  name: string
  /** What it acts as. Null for `local`, which is nobody in particular. */
  role: Role | null
  party: string | null
  may: readonly Permission[]
  reach: Reach
}>

/** Nobody in particular at the loopback address of a server without login: they own this database, and see all of it. */
export const local: Principal = {
  kind: 'local',
  id: 'local',
  name: 'console',
  role: null,
  party: null,
  may: permissionNames,
  reach: everything,
}

/** Finds on whose behalf a request is made; undefined where it is not known. */
export type Identify = (request: FastifyRequest) => Promise<Principal | undefined>

/** What a route asks of whoever calls it: a permission, that they are known, or nothing. */
export type Needs = Permission | 'somebody' | 'nothing'

/** A route and what it asks of whoever calls it. */
export type RouteRow = Readonly<{ method: string; url: string; operation: string | undefined; needs: Needs }>

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Every route of the API has it; a server with one that has not does not start. */
    needs?: Needs
  }
  interface FastifyInstance {
    /** Every route of the API, in the order in which they were added. */
    routeTable: RouteRow[]
  }
  interface FastifyRequest {
    /** Undefined on routes that need nothing, where nobody is known. */
    principal: Principal | undefined
  }
}

/** What can be seen by a request: nothing where nobody is known. */
export const reachOf = ({ principal }: FastifyRequest): Reach => principal?.reach ?? nothing

/** Whoever calls a route that needs somebody. */
export const principalOf = ({ principal, headers }: FastifyRequest): Principal => {
  if (principal === undefined) throw headers.authorization === undefined ? unknown : noSuchKey
  return principal
}

/** Who does what this request asks for, as the audit log names them. */
export const actorOf = (request: FastifyRequest): Actor => {
  const { id, name, party, role } = principalOf(request)
  return { id, name, party, role, origin: request.ip, request: request.id }
}

const unknown = new Refusal({
  kind: 'not-signed-in',
  status: 401,
  title: 'Nobody is signed in',
  detail: 'Sign in, or send `Authorization: Bearer` with a key: settings, keys.',
})

// One answer for all that can be wrong with a key: more would tell a stranger which keys there are.
const noSuchKey = new Refusal({
  kind: 'not-signed-in',
  status: 401,
  title: 'The key does not hold',
  detail:
    'The request brings `Authorization`, and no key that holds: it is not `Bearer` with a key that is known here, or the key was revoked, expired, or ended with what its maker may. Settings, keys shows yours and makes another.',
})

/** Whether this principal may do it, or the refusal that says who may. */
export const allow = (principal: Principal, needs: Permission): void => {
  if (principal.may.includes(needs)) return
  const who = permissions[needs].join(', ')
  const as = principal.role === null ? '' : `, not to ${principal.role}`
  throw new Refusal({
    kind: 'not-allowed',
    status: 403,
    title: 'Not allowed',
    detail:
      principal.kind === 'key'
        ? `This key does not have ${needs}. Who may: ${who}; a key has what it was given when it was made.`
        : `${needs} is given to ${who}${as}. An administrator of this installation gives roles.`,
  })
}

/**
 * Refuses whoever is not one of these in this agreement: a person acts for a party, and a party is what the terms say it is. Whoever owns this
 * database may act as any.
 */
export const mustBe = (
  { kind, party, role }: Principal,
  { agreement, parties }: Readonly<{ agreement: string; parties: readonly Party[] }>,
  wanted: readonly Role[],
): void => {
  if (kind === 'local') return
  const part = parties.find(({ id }) => id === party)?.role
  if (part !== undefined && part === role && wanted.includes(part)) return
  throw new Refusal({
    kind: 'not-allowed',
    status: 403,
    title: 'Not allowed',
    detail: `This is for the ${wanted.join(' or the ')} of ${agreement}; ${party ?? 'nobody'} is ${part === undefined ? 'none of its parties' : `its ${part}`}, and you act as ${role ?? 'nobody'}.`,
  })
}

/** Finds out on whose behalf each request is made, and refuses it before its body is read where they may not. */
export const guardAccess = (
  api: FastifyInstance,
  identify: Identify,
  count: (request: FastifyRequest, reply: FastifyReply) => void = () => {},
): void => {
  api.decorateRequest('principal', undefined)
  const table: RouteRow[] = []
  api.decorate('routeTable', table)
  api.addHook('onRoute', ({ url, config, method, schema }) => {
    if (!url.startsWith('/api/')) return
    if (config?.needs === undefined) throw new Error(`${String(method)} ${url} does not say what it needs: config.needs`)
    const { operationId: operation } = (schema ?? {}) as { operationId?: string }
    // What answers GET answers HEAD too, by the same rule.
    for (const each of [method].flat()) if (each !== 'HEAD') table.push({ method: each, url, operation, needs: config.needs })
  })
  api.addHook('onRequest', async (request, reply) => {
    const { needs } = request.routeOptions.config
    if (needs === undefined) return
    request.principal = await identify(request)
    count(request, reply)
    if (needs === 'nothing') return
    const principal = principalOf(request)
    if (needs !== 'somebody') allow(principal, needs)
  })
}

/** What may be read on behalf of a request. */
export type SourceOf<T> = (request: FastifyRequest) => T
