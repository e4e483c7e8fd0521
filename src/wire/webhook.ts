import { z } from 'zod'
import { AgreementName, Instant, list } from './scalars.ts'

/** What can be told of. */
export const eventTypes = [
  'statement.prepared',
  'statement.approved',
  'statement.returned',
  'statement.final',
  'statement.corrected',
  'agreement.loaded',
  'claim.verified',
  'finding.decided',
  'dispute.raised',
  'dispute.ruled',
  'import.late',
] as const

const descriptionMax = 200
const agreementsMax = 100
export const messagesPageMax = 200
export const messagesPageDefault = 50

const Events = z
  .array(z.enum(eventTypes))
  .min(1)
  .max(eventTypes.length)
  .nullable()
  .meta({ description: 'what to be told of; null: of everything, also of what is added later' })
const Agreements = z
  .array(AgreementName)
  .min(1)
  .max(agreementsMax)
  .nullable()
  .meta({ description: 'of which agreements; null: of all that the party may see' })
const Url = z.string().min(1).meta({ description: 'where messages are posted to: https, an address of the internet' })
const Description = z.string().max(descriptionMax)

export const AddWebhookShape = z
  .object({
    url: Url,
    events: Events.default(null),
    agreements: Agreements.default(null),
    description: Description.default(''),
    party: z
      .string()
      .max(63)
      .optional()
      .meta({ description: 'whose it is: only for whoever owns this database and acts for nobody in particular' }),
  })
  .meta({ id: 'AddWebhook' })

export const ChangeWebhookShape = z
  .object({
    url: Url.optional(),
    events: Events.optional(),
    agreements: Agreements.optional(),
    description: Description.optional(),
    state: z.enum(['on', 'off']).optional(),
  })
  .meta({ id: 'ChangeWebhook' })

export const WebhookShape = z
  .object({
    id: z.string().meta({ description: 'whk_…' }),
    party: z.string(),
    url: z.string(),
    events: list(z.string()).nullable(),
    agreements: list(z.string()).nullable(),
    description: z.string(),
    state: z.enum(['on', 'off']),
    reason: z.string().nullable().meta({ description: 'why it is off' }),
    createdAt: Instant,
    changedAt: Instant,
    last: z
      .object({ at: Instant, outcome: z.enum(['delivered', 'failed', 'gone']), status: z.int().nullable(), reason: z.string().nullable() })
      .nullable()
      .meta({ description: 'the last attempt at any message' }),
    failingSince: Instant.nullable().meta({ description: 'the first of the attempts that failed since the last that did not' }),
    failures: z.int(),
    waiting: z.int().meta({ description: 'messages that are neither delivered nor given up' }),
  })
  .meta({ id: 'Webhook' })

export const WebhooksShape = z
  .object({ webhooks: list(WebhookShape), events: list(z.string()).meta({ description: 'all that can be told of' }) })
  .meta({ id: 'Webhooks' })

export const MadeWebhookShape = z
  .object({ webhook: WebhookShape, secret: z.string().meta({ description: 'whsec_…: shown now and never again' }) })
  .meta({ id: 'MadeWebhook' })

export const RotatedShape = z
  .object({
    secret: z.string().meta({ description: 'whsec_…: shown now and never again' }),
    previousUntil: Instant.meta({ description: 'until then messages are signed by the secret before as well' }),
  })
  .meta({ id: 'RotatedSecret' })

export const AttemptShape = z
  .object({
    round: z.int().meta({ description: '0, and one more each time it was asked to be sent again' }),
    number: z.int(),
    at: Instant,
    ms: z.int(),
    status: z.int().nullable(),
    answer: z.string().nullable().meta({ description: 'the first bytes of what was answered' }),
    outcome: z.enum(['delivered', 'failed', 'gone']),
    reason: z.string().nullable(),
    againAt: Instant.nullable(),
  })
  .meta({ id: 'WebhookAttempt' })

export const MessageShape = z
  .object({
    id: z.string().meta({ description: 'msg_…: the same in every attempt, as the header webhook-id' }),
    type: z.string(),
    agreement: z.string().nullable(),
    at: Instant,
    state: z.enum(['waiting', 'delivered', 'given-up']),
    attempts: z.int().meta({ description: 'of the latest round' }),
    last: AttemptShape.nullable(),
  })
  .meta({ id: 'WebhookMessage' })

export const MessagesShape = z.object({ messages: list(MessageShape), next: z.string().nullable() }).meta({ id: 'WebhookMessages' })
export const MessageDetailShape = MessageShape.extend({
  body: z.string().meta({ description: 'what is sent, byte for byte' }),
  tried: list(AttemptShape),
}).meta({ id: 'WebhookMessageDetail' })

export const SendAgainShape = z
  .object({ since: z.iso.datetime({ offset: true }).meta({ description: 'all that happened at this instant or later' }) })
  .meta({ id: 'SendAgain' })
export const SentAgainShape = z
  .object({ sent: z.int(), more: z.boolean().meta({ description: 'there are others: ask again from the last of these on' }) })
  .meta({ id: 'SentAgain' })
export const TestedShape = z.object({ message: z.string() }).meta({ id: 'TestedWebhook' })
export const RemovedShape = z.object({ removed: z.string() }).meta({ id: 'RemovedWebhook' })

export type WebhookWire = z.infer<typeof WebhookShape>
export type WebhooksWire = z.infer<typeof WebhooksShape>
export type MadeWebhookWire = z.infer<typeof MadeWebhookShape>
export type RotatedWire = z.infer<typeof RotatedShape>
export type AttemptWire = z.infer<typeof AttemptShape>
export type MessageWire = z.infer<typeof MessageShape>
export type MessagesWire = z.infer<typeof MessagesShape>
export type MessageDetailWire = z.infer<typeof MessageDetailShape>
export type AddWebhookWire = z.input<typeof AddWebhookShape>
export type SentAgainWire = z.infer<typeof SentAgainShape>
