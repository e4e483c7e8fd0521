import { queryOptions, useQueryClient } from '@tanstack/react-query'
import type { DecidedDraftWire, PreparedWire, ProgressWire } from '../wire/close.ts'
import type { DisputesWire, DisputeWire, RaisedWire, RaiseWire } from '../wire/dispute.ts'
import { getJson, postJson } from './fetch.ts'

export type MonthName = Readonly<{ id: string; month: string }>

const at = ({ id, month }: MonthName) => `/api/agreements/${encodeURIComponent(id)}/periods/${month}`

/** While a month is being closed, how often it is asked whether it is; otherwise, whether the other party did something. */
const closingMs = 700
const lookMs = 15_000

export const progress = (name: MonthName) =>
  queryOptions({
    queryKey: ['progress', name.id, name.month],
    queryFn: ({ signal }) => getJson<ProgressWire>(`${at(name)}/progress`, signal),
    refetchInterval: ({ state: { data } }) => (data?.status === 'closing' ? closingMs : data?.status === 'final' ? false : lookMs),
  })

export const disputes = (name: MonthName) =>
  queryOptions({
    queryKey: ['disputes', name.id, name.month],
    queryFn: ({ signal }) => getJson<DisputesWire>(`${at(name)}/disputes`, signal),
  })

export const prepare = (name: MonthName): Promise<PreparedWire> => postJson(`${at(name)}/drafts`, {}, crypto.randomUUID())

export const approve = (
  name: MonthName,
  version: number,
  body: Readonly<{ net: string; hash: string; despiteNews: boolean }>,
  key: string,
): Promise<DecidedDraftWire> => postJson(`${at(name)}/drafts/${version}/approvals`, body, key)

export const sendBack = (name: MonthName, version: number, reason: string, key: string): Promise<DecidedDraftWire> =>
  postJson(`${at(name)}/drafts/${version}/returns`, { reason }, key)

export const raise = (name: MonthName, body: RaiseWire, key: string): Promise<RaisedWire> => postJson(`${at(name)}/disputes`, body, key)

export const say = (
  name: MonthName,
  dispute: string,
  body: Readonly<{ text: string; internal: boolean }>,
  key: string,
): Promise<DisputeWire> => postJson(`${at(name)}/disputes/${dispute}/messages`, body, key)

export type Ruling = Readonly<{ verdict: 'accepted' | 'partly' | 'rejected'; upheld?: string; text: string }>
export const rule = (name: MonthName, dispute: string, body: Ruling, key: string): Promise<DisputeWire> =>
  postJson(`${at(name)}/disputes/${dispute}/ruling`, body, key)

/** Everything of a month is read again: something was done about it. */
export const useMonthChanged = ({ id, month }: MonthName) => {
  const client = useQueryClient()
  return async (): Promise<void> => {
    const keys = [
      ['progress', id, month],
      ['period', id, month],
      ['disputes', id, month],
      ['periods', id],
      ['explanation', id, month],
      ['agreements'],
    ]
    await Promise.all(keys.map((queryKey) => client.invalidateQueries({ queryKey })))
  }
}
