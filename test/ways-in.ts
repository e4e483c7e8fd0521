import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Instant } from '../src/core/base/time.ts'
import { makeApi } from '../src/server/api/api.ts'
import type { IngestLimits } from '../src/server/api/ingest-limits.ts'
import type { Identify } from '../src/server/api/principal.ts'
import { makeIngest } from '../src/server/app/ingest.ts'
import { loadAgreement } from '../src/server/app/load-agreement.ts'
import { makeReaders } from '../src/server/app/read.ts'
import type { FlexMapping } from '../src/server/fleet/flex-mapping.ts'
import type { SampleBatch, TelemetrySink } from '../src/server/fleet/telemetry-sink.ts'
import type { Store } from '../src/server/store/database.ts'
import type { ProblemWire } from '../src/wire/problem.ts'

/** One block of 1,000 GPUs, from 2027 to 2030, in Singapore, where no clock is ever changed. */
export const smallAgreement = (name = 'small', operator = 'cloud'): string => `offtake: 1
agreement: ${name}
title: A small block
parties:
  - { id: grantor, name: Grantor, role: guarantor }
  - { id: ${operator}, name: Cloud, role: operator }
zone: Asia/Singapore
currency: USD
term: { from: 2027-01-01, through: 2030-12-31 }
blocks:
  - { id: ${name}-1, factory: ${name}, region: R, sku: S, tranches: [{ id: all, gpus: 1000, due: 2027-01-01 }] }
pools:
  - { id: ${name}, attribution: supported-first, blocks: [${name}-1] }
clauses:
  - { id: share, kind: revenue-share, payer: ${operator}, payee: grantor, covers: [${name}-1], rate: '0.1' }
  - id: backstop
    kind: capacity-backstop
    payer: grantor
    payee: ${operator}
    covers: [${name}-1]
    measure: hour
    price: '2.00'
    retention: '0.1'
    caps: [{ per: aggregate, amount: '100000000.00' }]
settlement: { netting: true, due: { days: 30 } }
`

export const load = async (store: Store, document: string): Promise<void> => {
  const answer = await loadAgreement(store, { document, now: 1_800_000_000, by: 'test' })
  assert.equal(answer.kind, 'loaded', JSON.stringify(answer))
}

/** 5 March 2027, noon UTC. */
export const wayNow: Instant = Date.UTC(2027, 2, 5, 12) / 1000

/** Readings of sales, as the wire has them: one GPU or more for some hours of February 2027, one a minute. */
export const sales = (source: string, count: number, more: object = {}): Record<string, unknown>[] =>
  Array.from({ length: count }, (_, i) => {
    const from = Date.UTC(2027, 1, 1) + i * 60_000
    const text = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`
    return {
      kind: 'allocation',
      source,
      id: `job-${i}`,
      gpus: 1 + (i % 8),
      from: text(from),
      to: text(from + 3_600_000 * (1 + (i % 5))),
      ...more,
    }
  })

export const ndjson = (readings: readonly object[]): string => readings.map((reading) => `${JSON.stringify(reading)}\n`).join('')
const cellOf = (value: unknown): string => (value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value))
export const csv = (readings: readonly Record<string, unknown>[]): string => {
  const columns = [...new Set(readings.flatMap((reading) => Object.keys(reading)))]
  return [columns.join(','), ...readings.map((reading) => columns.map((column) => cellOf(reading[column])).join(','))].join('\n')
}

/** A store of samples in memory, for tests of what is taken and told: idempotent by series and timestamp. */
export const makeMemorySink = () => {
  const samples = new Map<string, number>()
  const batches: SampleBatch[] = []
  let failing: Error | undefined
  const sink: TelemetrySink = {
    append: async (batch) => {
      if (failing !== undefined) throw failing
      batches.push(batch)
      for (const [i, of] of batch.of.entries()) {
        const { node, gpu, metric } = batch.series[of]!
        samples.set(`${batch.factory} ${node} ${gpu} ${metric} ${batch.timestampMs[i]}`, batch.value[i]!)
      }
      return { accepted: batch.of.length, refused: [] }
    },
  }
  return { sink, samples, batches, fail: (error: Error | undefined) => void (failing = error) }
}

type Options = Readonly<{
  limits?: Partial<IngestLimits>
  flex?: FlexMapping
  telemetry?: TelemetrySink | undefined
  now?: () => Instant
  /** Without it, who owns the database sends. */
  identify?: Identify
}>

/** The real server over a store, on a port of its own. */
export const openWays = async (store: Store, { limits = {}, telemetry, flex, now = () => wayNow, identify }: Options = {}) => {
  const told: string[] = []
  const api = await makeApi({
    source: makeReaders(store, now),
    ingest: { ...makeIngest(store, now), telemetry, flex },
    limits,
    ...(identify === undefined ? {} : { identify }),
    consoleFolder: join(import.meta.dirname, '../.cache/console'),
    report: (text) => void told.push(text),
  })
  const address = await api.listen({ host: '127.0.0.1', port: 0 })
  const post = (path: string, body: string | Uint8Array | ReadableStream, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${address}/api/ingest/${path}`, {
      method: 'POST',
      headers,
      body: body as BodyInit,
      ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
    })
  return { api, address, port: Number(new URL(address).port), told, post, close: () => api.close() }
}

/** The answer as JSON of a status, or all that is known of one that was not expected. */
export const answerOf = async <T>(response: Response, status = 200): Promise<T> => {
  const text = await response.text()
  assert.equal(response.status, status, text)
  return JSON.parse(text) as T
}

/** A refusal as problem+json with a reason. */
export const problemOf = async (response: Response, status: number): Promise<ProblemWire> => {
  const problem = await answerOf<ProblemWire>(response, status)
  assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/)
  assert.equal(problem.status, status)
  assert.match(problem.type, /^urn:offtake:problem:[a-z-]+$/)
  assert.ok(problem.detail.length > 20, `${problem.detail} is no reason`)
  return problem
}

/** Waits until it holds, for so many seconds at most. */
export const until = async (what: string, holds: () => Promise<boolean> | boolean, seconds = 10): Promise<void> => {
  for (let i = 0; i < seconds * 40; i++) {
    if (await holds()) return
    await sleep(25)
  }
  throw new Error(`never: ${what}`)
}

/** Sends the head of an upload and then whatever it is told to, over a socket of its own. */
export const rawUpload = (port: number, more: string, path = 'readings', type = 'application/x-ndjson') => {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  socket.setEncoding('utf8').on('data', (data: string) => (text += data))
  socket.on('error', () => {})
  const ended = new Promise<void>((done) => socket.once('close', () => done()))
  socket.write(`POST /api/ingest/${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: ${type}\r\n${more}\r\n\r\n`)
  return { socket, text: () => text, ended }
}
