import { randomBytes } from 'node:crypto'
import type { Json } from '../../core/base/canonical.ts'
import { formatInstant, type Instant } from '../../core/base/time.ts'
import { appendDeed, type Actor } from '../store/audit.ts'
import type { Store } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import { inReach, type Reach } from '../store/reach.ts'
import { appendMessages, bodyOf, enqueueDeliveries } from '../store/tell-event.ts'
import { inTransaction, lockName, type Work } from '../store/transaction.ts'
import {
  appendEndpoint,
  appendSecret,
  appendSetting,
  findEndpoint,
  listEndpoints,
  listHealth,
  overlapHours,
  type Endpoint,
  type Health,
} from '../store/webhooks.ts'
import { appendRounds, findMessage, listAttempts, listMessages, listMessagesSince, type Message } from '../store/webhook-messages.ts'

/** Endpoints of one party. */
export const endpointsMax = 20
/** Messages that one request sends again. */
export const againMax = 1_000
/** Attempts that are listed of one message: of the first rounds. */
const attemptsListedMax = 200

export type Wanted = Readonly<Pick<Endpoint, 'url' | 'events' | 'agreements' | 'description'>>
export type EndpointRecord = Readonly<{ endpoint: Endpoint; health: Health }>
export type Changed = Readonly<{ kind: 'changed'; record: EndpointRecord }>
export type Refused = Readonly<{ kind: 'refused'; message: string }>
export type Made = Readonly<{ kind: 'made'; record: EndpointRecord; secret: string }>

type Act = Readonly<{ by: Actor; at: Instant }>

