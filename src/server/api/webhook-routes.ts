import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { z } from 'zod'
import { formatInstant } from '../../core/base/time.ts'
import {
  AddWebhookShape,
  ChangeWebhookShape,
  eventTypes,
  MadeWebhookShape,
  RemovedShape,
  RotatedShape,
  WebhookShape,
  WebhooksShape,
  type MadeWebhookWire,
} from '../../wire/webhook.ts'
import type { EventType } from '../store/tell-event.ts'
import { problems } from './agreement-routes.ts'
import { KeyHeaders } from './once.ts'
import { actorOf, principalOf, reachOf } from './principal.ts'
import { notFound, Refusal } from './problems.ts'
import { makeRepeats } from './repeats.ts'
import { WebhookParams, webhookOf, writeProblems, type WebhookDoor } from './webhook-door.ts'
import { webhookMessageRoutes } from './webhook-message-routes.ts'
import { toWebhook } from './webhook-view.ts'

/** What is told of is what can be asked for, and the other way round. */
const told: readonly EventType[] = eventTypes
export type Asked = EventType extends (typeof eventTypes)[number] ? typeof told : never

const badUrl = (why: string): Refusal =>
  new Refusal({
    kind: 'invalid-request',
    status: 400,
    title: 'The request is not right',
    detail: `/body/url: ${why}`,
    errors: [{ pointer: '/body/url', detail: why }],
  })

/** Whose an endpoint is to be: of the party that somebody acts for. Who acts for nobody in particular says whose. */
const partyFor = (request: FastifyRequest, said: string | undefined): string => {
  const { kind, party } = principalOf(request)
  if (party !== null && (said === undefined || said === party)) return party
  if (kind === 'local' && said !== undefined) return said
  if (kind === 'local')
    throw new Refusal({
      kind: 'invalid-request',
      status: 400,
      title: 'The request is not right',
      detail: '/body/party: whose it is has to be said, where no login is configured',
      errors: [{ pointer: '/body/party', detail: 'whose it is has to be said, where no login is configured' }],
    })
  throw new Refusal({
    kind: 'not-allowed',
    status: 403,
    title: 'Not allowed',
    detail: party === null ? 'A webhook belongs to a party, and you act for none.' : `You act for ${party}, and not for ${said}.`,
  })
}

const reading = (api: FastifyInstance, door: WebhookDoor): void => {
  const routes = api.withTypeProvider<ZodTypeProvider>()
  routes.get(
    '/api/webhooks',
    {
      config: { needs: 'webhooks:manage' },
      schema: {
        operationId: 'listWebhooks',
        summary: 'Where a party is told of what happens, and how deliveries go',
        response: { 200: WebhooksShape, ...problems },
      },
    },
    async (request) => ({ webhooks: (await door.source.list(reachOf(request))).map(toWebhook), events: [...eventTypes] }),
  )
  routes.get(
    '/api/webhooks/:endpoint',
    {
      config: { needs: 'webhooks:manage' },
      schema: {
        operationId: 'readWebhook',
        summary: 'One of them',
        params: WebhookParams,
        response: { 200: WebhookShape, ...problems },
      },
    },
    async (request) => toWebhook(await webhookOf(door, request, request.params.endpoint)),
  )
}

const adding = (api: FastifyInstance, door: WebhookDoor): void => {
  const repeats = makeRepeats<MadeWebhookWire>()
  api.withTypeProvider<ZodTypeProvider>().post(
    '/api/webhooks',
    {
      config: { needs: 'webhooks:manage', keys: 'own' },
      schema: {
        operationId: 'addWebhook',
        summary: 'Adds an endpoint; the secret that its messages are signed by is in the answer, and nowhere else',
        headers: KeyHeaders,
        body: AddWebhookShape,
        response: { 201: MadeWebhookShape, ...writeProblems },
      },
    },
    async (request, reply) => {
      const { party: said, ...wanted } = request.body
      const why = door.whyNotUrl(wanted.url)
      if (why !== undefined) throw badUrl(why)
      const party = partyFor(request, said)
      const made = await repeats(request, { ...wanted, party }, async () => {
        const answer = await door.source.add(party, wanted, actorOf(request))
        if (answer.kind === 'refused')
          throw new Refusal({ kind: 'cannot-add-webhook', status: 409, title: 'Not added', detail: `${answer.message}.` })
        return { webhook: toWebhook(answer.record), secret: answer.secret }
      })
      return reply.code(201).header('cache-control', 'no-store').send(made)
    },
  )
}

const changing = (api: FastifyInstance, door: WebhookDoor): void => {
  const routes = api.withTypeProvider<ZodTypeProvider>()
  routes.patch(
    '/api/webhooks/:endpoint',
    {
      config: { needs: 'webhooks:manage' },
      schema: {
        operationId: 'changeWebhook',
        summary: 'Changes what is said of an endpoint, and nothing else; turns it on or off. The same again changes nothing more',
        params: WebhookParams,
        headers: KeyHeaders,
        body: ChangeWebhookShape,
        response: { 200: WebhookShape, ...writeProblems },
      },
    },
    async (request) => {
      const { endpoint } = request.params
      await webhookOf(door, request, endpoint)
      const { url } = request.body
      const why = url === undefined ? undefined : door.whyNotUrl(url)
      if (why !== undefined) throw badUrl(why)
      const given = Object.fromEntries(Object.entries(request.body).filter(([, value]) => value !== undefined))
      const answer = await door.source.change(endpoint, given, actorOf(request))
      if (answer === undefined) throw notFound(`There is no webhook ${endpoint} here.`)
      return toWebhook(answer.record)
    },
  )
  routes.delete(
    '/api/webhooks/:endpoint',
    {
      config: { needs: 'webhooks:manage' },
      schema: {
        operationId: 'removeWebhook',
        summary: 'Removes an endpoint: nothing more is sent to it',
        params: WebhookParams,
        headers: KeyHeaders,
        response: { 200: RemovedShape, ...writeProblems },
      },
    },
    async (request) => {
      const { endpoint } = request.params
      await webhookOf(door, request, endpoint)
      if ((await door.source.remove(endpoint, actorOf(request))) === undefined) throw notFound(`There is no webhook ${endpoint} here.`)
      return { removed: endpoint }
    },
  )
}

const rotating = (api: FastifyInstance, door: WebhookDoor): void => {
  const repeats = makeRepeats<z.infer<typeof RotatedShape>>()
  api.withTypeProvider<ZodTypeProvider>().post(
    '/api/webhooks/:endpoint/secret',
    {
      config: { needs: 'webhooks:manage', keys: 'own' },
      schema: {
        operationId: 'rotateWebhookSecret',
        summary: 'Makes a new secret; messages are signed by the old one as well for a day',
        params: WebhookParams,
        headers: KeyHeaders,
        response: { 200: RotatedShape, ...writeProblems },
      },
    },
    async (request, reply) => {
      const { endpoint } = request.params
      await webhookOf(door, request, endpoint)
      const rotated = await repeats(request, { endpoint }, async () => {
        const answer = await door.source.rotate(endpoint, actorOf(request))
        if (answer === undefined) throw notFound(`There is no webhook ${endpoint} here.`)
        return { secret: answer.secret, previousUntil: formatInstant(Math.floor(answer.previousUntilMs / 1000)) }
      })
      return reply.header('cache-control', 'no-store').send(rotated)
    },
  )
}

export const webhookRoutes = async (api: FastifyInstance, door: WebhookDoor): Promise<void> => {
  reading(api, door)
  adding(api, door)
  changing(api, door)
  rotating(api, door)
  await webhookMessageRoutes(api, door)
}
