import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

/** The most that a source may come to once gzip is taken off. Strangers say in a few bytes what fills a disk. */
export type TextLimits = Readonly<{
  uploadTextBytesMax: number
  /** Bytes for each compressed one: readings come to 10 to 40. Held once it could be told from chance, from `ratioFromBytes` on. */
  gzipRatioMax: number
}>
const ratioFromBytes = 2 ** 22

/** A file, or a stream such as stdin under a name for people. A stream has limits where strangers send it. */
export type Source =
  | Readonly<{ path: string }>
  | Readonly<{ stream: Readable; name: string; format?: 'ndjson' | 'csv'; limits?: TextLimits }>

/** Thrown where a source comes to more than its limits, of which one is named. */
export class TooLarge extends Error {
  readonly limit: keyof TextLimits
  constructor(limit: keyof TextLimits, message: string) {
    super(message)
    this.limit = limit
  }
}

/** Bytes as they come, gzip already taken off, and how far the reading has come in what is on disk. */
export type OpenBytes = Readonly<{ chunks: AsyncIterable<Buffer>; progress: () => { bytesRead: number; bytesTotal: number | undefined } }>

// Small enough that what one chunk holds is gone before the garbage collector has to carry it along.
const chunkBytes = 2 ** 17
const gzipMagic = Buffer.from([0x1f, 0x8b])

export const nameOf = (source: Source): string => ('path' in source ? source.path : source.name)

/** Why bytes could not be read, in words; undefined where it is no fault of the input but a bug of ours. */
export const faultOfInput = (error: unknown): string | undefined => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  switch (code) {
    case 'Z_BUF_ERROR':
      return 'the file ends early: its gzip data is cut off, so the rest of it is missing. Copy or export it again'
    case 'Z_DATA_ERROR':
      return 'the gzip data is damaged from here on. Copy or export it again'
    case 'ENOENT':
      return 'there is no such file'
    case 'EISDIR':
      return 'is a folder; name a file'
    case 'EACCES':
      return 'may not be read by this user'
    default:
      return undefined
  }
}

/** Opens a file or stream; gzip is known by its first two bytes, never by its name. Faults show when the chunks are read. */
export const openBytes = (source: Source): OpenBytes => {
  let [bytesRead, bytesTotal] = [0, undefined as number | undefined]
  const raw = async function* (): AsyncGenerator<Buffer> {
    if ('path' in source) bytesTotal = (await stat(source.path)).size
    const stream = 'path' in source ? createReadStream(source.path, { highWaterMark: chunkBytes }) : source.stream
    for await (const chunk of stream as AsyncIterable<Buffer | string>) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
      bytesRead += bytes.length
      yield bytes
    }
  }
  const chunks = unzipped(raw())
  const limits = 'path' in source ? undefined : source.limits
  const progress = () => ({ bytesRead, bytesTotal })
  return { chunks: limits === undefined ? chunks : bounded(chunks, limits, progress), progress }
}

async function* bounded(chunks: AsyncGenerator<Buffer>, limits: TextLimits, progress: OpenBytes['progress']): AsyncGenerator<Buffer> {
  const { uploadTextBytesMax, gzipRatioMax } = limits
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.length
    if (bytes > uploadTextBytesMax)
      throw new TooLarge('uploadTextBytesMax', `is more than ${uploadTextBytesMax.toLocaleString('en')} bytes once gzip is taken off`)
    if (bytes > ratioFromBytes && bytes > gzipRatioMax * progress().bytesRead)
      throw new TooLarge('gzipRatioMax', `has gzip data that comes to more than ${gzipRatioMax} bytes for each of its own`)
    yield chunk
  }
}

async function* unzipped(raw: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  let head = Buffer.alloc(0)
  while (head.length < gzipMagic.length) {
    const next = await raw.next()
    if (next.done) break
    head = Buffer.concat([head, next.value])
  }
  const whole = async function* (): AsyncGenerator<Buffer> {
    if (head.length > 0) yield head
    yield* raw
  }
  if (!head.subarray(0, gzipMagic.length).equals(gzipMagic)) return yield* whole()
  const gunzip = createGunzip({ chunkSize: chunkBytes })
  // The error reaches whoever iterates; the callback is there because `pipeline` asks for one.
  pipeline(Readable.from(whole()), gunzip, () => {})
  yield* gunzip as AsyncIterable<Buffer>
}
