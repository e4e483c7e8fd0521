import type { FastifyRequest } from 'fastify'
import type { Instant } from '../../core/base/time.ts'
import { formatInstant } from '../../core/base/time.ts'
import type { IngestedWire, IngestProgressWire } from '../../wire/ingest.ts'
import { ProblemShape } from '../../wire/problem.ts'
import type { HowToRead } from '../app/how-to-read.ts'
import type { ImportAnswer, ImportProgress } from '../app/import-readings.ts'
import { TooLarge } from '../fleet/bytes.ts'
import type { ImportRefusal } from '../store/batches.ts'
import type { IngestDoor } from './ingest-door.ts'
import { tooLarge } from './ingest-body.ts'
import type { Gate, GatePlace } from './ingest-gate.ts'
import type { IngestLimits } from './ingest-limits.ts'
import { Refusal } from './problems.ts'

/** What all ways in have in common. */
export type Ways = Readonly<{
  door: IngestDoor
  limits: IngestLimits
  gates: Readonly<Record<'uploads' | 'events' | 'writes', Gate>>
  uploads: Uploads
  /** Told what went wrong inside. */
  report: (text: string) => void
}>

export const ingestProblems = {
  400: ProblemShape,
  408: ProblemShape,
  409: ProblemShape,
  413: ProblemShape,
  415: ProblemShape,
  422: ProblemShape,
  429: ProblemShape,
  500: ProblemShape,
  503: ProblemShape,
}

/** The media type of a request without its parameters, in small letters. */
export const contentTypeOf = ({ headers }: FastifyRequest): string => (headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()

export const keyOf = ({ headers }: FastifyRequest): string | undefined => {
  const key = headers['idempotency-key']
  return typeof key === 'string' ? key.replace(/^"(.*)"$/, '$1') : undefined
}

export const howTo = async ({ door }: Ways, agreement: string | undefined): Promise<HowToRead> => {
  const how = await door.howToRead(agreement)
  if (!('problem' in how)) return how
  throw new Refusal({ kind: 'no-agreement', status: 409, title: 'No agreement to read by', detail: `There is ${how.problem}.` })
}

/** Answered with when to come again. */
export class Busy extends Refusal {
  readonly retryAfterSeconds: number
  constructor(status: number, retryAfterSeconds: number, detail: string) {
    super({ kind: 'busy', status, title: 'Too much at once', detail })
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** A place behind a gate, or the refusal to come again later. */
export const placeFor = (gate: Gate, bytes: number, status: number, { limits }: Ways): GatePlace => {
  const place = gate.enter(bytes)
  if (place !== undefined) return place
  const { retryAfterSeconds } = limits
  throw new Busy(
    status,
    retryAfterSeconds,
    `As much as may come in at once is under way. Nothing of this was read; send it again in ${retryAfterSeconds} seconds.`,
  )
}

/**
 * Does work that keeps something. Refusals go through; what a body came to beyond its limits becomes one; anything else went wrong inside, is
 * told to the operator of the server, and the sender is asked to come again: what was kept meanwhile is then a repeat.
 */
export const keeping = async <T>(request: FastifyRequest, { limits, report }: Ways, work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Refusal) throw error
    if (error instanceof TooLarge) throw tooLarge(error.limit, `The body ${error.message}; nothing of it was kept`)
    if (request.raw.socket.destroyed || request.raw.errored !== null)
      throw new Refusal({
        kind: 'sender-gone',
        status: 400,
        title: 'The sender has gone away',
        detail: 'The body ended early; nothing of it was kept.',
      })
    // A store that is full says so: that is no fault.
    if (!(error instanceof Error && error.name === 'TelemetryBusy'))
      report(`${request.id} ${request.method} ${request.url}: ${(error as Error).stack ?? String(error)}`)
    throw new Busy(
      503,
      limits.retryAfterSeconds,
      'The store did not answer, so it is not known whether this was kept. Send it again, under the same key: what is there already is not doubled.',
    )
  }
}

/** Problems of refused records, as a problem document points at them. */
const errorsOf = (refusals: readonly ImportRefusal[]) =>
  refusals.flatMap(({ line, problems }) => problems.map(({ pointer, message }) => ({ pointer: `/${line}${pointer}`, detail: message })))

export const refusedWhole = (refused: number, refusals: readonly ImportRefusal[]): Refusal =>
  new Refusal({
    kind: 'records-refused',
    status: 422,
    title: 'Some of it cannot be used',
    detail: `${refused} of its records cannot be used, so nothing of it was kept. Each pointer begins with the line, or the number of the event, from 1.`,
    errors: errorsOf(refusals),
  })

/** What an import came to, as it is told; a refusal where nothing was written. */
export const ingested = (answer: ImportAnswer): IngestedWire => {
  if (answer.kind === 'key taken')
    throw new Refusal({
      kind: 'key-taken',
      status: 422,
      title: 'The key belongs to other content',
      detail: `The key ${answer.key} belongs to other content, which came as ${answer.file}; nothing was written. A new import takes a new key.`,
    })
  const { batch, accepted, repeats, refused, late, refusals } = answer.record
  if (answer.kind === 'refused') throw refusedWhole(refused, refusals)
  return {
    batch: `${batch}`,
    accepted,
    repeats,
    refused,
    late,
    again: answer.again,
    refusals: refusals.map(({ line, problems }) => ({ line, problems: problems.map(({ pointer, message }) => ({ pointer, message })) })),
  }
}

/** The uploads under way in this process, for whoever asks how far they are. */
export type Uploads = Readonly<{
  begin: (
    id: string,
    file: string,
    bytesTotal: number | undefined,
    now: Instant,
  ) => Readonly<{ note: (progress: ImportProgress) => void; end: () => void }>
  list: () => IngestProgressWire
}>

export const makeUploads = (): Uploads => {
  const running = new Map<string, IngestProgressWire['uploads'][number]>()
  return {
    begin: (id, file, bytesTotal, now) => {
      const head = { id, file, startedAt: formatInstant(now), bytesTotal: bytesTotal ?? null }
      running.set(id, { ...head, rows: 0, refused: 0, bytesRead: 0 })
      return {
        note: ({ rows, refused, bytesRead }) => void running.set(id, { ...head, rows, refused, bytesRead }),
        end: () => void running.delete(id),
      }
    },
    list: () => ({ uploads: [...running.values()] }),
  }
}
