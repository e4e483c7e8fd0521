import { z } from 'zod'
import { list } from './scalars.ts'

/** What somebody is for a party: what they may do follows from it, and what they see from the party. */
export const roles = ['operator', 'guarantor', 'tenant', 'lender', 'auditor', 'administrator'] as const
export type Role = (typeof roles)[number]

/** What can be done over HTTP, and by which roles. A key has the ones that it was given, and never more than its maker. */
export const permissions = {
  'agreements:read': ['operator', 'guarantor', 'lender', 'auditor'],
  'agreements:amend': ['operator', 'guarantor'],
  'statements:read': ['operator', 'guarantor', 'lender', 'auditor'],
  'statements:prepare': ['operator'],
  'statements:approve': ['operator', 'guarantor'],
  'disputes:raise': ['operator', 'guarantor'],
  'readings:read': ['operator', 'guarantor', 'auditor'],
  'readings:write': ['operator'],
  'factories:read': ['operator', 'guarantor', 'auditor'],
  'claims:read': ['operator', 'guarantor', 'auditor'],
  'claims:decide': ['guarantor'],
  'orders:read': ['operator', 'tenant', 'auditor'],
  'portfolio:read': ['guarantor', 'auditor'],
  'register:read': ['operator', 'guarantor', 'lender', 'auditor'],
  'ledger:read': ['operator', 'guarantor', 'auditor'],
  'audit:read': ['operator', 'guarantor', 'auditor', 'administrator'],
  'feeds:read': ['operator', 'administrator'],
  'people:manage': ['administrator'],
  'keys:manage': ['operator', 'guarantor', 'lender', 'auditor', 'administrator'],
  'webhooks:manage': ['operator', 'guarantor', 'administrator'],
  'sandbox:advance': ['operator', 'guarantor', 'administrator'],
} as const satisfies Readonly<Record<string, readonly Role[]>>
export type Permission = keyof typeof permissions
export const permissionNames = Object.keys(permissions) as Permission[]

/** What a role may do. */
export const permissionsOf = (role: Role): Permission[] =>
  permissionNames.filter((permission) => (permissions[permission] as readonly Role[]).includes(role))

/** What only a person may do: a key approves nothing, and gives nothing to anybody. */
export const personal: readonly Permission[] = ['statements:approve', 'people:manage', 'keys:manage']

/** What a key of this role can be given. */
export const keyScopesOf = (role: Role): Permission[] => permissionsOf(role).filter((permission) => !personal.includes(permission))

export const MembershipShape = z
  .object({
    party: z.string().nullable().meta({ description: 'null for an administrator: of this installation, not of a party' }),
    partyName: z.string().nullable(),
    role: z.enum(roles),
  })
  .meta({ id: 'Membership' })

export const SessionShape = z
  .object({
    login: z.enum(['open', 'required']).meta({
      description: 'open: no login is configured, so that whoever reaches this machine may act as anyone; it listens on loopback alone',
    }),
    provider: z.string().nullable().meta({ description: 'host of the identity provider; null where no login is configured' }),
    demo: z.boolean().meta({ description: 'what is shown is made up' }),
    person: z.object({ id: z.string(), name: z.string() }).nullable().meta({ description: 'null: nobody has signed in' }),
    acting: MembershipShape.nullable(),
    memberships: list(MembershipShape).meta({ description: 'all that this person may act as' }),
    may: list(z.enum(permissionNames as [Permission, ...Permission[]])),
    sandbox: z.boolean().meta({ description: 'time here is moved by hand' }),
  })
  .meta({ id: 'Session' })

export type MembershipWire = z.infer<typeof MembershipShape>
export type SessionWire = z.infer<typeof SessionShape>
