import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { minorDigits } from '../../core/base/currency.ts'
import { decimal, toFixed } from '../../core/base/rational.ts'
import { dateOf, formatInstant } from '../../core/base/time.ts'
import { OrderDetailShape, OrderName, OrderRowShape, OrdersQueryShape, OrdersShape, type OrderRowWire } from '../../wire/order.ts'
import { Month } from '../../wire/scalars.ts'
import type { OrderBill, OrderRecord, OrderSource } from '../app/orders.ts'
import type { OrderKey } from '../store/orders-out.ts'
import { problems } from './agreement-routes.ts'
import { principalOf, type SourceOf } from './principal.ts'
import { notFound, Refusal } from './problems.ts'

const CursorShape = z.tuple([z.string().max(63), z.string().max(63)])
const toCursor = ({ order, pool }: OrderKey): string => Buffer.from(JSON.stringify([order, pool])).toString('base64url')
const fromCursor = (text: string): OrderKey => {
  try {
    const [order, pool] = CursorShape.parse(JSON.parse(Buffer.from(text, 'base64url').toString()))
    return { order, pool }
  } catch {
    const detail = 'is not the `next` of a page; leave it out for the first page'
    throw new Refusal({
      kind: 'invalid-request',
      status: 400,
      title: 'The request is not right',
      detail: `/query/cursor: ${detail}`,
      errors: [{ pointer: '/query/cursor', detail }],
    })
  }
}

const toBill = ({ currency, amount }: OrderBill) => ({ currency, amount: toFixed(decimal(amount), minorDigits(currency) ?? 2) })

/** An order as it is told; to a tenant without what it is no party to. */
const toRow = ({ place, span, billed, order, pool, tenant, gpus, reserved, held, sold }: OrderRecord, isTenant: boolean): OrderRowWire => ({
  order,
  pool,
  agreement: isTenant ? null : place.agreement,
  title: isTenant ? null : place.title,
  region: place.regions.join(', '),
  zone: place.zone,
  tenant: tenant ?? null,
  from: span === undefined ? null : dateOf(span.from, place.zone),
  through: span === undefined ? null : dateOf(span.to - 1, place.zone),
  gpus,
  sold,
  reserved,
  used: held,
  idle: sold - held,
  beyond: sold - reserved,
  billed: billed.map(toBill),
})

/** What was sold, and whether it runs. */
export const orderRoutes = async (api: FastifyInstance, sourceOf: SourceOf<OrderSource>): Promise<void> => {
  const routes = api.withTypeProvider<ZodTypeProvider>()
  routes.get(
    '/api/orders',
    {
      config: { needs: 'orders:read' },
      schema: {
        operationId: 'listOrders',
        summary: 'Orders of a month, a page at a time: what was reserved, sold, used and billed',
        querystring: OrdersQueryShape,
        response: { 200: OrdersShape, ...problems },
      },
    },
    async (request) => {
      const source = sourceOf(request)
      const { agreement, cursor, limit, month = source.usualMonth() } = request.query
      const after = cursor === undefined ? undefined : fromCursor(cursor)
      const { orders, more } = await source.listOrders({ month, agreement, after, limit })
      const isTenant = principalOf(request).role === 'tenant'
      const last = orders.at(-1)
      return {
        now: formatInstant(source.now()),
        month,
        orders: orders.map((each) => toRow(each, isTenant)),
        next: more && last !== undefined ? toCursor(last) : null,
      }
    },
  )
  routes.get(
    '/api/orders/:order',
    {
      config: { needs: 'orders:read' },
      schema: {
        operationId: 'readOrder',
        summary: 'One order through a month by the hour, and its bill so far',
        params: z.object({ order: OrderName }),
        querystring: z.object({ month: Month.optional(), pool: OrderRowShape.shape.pool.max(63).optional() }),
        response: { 200: OrderDetailShape, ...problems },
      },
    },
    async (request) => {
      const source = sourceOf(request)
      const { order } = request.params
      const found = await source.findOrder(order, { month: request.query.month ?? source.usualMonth(), pool: request.query.pool })
      if (found === undefined) throw notFound(`There is no order ${order} here; /api/orders lists those of a month.`)
      const { hours } = found
      return {
        ...toRow(found, principalOf(request).role === 'tenant'),
        now: formatInstant(source.now()),
        month: found.month,
        edges: [...found.edges],
        reservedByHour: [...hours.reserved],
        usedByHour: [...hours.held],
        soldByHour: [...hours.sold],
        bills: found.bills.map((bill) => ({ month: bill.month, charges: bill.charges, ...toBill(bill) })),
        pools: [...found.pools],
      }
    },
  )
}
