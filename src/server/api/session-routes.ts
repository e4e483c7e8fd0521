import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { SessionShape } from '../../wire/access.ts'
import { ProblemShape } from '../../wire/problem.ts'

/** Who is at the door. */
export const sessionRoutes = async (
  api: FastifyInstance,
  { demo = false, sandbox = () => false }: Readonly<{ demo?: boolean; sandbox?: () => boolean }>,
): Promise<void> => {
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
    ({ principal }) => ({
      login: 'open' as const,
      demo,
      sandbox: sandbox(),
      person: principal === undefined || principal.kind === 'local' ? null : { id: principal.id, name: principal.name },
      acting:
        principal === undefined || principal.role === null
          ? null
          : { party: principal.party, partyName: principal.party, role: principal.role },
      memberships: [],
      may: [...(principal?.may ?? [])],
    }),
  )
}
