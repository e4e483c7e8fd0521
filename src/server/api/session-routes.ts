import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { SessionShape, type SessionWire } from '../../wire/access.ts'
import { ActAsShape, SignedOutShape } from '../../wire/login.ts'
import { ProblemShape } from '../../wire/problem.ts'
import { problems } from './agreement-routes.ts'
import { dropCookie } from './cookie.ts'
import { personOf } from './identify.ts'
import type { LoginDesk } from './login-desk.ts'
import { Refusal } from './problems.ts'
import type { Principal } from './principal.ts'

export type SessionOptions = Readonly<{ demo?: boolean; sandbox?: () => boolean; login?: LoginDesk | undefined }>

/** Who this is to the session: nobody where a request is nobody's in particular, or a program's. */
const personIn = (principal: Principal | undefined) =>
  principal === undefined || principal.kind === 'local' ? null : { id: principal.id, name: principal.name }

export const toSession = async (
  principal: Principal | undefined,
  request: FastifyRequest,
  options: SessionOptions,
): Promise<SessionWire> => {
  const { demo = false, sandbox = () => false, login } = options
  const acting = principal === undefined || principal.role === null ? null : { party: principal.party, role: principal.role }
  const held = request.signedIn?.memberships ?? (acting === null ? [] : [acting])
  const memberships =
    login === undefined
      ? held.map(({ party, role }) => ({ party, partyName: party, role: role as NonNullable<Principal['role']> }))
      : await login.named(held)
  return {
    login: login?.mode ?? 'open',
    provider: login?.provider?.host ?? null,
    demo,
    sandbox: sandbox(),
    person: personIn(principal),
    acting: memberships.find(({ party, role }) => party === acting?.party && role === acting.role) ?? null,
    memberships,
    may: [...(principal?.may ?? [])],
  }
}

/** From where a request comes, for the audit log. */
export const fromOf = ({ ip, id }: FastifyRequest) => ({ origin: ip, request: id })

const notSignedIn = new Refusal({
  kind: 'not-signed-in',
  status: 401,
  title: 'Nobody is signed in',
  detail: 'What somebody acts as belongs to a session: sign in first. A key acts as what it was made for.',
})

const actAs = (api: FastifyInstance, options: SessionOptions, { sessions }: LoginDesk): void => {
  api.withTypeProvider<ZodTypeProvider>().post(
    '/api/session/acting',
    {
      config: { needs: 'somebody' },
      schema: {
        operationId: 'actAs',
        summary: 'Acts as another of the things that this person may act as, from now on',
        body: ActAsShape,
        response: { 200: SessionShape, ...problems, 401: ProblemShape, 403: ProblemShape },
      },
    },
    async (request) => {
      const { signedIn, body } = request
      if (signedIn === undefined) throw notSignedIn
      const answer = await sessions.act(signedIn, body, fromOf(request))
      if (answer.kind === 'refused')
        throw new Refusal({
          kind: 'not-allowed',
          status: 403,
          title: 'Not allowed',
          detail: `You may not act as ${body.role}${body.party === null ? '' : ` for ${body.party}`}. An administrator of this installation gives roles.`,
        })
      return toSession(personOf({ ...signedIn, acting: body }), request, options)
    },
  )
}

const signOut = (api: FastifyInstance, { jar, sessions }: LoginDesk): void => {
  api.withTypeProvider<ZodTypeProvider>().post(
    '/api/logout',
    {
      config: { needs: 'nothing' },
      schema: {
        operationId: 'signOut',
        summary: 'Ends the session of the cookie; that of the identity provider goes on',
        response: { 200: SignedOutShape, 403: ProblemShape, 500: ProblemShape },
      },
    },
    async (request, reply) => {
      const { signedIn } = request
      if (signedIn !== undefined) await sessions.end(signedIn, fromOf(request))
      dropCookie(jar, request, reply, 'session')
      return { signedOut: signedIn !== undefined }
    },
  )
}

/** Who is at the door. */
export const sessionRoutes = async (api: FastifyInstance, options: SessionOptions): Promise<void> => {
  api.withTypeProvider<ZodTypeProvider>().get(
    '/api/session',
    {
      config: { needs: 'nothing' },
      schema: {
        operationId: 'readSession',
        summary: 'Who is signed in, as what they act, and what they may do',
        response: { 200: SessionShape, 500: ProblemShape },
      },
    },
    async (request, reply) => {
      void reply.header('cache-control', 'no-store')
      return toSession(request.principal, request, options)
    },
  )
  if (options.login === undefined) return
  actAs(api, options, options.login)
  signOut(api, options.login)
}
