import { infiniteQueryOptions, keepPreviousData, QueryCache, QueryClient, queryOptions } from '@tanstack/react-query'
import type { AgreementsWire, AgreementWire, PeriodsWire } from '../wire/agreement.ts'
import type { HealthWire } from '../wire/problem.ts'
import type { ReadingsWire } from '../wire/reading.ts'
import type { ExplanationWire, PeriodWire } from '../wire/statement.ts'
import { Failure, getJson, pathWith } from './fetch.ts'

/** How long an answer is taken to be true without asking again. */
const freshMs = 15_000
const retriesMax = 1

/** What the server refuses, it refuses again; only silence and its own failures are worth a second try. */
const worthRetrying = (failures: number, error: Error): boolean =>
  failures < retriesMax && error instanceof Failure && (error.problem.status === 0 || error.problem.status >= 500)

export const makeQueryClient = (): QueryClient => {
  // Whoever is told that nobody is signed in asks who it is: the door then shows where to sign in.
  const onError = (error: Error): void => {
    if (error instanceof Failure && error.problem.status === 401) void client.invalidateQueries({ queryKey: ['session'] })
  }
  const client = new QueryClient({
    queryCache: new QueryCache({ onError }),
    defaultOptions: { queries: { staleTime: freshMs, retry: worthRetrying, retryDelay: 300, networkMode: 'always' } },
  })
  return client
}

const at = (id: string) => `/api/agreements/${encodeURIComponent(id)}`

export const health = queryOptions({
  queryKey: ['health'],
  queryFn: ({ signal }) => getJson<HealthWire>('/api/health', signal),
})

export const agreements = queryOptions({
  queryKey: ['agreements'],
  queryFn: ({ signal }) => getJson<AgreementsWire>('/api/agreements', signal),
})

export const agreement = (id: string, known?: string) =>
  queryOptions({
    queryKey: ['agreement', id, known ?? 'now'],
    queryFn: ({ signal }) => getJson<AgreementWire>(pathWith(at(id), { known }), signal),
  })

export const periods = (id: string, known?: string) =>
  queryOptions({
    queryKey: ['periods', id, known ?? 'now'],
    queryFn: ({ signal }) => getJson<PeriodsWire>(pathWith(`${at(id)}/periods`, { known }), signal),
  })

export const period = (id: string, month: string, version: number | undefined) =>
  queryOptions({
    queryKey: ['period', id, month, version ?? 'latest'],
    queryFn: ({ signal }) => getJson<PeriodWire>(pathWith(`${at(id)}/periods/${month}`, { v: version }), signal),
  })

export type LineName = Readonly<{ id: string; month: string; version: number | undefined; line: number }>

export const explanation = ({ id, month, version, line }: LineName) =>
  queryOptions({
    queryKey: ['explanation', id, month, version ?? 'latest', line],
    queryFn: ({ signal }) => getJson<ExplanationWire>(pathWith(`${at(id)}/periods/${month}/lines/${line}`, { v: version }), signal),
  })

export type ReadingsName = Readonly<{ agreement: string; subject: string; kind: string; from: string; to: string }>

export const readings = (name: ReadingsName) =>
  infiniteQueryOptions({
    queryKey: ['readings', name],
    queryFn: ({ signal, pageParam }) => getJson<ReadingsWire>(pathWith('/api/readings', { ...name, cursor: pageParam }), signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })
