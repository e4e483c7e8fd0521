import { queryOptions } from '@tanstack/react-query'
import type { DraftWire, ProposalRowWire, ProposalsWire, ProposalWire, TemplatesWire } from '../wire/amendment.ts'
import type { SettledLinesWire } from '../wire/agreement.ts'
import type { ComparisonWire, RecomputationWire } from '../wire/comparison.ts'
import type { ProblemWire } from '../wire/problem.ts'
import type { ChangeWire, WhatIfMonthWire, WhatIfWire } from '../wire/what-if.ts'
import { Failure, getJson, getText, pathWith, postJson } from './fetch.ts'

const at = (id: string) => `/api/agreements/${encodeURIComponent(id)}`

/** A month of an agreement, in a version or the latest. */
export type MonthName = Readonly<{ id: string; month: string; version: number | undefined }>

/** How long the server's word that it settled a month again is taken as just now. */
const justNowMs = 300_000

export const recomputation = ({ id, month, version }: MonthName) =>
  queryOptions({
    queryKey: ['recomputation', id, month, version ?? 'latest'],
    queryFn: ({ signal }) => getJson<RecomputationWire>(pathWith(`${at(id)}/periods/${month}/recomputation`, { v: version }), signal),
    staleTime: justNowMs,
  })

export const comparison = ({ id, month, version }: MonthName, against: string | undefined, all: boolean) =>
  queryOptions({
    queryKey: ['comparison', id, month, version ?? 'latest', against ?? 'usual', all],
    queryFn: ({ signal }) =>
      getJson<ComparisonWire>(
        pathWith(`${at(id)}/periods/${month}/comparison`, { v: version, against, all: all ? 'true' : undefined }),
        signal,
      ),
  })

export const settledLines = (id: string, clause: string, known: string | undefined) =>
  queryOptions({
    queryKey: ['settled', id, clause, known ?? 'now'],
    queryFn: ({ signal }) =>
      getJson<SettledLinesWire>(pathWith(`${at(id)}/clauses/${encodeURIComponent(clause)}/settled`, { known }), signal),
  })

export const amendments = (id: string) =>
  queryOptions({ queryKey: ['proposals', id], queryFn: ({ signal }) => getJson<ProposalsWire>(`${at(id)}/amendments`, signal) })

export const proposal = (id: string) =>
  queryOptions({ queryKey: ['proposal', id], queryFn: ({ signal }) => getJson<ProposalWire>(`/api/proposals/${id}`, signal) })

export const proposals = queryOptions({
  queryKey: ['proposals'],
  queryFn: ({ signal }) => getJson<ProposalsWire>('/api/proposals', signal),
})

export const templates = queryOptions({
  queryKey: ['templates'],
  queryFn: ({ signal }) => getJson<TemplatesWire>('/api/templates', signal),
  staleTime: Infinity,
})

export const templateText = (name: string) =>
  queryOptions({ queryKey: ['template', name], queryFn: ({ signal }) => getText(`/api/templates/${name}`, signal), staleTime: Infinity })

export const documentText = (id: string, version: number) =>
  queryOptions({
    queryKey: ['document', id, version],
    queryFn: ({ signal }) => getText(`${at(id)}/versions/${version}`, signal),
    staleTime: Infinity,
  })

/** Nothing is kept of it: it has no key. */
export const previewDraft = (document: string) => postJson<DraftWire>('/api/proposals/preview', { document }, crypto.randomUUID())

export const proposeTerms = (amends: string | undefined, body: Readonly<{ document: string; note: string }>, key: string) =>
  postJson<ProposalRowWire>(amends === undefined ? '/api/agreements' : `${at(amends)}/amendments`, body, key)

export const endProposal = (id: string, body: Readonly<{ act: string; hash: string; reason: string }>, key: string) =>
  postJson<ProposalRowWire>(`/api/proposals/${id}/decision`, body, key)

/** How far a question has come: the months that are settled, and the whole once it is there. */
export type WhatIfSoFar = Readonly<{ months: readonly WhatIfMonthWire[]; whole: WhatIfWire | undefined }>

type Line = ({ kind: 'month' } & WhatIfMonthWire) | ({ kind: 'whole' } & WhatIfWire) | { kind: 'refused'; type: string; detail: string }

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Line> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    const lines = (rest + (value ?? '')).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') yield JSON.parse(line) as Line
    if (done) return
  }
}

const silent = (detail: string): Failure =>
  new Failure({ type: 'urn:offtake:problem:unreachable', title: 'The server did not answer', status: 0, detail, requestId: undefined })

/** Asks, and yields each month as it is settled. To stop listening stops the work on the server. */
export async function* askWhatIf(id: string, changes: readonly ChangeWire[], signal: AbortSignal): AsyncGenerator<WhatIfSoFar> {
  const headers = { accept: 'application/x-ndjson', 'content-type': 'application/json' }
  const response = await fetch(`${at(id)}/what-ifs`, { method: 'POST', headers, body: JSON.stringify({ changes }), signal }).catch(
    (error: unknown) => {
      throw signal.aborted ? error : silent('The server did not answer, so nothing was settled.')
    },
  )
  if (!response.ok || response.body === null) throw new Failure((await response.json()) as ProblemWire)
  const months: WhatIfMonthWire[] = []
  for await (const line of linesOf(response.body)) {
    if (line.kind === 'refused')
      throw new Failure({ type: line.type, title: 'Refused', status: 422, detail: line.detail, requestId: undefined })
    if (line.kind === 'month') months.push(line)
    yield { months: [...months], whole: line.kind === 'whole' ? line : undefined }
  }
}
