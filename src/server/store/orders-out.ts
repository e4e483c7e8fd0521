import type { Instant, Interval } from '../../core/base/time.ts'
import type { Work } from './transaction.ts'

/** A pool, and the stretch of time that its orders are asked for: a month of its agreement's zone. */
export type PoolWindow = Readonly<{ pool: string; window: Interval }>
export type OrderKey = Readonly<{ order: string; pool: string }>

/** What an order came to in its window: GPU-seconds, exact. Sold is the larger of reserved and held at every instant. */
export type OrderSums = OrderKey &
  Readonly<{
    tenant: string | undefined
    /** The most GPUs that were reserved at once. */
    gpus: number
    reserved: number
    held: number
    sold: number
  }>

const replaced = (row: string): string => `exists (select from reading n where n.source = ${row}.source and n.replaces = ${row}.id)`
/** None that another took the place of; of several that take the place of one, the highest revision. */
const standing = (row: string): string => `not ${replaced(row)} and (${row}.replaces is null or not exists (
  select from reading o where o.source = ${row}.source and o.replaces = ${row}.replaces and o.revision > ${row}.revision))`

/** Readings of orders of some pools ($1), each cut at its pool's window ($2, $3), that lies within a whole one ($4, $5). */
const told = (more: string): string => `
  place as (select * from unnest($1::text[], $2::bigint[], $3::bigint[]) as p (pool, starts, ends)),
  told as materialized (
    select r.order_id, r.pool, r.tenant, greatest(r.starts_at, p.starts) as starts, least(r.ends_at, p.ends) as ends,
           case when r.kind = 'reservation' then r.gpus else 0 end as reserved, case when r.kind = 'allocation' then r.gpus else 0 end as held
      from reading r join place p on p.pool = r.pool
     where r.kind in ('allocation', 'reservation', 'charge') and r.order_id is not null
       and r.starts_at < $5 and r.ends_at >= $4 and r.starts_at < p.ends
       and (r.ends_at > p.starts or (r.starts_at = r.ends_at and r.ends_at = p.starts)) and ${standing('r')} ${more})`

const course = (of: string): string => `
  event as (
    select t.order_id, t.pool, x.at, sum(x.reserved) as reserved, sum(x.held) as held
      from ${of} cross join lateral (values (t.starts, t.reserved, t.held), (t.ends, -t.reserved, -t.held)) as x (at, reserved, held)
     group by 1, 2, 3),
  course as (
    select order_id, pool, at, coalesce(lead(at) over w - at, 0) as seconds, sum(reserved) over w as reserved, sum(held) over w as held
      from event window w as (partition by order_id, pool order by at))`

const places = (windows: readonly PoolWindow[]): unknown[] => [
  windows.map(({ pool }) => pool),
  windows.map(({ window }) => window.from),
  windows.map(({ window }) => window.to),
  Math.min(...windows.map(({ window }) => window.from)),
  Math.max(...windows.map(({ window }) => window.to)),
]

/**
 * Orders of some pools with anything in their windows, in order of name and pool: at most `limit` after a key. It reads the readings of the windows,
 * never those of years.
 */
export const listOrders = async (
  { client }: Work,
  windows: readonly PoolWindow[],
  { after, limit }: Readonly<{ after: OrderKey | undefined; limit: number }>,
): Promise<OrderSums[]> => {
  if (windows.length === 0) return []
  const { rows } = await client.query<{
    order_id: string
    pool: string
    tenant: string | null
    gpus: string
    reserved: string
    held: string
    sold: string
  }>(
    `with ${told('and ($6::text is null or (r.order_id, r.pool) > ($6, $7))')},
          page as (select order_id, pool, max(tenant) as tenant from told group by 1, 2 order by 1, 2 limit $8),
          ${course('told t join page using (order_id, pool)')}
     select c.order_id, c.pool, p.tenant, max(c.reserved)::text as gpus, sum(c.reserved * c.seconds)::text as reserved,
            sum(c.held * c.seconds)::text as held, sum(greatest(c.reserved, c.held) * c.seconds)::text as sold
       from course c join page p using (order_id, pool) group by 1, 2, 3 order by 1, 2`,
    [...places(windows), after?.order ?? null, after?.pool ?? null, limit],
  )
  return rows.map(({ order_id, pool, tenant, ...sums }) => ({
    order: order_id,
    pool,
    tenant: tenant ?? undefined,
    gpus: Number(sums.gpus),
    reserved: Number(sums.reserved),
    held: Number(sums.held),
    sold: Number(sums.sold),
  }))
}

/** Where reserved and held of one order change within its window; the last step is the window's end or before, with nothing. */
export type OrderStep = Readonly<{ at: Instant; reserved: number; held: number }>

export const readCourse = async ({ client }: Work, { pool, window }: PoolWindow, order: string): Promise<OrderStep[]> => {
  const { rows } = await client.query<{ at: bigint; reserved: string; held: string }>(
    `with ${told('and r.order_id = $6')}, ${course('told t')}
     select at, reserved::text, held::text from course order by at`,
    [...places([{ pool, window }]), order],
  )
  return rows.map(({ at, reserved, held }) => ({ at: Number(at), reserved: Number(reserved), held: Number(held) }))
}

