import { z } from 'zod'
import { MembershipShape, permissionNames, type Permission } from './access.ts'
import { Instant, list } from './scalars.ts'

export const keysPageDefault = 50
export const keysPageMax = 200
/** Days after which a key expires at the latest. */
export const keyDaysMax = 366

const Scopes = z
  .array(z.enum(permissionNames as [Permission, ...Permission[]]))
  .min(1)
  .max(permissionNames.length)

export const KeyShape = z
  .object({
    id: z.string(),
    name: z.string(),
    madeBy: z.object({ id: z.string(), name: z.string() }),
    as: MembershipShape.meta({ description: 'what it acts as: what its maker acted as' }),
    scopes: list(z.string()),
    madeAt: Instant,
    expiresAt: Instant,
    usedAt: Instant.nullable(),
    revokedAt: Instant.nullable(),
    state: z.enum(['holds', 'expired', 'revoked', 'ended']).meta({ description: 'ended: with the role of its maker, for good' }),
  })
  .meta({ id: 'Key' })
export const KeysShape = z
  .object({
    keys: list(KeyShape),
    next: z.string().nullable(),
    scopes: list(z.string()).meta({ description: 'what a new key can be given' }),
  })
  .meta({ id: 'Keys' })

export const NewKeyShape = z
  .strictObject({
    name: z.string().trim().min(1).max(100),
    scopes: Scopes,
    days: z.int().min(1).max(keyDaysMax).default(90),
  })
  .meta({ id: 'NewKey' })
export const MadeKeyShape = z
  .object({
    key: KeyShape,
    token: z.string().nullable().meta({
      description: 'what to send as `Authorization: Bearer`: told once, and null where this was asked again under one Idempotency-Key',
    }),
  })
  .meta({ id: 'MadeKey' })

export type KeyWire = z.infer<typeof KeyShape>
export type KeysWire = z.infer<typeof KeysShape>
export type MadeKeyWire = z.infer<typeof MadeKeyShape>
