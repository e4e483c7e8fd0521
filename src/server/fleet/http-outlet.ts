import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { z } from 'zod'
import { formatReading } from '../../core/meter/parse.ts'
import type { Reading } from '../../core/meter/reading.ts'
import { answerText } from './answer-text.ts'
import type { Handed, Outlet } from './outlet.ts'

const compress = promisify(gzip)
/** The longest answer that is read, the longest wait between two tries, and how long one try may take. */
const answerBytesMax = 2 ** 20
const waitSecondsMax = 600
const requestMilliseconds = 120_000

const answer = z.object({
  accepted: z.number().int(),
  repeats: z.number().int(),
  refused: z.number().int(),
  refusals: z.array(z.object({ line: z.number().int(), problems: z.array(z.object({ pointer: z.string(), message: z.string() })) })),
})

/** Readings were not taken, and trying again will not help. */
export class NotTaken extends Error {}

export type HttpSettings = Readonly<{
  /** The server, such as http://127.0.0.1:7420. */
  url: string
  /** What this agent is known by there; none where the server wants none. */
  key?: string | undefined
  /** What the server's list of imports calls them. */
  file?: string
  /** How often one batch is tried, and how long the first wait is; each next one is twice as long. */
  triesMax?: number
  waitSeconds?: number
  signal?: AbortSignal | undefined
  say?: (text: string) => void
}>

type Attempt =
  | { kind: 'handed'; handed: Handed }
  | { kind: 'again'; why: string; afterSeconds: number | undefined }
  | { kind: 'never'; why: string }

/** Seconds that the server asks to wait: a number, or a date. */
export const retryAfter = (header: string | null, now: number): number | undefined => {
  if (header === null) return undefined
  const seconds = /^\d{1,9}$/.test(header) ? Number(header) : Math.ceil(Date.parse(header) / 1000 - now)
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), waitSecondsMax) : undefined
}

const attempt = async (
  path: string,
  body: Buffer<ArrayBuffer>,
  { key, bearer }: Readonly<{ key: string; bearer: string | undefined }>,
  readings: readonly Reading[],
  signal: AbortSignal | undefined,
): Promise<Attempt> => {
  const timeout = AbortSignal.timeout(requestMilliseconds)
  let response: Response
  let text: string
  try {
    response = await fetch(path, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-ndjson',
        'content-encoding': 'gzip',
        'idempotency-key': key,
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      },
      body,
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    })
    text = await answerText(response, answerBytesMax)
  } catch (error) {
    if (signal?.aborted === true) throw error
    const { cause, message } = error as Error
    return { kind: 'again', why: cause instanceof Error ? cause.message : message, afterSeconds: undefined }
  }
  if (!response.ok) {
    const why = `${response.status} ${text.slice(0, 500)}`
    const passing = response.status >= 500 || response.status === 429 || response.status === 408
    const afterSeconds = retryAfter(response.headers.get('retry-after'), Date.now() / 1000)
    return passing ? { kind: 'again', why, afterSeconds } : { kind: 'never', why }
  }
  const read = answer.safeParse(parsed(text))
  if (!read.success) return { kind: 'never', why: `an answer that is none of ours: ${text.slice(0, 200)}` }
  const refusals = read.data.refusals.map(({ line, problems }) => ({ id: readings[line - 1]?.id ?? `line ${line}`, problems }))
  return { kind: 'handed', handed: { ...read.data, refusals } }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Hands readings on over HTTP. Waits as long as the server asks where it is busy, and longer and longer where it does not answer. The name of a
 * batch follows from its content, so that a try whose answer was lost counts once.
 */
export const makeHttpOutlet = ({
  url,
  key: bearer,
  file = 'agent',
  triesMax = 10,
  waitSeconds = 1,
  signal,
  say = () => {},
}: HttpSettings): Outlet => {
  const base = url.replace(/\/+$/, '')
  const path = `${base}/api/ingest/readings?mode=keep-the-good&file=${encodeURIComponent(file)}`
  return {
    hand: async (readings) => {
      const text = readings.map((reading) => `${JSON.stringify(formatReading(reading))}\n`).join('')
      const key = `agent-${createHash('sha256').update(text).digest('hex').slice(0, 40)}`
      const body = await compress(text)
      for (let tries = 1; ; tries++) {
        const tried = await attempt(path, body, { key, bearer }, readings, signal)
        if (tried.kind === 'handed') return tried.handed
        if (tried.kind === 'never') throw new NotTaken(`${base} did not take ${readings.length} readings: ${tried.why}`)
        if (tries >= triesMax) throw new NotTaken(`${base} did not take ${readings.length} readings in ${tries} tries: ${tried.why}`)
        const wait = tried.afterSeconds ?? Math.min(waitSeconds * 2 ** (tries - 1), waitSecondsMax)
        say(`${base}: ${tried.why}; again in ${wait} s`)
        await sleep(wait * 1000, undefined, signal === undefined ? {} : { signal })
      }
    },
  }
}
