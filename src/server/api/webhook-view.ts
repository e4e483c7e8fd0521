import { formatInstant } from '../../core/base/time.ts'
import type { AttemptWire, MessageWire, WebhookWire } from '../../wire/webhook.ts'
import type { EndpointRecord } from '../app/webhooks.ts'
import type { Attempt, Message } from '../store/webhook-messages.ts'

const instantOf = (ms: number): string => formatInstant(Math.floor(ms / 1000))
const maybe = (ms: number | null): string | null => (ms === null ? null : instantOf(ms))

export const toWebhook = ({ endpoint: of, health }: EndpointRecord): WebhookWire => ({
  id: of.endpoint,
  party: of.party,
  url: of.url,
  events: of.events,
  agreements: of.agreements,
  description: of.description,
  state: of.state === 'on' ? 'on' : 'off',
  reason: of.reason,
  createdAt: formatInstant(of.createdAt),
  changedAt: formatInstant(of.changedAt),
  last:
    health.lastAttemptMs === null || health.lastOutcome === null
      ? null
      : { at: instantOf(health.lastAttemptMs), outcome: health.lastOutcome, status: health.lastStatus, reason: health.lastReason },
  failingSince: maybe(health.failingSinceMs),
  failures: health.failures,
  waiting: health.waiting,
})

export const toAttempt = ({ startedMs, againMs, ...attempt }: Attempt): AttemptWire => ({
  ...attempt,
  at: instantOf(startedMs),
  againAt: maybe(againMs),
})

/** Where its latest round stands. `tries` is how many attempts a round has. */
const stateOf = ({ last, round, attempts }: Message, tries: number): MessageWire['state'] => {
  if (last === undefined || last.round !== round) return 'waiting'
  if (last.outcome === 'delivered') return 'delivered'
  return last.outcome === 'gone' || attempts >= tries ? 'given-up' : 'waiting'
}

export const toMessage = (message: Message, tries: number): MessageWire => ({
  id: message.message,
  type: message.type,
  agreement: message.agreement,
  at: formatInstant(message.at),
  state: stateOf(message, tries),
  attempts: message.attempts,
  last: message.last === undefined ? null : toAttempt(message.last),
})
