import { canonical, type Json } from '../../core/base/canonical.ts'
import { formatInstant, type Instant } from '../../core/base/time.ts'
import { newId } from './ids.ts'
import type { Work } from './transaction.ts'

/** What parties are told of as it happens. */
export type EventType =
  | 'statement.prepared'
  | 'statement.approved'
  | 'statement.returned'
  | 'statement.final'
  | 'statement.corrected'
  | 'agreement.loaded'
  | 'claim.verified'
  | 'finding.decided'
  | 'dispute.raised'
  | 'dispute.ruled'
  | 'import.late'

export type TellRequest = Readonly<{
  type: EventType
  agreement: string
  /** Names, hashes and amounts as text: little, for whoever wants more asks the API, which checks what they may see. Its agreement is put in. */
  data: Readonly<Record<string, Json | undefined>>
  /** When it happened, by whoever acts. */
  at: Instant
}>

/** Bytes of a body: the table refuses more. */
export const bodyBytesMax = 65_536

export const webhookJobName = 'webhook'
export const webhookKeyOf = (message: string): string => `webhook ${message}`
/** Failures of the task itself, such as a database that is away; attempts at an endpoint are counted apart. */
const taskFailuresMax = 25

/** The body of an event, as the Standard Webhooks specification has it. */
export const bodyOf = (type: string, at: Instant, data: Json): string => canonical({ type, timestamp: formatInstant(at), data })

/** Endpoints that are on and want this event, of each party that may see the agreement: all but tenants, and those it was given to read. */
const wantedBy = `
  with seeing as (
    select party from agreement_party where agreement = $1 and role <> 'tenant'
    union
    select party from (select distinct on (party) party, given from agreement_reader where agreement = $1 order by party, entry desc) as latest where given
  )
  select e.endpoint, e.party from webhook_endpoint e join seeing using (party)
    join lateral (select * from webhook_setting s where s.endpoint = e.endpoint order by s.entry desc limit 1) as now on true
   where now.state = 'on' and (now.events is null or $2 = any (now.events)) and (now.agreements is null or $1 = any (now.agreements))
   order by e.endpoint`

/**
 * Tells everybody who may see an agreement, and asked to be told, of something that happens to it: a message for each endpoint and a job that delivers it,
 * both in the transaction of the deed, so that they are there exactly if the deed is. Where the queue is not set up yet, the job is made when it is.
 */
export const tellEvent = async (tx: Work, { type, agreement, data, at }: TellRequest): Promise<void> => {
  const { rows } = await tx.client.query<{ endpoint: string; party: string }>(wantedBy, [agreement, type])
  if (rows.length === 0) return
  const body = bodyOf(type, at, { ...data, agreement })
  await appendMessages(
    tx,
    rows.map((row) => ({ ...row, agreement, type, body, at })),
  )
}

export type NewMessage = Readonly<{ endpoint: string; party: string; agreement: string | null; type: string; body: string; at: Instant }>

/** Appends messages and enqueues their delivery; answers with their names. */
export const appendMessages = async (tx: Work, messages: readonly NewMessage[]): Promise<string[]> => {
  const rows = messages.map(({ endpoint, party, agreement, type, body, at }) => ({
    message: newId('msg'),
    endpoint,
    party,
    agreement,
    type,
    body,
    recorded_at: formatInstant(at),
  }))
  await tx.queries.insertInto('webhook_message').values(rows).execute()
  const names = rows.map(({ message }) => message)
  await enqueueDeliveries(tx, names)
  return names
}

/** Enqueues the delivery of messages, at once or in so many seconds. A message has one job: another takes its place. */
export const enqueueDeliveries = async ({ client }: Work, messages: readonly string[], inSeconds = 0): Promise<void> => {
  // The queue's tables are the connection's own, not those of the role that settles. A command may write to a database in which nothing works on jobs yet.
  await client.query('set local role none')
  const { rows } = await client.query<{ there: boolean }>(`select to_regnamespace('graphile_worker') is not null as there`)
  if (rows[0]?.there === true)
    for (const message of messages)
      await client.query(
        `select graphile_worker.add_job($1, payload := $2::json, job_key := $3, max_attempts := $4, run_at := now() + make_interval(secs => $5))`,
        [webhookJobName, JSON.stringify({ message }), webhookKeyOf(message), taskFailuresMax, inSeconds],
      )
  await client.query('set local role offtake_system')
}
