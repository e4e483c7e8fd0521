import { z } from 'zod'
import { MembershipShape, roles } from './access.ts'
import { PartyName } from './login.ts'
import { AgreementName, Instant, list } from './scalars.ts'

export const peoplePageDefault = 50
export const peoplePageMax = 200
export const readersPageDefault = 100
export const readersPageMax = 500

export const PersonShape = z
  .object({
    id: z.string(),
    name: z.string(),
    email: z.string().nullable(),
    identity: z
      .object({ issuer: z.string(), subject: z.string() })
      .nullable()
      .meta({ description: 'null until they first sign in, where they were added by e-mail' }),
    madeUp: z.boolean().meta({ description: 'one of those that a server without login offers to sign in as' }),
    memberships: list(MembershipShape),
    seenAt: Instant.nullable().meta({ description: 'when a session of theirs was last used' }),
  })
  .meta({ id: 'Person' })

export const PeopleShape = z.object({ people: list(PersonShape), next: z.string().nullable() }).meta({ id: 'People' })

const url = z.url({ protocol: /^https?$/ }).max(500)
export const NewPersonShape = z
  .strictObject({
    name: z.string().trim().min(1).max(200),
    email: z.email().max(320).optional(),
    issuer: url.optional(),
    subject: z.string().min(1).max(255).optional(),
  })
  .refine(({ email, subject }) => email !== undefined || subject !== undefined, {
    path: ['email'],
    message: 'should be there where no subject is: it is how they are known when they first sign in',
  })
  .refine(({ issuer, subject }) => (issuer === undefined) === (subject === undefined), {
    path: ['issuer'],
    message: 'should be there with a subject, and only with one',
  })
  .meta({ id: 'NewPerson' })

export const MembershipChangeShape = z
  .strictObject({
    change: z.enum(['give', 'take-back']),
    role: z.enum(roles),
    party: PartyName.nullable().meta({ description: 'null for an administrator, who is of this installation' }),
  })
  .refine(({ role, party }) => (role === 'administrator') === (party === null), {
    path: ['party'],
    message: 'should be null for an administrator, and a party for every other role',
  })
  .meta({ id: 'MembershipChange' })

export const MembershipChangedShape = z
  .object({ memberships: list(MembershipShape), sessionsEnded: z.int().min(0), again: z.boolean() })
  .meta({ id: 'MembershipChanged' })

export const PartiesShape = z
  .object({
    parties: list(z.object({ party: z.string(), name: z.string(), roles: list(z.string()), agreements: list(z.string()) })),
  })
  .meta({ id: 'Parties', description: 'the parties of the agreements on record' })

export const ReaderShape = z
  .object({ agreement: z.string(), party: z.string(), role: z.enum(['lender', 'auditor']), recordedAt: Instant })
  .meta({ id: 'Reader' })
export const ReadersShape = z.object({ readers: list(ReaderShape), next: z.string().nullable() }).meta({ id: 'Readers' })
export const ReaderChangeShape = z
  .strictObject({ change: z.enum(['give', 'take-back']), agreement: AgreementName, party: PartyName, role: z.enum(['lender', 'auditor']) })
  .meta({ id: 'ReaderChange' })
export const ReaderChangedShape = z.object({ again: z.boolean() }).meta({ id: 'ReaderChanged' })

export type PersonWire = z.infer<typeof PersonShape>
export type PeopleWire = z.infer<typeof PeopleShape>
export type PartiesWire = z.infer<typeof PartiesShape>
export type ReadersWire = z.infer<typeof ReadersShape>
export type MembershipChangedWire = z.infer<typeof MembershipChangedShape>
