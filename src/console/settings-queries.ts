import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { KeysWire } from '../wire/key.ts'
import type { PartiesWire, PeopleWire, ReadersWire } from '../wire/people.ts'
import { getJson, pathWith } from './fetch.ts'

const from = { initialPageParam: undefined as string | undefined }
const nextOf = ({ next }: Readonly<{ next: string | null }>): string | undefined => next ?? undefined

export const people = infiniteQueryOptions({
  queryKey: ['people'],
  queryFn: ({ signal, pageParam }) => getJson<PeopleWire>(pathWith('/api/people', { cursor: pageParam }), signal),
  getNextPageParam: nextOf,
  ...from,
})

export const readers = infiniteQueryOptions({
  queryKey: ['readers'],
  queryFn: ({ signal, pageParam }) => getJson<ReadersWire>(pathWith('/api/readers', { cursor: pageParam }), signal),
  getNextPageParam: nextOf,
  ...from,
})

export const keys = infiniteQueryOptions({
  queryKey: ['keys'],
  queryFn: ({ signal, pageParam }) => getJson<KeysWire>(pathWith('/api/keys', { cursor: pageParam }), signal),
  getNextPageParam: nextOf,
  ...from,
})

export const parties = queryOptions({
  queryKey: ['parties'],
  queryFn: ({ signal }) => getJson<PartiesWire>('/api/parties', signal),
})