const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`

/** What of a setting is worth telling: never a secret. */
const told = ({ url, events, agreements, description, state, reason }: Wanted & Pick<Endpoint, 'state' | 'reason'>): Json => ({
  url,
  events,
  agreements,
  description,
  state,
  ...(reason === null ? {} : { reason }),
})

const deed = (tx: Work, act: Act, action: string, endpoint: Endpoint, more: Readonly<{ before?: Json; after?: Json; detail?: Json }>) =>
  appendDeed(tx.queries, {
    at: act.at,
    // Whoever owns this database acts for no party; the entry is still the endpoint's party's to read.
    by: { ...act.by, party: act.by.party ?? endpoint.party },
    action,
    subject: endpoint.endpoint,
    detail: more.detail ?? { url: endpoint.url },
    before: more.before,
    after: more.after,
  })

const withHealth = async (tx: Work, endpoints: readonly Endpoint[], tries: number): Promise<EndpointRecord[]> => {
  const health = await listHealth(
    tx,
    endpoints.map(({ endpoint }) => endpoint),
    tries,
  )
  return endpoints.map((endpoint) => ({ endpoint, health: health.find((each) => each.endpoint === endpoint.endpoint)! }))
}

const set = async (
  tx: Work,
  endpoint: Endpoint,
  changes: Partial<Wanted & Pick<Endpoint, 'state' | 'reason'>>,
  act: Act,
): Promise<Endpoint> => {
  const { createdAt: _created, changedAt: _changed, ...before } = endpoint
  const after = { ...before, ...changes }
  await appendSetting(tx, { ...after, actor: act.by.name, at: act.at })
  return { ...endpoint, ...changes, changedAt: act.at }
}

const add = async (tx: Work, party: string, wanted: Wanted, act: Act & { nowMs: number; tries: number }): Promise<Made | Refused> => {
  await lockName(tx, `webhooks ${party}`, 'exclusive')
  const { rows } = await tx.client.query('select from agreement_party where party = $1 limit 1', [party])
  if (rows.length === 0) return { kind: 'refused', message: `no agreement here has a party ${party}` }
  if ((await listEndpoints(tx, party)).length >= endpointsMax)
    return { kind: 'refused', message: `${party} has ${endpointsMax} endpoints, and no more are kept: remove one first` }
  const named = { endpoint: newId('whk'), party }
  await appendEndpoint(tx, { ...named, actor: act.by.name, at: act.at })
  const fresh: Endpoint = { ...named, ...wanted, state: 'on', reason: null, createdAt: act.at, changedAt: act.at }
  await set(tx, fresh, {}, act)
  const secret = newSecret()
  await appendSecret(tx, { endpoint: fresh.endpoint, secret, atMs: act.nowMs })
  await deed(tx, act, 'add-webhook', fresh, { before: null, after: told(fresh) })
  return { kind: 'made', record: (await withHealth(tx, [fresh], act.tries))[0]!, secret }
}

const again = async (tx: Work, messages: readonly Message[], endpoint: Endpoint, act: Act): Promise<number> => {
  await appendRounds(tx, messages, { actor: act.by.name, at: act.at })
  await deed(tx, act, 'send-again', endpoint, { detail: { messages: messages.length, first: messages[0]?.message ?? null } })
  await enqueueDeliveries(
    tx,
    messages.map(({ message }) => message),
  )
  return messages.length
}

export type WebhookWorld = Readonly<{
  now: () => Instant
  /** Milliseconds of the world's clock. */
  nowMs: () => number
  /** Attempts of one round of a message. */
  tries: number
}>

const readers = (store: Store, tries: number) => ({
  list: (reach: Reach) => inReach(store, reach, async (tx) => withHealth(tx, await listEndpoints(tx), tries)),
  find: (reach: Reach, endpoint: string) =>
    inReach(store, reach, async (tx) => {
      const found = await findEndpoint(tx, endpoint)
      return found && (await withHealth(tx, [found], tries))[0]
    }),
  listMessages: (reach: Reach, asked: Parameters<typeof listMessages>[1]) => inReach(store, reach, (tx) => listMessages(tx, asked)),
  findMessage: (reach: Reach, message: string) =>
    inReach(store, reach, async (tx) => {
      const found = await findMessage(tx, message)
      return found && { message: found, attempts: await listAttempts(tx, message, attemptsListedMax) }
    }),
})

/** The endpoints of a party: read within a reach, and changed by whoever was found to be of that party. */
export const makeWebhooks = (store: Store, { now, nowMs, tries }: WebhookWorld) => {
  const act = (by: Actor): Act => ({ by, at: now() })
  /** Does something to an endpoint that is still there, one at a time. */
  const change = <T>(endpoint: string, work: (tx: Work, found: Endpoint) => Promise<T>): Promise<T | undefined> =>
    inTransaction(store, async (tx) => {
      await lockName(tx, `webhook ${endpoint}`, 'exclusive')
      const found = await findEndpoint(tx, endpoint)
      return found && work(tx, found)
    })
  return {
    ...readers(store, tries),
    add: (party: string, wanted: Wanted, by: Actor) =>
      inTransaction<Made | Refused>(store, (tx) => add(tx, party, wanted, { ...act(by), nowMs: nowMs(), tries })),
    change: (endpoint: string, changes: Partial<Wanted & Pick<Endpoint, 'state'>>, by: Actor) =>
      change(endpoint, async (tx, found): Promise<Changed> => {
        // Whoever turns it off says so by it; whoever turns it on takes the reason away.
        const reason = changes.state === undefined ? found.reason : changes.state === 'off' ? `turned off by ${by.name}` : null
        const after = await set(tx, found, { ...changes, reason }, act(by))
        await deed(tx, act(by), 'change-webhook', after, { before: told(found), after: told(after) })
        return { kind: 'changed', record: (await withHealth(tx, [after], tries))[0]! }
      }),
    remove: (endpoint: string, by: Actor) =>
      change(endpoint, async (tx, found) => {
        const after = await set(tx, found, { state: 'removed', reason: null }, act(by))
        await deed(tx, act(by), 'remove-webhook', after, { before: told(found), after: told(after) })
        return true
      }),
    rotate: (endpoint: string, by: Actor) =>
      change(endpoint, async (tx, found) => {
        const secret = newSecret()
        const atMs = nowMs()
        await appendSecret(tx, { endpoint, secret, atMs })
        const previousUntilMs = atMs + overlapHours * 3_600_000
        const detail = { url: found.url, previousUntil: formatInstant(Math.floor(previousUntilMs / 1000)) }
        await deed(tx, act(by), 'rotate-secret', found, { detail })
        return { secret, previousUntilMs }
      }),
    test: (endpoint: string, by: Actor) =>
      change(endpoint, async (tx, found) => {
        if (found.state !== 'on') return undefined
        const at = now()
        const body = bodyOf('webhook.test', at, { endpoint, by: by.name })
        const [message] = await appendMessages(tx, [{ endpoint, party: found.party, agreement: null, type: 'webhook.test', body, at }])
        await deed(tx, act(by), 'test-webhook', found, { detail: { url: found.url, message: message! } })
        return message
      }),
    sendAgain: (endpoint: string, message: string, by: Actor) =>
      change(endpoint, async (tx, found) => {
        const one = await findMessage(tx, message)
        return found.state === 'on' && one?.endpoint === endpoint ? again(tx, [one], found, act(by)) : undefined
      }),
    /** The first `againMax` of them; `more` where there are others. */
    sendAllAgain: (endpoint: string, since: Instant, by: Actor) =>
      change(endpoint, async (tx, found) => {
        if (found.state !== 'on') return undefined
        const messages = await listMessagesSince(tx, { endpoint, since, limit: againMax + 1 })
        const sent = await again(tx, messages.slice(0, againMax), found, act(by))
        return { sent, more: messages.length > againMax }
      }),
  }
}
