import { formatInstant, type Instant } from '../../core/base/time.ts'
import { undelivered } from './webhooks.ts'
import type { Work } from './transaction.ts'

/** What is, or was, on its way to an endpoint. */
export type Message = Readonly<{
  entry: bigint
  message: string
  endpoint: string
  party: string
  agreement: string | null
  type: string
  body: string
  at: Instant
  /** How often it was asked to be sent again. */
  round: number
  /** Attempts of that round. */
  attempts: number
  last: Attempt | undefined
}>

/** One try to deliver a message. `startedMs` and `againMs` are milliseconds of the world's clock. */
export type Attempt = Readonly<{
  round: number
  /** From 1 within its round. */
  number: number
  startedMs: number
  ms: number
  status: number | null
  answer: string | null
  outcome: 'delivered' | 'failed' | 'gone'
  reason: string | null
  againMs: number | null
}>

type AttemptRow = {
  round: number
  number: number
  started_at: Date
  ms: number
  status: number | null
  answer: string | null
  outcome: Attempt['outcome']
  reason: string | null
  again_at: Date | null
}
const toAttempt = ({ started_at, again_at, ...row }: AttemptRow): Attempt => ({
  ...row,
  startedMs: started_at.getTime(),
  againMs: again_at?.getTime() ?? null,
})

type MessageRow = Omit<AttemptRow, 'started_at' | 'round'> & {
  entry: bigint
  message: string
  endpoint: string
  party: string
  agreement: string | null
  type: string
  body: string
  recorded_at: Date
  now_round: number
  last_round: number | null
  started_at: Date | null
  attempts: bigint
}
const toMessage = (row: MessageRow): Message => {
  const { entry, message, endpoint, party, agreement, type, body, recorded_at, now_round, last_round, started_at, attempts, ...tried } = row
  const last = started_at === null || last_round === null ? undefined : toAttempt({ ...tried, started_at, round: last_round })
  const at = Math.floor(recorded_at.getTime() / 1000)
  return { entry, message, endpoint, party, agreement, type, body, at, round: now_round, attempts: Number(attempts), last }
}

const messages = `
  select m.entry, m.message, m.endpoint, m.party, m.agreement, m.type, m.body, m.recorded_at, now.round as now_round,
         last.round as last_round, last.number, last.started_at, last.ms, last.status, last.answer, last.outcome, last.reason, last.again_at,
         (select count(*) from webhook_attempt a where a.message = m.message and a.round = now.round) as attempts
    from webhook_message m
    cross join lateral (select coalesce(max(r.round), 0)::integer as round from webhook_round r where r.message = m.message) as now
    left join lateral (select * from webhook_attempt a where a.message = m.message order by a.entry desc limit 1) as last on true`

/** Messages of an endpoint, newest first, before an entry where one is given. */
export const listMessages = async (
  { client }: Work,
  { endpoint, before, limit }: Readonly<{ endpoint: string; before: bigint | undefined; limit: number }>,
): Promise<Message[]> => {
  const { rows } = await client.query<MessageRow>(
    `${messages} where m.endpoint = $1 and ($2::bigint is null or m.entry < $2) order by m.entry desc limit $3`,
    [endpoint, before ?? null, limit],
  )
  return rows.map(toMessage)
}

export const findMessage = async ({ client }: Work, message: string): Promise<Message | undefined> => {
  const { rows } = await client.query<MessageRow>(`${messages} where m.message = $1`, [message])
  return rows[0] && toMessage(rows[0])
}

/** Attempts at a message, the first first. */
export const listAttempts = async ({ client }: Work, message: string, limit: number): Promise<Attempt[]> => {
  const { rows } = await client.query<AttemptRow>(
    'select round, number, started_at, ms, status, answer, outcome, reason, again_at from webhook_attempt where message = $1 order by entry limit $2',
    [message, limit],
  )
  return rows.map(toAttempt)
}

export const appendAttempt = async (
  { queries }: Work,
  { message, endpoint, party }: Pick<Message, 'message' | 'endpoint' | 'party'>,
  { startedMs, againMs, ...attempt }: Attempt,
): Promise<void> => {
  const times = { started_at: new Date(startedMs).toISOString(), again_at: againMs === null ? null : new Date(againMs).toISOString() }
  await queries
    .insertInto('webhook_attempt')
    .values({ message, endpoint, party, ...attempt, ...times })
    .execute()
}

/** Begins a new round of each of these messages. */
export const appendRounds = async (
  { queries }: Work,
  again: readonly Message[],
  { actor, at }: Readonly<{ actor: string; at: Instant }>,
): Promise<void> => {
  if (again.length === 0) return
  const recorded_at = formatInstant(at)
  const rows = again.map(({ message, endpoint, party, round }) => ({ message, round: round + 1, endpoint, party, actor, recorded_at }))
  await queries.insertInto('webhook_round').values(rows).execute()
}

/** The messages of an endpoint that tell of what happened at an instant or later, oldest first. */
export const listMessagesSince = async (
  { client }: Work,
  { endpoint, since, limit }: Readonly<{ endpoint: string; since: Instant; limit: number }>,
): Promise<Message[]> => {
  const { rows } = await client.query<MessageRow>(`${messages} where m.endpoint = $1 and m.recorded_at >= $2 order by m.entry limit $3`, [
    endpoint,
    formatInstant(since),
    limit,
  ])
  return rows.map(toMessage)
}

/** Messages that nobody took up are looked for this long after they were written or asked for again; after that they wait to be sent again by hand. */
export const lookBackDays = 5

/**
 * Messages that should be on their way and are not: undelivered, to an endpoint that is on, and with no job that waits. The job of a worker that died is
 * still held by it; who holds a message alive holds its lock too, so that is asked by whoever takes these up. `tries` is how many attempts a round has.
 */
export const listStranded = async ({ client }: Work, tries: number, limit: number): Promise<string[]> => {
  const { rows } = await client.query<{ message: string }>(
    `select m.message from ${undelivered}
        and (m.written_at > now() - make_interval(days => ${lookBackDays})
          or exists (select from webhook_round r where r.message = m.message and r.written_at > now() - make_interval(days => ${lookBackDays})))
        and (select s.state from webhook_setting s where s.endpoint = m.endpoint order by s.entry desc limit 1) = 'on'
        and not exists (select from unnest($1::text[]) as waiting (message) where waiting.message = m.message)
      order by m.entry limit $3`,
    [await listWaiting(client), tries, limit],
  )
  return rows.map(({ message }) => message)
}

/** Messages with a job that no worker holds: it will be done. */
const listWaiting = async (client: Work['client']): Promise<string[]> => {
  await client.query('set local role none')
  const { rows } = await client.query<{ key: string }>(
    `select key from graphile_worker.jobs where task_identifier = 'webhook' and key is not null and locked_at is null and attempts < max_attempts`,
  )
  await client.query('set local role offtake_system')
  return rows.map(({ key }) => key.replace(/^webhook /, ''))
}
