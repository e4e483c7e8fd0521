import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { FactoriesWire, FactoryMonthWire, HallWire, RackReadingsWire, ReconciliationWire, SourcesWire } from '../wire/factory.ts'
import { getJson, pathWith } from './fetch.ts'

/** A month of a factory, of one agreement where several have racks there. */
export type FactoryName = Readonly<{ factory: string; month: string; of: string | undefined }>

const at = ({ factory, month }: FactoryName) => `/api/factories/${encodeURIComponent(factory)}/months/${month}`
const key = ({ factory, month, of }: FactoryName) => [factory, month, of ?? ''] as const

export const factories = queryOptions({
  queryKey: ['factories'],
  queryFn: ({ signal }) => getJson<FactoriesWire>('/api/factories', signal),
})

export const factoryMonth = (name: FactoryName) =>
  queryOptions({
    queryKey: ['factory', ...key(name)],
    queryFn: ({ signal }) => getJson<FactoryMonthWire>(pathWith(at(name), { agreement: name.of }), signal),
  })

export type HallName = FactoryName & Readonly<{ hall: string; day?: string | undefined; rack?: string | undefined }>

export const hall = (name: HallName) =>
  queryOptions({
    queryKey: ['hall', ...key(name), name.hall, name.day ?? '', name.rack ?? ''],
    queryFn: ({ signal }) =>
      getJson<HallWire>(
        pathWith(`${at(name)}/halls/${encodeURIComponent(name.hall)}`, { agreement: name.of, day: name.day, rack: name.rack }),
        signal,
      ),
  })

export type RackMoment = FactoryName & Readonly<{ unit: string; from: string; to: string }>

export const rackReadings = (name: RackMoment) =>
  queryOptions({
    queryKey: ['rack', ...key(name), name.unit, name.from, name.to],
    queryFn: ({ signal }) =>
      getJson<RackReadingsWire>(
        pathWith(`${at(name)}/rack`, { agreement: name.of, unit: name.unit, from: name.from, to: name.to }),
        signal,
      ),
  })

export const factorySources = (name: FactoryName) =>
  queryOptions({
    queryKey: ['sources', ...key(name)],
    queryFn: ({ signal }) => getJson<SourcesWire>(pathWith(`${at(name)}/sources`, { agreement: name.of }), signal),
  })

const reconciliationPage = 8

export const reconciliation = (name: FactoryName) =>
  infiniteQueryOptions({
    queryKey: ['reconciliation', ...key(name)],
    queryFn: ({ signal, pageParam }) =>
      getJson<ReconciliationWire>(
        pathWith(`${at(name)}/reconciliation`, { agreement: name.of, cursor: pageParam, limit: reconciliationPage }),
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  })
