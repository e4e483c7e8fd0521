import { z } from 'zod'
import { AgreementName, Amount, GpuSeconds, Instant, list, LocalDate, Month } from './scalars.ts'

/** Orders of one page, at most and unless asked. */
export const ordersPageMax = 500
export const ordersPageDefault = 100

export const OrderName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,62}$/, 'should be the name of an order')

export const BillShape = z
  .object({ currency: z.string(), amount: Amount })
  .meta({ id: 'Bill', description: 'charges that begin in the month, less what was credited and refunded on them' })

export const OrderRowShape = z
  .object({
    order: z.string(),
    pool: z.string(),
    agreement: z.string().nullable().meta({ description: 'null for a tenant, who buys and is no party to it' }),
    title: z.string().nullable(),
    region: z.string(),
    zone: z.string(),
    tenant: z.string().nullable(),
    from: LocalDate.nullable().meta({ description: 'first and last local date of its reservations, in all time; null where it has none' }),
    through: LocalDate.nullable(),
    gpus: z.int().meta({ description: 'the most that were reserved at once in the month' }),
    sold: GpuSeconds.meta({ description: 'at every instant the larger of reserved and held by jobs' }),
    reserved: GpuSeconds,
    used: GpuSeconds.meta({ description: 'held by its jobs' }),
    idle: GpuSeconds.meta({ description: 'reserved, and held by no job: sold − used' }),
    beyond: GpuSeconds.meta({ description: 'held by jobs beyond what was reserved: sold − reserved' }),
    billed: list(BillShape),
  })
  .meta({ id: 'Order', description: 'of one month of its zone' })

export const OrdersShape = z
  .object({ now: Instant, month: Month, orders: list(OrderRowShape), next: z.string().nullable() })
  .meta({ id: 'Orders', description: 'orders with anything in the month, by name' })

export const OrderDetailShape = OrderRowShape.extend({
  now: Instant,
  month: Month,
  edges: list(z.int()).meta({ description: 'starts of the hours of the month and its end, in seconds since the epoch' }),
  reservedByHour: list(GpuSeconds),
  usedByHour: list(GpuSeconds),
  soldByHour: list(GpuSeconds),
  bills: list(z.object({ month: Month, currency: z.string(), amount: Amount, charges: z.int() })).meta({ description: 'of all months' }),
  pools: list(z.string()).meta({ description: 'other pools that have an order of this name' }),
}).meta({ id: 'OrderDetail' })

export const OrdersQueryShape = z.object({
  agreement: AgreementName.optional(),
  month: Month.optional().meta({ description: 'the month before the one that runs by default' }),
  cursor: z.string().max(400).optional().meta({ description: '`next` of the page before' }),
  limit: z.coerce.number().int().min(1).max(ordersPageMax).default(ordersPageDefault),
})

export type OrderRowWire = z.infer<typeof OrderRowShape>
export type OrdersWire = z.infer<typeof OrdersShape>
export type OrderDetailWire = z.infer<typeof OrderDetailShape>
