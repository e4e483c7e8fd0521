import type { FastifyRequest } from 'fastify'
import { ProblemShape } from '../../wire/problem.ts'
import type { HowToRead } from '../app/how-to-read.ts'
import type { Actor } from '../store/audit.ts'
import { Busy } from './busy.ts'
import type { IngestDoor } from './ingest-door.ts'
import type { Gate, GatePlace } from './ingest-gate.ts'
import type { IngestLimits } from './ingest-limits.ts'
import { Refusal } from './problems.ts'
import type { Uploads } from './uploads.ts'

/** What all ways in have in common. */
export type Ways = Readonly<{
  door: IngestDoor
  limits: IngestLimits
  gates: Readonly<Record<'uploads' | 'events' | 'writes', Gate>>
  uploads: Uploads
  /** Aborted once the server is to stop: what is under way is then broken off, and can be sent again. */
  stopping: AbortSignal
  /** Told what went wrong inside. */
  report: (text: string) => void
}>

/** What a way in may refuse with. */
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

/** The caller's name for an import: bare, or as a quoted text. */
export const keyOf = ({ headers }: FastifyRequest): string | undefined => {
  const key = headers['idempotency-key']
  return typeof key === 'string' ? key.replace(/^"(.*)"$/, '$1') : undefined
}

/** How the readings of a request are read, or the refusal where nothing can be. */
export const howTo = async ({ door }: Ways, agreement: string | undefined, by: Actor): Promise<HowToRead> => {
  const how = await door.howToRead(agreement, by)
  if (!('problem' in how)) return how
  const detail = `${how.problem[0]!.toUpperCase()}${how.problem.slice(1)}.`
  throw new Refusal({ kind: 'no-agreement', status: 409, title: 'No agreement to read by', detail })
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
