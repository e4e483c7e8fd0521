import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { ClaimsWire, ClaimWire, DecidedWire, DecideWire, FindingDetailWire, FindingsWire, RingsWire } from '../wire/claim.ts'
import { getJson, pathWith, postJson } from './fetch.ts'

/** A month's claim of an agreement. */
export type ClaimName = Readonly<{ agreement: string; month: string }>

const at = ({ agreement, month }: ClaimName) => `/api/claims/${encodeURIComponent(agreement)}/${month}`
/** Everything of one claim: a decision makes all of it old. */
export const claimKey = ({ agreement, month }: ClaimName) => ['claim', agreement, month] as const

export const claims = queryOptions({
  queryKey: ['claims'],
  queryFn: ({ signal }) => getJson<ClaimsWire>('/api/claims', signal),
})

export const claim = (name: ClaimName) =>
  queryOptions({ queryKey: [...claimKey(name), 'sums'], queryFn: ({ signal }) => getJson<ClaimWire>(at(name), signal) })

export const findingsOf = (name: ClaimName, kind: string) =>
  infiniteQueryOptions({
    queryKey: [...claimKey(name), 'findings', kind],
    queryFn: ({ signal, pageParam }) => getJson<FindingsWire>(pathWith(`${at(name)}/findings`, { kind, cursor: pageParam }), signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  })

export const finding = (name: ClaimName, id: string) =>
  queryOptions({
    queryKey: [...claimKey(name), 'finding', id],
    queryFn: ({ signal }) => getJson<FindingDetailWire>(`${at(name)}/findings/${id}`, signal),
  })

export const rings = (name: ClaimName, hall: string) =>
  queryOptions({
    queryKey: [...claimKey(name), 'rings', hall],
    queryFn: ({ signal }) => getJson<RingsWire>(pathWith(`${at(name)}/rings`, { hall }), signal),
  })

/** Decides about a finding. `key` names the act: sent twice, it is done once. */
export const decide = (name: ClaimName, id: string, body: DecideWire, key: string): Promise<DecidedWire> =>
  postJson<DecidedWire>(`${at(name)}/findings/${id}/decision`, body, key)
