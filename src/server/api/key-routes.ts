import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { formatInstant } from '../../core/base/time.ts'
import { keyScopesOf, type Role } from '../../wire/access.ts'
import {
  keysPageDefault,
  keysPageMax,
  KeyShape,
  KeysShape,
  MadeKeyShape,
  NewKeyShape,
  type KeyWire,
  type MadeKeyWire,
} from '../../wire/key.ts'
import { ProblemShape } from '../../wire/problem.ts'
import { keysPerPersonMax } from '../app/keys.ts'
import type { KeysOf, ListedKey } from '../store/keys.ts'
import { problems } from './agreement-routes.ts'
import type { LoginDesk } from './login-desk.ts'
import { KeyHeaders } from './once.ts'
import { actorOf, principalOf, type Principal } from './principal.ts'
import { notFound, Refusal } from './problems.ts'
import { makeRepeats } from './repeats.ts'

const writes = { ...problems, 403: ProblemShape, 409: ProblemShape, 422: ProblemShape }
const KeyId = z.string().regex(/^key_[0-9a-f-]{36}$/, 'should be the id of a key, such as key_0198…')

/** The keys that somebody sees and ends: those of the party they act for; an administrator's, and who owns this database, all. */
const seenBy = ({ kind, role, party }: Principal): KeysOf =>
  kind === 'local' || role === 'administrator' ? { kind: 'all' } : { kind: 'party', party: party ?? '' }

const stateOf = ({ revokedAt, endedWithRole, expiresAt, held }: ListedKey, now: number): KeyWire['state'] => {
  if (endedWithRole) return 'ended'
  return revokedAt !== null ? 'revoked' : expiresAt <= now ? 'expired' : held ? 'holds' : 'ended'
}

const toKey = async (key: ListedKey, desk: LoginDesk, now: number): Promise<KeyWire> => ({
  id: key.key,
  name: key.name,
  madeBy: { id: key.person, name: key.madeBy },
  as: (await desk.named([{ party: key.party, role: key.role }]))[0]!,
  scopes: [...key.scopes],
  madeAt: formatInstant(key.madeAt),
  expiresAt: formatInstant(key.expiresAt),
  usedAt: key.usedAt === null ? null : formatInstant(key.usedAt),
  revokedAt: key.revokedAt === null ? null : formatInstant(key.revokedAt),
  state: stateOf(key, now),
})

const list = (api: FastifyInstance, desk: LoginDesk): void => {
  api.withTypeProvider<ZodTypeProvider>().get(
    '/api/keys',
    {
      config: { needs: 'keys:manage' },
      schema: {
        operationId: 'listKeys',
        summary: 'The keys of the party that one acts for, the latest first, a page at a time; an administrator sees all',
        querystring: z.object({
          cursor: KeyId.optional(),
          limit: z.coerce.number().int().min(1).max(keysPageMax).default(keysPageDefault),
        }),
        response: { 200: KeysShape, ...problems },
      },
    },
    async (request) => {
      const { cursor, limit } = request.query
      const principal = principalOf(request)
      const found = await desk.keys.list(seenBy(principal), { before: cursor, limit: limit + 1 })
      const keys: KeyWire[] = []
      for (const each of found.slice(0, limit)) keys.push(await toKey(each, desk, desk.clock()))
      return {
        keys,
        next: found.length > limit ? keys.at(-1)!.id : null,
        scopes: principal.role === null ? [] : keyScopesOf(principal.role),
      }
    },
  )
}

const whyNot = (role: Role, scopes: readonly string[]): Refusal | undefined => {
  const allowed: readonly string[] = keyScopesOf(role)
  const errors = scopes.flatMap((scope, i) =>
    allowed.includes(scope)
      ? []
      : [{ pointer: `/body/scopes/${i}`, detail: `${scope} is not for a key of ${role}: ${allowed.join(', ')}` }],
  )
  if (errors.length === 0) return undefined
  return new Refusal({
    kind: 'not-allowed',
    status: 403,
    title: 'Not allowed',
    detail: `A key has at most what its maker may, and approves nothing. ${errors.map(({ detail }) => detail).join('; ')}`,
    errors,
  })
}

const needsPerson = new Refusal({
  kind: 'not-allowed',
  status: 403,
  title: 'Not allowed',
  detail: 'A key acts as whoever makes it: sign in as somebody who acts for a party. Keys make no keys.',
})

const make = (api: FastifyInstance, desk: LoginDesk): void => {
  // What is kept for a repeated request has no secret: that is told once.
  const repeats = makeRepeats<KeyWire>()
  api.withTypeProvider<ZodTypeProvider>().post(
    '/api/keys',
    {
      config: { needs: 'keys:manage', keys: 'own' },
      schema: {
        operationId: 'makeKey',
        summary: 'Makes a key for a program, that acts as its maker does now; it is shown once',
        headers: KeyHeaders,
        body: NewKeyShape,
        response: { 200: MadeKeyShape, ...writes },
      },
    },
    async (request, reply): Promise<MadeKeyWire> => {
      const { kind, id, role, party } = principalOf(request)
      const { body } = request
      if (kind !== 'person' || role === null) throw needsPerson
      const problem = whyNot(role, body.scopes)
      if (problem !== undefined) throw problem
      let token: string | null = null
      void reply.header('cache-control', 'no-store')
      const key = await repeats(request, { make: { ...body } }, async () => {
        const made = await desk.keys.make(actorOf(request), { person: id, as: { party, role } }, body)
        if (made.kind === 'refused')
          throw new Refusal({
            kind: 'cannot-change',
            status: 409,
            title: 'Not made',
            detail:
              made.reason === 'too many'
                ? `You have ${keysPerPersonMax} keys that hold, and no more can be made: revoke one first.`
                : 'You may no longer act as this: sign in again.',
          })
        ;({ token } = made)
        return toKey(made.key, desk, desk.clock())
      })
      return { key, token }
    },
  )
}

/** Keys of programs. */
export const keyRoutes = async (api: FastifyInstance, desk: LoginDesk): Promise<void> => {
  list(api, desk)
  make(api, desk)
  api.withTypeProvider<ZodTypeProvider>().post(
    '/api/keys/:key/revoke',
    {
      config: { needs: 'keys:manage' },
      schema: {
        operationId: 'revokeKey',
        summary: 'Ends a key at once; again changes nothing',
        params: z.object({ key: KeyId }),
        response: { 200: KeyShape, ...writes },
      },
    },
    async (request) => {
      const { key } = request.params
      const ended = await desk.keys.revoke(actorOf(request), seenBy(principalOf(request)), key)
      if (ended === undefined) throw notFound(`There is no key ${key} here; /api/keys lists those there are.`)
      return toKey(ended, desk, desk.clock())
    },
  )
}
