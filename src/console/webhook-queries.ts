import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { MessagesWire, WebhooksWire } from '../wire/webhook.ts'
import { getJson, pathWith } from './fetch.ts'

/** What is on its way changes by itself. */
const lookEveryMs = 5_000

export const webhooks = queryOptions({
  queryKey: ['webhooks', 'list'],
  queryFn: ({ signal }) => getJson<WebhooksWire>('/api/webhooks', signal),
  refetchInterval: lookEveryMs,
})

export const webhookMessages = (endpoint: string) =>
  infiniteQueryOptions({
    queryKey: ['webhooks', 'messages', endpoint],
    queryFn: ({ signal, pageParam }) =>
      getJson<MessagesWire>(pathWith(`/api/webhooks/${endpoint}/messages`, { cursor: pageParam, limit: 20 }), signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: lookEveryMs,
  })
