import { infiniteQueryOptions, queryOptions, type InfiniteData } from '@tanstack/react-query'
import type { FeedsWire } from '../wire/feed.ts'
import type { OrderDetailWire, OrdersWire } from '../wire/order.ts'
import type { SandboxWire } from '../wire/sandbox.ts'
import type { HitsWire } from '../wire/search.ts'
import type { TodayWire } from '../wire/today.ts'
import { getJson, pathWith } from './fetch.ts'
import { keepOf } from './keep-of.ts'

/** How often the age of feeds is asked for anew, and the clock of a sandbox while it moves. */
const feedsEveryMs = 60_000
const movingEveryMs = 700

export const today = queryOptions({ queryKey: ['today'], queryFn: ({ signal }) => getJson<TodayWire>('/api/today', signal) })

export const feeds = queryOptions({
  queryKey: ['feeds'],
  queryFn: ({ signal }) => getJson<FeedsWire>('/api/feeds', signal),
  refetchInterval: feedsEveryMs,
})

export const sandbox = queryOptions({
  queryKey: ['sandbox'],
  queryFn: ({ signal }) => getJson<SandboxWire>('/api/sandbox', signal),
  refetchInterval: ({ state: { data } }) => (data?.run != null && data.run.outcome === null ? movingEveryMs : false),
})

export type OrdersName = Readonly<{ month: string | undefined; agreement: string | undefined }>

export const orders = (name: OrdersName) =>
  infiniteQueryOptions({
    queryKey: ['orders', name] as const,
    queryFn: ({ signal, pageParam }) => getJson<OrdersWire>(pathWith('/api/orders', { ...name, cursor: pageParam }), signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    // An answer does not tell which agreement was asked for; its question does.
    placeholderData: (shown: InfiniteData<OrdersWire, string | undefined> | undefined, before): typeof shown =>
      before?.queryKey[1].agreement === name.agreement ? shown : undefined,
  })

export const order = (id: string, month: string | undefined, pool: string | undefined) =>
  queryOptions<OrderDetailWire>({
    queryKey: ['order', id, month ?? '', pool ?? ''],
    queryFn: ({ signal }) => getJson<OrderDetailWire>(pathWith(`/api/orders/${encodeURIComponent(id)}`, { month, pool }), signal),
    placeholderData: (shown) => keepOf(shown, (detail) => detail.order === id && (pool === undefined || detail.pool === pool)),
  })

export const hits = (question: string) =>
  queryOptions({
    queryKey: ['hits', question],
    queryFn: ({ signal }) => getJson<HitsWire>(pathWith('/api/search', { q: question }), signal),
    enabled: question !== '',
    staleTime: 60_000,
  })
