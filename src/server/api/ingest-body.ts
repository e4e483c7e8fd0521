import type { IncomingMessage } from 'node:http'
import type { IngestLimits } from './ingest-limits.ts'
import { Refusal } from './problems.ts'

/** The most bytes of a body, and what that limit is called. */
export type BodyLimit = Readonly<{ bytesMax: number; limit: keyof IngestLimits }>

export const tooLarge = (limit: string, detail: string): Refusal =>
  new Refusal({ kind: 'too-large', status: 413, title: 'Too large', detail: `${detail} (limit ${limit}).` })

const tooLong = ({ bytesMax, limit }: BodyLimit): Refusal =>
  tooLarge(limit, `The body is more than ${bytesMax.toLocaleString('en')} bytes: send it in parts`)

const tooSlow = (bytes: number, { bodyWaitMsMax, bodyBytesPerSecondMin }: IngestLimits): Refusal =>
  new Refusal({
    kind: 'slow-body',
    status: 408,
    title: 'The body came too slowly',
    detail: `After ${bytes.toLocaleString('en')} bytes nothing came for too long: a sender may keep the server waiting ${bodyWaitMsMax / 1000} seconds, and one more for each ${bodyBytesPerSecondMin} bytes (limits bodyWaitMsMax, bodyBytesPerSecondMin). Nothing was kept; send it again.`,
  })

/** Bytes that the sender says it will send; undefined where it does not say. */
export const declaredBytes = ({ headers }: IncomingMessage): number | undefined => {
  const text = headers['content-length']
  return text === undefined ? undefined : Number(text)
}

/** Refuses by what the sender declares, before anything is read. */
export const checkDeclared = (request: IncomingMessage, limit: BodyLimit): void => {
  if ((declaredBytes(request) ?? 0) > limit.bytesMax) throw tooLong(limit)
}

/**
 * The body as it comes, bounded in bytes and in the time for which the sender keeps us waiting: time in which the database keeps us waiting is
 * not the sender's. Whoever stops early leaves the request open, so that it can still be answered.
 */
export async function* bodyChunks(request: IncomingMessage, limit: BodyLimit, limits: IngestLimits): AsyncGenerator<Buffer> {
  checkDeclared(request, limit)
  const iterator = request.iterator({ destroyOnReturn: false })
  let [bytes, waitedMs] = [0, 0]
  for (;;) {
    const started = performance.now()
    const patienceMs = limits.bodyWaitMsMax + (1000 * bytes) / limits.bodyBytesPerSecondMin - waitedMs
    const next = await within(iterator.next() as Promise<IteratorResult<Buffer>>, patienceMs)
    if (next === undefined) throw tooSlow(bytes, limits)
    if (next.done === true) return
    waitedMs += performance.now() - started
    bytes += next.value.length
    if (bytes > limit.bytesMax) throw tooLong(limit)
    yield next.value
  }
}

/** What it resolves to, or undefined once so many milliseconds are over. */
const within = async <T>(promise: Promise<T>, ms: number): Promise<T | undefined> => {
  const over = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => over.resolve(undefined), Math.max(0, ms))
  // Nobody waits for it any more once the time is over; the connection may then end as it likes.
  promise.catch(() => {})
  try {
    return await Promise.race([promise, over.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** The whole body, of a way in that has to see it at once. */
export const wholeBody = async (request: IncomingMessage, limit: BodyLimit, limits: IngestLimits): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of bodyChunks(request, limit, limits)) chunks.push(chunk)
  return Buffer.concat(chunks)
}
