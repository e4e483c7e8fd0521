import type pg from 'pg'
import { appendDeed } from '../store/audit.ts'
import type { Store } from '../store/database.ts'
import { enqueueDeliveries } from '../store/tell-event.ts'
import { inTransaction, type Work } from '../store/transaction.ts'
import { appendSetting, findEndpoint, findSecrets, listHealth, type Endpoint } from '../store/webhooks.ts'
import { appendAttempt, findMessage, listStranded, type Attempt, type Message } from '../store/webhook-messages.ts'
import type { Egress } from './egress.ts'
import { readRetryAfter, secondsToNext, triesMax } from './retries.ts'
import { sendWebhook, type Sent } from './send-webhook.ts'
import { signedHeaders } from './sign-webhook.ts'

/** Days after which an endpoint at which everything fails is turned off. */
export const failingDaysMax = 5
/** Messages that one look takes up. */
const strandedMax = 1_000
const dayMs = 86_400_000
/** Whom the audit log names for it. */
const actor = 'offtake'

export type Delivering = Readonly<{
  egress: Egress
  /** Milliseconds of the world's clock, whatever a sandbox takes the time to be: receivers hold signatures against theirs. */
  nowMs: () => number
  /** From 0 up to 1. */
  chance: () => number
  /** How long one attempt may take. Default: `sendMsMax`. */
  msMax?: number
}>

/** How long whoever comes second waits: longer than an attempt takes. */
const waitMs = 30_000

/**
 * Holds a message while it is on its way, by a lock of the connection: a process that dies lets go of it, so that another may take it up at once. Where
 * somebody else holds it, `wait` waits for them, and `pass` answers false and has done nothing.
 */
export const holdMessage = async (
  pool: pg.Pool,
  message: string,
  otherwise: 'wait' | 'pass',
  work: () => Promise<void>,
): Promise<boolean> => {
  const client = await pool.connect()
  const name = `offtake webhook ${message}`
  let broken: Error | undefined
  try {
    if (otherwise === 'pass') {
      const { rows } = await client.query<{ got: boolean }>('select pg_try_advisory_lock(hashtextextended($1, 0)) as got', [name])
      if (rows[0]?.got !== true) return false
    } else {
      await client.query(`set lock_timeout = ${waitMs}`)
      await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [name])
    }
    try {
      await work()
    } finally {
      await client.query('select pg_advisory_unlock(hashtextextended($1, 0))', [name]).catch((lost: Error) => (broken = lost))
    }
    return true
  } finally {
    if (broken === undefined) await client.query('reset lock_timeout').catch((lost: Error) => (broken = lost))
    client.release(broken)
  }
}

type Due = Readonly<{ message: Message; endpoint: Endpoint; secrets: readonly string[]; round: number; number: number }>

/** What is to be sent now, if anything is: a message that was delivered, given up or sent to nobody is not. */
const findDue = async (tx: Work, name: string, nowMs: number): Promise<Due | undefined> => {
  const message = await findMessage(tx, name)
  if (message === undefined) return undefined
  const { round, attempts, last } = message
  const isOver = last !== undefined && last.round === round && (last.outcome !== 'failed' || attempts >= triesMax)
  const endpoint = await findEndpoint(tx, message.endpoint)
  if (isOver || endpoint?.state !== 'on') return undefined
  return { message, endpoint, secrets: await findSecrets(tx, endpoint.endpoint, nowMs), round, number: attempts + 1 }
}

/** Delivers a message if it is due, and writes down what came of it: at least once, always under the same id. */
export const deliver = async (store: Store, name: string, delivering: Delivering): Promise<void> => {
  const { egress, nowMs, chance, msMax } = delivering
  const due = await inTransaction(store, (tx) => findDue(tx, name, nowMs()))
  if (due === undefined) return
  const startedMs = nowMs()
  const { body } = due.message
  const headers = signedHeaders(due.secrets, { message: name, body, atMs: startedMs })
  const sent = await sendWebhook({ url: due.endpoint.url, body, headers, ...(msMax === undefined ? {} : { msMax }) }, egress)
  await inTransaction(store, (tx) => record(tx, due, { sent, startedMs, endedMs: nowMs(), chance: chance() }))
}

