import { z } from 'zod'
import { MembershipShape, roles } from './access.ts'
import { list } from './scalars.ts'

export const partyLengthMax = 100
/** A party as agreements and readings name it. */
export const PartyName = z
  .string()
  .min(1)
  .max(partyLengthMax)
  .regex(/^[^\s\p{Cc}](?:[^\p{Cc}]*[^\s\p{Cc}])?$/u, 'should be the name of a party, such as sharon-ai')

export const MadeUpPeopleShape = z
  .object({
    people: list(
      z
        .object({ person: z.string(), name: z.string(), memberships: list(MembershipShape) })
        .meta({ id: 'MadeUpPerson', description: 'the first of its memberships is what it acts as to begin with' }),
    ),
  })
  .meta({ id: 'MadeUpPeople' })

export const SignInAsShape = z.strictObject({ person: z.string().min(1).max(200) }).meta({ id: 'SignInAs' })
export const SignedOutShape = z.object({ signedOut: z.boolean() }).meta({ id: 'SignedOut' })
export const ActAsShape = z
  .strictObject({ party: PartyName.nullable(), role: z.enum(roles) })
  .meta({ id: 'ActAs', description: 'one of the memberships of the session' })

/** Why nobody was signed in, as the page that says so is told it. */
export const refusedBecause = ['unknown', 'denied', 'failed', 'expired', 'unreachable'] as const
export type RefusedBecause = (typeof refusedBecause)[number]

export type MadeUpPeopleWire = z.infer<typeof MadeUpPeopleShape>
