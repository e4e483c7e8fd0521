import { formatInstant, type Instant } from '../../core/base/time.ts'
import type { Work } from './transaction.ts'

/** Where a party is told of what happens, as its latest setting has it. */
export type Endpoint = Readonly<{
  endpoint: string
  party: string
  url: string
  /** Null: all there are. */
  events: readonly string[] | null
  agreements: readonly string[] | null
  description: string
  state: 'on' | 'off' | 'removed'
  /** Why it is off. */
  reason: string | null
  createdAt: Instant
  changedAt: Instant
}>

/** Hours for which the secret before the latest stays good. */
export const overlapHours = 24

type EndpointRow = {
  endpoint: string
  party: string
  url: string
  events: string[] | null
  agreements: string[] | null
  description: string
  state: Endpoint['state']
  reason: string | null
  created_at: Date
  changed_at: Date
}
const secondsOf = (at: Date): Instant => Math.floor(at.getTime() / 1000)

const settings = `
  select e.endpoint, e.party, s.url, s.events, s.agreements, s.description, s.state, s.reason, e.recorded_at as created_at, s.recorded_at as changed_at
    from webhook_endpoint e
    join lateral (select * from webhook_setting s where s.endpoint = e.endpoint order by s.entry desc limit 1) as s on true`

const toEndpoint = ({ created_at, changed_at, ...row }: EndpointRow): Endpoint => ({
  ...row,
  createdAt: secondsOf(created_at),
  changedAt: secondsOf(changed_at),
})

/** Endpoints that these queries may see and that were not removed, oldest first. */
export const listEndpoints = async ({ client }: Work, party?: string): Promise<Endpoint[]> => {
  const { rows } = await client.query<EndpointRow>(
    `${settings} where s.state <> 'removed' and ($1::text is null or e.party = $1) order by e.endpoint`,
    [party ?? null],
  )
  return rows.map(toEndpoint)
}

export const findEndpoint = async ({ client }: Work, endpoint: string): Promise<Endpoint | undefined> => {
  const { rows } = await client.query<EndpointRow>(`${settings} where s.state <> 'removed' and e.endpoint = $1`, [endpoint])
  return rows[0] && toEndpoint(rows[0])
}

export type NewSetting = Readonly<
  Pick<Endpoint, 'endpoint' | 'party' | 'url' | 'events' | 'agreements' | 'description' | 'state' | 'reason'> & {
    actor: string
    at: Instant
  }
>

export const appendEndpoint = async (
  { queries }: Work,
  { endpoint, party, actor, at }: Pick<NewSetting, 'endpoint' | 'party' | 'actor' | 'at'>,
): Promise<void> => {
  await queries
    .insertInto('webhook_endpoint')
    .values({ endpoint, party, actor, recorded_at: formatInstant(at) })
    .execute()
}

export const appendSetting = async ({ queries }: Work, { events, agreements, at, ...row }: NewSetting): Promise<void> => {
  const lists = { events: events === null ? null : [...events], agreements: agreements === null ? null : [...agreements] }
  await queries
    .insertInto('webhook_setting')
    .values({ ...row, ...lists, recorded_at: formatInstant(at) })
    .execute()
}

/** `atMs`: milliseconds of the world's clock, since the epoch. */
export const appendSecret = async (
  { queries }: Work,
  { endpoint, secret, atMs }: Readonly<{ endpoint: string; secret: string; atMs: number }>,
): Promise<void> => {
  await queries
    .insertInto('webhook_secret')
    .values({ endpoint, secret, made_at: new Date(atMs).toISOString() })
    .execute()
}

/** The secrets that are good at an instant of the world's clock, the latest first: that one, and those that were replaced within the overlap before. */
export const findSecrets = async ({ client }: Work, endpoint: string, atMs: number): Promise<string[]> => {
  const { rows } = await client.query<{ secret: string }>(
    `select secret from (
       select entry, secret, lead(made_at) over (order by entry) as replaced_at from webhook_secret where endpoint = $1
     ) as made where replaced_at is null or replaced_at + make_interval(hours => $3) > $2::timestamptz order by entry desc`,
    [endpoint, new Date(atMs).toISOString(), overlapHours],
  )
  return rows.map(({ secret }) => secret)
}

/** How deliveries to an endpoint go. Instants are milliseconds of the world's clock. */
export type Health = Readonly<{
  endpoint: string
  lastAttemptMs: number | null
  lastStatus: number | null
  lastOutcome: 'delivered' | 'failed' | 'gone' | null
  lastReason: string | null
  /** The first attempt that failed after the last that did not; null where the last did not. */
  failingSinceMs: number | null
  /** Attempts that failed since then. */
  failures: number
  /** Messages that were neither delivered nor given up. */
  waiting: number
}>

type HealthRow = {
  endpoint: string
  started_at: Date | null
  status: number | null
  outcome: Health['lastOutcome']
  reason: string | null
  since: Date | null
  failures: bigint
  waiting: bigint
}

/** How the endpoints that these queries may see do. `tries` is how many attempts a round has. */
export const listHealth = async ({ client }: Work, endpoints: readonly string[], tries: number): Promise<Health[]> => {
  const { rows } = await client.query<HealthRow>(
    `select e.endpoint, last.started_at, last.status, last.outcome, last.reason, bad.since, bad.failures,
            (select count(*) from ${undelivered} and m.endpoint = e.endpoint) as waiting
       from unnest($1::text[]) as e (endpoint)
       left join lateral (select * from webhook_attempt a where a.endpoint = e.endpoint order by a.entry desc limit 1) as last on true
       left join lateral (
         select min(a.started_at) as since, count(*) as failures from webhook_attempt a where a.endpoint = e.endpoint and a.outcome <> 'delivered'
            and a.entry > coalesce((select max(g.entry) from webhook_attempt g where g.endpoint = e.endpoint and g.outcome = 'delivered'), 0)
       ) as bad on true`,
    [endpoints, tries],
  )
  return rows.map((row) => ({
    endpoint: row.endpoint,
    lastAttemptMs: row.started_at?.getTime() ?? null,
    lastStatus: row.status,
    lastOutcome: row.outcome,
    lastReason: row.reason,
    failingSinceMs: row.since?.getTime() ?? null,
    failures: Number(row.failures),
    waiting: Number(row.waiting),
  }))
}

/** Messages whose latest round has neither come to an end nor to its last attempt; `$2` is how many attempts a round has. */
export const undelivered = `webhook_message m
  cross join lateral (select coalesce(max(r.round), 0) as round from webhook_round r where r.message = m.message) as now
  where not exists (select from webhook_attempt a where a.message = m.message and a.round = now.round and (a.outcome <> 'failed' or a.number >= $2))`
