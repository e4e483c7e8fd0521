import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { parseInstant } from '../../core/base/time.ts'
import type { makeWebhooks } from '../app/webhooks.ts'
import { problems } from './agreement-routes.ts'
import { reachOf } from './principal.ts'
import { notFound, Refusal } from './problems.ts'

/** What the door needs to know of webhooks. */
export type WebhookDoor = Readonly<{
  source: ReturnType<typeof makeWebhooks>
  /** Why nothing is sent to an address, in words that follow "the address"; undefined where it may be. */
  whyNotUrl: (url: string) => string | undefined
  /** Attempts of one round of a message. */
  tries: number
}>

export const WebhookParams = z.object({ endpoint: z.string().max(60) })
export const writeProblems = { ...problems, 403: problems[404], 409: problems[404], 422: problems[404] }

/** The endpoint of a request, if it is one of the party's own. */
export const webhookOf = async ({ source }: WebhookDoor, request: FastifyRequest, endpoint: string) => {
  const found = await source.find(reachOf(request), endpoint)
  if (found === undefined) throw notFound(`There is no webhook ${endpoint} here; /api/webhooks lists those there are.`)
  return found
}

export const turnedOff = (endpoint: string): Refusal =>
  new Refusal({ kind: 'webhook-off', status: 409, title: 'Turned off', detail: `${endpoint} is off: turn it on first, then send.` })

/** An instant of a request, which its shape has checked. */
export const instantOf = (text: string): number => {
  const at = parseInstant(text, 'UTC')
  if (typeof at !== 'number') throw new Error(`${text} is no instant`)
  return at
}
