import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import {
  MessageDetailShape,
  messagesPageDefault,
  messagesPageMax,
  MessagesShape,
  SendAgainShape,
  SentAgainShape,
  TestedShape,
} from '../../wire/webhook.ts'
import { problems } from './agreement-routes.ts'
import { KeyHeaders } from './once.ts'
import { actorOf, reachOf } from './principal.ts'
import { notFound } from './problems.ts'
import { instantOf, turnedOff, webhookOf, WebhookParams, writeProblems, type WebhookDoor } from './webhook-door.ts'
import { toAttempt, toMessage } from './webhook-view.ts'

// Not an extension of the other: the two files import each other, and this one comes first.
const MessageParams = z.object({ endpoint: z.string().max(60), message: z.string().max(60) })
const MessagesQuery = z.object({
  cursor: z
    .string()
    .regex(/^[1-9]\d{0,15}$/, 'should be the `next` of a page')
    .optional(),
  limit: z.coerce.number().int().min(1).max(messagesPageMax).default(messagesPageDefault),
})

const reading = (api: FastifyInstance, door: WebhookDoor): void => {
  const routes = api.withTypeProvider<ZodTypeProvider>()
  routes.get(
    '/api/webhooks/:endpoint/messages',
    {
      config: { needs: 'webhooks:manage' },
      schema: {
        operationId: 'listWebhookMessages',
        summary: 'What was sent to an endpoint, or is to be, the newest first, a page at a time',
        params: WebhookParams,
        querystring: MessagesQuery,
        response: { 200: MessagesShape, ...problems },
      },
    },
    async (request) => {
      const { endpoint } = request.params
      const { cursor, limit } = request.query
      await webhookOf(door, request, endpoint)
      const before = cursor === undefined ? undefined : BigInt(cursor)
      const found = await door.source.listMessages(reachOf(request), { endpoint, before, limit: limit + 1 })
      const page = found.slice(0, limit)
      const next = found.length > limit ? `${page.at(-1)!.entry}` : null
      return { messages: page.map((each) => toMessage(each, door.tries)), next }
    },
  )
  routes.get(
    '/api/webhooks/:endpoint/messages/:message',
    {
      config: { needs: 'webhooks:manage' },
      schema: {
        operationId: 'readWebhookMessage',
        summary: 'One message with every attempt at it',
        params: MessageParams,
        response: { 200: MessageDetailShape, ...problems },
      },
    },
    async (request) => {
      const { endpoint, message } = request.params
      await webhookOf(door, request, endpoint)
      const found = await door.source.findMessage(reachOf(request), message)
      if (found?.message.endpoint !== endpoint) throw noMessage(endpoint, message)
      return { ...toMessage(found.message, door.tries), body: found.message.body, tried: found.attempts.map(toAttempt) }
    },
  )
}

const noMessage = (endpoint: string, message: string) =>
  notFound(`There is no message ${message} here; /api/webhooks/${endpoint}/messages lists those there are.`)

const sendingAgain = (api: FastifyInstance, door: WebhookDoor): void => {
  const routes = api.withTypeProvider<ZodTypeProvider>()
  routes.post(
    '/api/webhooks/:endpoint/messages/:message/again',
    {
      config: { needs: 'webhooks:manage' },
      schema: {
        operationId: 'sendWebhookMessageAgain',
        summary: 'Sends a message again, whether or not it was delivered: under the same id',
        params: MessageParams,
        headers: KeyHeaders,
        response: { 200: SentAgainShape, ...writeProblems },
      },
    },
    async (request) => {
      const { endpoint, message } = request.params
      const { endpoint: found } = await webhookOf(door, request, endpoint)
      if (found.state !== 'on') throw turnedOff(endpoint)
      const sent = await door.source.sendAgain(endpoint, message, actorOf(request))
      if (sent === undefined) throw noMessage(endpoint, message)
      return { sent, more: false }
    },
  )
  routes.post(
    '/api/webhooks/:endpoint/again',
    {
      config: { needs: 'webhooks:manage' },
      schema: {
        operationId: 'sendWebhookMessagesAgain',
        summary: 'Sends again all that happened since an instant, the oldest first',
        params: WebhookParams,
        headers: KeyHeaders,
        body: SendAgainShape,
        response: { 200: SentAgainShape, ...writeProblems },
      },
    },
    async (request) => {
      const { endpoint } = request.params
      await webhookOf(door, request, endpoint)
      const answer = await door.source.sendAllAgain(endpoint, instantOf(request.body.since), actorOf(request))
      if (answer === undefined) throw turnedOff(endpoint)
      return answer
    },
  )
}

const testing = (api: FastifyInstance, door: WebhookDoor): void => {
  api.withTypeProvider<ZodTypeProvider>().post(
    '/api/webhooks/:endpoint/test',
    {
      config: { needs: 'webhooks:manage' },
      schema: {
        operationId: 'testWebhook',
        summary: 'Sends a message of type webhook.test',
        params: WebhookParams,
        headers: KeyHeaders,
        response: { 200: TestedShape, ...writeProblems },
      },
    },
    async (request) => {
      const { endpoint } = request.params
      await webhookOf(door, request, endpoint)
      const message = await door.source.test(endpoint, actorOf(request))
      if (message === undefined) throw turnedOff(endpoint)
      return { message }
    },
  )
}

export const webhookMessageRoutes = async (api: FastifyInstance, door: WebhookDoor): Promise<void> => {
  reading(api, door)
  sendingAgain(api, door)
  testing(api, door)
}
