import { createHmac } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { Role } from '../../wire/access.ts'
import type { Principal } from './principal.ts'

/** Roles that read of tenants and do not learn who they are: an agreement may let them know, and none of its kinds of terms says so yet. */
const without: ReadonlySet<Role> = new Set(['guarantor', 'lender'])

/** Hexadecimal digits of a pseudonym: one in four billion is another tenant's. */
const digits = 8

export const isWithoutTenants = (principal: Principal | undefined): boolean => principal?.role != null && without.has(principal.role)

/**
 * What a party that may not know tenants reads in place of a name: always the same for one tenant and one party, and of no use to compare with another
 * party. `key` never leaves the server, so that names cannot be tried out.
 */
export const pseudonymOf = (key: string, party: string, tenant: string): string =>
  `tenant-${createHmac('sha256', key).update(`${party}\0${tenant}`).digest('hex').slice(0, digits)}`

type OfTenant = Readonly<{ tenant: string | null }>
type Named = Readonly<{ readings: readonly OfTenant[] }>
const hasReadings = (payload: unknown): payload is Named =>
  typeof payload === 'object' && payload !== null && Array.isArray((payload as Partial<Named>).readings)

declare module 'fastify' {
  interface FastifyRequest {
    /** Readings as whoever asks may read them: what is not answered as one JSON document, such as rows, is to go through it. */
    asRead: <T extends OfTenant>(readings: readonly T[]) => Promise<readonly T[]>
  }
}

/** Readings leave with pseudonyms for whoever may not know tenants: every JSON answer with `readings`, and what goes through `asRead`. `keyOf` is asked once. */
export const hideTenants = (api: FastifyInstance, keyOf: () => Promise<string>): void => {
  let key: Promise<string> | undefined
  const asRead = async <T extends OfTenant>(principal: Principal | undefined, readings: readonly T[]): Promise<readonly T[]> => {
    if (!isWithoutTenants(principal)) return readings
    key ??= keyOf()
    const secret = await key
    return readings.map((reading) =>
      typeof reading.tenant === 'string' ? { ...reading, tenant: pseudonymOf(secret, principal!.party ?? '', reading.tenant) } : reading,
    )
  }
  api.decorateRequest('asRead', function (readings) {
    return asRead(this.principal, readings)
  })
  api.addHook('preSerialization', async ({ principal }, _, payload) =>
    hasReadings(payload) ? { ...payload, readings: await asRead(principal, payload.readings) } : payload,
  )
}