/** From when until when an order has reservations, in all time; only of those that have any. */
export type OrderSpan = OrderKey & Readonly<{ from: Instant; to: Instant; tenant: string | undefined; gpus: number }>

export const findSpans = async ({ client }: Work, orders: readonly string[]): Promise<OrderSpan[]> => {
  const { rows } = await client.query<{ order_id: string; pool: string; from: bigint; to: bigint; tenant: string | null; gpus: number }>(
    `select r.order_id, r.pool, min(r.starts_at) as from, max(r.ends_at) as to, max(r.tenant) as tenant, max(r.gpus) as gpus
       from reading r where r.kind = 'reservation' and r.order_id = any ($1) and ${standing('r')} group by 1, 2 order by 1, 2`,
    [orders],
  )
  return rows.map((row) => ({
    order: row.order_id,
    pool: row.pool,
    from: Number(row.from),
    to: Number(row.to),
    tenant: row.tenant ?? undefined,
    gpus: row.gpus,
  }))
}

/** One charge of an order, in the local month of its pool's zone in which it begins. Major units. */
export type OrderCharge = OrderKey &
  Readonly<{ source: string; id: string; tenant: string | undefined; month: string; currency: string; amount: string }>

/** Charges of one answer, at most: of one order a charge a day for a hundred years. */
const chargesMax = 40_000

/** Charges of orders by name, of the month asked for; undefined: of all. */
export const listCharges = async (
  { client }: Work,
  orders: readonly string[],
  zones: readonly Readonly<{ pool: string; zone: string; window: Interval | undefined }>[],
): Promise<OrderCharge[]> => {
  const { rows } = await client.query<Omit<OrderCharge, 'order' | 'tenant'> & { order_id: string; tenant: string | null }>(
    `with zone as (select * from unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[]) as z (pool, zone, starts, ends))
     select r.order_id, r.pool, r.source, r.id, r.tenant, to_char(to_timestamp(r.starts_at) at time zone z.zone, 'YYYY-MM') as month,
            r.body ->> 'currency' as currency, r.body ->> 'amount' as amount
       from reading r join zone z on z.pool = r.pool
      where r.kind = 'charge' and r.order_id = any ($1) and r.order_id is not null and r.starts_at >= z.starts and r.starts_at < z.ends
        and ${standing('r')} limit ${chargesMax}`,
    [
      orders,
      zones.map(({ pool }) => pool),
      zones.map(({ zone }) => zone),
      zones.map(({ window }) => window?.from ?? 0),
      zones.map(({ window }) => window?.to ?? 2 ** 40),
    ],
  )
  return rows.map(({ order_id, tenant, ...row }) => ({ ...row, order: order_id, tenant: tenant ?? undefined }))
}

/**
 * What was credited and refunded on charges, by source and id joined by NUL. Asked as who sees all, of charges that were found within a reach: what is said
 * of a charge belongs to whom the charge belongs to, and no index is used below a policy for what stands in a body.
 */
export const findReductions = async ({ client }: Work, charges: readonly OrderCharge[]): Promise<Map<string, string>> => {
  const { rows } = await client.query<{ source: string; id: string; amount: string }>(
    `select c.source, c.id, sum((k.body ->> 'amount')::numeric)::text as amount
       from unnest($1::text[], $2::text[]) as c (source, id)
       join reading k on k.kind in ('credit', 'refund') and k.source = c.source and ((k.body ->> 'reduces') collate "C") = c.id
      where ${standing('k')} group by 1, 2`,
    [charges.map(({ source }) => source), charges.map(({ id }) => id)],
  )
  return new Map(rows.map(({ source, id, amount }) => [`${source}\0${id}`, amount]))
}

/** Orders with reservations that end in a stretch of time and have none after it, by when they end: of a tenant within its own reach. */
export const listEnding = async (
  { client }: Work,
  { from, to, limit }: Interval & Readonly<{ limit: number }>,
): Promise<Readonly<OrderKey & { to: Instant }>[]> => {
  const { rows } = await client.query<{ order_id: string; pool: string; to: bigint }>(
    `select r.order_id, r.pool, max(r.ends_at) as to from reading r where r.kind = 'reservation' and ${standing('r')}
      group by 1, 2 having max(r.ends_at) > $1 and max(r.ends_at) <= $2 order by 3, 1, 2 limit $3`,
    [from, to, limit],
  )
  return rows.map((row) => ({ order: row.order_id, pool: row.pool, to: Number(row.to) }))
}

/** Pools in which readings of orders are seen. */
export const listOrderPools = async ({ client }: Work, order: string): Promise<string[]> => {
  const { rows } = await client.query<{ pool: string }>(
    `select distinct r.pool from reading r where r.order_id = $1 and r.kind in ('reservation', 'charge') and r.pool is not null order by 1 limit 20`,
    [order],
  )
  return rows.map(({ pool }) => pool)
}
