import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { RefusedBecause } from '../../wire/login.ts'
import { ProblemShape } from '../../wire/problem.ts'
import { dropCookie, readCookie, setCookie } from './cookie.ts'
import type { LoginDesk } from './login-desk.ts'
import { ProviderSilent, type Attempt, type Provider } from './provider.ts'
import { safePath } from './safe-path.ts'
import { fromOf } from './session-routes.ts'

type Required = LoginDesk & Readonly<{ provider: Provider }>
type Report = (text: string) => void

const AttemptShape = z.strictObject({ state: z.string(), nonce: z.string(), verifier: z.string(), next: z.string() })
const writeAttempt = (attempt: Attempt): string => Buffer.from(JSON.stringify(attempt)).toString('base64url')
/** What this browser began; undefined where it began nothing, or what it brings is nothing of ours. */
const readAttempt = (text: string | undefined): Attempt | undefined => {
  if (text === undefined) return undefined
  try {
    return AttemptShape.parse(JSON.parse(Buffer.from(text, 'base64url').toString()))
  } catch {
    return undefined
  }
}

/** To the page that says why nobody was signed in, and lets them try again. */
const refuse = (request: FastifyRequest, reply: FastifyReply, why: RefusedBecause): FastifyReply =>
  reply.redirect(`/sign-in?refused=${why}&request=${request.id}`)

/** Where somebody goes who was signed in: where they wanted to be, or to the door, which knows with what page each role begins. */
const landingOf = (path: string): string => (path === '/' ? '/sign-in' : path)

const begin = (api: FastifyInstance, { jar, provider }: Required, report: Report): void => {
  api.withTypeProvider<ZodTypeProvider>().get(
    '/api/login',
    {
      config: { needs: 'nothing', rate: 'door' },
      schema: {
        operationId: 'signIn',
        summary: 'Sends a browser to the identity provider; only where login is configured',
        querystring: z.object({ next: z.string().optional().meta({ description: 'path of this server to come back to' }) }),
        response: { 302: z.null(), 400: ProblemShape, 500: ProblemShape },
      },
    },
    async (request, reply) => {
      void reply.header('cache-control', 'no-store')
      try {
        const { url, attempt } = await provider.begin(safePath(request.query.next))
        setCookie(jar, request, reply, 'login', writeAttempt(attempt))
        return reply.redirect(url.href)
      } catch (error) {
        if (!(error instanceof ProviderSilent)) throw error
        report(`${request.id} sign-in: ${error.message}`)
        return refuse(request, reply, 'unreachable')
      }
    },
  )
}

const complete = (api: FastifyInstance, { jar, provider, signIn }: Required, report: Report): void => {
  api.withTypeProvider<ZodTypeProvider>().get(
    '/api/login/callback',
    {
      config: { needs: 'nothing', rate: 'door' },
      schema: {
        operationId: 'completeSignIn',
        summary: 'Where the identity provider sends a browser back to; only where login is configured',
        response: { 302: z.null(), 400: ProblemShape, 500: ProblemShape },
      },
    },
    async (request, reply) => {
      void reply.header('cache-control', 'no-store')
      const attempt = readAttempt(readCookie(jar, request, 'login'))
      dropCookie(jar, request, reply, 'login')
      if (attempt === undefined) return refuse(request, reply, 'expired')
      let claimed
      try {
        claimed = await provider.complete(request.url, attempt)
      } catch (error) {
        // Whatever is wrong with what came back, it signs nobody in; what it was is for whoever runs this server.
        const { message, cause } = error as Error
        report(`${request.id} sign-in: ${message}${cause instanceof Error ? `: ${cause.message}` : ''}`)
        const denied = new URL(request.url, 'http://here').searchParams.get('error') === 'access_denied'
        return refuse(request, reply, error instanceof ProviderSilent ? 'unreachable' : denied ? 'denied' : 'failed')
      }
      const begun = await signIn(claimed, fromOf(request))
      if (begun === undefined) return refuse(request, reply, 'unknown')
      setCookie(jar, request, reply, 'session', begun.token)
      return reply.redirect(landingOf(safePath(attempt.next)))
    },
  )
}

/** Signing in at an identity provider; a server without login has none of this. */
export const loginRoutes = async (api: FastifyInstance, desk: Required, report: Report): Promise<void> => {
  begin(api, desk, report)
  complete(api, desk, report)
}
