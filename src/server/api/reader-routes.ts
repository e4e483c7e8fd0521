import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { formatInstant } from '../../core/base/time.ts'
import { ReaderChangedShape, ReaderChangeShape, readersPageDefault, readersPageMax, ReadersShape } from '../../wire/people.ts'
import { ProblemShape } from '../../wire/problem.ts'
import { problems } from './agreement-routes.ts'
import type { LoginDesk } from './login-desk.ts'
import { KeyHeaders } from './once.ts'
import { conflict } from './people-routes.ts'
import { actorOf } from './principal.ts'

const Cursor = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62} .{1,100}$/, 'should be the `next` of a page')
const readCursor = (cursor: string | undefined) => {
  if (cursor === undefined) return undefined
  const space = cursor.indexOf(' ')
  return { agreement: cursor.slice(0, space), party: cursor.slice(space + 1) }
}

const list = (api: FastifyInstance, { readers }: LoginDesk): void => {
  api.withTypeProvider<ZodTypeProvider>().get(
    '/api/readers',
    {
      config: { needs: 'people:manage' },
      schema: {
        operationId: 'listReaders',
        summary: 'Which lenders and auditors were given which agreements to read, a page at a time',
        querystring: z.object({
          cursor: Cursor.optional(),
          limit: z.coerce.number().int().min(1).max(readersPageMax).default(readersPageDefault),
        }),
        response: { 200: ReadersShape, ...problems },
      },
    },
    async ({ query: { cursor, limit } }) => {
      const found = await readers.list({ after: readCursor(cursor), limit: limit + 1 })
      const page = found.slice(0, limit)
      const last = page.at(-1)
      return {
        readers: page.map(({ agreement, party, role, recordedAt }) => ({
          agreement,
          party,
          role,
          recordedAt: formatInstant(recordedAt),
        })),
        next: found.length > limit && last !== undefined ? `${last.agreement} ${last.party}` : null,
      }
    },
  )
}

/** Which lender or auditor reads which agreement, and letting them. */
export const readerRoutes = async (api: FastifyInstance, desk: LoginDesk): Promise<void> => {
  list(api, desk)
  api.withTypeProvider<ZodTypeProvider>().post(
    '/api/readers',
    {
      config: { needs: 'people:manage' },
      schema: {
        operationId: 'changeReader',
        summary: 'Lets a lender or auditor read an agreement, or no longer; its parties read of it in the audit log',
        headers: KeyHeaders,
        body: ReaderChangeShape,
        response: { 200: ReaderChangedShape, ...problems, 403: ProblemShape, 409: ProblemShape, 422: ProblemShape },
      },
    },
    async (request) => {
      const { change, ...reader } = request.body
      const answer = await desk.readers.change(actorOf(request), { ...reader, given: change === 'give' })
      if (answer.kind === 'refused') throw conflict(answer)
      return { again: answer.again }
    },
  )
}