type Happened = Readonly<{ sent: Sent; startedMs: number; endedMs: number; chance: number }>

const outcomeOf = (sent: Sent): Readonly<{ outcome: Attempt['outcome']; reason: string | null }> => {
  if (sent.kind === 'unanswered') return { outcome: 'failed', reason: sent.reason }
  const { status } = sent
  if (status >= 200 && status < 300) return { outcome: 'delivered', reason: null }
  if (status === 410) return { outcome: 'gone', reason: 'the endpoint answered 410: it wants no more' }
  if (status >= 300 && status < 400) return { outcome: 'failed', reason: `the endpoint answered ${status}: redirects are not followed` }
  return { outcome: 'failed', reason: `the endpoint answered ${status}` }
}

const record = async (tx: Work, due: Due, { sent, startedMs, endedMs, chance }: Happened): Promise<void> => {
  const { message, endpoint, round, number } = due
  const { outcome, reason } = outcomeOf(sent)
  const answered = sent.kind === 'answered' ? sent : undefined
  const asked = readRetryAfter(answered?.retryAfter, endedMs)
  const seconds = outcome === 'failed' ? secondsToNext(number, chance, asked) : undefined
  const againMs = seconds === undefined ? null : Math.round(endedMs + seconds * 1000)
  // PostgreSQL's text holds no NUL.
  const answer = answered?.answer.replaceAll('\0', '\uFFFD') ?? null
  const attempt = { round, number, startedMs, ms: sent.ms, status: answered?.status ?? null, answer, outcome, reason, againMs }
  await appendAttempt(tx, message, attempt)
  // It may have been turned off, changed or removed while the message was on its way.
  const now = await findEndpoint(tx, endpoint.endpoint)
  if (now?.state !== 'on') return
  const why = outcome === 'gone' ? reason! : outcome === 'failed' ? await whyTurnOff(tx, now, endedMs) : undefined
  if (why !== undefined) await turnOff(tx, now, why, endedMs)
  else if (seconds !== undefined) await enqueueDeliveries(tx, [message.message], seconds)
}

const whyTurnOff = async (tx: Work, { endpoint }: Endpoint, nowMs: number): Promise<string | undefined> => {
  const [health] = await listHealth(tx, [endpoint], triesMax)
  const since = health?.failingSinceMs
  if (since === undefined || since === null || nowMs - since < failingDaysMax * dayMs) return undefined
  return `every attempt since ${new Date(since).toISOString().slice(0, 19)}Z failed: ${health!.failures} of them, for more than ${failingDaysMax} days`
}

const turnOff = async (tx: Work, endpoint: Endpoint, reason: string, nowMs: number): Promise<void> => {
  const at = Math.floor(nowMs / 1000)
  const { createdAt: _created, changedAt: _changed, ...setting } = endpoint
  await appendSetting(tx, { ...setting, state: 'off', reason, actor, at })
  await appendDeed(tx.queries, {
    at,
    by: { id: actor, name: actor, party: endpoint.party, role: null, origin: null, request: null },
    action: 'turn-off',
    subject: endpoint.endpoint,
    detail: { url: endpoint.url, reason },
    before: { state: 'on' },
    after: { state: 'off', reason },
  })
}

/**
 * Takes up messages that should be on their way and are not: those whose worker died, those told of before the queue was there, those of an endpoint that
 * is on again. Answers with how many.
 */
export const takeUpStranded = async (store: Store, locks: pg.Pool): Promise<number> => {
  const stranded = await inTransaction(store, (tx) => listStranded(tx, triesMax, strandedMax))
  let taken = 0
  for (const message of stranded)
    // Whoever delivers it right now holds it.
    if (await holdMessage(locks, message, 'pass', () => inTransaction(store, (tx) => enqueueDeliveries(tx, [message])))) taken += 1
  return taken
}
