import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { formatInstant } from '../../core/base/time.ts'
import {
  MembershipChangedShape,
  MembershipChangeShape,
  NewPersonShape,
  PartiesShape,
  peoplePageDefault,
  peoplePageMax,
  PeopleShape,
  PersonShape,
  type PersonWire,
} from '../../wire/people.ts'
import { ProblemShape } from '../../wire/problem.ts'
import type { Refused } from '../app/people.ts'
import type { ListedPerson } from '../store/people.ts'
import { problems } from './agreement-routes.ts'
import type { LoginDesk } from './login-desk.ts'
import { KeyHeaders } from './once.ts'
import { actorOf } from './principal.ts'
import { notFound, Refusal } from './problems.ts'

const writes = { ...problems, 403: ProblemShape, 409: ProblemShape, 422: ProblemShape }
const Person = z.string().regex(/^usr_[\p{L}\p{N}._-]{1,120}$/u, 'should be the id of a person, such as usr_0198…')

/** What cannot be changed as it was asked, each thing by its pointer. */
export const conflict = ({ problems: found }: Refused): Refusal =>
  new Refusal({
    kind: 'cannot-change',
    status: 409,
    title: 'Not changed',
    detail: `${found.map(({ message }) => message).join('; ')}.`,
    errors: found.map(({ pointer, message }) => ({ pointer: `/body${pointer}`, detail: message })),
  })

const toPerson = async ({ person, name, email, madeUp, identity, memberships, seenAt }: ListedPerson, desk: LoginDesk) => ({
  id: person,
  name,
  email,
  madeUp,
  identity,
  memberships: await desk.named(memberships),
  seenAt: seenAt === null ? null : formatInstant(seenAt),
})

const lists = (api: FastifyInstance, desk: LoginDesk): void => {
  const routes = api.withTypeProvider<ZodTypeProvider>()
  routes.get(
    '/api/people',
    {
      config: { needs: 'people:manage' },
      schema: {
        operationId: 'listPeople',
        summary: 'Who may sign in and as what they may act, a page at a time',
        querystring: z.object({
          cursor: Person.optional(),
          limit: z.coerce.number().int().min(1).max(peoplePageMax).default(peoplePageDefault),
        }),
        response: { 200: PeopleShape, ...problems },
      },
    },
    async ({ query: { cursor, limit } }) => {
      const found = await desk.people.list({ after: cursor, limit: limit + 1 })
      const people: PersonWire[] = []
      for (const each of found.slice(0, limit)) people.push(await toPerson(each, desk))
      return { people, next: found.length > limit ? people.at(-1)!.id : null }
    },
  )
  routes.get(
    '/api/parties',
    {
      config: { needs: 'people:manage' },
      schema: {
        operationId: 'listParties',
        summary: 'The parties of the agreements on record, and what each is where',
        response: { 200: PartiesShape, ...problems },
      },
    },
    async () => ({ parties: await desk.people.parties() }),
  )
}

const add = (api: FastifyInstance, { people }: LoginDesk): void => {
  api.withTypeProvider<ZodTypeProvider>().post(
    '/api/people',
    {
      config: { needs: 'people:manage' },
      schema: {
        operationId: 'addPerson',
        summary: 'Adds a person, known by issuer and subject or by an e-mail address that is bound when they first sign in',
        headers: KeyHeaders,
        body: NewPersonShape,
        response: { 200: PersonShape, ...writes },
      },
    },
    async (request) => {
      const { name, email, issuer, subject } = request.body
      const identity = issuer === undefined || subject === undefined ? null : { issuer, subject }
      const answer = await people.add(actorOf(request), { name, email, identity: identity ?? undefined })
      if (answer.kind === 'refused') throw conflict(answer)
      const { person, madeUp } = answer.person
      return { id: person, name, email: answer.person.email, madeUp, identity, memberships: [], seenAt: null }
    },
  )
}

const change = (api: FastifyInstance, desk: LoginDesk): void => {
  api.withTypeProvider<ZodTypeProvider>().post(
    '/api/people/:person/memberships',
    {
      config: { needs: 'people:manage' },
      schema: {
        operationId: 'changeMembership',
        summary: 'Gives a role for a party, or takes it back, which ends what is done by it at once; nobody changes their own',
        params: z.object({ person: Person }),
        headers: KeyHeaders,
        body: MembershipChangeShape,
        response: { 200: MembershipChangedShape, ...writes },
      },
    },
    async (request) => {
      const { person } = request.params
      const { change: which, role, party } = request.body
      const answer = await desk.people.change(actorOf(request), { person, role, party, given: which === 'give' })
      if (answer.kind === 'no person') throw notFound(`There is no person ${person} here; /api/people lists those there are.`)
      if (answer.kind === 'refused') throw conflict(answer)
      const { memberships, sessionsEnded, again } = answer
      return { memberships: await desk.named(memberships), sessionsEnded, again }
    },
  )
}

/** Who may sign in, and as what. */
export const peopleRoutes = async (api: FastifyInstance, desk: LoginDesk): Promise<void> => {
  lists(api, desk)
  add(api, desk)
  change(api, desk)
}
