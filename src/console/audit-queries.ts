import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { AuditEntryDetailWire, AuditLogWire, ChainWire, PickWire } from '../wire/audit.ts'
import { getJson, pathWith } from './fetch.ts'

/** What the address of the audit log says: what is asked for, which entry is open, by which seed a cent was picked. */
export type AuditView = Readonly<{
  subject?: string | undefined
  agreement?: string | undefined
  actor?: string | undefined
  action?: string | undefined
  /** Local dates of UTC, both included. */
  from?: string | undefined
  to?: string | undefined
  entry?: string | undefined
  seed?: string | undefined
}>

export const auditFilters = ['subject', 'agreement', 'actor', 'action', 'from', 'to'] as const

const textMax = 400
const word = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && value.length <= textMax ? value : undefined
const date = (value: unknown): string | undefined => (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : undefined)

/** Takes what it knows and drops the rest: an old or mistyped address still opens the page. */
export const parseAuditView = (search: Record<string, unknown>): AuditView => {
  const view = {
    subject: word(search['subject']),
    agreement: word(search['agreement']),
    actor: word(search['actor']),
    action: word(search['action']),
    from: date(search['from']),
    to: date(search['to']),
    entry: word(search['entry']),
    seed: word(search['seed']),
  }
  return Object.fromEntries(Object.entries(view).filter(([, value]) => value !== undefined))
}

const dayAfter = (day: string): string => new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().replace('.000Z', 'Z')

export const auditLog = ({ subject, agreement, actor, action, from, to }: AuditView) => {
  const asked = {
    subject,
    agreement,
    actor,
    action,
    from: from === undefined ? undefined : `${from}T00:00:00Z`,
    to: to === undefined ? undefined : dayAfter(to),
  }
  return infiniteQueryOptions({
    queryKey: ['audit', asked],
    queryFn: ({ signal, pageParam }) => getJson<AuditLogWire>(pathWith('/api/audit', { ...asked, cursor: pageParam }), signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: keepPreviousData,
  })
}

export const auditEntry = (entry: number) =>
  queryOptions({ queryKey: ['audit-entry', entry], queryFn: ({ signal }) => getJson<AuditEntryDetailWire>(`/api/audit/${entry}`, signal) })

export const chain = queryOptions({
  queryKey: ['audit-chain'],
  queryFn: ({ signal }) => getJson<ChainWire>('/api/audit/chain', signal),
})

/** Undefined: by a seed that the server makes up, and tells. */
export const pick = (seed: string | undefined, signal: AbortSignal): Promise<PickWire> =>
  getJson<PickWire>(pathWith('/api/audit/pick', { seed }), signal)

export const picked = (seed: string) =>
  queryOptions({ queryKey: ['picked', seed], queryFn: ({ signal }) => pick(seed, signal), staleTime: Infinity })
