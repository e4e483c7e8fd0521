import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { SessionShape, type Role } from '../../wire/access.ts'
import { MadeUpPeopleShape, SignInAsShape } from '../../wire/login.ts'
import { ProblemShape } from '../../wire/problem.ts'
import type { MadeUpPeople } from '../app/made-up-people.ts'
import { problems } from './agreement-routes.ts'
import { setCookie } from './cookie.ts'
import { personOf } from './identify.ts'
import type { LoginDesk } from './login-desk.ts'
import { notFound } from './problems.ts'
import { fromOf, toSession, type SessionOptions } from './session-routes.ts'

/** Signing in with one click, where no login is configured; a server with login has none of this. */
export const openLoginRoutes = async (
  api: FastifyInstance,
  options: SessionOptions,
  { jar, madeUp }: LoginDesk & Readonly<{ madeUp: MadeUpPeople }>,
): Promise<void> => {
  const routes = api.withTypeProvider<ZodTypeProvider>()
  routes.get(
    '/api/login/people',
    {
      config: { needs: 'nothing' },
      schema: {
        operationId: 'listMadeUpPeople',
        summary: 'Made-up people for the roles of the agreements on record, to sign in as; only where no login is configured',
        response: { 200: MadeUpPeopleShape, 500: ProblemShape },
      },
    },
    async () => ({
      people: (await madeUp.list()).map(({ person, name, memberships }) => ({
        person,
        name,
        memberships: memberships.map((each) => ({ ...each, role: each.role as Role })),
      })),
    }),
  )
  routes.post(
    '/api/login/as',
    {
      config: { needs: 'nothing' },
      schema: {
        operationId: 'signInAs',
        summary: 'Signs in as one of the made-up people; only where no login is configured',
        body: SignInAsShape,
        response: { 200: SessionShape, ...problems, 403: ProblemShape },
      },
    },
    async (request, reply) => {
      const begun = await madeUp.signIn(request.body.person, fromOf(request))
      if (begun === undefined)
        throw notFound(`Nobody here is called ${request.body.person}; /api/login/people lists whom one can sign in as.`)
      setCookie(jar, request, reply, 'session', begun.token)
      request.signedIn = begun.found
      return toSession(personOf(begun.found), request, options)
    },
  )
}
